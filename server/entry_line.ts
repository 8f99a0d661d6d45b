/**
 * An entry as the text that is kept of it: the line as it was relayed, so that what is on disk is what was on the wire.
 *
 * No line of the wire holds LF; behind the first line each LF begins a further one, whose first character says what it is:
 * a space a line of a multiline message, `+` one that continues the line before, `-` that the text was deleted.
 *
 * @module
 */

import { formatMessage, parseMessage } from "../protocol.ts";
import type { Entry, Line, MessageId } from "./store.ts";

/**
 * The text that is kept of an entry; its id and target are kept beside it.
 *
 * @throws {SyntaxError} if the message is none, as {@linkcode formatMessage} says.
 *
 * @example
 * ```ts
 * import { lineOf } from "./entry_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const message = { source: "ann!a@host", command: "PRIVMSG", params: ["#lobby", "one"] };
 * assertEquals(lineOf({ id: 1, target: "#lobby", message, lines: [{ text: "two" }] }),
 *   ":ann!a@host PRIVMSG #lobby one\n two");
 * ```
 */
export function lineOf(entry: Entry): string {
  let text = entry.body ?? formatMessage(entry.message);
  for (const { text: more, concat } of entry.lines ?? []) {
    if (more.includes("\n")) throw new SyntaxError("Cannot keep a line that holds LF");
    text += `\n${concat ? "+" : " "}${more}`;
  }
  return entry.redacted ? `${text}\n-` : text;
}

/** The entry that {@linkcode lineOf} made the text of. */
export function entryOf(id: MessageId, target: string, text: string): Entry {
  const end = text.indexOf("\n");
  if (end < 0) return { id, target, message: parseMessage(text) };
  const message = parseMessage(text.slice(0, end));
  const more = text.slice(end + 1).split("\n");
  if (more[0] === "-") return { id, target, message, redacted: true };
  return { id, target, message, lines: more.map(lineFrom) };
}

function lineFrom(text: string): Line {
  return text.startsWith("+") ? { text: text.slice(1), concat: true } : { text: text.slice(1) };
}
