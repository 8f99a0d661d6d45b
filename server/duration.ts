/**
 * Spans of time as people write them: `30s`, `15m`, `12h`, `7d`, `2w`. Pure.
 *
 * @module
 */

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Longest span that is taken: a hundred years. */
const LONGEST = 100 * 365 * UNITS.d!;

/**
 * The milliseconds of a span; `undefined` if it is none.
 *
 * @example
 * ```ts
 * import { parseDuration } from "./duration.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseDuration("7d"), 604_800_000);
 * assertEquals(parseDuration("1d12h"), 129_600_000);
 * assertEquals(parseDuration("soon"), undefined);
 * ```
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d{1,9}[smhdw])+$/i.test(text)) return undefined;
  const parts = text.toLowerCase().match(/\d+[smhdw]/g)!;
  const sum = parts.reduce((total, part) => total + Number(part.slice(0, -1)) * UNITS[part.at(-1)!]!, 0);
  return sum > 0 && sum <= LONGEST ? sum : undefined;
}

/**
 * A span in its two largest units.
 *
 * @example
 * ```ts
 * import { formatDuration } from "./duration.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatDuration(129_600_000), "1d12h");
 * assertEquals(formatDuration(400), "1s");
 * ```
 */
export function formatDuration(milliseconds: number): string {
  let rest = Math.max(1000, milliseconds);
  const parts: string[] = [];
  for (const unit of ["w", "d", "h", "m", "s"]) {
    const count = Math.floor(rest / UNITS[unit]!);
    rest -= count * UNITS[unit]!;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join("");
}
