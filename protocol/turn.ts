/**
 * A turn: one pass of the event loop. Everything that arrived together is handled, recorded and sent together.
 *
 * One connection after the other is heard, each once in a turn; at the end everything that was sent is written, answers
 * first. What a turn may hold others up with goes in slices. Knows nothing of bytes and sockets.
 *
 * Browser compatible.
 *
 * @module
 */

import { LineSplitter } from "./line_splitter.ts";
import { Queue } from "./sendq.ts";

/** What is written at the end of a turn. */
export interface Flushable {
  /** Writes what was sent, unless an earlier write is still pending. */
  flush(): void;
}

/** Runs something later. */
export type Later = (run: () => void) => void;

/** How a turn is fitted into the event loop. */
export interface TurnOptions {
  /** Runs ahead of every flush; what it throws stops the flush and surfaces, because nothing may be sent that was not recorded. */
  before?: () => void;
  /** Runs its argument when what has already arrived is handled; after the current microtasks unless told. */
  defer?: Later;
  /** Runs its argument when the system was asked what else has arrived; the same as `defer` unless told. */
  pause?: Later;
  /** Milliseconds of a clock that is never set; the runtime's unless told. */
  now?: () => number;
}

/**
 * How many connections are flushed at once. The runtime (Deno 2.9, by way of tokio's task budget) does 128 operations without
 * waiting before it goes on with other things; those beyond are put off, and cost a third more.
 */
const FLUSH_SLICE = 100;

/** How long is heard and flushed, in milliseconds, before it is looked who else has something to say: with thousands it takes longer. */
const MOST_AT_ONCE = 20;

/** How many of those who have hung up are seen off in one turn. */
const PARTING_SLICE = 32;

/** One turn after the other. */
export class Turn {
  /** What a connection with nothing to send appends to, so that equal queues are one object. */
  empty = Queue.empty();
  readonly #before: () => void;
  readonly #defer: Later;
  readonly #pause: Later;
  readonly #now: () => number;
  /** Those with an answer to what they said. */
  #answered: Flushable[] = [];
  /** Those who are told what others said. */
  #told: Flushable[] = [];
  /** Who is to be heard after a pause. */
  readonly #late: (() => void)[] = [];
  /** Who has hung up. */
  readonly #parting: (() => void)[] = [];
  #scheduled = false;
  /** Since when others were heard and flushed without a pause. */
  #since: number | undefined;
  /** Whether somebody is heard in this turn. */
  #hearing = false;
  #splitter: LineSplitter | undefined;
  #over: Promise<void> | undefined;
  #finish: (() => void) | undefined;

  constructor(
    { before = () => {}, defer = queueMicrotask, pause = defer, now = () => performance.now() }: TurnOptions = {},
  ) {
    this.#before = before;
    this.#defer = defer;
    this.#pause = pause;
    this.#now = now;
  }

  /** What makes lines of the next text that arrives. It may be given back. */
  takeSplitter(): LineSplitter {
    const splitter = this.#splitter ?? new LineSplitter();
    this.#splitter = undefined;
    return splitter;
  }

  /** Gives it to whoever is heard next, unless somebody has stopped in the middle of a text. */
  giveBack(splitter: LineSplitter): void {
    if (splitter.free) this.#splitter = splitter;
  }

  /** Flushes a connection at the end of this turn; who said something in it comes before those who are told. */
  add(connection: Flushable, said = false): void {
    (said ? this.#answered : this.#told).push(connection);
    this.#schedule();
  }

  /**
   * Resolves when it is one's turn to be heard. One connection after the other handles all that it has received, which is
   * several times as fast as line by line in between each other: what they work on stays in the processor's cache. Nobody
   * waits who is the first of a turn.
   */
  next(): Promise<void> | void {
    if (this.#hearing) return new Promise((resolve) => this.#defer(() => this.#hear(resolve)));
    this.#hearing = true;
  }

  /** Hears somebody, after a pause if others were heard for long. */
  #hear(resolve: () => void): void {
    if (this.#late.length === 0 && !this.#isLong()) return resolve();
    if (this.#late.push(resolve) > 1) return;
    this.#letGoOn();
    this.#pause(() => this.#late.splice(0).forEach((resolve) => this.#defer(() => this.#hear(resolve))));
  }

  /** Resolves when there is time to see somebody off who has hung up: thousands may do so at once, and nobody waits for it. */
  parting(): Promise<void> {
    this.#schedule();
    return new Promise((resolve) => this.#parting.push(resolve));
  }

  /** Resolves when this turn is over. One promise serves everybody who waits. */
  over(): Promise<void> {
    this.#schedule();
    return this.#over ??= new Promise((resolve) => this.#finish = resolve);
  }

  /** Ends the turn at once. */
  flush(): void {
    this.#end();
  }

  readonly #schedule = (): void => {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#defer(this.#end);
  };

  readonly #end = (): void => {
    this.#scheduled = this.#hearing = false;
    this.#before();
    const slice = this.#answered.splice(0, FLUSH_SLICE);
    slice.push(...this.#told.splice(0, FLUSH_SLICE - slice.length));
    for (const connection of slice) connection.flush();
    if (this.#answered.length + this.#told.length > 0) return this.#goOn();
    this.#since = undefined;
    this.empty = Queue.empty();
    this.#letGoOn();
    this.#seeOff();
  };

  /** Everybody may be heard again. */
  #letGoOn(): void {
    const finish = this.#finish;
    this.#over = this.#finish = undefined;
    finish?.();
  }

  /** Flushes the others, after a pause if this has taken long: what is answered in it goes out before the rest. */
  #goOn(): void {
    if (!this.#isLong()) return this.#schedule();
    this.#scheduled = true;
    this.#letGoOn();
    this.#pause(this.#end);
  }

  /** Whether it is time for a pause; if so, the next is due as long after it. */
  #isLong(): boolean {
    const now = this.#now();
    this.#since ??= now;
    if (now - this.#since < MOST_AT_ONCE) return false;
    this.#since = undefined;
    return true;
  }

  #seeOff(): void {
    for (const resolve of this.#parting.splice(0, PARTING_SLICE)) resolve();
    if (this.#parting.length > 0) this.#pause(this.#schedule);
  }
}
