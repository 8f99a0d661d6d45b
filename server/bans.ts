/**
 * Bans of the server: who may not come in, by mask, account, address or network, until when and why.
 *
 * Kept in the store, so they outlast a restart. Knows nothing of connections: who must go is for the caller.
 *
 * @module
 */

import { casefold } from "../protocol/casemapping.ts";
import { completeMask, type MaskedUser, matchesUser } from "./mask.ts";
import { formatNetwork, isIn } from "./network.ts";
import type { Ban, Records } from "./records.ts";

/** A ban with what it is compared with. */
export interface ListedBan extends Ban {
  readonly mask: string;
}

/** Whom a ban is meant for. */
export interface BanTarget {
  readonly kind: Ban["kind"];
  readonly mask: string;
}

/**
 * What a person means by what they ban: an address or a network in CIDR, `a:` and an account, or a mask; a bare name is a
 * nick.
 *
 * @example
 * ```ts
 * import { banTarget } from "./bans.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(banTarget("192.0.2.7/24"), { kind: "address", mask: "192.0.2.0/24" });
 * assertEquals(banTarget("a:Ann"), { kind: "account", mask: "a:ann" });
 * assertEquals(banTarget("ann"), { kind: "mask", mask: "ann!*@*" });
 * ```
 */
export function banTarget(text: string): BanTarget {
  const network = formatNetwork(text);
  if (network !== undefined) return { kind: "address", mask: network };
  if (text.startsWith("a:")) return { kind: "account", mask: casefold(text) };
  return { kind: "mask", mask: casefold(completeMask(text)) };
}

/** Somebody who wants in: as a user, or only as an address while that is all that is known. */
export type Suspect = { readonly address: string } | MaskedUser & { readonly address: string };

/** The bans of one server. */
export class Bans {
  readonly #records: Records<Ban>;
  readonly #now: () => number;
  /** The same as the records, for speed. */
  readonly #bans: Map<string, ListedBan>;

  /** @param now Milliseconds since 1970. */
  constructor(records: Records<Ban>, now: () => number) {
    this.#records = records;
    this.#now = now;
    this.#bans = new Map([...records.list()].map(([mask, ban]) => [mask, { mask, ...ban }]));
  }

  /** Bans that hold. */
  get size(): number {
    this.#forgetExpired();
    return this.#bans.size;
  }

  /** Those that hold, oldest first. */
  list(): ListedBan[] {
    this.#forgetExpired();
    return [...this.#bans.values()].sort((a, b) => a.created - b.created);
  }

  /** Adds a ban, or puts it in the place of an older one of the same mask. */
  add({ kind, mask }: BanTarget, by: string, reason: string, duration?: number): ListedBan {
    const created = this.#now();
    const ban: Ban = { kind, reason, by, created, ...(duration !== undefined && { expires: created + duration }) };
    this.#records.put(mask, ban);
    this.#bans.set(mask, { mask, ...ban });
    return { mask, ...ban };
  }

  /** Lifts a ban. `false`: there is none of this mask. */
  remove(mask: string): boolean {
    this.#records.delete(mask);
    return this.#bans.delete(mask);
  }

  /** The ban that holds for somebody, if any. */
  find(suspect: Suspect): ListedBan | undefined {
    if (this.#bans.size === 0) return undefined;
    this.#forgetExpired();
    return this.#bans.values().find((ban) => isMeant(ban, suspect));
  }

  #forgetExpired(): void {
    const now = this.#now();
    for (const { mask, expires } of this.#bans.values()) if (expires !== undefined && expires <= now) this.remove(mask);
  }
}

/** Whether a ban is meant for somebody. */
export function isMeant({ kind, mask }: BanTarget, suspect: Suspect): boolean {
  if (kind === "address") return isIn(suspect.address, mask);
  return "nick" in suspect && matchesUser(mask, suspect);
}
