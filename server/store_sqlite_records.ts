/**
 * Records in a table of two columns, key and value in JSON.
 *
 * What is put waits in memory until the turn's transaction writes it, so that nothing is lost when the disk is full for a
 * while; reading sees it at once.
 *
 * @module
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Records } from "./records.ts";

/** Records of one kind. */
export class SqliteRecords<T> implements Records<T> {
  // A value that is undefined waits to be deleted.
  #waiting = new Map<string, T | undefined>();
  #get: StatementSync;
  #list: StatementSync;
  #put: StatementSync;
  #delete: StatementSync;

  constructor(db: DatabaseSync, table: string) {
    this.#get = db.prepare(`SELECT value FROM ${table} WHERE key = ?`);
    this.#list = db.prepare(`SELECT key, value FROM ${table} WHERE key >= ? AND key < ? ORDER BY key`);
    this.#put = db.prepare(`INSERT INTO ${table} VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE key = ?`);
  }

  /** Whether anything waits to be written. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  get(key: string): T | undefined {
    if (this.#waiting.has(key)) return this.#waiting.get(key);
    const row = this.#get.get(key);
    return row === undefined ? undefined : JSON.parse(String(row["value"])) as T;
  }

  put(key: string, value: T): void {
    this.#waiting.set(key, value);
  }

  delete(key: string): void {
    this.#waiting.set(key, undefined);
  }

  list(prefix = ""): Iterable<[string, T]> {
    const rows = this.#list.all(prefix, prefix + LAST);
    const all = new Map(rows.map((row) => [String(row["key"]), JSON.parse(String(row["value"])) as T]));
    for (const [key, value] of this.#waiting) {
      if (!key.startsWith(prefix)) continue;
      if (value === undefined) all.delete(key);
      else all.set(key, value);
    }
    return [...all].sort(([a], [b]) => a < b ? -1 : 1);
  }

  /** Writes what waits, within the transaction that is open. Call {@linkcode written} when it has been committed. */
  write(): void {
    for (const [key, value] of this.#waiting) {
      if (value === undefined) this.#delete.run(key);
      else this.#put.run(key, JSON.stringify(value));
    }
  }

  written(): void {
    this.#waiting.clear();
  }
}

// Greater than every character that a key holds.
const LAST = "\u{10ffff}";
