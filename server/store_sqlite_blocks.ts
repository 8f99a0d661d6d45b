/**
 * What was said and the indexes have not taken up: blocks of entries in the order in which they came, each one row.
 *
 * A row costs much more than the text in it, so a turn of hundreds of messages costs little more than a turn of one.
 *
 * @module
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { MessageId } from "./store.ts";

/** What is kept of an entry: its id, its targets, and its line. */
export type EntryRow = [id: MessageId, targets: string, line: string];

/** Most entries of a block: about what a slice of indexing takes up. */
const BLOCK_ENTRIES = 128;

/** Between the parts of a block; no line and no name holds it. */
const SEPARATOR = "\r";

/** The blocks of a file. */
export class Blocks {
  readonly #add: StatementSync;
  readonly #next: StatementSync;
  readonly #replace: StatementSync;
  readonly #drop: StatementSync;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare("INSERT INTO block VALUES (?, ?)");
    this.#next = db.prepare("SELECT last, entries FROM block WHERE last > ? ORDER BY last LIMIT 1");
    this.#replace = db.prepare("UPDATE block SET entries = ? WHERE last = ?");
    this.#drop = db.prepare("DELETE FROM block WHERE last <= ?");
  }

  /** Adds entries that are newer than all others, within the transaction that is open. */
  add(rows: readonly EntryRow[]): void {
    for (let at = 0; at < rows.length; at += BLOCK_ENTRIES) {
      const block = rows.slice(at, at + BLOCK_ENTRIES);
      this.#add.run(block.at(-1)![0], textOf(block));
    }
  }

  /** The rows behind an id, oldest first. */
  *after(id: MessageId): Iterable<EntryRow> {
    for (let row = this.#next.get(id); row !== undefined; row = this.#next.get(row["last"]!)) {
      for (const one of rowsOf(String(row["entries"]))) if (one[0] > id) yield one;
    }
  }

  /** Puts a line in the place of an entry's, if it is in a block, within the transaction that is open. */
  replace(id: MessageId, line: string): void {
    const block = this.#next.get(id - 1);
    const rows = block === undefined ? [] : rowsOf(String(block["entries"]));
    const row = rows.find((one) => one[0] === id);
    if (row === undefined) return;
    row[2] = line;
    this.#replace.run(textOf(rows), block!["last"]!);
  }

  /** Drops the blocks that hold nothing behind an id, within the transaction that is open. */
  drop(upTo: MessageId): void {
    this.#drop.run(upTo);
  }
}

function textOf(rows: readonly EntryRow[]): string {
  let text = "";
  for (const [id, targets, line] of rows) {
    if (text !== "") text += SEPARATOR;
    text += id + SEPARATOR + targets + SEPARATOR + line;
  }
  return text;
}

function rowsOf(text: string): EntryRow[] {
  const parts = text.split(SEPARATOR);
  const rows: EntryRow[] = [];
  for (let at = 0; at < parts.length; at += 3) rows.push([Number(parts[at]), parts[at + 1]!, parts[at + 2]!]);
  return rows;
}
