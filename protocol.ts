/**
 * The IRC message: one line of text, parsed and formatted, with its byte limits.
 *
 * Grammar: https://modern.ircdocs.horse/#message-format and https://ircv3.net/specs/extensions/message-tags.
 * Pure and browser compatible. Knows nothing of connections, of commands and what they mean, or of who sent the line;
 * it imports nothing.
 *
 * @module
 */

/** Tags of a message by key. A tag without a value and one with an empty value are the same: `""`. */
export type Tags = ReadonlyMap<string, string>;

/** One line of IRC. */
export interface Message {
  /** What the sender says about the message; absent when there are none. */
  readonly tags?: Tags;
  /** Origin, `nick!user@host` or a server's name; absent on what a client sends. */
  readonly source?: string;
  /** A command in upper case, such as `PRIVMSG`, or a three-digit numeric. */
  readonly command: string;
  /** Parameters in order. Only the last may be empty, hold spaces or begin with a colon. */
  readonly params: readonly string[];
}

// "Most IRC servers limit messages to 512 bytes in length, including the trailing `CR-LF` characters.":
// https://modern.ircdocs.horse/#message-format
/** Most bytes of a message without its tags and without the CR LF that ends it. */
export const MAX_BODY_BYTES = 510;

// "The size limit for message tags is 8191 bytes, including the leading `'@'` (0x40) and trailing space `' '` (0x20)
// characters.": https://ircv3.net/specs/extensions/message-tags#size-limit
/** Most bytes of the tags of a message, with `@` and the space behind them. */
export const MAX_TAGS_BYTES = 8191;

// "Clients MUST NOT send messages with tag data exceeding 4094 bytes, this includes tags with or without the client-only
// prefix." The `@` and the space come on top. https://ircv3.net/specs/extensions/message-tags#size-limit
/** Most bytes of the tags that a client may send, with `@` and the space behind them. */
export const MAX_CLIENT_TAGS_BYTES = 4096;

/** Bounds that {@linkcode parseMessage} holds a line to, in bytes of UTF-8. */
export interface ParseOptions {
  /** Most bytes of the tags; {@linkcode MAX_TAGS_BYTES} unless told. */
  maxTagsBytes?: number;
  /** Most bytes of the rest; no bound unless told, because a client should read whatever its server sends. */
  maxBodyBytes?: number;
}

/**
 * Reads one line, without its line ending.
 *
 * Runs of spaces between parameters count as one. The command comes back in upper case.
 *
 * @throws {SyntaxError} if the line is no message: it is empty, has no command, or holds NUL, CR, LF, or text that was
 * not UTF-8 (a lone surrogate).
 * @throws {RangeError} if it is longer than the bounds allow.
 *
 * @example
 * ```ts
 * import { parseMessage } from "./protocol.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const message = parseMessage("@id=7;+draft/reply=a\\sb :ann!a@host PRIVMSG #lobby :hello, 世界");
 * assertEquals(message.source, "ann!a@host");
 * assertEquals(message.params, ["#lobby", "hello, 世界"]);
 * assertEquals(message.tags?.get("+draft/reply"), "a b");
 * ```
 */
export function parseMessage(line: string, options: ParseOptions = {}): Message {
  if (holdsForbidden(line)) throw new SyntaxError(`Cannot parse message ${quote(line)}: it holds NUL, CR or LF`);
  if (!line.isWellFormed()) throw new SyntaxError(`Cannot parse message ${quote(line)}: it is not valid UTF-8`);
  let at = 0;
  let tags: Tags | undefined;
  let source: string | undefined;
  if (line.startsWith("@")) {
    const end = endOfWord(line, 0);
    at = skipSpaces(line, end);
    checkLength(line.slice(0, end + 1), options.maxTagsBytes ?? MAX_TAGS_BYTES, "tags");
    tags = parseTags(line.slice(1, end));
  }
  if (options.maxBodyBytes !== undefined) {
    checkLength(at === 0 ? line : line.slice(at), options.maxBodyBytes, "the message");
  }
  at = skipSpaces(line, at);
  if (line.startsWith(":", at)) {
    const end = endOfWord(line, at);
    source = line.slice(at + 1, end);
    at = skipSpaces(line, end);
  }
  const end = endOfWord(line, at);
  const command = commandOf(line.slice(at, end));
  if (command === undefined) throw new SyntaxError(`Cannot parse message ${quote(line)}: it has no command`);
  const params = parseParams(line, end);
  const message: { tags?: Tags; source?: string; command: string; params: string[] } = { command, params };
  if (tags !== undefined) message.tags = tags;
  if (source !== undefined) message.source = source;
  return message;
}

/**
 * Writes one line, without a line ending: the inverse of {@linkcode parseMessage}. No length is checked here, since what
 * is too long depends on who receives it.
 *
 * @throws {SyntaxError} if the parts cannot make one line that reads back the same: a parameter that is not the last and
 * is empty, holds a space or begins with a colon; NUL, CR or LF anywhere; a command that is none.
 *
 * @example
 * ```ts
 * import { formatMessage } from "./protocol.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatMessage({ command: "PRIVMSG", params: ["#lobby", "hello there"] }), "PRIVMSG #lobby :hello there");
 * assertEquals(formatMessage({ tags: new Map([["label", "1"]]), command: "PING", params: ["x"] }), "@label=1 PING x");
 * ```
 */
export function formatMessage(message: Message): string {
  const { tags, source, command, params } = message;
  if (!COMMAND.test(command)) throw new SyntaxError(`Cannot format message: ${quote(command)} is no command`);
  let line = tags === undefined || tags.size === 0 ? "" : `@${formatTags(tags)} `;
  if (source !== undefined) line += formatSource(source);
  line += command;
  const last = params.length - 1;
  for (let i = 0; i < last; i++) {
    const param = params[i]!;
    if (!isMiddle(param)) throw new SyntaxError(`Cannot format message: parameter ${quote(param)} is not the last`);
    line += ` ${param}`;
  }
  if (last >= 0) line += formatTrailing(params[last]!);
  if (holdsForbidden(line)) throw new SyntaxError(`Cannot format message ${quote(line)}: it holds NUL, CR or LF`);
  return line;
}

function formatSource(source: string): string {
  if (source.includes(" ")) throw new SyntaxError(`Cannot format message: source ${quote(source)} holds a space`);
  return `:${source} `;
}

/**
 * The last parameter with the space before it, and the colon where it needs one.
 *
 * @example
 * ```ts
 * import { formatTrailing } from "./protocol.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatTrailing("word"), " word");
 * assertEquals(formatTrailing("two words"), " :two words");
 * ```
 */
export function formatTrailing(param: string): string {
  return isMiddle(param) ? ` ${param}` : ` :${param}`;
}

/**
 * Reads tags as they stand between `@` and the space. Of a key given twice the last counts, as the specification asks.
 *
 * @example
 * ```ts
 * import { parseTags } from "./protocol.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseTags("a=1;b;c=x\\:y"), new Map([["a", "1"], ["b", ""], ["c", "x;y"]]));
 * ```
 */
export function parseTags(text: string): Tags {
  const tags = new Map<string, string>();
  for (const part of text.split(";")) {
    const equals = part.indexOf("=");
    const key = equals < 0 ? part : part.slice(0, equals);
    if (key !== "") tags.set(key, equals < 0 ? "" : unescapeTag(part.slice(equals + 1)));
  }
  return tags;
}

/** Writes tags as they stand between `@` and the space. @throws {SyntaxError} if a key is none. */
export function formatTags(tags: Tags): string {
  let text = "";
  for (const [key, value] of tags) {
    if (!TAG_KEY.test(key)) throw new SyntaxError(`Cannot format tags: ${quote(key)} is no key`);
    if (text !== "") text += ";";
    text += value === "" ? key : `${key}=${escapeTag(value)}`;
  }
  return text;
}

/**
 * Bytes of a text in UTF-8.
 *
 * @example
 * ```ts
 * import { byteLength } from "./protocol.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(byteLength("小明"), 6);
 * ```
 */
export function byteLength(text: string): number {
  // The bytes of a word, which is mostly ASCII, are counted here; those of a line sooner by encoding it for nobody.
  if (text.length <= WORD_LENGTH) {
    let at = 0;
    while (at < text.length && text.charCodeAt(at) < 0x80) at++;
    if (at === text.length) return at;
  }
  return text.length * 3 <= SCRATCH.length ? ENCODER.encodeInto(text, SCRATCH).written : ENCODER.encode(text).length;
}

const WORD_LENGTH = 32;
const ENCODER = new TextEncoder();
/** Holds a message in any script with some of its tags; what is longer is rare. */
const SCRATCH = new Uint8Array(4096);

/**
 * As much of a text as fits into `bytes` bytes of UTF-8, cut between characters as people see them (graphemes).
 *
 * @example
 * ```ts
 * import { cutToBytes } from "./protocol.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cutToBytes("小明", 5), "小");
 * assertEquals(cutToBytes("a👨‍👩‍👧", 6), "a");
 * ```
 */
export function cutToBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || byteLength(text) <= bytes) return text;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  let used = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    const next = used + byteLength(segment);
    // A single grapheme longer than all the room (a letter under a heap of accents) is cut between code points.
    if (next > bytes) return used === 0 ? cutCodePoints(text, bytes) : text.slice(0, index);
    used = next;
  }
  return text;
}

/**
 * The message itself, or, if it is longer than {@linkcode MAX_BODY_BYTES} without its tags, the message with its last
 * parameter cut so that it is not.
 *
 * @example
 * ```ts
 * import { byteLength, fitMessage, formatMessage } from "./protocol.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const message = fitMessage({ source: "ann!a@host", command: "TOPIC", params: ["#lobby", "x".repeat(600)] });
 * assertEquals(byteLength(formatMessage(message)), 510);
 * ```
 */
export function fitMessage(message: Message): Message {
  const { source, command, params } = message;
  const body = formatMessage({ ...(source !== undefined && { source }), command, params });
  const over = body.length * 3 <= MAX_BODY_BYTES ? 0 : byteLength(body) - MAX_BODY_BYTES;
  if (over <= 0) return message;
  const last = params.at(-1) ?? "";
  return { ...message, params: [...params.slice(0, -1), cutToBytes(last, byteLength(last) - over)] };
}

/** Whether a parameter may stand before others: it is not empty, has no space and does not begin with a colon. */
export function isMiddle(param: string): boolean {
  return param !== "" && !param.startsWith(":") && !param.includes(" ");
}

/**
 * Cuts a text into parts of at most `bytes` bytes: after a space where there is one in the last third, else between
 * characters. Nothing is lost: joined again the parts are the text.
 *
 * @throws {RangeError} if not even one character would fit, which takes four bytes.
 *
 * @example
 * ```ts
 * import { splitText } from "./protocol.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(splitText("one two three", 9), ["one two ", "three"]);
 * assertEquals(splitText("小明小明", 7), ["小明", "小明"]);
 * ```
 */
export function splitText(text: string, bytes: number): string[] {
  if (bytes < 4) throw new RangeError(`Cannot split text: ${bytes} bytes are too few for a character`);
  const parts: string[] = [];
  while (byteLength(text) > bytes) {
    let part = cutToBytes(text, bytes);
    const space = part.lastIndexOf(" ");
    if (space >= part.length * 2 / 3 && text[part.length] !== " ") part = part.slice(0, space + 1);
    parts.push(part);
    text = text.slice(part.length);
  }
  // An empty message is none: https://modern.ircdocs.horse/#errnotexttosend-412
  if (text !== "") parts.push(text);
  return parts;
}

/** Made when it is first needed: it takes the runtime more than ten milliseconds and 4 MB. */
let graphemes: Intl.Segmenter | undefined;

function cutCodePoints(text: string, bytes: number): string {
  let used = 0;
  let at = 0;
  for (const point of text) {
    used += byteLength(point);
    if (used > bytes) break;
    at += point.length;
  }
  return text.slice(0, at);
}

const COMMAND = /^(?:[A-Za-z]+|[0-9]{3})$/;
const UPPER_CASE = /^[A-Z]+$/;
// "Full tag names, including any vendor prefixes MUST be treated as an opaque identifier.":
// https://ircv3.net/specs/extensions/message-tags#rules-for-naming-message-tags
const TAG_KEY = /^[^ ;=]+$/;

/** A command in upper case, as nearly everybody sends it; `undefined` for what is none. */
function commandOf(word: string): string | undefined {
  if (UPPER_CASE.test(word)) return word;
  return COMMAND.test(word) ? word.toUpperCase() : undefined;
}

// Looked for one by one, because that is several times as fast as a regular expression.
function holdsForbidden(line: string): boolean {
  return line.includes("\0") || line.includes("\r") || line.includes("\n");
}

// Only the space separates: https://modern.ircdocs.horse/#parameters
function endOfWord(line: string, from: number): number {
  const end = line.indexOf(" ", from);
  return end < 0 ? line.length : end;
}

function skipSpaces(line: string, from: number): number {
  while (line.charCodeAt(from) === 0x20) from++;
  return from;
}

// "However, clients MUST parse incoming messages with any number of them.": https://modern.ircdocs.horse/#parameters
function parseParams(line: string, from: number): string[] {
  const params: string[] = [];
  for (let at = skipSpaces(line, from); at < line.length;) {
    if (line.charCodeAt(at) === 0x3a) {
      params.push(line.slice(at + 1));
      break;
    }
    const end = endOfWord(line, at);
    params.push(line.slice(at, end));
    at = skipSpaces(line, end);
  }
  return params;
}

function checkLength(text: string, most: number, what: string): void {
  if (text.length * 3 <= most) return;
  const bytes = byteLength(text);
  if (bytes > most) throw new RangeError(`Cannot parse message: ${what} of ${bytes} bytes exceeds ${most}`);
}

// https://ircv3.net/specs/extensions/message-tags#escaping-values
const ESCAPES: Readonly<Record<string, string>> = { ";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n" };

function escapeTag(value: string): string {
  return /[; \\\r\n]/.test(value) ? value.replace(/[; \\\r\n]/g, (c) => ESCAPES[c]!) : value;
}

function unescapeTag(value: string): string {
  if (!value.includes("\\")) return value;
  return value.replace(/\\(.?)/gs, (_, c: string) => {
    if (c === ":") return ";";
    if (c === "s") return " ";
    if (c === "r") return "\r";
    return c === "n" ? "\n" : c;
  });
}

/** A text as an error message may show it: in quotes, without control characters, not longer than a line of a terminal. */
function quote(text: string): string {
  const shown = JSON.stringify(text.toWellFormed());
  return shown.length <= 80 ? shown : `${shown.slice(0, 76)}..."`;
}
