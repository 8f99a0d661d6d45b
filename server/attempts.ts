/**
 * How often an address may try something, such as a password: so many at once, then one has to wait.
 *
 * Only what counts against an address is kept, for so many addresses; knows nothing of what is tried.
 *
 * @module
 */

import { networkOf } from "./cloak.ts";
import { TokenBucket } from "./limits.ts";

/** How much of something is allowed. */
export interface AttemptBounds {
  /** So many within the window. */
  readonly most: number;
  /** Milliseconds. */
  readonly window: number;
  /** Addresses that are remembered; past it the one that was quiet longest is forgotten. */
  readonly addresses: number;
}

/**
 * Attempts by address.
 *
 * @example
 * ```ts
 * import { Attempts } from "./attempts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const failures = new Attempts({ most: 1, window: 60_000, addresses: 100 });
 * assertEquals(failures.wait("192.0.2.1", 0), 0);
 * failures.count("192.0.2.1", 0);
 * assertEquals(failures.wait("192.0.2.1", 0), 60_000);
 * assertEquals(failures.wait("192.0.2.2", 0), 0);
 * ```
 */
export class Attempts {
  readonly #bounds: AttemptBounds;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(bounds: AttemptBounds) {
    this.#bounds = bounds;
  }

  /** Milliseconds until the next attempt from an address is allowed; 0 for now. */
  wait(address: string, now: number): number {
    const bucket = this.#buckets.get(household(address));
    const wait = bucket?.take(1, now) ?? 0;
    bucket?.take(-1, now);
    return Math.ceil(wait);
  }

  /** Counts an attempt against an address. */
  count(address: string, now: number): void {
    const { most, window, addresses } = this.#bounds;
    const key = household(address);
    const bucket = this.#buckets.get(key) ?? new TokenBucket(most, most * 1000 / window, now);
    bucket.take(1, now);
    // Put behind all others, so that the first is always the one that was quiet longest.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > addresses) this.#buckets.delete(this.#buckets.keys().next().value!);
  }
}

/** What stands for all addresses of one customer: of IPv6 its network. */
function household(address: string): string {
  return address.includes(":") && !address.includes(".") ? networkOf(address) : address;
}
