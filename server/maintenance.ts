/**
 * What the store has put off (indexes, checkpoints, retention), done in small slices when nobody waits for the room.
 *
 * @module
 */

import type { Store } from "./store.ts";

/** Milliseconds of one slice. */
const SLICE = 1;

/** Milliseconds until the next look, while there is more to do, and while there is not. */
const SOON = 25;
const LATER = 500;

/** So many messages since the last look mean that people talk, and the work waits. */
const BUSY = 50;

/** So many messages behind, it waits no longer. */
const FAR_BEHIND = 200_000;

/** Looks after a store until it is stopped. */
export class Maintenance {
  readonly #store: Store;
  #timer: ReturnType<typeof setTimeout>;
  #waiting = 0;

  constructor(store: Store) {
    this.#store = store;
    this.#timer = setTimeout(this.#look, LATER);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #look = (): void => {
    const more = this.#isBusy() || this.#store.maintain(SLICE);
    this.#timer = setTimeout(this.#look, more ? SOON : LATER);
  };

  #isBusy(): boolean {
    const { waiting } = this.#store.statistics();
    const grown = waiting - this.#waiting;
    this.#waiting = waiting;
    return grown > BUSY && waiting < FAR_BEHIND;
  }
}
