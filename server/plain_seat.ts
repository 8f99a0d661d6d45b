/**
 * A person with `nc` or telnet at the server: comes in under a name, says lines, and is told things in words.
 *
 * What a line means and how a message reads is in `plain_text.ts`; here it is done.
 *
 * @module
 */

import { byteLength, type Message } from "../protocol.ts";
import { isNick, MAX_NICK_LENGTH } from "../protocol/casemapping.ts";
import { Line } from "../protocol/sendq.ts";
import type { Client } from "./client.ts";
import { run } from "./commands.ts";
import { roomFor } from "./commands/destination.ts";
import { MAX_CLIENT_LINE } from "./limits.ts";
import { claimNick } from "./nick_ownership.ts";
import { parsePlain, type PlainInput, plainNick, splitPlain } from "./plain_text.ts";

/** Tells a connection that has said nothing what this is, in a line that programs understand too. */
export function invite(client: Client): void {
  const { name, options } = client.hub;
  client.greeted = true;
  client.write(
    new Line(`:${name} NOTICE * :Welcome to ${options.network}. Type your name and press Enter to come in.`),
  );
}

/** Seats a person whose first line is a name, a slash command, or anything else. Gives the tokens that it costs. */
export function seatPerson(client: Client, line: string): number {
  const { hub } = client;
  const asks = line.startsWith("/");
  const wanted = plainNick(line);
  client.plain = { channel: hub.options.lobby };
  client.reform();
  const name = freeName(client, wanted);
  run(client, { command: "USER", params: [name, "0", "*", name] });
  run(client, { command: "NICK", params: [name] });
  if (client.user === undefined) return 1;
  tell(client, welcome(hub.options.network, name, asks && wanted === undefined ? name : wanted));
  run(client, { command: "JOIN", params: [client.plain.channel] });
  return 1 + (asks && wanted === undefined ? hearPerson(client, line) : 0);
}

function welcome(network: string, name: string, wanted: string | undefined): string[] {
  const more = "/nick NAME takes another name, /help shows more.";
  if (wanted === name) return [`Welcome to ${network}, ${name}. Type and press Enter; /help shows more.`];
  const why = wanted === undefined ? "That cannot be a name" : `The name ${wanted} is taken`;
  return [`Welcome to ${network}. ${why}, so you are ${name}: ${more}`];
}

/** The wanted name, or one like it, or any that nobody has. */
function freeName(client: Client, wanted: string | undefined): string {
  const isFree = (name: string) => isNick(name) && !client.hub.users.has(name) && claimNick(client, name) === undefined;
  for (let n = 0; wanted !== undefined && n < 10; n++) {
    const name = n === 0 ? wanted : [...wanted].slice(0, MAX_NICK_LENGTH - 1).join("") + n;
    if (isFree(name)) return name;
  }
  for (;;) {
    const name = `guest${10 + Math.floor(Math.random() * 99_990)}`;
    if (isFree(name)) return name;
  }
}

/** Takes what a person typed. Gives the tokens that it costs. */
export function hearPerson(client: Client, line: string): number {
  client.heard = client.hub.clock.elapsed();
  if (byteLength(line) > MAX_CLIENT_LINE) {
    tell(client, [`That was too long, and nobody has seen it; a line may have ${MAX_CLIENT_LINE} bytes.`]);
  } else if (!line.isWellFormed()) {
    tell(client, ["That was not UTF-8, and nobody has seen it."]);
  } else {
    return obey(client, parsePlain(line, client.plain!));
  }
  return 1;
}

function obey(client: Client, input: PlainInput): number {
  if ("answer" in input) {
    tell(client, input.answer);
    return 1;
  }
  const [first, second] = input.messages;
  if (first?.command === "JOIN") return move(client, first, second!);
  const messages = input.messages.flatMap((message) => whole(client, message));
  return messages.reduce((cost, message) => cost + run(client, message), 0);
}

/** A message in as many as it takes for each to reach everybody whole. */
function whole(client: Client, message: Message): readonly Message[] {
  if (message.command !== "PRIVMSG" || client.user === undefined) return [message];
  return splitPlain(message, roomFor(client.user.source, "PRIVMSG", message.params[0]!));
}

/** Goes elsewhere: out of the old channel once the new one has let them in. */
function move(client: Client, join: Message, part: Message): number {
  const { hub, user, plain } = client;
  const before = hub.channels.get(plain!.channel);
  const wasThere = before?.members.has(user!) ?? false;
  run(client, join);
  const channel = hub.channels.get(join.params[0]!);
  if (channel === undefined || !channel.members.has(user!)) return 1;
  if (wasThere && channel === before) tell(client, [`You are in ${channel.name}.`]);
  else if (wasThere) run(client, part);
  plain!.channel = channel.name;
  return 2;
}

function tell(client: Client, lines: readonly string[]): void {
  for (const line of lines) client.write(new Line(`* ${line}`));
}
