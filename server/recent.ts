/**
 * Entries in memory, by target and in order: all that the in-memory store has, and of the store on disk what its indexes
 * have not caught up with.
 *
 * Adding is cheap and everything is bounded. Knows nothing about disks and turns.
 *
 * @module
 */

import { collect, isMessage, isVain, isVisible, matcherOf, type Span } from "./range.ts";
import type { Entry, HistoryRange, MessageId, SearchQuery, VisibleTarget } from "./store.ts";

/** How much is kept. */
export interface RecentBounds {
  /** Most entries of one target; the oldest go first. Unbounded unless told, for who drops by himself. */
  perTarget?: number;
  /** Most entries in all; what was silent longest goes first. */
  total?: number;
}

/** Entries in memory. */
export class Recent {
  #targets = new Map<string, Entry[]>();
  #size = 0;
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

  /** Adds an entry that is newer than all others. */
  add(entry: Entry): void {
    const entries = this.#targets.get(entry.target);
    this.#size++;
    if (entries === undefined) this.#targets.set(entry.target, [entry]);
    else if (entries.push(entry) > this.#perTarget * SLACK) this.#cut(entries, entries.length - this.#perTarget);
    if (this.#size > this.#total * SLACK) this.#forgetSilent();
  }

  find(id: MessageId): Entry | undefined {
    for (const entries of this.#targets.values()) {
      const entry = entries[firstFrom(entries, id)];
      if (entry?.id === id) return entry;
    }
    return undefined;
  }

  /** Puts an entry in the place of the one with the same id. */
  replace(entry: Entry): void {
    const entries = this.#targets.get(entry.target) ?? [];
    const at = firstFrom(entries, entry.id);
    if (entries[at]?.id === entry.id) entries[at] = entry;
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
      const wanted = range.events ? () => true : isMessage;
      return range.from === "oldest" ? oldest(entries, span, limit, wanted) : newest(entries, span, limit, wanted);
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
    return [...this.#targets.values()].flat().sort((a, b) => a.id - b.id);
  }

  #searchIn({ target, visible }: VisibleTarget, query: SearchQuery, matches: (entry: Entry) => boolean): Entry[] {
    const { after = 0, before = Infinity, limit } = query;
    const entries = this.#targets.get(target) ?? [];
    return newest(entries, { after, before }, limit, (entry) => isVisible(entry.id, visible) && matches(entry));
  }

  #cut(entries: Entry[], count: number): void {
    entries.splice(0, count);
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

/** Index of the first entry whose id is not less. */
function firstFrom(entries: readonly Entry[], id: MessageId): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Test = (entry: Entry) => boolean;

function oldest(entries: readonly Entry[], { after, before }: Span, limit: number, wanted: Test): Entry[] {
  const found: Entry[] = [];
  for (let i = firstFrom(entries, after + 1); i < entries.length && found.length < limit; i++) {
    const entry = entries[i]!;
    if (entry.id >= before) break;
    if (wanted(entry)) found.push(entry);
  }
  return found;
}

function newest(entries: readonly Entry[], { after, before }: Span, limit: number, wanted: Test): Entry[] {
  const found: Entry[] = [];
  for (let i = firstFrom(entries, before) - 1; i >= 0 && found.length < limit; i--) {
    const entry = entries[i]!;
    if (entry.id <= after) break;
    if (wanted(entry)) found.push(entry);
  }
  return found.reverse();
}
