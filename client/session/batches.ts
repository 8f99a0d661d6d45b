/**
 * Batches: messages that belong together, kept until the last has come. Batches may stand within batches.
 *
 * https://ircv3.net/specs/extensions/batch
 *
 * @module
 */

import type { Message } from "../../protocol.ts";

/** What came between the two BATCH lines. */
export interface Batch {
  readonly type: string;
  /** What follows the type, such as the target. */
  readonly params: readonly string[];
  /** The line that opened it, with its tags. */
  readonly opening: Message;
  readonly items: (Message | Batch)[];
}

/** Most messages in all batches that are open, and most batches at once; a server that exceeds them means no good. */
const MAX_ITEMS = 10_000;
const MAX_BATCHES = 200;

/** The batches that are open. */
export class Batches {
  #open = new Map<string, Batch>();
  /** Messages in all of them, with those of the batches within. */
  #items = 0;

  /** Keeps a message if it belongs to an open batch. */
  add(message: Message): boolean {
    const batch = this.#open.get(message.tags?.get("batch") ?? "");
    if (batch === undefined) return false;
    if (this.#items < MAX_ITEMS) {
      this.#items++;
      batch.items.push(message);
    }
    return true;
  }

  /** Handles a BATCH line. Returns the batch that it completes, unless that is part of another. */
  handle(message: Message): Batch | undefined {
    const [reference = "", type = "", ...params] = message.params;
    const name = reference.slice(1);
    if (reference.startsWith("+")) {
      if (this.#open.size >= MAX_BATCHES || this.#open.has(name)) return undefined;
      this.#open.set(name, { type, params, opening: message, items: [] });
      return undefined;
    }
    const batch = this.#open.get(name);
    this.#open.delete(name);
    if (batch === undefined) return undefined;
    const outer = this.#open.get(batch.opening.tags?.get("batch") ?? "");
    if (outer === undefined) {
      this.#items -= countOf(batch);
      return batch;
    }
    if (this.#items < MAX_ITEMS) {
      this.#items++;
      outer.items.push(batch);
    } else {
      this.#items -= countOf(batch);
    }
    return undefined;
  }

  clear(): void {
    this.#open.clear();
    this.#items = 0;
  }
}

/** What was counted of a batch: its messages, the batches in it, and what is in those. */
function countOf({ items }: Batch): number {
  return items.reduce((sum, item) => sum + 1 + ("items" in item ? countOf(item) : 0), 0);
}
