/**
 * Which entries a question means: the arithmetic of ranges and of what a reader may see, and what a search matches.
 *
 * Pure; shared by every form of the store, so that they cannot differ.
 *
 * @module
 */

import { casefold } from "../protocol/casemapping.ts";
import type { Entry, HistoryRange, Interval, MessageId, SearchQuery } from "./store.ts";
import { hasPhrases, mayHaveWords, phrasesOf, wordsOf } from "./words.ts";

/** Ids greater than `after` and less than `before`. */
export interface Span {
  readonly after: MessageId;
  readonly before: MessageId;
}

/**
 * The parts of a range that the reader may see, oldest first.
 *
 * @example
 * ```ts
 * import { spansOf } from "./range.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const visible = [{ from: 10, to: 20 }, { from: 30 }];
 * assertEquals(spansOf({ after: 15, before: 40, visible }), [{ after: 15, before: 20 }, { after: 29, before: 40 }]);
 * ```
 */
export function spansOf(
  { after = 0, before = Infinity, visible }: Pick<HistoryRange, "after" | "before" | "visible">,
): Span[] {
  if (visible === undefined) return [{ after, before }];
  return visible
    .map(({ from, to = Infinity }) => ({ after: Math.max(after, from - 1), before: Math.min(before, to) }))
    .filter((span) => span.after + 1 < span.before);
}

/**
 * Asks `read` for one span after the other until the limit is reached, beginning at the end that counts.
 *
 * `read` gives at most `limit` entries of a span, oldest first.
 */
export function collect(range: HistoryRange, read: (span: Span, limit: number) => Entry[]): Entry[] {
  const spans = spansOf(range);
  const oldestFirst = range.from === "oldest";
  let found: Entry[] = [];
  for (const span of oldestFirst ? spans : spans.reverse()) {
    const room = range.limit - found.length;
    if (room <= 0) break;
    const more = read(span, room);
    found = oldestFirst ? found.concat(more) : more.concat(found);
  }
  return found;
}

/** Whether a reader may see an id. */
export function isVisible(id: MessageId, visible: readonly Interval[] | undefined): boolean {
  return visible === undefined || visible.some(({ from, to = Infinity }) => from <= id && id < to);
}

/** Whether an entry is something that was said; the others are events. */
export function isMessage({ message: { command } }: Entry): boolean {
  return command === "PRIVMSG" || command === "NOTICE";
}

/** All that was said in a message; empty for an event. */
export function textOf(entry: Entry): string {
  if (!isMessage(entry)) return "";
  let text = entry.message.params[1] ?? "";
  for (const line of entry.lines ?? []) text += (line.concat ? "" : "\n") + line.text;
  return text;
}

/** Casefolded nick of whoever sent an entry. */
export function senderOf({ message: { source = "" } }: Entry): string {
  const end = source.indexOf("!");
  return casefold(end < 0 ? source : source.slice(0, end));
}

/** The test that a search makes, apart from where and when. */
export function matcherOf(query: SearchQuery): (entry: Entry) => boolean {
  const phrases = phrasesOf(query.words ?? "");
  const words = phrases.flat();
  const from = query.from === undefined ? undefined : casefold(query.from);
  return (entry) => {
    if (!isMessage(entry) || entry.redacted) return false;
    if (from !== undefined && senderOf(entry) !== from) return false;
    const text = textOf(entry);
    return mayHaveWords(text, words) && hasPhrases(wordsOf(text), phrases);
  };
}

/** Whether a search asks for nothing in particular, such as punctuation only; it then finds nothing. */
export function isVain(query: SearchQuery): boolean {
  return query.limit <= 0 || query.in.length === 0 ||
    (query.words !== undefined && query.words.trim() !== "" && phrasesOf(query.words).length === 0);
}
