/**
 * A copy of a history while its server runs.
 *
 * @module
 */

import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { STORE_FILE } from "./store_sqlite.ts";

/** Pages of 4 KiB between two reports of progress. */
const REPORT_PAGES = 1_024;

/**
 * Copies the history in a folder, as it is at this moment, into a new file. Keeps its own process busy until it is done,
 * and never the server's: run it beside.
 *
 * @param progress Gets the share that is done, between 0 and 1.
 * @throws {Deno.errors.AlreadyExists} if the file is there already.
 */
export async function backupHistory(folder: string, file: string, progress?: (share: number) => void): Promise<void> {
  const db = new DatabaseSync(join(folder, STORE_FILE), { readOnly: true });
  try {
    // A reader keeps its view: what is written meanwhile does not make the copy begin again.
    db.exec("BEGIN");
    db.prepare("SELECT 1 FROM entry LIMIT 1").get();
    Deno.openSync(file, { createNew: true, write: true, mode: 0o600 }).close();
    await backup(db, file, {
      rate: REPORT_PAGES,
      progress: ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }) =>
        progress?.(1 - remainingPages / Math.max(1, totalPages)),
    });
  } finally {
    db.close();
  }
}
