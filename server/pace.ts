/**
 * A pace for what is costly: half of the time at most, and then everybody else first.
 *
 * @module
 */

/** So many milliseconds of costly work go by before any has to wait. */
const AT_ONCE = 10;

/**
 * Those who ask for something costly stand in one line, whoever they are, so that any number of them hold up the others
 * no longer than an answer or two take.
 *
 * @example
 * ```ts
 * import { Pace } from "./pace.ts";
 *
 * const pace = new Pace();
 * await pace.run(() => console.log("a long answer"));
 * ```
 */
export class Pace {
  readonly #line: (() => void)[] = [];
  /** When as much time will have gone by besides the costly work as it took. */
  #even = 0;

  /** Runs something at once, or when its time has come: then what it gives back is a promise in any case. */
  run(work: () => Promise<void> | void): Promise<void> | void {
    if (this.#line.length === 0 && this.#wait() === 0) return this.#do(work);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#line.push(() => resolve(Promise.try(() => this.#do(work))));
    if (this.#line.length === 1) setTimeout(this.#goOn, this.#wait());
    return promise;
  }

  /** How many milliseconds the next has to wait. */
  #wait(): number {
    return Math.max(0, this.#even - AT_ONCE - performance.now());
  }

  #do(work: () => Promise<void> | void): Promise<void> | void {
    const begun = performance.now();
    const result = work();
    this.#even = Math.max(this.#even, begun) + 2 * (performance.now() - begun);
    return result;
  }

  // A timer, since the runtime (Deno 2.9) reads from no socket while there is always one more setImmediate to run.
  readonly #goOn = (): void => {
    while (this.#line.length > 0 && this.#wait() === 0) this.#line.shift()!();
    if (this.#line.length > 0) setTimeout(this.#goOn, this.#wait());
  };
}
