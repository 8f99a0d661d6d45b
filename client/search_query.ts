/**
 * What a person searches for, as the attributes of SEARCH.
 *
 * @module
 */

/** How many messages are asked for at once. */
export const FOUND_AT_ONCE = 50;

/**
 * Reads a query such as `tea from:ann in:#lobby after:2026-01-01`. Without `in:` it searches where we are.
 *
 * @returns The attributes, or what is wrong as a sentence.
 *
 * @example
 * ```ts
 * import { searchAttributes } from "./search_query.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   searchAttributes("green tea from:ann", "#lobby"),
 *   new Map([["from", "ann"], ["in", "#lobby"], ["text", "green tea"], ["limit", "50"]]),
 * );
 * assertEquals(searchAttributes("tea after:soon", ""), '"soon" is no date; write it as 2026-01-31.');
 * ```
 */
export function searchAttributes(query: string, here: string): Map<string, string> | string {
  const attributes = new Map<string, string>();
  const words: string[] = [];
  for (const word of query.split(/\s+/)) {
    const [, key = "", value = ""] = /^(from|in|before|after):(\S+)$/i.exec(word) ?? [];
    switch (key.toLowerCase()) {
      case "":
        words.push(word);
        break;
      case "before":
      case "after": {
        const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00` : value);
        if (Number.isNaN(time)) return `"${value}" is no date; write it as 2026-01-31.`;
        attributes.set(key.toLowerCase(), new Date(time).toISOString());
        break;
      }
      default:
        attributes.set(key.toLowerCase(), value);
    }
  }
  if (!attributes.has("in") && here !== "") attributes.set("in", here);
  const text = words.join(" ").trim();
  if (text !== "") attributes.set("text", text);
  return attributes.set("limit", `${FOUND_AT_ONCE}`);
}
