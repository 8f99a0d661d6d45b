/**
 * The full-text index: which words were said where, by whom and when.
 *
 * History has epochs, each with an index of its own. An index grows by merging, which writes all occurrences of a word at
 * once: for a frequent word of a long history that would take hundreds of milliseconds, within an epoch it takes less than ten.
 * And what is too old goes with its epoch, at no cost to speak of. A search asks one epoch after the other, the latest
 * first, until it has enough.
 *
 * @module
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { casefold } from "../protocol/casemapping.ts";
import { isMessage, senderOf, type Span, textOf } from "./range.ts";
import type { Entry, MessageId, SearchQuery } from "./store.ts";
import { phrasesOf, wordsOf } from "./words.ts";

/** When a new epoch begins. */
export interface EpochBounds {
  /** Entries of an epoch. */
  readonly entries: number;
  /** Most milliseconds of an epoch: so long after their message words may still be in the index. */
  readonly milliseconds: number;
}

/** Epochs small enough to merge in a few milliseconds, and to forget within a month of the messages themselves. */
export const EPOCH_BOUNDS: EpochBounds = { entries: 65_536, milliseconds: 30 * 86_400_000 };

/** Most pages that a slice of merging writes; some 2 ms. */
const MERGE_PAGES = 16;

/** So many targets an index is asked for by name. */
const FEW_TARGETS = 8;

/** So many matches are looked through when there are more targets than that. */
const LOOK_THROUGH = 500;

// The words are made by `words.ts` and reach the index with spaces between them, so that every other printable character
// of ASCII is part of a word: names are one word each.
const TOKENIZER = `ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\\]^_\`{|}~'`;

/** The row of an entry, as a search finds it. */
export type Row = Record<string, unknown>;

/** What of an epoch is looked at. */
interface Part {
  readonly span: Span;
  readonly limit: number;
}

/** The full-text indexes of a file. */
export class WordIndex {
  #db: DatabaseSync;
  #bounds: EpochBounds;
  #read: StatementSync;
  #begin: StatementSync;
  #count: StatementSync;
  #forget: StatementSync;
  #changes: StatementSync;
  // In order.
  #epochs: Epoch[] = [];
  // Is written once more in one piece, now that nothing is added to it.
  #ended: Epoch | undefined;

  constructor(db: DatabaseSync, bounds: EpochBounds = EPOCH_BOUNDS) {
    this.#db = db;
    this.#bounds = bounds;
    this.#read = db.prepare("SELECT number, first, entries FROM epoch ORDER BY number");
    this.#begin = db.prepare("INSERT INTO epoch (first, entries) VALUES (?, 0)");
    this.#count = db.prepare("UPDATE epoch SET entries = entries + ? WHERE number = ?");
    this.#forget = db.prepare("DELETE FROM epoch WHERE number = ?");
    this.#changes = db.prepare("SELECT total_changes() AS changes");
    this.reload();
  }

  /** How many more entries there is room for before the next epoch must begin, when `id` is the first of them. */
  roomFor(id: MessageId): number {
    const latest = this.#epochs.at(-1);
    if (latest === undefined || id > latest.first + this.#bounds.milliseconds * 1000) return 0;
    return Math.max(0, this.#bounds.entries - latest.entries);
  }

  /** Begins an epoch, within the transaction that is open. */
  beginEpoch(first: MessageId): void {
    this.#begin.run(first);
    const ended = this.#epochs.at(-1);
    this.reload();
    const { table } = this.#epochs.at(-1)!;
    this.#run(`CREATE VIRTUAL TABLE ${table}
      USING fts5 (text, sender, target, content = '', columnsize = 0, tokenize = "${TOKENIZER}")`);
    // Merging is done in slices, never all at once inside of a commit; what is deleted leaves no trace.
    this.#run(`INSERT INTO ${table} (${table}, rank)
      VALUES ('automerge', 0), ('crisismerge', 1000), ('usermerge', 8), ('secure-delete', 1)`);
    // Less than nothing means: into one piece, and not only where there are many.
    ended?.merge.run(-MERGE_PAGES);
    this.#ended = ended;
  }

  /** Reads again which epochs there are: after a transaction that failed. */
  reload(): void {
    this.#epochs = this.#read.all().map((row) => {
      const [number, first, entries] = [Number(row["number"]), Number(row["first"]), Number(row["entries"])];
      const known = this.#epochs.find((epoch) => epoch.number === number);
      const epoch = known ?? new Epoch(this.#db, number, first);
      epoch.entries = entries;
      return epoch;
    });
  }

  /** Adds entries to the latest epoch, within the transaction that is open. */
  add(entries: readonly Entry[]): void {
    const epoch = this.#epochs.at(-1)!;
    for (const entry of entries) if (isSearchable(entry)) epoch.add.run(entry.id, ...columnsOf(entry));
    this.#count.run(entries.length, epoch.number);
    epoch.entries += entries.length;
  }

  /** Removes the words of an entry so that the file does not hold them any more, within the transaction that is open. */
  erase(entry: Entry): void {
    const epoch = this.#epochs.findLast(({ first }) => first <= entry.id);
    if (epoch !== undefined && isSearchable(entry)) epoch.remove.run(entry.id, ...columnsOf(entry));
  }

  /** Does a slice of merging, which keeps an index small and quick. */
  merge(): void {
    if (this.#ended !== undefined) {
      if (!this.#merge(this.#ended)) this.#ended = undefined;
    } else {
      const latest = this.#epochs.at(-1);
      if (latest !== undefined) this.#merge(latest);
    }
  }

  /** Drops the oldest epoch if all of it is older than `before`, within the transaction that is open. */
  prune(before: MessageId): void {
    const [oldest, next] = this.#epochs;
    if (oldest === undefined || next === undefined || next.first > before) return;
    this.#forget.run(oldest.number);
    this.#run(`DROP TABLE ${oldest.table}`);
    this.reload();
  }

  /** Rows of what matches among the targets, newest first. */
  search(targets: readonly string[], query: SearchQuery, { span, limit }: Part): Row[] {
    const found: Row[] = [];
    for (const epoch of this.#epochsOf(span)) {
      found.push(...searchEpoch(epoch, targets, query, { span, limit: limit - found.length }));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** The epochs that a span touches, the latest first. */
  #epochsOf({ after, before }: Span): Epoch[] {
    const begun = this.#epochs.filter(({ first }) => first < before).reverse();
    const earliest = begun.findIndex(({ first }) => first <= after + 1);
    return earliest < 0 ? begun : begun.slice(0, earliest + 1);
  }

  // Only the errors of statements carry a code.
  #run(sql: string): void {
    this.#db.prepare(sql).run();
  }

  /** `false`: there is nothing more to merge. */
  #merge(epoch: Epoch): boolean {
    // "stop when the difference is less than 2": https://www.sqlite.org/fts5.html#the_merge_command
    const before = Number(this.#changes.get()?.["changes"]);
    epoch.merge.run(MERGE_PAGES);
    return Number(this.#changes.get()?.["changes"]) - before >= 2;
  }
}

/** An epoch, and the statements for its index. */
class Epoch {
  readonly number: number;
  readonly first: MessageId;
  readonly table: string;
  entries = 0;
  #db: DatabaseSync;
  #prepared = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, number: number, first: MessageId) {
    this.#db = db;
    this.number = number;
    this.first = first;
    this.table = `search_${number}`;
  }

  get add(): StatementSync {
    return this.#prepare(`INSERT INTO ${this.table} (rowid, text, sender, target) VALUES (?, ?, ?, ?)`);
  }

  get remove(): StatementSync {
    return this.#prepare(`INSERT INTO ${this.table} (${this.table}, rowid, text, sender, target)
      VALUES ('delete', ?, ?, ?, ?)`);
  }

  get merge(): StatementSync {
    return this.#prepare(`INSERT INTO ${this.table} (${this.table}, rank) VALUES ('merge', ?)`);
  }

  get search(): StatementSync {
    return this.#prepare(`SELECT entry.id, entry.target, entry.line
      FROM ${this.table} AS words CROSS JOIN entry ON entry.id = words.rowid
      WHERE words.${this.table} MATCH ? AND words.rowid > ? AND words.rowid < ? ORDER BY words.rowid DESC LIMIT ?`);
  }

  // Few epochs are ever asked.
  #prepare(sql: string): StatementSync {
    const prepared = this.#prepared.get(sql) ?? this.#db.prepare(sql);
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

function searchEpoch(epoch: Epoch, targets: readonly string[], query: SearchQuery, { span, limit }: Part): Row[] {
  const ask = (match: string, most: number) =>
    epoch.search.iterate(match, span.after, Math.min(span.before, Number.MAX_SAFE_INTEGER), most);
  if (targets.length > FEW_TARGETS && asksForWords(query)) {
    const found = lookThrough(ask(matchOf(query), LOOK_THROUGH), new Set(targets), limit);
    if (found !== undefined) return found;
  }
  return [...ask(matchOf(query, targets), limit)];
}

/**
 * Of many targets it is quicker to look through what matches anywhere, as long as the limit is reached soon; `undefined`
 * if it is not.
 */
function lookThrough(rows: Iterable<Row>, targets: ReadonlySet<string>, limit: number): Row[] | undefined {
  const found: Row[] = [];
  let seen = 0;
  for (const row of rows) {
    seen++;
    if (targets.has(String(row["target"])) && found.push(row) === limit) return found;
  }
  return seen < LOOK_THROUGH ? found : undefined;
}

// Otherwise nothing narrows it but the targets.
function asksForWords(query: SearchQuery): boolean {
  return query.from !== undefined || phrasesOf(query.words ?? "").length > 0;
}

function isSearchable(entry: Entry): boolean {
  return isMessage(entry) && !entry.redacted;
}

/** Text, sender and target as an index has them. */
function columnsOf(entry: Entry): [string, string, string] {
  return [wordsOf(textOf(entry)).join(" "), senderOf(entry), entry.target];
}

/** A search in the language of FTS5: https://www.sqlite.org/fts5.html#full_text_query_syntax. */
function matchOf(query: SearchQuery, targets: readonly string[] = []): string {
  const conditions = phrasesOf(query.words ?? "").map((phrase) => `text : ${quote(phrase.join(" "))}`);
  if (query.from !== undefined) conditions.push(`sender : ${quote(casefold(query.from))}`);
  if (targets.length > 0) conditions.push(`target : (${targets.map(quote).join(" OR ")})`);
  return conditions.join(" AND ");
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
