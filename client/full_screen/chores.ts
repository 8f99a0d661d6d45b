/**
 * What conversations missed, asked for one after the other: servers hear so many commands a second from each client, and
 * who has many channels should not wait for them to say something.
 *
 * What is looked at, and what decides whether something is said again, comes first and at once.
 *
 * @module
 */

import type { Buffer } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import { loadMissed } from "./catch_up.ts";

/** A conversation whose history was not asked for yet. */
interface Chore {
  readonly buffer: Buffer;
  /** The newest message that was known before others came. */
  readonly newest: string | undefined;
}

/** What is asked for when there is time. */
export class Chores {
  readonly #screen: FullScreen;
  #waiting: Chore[] = [];
  #busy = false;
  /** Tells connections apart: what waits for an answer of an earlier one waits in vain. */
  #connection = 0;

  constructor(screen: FullScreen) {
    this.#screen = screen;
  }

  /** Asks for what a conversation missed: now if somebody waits for it, else when its turn comes. */
  add(buffer: Buffer): void {
    if (this.#waiting.some((chore) => chore.buffer === buffer)) return;
    this.#waiting.push({ buffer, newest: buffer.newest?.id });
    if (buffer === this.#screen.current || this.#screen.outgoing.waitsFor(buffer)) this.first(buffer);
    else void this.#work();
  }

  /** Somebody looks at a conversation: its turn is now. */
  first(buffer: Buffer): void {
    const chore = this.#waiting.find((known) => known.buffer === buffer);
    if (chore === undefined) return;
    this.#waiting = this.#waiting.filter((other) => other !== chore);
    loadMissed(this.#screen, buffer, chore.newest);
  }

  /** The connection has ended. */
  clear(): void {
    this.#waiting = [];
    this.#busy = false;
    this.#connection++;
  }

  /** One at a time, each when the server has answered the one before. */
  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const connection = this.#connection;
    for (let chore; connection === this.#connection && (chore = this.#waiting[0]) !== undefined;) {
      this.first(chore.buffer);
      // When the connection ends, clear() has begun anew; where there is no history, nothing was asked.
      if (chore.buffer.loading) await this.#screen.session.outbox.fence().catch(() => {});
    }
    if (connection === this.#connection) this.#busy = false;
  }
}
