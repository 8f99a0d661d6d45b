/**
 * WHO WHOIS WHOWAS USERHOST ISON: who is here, and who was.
 *
 * https://modern.ircdocs.horse/#user-based-queries
 *
 * @module
 */

import { byteLength, cutToBytes, type Message } from "../../protocol.ts";
import { looksLikeChannel, matchesMask } from "../../protocol/casemapping.ts";
import * as numeric from "../../protocol/numerics.ts";
import { type Channel, prefixOf } from "../channel.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { type CommandTable, MODERN } from "../command.ts";
import type { User } from "../user.ts";

/** Rows of this file. */
export const whoCommands: CommandTable = {
  WHO: {
    usage: "WHO [<mask>] [o][%<fields>[,<token>]]",
    description: "Who is in a channel or fits a mask; o: operators of the server only",
    spec: "https://ircv3.net/specs/extensions/whox",
    minimum: 0,
    cost: 2,
    run: who,
  },
  WHOIS: {
    usage: "WHOIS [<server>] <nick>",
    description: "Who somebody is",
    spec: `${MODERN}#whois-message`,
    minimum: 0,
    run: whois,
  },
  WHOWAS: {
    usage: "WHOWAS <nick> [<count>]",
    description: "Who somebody was that left",
    spec: `${MODERN}#whowas-message`,
    minimum: 1,
    run: whowas,
  },
  USERHOST: {
    usage: "USERHOST <nick>{ <nick>}",
    description: "Names of up to five users in short",
    spec: `${MODERN}#userhost-message`,
    minimum: 1,
    run: userhost,
  },
  ISON: {
    usage: "ISON <nick>{ <nick>}",
    description: "Which of these are here",
    spec: "https://datatracker.ietf.org/doc/html/rfc2812#section-4.9",
    minimum: 1,
    run: ison,
  },
};

// WHO [<mask>] [%<fields>[,<token>]]
function who(client: RegisteredClient, { params }: Message): void {
  const [mask = "*", options] = params;
  const whox = options?.includes("%") ? parseWhox(options) : undefined;
  const operatorsOnly = options !== undefined && options.split("%", 1)[0] === "o";
  for (const [user, channel] of whoFits(client, mask)) {
    if (operatorsOnly && !user.isOperator) continue;
    // "Servers MAY filter or limit visible users replies arbitrarily.": https://modern.ircdocs.horse/#who-message
    if (client.crowded) break;
    if (whox === undefined) sendWho(client, user, channel);
    else sendWhox(client, user, channel, whox);
  }
  client.numeric(numeric.RPL_ENDOFWHO, mask, "End of WHO list");
}

/** The users that WHO names, each with the channel that it is asked about. */
function* whoFits(client: RegisteredClient, mask: string): Iterable<[User, Channel | undefined]> {
  const { hub, user } = client;
  if (looksLikeChannel(mask)) {
    const channel = hub.channels.get(mask);
    if (channel === undefined || !channel.visibleTo(user)) return;
    const insider = channel.members.has(user);
    for (const other of channel.members.keys()) if (insider || !other.modes.has("i")) yield [other, channel];
    return;
  }
  const exact = hub.users.get(mask);
  if (exact !== undefined) return yield [exact, undefined];
  const all = mask === "*" || mask === "0" ? "*" : mask;
  for (const other of hub.users.values()) {
    if (other.modes.has("i") && !user.isOperator && !user.sharesChannelWith(other)) continue;
    if (matchesMask(all, other.nick) || matchesMask(all, other.host) || matchesMask(all, other.username)) {
      yield [other, undefined];
    }
  }
}

function whoFlags(client: Client, user: User, channel: Channel | undefined): string {
  const member = channel?.members.get(user);
  return (user.away === undefined ? "H" : "G") + (user.isOperator ? "*" : "") +
    (member === undefined ? "" : prefixOf(member, client.has("multiPrefix"))) + (user.modes.has("B") ? "B" : "");
}

function sendWho(client: Client, user: User, channel: Channel | undefined): void {
  const where = channel?.name ?? "*";
  const flags = whoFlags(client, user, channel);
  const { username, host, nick, realname } = user;
  client.numeric(numeric.RPL_WHOREPLY, where, username, host, client.hub.name, nick, flags, `0 ${realname}`);
}

interface Whox {
  readonly fields: string;
  readonly token: string;
}

// "Servers MUST send the fields in the order specified above": https://ircv3.net/specs/extensions/whox. Its fields, and d
// (hops) and o (status in the channel), which are older than it, where servers have always sent them.
const WHOX_FIELDS = "tcuihsnfdlaor";

function parseWhox(options: string): Whox {
  const [fields = "", token = ""] = options.slice(options.indexOf("%") + 1).split(",");
  return { fields, token: /^\d{1,3}$/.test(token) ? token : "0" };
}

function sendWhox(client: Client, user: User, channel: Channel | undefined, { fields, token }: Whox): void {
  const idle = Math.floor((client.hub.clock.now() - user.active) / 1000);
  const values: Record<string, string> = {
    t: token,
    c: channel?.name ?? "*",
    u: user.username,
    i: mayKnowAddress(client, user) ? user.address : "255.255.255.255",
    h: user.host,
    s: client.hub.name,
    n: user.nick,
    f: whoFlags(client, user, channel),
    d: "0",
    l: `${idle}`,
    a: user.account ?? "0",
    o: "n/a",
    r: user.realname,
  };
  const shown = [...WHOX_FIELDS].filter((field) => fields.includes(field)).map((field) => values[field]!);
  client.numeric(numeric.RPL_WHOSPCRPL, ...shown);
}

/** Addresses are for the user itself and for operators. */
function mayKnowAddress(client: Client, user: User): boolean {
  return client.user === user || (client.user?.isOperator ?? false);
}

// WHOIS [<server>] <nick>
function whois(client: RegisteredClient, { params }: Message): void {
  const nick = (params[1] || params[0] || "").split(",")[0]!;
  if (nick === "") return client.error(numeric.ERR_NONICKNAMEGIVEN);
  const user = client.hub.userNamed(nick);
  if (user === undefined) client.error(numeric.ERR_NOSUCHNICK, nick);
  else sendWhois(client, user);
  client.numeric(numeric.RPL_ENDOFWHOIS, nick, "End of WHOIS");
}

function sendWhois(client: RegisteredClient, user: User): void {
  const { hub } = client;
  const { nick, username, host, realname, account, away } = user;
  client.numeric(numeric.RPL_WHOISUSER, nick, username, host, "*", realname);
  for (const line of whoisChannels(client, user)) client.numeric(numeric.RPL_WHOISCHANNELS, nick, line);
  client.numeric(numeric.RPL_WHOISSERVER, nick, hub.name, hub.options.network);
  if (user.isOperator) client.numeric(numeric.RPL_WHOISOPERATOR, nick, "is an operator of this server");
  if (account !== undefined) client.numeric(numeric.RPL_WHOISACCOUNT, nick, account, "is signed in as");
  if (mayKnowAddress(client, user)) {
    client.numeric(numeric.RPL_WHOISACTUALLY, nick, user.address, "is connecting from");
  }
  if (user.secure) client.numeric(numeric.RPL_WHOISSECURE, nick, "is using a secure connection");
  if (user.modes.has("B")) client.numeric(numeric.RPL_WHOISBOT, nick, "is a bot");
  if (away !== undefined) client.numeric(numeric.RPL_AWAY, nick, away);
  const idle = Math.floor((hub.clock.now() - user.active) / 1000);
  const signon = Math.floor(user.signon / 1000);
  client.numeric(numeric.RPL_WHOISIDLE, nick, `${idle}`, `${signon}`, "seconds idle, signon time");
}

/** Channels that both may know of, in lines that fit. */
function whoisChannels(client: RegisteredClient, user: User): string[] {
  const lines: string[] = [];
  let bytes = Infinity;
  const hidden = user.modes.has("i") && user !== client.user && !client.user.isOperator;
  for (const [channel, member] of user.channels) {
    const shared = channel.members.has(client.user);
    if (!channel.visibleTo(client.user) || (hidden && !shared)) continue;
    const entry = prefixOf(member, client.has("multiPrefix")) + channel.name;
    bytes += byteLength(entry) + 1;
    if (bytes > 300) {
      lines.push(entry);
      bytes = byteLength(entry);
    } else {
      lines[lines.length - 1] += ` ${entry}`;
    }
  }
  return lines;
}

// WHOWAS <nick> [<count>]
function whowas(client: RegisteredClient, { params }: Message): void {
  const nick = params[0]!.split(",")[0]!;
  const count = Number(params[1]);
  const all = client.hub.whowas.get(nick);
  if (all.length === 0) client.error(numeric.ERR_WASNOSUCHNICK, nick);
  for (const gone of count > 0 ? all.slice(0, count) : all) {
    client.numeric(numeric.RPL_WHOWASUSER, gone.nick, gone.username, gone.host, "*", gone.realname);
    client.numeric(numeric.RPL_WHOISSERVER, gone.nick, client.hub.name, new Date(gone.at).toUTCString());
  }
  client.numeric(numeric.RPL_ENDOFWHOWAS, nick, "End of WHOWAS");
}

// USERHOST <nick>{ <nick>}
function userhost(client: RegisteredClient, { params }: Message): void {
  const replies = params.slice(0, 5).map((nick) => client.hub.users.get(nick)).filter((user) => user !== undefined)
    .map((user) =>
      `${user.nick}${user.isOperator ? "*" : ""}=${user.away === undefined ? "+" : "-"}${user.username}@${user.host}`
    );
  client.numeric(numeric.RPL_USERHOST, replies.join(" "));
}

// ISON <nick>{ <nick>}
function ison(client: RegisteredClient, { params }: Message): void {
  const nicks = params.flatMap((param) => param.split(" ")).slice(0, 50);
  const here = nicks.map((nick) => client.hub.users.get(nick)?.nick).filter((nick) => nick !== undefined);
  client.numeric(numeric.RPL_ISON, cutToBytes(here.join(" "), 400));
}
