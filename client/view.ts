/**
 * The screen: what there is to see and its size in, rows out.
 *
 * Conversations on the left and members on the right where there is room, messages between them, a title above, the status
 * and the input below. Pure: the same state gives the same rows, and nothing here knows a terminal.
 *
 * @module
 */

import type { Buffer } from "./buffer.ts";
import { sanitize, stripFormatting } from "./sanitize.ts";
import { type Colors, DIM, MAGENTA, nickColor, type Span, span, spanAt, type Style, toAnsi } from "./style.ts";
import { fit, fitName, fitSpans, textWidth } from "./text.ts";
import { drawInput, type InputState } from "./view/input.ts";
import { type Anchor, type MessageLayout, type VisibleMessages, visibleMessages } from "./view/messages.ts";

export type { Anchor } from "./view/messages.ts";

/** Everything that is to be seen. */
export interface ViewState {
  readonly buffers: readonly Buffer[];
  readonly current: Buffer;
  readonly topic: string;
  /** Of the current channel, in order; absent in other conversations. */
  readonly members?: readonly ViewMember[] | undefined;
  readonly status: ViewStatus;
  readonly input: InputState;
  /** What Tab offers. */
  readonly completion?: { readonly labels: readonly string[]; readonly selected: number } | undefined;
  /** A line above the status that says what keys do now. */
  readonly hint?: string | undefined;
  /** Shown in place of the messages: help, search results. */
  readonly panel?: ViewPanel | undefined;
  /** Where the messages are scrolled to. */
  readonly anchor?: Anchor | undefined;
  /** How many new messages stand below what is seen. */
  readonly below?: number | undefined;
  /** Whether the lists at the sides are hidden. */
  readonly bare?: boolean;
  /** The line that is picked. */
  readonly selected?: number | undefined;
  readonly fold: (name: string) => string;
  readonly colors: Colors;
}

/** Somebody in the list of members. */
export interface ViewMember {
  readonly nick: string;
  /** Such as `@`. */
  readonly prefix: string;
  readonly away: boolean;
}

/** What the status line says. */
export interface ViewStatus {
  readonly nick: string;
  /** Name of the network or the host. */
  readonly place: string;
  /** Such as `connecting`; empty when all is well. */
  readonly trouble: string;
  readonly encrypted: boolean;
  readonly away: boolean;
  /** How many lines wait for a server that takes them slowly. */
  readonly sending?: number | undefined;
  /** Seconds that the server takes to answer, if they are worth knowing. */
  readonly lag?: number | undefined;
  /** Nicks of those who are typing here. */
  readonly typing: readonly string[];
}

/** A list that lies over the messages. */
export interface ViewPanel {
  readonly title: string;
  readonly rows: readonly Span[][];
  /** The first row that is seen. */
  readonly top: number;
  /** The row that is picked. */
  readonly selected?: number | undefined;
}

/** A screen, row by row. */
export interface Screen {
  readonly columns: number;
  readonly rows: readonly string[];
  readonly cursorRow: number;
  /** What stands in the cursor's row before it; written again, it puts the cursor where the terminal's own widths say. */
  readonly beforeCursor: string;
  /** What is seen of the conversation. */
  readonly visible: VisibleMessages;
}

/** Where the parts of the screen stand. */
export interface Layout {
  readonly left: number;
  readonly middle: number;
  readonly right: number;
  readonly title: number;
  /** Rows of messages. */
  readonly body: number;
  readonly input: number;
  readonly completion: number;
  readonly hint: number;
  readonly status: number;
}

/** Where the parts stand on a screen of this size. */
export function layoutOf(state: ViewState, columns: number, rows: number): Layout {
  const left = columns >= 72 && !state.bare ? Math.min(Math.max(16, Math.floor(columns / 6)), 26) : 0;
  const right = columns >= 92 && !state.bare && state.members !== undefined
    ? Math.min(Math.max(16, Math.floor(columns / 7)), 24)
    : 0;
  const input = drawInput(state.input, columns, Math.max(1, Math.floor(rows / 3))).rows.length;
  // On the smallest screens there is first the input, then messages, then what says where one is and what may be done.
  let spare = Math.max(rows - input - 1, 0);
  const take = (wanted: boolean) => wanted && spare > 0 ? (spare--, 1) : 0;
  const status = take(true);
  const completion = take(state.completion !== undefined);
  const hint = take(state.hint !== undefined);
  const title = take(true);
  const body = rows > input ? spare + 1 : 0;
  return { left, right, middle: columns - left - right, title, body, input, completion, hint, status };
}

/** How the messages are wrapped on a screen of this size. */
export function messageLayout(state: ViewState, layout: Layout): MessageLayout {
  // A column is left free beside the members.
  return {
    columns: Math.max(layout.middle - (layout.right > 0 ? 1 : 0), 10),
    fold: state.fold,
    selected: state.selected,
  };
}

/** Draws the screen. */
export function drawScreen(state: ViewState, columns: number, rows: number): Screen {
  const layout = layoutOf(state, columns, rows);
  const visible = visibleMessages(state.current, messageLayout(state, layout), layout.body, state.anchor);
  const input = drawInput(state.input, columns, Math.max(1, Math.floor(rows / 3)));
  const ansi = (spans: readonly Span[], first?: number) => toAnsi(spans, state.colors, first);
  const drawn = [
    ...(layout.title === 0 ? [] : [ansi(titleBar(state, layout, columns))]),
    ...bodyRows(state, layout, visible).map((parts) => joinColumns(parts, ansi)),
    ...(layout.completion === 0 || state.completion === undefined
      ? []
      : [ansi(completionBar(state.completion, columns))]),
    ...(layout.hint === 0 ? [] : [ansi(fitSpans([span(` ${state.hint}`, { bold: true })], columns))]),
    ...(layout.status === 0 ? [] : [ansi(statusBar(state, columns))]),
    ...input.rows.map((row) => ansi(row)),
  ];
  return {
    columns,
    rows: drawn,
    cursorRow: drawn.length - input.rows.length + input.cursorRow,
    beforeCursor: ansi(input.beforeCursor),
    visible,
  };
}

/** A piece of a row and the column, from 0, at which it begins. */
interface Part {
  readonly column: number;
  readonly spans: readonly Span[];
}

// Each part is put at its column by number, and what lies there already goes, so that a width that a terminal sees otherwise
// shifts nothing beside it.
function joinColumns(parts: readonly Part[], ansi: (spans: readonly Span[], first: number) => string): string {
  return parts.map(({ column, spans }) => (column === 0 ? "" : `\x1b[${column + 1}G\x1b[K`) + ansi(spans, column)).join(
    "",
  );
}

function bodyRows(state: ViewState, layout: Layout, visible: VisibleMessages): Part[][] {
  const { left, middle, right, body } = layout;
  const list = left > 0 ? bufferList(state, left - 2, body) : [];
  const people = right > 0 ? memberList(state, right - 3, body) : [];
  const messages = state.panel === undefined ? fillTop(visible.rows, body) : panelRows(state.panel, middle, body);
  return Array.from({ length: body }, (_, i) => {
    const parts: Part[] = [];
    if (left > 0) parts.push({ column: 0, spans: list[i] ?? [] }, { column: left - 2, spans: [span("│", DIM)] });
    parts.push({ column: left, spans: messages[i] ?? [] });
    if (right > 0) {
      parts.push({ column: left + middle, spans: [span("│ ", DIM), ...people[i] ?? []] });
    }
    return parts;
  });
}

/** Few messages stand at the bottom, where the next one will be. */
function fillTop(rows: readonly Span[][], height: number): Span[][] {
  return [...Array.from({ length: Math.max(height - rows.length, 0) }, () => []), ...rows];
}

function titleBar(state: ViewState, { right }: Layout, columns: number): Span[] {
  const { current, topic, panel } = state;
  const bar: Style = { reverse: true };
  const name = panel?.title ?? (current.kind === "server" ? "server" : sanitize(current.name));
  const about = [
    ...outside(state),
    ...(right === 0 ? whoIsHere(state) : []),
    ...(topic === "" ? [] : [sanitize(stripFormatting(topic))]),
  ];
  const words = panel === undefined && about.length > 0 ? `  ${about.join(" · ")}` : "";
  const title = ` ${fit(name, columns - 2)} `;
  const room = Math.max(columns - textWidth(title), 0);
  return [span(" ".repeat(columns), bar), spanAt(0, title, { ...bar, bold: true }), span(fit(words, room), bar)];
}

/** Who is in a channel is there at least themselves. */
function outside({ current, members, status }: ViewState): string[] {
  const out = current.kind === "channel" && members?.length === 0 && status.trouble === "";
  return out ? ["you are not in it: /join"] : [];
}

/** Where there is no room for the list of members: how many they are, and, unless there is a topic, the first of them. */
function whoIsHere({ members = [], topic }: ViewState): string[] {
  if (members.length === 0) return [];
  const names = members.slice(0, 20).map(({ nick, prefix }) => prefix.slice(0, 1) + sanitize(nick));
  return [`${members.length} here${topic === "" ? `: ${names.join(" ")}` : ""}`];
}

function bufferList({ buffers, current }: ViewState, columns: number, height: number): Span[][] {
  const at = buffers.indexOf(current);
  const top = Math.max(0, Math.min(at - Math.floor(height / 2), buffers.length - height));
  return buffers.slice(top, top + height).map((buffer, i) => {
    const count = buffer.highlights > 0 ? `!${buffer.highlights}` : buffer.unread > 0 ? String(buffer.unread) : "";
    const number = String(top + i + 1);
    const name = buffer.kind === "server" ? "server" : sanitize(buffer.name);
    const style: Style = buffer === current
      ? { reverse: true }
      : buffer.highlights > 0
      ? { fg: MAGENTA, bold: true }
      : buffer.unread > 0
      ? { bold: true }
      : {};
    const from = number.length + 1;
    const room = columns - from - (count === "" ? 0 : count.length + 1);
    return [
      span(`${number} `, DIM),
      span(" ".repeat(room), style),
      spanAt(from, fitName(name, room), style),
      ...(count === "" ? [] : [spanAt(from + room, ` ${count}`, style)]),
    ];
  });
}

function memberList({ members = [], fold }: ViewState, columns: number, height: number): Span[][] {
  const more = members.length > height;
  const rows = members.slice(0, more ? height - 1 : height).map(({ nick, prefix, away }) => [
    span(prefix === "" ? " " : prefix[0]!, { bold: true }),
    span(fit(sanitize(nick), columns - 1), away ? DIM : { fg: nickColor(fold(nick)) }),
  ]);
  return more ? [...rows, [span(` and ${members.length - rows.length} more`, DIM)]] : rows;
}

function panelRows({ rows, top, selected }: ViewPanel, columns: number, height: number): Span[][] {
  return rows.slice(top, top + height).map((row, i) => {
    const fitted = fitSpans(row, columns - 1);
    if (top + i !== selected) return fitted;
    return fitted.map(({ text, style }) => ({ text, style: { ...style, reverse: true } }));
  });
}

function completionBar({ labels, selected }: { labels: readonly string[]; selected: number }, columns: number): Span[] {
  const spans: Span[] = [span(" ")];
  // The chosen one is always seen: the list begins so late that it fits.
  let first = 0;
  const widthUpTo = (from: number) =>
    labels.slice(from, selected + 1).reduce((width, label) => width + textWidth(label) + 2, 1);
  while (first < selected && widthUpTo(first) > columns) first++;
  for (let i = first; i < labels.length; i++) {
    spans.push(span(sanitize(labels[i]!), i === selected ? { reverse: true } : {}), span("  "));
  }
  return fitSpans(spans, columns);
}

function statusBar(state: ViewState, columns: number): Span[] {
  const bar: Style = { reverse: true };
  const { status } = state;
  const left = [
    // First what a narrow screen must not lose.
    ...(state.anchor === undefined ? [] : [state.below ? `${state.below} new below: End` : "scrolled, Esc goes back"]),
    `${sanitize(status.nick)}${status.away ? " (away)" : ""} @ ${sanitize(status.place)}`,
    status.trouble === "" ? (status.encrypted ? "encrypted" : "not encrypted") : status.trouble,
    ...(status.sending ? [`${status.sending} lines still go out`] : []),
    ...(status.lag === undefined ? [] : [`delay ${status.lag.toFixed(1)} s`]),
    ...typingWords(status.typing),
  ];
  const active = state.buffers.filter((buffer) => buffer !== state.current && buffer.unread > 0);
  const unread = active.sort((a, b) => b.highlights - a.highlights).map((buffer) => {
    const count = buffer.highlights > 0 ? `!${buffer.highlights}` : buffer.unread;
    return `${state.buffers.indexOf(buffer) + 1}:${sanitize(buffer.name === "" ? "server" : buffer.name)} ${count}`;
  });
  const right = unread.length === 0 ? "" : `${unread.join("  ")} `;
  const kept = fit(right, Math.floor(columns / 2));
  const room = columns - textWidth(kept);
  const words = fitWhole(left, room - 1);
  return [span(" ".repeat(columns), bar), spanAt(0, words, bar), spanAt(room, kept, { ...bar, bold: true })];
}

/** As many of these words as fit, each whole; the first is cut where it must be. */
function fitWhole([first = "", ...others]: readonly string[], columns: number): string {
  return others.reduce((words, next) => {
    const more = `${words} · ${next}`;
    return textWidth(more) <= columns ? more : words;
  }, fit(` ${first}`, columns));
}

function typingWords(nicks: readonly string[]): string[] {
  if (nicks.length === 0) return [];
  const names = nicks.slice(0, 3).map(sanitize).join(", ");
  return [
    nicks.length === 1 ? `${names} is typing…` : nicks.length <= 3 ? `${names} are typing…` : "several are typing…",
  ];
}
