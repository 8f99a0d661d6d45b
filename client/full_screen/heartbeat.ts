/**
 * Whether the server is there, and how long it takes to answer.
 *
 * @module
 */

import type { FullScreen } from "../full_screen.ts";

/** What is the trouble while a connection stands and the server has not taken us in yet. */
export const AT_THE_DOOR = "waiting to be let in";

/** How often the server is asked, in milliseconds. */
const PAUSE = 30_000;
/** How often, in milliseconds, while something that we said was not confirmed: the answer tells whether it was taken. */
const SHORT_PAUSE = 3000;
/** The server is given up after so many ticks without an answer. Ticks, because clocks are set and machines sleep. */
const SILENCE = 90;
/** An answer that takes longer than this is shown as lag before it has come. */
const LATE = 2000;

/** Asks the server now and then. */
export class Heartbeat {
  readonly #screen: FullScreen;
  /** Seconds that the last answer took, or that we have been waiting. */
  lag: number | undefined;
  #askedAt: number | undefined;
  #lastAsked = -Infinity;
  /** Ticks for which we have been waiting. */
  #ticks = 0;

  constructor(screen: FullScreen) {
    this.#screen = screen;
  }

  /** The connection has ended. */
  stop(): void {
    this.lag = this.#askedAt = undefined;
    this.#ticks = 0;
    this.#lastAsked = -Infinity;
  }

  /** Asks when it is time, and looks how long an answer is overdue. */
  tick(): void {
    const { now: clock, session, trouble, effects } = this.#screen;
    const now = clock();
    if (this.#askedAt !== undefined || trouble === AT_THE_DOOR) {
      if (++this.#ticks === SILENCE) effects.reconnect(`Nothing was heard from the server for ${SILENCE} s.`, true);
    } else this.#ticks = 0;
    if (this.#askedAt !== undefined) {
      if (now - this.#askedAt > LATE) this.#set((now - this.#askedAt) / 1000);
    } else if (session.registered) {
      const pause = session.outbox.unconfirmed ? SHORT_PAUSE : PAUSE;
      if (now - this.#lastAsked >= pause) void this.#ask(now);
    }
  }

  async #ask(now: number): Promise<void> {
    this.#askedAt = this.#lastAsked = now;
    try {
      await this.#screen.session.outbox.fence();
      this.#set((this.#screen.now() - now) / 1000);
    } catch {
      // The connection ended, which is said elsewhere.
    }
    this.#askedAt = undefined;
  }

  #set(seconds: number): void {
    const before = this.lag;
    this.lag = seconds;
    if (before === undefined || Math.abs(before - seconds) >= 0.1) this.#screen.effects.redraw();
  }
}
