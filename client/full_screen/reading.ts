/**
 * What was read: counted down here, and told to the server so that other devices know.
 *
 * @module
 */

import type { Buffer } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";

/** Read markers go out at most this often while messages stream in, in milliseconds. */
const MARK_PAUSE = 5000;

/** The eyes of the person. */
export class Reading {
  readonly #screen: FullScreen;
  /** Conversations whose marker the server does not have yet, and since when. */
  readonly #untold = new Map<Buffer, number>();

  constructor(screen: FullScreen) {
    this.#screen = screen;
  }

  /** What is read of the current conversation is marked as read, if somebody is looking. */
  seen(): void {
    const { current, focused, scrolling, now } = this.#screen;
    if (!focused || scrolling.anchors.has(current)) return;
    current.unread = current.highlights = 0;
    const { newestTime } = current;
    if (newestTime <= current.readUntil) return;
    current.readUntil = newestTime;
    if (current.kind !== "server" && !this.#untold.has(current)) this.#untold.set(current, now());
  }

  /** Tells the server how far a conversation was read, if it does not know. */
  tell(buffer: Buffer): void {
    if (!this.#untold.delete(buffer)) return;
    const { newest } = buffer;
    if (newest !== undefined) this.#screen.session.markRead(buffer.name, Math.min(newest.time, buffer.readUntil));
  }

  /** Tells what has waited long enough; everything, if `all`. */
  tick(all = false): void {
    const now = this.#screen.now();
    for (const [buffer, since] of this.#untold) if (all || now - since >= MARK_PAUSE) this.tell(buffer);
  }
}
