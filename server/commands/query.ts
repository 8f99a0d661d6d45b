/**
 * MOTD LUSERS VERSION ADMIN INFO TIME STATS LINKS: what there is to know of the server.
 *
 * https://modern.ircdocs.horse/#server-queries-and-commands
 *
 * @module
 */

import { cutToBytes, type Message } from "../../protocol.ts";
import { matchesMask } from "../../protocol/casemapping.ts";
import * as numeric from "../../protocol/numerics.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { type CommandTable, MODERN } from "../command.ts";
import { sendIsupport } from "../support.ts";

/** Rows of this file. */
export const queryCommands: CommandTable = {
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
};

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
  const visible = total - invisible;
  const counted = (code: string, count: number, what: string, rest: string) =>
    client.numeric(code, `${count}`, `${nounFor(count, what)} ${rest}`);
  const users = `There ${visible === 1 ? "is" : "are"} ${visible} ${nounFor(visible, "user")}`;
  client.numeric(numeric.RPL_LUSERCLIENT, `${users} and ${invisible} invisible on 1 server`);
  counted(numeric.RPL_LUSEROP, hub.countMode("o"), "operator", "online");
  counted(numeric.RPL_LUSERUNKNOWN, hub.unregistered, "connection", "not registered");
  counted(numeric.RPL_LUSERCHANNELS, hub.channels.size, "channel", "formed");
  client.numeric(numeric.RPL_LUSERME, `I have ${total} ${nounFor(total, "client")} and 0 servers`);
  client.numeric(numeric.RPL_LOCALUSERS, `${total}`, `${most}`, `Current local users ${total}, max ${most}`);
  client.numeric(numeric.RPL_GLOBALUSERS, `${total}`, `${most}`, `Current global users ${total}, max ${most}`);
}

function nounFor(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
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
