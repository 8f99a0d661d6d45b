/**
 * WHO WHOIS WHOWAS MOTD LUSERS VERSION ADMIN INFO TIME STATS LINKS USERHOST ISON, AWAY SETNAME and MONITOR.
 *
 * https://modern.ircdocs.horse/#server-queries-and-commands
 *
 * @module
 */

import { byteLength, cutToBytes, type Message } from "../../protocol.ts";
import { CAPABILITIES } from "../../protocol/capability.ts";
import { casefold, isNick, looksLikeChannel, matchesMask } from "../../protocol/casemapping.ts";
import * as numeric from "../../protocol/numerics.ts";
import { type Channel, prefixOf } from "../channel.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { type CommandTable, MODERN } from "../command.ts";
import { TEXT_LIMITS } from "../limits.ts";
import { sendIsupport } from "../support.ts";
import type { User } from "../user.ts";

/** Rows of this file. */
export const queryCommands: CommandTable = {
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
  MOTD: {
    usage: "MOTD",
    description: "The message of the day",
    spec: `${MODERN}#motd-message`,
    minimum: 0,
    run: motd,
  },
  LUSERS: {
    usage: "LUSERS",
    description: "How many are here",
    spec: `${MODERN}#lusers-message`,
    minimum: 0,
    run: (client) => sendLusers(client),
  },
  VERSION: {
    usage: "VERSION",
    description: "What runs here, and what it supports",
    spec: `${MODERN}#version-message`,
    minimum: 0,
    run: version,
  },
  ADMIN: {
    usage: "ADMIN",
    description: "Who runs this server",
    spec: `${MODERN}#admin-message`,
    minimum: 0,
    run: admin,
  },
  INFO: { usage: "INFO", description: "About the program", spec: `${MODERN}#info-message`, minimum: 0, run: info },
  TIME: { usage: "TIME", description: "The server's clock", spec: `${MODERN}#time-message`, minimum: 0, run: time },
  STATS: {
    usage: "STATS <letter>",
    description: "u: how long the server has been running",
    spec: `${MODERN}#stats-message`,
    minimum: 1,
    run: stats,
  },
  LINKS: {
    usage: "LINKS",
    description: "The other servers of the network: there are none",
    spec: `${MODERN}#links-message`,
    minimum: 0,
    run: links,
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
    run: monitor,
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

// MOTD [<server>]
function motd(client: RegisteredClient, { params }: Message): void {
  if (isHere(client, params[0])) sendMotd(client);
}

/** Sends the message of the day. */
export function sendMotd(client: Client): void {
  const { motd } = client.hub.options;
  if (motd === undefined) return client.error(numeric.ERR_NOMOTD);
  client.numeric(numeric.RPL_MOTDSTART, `- ${client.hub.name} message of the day -`);
  for (const line of motd) client.numeric(numeric.RPL_MOTD, cutToBytes(`- ${line}`, 400));
  client.numeric(numeric.RPL_ENDOFMOTD, "End of the message of the day");
}

/** Sends how many are here. */
export function sendLusers(client: Client): void {
  const { hub } = client;
  const total = hub.users.size;
  const invisible = hub.countMode("i");
  const most = hub.maxUsers;
  client.numeric(
    numeric.RPL_LUSERCLIENT,
    `There are ${total - invisible} users and ${invisible} invisible on 1 servers`,
  );
  client.numeric(numeric.RPL_LUSEROP, `${hub.countMode("o")}`, "operators online");
  client.numeric(numeric.RPL_LUSERUNKNOWN, `${hub.unregistered}`, "connections not registered");
  client.numeric(numeric.RPL_LUSERCHANNELS, `${hub.channels.size}`, "channels formed");
  client.numeric(numeric.RPL_LUSERME, `I have ${total} clients and 0 servers`);
  client.numeric(numeric.RPL_LOCALUSERS, `${total}`, `${most}`, `Current local users ${total}, max ${most}`);
  client.numeric(numeric.RPL_GLOBALUSERS, `${total}`, `${most}`, `Current global users ${total}, max ${most}`);
}

// VERSION [<server>]
function version(client: RegisteredClient, { params }: Message): void {
  if (!isHere(client, params[0])) return;
  const { hub } = client;
  client.numeric(numeric.RPL_VERSION, `chat-${hub.options.version}`, hub.name, "one program that is server and client");
  sendIsupport(client);
}

// ADMIN [<server>]
function admin(client: RegisteredClient, { params }: Message): void {
  if (!isHere(client, params[0])) return;
  const { hub } = client;
  client.numeric(numeric.RPL_ADMINME, hub.name, "Administrative info");
  client.numeric(numeric.RPL_ADMINLOC1, hub.options.network);
  client.numeric(numeric.RPL_ADMINLOC2, "Run by whoever started it");
  client.numeric(numeric.RPL_ADMINEMAIL, "Ask an operator in a channel");
}

// INFO [<server>]
function info(client: RegisteredClient, { params }: Message): void {
  if (!isHere(client, params[0])) return;
  const { hub } = client;
  client.numeric(numeric.RPL_INFO, `chat ${hub.options.version}: server and terminal client in one program`);
  client.numeric(numeric.RPL_INFO, "IRC and IRCv3 on the wire; free software under the MIT licence");
  client.numeric(numeric.RPL_INFO, `Running since ${new Date(hub.started).toUTCString()}`);
  client.numeric(numeric.RPL_ENDOFINFO, "End of INFO");
}

// TIME [<server>]
function time(client: RegisteredClient, { params }: Message): void {
  if (!isHere(client, params[0])) return;
  client.numeric(numeric.RPL_TIME, client.hub.name, new Date(client.hub.clock.now()).toUTCString());
}

// STATS <letter>
function stats(client: RegisteredClient, { params }: Message): void {
  const [letter = "*"] = params[0]!;
  if (letter === "u") {
    const seconds = Math.floor((client.hub.clock.now() - client.hub.started) / 1000);
    const clock = new Date(seconds % 86_400 * 1000).toISOString().slice(11, 19);
    client.numeric(numeric.RPL_STATSUPTIME, `Server up ${Math.floor(seconds / 86_400)} days ${clock}`);
  }
  client.numeric(numeric.RPL_ENDOFSTATS, letter, "End of STATS; only u tells something");
}

// LINKS
function links(client: RegisteredClient): void {
  // "Servers MAY omit some or all servers on the network, including itself.": https://modern.ircdocs.horse/#links-message
  client.numeric(numeric.RPL_ENDOFLINKS, "*", "End of LINKS");
}

/** Whether a query is for this server; says so if not. */
function isHere(client: Client, target: string | undefined): boolean {
  const { hub } = client;
  if (target === undefined || target === "" || matchesMask(target, hub.name) || hub.users.has(target)) return true;
  client.error(numeric.ERR_NOSUCHSERVER, target);
  return false;
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
      return nicks.forEach((nick) => client.hub.unmonitor(client, nick));
    case "C":
      return [...client.monitored.values()].forEach((nick) => client.hub.unmonitor(client, nick));
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
  for (const nick of taken) client.hub.monitor(client, nick);
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
