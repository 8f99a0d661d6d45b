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
import { COMMANDS, receive, run } from "./commands.ts";
import type { Hub } from "./hub.ts";
import { watchNicks } from "./nick_ownership.ts";
import { parsePlain, type PlainInput, plainNick } from "./plain_text.ts";
import { Line } from "../protocol/sendq.ts";

/** Milliseconds after which whoever says nothing is told what this is. */
const GREET_AFTER = 1000;

/** Hears a connection until it ends. */
export async function host(hub: Hub, connection: Connection, remote: Remote): Promise<void> {
  const client = hub.connect(connection, remote);
  try {
    for await (const line of connection) {
      const cost = hear(client, line);
      if (client.busy !== undefined) await rest(client);
      if (hub.options.throttle) await slowDown(client, cost);
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
async function slowDown(client: Client, cost: number): Promise<void> {
  const wait = client.bucket.take(cost, client.hub.clock.now());
  if (wait > 0 && client.connection.open) await new Promise((resolve) => setTimeout(resolve, wait));
}

/** Takes one line, whoever it comes from. Gives the tokens that it costs. */
function hear(client: Client, line: string): number {
  const first = !client.spoke && line !== "";
  client.spoke ||= first;
  if (first && client.registration !== undefined) {
    if (HTTP.test(line)) return refuseHttp(client);
    if (!speaksIrc(line)) return seatPerson(client, line);
  }
  return client.plain === undefined ? receive(client, line) : hearPerson(client, line);
}

// Browsers can be made to post at any port; nothing behind such a line is looked at.
const HTTP = /^(?:GET|POST|PUT|HEAD|OPTIONS|DELETE|PATCH|CONNECT|TRACE) /;

function refuseHttp(client: Client): number {
  client.leaving = "This is no web server";
  client.connection.close(
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nThis is a chat server.",
  );
  return 0;
}

/** What clients of IRC begin with, however they spell it. Other commands count only as IRC writes them, since people have names. */
const OPENINGS = /^(?:CAP|PASS|NICK|USER|AUTHENTICATE|PING|PONG|QUIT|ERROR|SERVER|STARTTLS|WEBIRC)(?: |$)/i;

function speaksIrc(line: string): boolean {
  if (/^[@:]/.test(line) || OPENINGS.test(line)) return true;
  return COMMANDS.has(line.split(" ", 1)[0]!);
}

/** Seats a person whose first line is a name, or not even that. */
function seatPerson(client: Client, line: string): number {
  const { hub } = client;
  const wanted = plainNick(line);
  client.plain = { channel: hub.options.lobby };
  client.reform();
  run(client, { command: "USER", params: [wanted ?? "guest", "0", "*", wanted ?? "guest"] });
  if (wanted !== undefined) run(client, { command: "NICK", params: [wanted] });
  for (let n = 1; client.user === undefined && client.connection.open; n++) {
    run(client, {
      command: "NICK",
      params: [wanted === undefined || n > 9 ? `guest${randomNumber()}` : `${wanted}${n}`],
    });
  }
  if (client.user === undefined) return 1;
  tell(client, [`Welcome to ${hub.options.network}, ${client.user.nick}. Type and press Enter; /help shows more.`]);
  run(client, { command: "JOIN", params: [client.plain.channel] });
  return 1;
}

function randomNumber(): number {
  return 10 + Math.floor(Math.random() * 99_990);
}

/** Takes what a person typed. */
function hearPerson(client: Client, line: string): number {
  client.heard = client.hub.clock.now();
  if (!line.isWellFormed()) {
    tell(client, ["That was not UTF-8, and nobody has seen it."]);
    return 1;
  }
  return obey(client, parsePlain(line, client.plain!));
}

function obey(client: Client, input: PlainInput): number {
  if ("answer" in input) {
    tell(client, input.answer);
    return 1;
  }
  const [first, second] = input.messages;
  if (first?.command !== "JOIN") return input.messages.reduce((cost, message) => cost + run(client, message), 0);
  // Going elsewhere: out of the old channel once the new one has let them in.
  run(client, first);
  const channel = client.hub.channels.get(first.params[0]!);
  if (channel === undefined || !channel.members.has(client.user!) || channel.name === client.plain!.channel) return 1;
  run(client, second!);
  client.plain!.channel = channel.name;
  return 2;
}

function tell(client: Client, lines: readonly string[]): void {
  for (const line of lines) client.write(new Line(`* ${line}`));
}

/**
 * Looks at everybody's silence, once in a while: greets who has said nothing, asks who has been quiet for long, and
 * lets go of who does not answer. Strangers on a nick that belongs to an account get another.
 */
export function watchSilence(hub: Hub): void {
  const now = hub.clock.now();
  watchNicks(hub);
  for (const client of hub.clients) {
    if (client.registration !== undefined) watchNewcomer(client, now);
    else if (client.plain === undefined) watchUser(client, now);
  }
}

function watchNewcomer(client: Client, now: number): void {
  const { limits, name, options } = client.hub;
  const age = now - client.connected;
  if (age >= limits.registrationTime) return client.close("Registration timed out");
  if (client.spoke || client.greeted || age < GREET_AFTER) return;
  client.greeted = true;
  client.write(
    new Line(`:${name} NOTICE * :Welcome to ${options.network}. Type your name and press Enter to come in.`),
  );
}

function watchUser(client: Client, now: number): void {
  const { limits, name } = client.hub;
  const silence = now - client.heard;
  if (silence >= limits.pingTimeout) return client.close(`Ping timeout: ${Math.floor(silence / 1000)} seconds`);
  if (silence < limits.pingAfter || client.pinged) return;
  client.pinged = true;
  client.write(new Line(`PING ${name}`));
}
