/**
 * AWAY SETNAME MONITOR: what others are told of somebody without asking again.
 *
 * @module
 */

import { byteLength, cutToBytes, type Message } from "../../protocol.ts";
import { CAPABILITIES } from "../../protocol/capability.ts";
import { casefold, isNick } from "../../protocol/casemapping.ts";
import * as numeric from "../../protocol/numerics.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { type CommandTable, MODERN } from "../command.ts";
import { TEXT_LIMITS } from "../limits.ts";

/** Rows of this file. */
export const presenceCommands: CommandTable = {
  AWAY: {
    usage: "AWAY [<text>]",
    description: "Say that you are away; alone: that you are back",
    spec: `${MODERN}#away-message`,
    minimum: 0,
    early: true,
    run: away,
  },
  SETNAME: {
    usage: "SETNAME <realname>",
    description: "Change your real name",
    spec: CAPABILITIES.setname.spec,
    minimum: 1,
    run: setname,
  },
  MONITOR: {
    usage: "MONITOR + <nick>{,<nick>} | - <nick>{,<nick>} | C | L | S",
    description: "Be told when somebody comes or goes",
    spec: "https://ircv3.net/specs/extensions/monitor",
    minimum: 1,
    cost: 2,
    run: monitor,
  },
};

// AWAY [<text>]
function away(client: Client, { params }: Message): void {
  const text = cutToBytes(params[0] ?? "", TEXT_LIMITS.away);
  const { user, registration, hub } = client;
  if (user === undefined) {
    // https://ircv3.net/specs/extensions/pre-away
    if (registration === undefined || !client.has("preAway")) return client.error(numeric.ERR_NOTREGISTERED);
    if (text === "") delete registration.away;
    else registration.away = text;
  } else if (text !== (user.away ?? "")) {
    user.away = text === "" ? undefined : text;
    const relay = hub.relayAct(user, "AWAY", text === "" ? [] : [text]);
    hub.toNeighbours(user, relay, { having: "awayNotify", except: client });
    hub.toMonitors(user, relay, "awayNotify");
  }
  if (text === "") client.numeric(numeric.RPL_UNAWAY, "You are no longer marked as being away");
  else client.numeric(numeric.RPL_NOWAWAY, "You have been marked as being away");
}

// SETNAME <realname>
function setname(client: RegisteredClient, { params }: Message): void {
  const { hub, user } = client;
  const realname = params[0]!;
  if (realname === "" || byteLength(realname) > TEXT_LIMITS.realname) {
    return client.fail("SETNAME", "INVALID_REALNAME", `A real name has 1 to ${TEXT_LIMITS.realname} bytes`);
  }
  user.realname = realname;
  const relay = hub.relayAct(user, "SETNAME", [realname]);
  hub.toNeighbours(user, relay, { having: "setname" });
  hub.toMonitors(user, relay, "setname");
}

// MONITOR <subcommand> [<nick>{,<nick>}]
function monitor(client: RegisteredClient, { params }: Message): void {
  const nicks = (params[1] ?? "").split(",").filter((nick) => nick !== "");
  switch (params[0]!.toUpperCase()) {
    case "+":
      return watch(client, nicks);
    case "-":
      return nicks.forEach((nick) => client.hub.monitors.unwatch(client, nick));
    case "C":
      return [...client.monitored.values()].forEach((nick) => client.hub.monitors.unwatch(client, nick));
    case "L":
      sendNicks(client, numeric.RPL_MONLIST, [...client.monitored.values()]);
      return client.numeric(numeric.RPL_ENDOFMONLIST, "End of MONITOR list");
    case "S":
      return sendPresence(client, [...client.monitored.values()]);
  }
}

function watch(client: RegisteredClient, nicks: readonly string[]): void {
  const room = client.hub.limits.monitor - client.monitored.size;
  const unique = [...new Map(nicks.map((nick) => [casefold(nick), nick])).values()];
  const fresh = unique.filter((nick) => !client.monitored.has(nick) && isNick(nick));
  const taken = fresh.slice(0, Math.max(0, room));
  for (const nick of taken) client.hub.monitors.watch(client, nick);
  sendPresence(client, taken);
  const refused = fresh.slice(taken.length);
  if (refused.length > 0) {
    client.error(numeric.ERR_MONLISTFULL, `${client.hub.limits.monitor}`, cutToBytes(refused.join(","), 300));
  }
}

function sendPresence(client: Client, nicks: readonly string[]): void {
  const users = nicks.map((nick) => client.hub.users.get(nick));
  sendNicks(client, numeric.RPL_MONONLINE, users.filter((user) => user !== undefined).map(({ source }) => source));
  sendNicks(client, numeric.RPL_MONOFFLINE, nicks.filter((_, i) => users[i] === undefined));
}

/** Sends names in as many lines as they need. */
function sendNicks(client: Client, code: string, names: readonly string[]): void {
  let line = "";
  for (const name of names) {
    if (line !== "" && byteLength(line) + byteLength(name) > 380) {
      client.numeric(code, line);
      line = "";
    }
    line += line === "" ? name : `,${name}`;
  }
  if (line !== "") client.numeric(code, line);
}
