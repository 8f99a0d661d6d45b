/**
 * The seat for people with `nc` or telnet: plain lines in, messages out, and the other way round.
 *
 * Pure: it translates, and knows nothing of connections and state. A person with `nc` sits in one channel at a time.
 *
 * @module
 */

import { type Message, splitText } from "../protocol.ts";
import { isNick, MAX_NICK_LENGTH } from "../protocol/casemapping.ts";
import * as numeric from "../protocol/numerics.ts";

/** Where a person with `nc` sits. */
export interface PlainSeat {
  /** The channel that a line without a command goes to. */
  channel: string;
}

/** What a line is: messages as a client would send them, or words for the person who typed it. */
export type PlainInput = { readonly messages: readonly Message[] } | { readonly answer: readonly string[] };

interface PlainCommand {
  readonly usage: string;
  readonly description: string;
  readonly parse: (rest: string, seat: PlainSeat) => PlainInput;
}

const PLAIN_COMMANDS: Readonly<Record<string, PlainCommand>> = {
  help: {
    usage: "/help",
    description: "show this",
    parse: () => ({
      answer: [
        "Type a line and press Enter: everybody here reads it.",
        ...Object.values(PLAIN_COMMANDS).map(({ usage, description }) => `  ${usage.padEnd(18)} ${description}`),
      ],
    }),
  },
  nick: {
    usage: "/nick NAME",
    description: "take another name",
    parse: (rest) => needs(rest, 1, "/nick NAME", ([name]) => [one("NICK", name!)]),
  },
  who: {
    usage: "/who",
    description: "who is here",
    parse: (_, seat) => ({ messages: [one("NAMES", seat.channel)] }),
  },
  me: {
    usage: "/me TEXT",
    description: "say what you do",
    parse: (rest, seat) =>
      rest === "" ? usage("/me TEXT") : { messages: [one("PRIVMSG", seat.channel, `\x01ACTION ${rest}\x01`)] },
  },
  msg: {
    usage: "/msg NAME TEXT",
    description: "say something to one person only",
    parse: (rest) => needs(rest, 2, "/msg NAME TEXT", ([name, text]) => [one("PRIVMSG", name!, text!)]),
  },
  join: {
    usage: "/join #CHANNEL",
    description: "go to another channel",
    parse: (rest, seat) =>
      needs(rest, 1, "/join #CHANNEL", ([name]) => {
        const channel = name!.startsWith("#") ? name! : `#${name}`;
        return [one("JOIN", channel), one("PART", seat.channel)];
      }),
  },
  quit: {
    usage: "/quit",
    description: "leave",
    parse: (rest) => ({ messages: [one("QUIT", rest || "Leaving")] }),
  },
};

/**
 * Reads what a person typed.
 *
 * @example
 * ```ts
 * import { parsePlain } from "./plain_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parsePlain("hello", { channel: "#lobby" }), {
 *   messages: [{ command: "PRIVMSG", params: ["#lobby", "hello"] }],
 * });
 * ```
 */
export function parsePlain(line: string, seat: PlainSeat): PlainInput {
  const text = harmless(line);
  if (text.trim() === "") return { messages: [] };
  if (!text.startsWith("/")) return { messages: [one("PRIVMSG", seat.channel, text)] };
  if (text.startsWith("//")) return { messages: [one("PRIVMSG", seat.channel, text.slice(1))] };
  const [, name = "", rest = ""] = /^\/(\S*)\s*(.*)$/.exec(text) ?? [];
  const command = Object.hasOwn(PLAIN_COMMANDS, name.toLowerCase()) ? PLAIN_COMMANDS[name.toLowerCase()] : undefined;
  return command?.parse(rest.trim(), seat) ?? { answer: [`There is no /${name} here. /help shows what there is.`] };
}

/**
 * A nick out of what somebody typed as a name, or `undefined` if none can be made of it.
 *
 * @example
 * ```ts
 * import { plainNick } from "./plain_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainNick(" I'm Ann! "), "Im_Ann");
 * assertEquals(plainNick("/nick 小明"), "小明");
 * assertEquals(plainNick("..."), undefined);
 * ```
 */
export function plainNick(line: string): string | undefined {
  if (!line.isWellFormed()) return undefined;
  const said = harmless(line).trim().replace(/^\/nick\s+/i, "");
  if (said.startsWith("/")) return undefined;
  const letters = said.replace(/\s+/g, "_").replace(/[^\p{L}\p{M}\p{Nd}\p{Nl}[\]\\^_{|}`-]/gu, "").replace(
    /^[\d\p{M}-]+/u,
    "",
  );
  const name = [...letters].slice(0, MAX_NICK_LENGTH).join("");
  return isNick(name) && /[\p{L}\p{Nd}]/u.test(name) ? name : undefined;
}

/** Whether a line says nothing. */
export function isBlank(line: string): boolean {
  return harmless(line).trim() === "" && line.isWellFormed();
}

/**
 * A message in as many as it takes for each text to have at most `bytes` bytes; what somebody does stays what they do.
 *
 * @example
 * ```ts
 * import { splitPlain } from "./plain_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const message = { command: "PRIVMSG", params: ["#lobby", "one two three"] };
 * assertEquals(splitPlain(message, 9).map(({ params }) => params[1]), ["one two ", "three"]);
 * ```
 */
export function splitPlain({ command, params }: Message, bytes: number): Message[] {
  const [target = "", text = ""] = params;
  const action = actionOf(text);
  const parts = action === undefined
    ? splitText(text, Math.max(4, bytes))
    : splitText(action, Math.max(4, bytes - "\x01ACTION \x01".length)).map((part) => `\x01ACTION ${part}\x01`);
  return parts.map((part) => ({ command, params: [target, part] }));
}

/**
 * A message as a person reads it; empty if there is nothing to read.
 *
 * @param time When it was said, in milliseconds since 1970.
 *
 * @example
 * ```ts
 * import { renderPlain } from "./plain_text.ts";
 * import { assertMatch } from "@std/assert";
 *
 * const message = { source: "ann!a@host", command: "PRIVMSG", params: ["#lobby", "hello"] };
 * assertMatch(renderPlain(message, 0), /^\[\d\d:\d\d\] <ann> hello$/);
 * ```
 */
export function renderPlain(message: Message, time: number): string {
  const text = plainText(message);
  return text === "" ? "" : `[${clockTime(time)}] ${text}`;
}

/** The same without the time. */
export function plainText(message: Message): string {
  return harmless(renderMessage(message));
}

function renderMessage({ source = "", command, params }: Message): string {
  const nick = source.split("!", 1)[0]!;
  const last = params.at(-1) ?? "";
  switch (command) {
    case "PRIVMSG":
      return renderText(nick, params[0]!, last);
    case "NOTICE":
      return `-${nick}- ${last}`;
    case "JOIN":
      return `* ${nick} joined ${params[0]}`;
    case "PART":
      return `* ${nick} left ${params[0]}${because(params[1])}`;
    case "QUIT":
      return `* ${nick} left${because(last)}`;
    case "KICK":
      return `* ${nick} removed ${params[1]} from ${params[0]}${because(params[2])}`;
    case "NICK":
      return `* ${nick} is now ${last}`;
    case "TOPIC":
      return last === "" ? `* ${nick} cleared the topic` : `* ${nick} changed the topic to: ${last}`;
    case "WALLOPS":
      return `-${nick}- (to everybody) ${last}`;
    case "INVITE":
      return `* ${nick} invites you to ${last}: /join ${last}`;
    case "FAIL":
      return `! ${last}`;
    default:
      return renderNumeric(command, params);
  }
}

function renderText(nick: string, target: string, text: string): string {
  const action = actionOf(text);
  const to = /^[@+]*#/.test(target) ? target.replace(/^#.*/, "").replace(/^[@+].*/, "(to $& only) ") : "(to you) ";
  if (action !== undefined) return `${to}* ${nick} ${action}`;
  return text.startsWith("\x01") ? "" : `${to}<${nick}> ${text}`;
}

/** What somebody does, if that is what a text says: https://modern.ircdocs.horse/ctcp.html#action */
export function actionOf(text: string): string | undefined {
  // deno-lint-ignore no-control-regex -- CTCP is framed by this character
  return /^\x01ACTION ?(.*?)\x01?$/s.exec(text)?.[1];
}

function renderNumeric(code: string, params: readonly string[]): string {
  const last = params.at(-1) ?? "";
  switch (code) {
    case numeric.RPL_NAMREPLY:
      return `* Here: ${last.split(" ").join(", ")}`;
    case numeric.RPL_TOPIC:
      return `* Topic: ${last}`;
    case numeric.RPL_AWAY:
      return `* ${params[1]} is away: ${last}`;
    case numeric.RPL_MOTD:
      return last;
    case numeric.ERR_NOMOTD:
      return "";
  }
  if (!/^[45]/.test(code)) return "";
  const about = params.slice(1, -1).join(" ");
  return about === "" ? `! ${last}` : `! ${about}: ${last}`;
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === "" ? "" : ` (${reason})`;
}

/** A moment in milliseconds since 1970 as people read it, in the time of where the server is. */
export function clockTime(time: number): string {
  const date = new Date(time);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

// Colours are a control character with digits behind it: https://modern.ircdocs.horse/formatting.
// deno-lint-ignore no-control-regex -- control characters are what must not reach a terminal
const FORMATTING = /\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04[0-9a-fA-F]{0,6}/g;
// Controls, and those that turn the direction of text around. The frame of CTCP is kept for the renderer.
// deno-lint-ignore no-control-regex -- as above
const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu;

/** A text without anything that acts on a terminal. */
export function harmless(text: string): string {
  return text.replace(FORMATTING, "").replace(CONTROLS, "");
}

function one(command: string, ...params: string[]): Message {
  return { command, params };
}

function usage(text: string): PlainInput {
  return { answer: [`Usage: ${text}`] };
}

/** Splits into `count` words, of which the last takes the rest; says how the command is used if there are fewer. */
function needs(
  rest: string,
  count: number,
  text: string,
  make: (words: readonly string[]) => readonly Message[],
): PlainInput {
  const words = rest.split(/\s+/);
  if (rest === "" || words.length < count) return usage(text);
  const parts = count === 1 ? [words[0]!] : [words[0]!, rest.slice(words[0]!.length).trim()];
  return { messages: make(parts) };
}
