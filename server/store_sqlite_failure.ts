/**
 * How SQLite fails, in words, and how a transaction ends when it does.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { StoreFailure } from "./store.ts";

/** Runs what belongs together: all of it lasts, or nothing. */
export type Transact = <T>(run: () => T) => T;

/** The transactions of a file. */
export function transactionsOf(db: DatabaseSync): Transact {
  // Prepared, because only the errors of statements carry a code.
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  return (run) => {
    begin.run();
    try {
      const result = run();
      commit.run();
      return result;
    } catch (error) {
      // Of some errors, such as a full disk, SQLite has already rolled back.
      if (db.isTransaction) rollback.run();
      throw error;
    }
  };
}

/** What an error of SQLite means; `undefined` if it is none: then it is our own mistake. */
export function failureOf(error: unknown): Pick<StoreFailure, "kind" | "message"> | undefined {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") return undefined;
  // The lowest byte is the error, what is above says more about it: https://www.sqlite.org/rescode.html
  const kind = "errcode" in error ? KINDS[Number(error.errcode) & 0xff] ?? "other" : "other";
  return { kind, message: `${ADVICE[kind]} (${error.message})` };
}

const KINDS: Readonly<Record<number, StoreFailure["kind"]>> = {
  8: "read-only",
  10: "input/output",
  11: "corrupt",
  13: "full",
  14: "read-only",
  26: "corrupt",
};

const ADVICE: Readonly<Record<StoreFailure["kind"], string>> = {
  "full": "The disk is full: make room",
  "read-only": "The history cannot be written: check the permissions of its folder and files",
  "input/output": "The disk does not answer as it should: check it",
  "corrupt": "The file of the history is damaged: stop the server and restore a backup",
  "other": "The history cannot be written",
};
