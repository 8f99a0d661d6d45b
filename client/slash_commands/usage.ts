/**
 * The usage of a slash command, read: what may stand at each place. The words in capitals are kinds, such as `NICK`; those in
 * small letters stand for themselves.
 *
 * Pure. What there is of each kind is for completion to know.
 *
 * @module
 */

/** One word of a usage. */
interface Slot {
  /** What may stand there: kinds, words, and words that a kind follows, such as `from:NICK`. */
  readonly kinds: readonly string[];
  readonly repeats: boolean;
  /** The place behind the brackets that begin here, which may be left out as a whole. */
  readonly behind?: number;
}

/** Kinds that are many words. */
const TEXTS: ReadonlySet<string> = new Set(["TEXT", "WORDS", "REASON", "LINE", "TOPIC"]);

/**
 * What the word of a number, from 0, may be.
 *
 * @example
 * ```ts
 * import { kindsAt } from "./usage.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(kindsAt("NICK [CHANNEL]", 1), ["CHANNEL"]);
 * assertEquals(kindsAt("[TARGET] all|mute", 0), ["TARGET", "all", "mute"]);
 * assertEquals(kindsAt("[NAME VALUE]", 0), ["NAME"]);
 * assertEquals(kindsAt("NICK...", 7), ["NICK"]);
 * ```
 */
export function kindsAt(usage: string, index: number): string[] {
  const slots = readUsage(usage);
  let places = reach(slots, [0]);
  for (let word = 0; word < index; word++) {
    places = reach(slots, places.flatMap((at) => slots[at]?.repeats ? [at, at + 1] : [at + 1]));
  }
  return places.flatMap((at) => slots[at]?.kinds ?? []);
}

/** These places, and those behind them where what stands between may be left out. */
function reach(slots: readonly Slot[], from: readonly number[]): number[] {
  const places = new Set<number>();
  for (const place of from) {
    for (let at: number | undefined = place; at !== undefined; at = slots[at]?.behind) places.add(at);
  }
  return [...places].sort((a, b) => a - b);
}

function readUsage(usage: string): Slot[] {
  const words = usage.split(" ").filter((word) => word !== "");
  return words.map((word, at) => {
    const kinds = word.replace(/^\[|(?:\.\.\.)?\]?$/g, "").split("|");
    const repeats = word.includes("...") || kinds.some((kind) => TEXTS.has(kind));
    const end = word.startsWith("[") ? words.findIndex((other, i) => i >= at && other.endsWith("]")) : -1;
    return { kinds, repeats, ...(end >= 0 && { behind: end + 1 }) };
  });
}
