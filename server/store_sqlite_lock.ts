/**
 * One server for one folder of data: a lock that ends with the process, however it ends, and that says who holds it.
 *
 * A file of SQLite of its own, in which the holder keeps a write transaction open for as long as it lives. Others can
 * still read who that is, and the operating system frees the lock of a process that was killed.
 *
 * @module
 */

import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const LOCK_FILE = "chat.lock";

/** A lock that is held. */
export interface DataLock {
  release(): void;
}

/**
 * Takes the lock of a folder.
 *
 * @throws {Error} if somebody else has it, and then the message says who and what to do; or if it cannot be written.
 */
export function lockData(folder: string): DataLock {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(folder, LOCK_FILE));
    takeLock(db);
  } catch (cause) {
    const reason = db !== undefined && isBusy(cause) ? holderOf(db) : (cause as Error).message;
    db?.close();
    throw new Error(`Cannot use the data in ${folder}: ${reason}`, { cause });
  }
  return { release: () => db.close() };
}

/** Who holds the lock of a folder, in words; `undefined` if nobody does. */
export function lockHolder(folder: string): string | undefined {
  const db = new DatabaseSync(join(folder, LOCK_FILE));
  try {
    db.exec("PRAGMA busy_timeout = 0");
    db.prepare("BEGIN IMMEDIATE").run();
    return undefined;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return nameOf(db);
  } finally {
    db.close();
  }
}

function takeLock(db: DatabaseSync): void {
  db.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 0");
  // Prepared, because only the errors of statements carry a code.
  const begin = db.prepare("BEGIN IMMEDIATE");
  begin.run();
  db.exec("CREATE TABLE IF NOT EXISTS holder (pid INTEGER, host TEXT, since TEXT); DELETE FROM holder");
  db.prepare("INSERT INTO holder VALUES (?, ?, ?)").run(Deno.pid, host(), new Date().toISOString());
  // Readers see who it is once this is committed; then the lock is taken for good.
  db.exec("COMMIT");
  begin.run();
}

function holderOf(db: DatabaseSync): string {
  const what = "Stop that one first, or give this one a folder of its own with --data";
  return `another server is using it (${nameOf(db)}). ${what}`;
}

function nameOf(db: DatabaseSync): string {
  const row = db.prepare("SELECT pid, host, since FROM holder").get();
  return row === undefined ? "no name" : `process ${row["pid"]} on ${row["host"]}, since ${row["since"]}`;
}

function host(): string {
  try {
    return hostname();
  } catch {
    return "this machine"; // without the permission to ask
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

const SQLITE_BUSY = 5;
