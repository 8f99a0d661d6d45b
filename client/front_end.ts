/**
 * What stands between a person (or a program) and the session: line mode, or the full screen.
 *
 * @module
 */

import type { SessionEvent } from "./session.ts";
import type { Unsettled } from "./session/outbox.ts";

/** How a connection ended. */
export interface Ending {
  /** For the person; a sentence. */
  readonly why: string;
  /** Milliseconds until the next try; absent where there is none. */
  readonly pause?: number;
  /** What was said and not confirmed, in order. */
  readonly unsettled: readonly Unsettled[];
  /** Whether we ended it to connect anew, so that nothing is wrong. */
  readonly planned?: boolean;
  /** Whether we gave it up because nothing was heard: what was written to it may still arrive. */
  readonly silent?: boolean;
}

/** A front end. The door hands it everything that happens and ends when `finished` resolves. */
export interface FrontEnd {
  /** Resolves with the exit code when the person is done. */
  readonly finished: Promise<number>;
  /** Handles what happened on the server. */
  event(event: SessionEvent): void;
  /** The connection has ended. */
  disconnected(ending: Ending): void;
  /** A connection stands; registration begins. `note` is what a person should know of it, `fingerprint` the key's, if any. */
  connected?(encrypted: boolean, note?: string, fingerprint?: string): void;
  /** The person or the system asked to end. */
  stop(): void;
  /** What the person should still read when the screen is gone, as lines. */
  lastWords?(): string[];
}
