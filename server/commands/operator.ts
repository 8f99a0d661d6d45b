/**
 * OPER KILL WALLOPS CHGHOST REHASH: for operators of the server.
 *
 * https://modern.ircdocs.horse/#operator-messages
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { cutToBytes, type Message } from "../../protocol.ts";
import { CAPABILITIES } from "../../protocol/capability.ts";
import * as numeric from "../../protocol/numerics.ts";
import type { RegisteredClient } from "../client.ts";
import { type CommandTable, MODERN, type Outcome } from "../command.ts";
import { MAX_HOST_LENGTH, TEXT_LIMITS } from "../limits.ts";
import { isOperatorAccount } from "../operators.ts";
import { verifyPassword } from "../password.ts";

/** Rows of this file. */
export const operatorCommands: CommandTable = {
  OPER: {
    usage: "OPER [<name> <password>]",
    description: "Become an operator of the server; alone: by your account, if it is one of an operator",
    spec: `${MODERN}#oper-message`,
    minimum: 0,
    cost: 2,
    run: oper,
  },
  KILL: {
    usage: "KILL <nick> [<reason>]",
    description: "Put somebody off the server",
    spec: `${MODERN}#kill-message`,
    minimum: 1,
    operator: true,
    run: kill,
  },
  WALLOPS: {
    usage: "WALLOPS <text>",
    description: "Say something to all who set the mode +w",
    spec: `${MODERN}#wallops-message`,
    minimum: 1,
    operator: true,
    run: wallops,
  },
  CHGHOST: {
    usage: "CHGHOST <nick> <host>",
    description: "Change the host that others see of somebody",
    spec: CAPABILITIES.chghost.spec,
    minimum: 2,
    operator: true,
    run: chghost,
  },
  REHASH: {
    usage: "REHASH",
    description: "Read the files again that the server was started with",
    spec: `${MODERN}#rehash-message`,
    minimum: 0,
    operator: true,
    run: rehash,
  },
};

// OPER [<name> <password>]
function oper(client: RegisteredClient, { params }: Message): Outcome {
  const { account } = client.user;
  if (isOperatorAccount(client.hub.store, account)) return becomeOperator(client, account!);
  const [name, password] = params;
  if (name === undefined || password === undefined) {
    const how = "Sign in to an operator's account, or name an operator: OPER <name> <password>";
    return client.numeric(numeric.ERR_NEEDMOREPARAMS, "OPER", how);
  }
  const { hub, remote } = client;
  if (hub.logins.wait(remote.address, hub.clock.elapsed()) > 0) {
    return client.numeric(numeric.ERR_NOOPERHOST, "That was wrong too often from your address: try again in a minute");
  }
  return isPassword(password, hub.options.operators?.get(name)).then((right) => () => {
    if (right) return becomeOperator(client, name);
    hub.logins.count(remote.address, hub.clock.elapsed());
    client.numeric(numeric.ERR_NOOPERHOST, "There is no operator of that name and password");
  });
}

/** Whether a password is the one that was given to the server, as it is or as its hash; how long that takes tells nothing. */
async function isPassword(password: string, known: string | undefined): Promise<boolean> {
  if (known === undefined || known.startsWith("$scrypt$")) return await verifyPassword(password, known);
  const [given, kept] = [password, known].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(given!, kept!);
}

/** Makes a user an operator of the server. */
export function becomeOperator(client: RegisteredClient, name: string): void {
  const { hub, user } = client;
  hub.log(`${user.source} is now operator ${name}`);
  user.operator = name;
  hub.setMode(user, "o", true);
  client.numeric(numeric.RPL_YOUREOPER, "You are now an operator of this server");
  hub.toUser(user, hub.relayFrom(user, "MODE", [user.nick, "+o"]));
  // Those who are operators already were told when it began.
  if (hub.store.failure !== undefined) client.say("NOTICE", user.nick, hub.store.failure.message);
}

// KILL <nick> [<reason>]
function kill(client: RegisteredClient, { params }: Message): void {
  const { hub, user } = client;
  const target = hub.users.get(params[0]!);
  if (target === undefined) return client.error(numeric.ERR_NOSUCHNICK, params[0]!);
  const reason = cutToBytes(params[1] || "No reason given", TEXT_LIMITS.quit);
  hub.log(`${user.source} killed ${target.source}: ${reason}`);
  hub.toUser(target, hub.relayAct(user, "KILL", [target.nick, reason]));
  hub.quit(target, `Killed by ${user.nick}: ${reason}`);
}

// WALLOPS <text>
function wallops(client: RegisteredClient, { params }: Message): void {
  const { hub } = client;
  if (params[0] === "") return client.error(numeric.ERR_NEEDMOREPARAMS, "WALLOPS");
  const relay = hub.relayAct(client.user, "WALLOPS", [params[0]!]);
  for (const user of hub.users.values()) if (user.modes.has("w")) hub.toUser(user, relay);
}

// CHGHOST <nick> <host>
function chghost(client: RegisteredClient, { params }: Message): void {
  const { hub, user } = client;
  const [nick, host] = params as [string, string];
  const target = hub.users.get(nick);
  if (target === undefined) return client.error(numeric.ERR_NOSUCHNICK, nick);
  if (!HOST.test(host) || host.length > MAX_HOST_LENGTH) {
    return client.fail("CHGHOST", "INVALID_HOST", host, "A host has letters, digits and . - : / only");
  }
  if (target.host === host) return;
  hub.log(`${user.source} changed the host of ${target.source} to ${host}`);
  hub.changeHost(target, host);
  for (const each of target.clients) {
    if (!each.has("chghost")) each.numeric(numeric.RPL_HOSTHIDDEN, host, "is now your host");
  }
  if (!target.clients.includes(client)) client.say("NOTICE", client.nick, `${target.nick} now has the host ${host}`);
}

const HOST = /^[A-Za-z0-9][A-Za-z0-9.:/-]*$/;

// REHASH
function rehash(client: RegisteredClient): Outcome {
  return client.hub.rehash().then((outcome) => () => {
    client.numeric(numeric.RPL_REHASHING, "*", "Read the files again");
    client.say("NOTICE", client.nick, outcome);
  });
}
