/**
 * Names: which two are the same, and which are allowed.
 *
 * One rule for nicks, channels and accounts, announced as `CASEMAPPING=rfc7613`: the UsernameCaseMapped profile of PRECIS
 * (RFC 8265, section 3.3, which replaced RFC 7613): full and half width forms are one, then lower case, then one way to
 * write accents. Names in any script are welcome; what cannot be seen (zero-width and bidirectional controls) is not.
 *
 * Browser compatible. Knows no users and no channels.
 *
 * @module
 */

/** The value of the `CASEMAPPING` token: https://modern.ircdocs.horse/#casemapping-parameter. */
export const CASEMAPPING = "rfc7613";

/** Most characters (code points) of a nick, announced as NICKLEN. */
export const MAX_NICK_LENGTH = 32;

/** Most characters (code points) of a channel's name with its `#`, announced as CHANNELLEN. */
export const MAX_CHANNEL_LENGTH = 64;

declare const folded: unique symbol;

/** A name in the form in which names are compared. Only {@linkcode casefold} makes one. */
export type Casefolded = string & { readonly [folded]: true };

/**
 * The form in which a name is compared.
 *
 * @example
 * ```ts
 * import { casefold } from "./casemapping.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(casefold("Ann"), casefold("ＡＮＮ"));
 * assertEquals(casefold("É"), casefold("e\u0301"));
 * ```
 */
export function casefold(name: string): Casefolded {
  if (ASCII.test(name)) return name.toLowerCase() as Casefolded;
  // Compatibility forms (NFKC) hold the width mapping of PRECIS; lowering may decompose again, hence the second pass.
  return name.normalize("NFKC").toLowerCase().normalize("NFKC") as Casefolded;
}

/**
 * Whether a nick is allowed: letters, marks and digits of any script and `[ ] \ ^ _ { | } - `` ` ``, not beginning with a
 * digit of ASCII or `-`, and not longer than {@linkcode MAX_NICK_LENGTH} characters.
 *
 * @example
 * ```ts
 * import { isNick } from "./casemapping.ts";
 * import { assert, assertFalse } from "@std/assert";
 *
 * assert(isNick("小明"));
 * assertFalse(isNick("ann ben"));
 * assertFalse(isNick("ann\u200b"));
 * ```
 */
export function isNick(name: string): boolean {
  return NICK.test(name) && [...name].length <= MAX_NICK_LENGTH && NICK.test(casefold(name));
}

/**
 * Whether a channel's name is allowed: `#`, then at least one character; no space, comma, control or invisible character;
 * not longer than {@linkcode MAX_CHANNEL_LENGTH} characters.
 *
 * @example
 * ```ts
 * import { isChannelName } from "./casemapping.ts";
 * import { assert, assertFalse } from "@std/assert";
 *
 * assert(isChannelName("#中文"));
 * assertFalse(isChannelName("lobby"));
 * ```
 */
export function isChannelName(name: string): boolean {
  return CHANNEL.test(name) && [...name].length <= MAX_CHANNEL_LENGTH && CHANNEL.test(casefold(name));
}

/** Whether a target is meant to be a channel (allowed or not) rather than a nick. */
export function looksLikeChannel(name: string): boolean {
  return name.startsWith("#");
}

/**
 * A map whose keys are names, compared casefolded. It keeps insertion order.
 *
 * @example
 * ```ts
 * import { CaseMap } from "./casemapping.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const seats = new CaseMap<number>();
 * seats.set("Ann", 1);
 * assertEquals(seats.get("ANN"), 1);
 * ```
 */
export class CaseMap<V> {
  readonly #entries = new Map<Casefolded, V>();

  /** Number of names. */
  get size(): number {
    return this.#entries.size;
  }
  /** The value under a name, or `undefined`. */
  get(name: string): V | undefined {
    // Mostly a name comes as it is kept: what is casefolded stays so when it is casefolded again.
    return this.#entries.get(name as Casefolded) ?? this.#entries.get(casefold(name));
  }
  /** Whether there is such a name. */
  has(name: string): boolean {
    return this.#entries.has(casefold(name));
  }
  /** Puts a value under a name. */
  set(name: string, value: V): void {
    this.#entries.set(casefold(name), value);
  }
  /** Takes a name away; `false` if it was not there. */
  delete(name: string): boolean {
    return this.#entries.delete(casefold(name));
  }
  /** The casefolded names. */
  keys(): MapIterator<Casefolded> {
    return this.#entries.keys();
  }
  /** The values. */
  values(): MapIterator<V> {
    return this.#entries.values();
  }
}

/**
 * Whether a text fits a mask in which `*` stands for any characters and `?` for one; names are compared casefolded.
 *
 * @example
 * ```ts
 * import { matchesMask } from "./casemapping.ts";
 * import { assert } from "@std/assert";
 *
 * assert(matchesMask("*!*@*.example", "Ann!ann@home.example"));
 * ```
 */
export function matchesMask(mask: string, text: string): boolean {
  return matchesFolded(casefold(mask), casefold(text));
}

/** Greedy matching with one step back, so that no mask takes longer than the product of the two lengths. */
function matchesFolded(mask: string, text: string): boolean {
  let m = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (mask[m] === "*") {
      star = m++;
      resume = t;
    } else if (m < mask.length && (mask[m] === "?" || mask[m] === text[t])) {
      m++;
      t++;
    } else if (star >= 0) {
      m = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (mask[m] === "*") m++;
  return m === mask.length;
}

// deno-lint-ignore no-control-regex -- the class is exactly the characters of ASCII
const ASCII = /^[\x00-\x7f]*$/;
// A mark alone or first would sit on whatever is printed before it; variation selectors and joiners cannot be seen.
const NICK = /^(?![0-9-]|\p{M})(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{Nd}\p{Nl}[\]\\^_{|}`-]+$/u;
const CHANNEL = /^#[^\s,\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]+$/u;
