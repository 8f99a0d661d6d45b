/**
 * What the options about history may say: how long it is kept, how much of it, and since when it is wanted.
 *
 * Apart from the server, because the table of subcommands reads it at every start, also of those who only join.
 *
 * @module
 */

/** How long history is kept unless told, and how much of it: what a small machine holds for years. */
export const DEFAULT_RETENTION = "1825d";
export const DEFAULT_HISTORY_SIZE = "4G";

/** Bytes that history takes at least, with its indexes. */
export const LEAST_HISTORY_SIZE = 10 << 20;

/** What `--retention` says of history that is never too old. */
export const FOREVER = "forever";

/**
 * The moment of a date such as `2026-01-31` or `2026-01-31T12:00`, in milliseconds since 1970; by UTC.
 *
 * @example
 * ```ts
 * import { parseDate } from "./history_options.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseDate("1970-01-02"), 24 * 60 * 60 * 1000);
 * assertEquals(parseDate("yesterday"), undefined);
 * ```
 */
export function parseDate(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)?Z?$/.test(text)) return undefined;
  const time = Date.parse(text.length <= 11 || text.endsWith("Z") ? text : `${text.replace(" ", "T")}Z`);
  return Number.isNaN(time) ? undefined : time;
}
