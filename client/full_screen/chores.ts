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

/** How long an answer is waited for, in ticks of a second. */
const PATIENCE = 30;

/** What is asked for when there is time. */
export class Chores {
  readonly #screen: FullScreen;
  #waiting: Chore[] = [];
  /** What was asked for last, and the ticks since. */
  #asked: { readonly buffer: Buffer; ticks: number } | undefined;

  constructor(screen: FullScreen) {
    this.#screen = screen;
  }

  /** Asks for what a conversation missed: now if somebody waits for it, else when its turn comes. */
  add(buffer: Buffer): void {
    if (this.#waiting.some((chore) => chore.buffer === buffer)) return;
    this.#waiting.push({ buffer, newest: buffer.newest?.id });
    if (buffer === this.#screen.current || this.#screen.outgoing.waitsFor(buffer)) this.first(buffer);
    else this.#next();
  }

  /** Somebody looks at a conversation: its turn is now. */
  first(buffer: Buffer): void {
    const chore = this.#waiting.find((known) => known.buffer === buffer);
    if (chore === undefined) return;
    this.#waiting = this.#waiting.filter((other) => other !== chore);
    loadMissed(this.#screen, buffer, chore.newest);
  }

  /** History has come: goes on to the next if that was all of what was asked for. */
  answered(): void {
    const buffer = this.#asked?.buffer;
    if (buffer === undefined || (buffer.loading && this.#screen.buffers.includes(buffer))) return;
    this.#asked = undefined;
    this.#next();
  }

  /** Called about once a second: a server that does not answer is not waited for any longer. */
  tick(): void {
    if (this.#asked === undefined || ++this.#asked.ticks < PATIENCE) return;
    this.#asked = undefined;
    this.#next();
  }

  /** The connection has ended. */
  clear(): void {
    this.#waiting = [];
    this.#asked = undefined;
  }

  #next(): void {
    // What was said to the person alone is waited for more than what was said in one of many channels.
    const following = () => this.#waiting.find(({ buffer }) => buffer.kind === "direct") ?? this.#waiting[0];
    for (let chore; this.#asked === undefined && (chore = following()) !== undefined;) {
      this.first(chore.buffer);
      // Where there is no history, nothing was asked.
      if (chore.buffer.loading) this.#asked = { buffer: chore.buffer, ticks: 0 };
    }
  }
}
