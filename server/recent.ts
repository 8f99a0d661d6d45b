/**
 * Entries in memory, by target and in order: all that the in-memory store has, and of the store on disk what its indexes
 * have not caught up with.
 *
 * Adding is cheap and everything is bounded. What is kept of an entry is its line, one object that holds no part of the
 * buffer that it was read in; it becomes an entry again when somebody asks. Knows nothing about disks and turns.
 *
 * @module
 */

import { entryOf, lineOf } from "./entry_line.ts";
import { collect, isMessage, isVain, isVisible, matcherOf, type Span } from "./range.ts";
import type { Entry, HistoryRange, MessageId, SearchQuery, VisibleTarget } from "./store.ts";
import { mayHaveWords, phrasesOf } from "./words.ts";

/** How much is kept. */
export interface RecentBounds {
  /** Most entries of one target; the oldest go first. Unbounded unless told, for who drops by himself. */
  perTarget?: number;
  /** Most entries in all; what was silent longest goes first. */
  total?: number;
}

/** What is kept of an entry. */
interface Kept {
  readonly id: MessageId;
  readonly line: string;
  /** Whether it is something that was said. */
  readonly said: boolean;
}

/** Entries in memory. */
export class Recent {
  #targets = new Map<string, Kept[]>();
  #size = 0;
  #bytes = 0;
  #perTarget: number;
  #total: number;

  constructor({ perTarget = Infinity, total = Infinity }: RecentBounds = {}) {
    this.#perTarget = perTarget;
    this.#total = total;
  }

  /** Entries in memory. */
  get size(): number {
    return this.#size;
  }

  /** What the entries take up, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds an entry that is newer than all others, and has this line. */
  add(entry: Entry, line: string = lineOf(entry)): void {
    const kept = { id: entry.id, line, said: isMessage(entry) };
    const entries = this.#targets.get(entry.target);
    this.#size++;
    this.#bytes += bytesOf(kept);
    if (entries === undefined) this.#targets.set(entry.target, [kept]);
    else if (entries.push(kept) > this.#perTarget * SLACK) this.#cut(entries, entries.length - this.#perTarget);
    if (this.#size > this.#total * SLACK) this.#forgetSilent();
  }

  find(id: MessageId): Entry | undefined {
    for (const [target, entries] of this.#targets) {
      const kept = entries[firstFrom(entries, id)];
      if (kept?.id === id) return entryOf(id, target, kept.line);
    }
    return undefined;
  }

  /** Puts an entry in the place of the one with the same id. */
  replace(entry: Entry): void {
    const entries = this.#targets.get(entry.target) ?? [];
    const at = firstFrom(entries, entry.id);
    const before = entries[at];
    if (before?.id !== entry.id) return;
    const after = entries[at] = { id: entry.id, line: lineOf(entry), said: isMessage(entry) };
    this.#bytes += bytesOf(after) - bytesOf(before);
  }

  /** Drops what one target has up to an id. */
  drop(target: string, upTo: MessageId): void {
    const entries = this.#targets.get(target) ?? [];
    this.#cut(entries, firstFrom(entries, upTo + 1));
    if (entries.length === 0) this.#targets.delete(target);
  }

  /** A part of the history of a target, oldest first. */
  history(target: string, range: HistoryRange): Entry[] {
    const entries = this.#targets.get(target);
    if (entries === undefined) return [];
    return collect(range, (span, limit) => {
      const wanted = ({ said }: Kept) => said || range.events === true;
      const found = range.from === "oldest"
        ? oldest(entries, span, limit, wanted)
        : newest(entries, span, limit, wanted);
      return found.map(({ id, line }) => entryOf(id, target, line));
    });
  }

  /** What matches, newest first. */
  search(query: SearchQuery): Entry[] {
    if (isVain(query)) return [];
    const matches = matcherOf(query);
    return query.in.flatMap((place) => this.#searchIn(place, query, matches))
      .sort((a, b) => b.id - a.id).slice(0, query.limit);
  }

  /** Direct conversations of a party. */
  conversationsOf(party: string): string[] {
    return [...this.#targets.keys()].filter((target) => target.includes(" ") && target.split(" ").includes(party));
  }

  /** Everything, in order. */
  entries(): Entry[] {
    return [...this.#targets].flatMap(([target, entries]) => entries.map(({ id, line }) => entryOf(id, target, line)))
      .sort((a, b) => a.id - b.id);
  }

  #searchIn({ target, visible }: VisibleTarget, query: SearchQuery, matches: (entry: Entry) => boolean): Entry[] {
    const { after = 0, before = Infinity, limit } = query;
    const words = phrasesOf(query.words ?? "").flat();
    const entries = this.#targets.get(target) ?? [];
    return newest(
      entries,
      { after, before },
      limit,
      ({ id, line, said }) =>
        said && isVisible(id, visible) && mayHaveWords(line, words) && matches(entryOf(id, target, line)),
    )
      .map(({ id, line }) => entryOf(id, target, line));
  }

  #cut(entries: Kept[], count: number): void {
    for (const kept of entries.splice(0, count)) this.#bytes -= bytesOf(kept);
    this.#size -= count;
  }

  #forgetSilent(): void {
    const bySilence = [...this.#targets].sort(([, a], [, b]) => a.at(-1)!.id - b.at(-1)!.id);
    for (const [target, entries] of bySilence) {
      if (this.#size <= this.#total) return;
      this.#cut(entries, Math.min(entries.length, this.#size - this.#total));
      if (entries.length === 0) this.#targets.delete(target);
    }
  }
}

// How far a bound is passed before anything is cut, so that cutting costs an entry next to nothing.
const SLACK = 1.1;

/** Bytes of one entry: its line, and the objects round it. A line that is not of Latin letters takes twice as much. */
function bytesOf({ line }: Kept): number {
  return line.length + OBJECTS;
}

const OBJECTS = 128;

/** Index of the first entry whose id is not less. */
function firstFrom(entries: readonly Kept[], id: MessageId): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Test = (kept: Kept) => boolean;

function oldest(entries: readonly Kept[], { after, before }: Span, limit: number, wanted: Test): Kept[] {
  const found: Kept[] = [];
  for (let i = firstFrom(entries, after + 1); i < entries.length && found.length < limit; i++) {
    const entry = entries[i]!;
    if (entry.id >= before) break;
    if (wanted(entry)) found.push(entry);
  }
  return found;
}

function newest(entries: readonly Kept[], { after, before }: Span, limit: number, wanted: Test): Kept[] {
  const found: Kept[] = [];
  for (let i = firstFrom(entries, before) - 1; i >= 0 && found.length < limit; i--) {
    const entry = entries[i]!;
    if (entry.id <= after) break;
    if (wanted(entry)) found.push(entry);
  }
  return found.reverse();
}
