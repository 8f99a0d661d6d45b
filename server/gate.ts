/**
 * The gate: how many connections there may be, and from where.
 *
 * Counted before anything is read from a connection, so that silence and half-finished encryption count too. Knows nothing
 * about sockets.
 *
 * @module
 */

import type { Limits } from "./limits.ts";
import { groupOf, isLoopback } from "./network.ts";

/** Counts connections by address. */
export class Gate {
  readonly #limits: Limits;
  readonly #throttle: boolean;
  readonly #now: () => number;
  /** Connections that are open, by group of addresses. */
  readonly #open = new Map<string, number>();
  /** Connections of late, by group of addresses; those longest known first. */
  readonly #recent = new Map<string, { since: number; count: number }>();
  #size = 0;

  /**
   * @param throttle Whether the rate of new connections counts.
   * @param now Milliseconds of a clock that is never set back.
   */
  constructor(limits: Limits, throttle: boolean, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#throttle = throttle;
    this.#now = now;
  }

  /** Connections that are open. */
  get size(): number {
    return this.#size;
  }

  /** Addresses that are remembered. */
  get remembered(): number {
    return this.#recent.size;
  }

  /**
   * Lets a connection in, to be let out with {@linkcode Gate.leave}; or says why not.
   *
   * @example
   * ```ts
   * import { Gate } from "./gate.ts";
   * import { DEFAULT_LIMITS } from "./limits.ts";
   * import { assertEquals } from "@std/assert";
   *
   * const gate = new Gate({ ...DEFAULT_LIMITS, connectionsPerAddress: 1 }, true);
   * assertEquals(gate.enter("192.0.2.1"), undefined);
   * assertEquals(gate.enter("192.0.2.1"), "Too many connections from your address");
   * gate.leave("192.0.2.1");
   * assertEquals(gate.enter("192.0.2.1"), undefined);
   * ```
   */
  enter(address: string): string | undefined {
    const { maxClients, connectionsPerAddress } = this.#limits;
    const group = groupOf(address);
    const open = this.#open.get(group) ?? 0;
    if (this.#size >= maxClients) return "This server is full; try again later";
    if (!isLoopback(address)) {
      if (open >= connectionsPerAddress) return "Too many connections from your address";
      if (this.#throttle && this.#hurries(group)) return "You come too often; try again in a few minutes";
    }
    this.#open.set(group, open + 1);
    this.#size++;
    return undefined;
  }

  /** Lets a connection out that was let in. */
  leave(address: string): void {
    const group = groupOf(address);
    const open = this.#open.get(group) ?? 0;
    if (open === 0) return;
    this.#size--;
    if (open === 1) this.#open.delete(group);
    else this.#open.set(group, open - 1);
  }

  #hurries(group: string): boolean {
    const { newConnectionsPerAddress, connectionWindow, addresses } = this.#limits;
    const now = this.#now();
    const known = this.#recent.get(group);
    if (known !== undefined && now - known.since < connectionWindow) {
      return ++known.count > newConnectionsPerAddress;
    }
    this.#recent.delete(group);
    this.#recent.set(group, { since: now, count: 1 });
    if (this.#recent.size > addresses) this.#recent.delete(this.#recent.keys().next().value!);
    return newConnectionsPerAddress < 1;
  }
}
