/**
 * The lines of a conversation as rows of the screen: wrapped, with days, the unread mark, replies and reactions.
 *
 * Works from the bottom up and keeps what it has wrapped, so that a long scrollback costs no more than what is seen.
 *
 * @module
 */

import { type Buffer, isSpeech, type Line, type Presence, type Quote, sameDay, type SendState } from "../buffer.ts";
import { clock, dayInWords } from "../clock.ts";
import { messageSpans } from "../formatting.ts";
import { sanitize } from "../sanitize.ts";
import { DIM, nickColor, RED, type Span, span, spanAt, type Style } from "../style.ts";
import { fit, textWidth, wrap } from "../text.ts";

/** What decides how lines are wrapped. */
export interface MessageLayout {
  readonly columns: number;
  /** The form in which names are compared, so that a nick keeps its colour. */
  readonly fold: (name: string) => string;
  /** The line that is picked, by key. */
  readonly selected?: number | undefined;
}

/** Which row stands at the bottom: of the line with this key, all but the last `hidden` rows. */
export interface Anchor {
  readonly key: number;
  readonly hidden: number;
}

/** What is seen of a conversation. */
export interface VisibleMessages {
  readonly rows: readonly Span[][];
  /** Keys of the lines that are seen at least in part, from the top. */
  readonly keys: readonly number[];
  /** Whether the first line of all is seen. */
  readonly atTop: boolean;
}

/** Columns of the nick where there is room for a column of nicks. */
const NICK_COLUMNS = 12;
/** Below this width the nick stands within the text. */
const WIDE = 56;
/** The time and the space behind it. */
const TIME_COLUMNS = 6;

/** What was wrapped lately, about what is seen: rows of a line take ten times the room of the line. */
const cache = new Map<Line, { readonly key: string; readonly rows: Span[][] }>();
const MAX_CACHED = 100;

/** The rows that fit into a height, ending at the anchor, or at the newest line without one. */
export function visibleMessages(
  buffer: Buffer,
  layout: MessageLayout,
  height: number,
  anchor: Anchor | undefined,
): VisibleMessages {
  const at = anchor === undefined ? -1 : indexOf(buffer, anchor.key);
  const pending = at < 0 ? buffer.pending.flatMap((line) => rowsOf(buffer, line, buffer.lines.at(-1), layout)) : [];
  let rows: Span[][] = pending.slice(-height);
  const keys: number[] = [];
  let index = at < 0 ? buffer.lines.length - 1 : at;
  let hidden = at < 0 ? 0 : anchor!.hidden;
  for (; index >= 0 && rows.length < height; index--) {
    const line = buffer.lines[index]!;
    const all = rowsOf(buffer, line, buffer.lines[index - 1], layout);
    const shown = hidden === 0 ? all : all.slice(0, Math.max(all.length - hidden, 0));
    hidden = 0;
    if (shown.length > 0) keys.unshift(line.key);
    rows = [...shown, ...rows];
  }
  return { rows: rows.slice(-height), keys, atTop: index < 0 && rows.length <= height };
}

/** The anchor after scrolling up (or, negative, down) some rows; `undefined` is the newest line. */
export function scroll(
  buffer: Buffer,
  layout: MessageLayout,
  height: number,
  anchor: Anchor | undefined,
  by: number,
): Anchor | undefined {
  if (buffer.lines.length === 0) return undefined;
  const count = (index: number) => rowsOf(buffer, buffer.lines[index]!, buffer.lines[index - 1], layout).length;
  let index = anchor === undefined ? buffer.lines.length - 1 : Math.max(indexOf(buffer, anchor.key), 0);
  let hidden = (anchor?.hidden ?? 0) + Math.min(by, roomAbove(index, (anchor?.hidden ?? 0) + height, by, count));
  while (hidden < 0 && index < buffer.lines.length - 1) hidden += count(++index);
  if (hidden <= 0 && index === buffer.lines.length - 1) return undefined;
  while (hidden >= count(index) && index > 0) hidden -= count(index--);
  return { key: buffer.lines[index]!.key, hidden: Math.max(hidden, 0) };
}

/** The anchor that shows the beginning of a line that does not fit into a height; `undefined` if it fits. */
export function beginning(buffer: Buffer, layout: MessageLayout, height: number, key: number): Anchor | undefined {
  const index = indexOf(buffer, key);
  const line = buffer.lines[index];
  const rows = line === undefined ? 0 : rowsOf(buffer, line, buffer.lines[index - 1], layout).length;
  return rows > height ? { key, hidden: rows - height } : undefined;
}

/** How many rows there are above what is seen, but no more than are asked for. */
function roomAbove(index: number, seen: number, asked: number, count: (index: number) => number): number {
  let rows = 0;
  for (; index >= 0 && rows < seen + asked; index--) rows += count(index);
  return Math.max(Math.min(rows - seen, asked), 0);
}

function indexOf(buffer: Buffer, key: number): number {
  return buffer.lines.findIndex((line) => line.key === key);
}

/** Rows of one line with what stands above it: the day, the unread mark. */
function rowsOf(buffer: Buffer, line: Line, before: Line | undefined, layout: MessageLayout): Span[][] {
  // What was missed is fetched without anybody scrolling there.
  if (line.missed) return [];
  const above: Span[][] = [];
  if (before === undefined || !sameDay(before.time, line.time)) {
    above.push(rule(dayInWords(line.time), layout.columns, DIM));
  }
  if (line.key === buffer.unreadKey) {
    above.push(rule("unread", layout.columns, { fg: RED, bold: true }));
  }
  return [...above, ...cachedRows(buffer, line, layout)];
}

function cachedRows(buffer: Buffer, line: Line, layout: MessageLayout): Span[][] {
  const quoted = line.reply === undefined ? undefined : buffer.byId(line.reply) ?? buffer.quotes.get(line.reply);
  const selected = layout.selected === line.key;
  const key = `${line.version} ${layout.columns} ${selected} ${line.state} ${quoted?.version}`;
  const known = cache.get(line);
  if (known?.key === key) return known.rows;
  const rows = lineRows(line, quoted, layout, selected);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(line, { key, rows });
  return rows;
}

function lineRows(line: Line, quoted: Quote | undefined, layout: MessageLayout, selected: boolean): Span[][] {
  const { columns } = layout;
  if (line.kind === "gap") return [rule("there may be more here; scroll to load it", columns, DIM)];
  const wide = columns >= WIDE;
  const label = nickLabel(line, layout.fold);
  const indent = TIME_COLUMNS + (wide ? NICK_COLUMNS + 2 : 0);
  const body = bodySpans(line, layout);
  const inline = wide || label.text === "" ? body : [label, span(" "), ...body];
  const rows = wrap(inline, columns - indent);
  const mark: Style = selected ? { reverse: true } : DIM;
  const head = [span(clock(line.time), mark), span(selected ? "▸" : " ")];
  if (wide) head.push(...nickColumn(label));
  // On every row, because of a long message the first may be above the screen.
  const margin = span((selected ? "▸" : " ").padStart(TIME_COLUMNS).padEnd(indent));
  const all = rows.map((row, i) => [...(i === 0 ? head : [margin]), ...row]);
  if (line.reply !== undefined) all.unshift([margin, span(fit(quoteText(quoted), columns - indent), DIM)]);
  if (line.reactions.size > 0) all.push(...wrap(reactionSpans(line), columns - indent).map((row) => [margin, ...row]));
  const state = line.state === undefined ? undefined : STATES[line.state];
  if (state !== undefined) all.push(...wrap([state], columns - indent).map((row) => [margin, ...row]));
  return all;
}

/** A nick at the right of its column, and the space behind it, which begins where it does in every row. */
function nickColumn({ text, style }: Span): Span[] {
  const fitted = fit(text, NICK_COLUMNS);
  const fill = " ".repeat(NICK_COLUMNS - textWidth(fitted));
  return [span(fill), span(fitted, style), spanAt(TIME_COLUMNS + NICK_COLUMNS, "  ")];
}

/** What is said of a message of ours that has not arrived. */
const STATES: Readonly<Record<SendState, Span | undefined>> = {
  sending: undefined,
  waiting: span("waits for the connection", DIM),
  failed: span("not sent (Alt-Up, s: again)", { fg: RED }),
  doubtful: span("perhaps not sent (Alt-Up, s: again)", { fg: RED }),
};

function nickLabel(line: Line, fold: (name: string) => string): Span {
  const nick = sanitize(line.nick);
  const style: Style = line.highlight
    ? { fg: nickColor(fold(line.nick)), bold: true, reverse: true }
    : { fg: nickColor(fold(line.nick)), bold: line.self };
  switch (line.kind) {
    case "message":
      return span(nick + (line.bot ? "°" : ""), style);
    case "notice":
      return span(nick === "" ? "" : `-${nick}-`, style);
    case "action":
      return span("*", style);
    case "error":
      return span("!", { fg: RED, bold: true });
    default:
      return span("");
  }
}

function bodySpans(line: Line, { fold }: MessageLayout): Span[] {
  if (line.deleted !== undefined) return [span(deletedText(line.deleted), { dim: true, italic: true })];
  if (line.presence !== undefined) return [span(presenceText(line.presence), DIM)];
  const spans = messageSpans(line.text);
  if (line.kind === "info") return spans.map((piece) => ({ ...piece, style: { ...piece.style, dim: true } }));
  if (line.kind === "error") return spans.map((piece) => ({ ...piece, style: { ...piece.style, fg: RED } }));
  const said = line.state === "sending" || line.state === "waiting"
    ? spans.map((s) => ({ ...s, style: { ...s.style, dim: true } }))
    : spans;
  if (line.kind !== "action") return said;
  return [span(sanitize(line.nick), { fg: nickColor(fold(line.nick)) }), span(" "), ...said];
}

function deletedText({ by, reason }: { by: string; reason: string }): string {
  return sanitize(`deleted by ${by}${reason === "" ? "" : `: ${reason}`}`);
}

const VERBS: Readonly<Record<Presence["what"], string>> = { join: "came", part: "left", quit: "left", nick: "is now" };

/**
 * Who came and went, in few words.
 *
 * @example
 * ```ts
 * import { presenceText } from "./messages.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   presenceText([
 *     { what: "join", nick: "ann", detail: "" },
 *     { what: "join", nick: "ben", detail: "" },
 *     { what: "quit", nick: "carl", detail: "bye" },
 *   ]),
 *   "ann, ben came · carl left (bye)",
 * );
 * ```
 */
export function presenceText(presence: readonly Presence[]): string {
  const parts: string[] = [];
  const came = new Set(presence.filter((item) => item.what === "join").map((item) => item.nick));
  const left = new Set(
    presence.filter((item) => item.what === "part" || item.what === "quit").map((item) => item.nick),
  );
  const both = [...came].filter((nick) => left.has(nick));
  if (both.length > 0) parts.push(`${few(both)} came and left`);
  presence = presence.filter((item) => item.what === "nick" || !both.includes(item.nick));
  for (const what of ["join", "part", "quit", "nick"] as const) {
    const those = presence.filter((item) => item.what === what);
    if (those.length === 0) continue;
    if (what === "nick") parts.push(...those.map(({ nick, detail }) => `${nick} is now ${detail}`));
    else if (those.length === 1 && reasonOf(those[0]!) !== "") {
      parts.push(`${those[0]!.nick} ${VERBS[what]} (${reasonOf(those[0]!)})`);
    } else parts.push(`${few(those.map(({ nick }) => nick))} ${VERBS[what]}`);
  }
  return sanitize(parts.join(" · "));
}

/** Why somebody left, without the word that servers put before it. */
function reasonOf({ what, detail }: Presence): string {
  return what === "quit" ? detail.replace(/^Quit: ?/, "") : detail;
}

/** Names, or if they are many, some of them and how many more. */
function few(nicks: readonly string[]): string {
  const names = [...new Set(nicks)];
  return names.length <= 8 ? names.join(", ") : `${names.slice(0, 7).join(", ")} and ${names.length - 7} more`;
}

function quoteText(quoted: Quote | undefined): string {
  if (quoted === undefined) return "↪ an earlier message";
  const text = quoted.deleted === undefined ? quoted.text.replace(/\s+/g, " ") : "deleted";
  const plain = messageSpans(text).map((piece) => piece.text).join("");
  return `↪ ${sanitize(quoted.nick)}: ${plain}`;
}

function reactionSpans(line: Line): Span[] {
  return [...line.reactions].slice(0, 30).map(([emoji, nicks]) => {
    const who = nicks.size <= 3 ? [...nicks].join(", ") : String(nicks.size);
    return span(`${fit(sanitize(emoji), 20)} ${sanitize(who)}   `, DIM);
  });
}

/** A line across, with words in it. */
export function rule(words: string, columns: number, style: Style): Span[] {
  const label = ` ${fit(words, columns - 6)} `;
  return [span(`──${label}${"─".repeat(Math.max(columns - textWidth(label) - 2, 0))}`, style)];
}

/** Whether something can be done to a line: replied to, reacted to, copied. */
export function isPickable(line: Line): boolean {
  return isSpeech(line) && line.deleted === undefined;
}
