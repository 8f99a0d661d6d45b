/**
 * CAP PASS NICK USER PING PONG QUIT, and the registration that they lead to.
 *
 * https://modern.ircdocs.horse/#connection-registration
 *
 * @module
 */

import { cutToBytes, type Message } from "../../protocol.ts";
import { CAPABILITIES, capabilityNamed, formatOffer, parseWishes, type Wish } from "../../protocol/capability.ts";
import { isNick, MAX_NICK_LENGTH } from "../../protocol/casemapping.ts";
import * as numeric from "../../protocol/numerics.ts";
import { ERROR_TEXT } from "../../protocol/numerics.ts";
import { accountNamed } from "../accounts.ts";
import { takeInvitation, whyNotAdmitted } from "../admission.ts";
import type { Client, RegisteredClient, Registration } from "../client.ts";
import { type CommandTable, MODERN } from "../command.ts";
import { MAX_USERNAME_LENGTH, TEXT_LIMITS } from "../limits.ts";
import { askStranger, claimNick, reclaimNick } from "../nick_ownership.ts";
import type { MaskedUser } from "../mask.ts";
import { offer } from "../offer.ts";
import { sendIsupport } from "../support.ts";
import { User } from "../user.ts";
import { abandonSasl, joinAccount } from "./account.ts";
import { shown, welcome } from "./welcome.ts";

/** Rows of this file. */
export const connectionCommands: CommandTable = {
  CAP: {
    usage: "CAP <subcommand> [<version or capabilities>]",
    description: "Negotiate capabilities",
    spec: "https://ircv3.net/specs/extensions/capability-negotiation",
    minimum: 1,
    early: true,
    run: cap,
  },
  PASS: {
    usage: "PASS <password>",
    description: "Give the server's password",
    spec: `${MODERN}#pass-message`,
    minimum: 1,
    early: true,
    run: pass,
  },
  NICK: {
    usage: "NICK <nick>",
    description: "Choose a nick",
    spec: `${MODERN}#nick-message`,
    minimum: 0,
    early: true,
    run: nick,
  },
  USER: {
    usage: "USER <username> 0 * <realname>",
    description: "Say who you are",
    spec: `${MODERN}#user-message`,
    minimum: 4,
    early: true,
    run: user,
  },
  PING: {
    usage: "PING <token>",
    description: "Ask whether the server is there",
    spec: `${MODERN}#ping-message`,
    minimum: 0,
    early: true,
    run: ping,
  },
  PONG: {
    usage: "PONG [<server>] <token>",
    description: "Answer PING",
    spec: `${MODERN}#pong-message`,
    minimum: 0,
    cost: 0,
    early: true,
    run: () => {},
  },
  QUIT: {
    usage: "QUIT [<reason>]",
    description: "Leave",
    spec: `${MODERN}#quit-message`,
    minimum: 0,
    early: true,
    run: quit,
  },
  ISUPPORT: {
    usage: "ISUPPORT",
    description: "What the server supports; before registration for who asked for draft/extended-isupport",
    spec: CAPABILITIES.extendedIsupport.spec,
    minimum: 0,
    early: true,
    run: isupport,
  },
};

// CAP <subcommand> [<parameters>]
function cap(client: Client, { params }: Message): void {
  const subcommand = params[0]!.toUpperCase();
  switch (subcommand) {
    case "LS":
      return capLs(client, params[1]);
    case "LIST":
      return capList(client);
    case "REQ":
      return capReq(client, params[1] ?? "");
    case "END":
      return capEnd(client);
    default:
      client.error(numeric.ERR_INVALIDCAPCMD, params[0]!);
  }
}

// CAP LS [<version>]
function capLs(client: Client, version: string | undefined): void {
  negotiate(client);
  const asked = Number(version) || 301;
  // "If a client sends a higher CAP version at any time, the server MUST store the higher version. If a client sends a
  // lower CAP version (or omits the version number entirely), servers SHOULD return a CAP LS reply consistent with the
  // request's version": https://ircv3.net/specs/extensions/capability-negotiation#cap-ls-version
  client.capVersion = Math.max(client.capVersion, asked);
  // "This capability MUST be implicitly enabled if the client requests CAP LS with a version of 302 or newer"
  if (asked >= 302) client.capabilities.add("capNotify");
  sendNames(client, "LS", formatOffer(offer(client), asked), asked);
}

// CAP LIST
function capList(client: Client): void {
  const names = [...client.capabilities].map((capability) => CAPABILITIES[capability].name);
  sendNames(client, "LIST", names, client.capVersion);
}

// CAP REQ :[-]<capability>{ [-]<capability>}
function capReq(client: Client, text: string): void {
  negotiate(client);
  const wishes = parseWishes(text);
  if (!wishes.every((wish) => mayGrant(client, wish))) return client.say("CAP", client.nick, "NAK", text);
  for (const { name, on } of wishes) {
    const capability = capabilityNamed(name)!;
    if (on) client.capabilities.add(capability);
    else client.capabilities.delete(capability);
  }
  client.reform();
  client.say("CAP", client.nick, "ACK", text);
}

function mayGrant(client: Client, { name, on }: Wish): boolean {
  const capability = capabilityNamed(name);
  // "Clients MUST NOT request this capability (`CAP REQ`).": https://ircv3.net/specs/extensions/sts
  if (capability === undefined || capability === "sts" || !offer(client).has(capability)) return false;
  // "servers MUST NOT disable the cap-notify capability if the client requests CAP LS with a version of 302 or newer":
  // https://ircv3.net/specs/extensions/capability-negotiation#cap-notify
  return on || capability !== "capNotify" || client.capVersion < 302;
}

// CAP END
function capEnd(client: Client): void {
  if (client.registration === undefined) return;
  client.registration.negotiating = false;
  register(client);
}

function negotiate(client: Client): void {
  if (client.registration !== undefined) client.registration.negotiating = true;
}

/** Sends names in as many lines as they need; only version 302 knows more than one. */
function sendNames(client: Client, subcommand: string, names: readonly string[], version: number): void {
  const lines: string[] = [""];
  for (const name of names) {
    const line = lines.at(-1)!;
    if (line.length + name.length < 400 || version < 302) lines[lines.length - 1] = `${line} ${name}`.trim();
    else lines.push(name);
  }
  const last = lines.pop()!;
  for (const line of lines) client.say("CAP", client.nick, subcommand, "*", line);
  client.say("CAP", client.nick, subcommand, last);
}

// PASS <password>
function pass(client: Client, { params }: Message): void {
  if (client.registration === undefined) return client.error(numeric.ERR_ALREADYREGISTERED);
  client.registration.password = params[0]!;
}

// NICK <nick>
function nick(client: Client, { params }: Message): void {
  const wanted = params[0] ?? "";
  if (wanted === "") return client.error(numeric.ERR_NONICKNAMEGIVEN);
  if (!isNick(wanted)) return refuseNick(client, wanted, whyNoNick(wanted));
  const { user, registration } = client;
  if (registration !== undefined) {
    registration.nick = wanted;
    return register(client);
  }
  if (user === undefined || wanted === user.nick) return;
  reclaimNick(client, wanted);
  const holder = client.hub.users.get(wanted);
  if (holder !== undefined && holder !== user) return client.error(numeric.ERR_NICKNAMEINUSE, wanted);
  const reserved = claimNick(client, wanted);
  if (reserved !== undefined) return client.numeric(numeric.ERR_NICKNAMEINUSE, wanted, reserved);
  const banned = client.hub.bans.find(asNamed(user, wanted));
  if (banned !== undefined && !user.isOperator) return refuseNick(client, wanted, banned.reason);
  client.hub.rename(user, wanted);
  askStranger(client, user);
}

/** A user under another nick, as bans see it. */
function asNamed({ username, address, account, host }: User, nick: string): MaskedUser {
  return { nick, username, address, account, source: `${nick}!${username}@${host}` };
}

function whyNoNick(wanted: string): string {
  return [...wanted].length > MAX_NICK_LENGTH
    ? `it is too long, the longest has ${MAX_NICK_LENGTH} letters`
    : "it may hold letters and digits of any script and _-[]{}|^`";
}

function refuseNick(client: Client, wanted: string, why: string): void {
  client.numeric(numeric.ERR_ERRONEUSNICKNAME, wanted, `That nick is not possible: ${why}`);
}

// USER <username> 0 * <realname>
function user(client: Client, { params }: Message): void {
  const { registration } = client;
  if (registration === undefined) return client.error(numeric.ERR_ALREADYREGISTERED);
  const realname = params[3]!;
  if (realname === "" || params[0] === "") return client.error(numeric.ERR_NEEDMOREPARAMS, "USER");
  registration.username = cleanUsername(params[0]!);
  registration.realname = cutToBytes(realname, TEXT_LIMITS.realname);
  register(client);
}

/** A username fit for `nick!username@host`, with the `~` that says nobody vouched for it. */
function cleanUsername(text: string): string {
  const letters = text.replace(/[^\p{L}\p{Nd}._-]/gu, "");
  return `~${[...(letters || "user")].slice(0, MAX_USERNAME_LENGTH - 1).join("")}`;
}

/** Registers a client as soon as everything is there that it takes. */
export function register(client: Client): void {
  const { registration, hub } = client;
  if (registration === undefined || !isComplete(registration)) return;
  const refusal = whyNotAdmitted(client);
  if (refusal !== undefined) {
    client.numeric(refusal.code, refusal.text);
    return client.close(refusal.reason);
  }
  abandonSasl(client);
  if (joinAccount(client, registration.nick)) return;
  const taken = hub.users.has(registration.nick)
    ? ERROR_TEXT[numeric.ERR_NICKNAMEINUSE]
    : claimNick(client, registration.nick);
  if (taken !== undefined) {
    client.numeric(numeric.ERR_NICKNAMEINUSE, registration.nick, taken);
    client.registration = { ...registration, nick: undefined };
    return;
  }
  const arrive = takeInvitation(client);
  const newcomer = userFrom(client, registration);
  hub.seat(client, newcomer);
  hub.addUser(newcomer);
  welcome(client as RegisteredClient);
  arrive(newcomer);
}

function userFrom({ hub, remote }: Client, registration: Complete): User {
  const { nick, username, realname, away } = registration;
  const account = registration.account === undefined ? undefined : accountNamed(hub, registration.account);
  const identity = {
    nick,
    username,
    realname,
    host: hub.cloak(remote.address),
    address: shown(remote.address),
    account,
  };
  const user = new User(identity, hub.clock.next(), hub.clock.now());
  user.away = away;
  return user;
}

type Complete = Registration & { nick: string; username: string; realname: string };

function isComplete(registration: Registration): registration is Complete {
  const { negotiating, nick, username } = registration;
  return !negotiating && nick !== undefined && username !== undefined;
}

// ISUPPORT
function isupport(client: Client): void {
  if (client.user === undefined && !client.has("extendedIsupport")) return client.error(numeric.ERR_NOTREGISTERED);
  sendIsupport(client);
}

// PING <token>
function ping(client: Client, { params }: Message): void {
  if (params.length === 0) return client.error(numeric.ERR_NOORIGIN);
  client.say("PONG", client.hub.name, params[0]!);
}

// QUIT [<reason>]
function quit(client: Client, { params }: Message): void {
  const said = cutToBytes(params[0] ?? "", TEXT_LIMITS.quit);
  // "This applies even if <reason> is empty": https://modern.ircdocs.horse/#quit-message
  client.close(`Quit: ${said}`);
  client.hub.disconnect(client, client.leaving!);
}
