/**
 * Gives back what a burst has taken: the runtime makes room for what comes all at once, and keeps it long after.
 *
 * @module
 */

/** So many bytes leave enough behind to be worth it: more than a thousand messages. */
const BURST = 256 * 1024;

/** It is looked this often, in milliseconds, whether a burst is over. */
const INTERVAL = 300;

/** Fewer bytes than this in an interval are quiet: some 25 messages a second. */
const QUIET = 2 * 1024;

/**
 * Knows when it is time to give memory back: when it is quiet after much has come.
 *
 * @example
 * ```ts
 * import { Memory } from "./memory.ts";
 * import { assertEquals } from "@std/assert";
 *
 * let collected = 0;
 * const memory = new Memory(() => collected++);
 * memory.came(1_000_000);
 * memory.look(); // much has come since the last look
 * assertEquals(collected, 0);
 * memory.look(); // nothing has
 * assertEquals(collected, 1);
 * memory.close();
 * ```
 */
export class Memory {
  readonly #collect: () => void;
  /** Runs while there is something to give back. */
  #looking: ReturnType<typeof setInterval> | undefined;
  /** Bytes since the last look. */
  #came = 0;
  /** Bytes since memory was given back, as of the last look. */
  #since = 0;

  /** @param collect Gives back all the room it can; takes some 30 ms with the 10 MB that a client holds. */
  constructor(collect = collectGarbage) {
    this.#collect = collect;
    // Starting is a burst as well.
    this.came(BURST);
  }

  /** So many bytes came, or characters: it matters only whether there are few or many. */
  came(length: number): void {
    this.#came += length;
    if (this.#looking === undefined && this.#since + this.#came >= BURST) {
      this.#looking = setInterval(() => this.look(), INTERVAL);
    }
  }

  /** Gives memory back if there is enough of it and it is quiet. */
  look(): void {
    this.#since += this.#came;
    const quiet = this.#came < QUIET;
    this.#came = 0;
    if (!quiet || this.#since < BURST) return;
    this.#since = 0;
    this.close();
    this.#collect();
  }

  /** Looks no more until there is something to give back again. */
  close(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}

/** V8's own collector, which is there if V8 was told `--expose-gc`; the options are those of its extension. */
declare const gc: ((options: { type: "major"; flavor: "last-resort" }) => void) | undefined;

/** What the runtime has for that: the executable and `deno task join` have it, elsewhere it is nothing. */
export function collectGarbage(): void {
  if (typeof gc === "function") gc({ type: "major", flavor: "last-resort" });
}
