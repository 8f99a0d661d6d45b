/**
 * The table of commands, and the one way a line becomes a change: parsed, checked, run.
 *
 * What a command needs is written in its row, so handlers begin at the interesting part. Knows nothing about sockets.
 *
 * @module
 */

import {
  byteLength,
  MAX_BODY_BYTES,
  MAX_CLIENT_TAGS_BYTES,
  type Message,
  parseMessage,
  parseTags,
} from "../protocol.ts";
import * as numeric from "../protocol/numerics.ts";
import type { Client, RegisteredClient } from "./client.ts";
import { type Command, type CommandTable, MODERN, type Outcome } from "./command.ts";
import { accountCommands } from "./commands/account.ts";
import { takeBatched } from "./commands/batch.ts";
import { channelCommands } from "./commands/channel.ts";
import { connectionCommands } from "./commands/connection.ts";
import { historyCommands } from "./commands/history.ts";
import { invitationCommands } from "./commands/invitation.ts";
import { messageCommands } from "./commands/message.ts";
import { moderationCommands } from "./commands/moderation.ts";
import { operatorCommands } from "./commands/operator.ts";
import { presenceCommands } from "./commands/presence.ts";
import { queryCommands } from "./commands/query.ts";
import { whoCommands } from "./commands/who.ts";
import { MAX_CLIENT_LINE } from "./limits.ts";

const helpCommands: CommandTable = {
  HELP: {
    usage: "HELP [<command>]",
    description: "What the commands are",
    spec: `${MODERN}#help-message`,
    minimum: 0,
    run: help,
  },
  HELPOP: {
    usage: "HELPOP [<command>]",
    description: "The same as HELP",
    spec: `${MODERN}#help-message`,
    minimum: 0,
    run: help,
  },
};

/** The tables of commands by the file that they stand in. */
export const COMMAND_FILES: Readonly<Record<string, CommandTable>> = {
  "server/commands/connection.ts": connectionCommands,
  "server/commands/channel.ts": channelCommands,
  "server/commands/message.ts": messageCommands,
  "server/commands/history.ts": historyCommands,
  "server/commands/who.ts": whoCommands,
  "server/commands/presence.ts": presenceCommands,
  "server/commands/query.ts": queryCommands,
  "server/commands/account.ts": accountCommands,
  "server/commands/operator.ts": operatorCommands,
  "server/commands/moderation.ts": moderationCommands,
  "server/commands/invitation.ts": invitationCommands,
  "server/commands.ts": helpCommands,
};

/** Every command by name. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.values(COMMAND_FILES).flatMap((table) => Object.entries(table)),
);

/** What a client may send: https://ircv3.net/specs/extensions/message-tags#size-limit. */
const CLIENT_LIMITS = { maxTagsBytes: MAX_CLIENT_TAGS_BYTES, maxBodyBytes: MAX_BODY_BYTES };

/** Takes one line from a client. Gives the tokens that it costs. */
export function receive(client: Client, line: string): number {
  client.heard = client.hub.clock.elapsed();
  client.pinged = false;
  // What is longer was cut off on its way here, perhaps within a character.
  if (line.length * 3 > MAX_CLIENT_LINE && byteLength(line) > MAX_CLIENT_LINE) {
    client.error(numeric.ERR_INPUTTOOLONG);
    return 1;
  }
  let message: Message;
  try {
    message = parseMessage(line, CLIENT_LIMITS);
  } catch (error) {
    if (line !== "") refuse(client, line, error);
    return 1;
  }
  return run(client, message);
}

/** Checks a message against its row and runs it; what is costly when its time has come. Gives the tokens that it costs. */
export function run(client: Client, message: Message): number {
  const command = COMMANDS.get(message.command);
  const cost = command?.cost ?? 1;
  const busy = cost > 1
    ? client.hub.pace.run(() => client.connection.open ? answer(client, message, command) : undefined)
    : answer(client, message, command);
  if (busy !== undefined) client.busy = busy;
  return cost;
}

/** Runs a command and labels its answer. A promise if there is more to come. */
function answer(client: Client, message: Message, command: Command | undefined): Promise<void> | void {
  const label = message.tags?.get("label");
  const outcome = label === undefined
    ? dispatch(client, message, command)
    : client.answer(label, () => dispatch(client, message, command));
  if (!(outcome instanceof Promise)) return;
  return outcome.then((change) => client.answer(label, change)).catch((error) => blame(client, message, error));
}

function dispatch(client: Client, message: Message, command: Command | undefined): Outcome {
  try {
    if (message.tags?.has("batch") && takeBatched(client, message)) return;
    if (command === undefined) return client.error(numeric.ERR_UNKNOWNCOMMAND, message.command);
    if (!command.early && !isRegistered(client)) return client.error(numeric.ERR_NOTREGISTERED);
    if (message.params.length < command.minimum) return client.error(numeric.ERR_NEEDMOREPARAMS, message.command);
    if (command.early) return command.run(client, message);
    if (command.operator && !client.user?.isOperator) return client.error(numeric.ERR_NOPRIVILEGES);
    return isRegistered(client) ? command.run(client, message) : undefined;
  } catch (error) {
    blame(client, message, error);
  }
}

/** A mistake of our own: said to the operator and to whom it met, and nobody else is touched. */
function blame(client: Client, message: Message, error: unknown): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  client.hub.log(`error: ${message.command} from ${client.nick} failed: ${text}`);
  client.numeric(numeric.ERR_UNKNOWNERROR, message.command, "Something went wrong here, not with you");
}

/** A line that is no message is never acted on, and gets an answer unless there is nothing to answer. */
function refuse(client: Client, line: string, error: unknown): void {
  if (/[\0\r\n]/.test(line)) return client.numeric(numeric.ERR_UNKNOWNERROR, "*", "A line holds no control characters");
  const [, tags = "", word] = /^(?:@([^ ]*) +)? *(?::[^ ]* +)?([^ ]+)/.exec(line.toWellFormed()) ?? [];
  client.answer(parseTags(tags).get("label"), () => {
    if (error instanceof RangeError) return client.error(numeric.ERR_INPUTTOOLONG);
    if (line.isWellFormed()) return word && client.error(numeric.ERR_UNKNOWNCOMMAND, word);
    // "Servers publishing this token MUST NOT relay content (such as `PRIVMSG` or `NOTICE` message data, channel topics, or
    // realnames) containing non-UTF-8 data to clients.": https://ircv3.net/specs/extensions/utf8-only
    const command = word !== undefined && /^[A-Za-z]+$/.test(word) ? word.toUpperCase() : "*";
    client.fail(command, "INVALID_UTF8", "Your message is not UTF-8 and was not sent");
  });
}

function isRegistered(client: Client): client is RegisteredClient {
  return client.user !== undefined;
}

// HELP [<command>]
function help(client: RegisteredClient, { params }: Message): void {
  const topic = params[0]?.toUpperCase();
  if (topic === undefined || topic === "") return sendHelp(client, "*", "Commands", [...commandLines()]);
  const command = COMMANDS.get(topic);
  if (command === undefined) return client.error(numeric.ERR_HELPNOTFOUND, topic);
  sendHelp(client, topic, command.usage, [command.description, command.spec]);
}

function sendHelp(client: Client, topic: string, first: string, lines: readonly string[]): void {
  client.numeric(numeric.RPL_HELPSTART, topic, first);
  // "the first RPL_HELPTXT message SHOULD be empty": https://modern.ircdocs.horse/#help-message
  for (const line of ["", ...lines]) client.numeric(numeric.RPL_HELPTXT, topic, line);
  client.numeric(numeric.RPL_ENDOFHELP, topic, "End of help; HELP <command> tells more");
}

function* commandLines(): Iterable<string> {
  const names = [...COMMANDS.keys()].sort();
  for (let i = 0; i < names.length; i += 8) yield names.slice(i, i + 8).join(" ");
}
