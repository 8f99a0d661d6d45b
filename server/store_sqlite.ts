/**
 * The store on disk: one file of SQLite.
 *
 * A turn is one transaction, in which its messages are a row or a few, and nothing else. The indexes follow behind in slices;
 * what they have not taken up is also in memory, so every answer is complete.
 *
 * Write-ahead log with `synchronous = NORMAL`: a commit hands the data to the operating system, so that it survives any
 * end of this process; a checkpoint, every few seconds at most, forces it to the disk. A power cut may cost those seconds
 * and never damages the file.
 *
 * @module
 */

import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { lineOf } from "./entry_line.ts";
import { Recent } from "./recent.ts";
import type { Account, Ban, ChannelRecord, Invitation, Membership } from "./records.ts";
import {
  type Entry,
  type HistoryRange,
  type Interval,
  type LatestMessage,
  latestMessages,
  type MessageId,
  redacted,
  type SearchQuery,
  type Store,
  type StoreFailure,
  type StoreStatistics,
  type TargetsQuery,
} from "./store.ts";
import { Blocks, type EntryRow } from "./store_sqlite_blocks.ts";
import { failureOf, type Transact, transactionsOf } from "./store_sqlite_failure.ts";
import { entriesFrom, entryFrom, Index, SLICE_ENTRIES, TARGETS } from "./store_sqlite_index.ts";
import { type DataLock, lockData } from "./store_sqlite_lock.ts";
import { SqliteRecords } from "./store_sqlite_records.ts";
import { migrate, MIGRATIONS, schemaVersion } from "./store_sqlite_schema.ts";
import type { EpochBounds } from "./store_sqlite_words.ts";
import { SLICE_PAGES, Upkeep } from "./store_sqlite_upkeep.ts";

/** How a {@linkcode SqliteStore} is opened. */
export interface SqliteStoreOptions {
  /** How long messages are kept, in milliseconds; for ever unless told. */
  retention?: number;
  /** Most bytes on disk; the oldest messages go when there is more. Unbounded unless told. */
  maxBytes?: number;
  /** For reading beside a server that runs: takes no lock and writes nothing. */
  readOnly?: boolean;
  /** How many entries wait until a slice of indexing takes them up. */
  slice?: number;
  /** When an epoch of the full-text index ends; {@linkcode EPOCH_BOUNDS} unless told. */
  epoch?: EpochBounds;
  /** How many bytes of entries wait for the indexes at most; {@linkcode MAX_BEHIND} unless told. */
  maxBehind?: number;
  /** How long after a failure the next commit tries again, in milliseconds; {@linkcode RETRY_AFTER} unless told. */
  retryAfter?: number;
  /** Most pages of 4 KiB the file may have, as if the disk were full behind them; for tests. */
  maxPages?: number;
}

/**
 * How far the indexes may be behind, in bytes of the entries that wait for them in memory: some 350,000 short messages, three
 * seconds of all that the server can take. From there on each turn takes up as many as it adds.
 */
export const MAX_BEHIND = 64 * 1024 * 1024;

/** Most entries that wait in memory for a disk that cannot be written. */
export const MAX_WAITING = 10_000;

/** How long after a failure the next commit tries again, in milliseconds, unless told otherwise. */
export const RETRY_AFTER = 1_000;

/** Name of the file in the folder of the data. */
export const STORE_FILE = "chat.db";

/**
 * A store on disk.
 *
 * @example
 * ```ts
 * import { SqliteStore } from "./store_sqlite.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = Deno.makeTempDirSync();
 * const message = { source: "ann!a@host", command: "PRIVMSG", params: ["#lobby", "hello"] };
 * const store = new SqliteStore(folder);
 * store.append({ id: Date.now() * 1000, target: "#lobby", message });
 * assertEquals(store.commit(), undefined);
 * store.close();
 *
 * const again = new SqliteStore(folder);
 * assertEquals(again.history("#lobby", { limit: 50 }).length, 1);
 * again.close();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export class SqliteStore implements Store {
  readonly accounts: SqliteRecords<Account>;
  readonly certificates: SqliteRecords<string>;
  readonly channels: SqliteRecords<ChannelRecord>;
  readonly memberships: SqliteRecords<Membership>;
  readonly visits: SqliteRecords<readonly Interval[]>;
  readonly markers: SqliteRecords<MessageId>;
  readonly bans: SqliteRecords<Ban>;
  readonly invitations: SqliteRecords<Invitation>;
  readonly settings: SqliteRecords<string>;
  #lock: DataLock | undefined;
  #db: DatabaseSync;
  #transact: Transact;
  #index: Index;
  #upkeep: Upkeep;
  #records: readonly SqliteRecords<unknown>[];
  #blocks: Blocks;
  #rewrite: StatementSync;
  #find: StatementSync;
  #next: StatementSync;
  #lastId: MessageId;
  // Whatever the indexes have not taken up.
  #recent = new Recent();
  // What the turn appended and redacted, until it is committed.
  #appended: EntryRow[] = [];
  #redacted = new Map<MessageId, { before: Entry; after: Entry }>();
  #failure: StoreFailure | undefined;
  #retryAt = 0;
  #slice: number;
  #retryAfter: number;
  #maxBehind: number;

  /**
   * Opens the store in a folder, and makes both if they are not there.
   *
   * @throws {Error} if it cannot be opened: another server has it, a newer version wrote it, no permission, no room.
   */
  constructor(folder: string, options: SqliteStoreOptions = {}) {
    if (!options.readOnly) {
      Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#lock = lockData(folder);
    }
    try {
      this.#db = openDatabase(join(folder, STORE_FILE), options);
    } catch (error) {
      this.#lock?.release();
      throw cannotOpen(folder, error);
    }
    this.#slice = options.slice ?? SLICE_ENTRIES;
    this.#maxBehind = options.maxBehind ?? MAX_BEHIND;
    this.#retryAfter = options.retryAfter ?? RETRY_AFTER;
    const db = this.#db;
    this.#transact = transactionsOf(db);
    this.#records = [
      this.accounts = new SqliteRecords<Account>(db, "account"),
      this.certificates = new SqliteRecords<string>(db, "certificate"),
      this.channels = new SqliteRecords<ChannelRecord>(db, "channel"),
      this.memberships = new SqliteRecords<Membership>(db, "membership"),
      this.visits = new SqliteRecords<readonly Interval[]>(db, "visit"),
      this.markers = new SqliteRecords<MessageId>(db, "marker"),
      this.bans = new SqliteRecords<Ban>(db, "ban"),
      this.invitations = new SqliteRecords<Invitation>(db, "invitation"),
      this.settings = new SqliteRecords<string>(db, "setting"),
    ];
    this.#blocks = new Blocks(db);
    this.#rewrite = db.prepare("UPDATE entry SET line = ? WHERE id = ?");
    this.#find = db.prepare("SELECT id, target, line FROM entry WHERE id = ?");
    this.#next = db.prepare("SELECT id, target, line FROM entry WHERE id > ? ORDER BY id LIMIT ?");
    this.#lastId = Number(
      db.prepare("SELECT max((SELECT ifnull(max(id), 0) FROM entry), (SELECT ifnull(max(last), 0) FROM block)) AS last")
        .get()?.["last"],
    );
    this.#index = new Index(db, this.#blocks, options.epoch);
    this.#upkeep = new Upkeep(db, this.#index, options);
    try {
      for (const entry of this.#index.behind()) this.#recent.add(entry);
    } catch (error) {
      db.close();
      this.#lock?.release();
      throw cannotOpen(folder, error);
    }
  }

  get lastId(): MessageId {
    return this.#lastId;
  }

  get failure(): StoreFailure | undefined {
    return this.#failure && { ...this.#failure, waiting: this.#appended.length };
  }

  append(entry: Entry): boolean {
    if (this.#failure !== undefined && this.#isOverfull) return false;
    const { id, target } = entry;
    const last = this.#appended.at(-1);
    const line = last?.[0] === id ? last[2] : lineOf(entry);
    if (last?.[0] === id) last[1] += TARGETS + target;
    else this.#appended.push([id, target, line]);
    this.#recent.add(entry, line);
    this.#lastId = id;
    return true;
  }

  redact(id: MessageId): boolean {
    const before = this.find(id);
    if (before === undefined) return false;
    const after = redacted(before);
    this.#recent.replace(after);
    if (!before.redacted) this.#redacted.set(id, { before, after });
    return true;
  }

  commit(): StoreFailure | undefined {
    if (!this.#isWaiting || performance.now() < this.#retryAt) return this.failure;
    try {
      this.#transact(() => this.#write());
      this.#written();
      while (this.#recent.bytes > this.#maxBehind) this.#catchUp({ pressed: true });
    } catch (error) {
      return this.#failed(error);
    }
    return undefined;
  }

  find(id: MessageId): Entry | undefined {
    if (id > this.#index.indexed) return this.#recent.find(id);
    const row = this.#find.get(id);
    return row && this.#today(entryFrom(row));
  }

  history(target: string, range: HistoryRange): Entry[] {
    const { limit, before = Infinity } = range;
    const older = { ...range, before: Math.min(before, this.#index.indexed + 1) };
    if (range.from === "oldest") {
      const found = this.#index.history(target, older).map(this.#today);
      return found.concat(this.#recent.history(target, { ...range, limit: limit - found.length }));
    }
    const found = this.#recent.history(target, range);
    if (found.length >= limit) return found;
    return this.#index.history(target, { ...older, limit: limit - found.length }).map(this.#today).concat(found);
  }

  search(query: SearchQuery): Entry[] {
    const found = this.#recent.search(query);
    const older = this.#index.search({ ...query, limit: query.limit - found.length });
    return found.concat(older.filter(({ id }) => !this.#redacted.has(id)));
  }

  targets(query: TargetsQuery): LatestMessage[] {
    const { after = 0, before = Infinity, limit, parties = [], from } = query;
    const direct = parties.flatMap((party) => {
      const recent = this.#recent.conversationsOf(party);
      // Those that went on since may have left the range, so as many more are asked for.
      return recent.concat(this.#index.conversationsOf(party, { after, before }, limit + recent.length, from));
    });
    return latestMessages(this, query, direct);
  }

  *entries(after: MessageId = 0): Iterable<Entry> {
    // Read first, since what is taken up meanwhile leaves its block, and is found below.
    const behind = [...this.#index.behind()];
    let last = after;
    for (let page = this.#page(last); page.length > 0; page = this.#page(last)) {
      yield* page;
      last = page.at(-1)!.id;
    }
    for (const entry of behind) if (entry.id > last) yield this.#today(entry);
  }

  maintain(milliseconds: number): boolean {
    if (this.#failure !== undefined) this.commit();
    if (this.#failure !== undefined) return false;
    const end = performance.now() + milliseconds;
    try {
      while (performance.now() < end) {
        if (!this.#step()) return false;
      }
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  statistics(): StoreStatistics {
    const waiting = this.#recent.size;
    const upkeep = this.#upkeep;
    return {
      messages: this.#index.size + waiting,
      waiting,
      // Asked for seldom, and takes longer than the rest.
      get bytes() {
        return upkeep.bytes;
      },
    };
  }

  close(): void {
    this.commit();
    this.#db.close();
    this.#lock?.release();
  }

  /** What is wrong with the file, in words; nothing if all is well. Reads all of it. */
  check(): string[] {
    try {
      const report = this.#db.prepare("PRAGMA integrity_check(10)").all().map((row) => String(row["integrity_check"]));
      return report.filter((line) => line !== "ok");
    } catch (error) {
      return [failureOf(error)?.message ?? String(error)];
    }
  }

  get #isWaiting(): boolean {
    return this.#appended.length > 0 || this.#redacted.size > 0 || this.#records.some((kind) => kind.isWaiting);
  }

  // More than this is not kept in memory, for whichever reason.
  get #isOverfull(): boolean {
    return this.#appended.length >= MAX_WAITING || this.#recent.bytes >= 2 * this.#maxBehind;
  }

  #write(): void {
    this.#blocks.add(this.#appended);
    for (const kind of this.#records) kind.write();
    for (const { before, after } of this.#redacted.values()) {
      this.#index.erase(before);
      // It is in both while half of its block is taken up.
      this.#blocks.replace(after.id, lineOf(after));
      this.#rewrite.run(lineOf(after), after.id);
    }
  }

  #written(): void {
    this.#upkeep.wrote(1 + this.#appended.length / ENTRIES_PER_PAGE, { mustBeErased: this.#redacted.size > 0 });
    this.#appended = [];
    this.#redacted.clear();
    for (const kind of this.#records) kind.written();
    this.#failure = undefined;
    this.#retryAt = 0;
  }

  #failed(error: unknown): StoreFailure | undefined {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    this.#failure = { ...failure, since: this.#failure?.since ?? Date.now(), waiting: 0 };
    this.#retryAt = performance.now() + this.#retryAfter;
    return this.failure;
  }

  #step(): boolean {
    if (this.#recent.size < this.#slice) return this.#upkeep.step();
    this.#catchUp();
    return true;
  }

  #catchUp({ pressed = false } = {}): void {
    const entries = this.#index.catchUp(pressed);
    const slices = Math.ceil(entries.length / SLICE_ENTRIES);
    this.#upkeep.wrote(slices * SLICE_PAGES);
    const last = entries.at(-1)?.id ?? 0;
    for (const target of new Set(entries.map(({ target }) => target))) this.#recent.drop(target, last);
    for (let n = 0; n < slices; n++) this.#index.merge();
  }

  // An entry as the turn has left it, which may not be committed yet.
  #today = (entry: Entry): Entry => this.#redacted.get(entry.id)?.after ?? entry;

  #page(after: MessageId): Entry[] {
    return this.#next.all(after, EXPORT_PAGE).flatMap(entriesFrom).map(this.#today);
  }
}

/** About how many entries a page of 4 KiB holds. */
const ENTRIES_PER_PAGE = 25;

/** Entries that an export reads at once. */
const EXPORT_PAGE = 1_000;

/** Pages of 4 KiB after which a commit makes a checkpoint by itself; upkeep is much earlier, unless it gets no chance. */
const CHECKPOINT_PAGES = 2_048;

/** Memory for pages, in KiB. */
const CACHE_KIB = 16_384;

function cannotOpen(folder: string, error: unknown): Error {
  const failure = failureOf(error);
  const plain = error instanceof Error ? error.message : error;
  const why = failure === undefined || failure.kind === "other" ? plain : failure.message;
  return new Error(`Cannot open the history in ${folder}: ${why}`, { cause: error });
}

function openDatabase(file: string, { readOnly = false, maxPages }: SqliteStoreOptions): DatabaseSync {
  // Made here so that it is readable for its owner alone; its log takes over the permissions.
  if (!readOnly) Deno.openSync(file, { create: true, write: true, mode: 0o600 }).close();
  const db = new DatabaseSync(file, { readOnly });
  try {
    db.exec(`PRAGMA busy_timeout = 0; PRAGMA cache_size = -${CACHE_KIB}`);
    if (readOnly) requireSchema(db);
    else prepareForWriting(db, maxPages);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepareForWriting(db: DatabaseSync, maxPages: number | undefined): void {
  // No page is given up with text on it: what is redacted one day has been copied by indexing and merging before.
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${CHECKPOINT_PAGES * 4096}`);
  migrate(db);
  if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`);
}

function requireSchema(db: DatabaseSync): void {
  if (schemaVersion(db) !== MIGRATIONS.length) {
    throw new RangeError(`it has schema ${schemaVersion(db)}, not ${MIGRATIONS.length}: start the server with it once`);
  }
}
