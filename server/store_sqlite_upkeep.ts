/**
 * What has to be done now and then so that the file stays small, quick and safe: checkpoints and retention.
 *
 * Everything is done in slices that take a few milliseconds; each begins by looking what is most urgent.
 *
 * @module
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Index } from "./store_sqlite_index.ts";

/** What is to be kept. */
export interface Keep {
  /** How long, in milliseconds. */
  retention?: number;
  /** Most bytes on disk. */
  maxBytes?: number;
}

/** Pages that may be written before a checkpoint: few, because the loop stands still while they are forced to disk. */
const CHECKPOINT_PAGES = 350;

/** How long anything may be written and not forced to disk, in milliseconds. */
const CHECKPOINT_AFTER = 5_000;

/** How often is looked for what is too old or too much, in milliseconds. */
const PRUNE_EVERY = 10_000;

/** The upkeep of a file. */
export class Upkeep {
  #db: DatabaseSync;
  #index: Index;
  #keep: Keep;
  #bytes: StatementSync;
  #oldestUnsafe = 0;
  // Pages written and not forced to disk.
  #unsafe = 0;
  #mustBeErased = false;
  #eraseAt = 0;
  #pruneAt = 0;
  // Entries that are still to go because there are too many bytes.
  #tooMany = 0;

  constructor(db: DatabaseSync, index: Index, keep: Keep) {
    this.#db = db;
    this.#index = index;
    this.#keep = keep;
    this.#bytes = db.prepare(`SELECT (page_count - freelist_count) * page_size AS bytes
      FROM pragma_page_count, pragma_freelist_count, pragma_page_size`);
  }

  /** Bytes of the file that are in use. */
  get bytes(): number {
    return Number(this.#bytes.get()?.["bytes"]);
  }

  /** Says that about so many pages were written; `mustBeErased` if something was deleted that nobody may find any more. */
  wrote(pages: number, { mustBeErased = false } = {}): void {
    if (this.#unsafe === 0) this.#oldestUnsafe = performance.now();
    this.#unsafe += pages;
    this.#mustBeErased ||= mustBeErased;
  }

  /** Does a slice of what is most urgent; `false`: there is nothing to do. */
  step(): boolean {
    return this.#erase() || this.#checkpointIfMuch() || this.#prune() || this.#checkpointInTime();
  }

  // What was deleted is still in the log until the log is emptied.
  #erase(): boolean {
    if (!this.#mustBeErased || performance.now() < this.#eraseAt) return false;
    this.#mustBeErased = !this.#checkpoint("TRUNCATE");
    if (this.#mustBeErased) this.#eraseAt = performance.now() + CHECKPOINT_AFTER;
    return true;
  }

  #checkpointIfMuch(): boolean {
    return this.#unsafe >= CHECKPOINT_PAGES && this.#checkpoint("PASSIVE");
  }

  #checkpointInTime(): boolean {
    return this.#unsafe > 0 && performance.now() >= this.#oldestUnsafe + CHECKPOINT_AFTER &&
      this.#checkpoint("PASSIVE");
  }

  /** Moves the log into the file and forces both to disk; `false` if a reader was in the way. */
  #checkpoint(mode: "PASSIVE" | "TRUNCATE"): boolean {
    this.#unsafe = 0;
    return Number(this.#db.prepare(`PRAGMA wal_checkpoint(${mode})`).get()?.["busy"]) === 0;
  }

  #prune(): boolean {
    if (this.#tooMany > 0) return this.#pruneTooMany();
    if (performance.now() < this.#pruneAt) return false;
    if (this.#pruneTooOld()) return true;
    const { maxBytes = Infinity } = this.#keep;
    if (maxBytes < Infinity && this.bytes > maxBytes) {
      this.#tooMany = Math.ceil(this.#index.size * PRUNE_SHARE);
      return this.#tooMany > 0;
    }
    this.#pruneAt = performance.now() + PRUNE_EVERY;
    return false;
  }

  #pruneTooOld(): boolean {
    const { retention = Infinity } = this.#keep;
    return retention < Infinity && this.#pruneSlice((Date.now() - retention) * 1000) > 0;
  }

  #pruneTooMany(): boolean {
    const gone = this.#pruneSlice(Infinity);
    this.#tooMany = gone === 0 ? 0 : Math.max(0, this.#tooMany - gone);
    return true;
  }

  #pruneSlice(before: number): number {
    const gone = this.#index.prune(before);
    if (gone > 0) this.wrote(SLICE_PAGES);
    return gone;
  }
}

/** How much goes at once when there is too much, so that it does not begin again with the next message. */
const PRUNE_SHARE = 0.1;

/** About how many pages a slice of work on the indexes writes. */
export const SLICE_PAGES = 85;
