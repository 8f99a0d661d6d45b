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

/** What is kept of a target's entries, in order: three lists instead of one of triples, which would be three times the objects. */
interface Shelf {
  readonly ids: MessageId[];
  readonly lines: string[];
  /** Whether it is something that was said. */
  readonly said: boolean[];
}

/** Entries in memory. */
export class Recent {
  #targets = new Map<string, Shelf>();
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
    const { id, target } = entry;
    let shelf = this.#targets.get(target);
    if (shelf === undefined) this.#targets.set(target, shelf = { ids: [], lines: [], said: [] });
    shelf.ids.push(id);
    shelf.lines.push(line);
    shelf.said.push(isMessage(entry));
    this.#size++;
    this.#bytes += bytesOf(line);
    if (shelf.ids.length > this.#perTarget * SLACK) this.#cut(shelf, shelf.ids.length - this.#perTarget);
    if (this.#size > this.#total * SLACK) this.#forgetSilent();
  }

  find(id: MessageId): Entry | undefined {
    for (const [target, { ids, lines }] of this.#targets) {
      const at = firstFrom(ids, id);
      if (ids[at] === id) return entryOf(id, target, lines[at]!);
    }
    return undefined;
  }

  /** Puts an entry in the place of the one with the same id. */
  replace(entry: Entry): void {
    const { ids, lines } = this.#targets.get(entry.target) ?? NOTHING;
    const at = firstFrom(ids, entry.id);
    if (ids[at] !== entry.id) return;
    const before = lines[at]!;
    const after = lines[at] = lineOf(entry);
    this.#bytes += bytesOf(after) - bytesOf(before);
  }

  /** Drops what one target has up to an id. */
  drop(target: string, upTo: MessageId): void {
    const shelf = this.#targets.get(target);
    if (shelf === undefined) return;
    this.#cut(shelf, firstFrom(shelf.ids, upTo + 1));
    if (shelf.ids.length === 0) this.#targets.delete(target);
  }

  /** A part of the history of a target, oldest first. */
  history(target: string, range: HistoryRange): Entry[] {
    const shelf = this.#targets.get(target);
    if (shelf === undefined) return [];
    return collect(range, (span, limit) => {
      const wanted = (at: number) => range.events === true || shelf.said[at]!;
      const found = range.from === "oldest" ? oldest(shelf, span, limit, wanted) : newest(shelf, span, limit, wanted);
      return found.map((at) => entryOf(shelf.ids[at]!, target, shelf.lines[at]!));
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
    return [...this.#targets].flatMap(([target, { ids, lines }]) =>
      ids.map((id, at) => entryOf(id, target, lines[at]!))
    )
      .sort((a, b) => a.id - b.id);
  }

  #searchIn({ target, visible }: VisibleTarget, query: SearchQuery, matches: (entry: Entry) => boolean): Entry[] {
    const { after = 0, before = Infinity, limit } = query;
    const words = phrasesOf(query.words ?? "").flat();
    const shelf = this.#targets.get(target) ?? NOTHING;
    const entry = (at: number) => entryOf(shelf.ids[at]!, target, shelf.lines[at]!);
    const wanted = (at: number) =>
      shelf.said[at]! && isVisible(shelf.ids[at]!, visible) && mayHaveWords(shelf.lines[at]!, words) &&
      matches(entry(at));
    return newest(shelf, { after, before }, limit, wanted).map(entry);
  }

  #cut({ ids, lines, said }: Shelf, count: number): void {
    ids.splice(0, count);
    said.splice(0, count);
    for (const line of lines.splice(0, count)) this.#bytes -= bytesOf(line);
    this.#size -= count;
  }

  #forgetSilent(): void {
    const bySilence = [...this.#targets].sort(([, a], [, b]) => a.ids.at(-1)! - b.ids.at(-1)!);
    for (const [target, shelf] of bySilence) {
      if (this.#size <= this.#total) return;
      this.#cut(shelf, Math.min(shelf.ids.length, this.#size - this.#total));
      if (shelf.ids.length === 0) this.#targets.delete(target);
    }
  }
}

const NOTHING: Shelf = { ids: [], lines: [], said: [] };

// How far a bound is passed before anything is cut, so that cutting costs an entry next to nothing.
const SLACK = 1.1;

/** Bytes of one entry: its line, and what is round it. A line that is not of Latin letters takes twice as much. */
function bytesOf(line: string): number {
  return line.length + OVERHEAD;
}

const OVERHEAD = 64;

/** Index of the first id that is not less. */
function firstFrom(ids: readonly MessageId[], id: MessageId): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether the entry at an index is wanted. */
type Test = (at: number) => boolean;

/** Where the first entries of a span stand that are wanted. */
function oldest({ ids }: Shelf, { after, before }: Span, limit: number, wanted: Test): number[] {
  const found: number[] = [];
  for (let at = firstFrom(ids, after + 1); at < ids.length && found.length < limit; at++) {
    if (ids[at]! >= before) break;
    if (wanted(at)) found.push(at);
  }
  return found;
}

/** Where the last entries of a span stand that are wanted, in order. */
function newest({ ids }: Shelf, { after, before }: Span, limit: number, wanted: Test): number[] {
  const found: number[] = [];
  for (let at = firstFrom(ids, before) - 1; at >= 0 && found.length < limit; at--) {
    if (ids[at]! <= after) break;
    if (wanted(at)) found.push(at);
  }
  return found.reverse();
}
