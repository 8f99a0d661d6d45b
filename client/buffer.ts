/**
 * The scrollback of one conversation: its lines in order, none twice, and what of it was not read.
 *
 * What people reacted is in `buffer/reactions.ts`. Pure and browser compatible: the terminal and the page draw from the
 * same buffers. Knows nothing of widths and colours.
 *
 * @module
 */

import { lastWords, NO_REACTIONS, own, type Reactions, withWord, Words } from "./buffer/reactions.ts";
import type { ChatMessage, HistoryEvent, HistoryRequest, ReactionEvent, RedactionEvent } from "./session/events.ts";

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
  reactions: Reactions;
  /** Who came and went, of a line of that kind. */
  readonly presence?: Presence[];
  /** Who deleted it, and why. */
  deleted?: Deletion;
  /** How far a message of ours has come; without it, it has arrived. */
  state?: SendState;
  readonly ref?: number;
  /** Of a gap: before which selector history is to be asked for, where that is not the message below it. */
  reach?: string | undefined;
  /** Of a gap: the same from its other side, where that is not the message above it. */
  after?: string | undefined;
  /** Of a gap: whether it is what was missed, which is fetched without anybody scrolling there. */
  missed?: boolean;
  /** Changes whenever the line looks different; what was drawn of it before is stale then. */
  version: number;
}

/** What may be said about a line when it is added. */
export type NewLine = Partial<Omit<Line, "key" | "version" | "reactions">> & {
  kind: LineKind;
  time: number;
};

type Deletion = Pick<RedactionEvent, "by" | "reason">;

/** Reactions kept of a message, with those that were taken back. */
const MAX_WORDS = 1000;
/** Messages of which something is known before they are here, and reactions kept of each. */
const MAX_EARLY = 1000;
const MAX_EARLY_WORDS = 100;

/** What is shown of a message that another one answers. */
export type Quote = Pick<Line, "nick" | "text" | "deleted" | "version">;

/** Messages kept to be quoted, and letters of each: it is shown in one row. */
const MAX_QUOTES = 500;
const MAX_QUOTED = 500;

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
  /** Before which selector older history is to be asked for, where that is not the oldest message. */
  reach: string | undefined;
  /** The history that was asked for last and has not come; what comes of another request was overtaken. */
  asked: HistoryRequest | undefined;
  /** Messages that are not here and are answered, by id; `undefined` of those that cannot be had. */
  readonly quotes = new Map<string, Quote | undefined>();
  /** Whether somebody is scrolled up in it. */
  readBack = false;
  /** Emoji and deletions that came before their message did, by its id, the latest last. Pages come newest first. */
  readonly #early = new Map<string, Words>();
  readonly #gone = new Map<string, Deletion>();
  readonly #words = new WeakMap<Line, Words>();
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
    return this.lines.findLast(({ id }) => id !== undefined);
  }

  /** The oldest line of a message that has an id. */
  get oldest(): Line | undefined {
    return this.lines.find(({ id }) => id !== undefined);
  }

  /** When the newest message was said. What else is told here has the time of this machine, which may be ahead of the server's. */
  get newestTime(): number {
    return (this.lines.findLast(isSpeech) ?? this.lines.at(-1))?.time ?? 0;
  }

  /** Adds a line at the end. Returns `undefined` if it is here already. */
  append(line: NewLine): Line | undefined {
    if (this.#has(line)) return undefined;
    const added = this.#make(line);
    this.lines.push(added);
    this.trim();
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
    this.trim();
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
   * Puts a page of history, oldest first, where it belongs: unknown messages beside those of the page that are here, else
   * between the lines `above` and `below`; by time, and among messages of the same time in the order of the page. What is
   * `older` than all that is known takes back no newer reaction. Gaps stay where they are.
   *
   * @returns The lines of its first and its last message.
   */
  insertHistory(
    events: readonly HistoryEvent[],
    read: (message: ChatMessage) => NewLine,
    { above, below, older = false }: {
      above?: Line | undefined;
      below?: Line | undefined;
      older?: boolean;
    } = {},
  ): { first: Line | undefined; last: Line | undefined } {
    const met = events.flatMap(({ type, id }) => type === "message" ? this.#indexOf(id) : []).find((at) => at >= 0);
    const bound = above === undefined ? -1 : this.lines.indexOf(above);
    // What comes before a message that is here stands right above it, or it would have come with what is there.
    let at = met === undefined || (above !== undefined && met > bound) ? bound + 1 : this.#runAbove(met);
    const page: Line[] = [];
    for (const event of older ? lastWords(events) : events) {
      if (event.type === "reaction") this.react(event, older);
      else if (event.type === "redaction") this.redact(event.id, event.by, event.reason);
      else {
        const known = this.#indexOf(event.id);
        const place = known >= 0 ? known : this.#insertFrom(at, this.#indexOf(below?.id), read(event));
        page.push(this.lines[place]!);
        at = Math.max(at, place + 1);
      }
    }
    return { first: page[0], last: page.at(-1) };
  }

  /** Behind the message or the gap above a place. */
  #runAbove(at: number): number {
    return this.lines.findLastIndex((line, i) => i < at && (line.id !== undefined || line.kind === "gap")) + 1;
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
      if (other.kind === "gap" || other.time > line.time) break;
      if (other.time === line.time && other.id !== undefined) break;
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

  /** A message of ours that seemed lost, and was said before a time, is in history after all. */
  forgetFailed(text: string, until: number): void {
    const at = this.lines.findIndex(({ state, text: lost, time }) =>
      state !== undefined && lost === text && time <= until
    );
    if (at >= 0) this.lines.splice(at, 1);
  }

  /** Puts an emoji to a message or takes it back; of the same instant, what is `older` than all that is known counts less. */
  react(event: ReactionEvent, older = false): void {
    const line = this.#byId.get(event.id);
    if (line === undefined) {
      entry(this.#early, event.id, () => new Words()).take(event, { older, most: MAX_EARLY_WORDS });
      return;
    }
    if (line.deleted !== undefined) return;
    const words = this.#words.get(line) ?? new Words();
    this.#words.set(line, words);
    if (!words.take(event, { older, most: MAX_WORDS })) return;
    const reactions = withWord(line.reactions, event);
    if (reactions === line.reactions) return;
    line.reactions = reactions;
    line.version++;
  }

  /** Marks a message as deleted; its text goes. */
  redact(id: string, by: string, reason: string): void {
    const line = this.#byId.get(id);
    const quote = this.quotes.get(id);
    if (quote !== undefined) {
      this.quotes.set(id, { ...quote, text: "", deleted: { by, reason }, version: quote.version + 1 });
    }
    if (line === undefined) return void entry(this.#gone, id, () => ({ by: own(by), reason: own(reason) }));
    line.deleted = { by, reason };
    line.text = "";
    line.reactions = NO_REACTIONS;
    line.version++;
  }

  /** Counts a line as not read. */
  countUnread(line: Line): void {
    if (line.time <= this.readUntil) return;
    // Where nothing told what was read, it is what was said before.
    if (this.readUntil === 0) this.readUntil = line.time - 1;
    this.unread++;
    if (line.highlight) this.highlights++;
    this.unreadKey ??= line.key;
  }

  /** Everything up to a time was read; without one, all messages. */
  markRead(until = this.newestTime): void {
    const before = this.unread;
    this.readUntil = Math.max(this.readUntil, until);
    const rest = this.lines.filter((line) => line.time > this.readUntil && isSpeech(line) && !line.self);
    this.unread = Math.min(rest.length, this.unread);
    this.highlights = Math.min(rest.filter((line) => line.highlight).length, this.highlights);
    if (before > this.unread) this.unreadKey = rest[0]?.key;
  }

  /** Counts anew what was not read, as when history has come. */
  recount(): void {
    const rest = this.lines.filter((line) => line.time > this.readUntil && isSpeech(line) && !line.self);
    this.unread = rest.length;
    this.highlights = rest.filter((line) => line.highlight).length;
    // What was seen since stays below the line, until the person has gone.
    this.unreadKey = this.lines.find((line) => line.key === this.unreadKey || line === rest[0])?.key;
  }

  /** The messages above and below a line, such as a gap; without one, what is below the beginning. */
  beside(line: Line | undefined): { above: Line | undefined; below: Line | undefined } {
    const at = line === undefined ? -1 : this.lines.indexOf(line);
    const above = this.lines.findLast((other, i) => i < at && other.id !== undefined);
    return { above, below: this.lines.find((other, i) => i > at && other.id !== undefined) };
  }

  /** A message beside a place that history can be asked for by: the nearest of its run that was not deleted, if there is one. */
  named(side: "above" | "below", line: Line): Line {
    const { lines } = this;
    const from = lines.indexOf(line);
    const step = side === "above" ? -1 : 1;
    for (let at = from; lines[at] !== undefined && lines[at]!.kind !== "gap"; at += step) {
      if (lines[at]!.id !== undefined && lines[at]!.deleted === undefined) return lines[at]!;
    }
    return line;
  }

  /** The gap between a message and the one above it. */
  gapAbove(line: Line): Line | undefined {
    const beside = this.lines[this.#runAbove(this.lines.indexOf(line)) - 1];
    return beside?.kind === "gap" ? beside : undefined;
  }

  /** The gap between a message and the one below it. */
  gapBelow(line: Line): Line | undefined {
    const at = this.lines.indexOf(line);
    const beside = this.lines.find((other, i) => i > at && (other.id !== undefined || other.kind === "gap"));
    return beside?.kind === "gap" ? beside : undefined;
  }

  /** History may be missing right above or right below a line: marks a gap, or moves one there. */
  putGap(side: "above" | "below", line: Line, gap: Line | Pick<Line, "reach" | "missed">): void {
    if ("key" in gap) this.remove(gap);
    const at = this.lines.indexOf(line) + (side === "below" ? 1 : 0);
    const { time } = this.lines[at - 1] ?? line;
    this.lines.splice(at, 0, "key" in gap ? gap : this.#make({ kind: "gap", time, ...gap }));
  }

  /** Nothing is missing between two lines, or from the beginning on, or to the end. */
  closeGaps(from?: Line, to?: Line): void {
    const first = from === undefined ? 0 : this.lines.indexOf(from);
    const last = to === undefined ? Infinity : this.lines.indexOf(to);
    this.lines = this.lines.filter(({ kind }, i) => kind !== "gap" || i < first || i > last);
  }

  /** Forgets all lines; history can bring them back. */
  clear(): void {
    this.lines = [];
    this.#byId.clear();
    this.unread = this.highlights = 0;
    this.unreadKey = this.reach = this.asked = undefined;
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
    this.#takeEarly(made, made.id);
    return made;
  }

  #takeEarly(line: Line, id: string): void {
    const [words, gone] = [this.#early.get(id), this.#gone.get(id)];
    this.#early.delete(id);
    this.#gone.delete(id);
    if (gone !== undefined) return this.redact(id, gone.by, gone.reason);
    if (words === undefined) return;
    line.reactions = words.reactions();
    this.#words.set(line, words);
  }

  #has({ id }: NewLine): boolean {
    return id !== undefined && this.#byId.has(id);
  }

  /** Lets the oldest lines go if there are too many. */
  trim(): void {
    const most = this.readBack ? MAX_LINES_READ_BACK : MAX_LINES;
    if (this.lines.length <= most + 500) return;
    this.reach = undefined;
    const gone = this.lines.splice(0, this.lines.length - most);
    for (const { id } of gone) if (id !== undefined) this.#byId.delete(id);
    this.complete = false;
  }
}

/** Keeps a message that is answered to be quoted, or that it cannot be had. */
export function keepQuote({ quotes }: Buffer, id: string, message: ChatMessage | undefined): void {
  const [longest] = quotes.keys();
  if (quotes.size >= MAX_QUOTES && longest !== undefined) quotes.delete(longest);
  const quote = message && { nick: own(message.nick), text: own(message.text.slice(0, MAX_QUOTED)), version: 0 };
  quotes.set(own(id), quote);
}

/** What is kept under a name, or `make` of it; what has waited longest makes room for it. */
function entry<V>(kept: Map<string, V>, name: string, make: () => V): V {
  const known = kept.get(name);
  if (known !== undefined) return known;
  const [longest] = kept.keys();
  if (kept.size >= MAX_EARLY && longest !== undefined) kept.delete(longest);
  const made = make();
  kept.set(own(name), made);
  return made;
}

/** Whether a line is what somebody said. */
export function isSpeech({ kind }: Line): boolean {
  return kind === "message" || kind === "action" || kind === "notice";
}

/** Whether two times are on the same day, where the person is. */
export function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
