/**
 * The scrollback of one conversation: its lines in order, none twice, and what of it was not read.
 *
 * Pure and browser compatible: the terminal and the page draw from the same buffers. Knows nothing of widths and colours.
 *
 * @module
 */

import type { ChatMessage, HistoryEvent, ReactionEvent } from "./session/events.ts";

/** What a line is. `presence` is who came and went, `gap` where history may be missing. */
export type LineKind = "message" | "action" | "notice" | "presence" | "info" | "error" | "gap";

/** Who came, went or changed their name, condensed into one line. */
export interface Presence {
  readonly what: "join" | "part" | "quit" | "nick";
  readonly nick: string;
  /** The reason, or the new nick. */
  readonly detail: string;
}

/**
 * How far a message of ours has come: on its way, waiting for a connection, refused or given up, or gone with a connection
 * that ended before anybody could know.
 */
export type SendState = "sending" | "waiting" | "failed" | "doubtful";

/** One line of the scrollback, before wrapping. */
export interface Line {
  /** Unique in the buffer, growing with arrival. */
  readonly key: number;
  readonly time: number;
  readonly kind: LineKind;
  readonly nick: string;
  text: string;
  readonly id?: string;
  readonly self: boolean;
  readonly highlight: boolean;
  readonly bot?: boolean;
  /** The id of the message that this one answers. */
  readonly reply?: string;
  /** Nicks by emoji. */
  reactions: ReadonlyMap<string, ReadonlySet<string>>;
  /** Who came and went, of a line of that kind. */
  readonly presence?: Presence[];
  /** Who deleted it, and why. */
  deleted?: { readonly by: string; readonly reason: string };
  /** How far a message of ours has come; without it, it has arrived. */
  state?: SendState;
  readonly ref?: number;
  /** Changes whenever the line looks different; what was drawn of it before is stale then. */
  version: number;
}

/** What may be said about a line when it is added. */
export type NewLine = Partial<Omit<Line, "key" | "version" | "reactions">> & {
  kind: LineKind;
  time: number;
};

/** What nearly every line has of them: a line of its own would be a third of what is kept of a message. */
const NO_REACTIONS: Line["reactions"] = new Map();

/** Kinds of reactions to one message, and people who gave the same one; nobody can look at more. */
const MAX_REACTIONS = 50;
const MAX_REACTORS = 500;

/** Most lines kept; the oldest go, and can be had again from the server's history. */
export const MAX_LINES = 20_000;

/** Most lines kept while somebody is scrolled up in them: nobody loses what they went to look for. */
export const MAX_LINES_READ_BACK = 100_000;

/** One conversation. */
export class Buffer {
  /** The channel or nick, `""` for what the server itself says. */
  name: string;
  readonly kind: "server" | "channel" | "direct";
  lines: Line[] = [];
  /** Our messages on their way, drawn below the others. */
  pending: Line[] = [];
  unread = 0;
  highlights = 0;
  /** Everything up to this time was read, here or on another device. */
  readUntil = 0;
  /** The line above which "unread" is written. */
  unreadKey: number | undefined;
  /** Who is typing, and until when that is believed. */
  readonly typing = new Map<string, number>();
  /** What was typed here and not sent. */
  draft = "";
  /** Whether the beginning of history has been reached. */
  complete = false;
  /** Whether history was asked for and has not come. */
  loading = false;
  /** Whether somebody is scrolled up in it. */
  readBack = false;
  /** Emoji that came before their message did, by its id. */
  readonly #early = new Map<string, ReactionEvent[]>();
  readonly #byId = new Map<string, Line>();
  #nextKey = 1;

  constructor(name: string, kind: Buffer["kind"]) {
    this.name = name;
    this.kind = kind;
  }

  /** The line of a message, if it is here. */
  byId(id: string): Line | undefined {
    return this.#byId.get(id);
  }

  /** The line of a message of ours, on its way or said, if it is here. */
  byRef(ref: number): Line | undefined {
    return this.pending.find((line) => line.ref === ref) ?? this.lines.findLast((line) => line.ref === ref);
  }

  /** The newest line of a message that has an id. */
  get newest(): Line | undefined {
    return this.lines.findLast((line) => line.id !== undefined);
  }

  /** The oldest line of a message that has an id. */
  get oldest(): Line | undefined {
    return this.lines.find((line) => line.id !== undefined);
  }

  /** Adds a line at the end. Returns `undefined` if it is here already. */
  append(line: NewLine): Line | undefined {
    if (this.#has(line)) return undefined;
    const added = this.#make(line);
    this.lines.push(added);
    this.#trim();
    return added;
  }

  /** Adds who came or went, to the line before it if that is of the same kind. */
  appendPresence(presence: Presence, time: number): Line {
    const last = this.lines.at(-1);
    if (last?.presence !== undefined && sameDay(last.time, time) && last.presence.length < 1000) {
      last.presence.push(presence);
      last.version++;
      return last;
    }
    const line = this.#make({ kind: "presence", time, presence: [presence] });
    this.lines.push(line);
    this.#trim();
    return line;
  }

  /** Puts a line where its time belongs. Returns `undefined` if it is here already. */
  insert(line: NewLine): Line | undefined {
    if (this.#has(line)) return undefined;
    const added = this.#make(line);
    let at = this.lines.length;
    while (at > 0 && this.lines[at - 1]!.time > added.time) at--;
    this.lines.splice(at, 0, added);
    return added;
  }

  /**
   * Puts a page of history, oldest first, where it belongs: by time, and among messages of the same time in the order of
   * the page; never above the message `after`, never below the message `before`.
   *
   * @returns How many lines were new, and whether it met a line that was here.
   */
  insertHistory(
    events: readonly HistoryEvent[],
    read: (message: ChatMessage) => NewLine,
    { after, before }: { after?: string; before?: string } = {},
  ): { added: number; met: boolean } {
    let added = 0;
    let met = false;
    let at = this.#indexOf(after) + 1;
    for (const event of events) {
      if (event.type === "reaction") this.react(event);
      else if (event.type === "redaction") this.redact(event.id, event.by, event.reason);
      else {
        const known = this.#indexOf(event.id);
        met ||= known >= 0;
        added += known >= 0 ? 0 : 1;
        at = known >= 0 ? Math.max(at, known + 1) : this.#insertFrom(at, this.#indexOf(before), read(event)) + 1;
      }
    }
    this.#trim();
    return { added, met };
  }

  #indexOf(id: string | undefined): number {
    const line = id === undefined ? undefined : this.#byId.get(id);
    return line === undefined ? -1 : this.lines.indexOf(line);
  }

  /** Puts a line at or behind a place by its time. A message of the same time that is here already was said later. */
  #insertFrom(from: number, end: number, line: NewLine): number {
    const last = end < 0 ? this.lines.length : end;
    let at = from;
    while (at < last) {
      const other = this.lines[at]!;
      if (other.time > line.time || (other.time === line.time && other.id !== undefined)) break;
      at++;
    }
    this.lines.splice(at, 0, this.#make(line));
    return at;
  }

  /** Shows a message of ours that is on its way, or waits. */
  addPending(line: NewLine, state: SendState = "sending"): Line {
    const made: Line = { ...this.#make(line), state };
    this.pending.push(made);
    return made;
  }

  /** Takes a line out. */
  remove(line: Line): void {
    this.pending = this.pending.filter((other) => other !== line);
    this.lines = this.lines.filter((other) => other !== line);
  }

  /** Takes a message of ours out of those on their way. */
  settle(ref: number): Line | undefined {
    const at = this.pending.findIndex((line) => line.ref === ref);
    return at < 0 ? undefined : this.pending.splice(at, 1)[0];
  }

  /** A message of ours did not get through, or nobody knows. It stays, so that it can be sent again. */
  fail(ref: number, state: "failed" | "doubtful" = "failed"): void {
    const shown = this.lines.findLast((line) => line.ref === ref);
    const line = shown ?? this.settle(ref);
    if (line === undefined) return;
    line.state = state;
    line.version++;
    if (shown === undefined) this.lines.push(line);
  }

  /** A message of ours that seemed lost is in history after all. */
  forgetFailed(text: string): void {
    const at = this.lines.findIndex(({ state, text: lost }) => state !== undefined && lost === text);
    if (at >= 0) this.lines.splice(at, 1);
  }

  /** Puts an emoji to a message or takes it back. */
  react(event: ReactionEvent): void {
    const line = this.#byId.get(event.id);
    if (line === undefined) return this.#keepEarly(event);
    const { size } = line.reactions;
    if (event.add && size >= MAX_REACTIONS && !line.reactions.has(event.emoji)) return;
    const nicks = new Set(line.reactions.get(event.emoji));
    if (event.add && nicks.size >= MAX_REACTORS) return;
    if (event.add) nicks.add(event.nick);
    else nicks.delete(event.nick);
    const reactions = new Map(line.reactions).set(event.emoji, nicks);
    if (nicks.size === 0) reactions.delete(event.emoji);
    line.reactions = reactions;
    line.version++;
  }

  /** Marks a message as deleted; its text goes. */
  redact(id: string, by: string, reason: string): void {
    const line = this.#byId.get(id);
    if (line === undefined) return;
    line.deleted = { by, reason };
    line.text = "";
    line.reactions = NO_REACTIONS;
    line.version++;
  }

  /** Counts a line as not read. */
  countUnread(line: Line): void {
    if (line.time <= this.readUntil) return;
    this.unread++;
    if (line.highlight) this.highlights++;
    this.unreadKey ??= line.key;
  }

  /** Everything up to a time was read; `undefined` means up to the newest line. Returns whether anything was unread. */
  markRead(until = this.lines.at(-1)?.time ?? 0): boolean {
    const before = this.unread;
    this.readUntil = Math.max(this.readUntil, until);
    const rest = this.lines.filter((line) => line.time > this.readUntil && isSpeech(line) && !line.self);
    this.unread = Math.min(rest.length, this.unread);
    this.highlights = Math.min(rest.filter((line) => line.highlight).length, this.highlights);
    return before > this.unread;
  }

  /** Counts anew what was not read, as when history has come. */
  recount(): void {
    const rest = this.lines.filter((line) => line.time > this.readUntil && isSpeech(line) && !line.self);
    this.unread = rest.length;
    this.highlights = rest.filter((line) => line.highlight).length;
    this.unreadKey = rest[0]?.key;
  }

  /** Whether history may be missing above a line. */
  markGap(time: number): void {
    if (!this.lines.some((line) => line.kind === "gap")) this.insert({ kind: "gap", time });
  }

  /** Nothing is missing there any more. */
  closeGap(): void {
    this.lines = this.lines.filter((line) => line.kind !== "gap");
  }

  /** Forgets all lines; history can bring them back. */
  clear(): void {
    this.lines = [];
    this.#byId.clear();
    this.unread = this.highlights = 0;
    this.unreadKey = undefined;
    this.complete = false;
  }

  #make(line: NewLine): Line {
    const { nick = "", text = "", self = false, highlight = false } = line;
    const made: Line = {
      ...line,
      ...(line.id !== undefined && { id: own(line.id) }),
      ...(line.reply !== undefined && { reply: own(line.reply) }),
      key: this.#nextKey++,
      nick: own(nick),
      text: own(text),
      self,
      highlight,
      reactions: NO_REACTIONS,
      version: 0,
    };
    if (made.id === undefined) return made;
    this.#byId.set(made.id, made);
    const early = this.#early.get(made.id) ?? [];
    this.#early.delete(made.id);
    for (const event of early) this.react(event);
    return made;
  }

  #has({ id }: NewLine): boolean {
    return id !== undefined && this.#byId.has(id);
  }

  #keepEarly(event: ReactionEvent): void {
    if (this.#early.size >= 1000) this.#early.clear();
    const events = this.#early.get(event.id) ?? [];
    if (events.length < 100) this.#early.set(event.id, [...events, event]);
  }

  #trim(): void {
    const most = this.readBack ? MAX_LINES_READ_BACK : MAX_LINES;
    if (this.lines.length <= most + 500) return;
    const gone = this.lines.splice(0, this.lines.length - most);
    for (const { id } of gone) if (id !== undefined) this.#byId.delete(id);
    this.complete = false;
  }
}

/** Whether a line is what somebody said. */
export function isSpeech({ kind }: Line): boolean {
  return kind === "message" || kind === "action" || kind === "notice";
}

/** Whether two times are on the same day, where the person is. */
export function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** A copy for keeping: what was cut out of a text that arrived would hold all that arrived with it in memory. */
function own(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
