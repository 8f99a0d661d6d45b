/**
 * What was said by its id, and the indexes over it: by target, by party of a direct conversation, and the words.
 *
 * They take up the blocks in slices of a few milliseconds, and remember in the same transaction how far they have come. Up
 * to there what they answer is complete; about what is newer they know nothing.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { entryOf } from "./entry_line.ts";
import { collect, isMessage, isVain, type Span } from "./range.ts";
import type { Blocks, EntryRow } from "./store_sqlite_blocks.ts";
import { type Transact, transactionsOf } from "./store_sqlite_failure.ts";
import { type EpochBounds, type Row, WordIndex } from "./store_sqlite_words.ts";
import type { Entry, HistoryRange, MessageId, SearchQuery, VisibleTarget } from "./store.ts";

/** Most entries of one slice. */
export const SLICE_ENTRIES = 128;

/** Most entries of a slice that has to be. */
const PRESSED_ENTRIES = 1_024;

/** How long a slice may add entries; committing them takes as long again. */
const SLICE_MILLISECONDS = 2;

/** Targets whose number is remembered: those of some slices. */
const MAX_KNOWN_TARGETS = 4_096;

/** The indexes of a file. */
export class Index {
  #transact: Transact;
  #blocks: Blocks;
  #sql: ReturnType<typeof statements>;
  #indexed: MessageId;
  #size: number;
  #words: WordIndex;
  #targets = new Map<string, number>();

  constructor(db: DatabaseSync, blocks: Blocks, bounds?: EpochBounds) {
    this.#transact = transactionsOf(db);
    this.#blocks = blocks;
    this.#sql = statements(db);
    this.#words = new WordIndex(db, bounds);
    this.#indexed = this.#progress("indexed");
    this.#size = this.#progress("entries");
  }

  /** Up to which id the indexes are complete. */
  get indexed(): MessageId {
    return this.#indexed;
  }

  /** How many entries they hold. */
  get size(): number {
    return this.#size;
  }

  /** Entries that the indexes have not taken up, oldest first. */
  *behind(): Iterable<Entry> {
    for (const row of this.#blocks.after(this.#indexed)) yield* entriesOf(row);
  }

  /**
   * Takes up the next slice, and says which entries it was. `pressed`: as many as a turn may bring, however long it takes,
   * which is almost twice as fast.
   */
  catchUp(pressed = false): Entry[] {
    const rows = this.#blocks.after(this.#indexed)[Symbol.iterator]();
    const first = rows.next();
    if (first.done) return [];
    const entries = this.#change(() => this.#addSome(first.value, rows, pressed));
    this.#indexed = entries.at(-1)!.id;
    this.#size += entries.length;
    return entries;
  }

  /** Does a slice of what keeps the full-text index small and quick. */
  merge(): void {
    this.#words.merge();
  }

  /** A part of the history of a target. */
  history(target: string, range: HistoryRange): Entry[] {
    const id = this.#sql.targetId.get(target)?.["id"];
    if (id === undefined) return [];
    return collect(range, (span, limit) => {
      const part = { span, limit, from: range.from };
      const rows = this.#read(Number(id), 0, part).concat(range.events ? this.#read(Number(id), 1, part) : []);
      const entries = rows.map((row) => entryFrom(row, target)).sort((a, b) => a.id - b.id);
      return range.from === "oldest" ? entries.slice(0, limit) : entries.slice(-limit);
    });
  }

  /** What matches, newest first. */
  search(query: SearchQuery): Entry[] {
    if (isVain(query)) return [];
    // Places that are visible as a whole are asked for together, the others each with what may be seen of it.
    const whole = query.in.filter(({ visible }) => visible === undefined).map(({ target }) => target);
    const found = whole.length > 0 ? this.#searchIn(whole, query, {}) : [];
    for (const { target, visible } of query.in) {
      if (visible !== undefined) found.push(...this.#searchIn([target], query, { visible }));
    }
    return found.sort((a, b) => b.id - a.id).slice(0, query.limit);
  }

  /** The direct conversations of a party whose latest message lies between the bounds, from the end that counts on. */
  conversationsOf(party: string, { after, before }: Span, limit: number, from?: "oldest" | "newest"): string[] {
    const sql = from === "oldest" ? this.#sql.oldestConversations : this.#sql.newestConversations;
    return sql.all(party, after, bound(before), limit).map((row) => String(row["name"]));
  }

  /** Removes the words of an entry, within the transaction that is open. */
  erase(entry: Entry): void {
    if (entry.id <= this.#indexed) this.#words.erase(entry);
  }

  /** Removes a slice of the oldest entries, as far as they are older than `before`; says how many. */
  prune(before: MessageId): number {
    const entries = this.#sql.oldest.all(Math.min(before, this.#indexed + 1), SLICE_ENTRIES).flatMap(entriesFrom);
    const last = entries.at(-1);
    if (last === undefined) return 0;
    this.#change(() => {
      for (const entry of entries) this.#remove(entry);
      this.#sql.removeEntries.run(last.id);
      for (const target of new Set(entries.map(({ target }) => target))) this.#forgetIfEmpty(target);
      this.#words.prune(last.id + 1);
      this.#sql.advance.run("entries", this.#size - entries.length);
    });
    this.#size -= entries.length;
    return entries.length;
  }

  /** A transaction after which what is known of the epochs is what the file says. */
  #change<T>(run: () => T): T {
    try {
      return this.#transact(run);
    } catch (error) {
      this.#words.reload();
      this.#targets.clear();
      throw error;
    }
  }

  #progress(name: string): number {
    return Number(this.#sql.progress.get(name)?.["value"] ?? 0);
  }

  /** Takes up the first row, and as many of the others as there is time for. */
  #addSome(first: EntryRow, others: Iterator<EntryRow, unknown>, pressed: boolean): Entry[] {
    if (this.#words.roomFor(first[0]) === 0) this.#words.beginEpoch(first[0]);
    const most = Math.min(pressed ? PRESSED_ENTRIES : SLICE_ENTRIES, this.#words.roomFor(first[0]));
    const end = pressed ? Infinity : performance.now() + SLICE_MILLISECONDS;
    const added: Entry[] = [];
    for (let row: EntryRow | undefined = first; row !== undefined; row = nextOf(others)) {
      this.#sql.addEntry.run(...row);
      const entries = entriesOf(row);
      for (const entry of entries) this.#add(entry);
      added.push(...entries);
      if (added.length >= most || performance.now() > end) break;
    }
    this.#words.add(added);
    const last = added.at(-1)!.id;
    this.#blocks.drop(last);
    this.#sql.advance.run("indexed", last);
    this.#sql.advance.run("entries", this.#size + added.length);
    return added;
  }

  #add(entry: Entry): void {
    const target = this.#targetId(entry.target);
    this.#sql.addPlace.run(target, isMessage(entry) ? 0 : 1, entry.id);
    if (!isMessage(entry)) return;
    for (const party of partiesOf(entry.target)) this.#sql.addConversation.run(party, target, entry.id);
  }

  #targetId(name: string): number {
    const known = this.#targets.get(name);
    if (known !== undefined) return known;
    if (this.#targets.size >= MAX_KNOWN_TARGETS) this.#targets.clear();
    this.#sql.addTarget.run(name);
    const id = Number(this.#sql.targetId.get(name)?.["id"]);
    this.#targets.set(name, id);
    return id;
  }

  #remove(entry: Entry): void {
    const target = Number(this.#sql.targetId.get(entry.target)?.["id"]);
    this.#sql.removePlace.run(target, isMessage(entry) ? 0 : 1, entry.id);
  }

  #forgetIfEmpty(name: string): void {
    const target = Number(this.#sql.targetId.get(name)?.["id"]);
    if (this.#sql.anyPlace.get(target) !== undefined) return;
    for (const party of partiesOf(name)) this.#sql.removeConversation.run(party, target);
    this.#sql.removeTarget.run(target);
    this.#targets.delete(name);
  }

  #read(target: number, event: number, { span: { after, before }, limit, from }: Part): Row[] {
    const statement = from === "oldest" ? this.#sql.oldestOf : this.#sql.newestOf;
    return statement.all(target, event, after, bound(before), limit);
  }

  #searchIn(targets: readonly string[], query: SearchQuery, { visible }: Pick<VisibleTarget, "visible">): Entry[] {
    const { after = 0, before = Infinity, limit } = query;
    return collect(
      { after, before, limit, ...(visible && { visible }) },
      (span, limit) => this.#words.search(targets, query, { span, limit }).map((row) => entryFrom(row)).reverse(),
    );
  }
}

/** A part of a range, most entries of it, and from which end. */
interface Part {
  span: Span;
  limit: number;
  from?: HistoryRange["from"] | undefined;
}

/** Every statement, prepared once. */
function statements(db: DatabaseSync) {
  const ofTarget = (order: string) =>
    db.prepare(`SELECT entry.id, entry.target, entry.line FROM place CROSS JOIN entry ON entry.id = place.id
      WHERE place.target = ? AND place.event = ? AND place.id > ? AND place.id < ? ORDER BY place.id ${order} LIMIT ?`);
  const conversations = (order: string) =>
    db.prepare(`SELECT name FROM conversation CROSS JOIN target ON target.id = conversation.target
      WHERE party = ? AND latest > ? AND latest < ? ORDER BY latest ${order} LIMIT ?`);
  return {
    progress: db.prepare("SELECT value FROM progress WHERE name = ?"),
    advance: db.prepare("INSERT INTO progress VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"),
    addEntry: db.prepare("INSERT OR IGNORE INTO entry VALUES (?, ?, ?)"),
    oldest: db.prepare("SELECT id, target, line FROM entry WHERE id < ? ORDER BY id LIMIT ?"),
    removeEntries: db.prepare("DELETE FROM entry WHERE id <= ?"),
    targetId: db.prepare("SELECT id FROM target WHERE name = ?"),
    addTarget: db.prepare("INSERT OR IGNORE INTO target (name) VALUES (?)"),
    removeTarget: db.prepare("DELETE FROM target WHERE id = ?"),
    addPlace: db.prepare("INSERT OR IGNORE INTO place VALUES (?, ?, ?)"),
    removePlace: db.prepare("DELETE FROM place WHERE target = ? AND event = ? AND id = ?"),
    anyPlace: db.prepare("SELECT 1 FROM place WHERE target = ? LIMIT 1"),
    newestOf: ofTarget("DESC"),
    oldestOf: ofTarget("ASC"),
    addConversation: db.prepare(
      "INSERT INTO conversation VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET latest = excluded.latest",
    ),
    removeConversation: db.prepare("DELETE FROM conversation WHERE party = ? AND target = ?"),
    newestConversations: conversations("DESC"),
    oldestConversations: conversations("ASC"),
  };
}

/** The entry of a row, as one of its targets has it. */
export function entryFrom(row: Row, target = String(row["target"])): Entry {
  return entryOf(Number(row["id"]), target, String(row["line"]));
}

/** The entries of a row: one for each of its targets, of which an event such as QUIT may have several. */
export function entriesFrom(row: Row): Entry[] {
  return entriesOf([Number(row["id"]), String(row["target"]), String(row["line"])]);
}

function entriesOf([id, target, line]: EntryRow): Entry[] {
  const targets = target.split(TARGETS);
  const entry = entryOf(id, targets[0]!, line);
  return targets.length === 1 ? [entry] : targets.map((target) => ({ ...entry, target }));
}

function nextOf(rows: Iterator<EntryRow, unknown>): EntryRow | undefined {
  const { done, value } = rows.next();
  return done ? undefined : value as EntryRow;
}

/** Between the targets of a row; no name holds it. */
export const TARGETS = ",";

// SQLite compares with integers.
function bound(id: MessageId): number {
  return Math.min(id, Number.MAX_SAFE_INTEGER);
}

function partiesOf(target: string): string[] {
  return target.includes(" ") ? target.split(" ") : [];
}
