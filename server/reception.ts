/**
 * Reception: the life of one connection, from its first line to its last, and what silence does to it.
 *
 * Here it is found out who is there: an IRC client, a person with `nc`, or a browser that was made to post at us. Knows
 * nothing about sockets.
 *
 * @module
 */

import type { Connection } from "../protocol/connection.ts";
import type { Client, Remote } from "./client.ts";
import { COMMANDS, receive } from "./commands.ts";
import type { Hub } from "./hub.ts";
import { watchNicks } from "./nick_ownership.ts";
import { hearPerson, invite, seatPerson } from "./plain_seat.ts";
import { isBlank } from "./plain_text.ts";
import { Line } from "../protocol/sendq.ts";

/** Milliseconds after which whoever says nothing is told what this is. */
const GREET_AFTER = 1000;

/** Hears a connection until it ends. */
export async function host(hub: Hub, connection: Connection, remote: Remote): Promise<void> {
  const client = hub.connect(connection, remote);
  try {
    for await (const lines of connection.bursts()) {
      for await (const line of lines) {
        // Behind a QUIT or a refusal nothing is looked at any more. It is still read, because a system that has to drop
        // what came drops also what is still to be sent.
        if (!connection.open) break;
        const cost = hear(client, line);
        if (client.busy !== undefined) await rest(client);
        const wait = hub.options.throttle ? client.bucket.take(cost, hub.clock.elapsed()) : 0;
        if (wait > 0) await slowDown(client, wait);
        // Who does not take its answers gets to ask for more once it has.
        if (connection.isBehind(hub.limits.sendq / 2)) await connection.drained(hub.limits.sendq / 4);
      }
    }
  } finally {
    client.leaving ??= connection.failure ?? "Connection closed";
    hub.disconnect(client, client.leaving);
    client.close(client.leaving);
    await connection.closed;
  }
}

/** Waits for work that runs beside the event loop. */
async function rest(client: Client): Promise<void> {
  await client.busy;
  client.busy = undefined;
}

/** Delays the next line rather than dropping it: nothing is read meanwhile. */
async function slowDown(client: Client, milliseconds: number): Promise<void> {
  if (client.connection.open) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Takes one line, whoever it comes from. Gives the tokens that it costs. */
function hear(client: Client, line: string): number {
  const first = !client.spoke && !isBlank(line);
  client.spoke ||= first;
  if (first && client.registration !== undefined) {
    if (HTTP.test(line)) return refuseHttp(client);
    if (SCANNER.test(line)) return refuseScanner(client);
    if (!speaksIrc(line)) return seatPerson(client, line);
  }
  if (!client.spoke) {
    if (!client.greeted) invite(client);
    return 1;
  }
  return client.plain === undefined ? receive(client, line) : hearPerson(client, line);
}

// Browsers can be made to post at any port; nothing behind such a line is looked at.
const HTTP = /^(?:GET|POST|PUT|HEAD|OPTIONS|DELETE|PATCH|CONNECT|TRACE|PRI) /;

function refuseHttp(client: Client): number {
  client.leaving = "This is no web server";
  client.connection.close(
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nThis is a chat server.",
  );
  return 0;
}

// Programs that try every port speak first, too; none of them is a person of that name.
const SCANNER = /^(?:SSH-\d|PROXY (?:TCP|UNKNOWN)|RTSP\/|SIP\/|EHLO |HELO )/;

function refuseScanner(client: Client): number {
  client.close("This is a chat server");
  return 0;
}

/** What clients of IRC begin with, however they spell it; alone only in upper case, since people have names such as "ping". */
const OPENINGS = new Set(
  ["CAP", "PASS", "NICK", "USER", "AUTHENTICATE", "PING", "PONG", "QUIT", "ERROR", "SERVER", "STARTTLS", "WEBIRC"],
);

/** Whether a first line is IRC rather than what a person would type. */
function speaksIrc(line: string): boolean {
  const [, word = "", rest = ""] = /^(?:@[^ ]* +)?(?::[^ ]* +)?([A-Za-z]+)(?: +(.*))?$/s.exec(line) ?? [];
  return OPENINGS.has(word) || COMMANDS.has(word) || (rest !== "" && OPENINGS.has(word.toUpperCase()));
}

/**
 * Looks at everybody's silence, once in a while: greets who has said nothing, asks who has been quiet for long, and
 * lets go of who does not answer. Strangers on a nick that belongs to an account get another.
 */
export function watchSilence(hub: Hub): void {
  const now = hub.clock.elapsed();
  watchNicks(hub);
  for (const client of hub.clients) {
    if (client.registration !== undefined) watchNewcomer(client, now);
    else if (client.plain === undefined) watchUser(client, now);
  }
}

function watchNewcomer(client: Client, now: number): void {
  const { limits } = client.hub;
  const age = now - client.connected;
  if (age >= limits.registrationTime) return client.close("Registration timed out");
  if (!client.spoke && !client.greeted && age >= GREET_AFTER) invite(client);
}

function watchUser(client: Client, now: number): void {
  const { limits, name } = client.hub;
  const silence = now - client.heard;
  if (silence >= limits.pingTimeout) return client.close(`Ping timeout: ${Math.floor(silence / 1000)} seconds`);
  if (silence < limits.pingAfter || client.pinged) return;
  client.pinged = true;
  client.write(new Line(`PING ${name}`));
}
