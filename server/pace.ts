/**
 * A pace for what is costly: so much at once, and then everybody else first.
 *
 * @module
 */

/** How many costly commands are answered before others are heard. */
const AT_ONCE = 4;

/**
 * Those who asked for something costly stand in one line, whoever they are, so that any number of them hold up the others
 * no longer than a few answers take.
 *
 * @example
 * ```ts
 * import { Pace } from "./pace.ts";
 *
 * const pace = new Pace();
 * // After each costly command:
 * await pace.step();
 * ```
 */
export class Pace {
  #next: Promise<void> = Promise.resolve();
  #count = 0;

  // A timer, since the runtime (Deno 2.9) reads from no socket while there is always one more setImmediate to run.
  /** Resolves when the next costly command may be answered. */
  step(): Promise<void> {
    if (++this.#count % AT_ONCE !== 0) return this.#next;
    return this.#next = this.#next.then(() => new Promise((resolve) => setTimeout(resolve, 0)));
  }
}
