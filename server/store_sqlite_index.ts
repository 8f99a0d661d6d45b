/**
 * The indexes over `entry`: by target, by party of a direct conversation, and full text.
 *
 * They follow behind the record in slices of a few milliseconds, and remember in the same transaction how far they have
 * come. Up to there what they answer is complete; about what is newer they know nothing.
 *
 * Merging the full-text index writes all occurrences of a word at once, which for a frequent word of a long history takes
 * hundreds of milliseconds. Therefore history has epochs, and a word of one epoch is not the same as in another.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { casefold } from "../protocol/casemapping.ts";
import { entryOf } from "./entry_line.ts";
import { collect, isMessage, isVain, senderOf, type Span, textOf } from "./range.ts";
import { type Transact, transactionsOf } from "./store_sqlite_failure.ts";
import type { Entry, HistoryRange, MessageId, SearchQuery, VisibleTarget } from "./store.ts";
import { phrasesOf, wordsOf } from "./words.ts";

/** Most entries of one slice. */
export const SLICE_ENTRIES = 128;

/** How long a slice may add entries; committing them takes as long again. */
const SLICE_MILLISECONDS = 2;

/** Most pages that a slice of merging the full-text index writes; some 2 ms. */
const MERGE_PAGES = 16;

/** Entries of an epoch: few enough that writing a word that all of them hold takes some 10 ms. */
export const EPOCH_ENTRIES = 131_072;

interface Epoch {
  readonly number: number;
  readonly first: MessageId;
}

/** The indexes of a file. */
export class Index {
  #transact: Transact;
  #sql: ReturnType<typeof statements>;
  #indexed: MessageId;
  #size: number;
  #inEpoch: number;
  #epochEntries: number;
  // In order.
  #epochs: readonly Epoch[];

  constructor(db: DatabaseSync, epochEntries = EPOCH_ENTRIES) {
    this.#epochEntries = epochEntries;
    this.#transact = transactionsOf(db);
    this.#sql = statements(db);
    this.#indexed = this.#progress("indexed");
    this.#size = this.#progress("entries");
    this.#inEpoch = this.#progress("epoch");
    this.#epochs = this.#readEpochs();
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
    for (const row of this.#sql.next.iterate(this.#indexed, -1)) yield* entriesFrom(row);
  }

  /** Takes up the next slice, and says which entries it was. */
  catchUp(): Entry[] {
    const room = this.#epochEntries - this.#inEpoch;
    const rows = this.#sql.next.all(this.#indexed, room > 0 ? Math.min(room, SLICE_ENTRIES) : SLICE_ENTRIES);
    if (rows.length === 0) return [];
    if (this.#epochs.length === 0 || room <= 0) this.#beginEpoch(Number(rows[0]!["id"]));
    const entries = this.#transact(() => this.#addSome(rows));
    this.#indexed = entries.at(-1)!.id;
    this.#size += entries.length;
    this.#inEpoch += entries.length;
    return entries;
  }

  /** Does a slice of merging the full-text index, which keeps it small and quick. `true`: there was something to do. */
  merge(): boolean {
    // "it is not necessary to continue if the difference is less than 2": https://www.sqlite.org/fts5.html#the_merge_command
    const before = this.#changes();
    this.#sql.merge.run(MERGE_PAGES);
    return this.#changes() - before >= 2;
  }

  /** Begins to write the full-text index anew without what was deleted; {@linkcode merge} goes on with it. */
  compact(): void {
    this.#sql.merge.run(-MERGE_PAGES);
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

  /** The direct conversations of a party whose latest message lies between the bounds, the latest first. */
  conversationsOf(party: string, { after, before }: Span, limit: number): string[] {
    return this.#sql.conversations.all(party, after, bound(before), limit).map((row) => String(row["name"]));
  }

  /**
   * Whether words that are removed leave no trace in the file, instead of going with the next merge. Counts when a
   * transaction ends, so it is set outside of one.
   */
  eraseForGood(forGood: boolean): void {
    (forGood ? this.#sql.eraseForGood : this.#sql.eraseLater).run();
  }

  /** Removes the words of an entry, within the transaction that is open. */
  erase(entry: Entry): void {
    if (entry.id <= this.#indexed) this.#removeWords(entry);
  }

  /** Removes a slice of the oldest entries, as far as they are older than `before`; says how many. */
  prune(before: MessageId): number {
    const entries = this.#sql.oldest.all(Math.min(before, this.#indexed + 1), SLICE_ENTRIES).flatMap(entriesFrom);
    const last = entries.at(-1);
    if (last === undefined) return 0;
    this.#transact(() => {
      for (const entry of entries) this.#remove(entry);
      this.#sql.removeEntries.run(last.id);
      for (const target of new Set(entries.map(({ target }) => target))) this.#forgetIfEmpty(target);
      this.#sql.removeEpochs.run(last.id);
      this.#sql.advance.run("entries", this.#size - entries.length);
    });
    this.#size -= entries.length;
    this.#epochs = this.#readEpochs();
    return entries.length;
  }

  #progress(name: string): number {
    return Number(this.#sql.progress.get(name)?.["value"] ?? 0);
  }

  #readEpochs(): Epoch[] {
    return this.#sql.epochs.all().map((row) => ({ number: Number(row["number"]), first: Number(row["first"]) }));
  }

  #beginEpoch(first: MessageId): void {
    this.#transact(() => {
      this.#sql.addEpoch.run(first);
      this.#sql.advance.run("epoch", 0);
    });
    this.#inEpoch = 0;
    this.#epochs = this.#readEpochs();
  }

  #changes(): number {
    return Number(this.#sql.changes.get()?.["changes"]);
  }

  /** Adds as many rows as there is time for, at least one. */
  #addSome(rows: Row[]): Entry[] {
    const end = performance.now() + SLICE_MILLISECONDS;
    const targets = new Map<string, number>();
    const added: Entry[] = [];
    for (const row of rows) {
      const entries = entriesFrom(row);
      for (const entry of entries) this.#add(entry, targets);
      added.push(...entries);
      if (performance.now() > end) break;
    }
    this.#sql.advance.run("indexed", added.at(-1)!.id);
    this.#sql.advance.run("entries", this.#size + added.length);
    this.#sql.advance.run("epoch", this.#inEpoch + added.length);
    return added;
  }

  #add(entry: Entry, targets: Map<string, number>): void {
    let target = targets.get(entry.target);
    if (target === undefined) targets.set(entry.target, target = this.#targetId(entry.target));
    this.#sql.addPlace.run(target, isMessage(entry) ? 0 : 1, entry.id);
    if (isSearchable(entry)) this.#sql.addWords.run(entry.id, ...wordColumns(entry, this.#epochs.at(-1)!));
    if (!isMessage(entry)) return;
    for (const party of partiesOf(entry.target)) this.#sql.addConversation.run(party, target, entry.id);
  }

  #targetId(name: string): number {
    this.#sql.addTarget.run(name);
    return Number(this.#sql.targetId.get(name)?.["id"]);
  }

  #remove(entry: Entry): void {
    const target = Number(this.#sql.targetId.get(entry.target)?.["id"]);
    this.#sql.removePlace.run(target, isMessage(entry) ? 0 : 1, entry.id);
    this.#removeWords(entry);
  }

  #removeWords(entry: Entry): void {
    const epoch = this.#epochs.findLast(({ first }) => first <= entry.id);
    if (epoch !== undefined && isSearchable(entry)) {
      this.#sql.removeWords.run(entry.id, ...wordColumns(entry, epoch));
    }
  }

  #forgetIfEmpty(name: string): void {
    const target = Number(this.#sql.targetId.get(name)?.["id"]);
    if (this.#sql.anyPlace.get(target) !== undefined) return;
    for (const party of partiesOf(name)) this.#sql.removeConversation.run(party, target);
    this.#sql.removeTarget.run(target);
  }

  #read(target: number, event: number, { span: { after, before }, limit, from }: Part): Row[] {
    const statement = from === "oldest" ? this.#sql.oldestOf : this.#sql.newestOf;
    return statement.all(target, event, after, bound(before), limit);
  }

  #searchIn(targets: readonly string[], query: SearchQuery, { visible }: Pick<VisibleTarget, "visible">): Entry[] {
    const { after = 0, before = Infinity, limit } = query;
    return collect({ after, before, limit, ...(visible && { visible }) }, (span, limit) => {
      let found: Entry[] = [];
      for (const epoch of this.#epochsOf(span)) {
        found = this.#searchEpoch(epoch, targets, query, { span, limit: limit - found.length }).concat(found);
        if (found.length >= limit) break;
      }
      return found;
    });
  }

  /** The epochs that a span touches, the latest first. */
  #epochsOf({ after, before }: Span): Epoch[] {
    const begun = this.#epochs.filter(({ first }) => first < before).reverse();
    const earliest = begun.findIndex(({ first }) => first <= after + 1);
    return earliest < 0 ? begun : begun.slice(0, earliest + 1);
  }

  #searchEpoch(epoch: Epoch, targets: readonly string[], query: SearchQuery, part: Part): Entry[] {
    if (targets.length > FEW_TARGETS) {
      const found = this.#lookThrough(matchOf(query, epoch), new Set(targets), part);
      if (found !== undefined) return found;
    }
    const { span, limit } = part;
    const rows = this.#sql.search.all(matchOf(query, epoch, targets), span.after, bound(span.before), limit);
    return rows.map((row) => entryFrom(row)).reverse();
  }

  /**
   * Of many targets it is quicker to look through what matches anywhere, as long as the limit is reached soon;
   * `undefined` if it is not.
   */
  #lookThrough(match: string, targets: ReadonlySet<string>, { span, limit }: Part): Entry[] | undefined {
    if (match === "") return undefined;
    const found: Entry[] = [];
    let seen = 0;
    for (const row of this.#sql.search.iterate(match, span.after, bound(span.before), LOOK_THROUGH)) {
      seen++;
      if (targets.has(String(row["target"])) && found.push(entryFrom(row)) === limit) return found.reverse();
    }
    return seen < LOOK_THROUGH ? found.reverse() : undefined;
  }
}

/** A part of a range, and most entries of it. */
interface Part {
  span: Span;
  limit: number;
  from?: HistoryRange["from"] | undefined;
}

type Row = Record<string, unknown>;

/** So many targets the full-text index is asked for by name. */
const FEW_TARGETS = 8;

/** So many matches are looked through when there are more targets than that. */
const LOOK_THROUGH = 500;

/** Every statement, prepared once. */
function statements(db: DatabaseSync) {
  const ofTarget = (order: string) =>
    db.prepare(`SELECT entry.id, entry.target, entry.line FROM place CROSS JOIN entry ON entry.id = place.id
      WHERE place.target = ? AND place.event = ? AND place.id > ? AND place.id < ? ORDER BY place.id ${order} LIMIT ?`);
  return {
    progress: db.prepare("SELECT value FROM progress WHERE name = ?"),
    advance: db.prepare("INSERT INTO progress VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"),
    changes: db.prepare("SELECT total_changes() AS changes"),
    next: db.prepare("SELECT id, target, line FROM entry WHERE id > ? ORDER BY id LIMIT ?"),
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
    conversations: db.prepare(`SELECT name FROM conversation CROSS JOIN target ON target.id = conversation.target
      WHERE party = ? AND latest > ? AND latest < ? ORDER BY latest DESC LIMIT ?`),
    epochs: db.prepare("SELECT number, first FROM epoch ORDER BY number"),
    addEpoch: db.prepare("INSERT INTO epoch (first) VALUES (?)"),
    // Of which the next one has begun within what is gone.
    removeEpochs: db.prepare("DELETE FROM epoch WHERE number < (SELECT max(number) FROM epoch WHERE first <= ?)"),
    addWords: db.prepare("INSERT INTO search (rowid, text, sender, target) VALUES (?, ?, ?, ?)"),
    removeWords: db.prepare("INSERT INTO search (search, rowid, text, sender, target) VALUES ('delete', ?, ?, ?, ?)"),
    eraseForGood: db.prepare("INSERT INTO search (search, rank) VALUES ('secure-delete', 1)"),
    eraseLater: db.prepare("INSERT INTO search (search, rank) VALUES ('secure-delete', 0)"),
    merge: db.prepare("INSERT INTO search (search, rank) VALUES ('merge', ?)"),
    search: db.prepare(
      `SELECT entry.id, entry.target, entry.line FROM search CROSS JOIN entry ON entry.id = search.rowid
      WHERE search MATCH ? AND search.rowid > ? AND search.rowid < ? ORDER BY search.rowid DESC LIMIT ?`,
    ),
  };
}

/** The entry of a row, as one of its targets has it. */
export function entryFrom(row: Row, target = String(row["target"])): Entry {
  return entryOf(Number(row["id"]), target, String(row["line"]));
}

/** The entries of a row: one for each of its targets, of which an event such as QUIT may have several. */
export function entriesFrom(row: Row): Entry[] {
  const targets = String(row["target"]).split(TARGETS);
  const entry = entryFrom(row, targets[0]);
  return targets.length === 1 ? [entry] : targets.map((target) => ({ ...entry, target }));
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

function isSearchable(entry: Entry): boolean {
  return isMessage(entry) && !entry.redacted;
}

/** Text, sender and target as the full-text index has them. */
function wordColumns(entry: Entry, epoch: Epoch): [string, string, string] {
  return [inEpoch(wordsOf(textOf(entry)), epoch), inEpoch([senderOf(entry)], epoch), inEpoch([entry.target], epoch)];
}

/** Words as those of an epoch. The target of a direct conversation is two. */
function inEpoch(words: readonly string[], { number }: Epoch): string {
  const mark = `${number.toString(36)}:`;
  return words.length === 0 ? "" : mark + words.join(" ").replaceAll(" ", ` ${mark}`);
}

/** A search in the language of FTS5: https://www.sqlite.org/fts5.html#full_text_query_syntax. */
function matchOf(query: SearchQuery, epoch: Epoch, targets: readonly string[] = []): string {
  const quoted = (words: readonly string[]) => `"${inEpoch(words, epoch).replaceAll('"', '""')}"`;
  const conditions = phrasesOf(query.words ?? "").map((phrase) => `text : ${quoted(phrase)}`);
  if (query.from !== undefined) conditions.push(`sender : ${quoted([casefold(query.from)])}`);
  if (targets.length > 0) conditions.push(`target : (${targets.map((target) => quoted([target])).join(" OR ")})`);
  return conditions.join(" AND ");
}
