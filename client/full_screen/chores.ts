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
import { catchUp, loadMissed, loadRest } from "./catch_up.ts";

/** How long an answer is waited for, in ticks of a second. */
const PATIENCE = 30;

/** How long the channel that is looked at is waited for, in the same. */
const JOINING = 3;

/** After so many of them with nothing to wait for, nothing is missing any more. */
const CALM = 30;

/** What is asked for when there is time. */
export class Chores {
  readonly #screen: FullScreen;
  /** Conversations whose history was not asked for yet. */
  #waiting: Buffer[] = [];
  /** What was asked for last, and the ticks since. */
  #asked: { readonly buffer: Buffer; ticks: number } | undefined;
  /** Ticks until it is asked for direct conversations, whatever is looked at; 0 when they were asked for. */
  #joining = 0;
  /** Ticks for which nothing was waited for. */
  #calm = 0;

  constructor(screen: FullScreen) {
    this.#screen = screen;
  }

  /** We are in: asks for what is looked at, which a channel is as it is joined, and then which direct conversations went on. */
  begin(): void {
    const { current, session } = this.#screen;
    loadRest(this.#screen, current);
    if (session.wantedChannels.has(current.name)) this.#joining = JOINING;
    else catchUp(this.#screen);
  }

  #joined(): void {
    if (this.#joining === 0) return;
    this.#joining = 0;
    catchUp(this.#screen);
  }

  /** Asks for what a conversation missed: now if somebody waits for it, else when its turn comes. */
  add(buffer: Buffer): void {
    if (this.has(buffer)) return;
    this.#waiting.push(buffer);
    if (buffer === this.#screen.current || this.#screen.outgoing.waitsFor(buffer)) this.first(buffer);
    else this.#next();
    if (buffer === this.#screen.current) this.#joined();
  }

  /** Somebody looks at a conversation: its turn is now. */
  first(buffer: Buffer): void {
    if (!this.has(buffer)) return loadRest(this.#screen, buffer);
    this.#waiting = this.#waiting.filter((other) => other !== buffer);
    loadMissed(this.#screen, buffer);
  }

  /** Whether nobody has asked yet for what a conversation missed. */
  has(buffer: Buffer): boolean {
    return this.#waiting.includes(buffer);
  }

  /** Whether nothing is waited for that conversations missed. */
  get idle(): boolean {
    return this.#asked === undefined && this.#waiting.length === 0 && this.#joining === 0;
  }

  /** History has come: goes on to the next if that was all of what was asked for. */
  answered(): void {
    const buffer = this.#asked?.buffer;
    if (buffer === undefined || (buffer.asked !== undefined && this.#screen.buffers.includes(buffer))) return;
    this.#asked = undefined;
    this.#next();
  }

  /** Called about once a second: a server that does not answer is not waited for any longer. */
  tick(): void {
    if (this.#joining === 1) this.#joined();
    else if (this.#joining > 0) this.#joining--;
    // When the connection breaks before that, the next one asks for the same again.
    if (this.idle && this.#screen.session.registered && ++this.#calm >= CALM) this.#screen.lostAt = undefined;
    if (this.#asked === undefined || ++this.#asked.ticks < PATIENCE) return;
    this.#asked = undefined;
    this.#next();
  }

  /** The connection has ended. */
  clear(): void {
    this.#waiting = [];
    this.#asked = undefined;
    this.#joining = this.#calm = 0;
  }

  #next(): void {
    // What was said to the person alone is waited for more than what was said in one of many channels.
    const following = () => this.#waiting.find(({ kind }) => kind === "direct") ?? this.#waiting[0];
    for (let buffer; this.#asked === undefined && (buffer = following()) !== undefined;) {
      this.first(buffer);
      // Where there is no history, nothing was asked.
      if (buffer.asked !== undefined) this.#asked = { buffer, ticks: 0 };
    }
  }
}
