/**
 * What stands between a person (or a program) and the session: line mode, or the full screen.
 *
 * @module
 */

import type { SessionEvent } from "./session.ts";
import type { Sent } from "./session/outbox.ts";

/** A front end. The door hands it everything that happens and ends when `finished` resolves. */
export interface FrontEnd {
  /** Resolves with the exit code when the person is done. */
  readonly finished: Promise<number>;
  /** Handles what happened on the server. */
  event(event: SessionEvent): void;
  /** The connection has ended. `pause` is how many milliseconds until the next try, absent where there is none. */
  disconnected(why: string, pause: number | undefined, unsettled: readonly Sent[]): void;
  /** A connection stands; registration begins. `note` is what a person should know of it. */
  connected?(encrypted: boolean, note?: string): void;
  /** The person or the system asked to end. */
  stop(): void;
}
