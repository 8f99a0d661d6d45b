/**
 * Names as the server at hand compares them.
 *
 * Our own server announces one rule; others announce theirs in `CASEMAPPING`, and until they do, `rfc1459` holds.
 *
 * @module
 */

import { casefold } from "../../protocol/casemapping.ts";

/** What an event may name. */
const NAMING = ["channel", "target", "from", "to", "nick"] as const;

/**
 * Whether an event names what cannot be named, as only a server that is broken or hostile would lead to: nothing could be
 * said to it in return.
 *
 * @example
 * ```ts
 * import { namesNobody } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(namesNobody({ channel: "no such name" }), true);
 * assertEquals(namesNobody({ channel: "#tea" }), false);
 * ```
 */
export function namesNobody(event: object): boolean {
  for (const name of NAMING) {
    const value: unknown = name in event ? event[name as keyof typeof event] : undefined;
    if (typeof value === "string" && (value.startsWith(":") || /[\s,]/.test(value))) return true;
  }
  return false;
}

/**
 * How to sort these names as people expect it. Only names beyond ASCII need the runtime's tables of all scripts, which are
 * 1.5 MB and loaded when they are first asked for.
 *
 * @example
 * ```ts
 * import { nameOrder } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const names = ["ben", "Cleo", "ann"];
 * assertEquals(names.sort(nameOrder(names)), ["ann", "ben", "Cleo"]);
 *
 * const accented = ["fay", "Émile", "eva"];
 * assertEquals(accented.sort(nameOrder(accented)), ["Émile", "eva", "fay"]);
 * ```
 */
export function nameOrder(names: readonly string[]): (a: string, b: string) => number {
  if (names.every((name) => ASCII.test(name))) return (a, b) => compare(a.toLowerCase(), b.toLowerCase());
  return (collator ??= new Intl.Collator()).compare;
}

const ASCII = /^[ -~]*$/;
let collator: Intl.Collator | undefined;

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Gives the form in which names are compared. */
export type Fold = (name: string) => string;

/**
 * The rule behind a value of the CASEMAPPING token: https://modern.ircdocs.horse/#casemapping-parameter.
 *
 * @example
 * ```ts
 * import { foldFor } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(foldFor("rfc1459")("Ann[1]"), "ann{1}");
 * assertEquals(foldFor("ascii")("Ann[1]"), "ann[1]");
 * ```
 */
export function foldFor(casemapping: string): Fold {
  switch (casemapping) {
    case "ascii":
      return lowerAscii;
    case "rfc1459":
      return (name) => lowerAscii(name).replace(/[[\]\\^]/g, (c) => RFC1459[c]!);
    case "rfc1459-strict":
    case "strict-rfc1459":
      return (name) => lowerAscii(name).replace(/[[\]\\]/g, (c) => RFC1459[c]!);
    default:
      return casefold;
  }
}

const RFC1459: Readonly<Record<string, string>> = { "[": "{", "]": "}", "\\": "|", "^": "~" };

function lowerAscii(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A map whose keys are names, compared by a rule that may be announced late. */
export class NameMap<V> {
  #fold: Fold;
  #entries = new Map<string, { name: string; value: V }>();

  constructor(fold: Fold) {
    this.#fold = fold;
  }

  get size(): number {
    return this.#entries.size;
  }
  get(name: string): V | undefined {
    return this.#entries.get(this.#fold(name))?.value;
  }
  has(name: string): boolean {
    return this.#entries.has(this.#fold(name));
  }
  set(name: string, value: V): void {
    this.#entries.set(this.#fold(name), { name, value });
  }
  delete(name: string): boolean {
    return this.#entries.delete(this.#fold(name));
  }
  clear(): void {
    this.#entries.clear();
  }
  /** Names as they were set, in order of insertion. */
  names(): string[] {
    return [...this.#entries.values()].map((entry) => entry.name);
  }
  values(): V[] {
    return [...this.#entries.values()].map((entry) => entry.value);
  }
  /** Compares by another rule from now on. */
  refold(fold: Fold): void {
    const entries = [...this.#entries.values()];
    this.#fold = fold;
    this.#entries = new Map(entries.map((entry) => [fold(entry.name), entry]));
  }
}
