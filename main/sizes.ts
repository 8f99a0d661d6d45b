/**
 * Sizes in bytes, as a person writes and reads them.
 *
 * @module
 */

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1 << 10, M: 1 << 20, G: 1 << 30, T: 2 ** 40 };

/**
 * Bytes of a size such as `500M` or `4G`; `undefined` if it is none.
 *
 * @example
 * ```ts
 * import { parseSize } from "./sizes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseSize("4G"), 4 * 1024 ** 3);
 * assertEquals(parseSize("1.5mb"), 1_572_864);
 * assertEquals(parseSize("much"), undefined);
 * ```
 */
export function parseSize(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,3})?) ?([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  return number === undefined ? undefined : Math.floor(Number(number) * UNITS[unit!.toUpperCase()]!);
}

/**
 * A number of bytes for a person.
 *
 * @example
 * ```ts
 * import { formatSize } from "./sizes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([formatSize(12), formatSize(1536), formatSize(4 * 1024 ** 3)], ["12 B", "1.5 KB", "4.0 GB"]);
 * ```
 */
export function formatSize(bytes: number): string {
  const [unit, size] = Object.entries(UNITS).findLast(([, size]) => bytes >= size) ?? ["", 1];
  return unit === "" ? `${bytes} B` : `${(bytes / size).toFixed(1)} ${unit}B`;
}
