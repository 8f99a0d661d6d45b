/**
 * The server's clock: one strictly growing number that is order, time and name of a message.
 *
 * Knows nothing of messages.
 *
 * @module
 */

import type { MessageId } from "./store.ts";

/** Base of a msgid's digits. */
const BASE = 36;

/** Gives ids. */
export class Clock {
  #last: MessageId;
  readonly #now: () => number;
  readonly #elapsed: () => number;
  #askedAt = NaN;
  #answer = 0;

  /**
   * @param last The greatest id that was ever given.
   * @param now Milliseconds since 1970.
   * @param elapsed Milliseconds since any moment; never set back or forward. `now` itself where a test gives the time.
   */
  constructor(
    last: MessageId = 0,
    now: () => number = Date.now,
    elapsed: () => number = now === Date.now ? () => performance.now() : now,
  ) {
    this.#last = last;
    this.#now = now;
    this.#elapsed = elapsed;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#now();
  }

  /** Milliseconds for measuring how long something takes: nobody times out because the machine's clock was set. */
  elapsed(): number {
    // The system's clock of this kind is asked once a millisecond, because that takes as long as reading a message.
    const now = this.#now();
    if (now !== this.#askedAt) {
      this.#askedAt = now;
      this.#answer = this.#elapsed();
    }
    return this.#answer;
  }

  /**
   * The next id: microseconds since 1970, and greater than every one before even if the clock of the machine was set back.
   *
   * @example
   * ```ts
   * import { Clock, idTime } from "./clock.ts";
   * import { assert, assertEquals } from "@std/assert";
   *
   * const clock = new Clock(0, () => 1500);
   * const first = clock.next();
   * assert(clock.next() > first);
   * assertEquals(idTime(first), 1500);
   * ```
   */
  next(): MessageId {
    return this.#last = Math.max(this.#last + 1, this.#now() * 1000);
  }
}

/** When a message was said, in milliseconds since 1970. */
export function idTime(id: MessageId): number {
  return Math.floor(id / 1000);
}

/** The first id of a moment in milliseconds since 1970: a bound for what was said before or after. */
export function timeId(time: number): MessageId {
  return time * 1000;
}

/** The msgid of an id: https://ircv3.net/specs/extensions/message-ids. */
export function formatMsgid(id: MessageId): string {
  return id.toString(BASE);
}

/** The id of a msgid, or `undefined` for what never was one of ours. */
export function parseMsgid(text: string): MessageId | undefined {
  if (!/^[0-9a-z]{1,11}$/.test(text)) return undefined;
  const id = parseInt(text, BASE);
  return Number.isSafeInteger(id) ? id : undefined;
}

/**
 * The moment that a `time` tag or a `timestamp=` selector names, or `undefined` for what is written otherwise.
 *
 * @example
 * ```ts
 * import { parseTime } from "./clock.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseTime("1970-01-01T00:00:01.500Z"), 1500);
 * assertEquals(parseTime("yesterday"), undefined);
 * ```
 */
export function parseTime(text: string): number | undefined {
  const time = TIME.test(text) ? Date.parse(text) : NaN;
  // Ids go as far as numbers are exact, which is into the year 2255.
  return Number.isNaN(time) ? undefined : Math.min(Math.max(0, time), LAST_TIME);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;
const LAST_TIME = Math.floor(Number.MAX_SAFE_INTEGER / 1000) - 1;

let cachedTime = -1;
let cachedText = "";

/** A moment as the `time` tag writes it: https://ircv3.net/specs/extensions/server-time. */
export function formatTime(time: number): string {
  if (time !== cachedTime) {
    cachedTime = time;
    cachedText = new Date(time).toISOString();
  }
  return cachedText;
}
