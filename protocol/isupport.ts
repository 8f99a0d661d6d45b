/**
 * ISUPPORT tokens: what a server says of itself in 005, written and read.
 *
 * https://modern.ircdocs.horse/#rplisupport-005. Browser compatible. Which tokens there are is for the server to say.
 *
 * @module
 */

/** Tokens by name; `""` for one without a value. */
export type Isupport = ReadonlyMap<string, string>;

// "As the maximum number of message parameters to any reply is 15, the maximum number of RPL_ISUPPORT tokens that can be
// advertised is 13.": https://modern.ircdocs.horse/#rplisupport-005
const MAX_TOKENS = 13;

// Room for the server's name, the nick and the text at the end in a message of 510 bytes.
const MAX_BYTES = 380;

/**
 * Tokens in groups, each of which fits one 005.
 *
 * @example
 * ```ts
 * import { formatIsupport } from "./isupport.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatIsupport(new Map([["NICKLEN", "32"], ["SAFERATE", ""]])), [["NICKLEN=32", "SAFERATE"]]);
 * ```
 */
export function formatIsupport(tokens: Isupport): string[][] {
  const groups: string[][] = [];
  let bytes = 0;
  for (const [name, value] of tokens) {
    const token = value === "" ? name : `${name}=${escapeValue(value)}`;
    const last = groups.at(-1);
    if (last !== undefined && last.length < MAX_TOKENS && bytes + token.length < MAX_BYTES) {
      last.push(token);
      bytes += token.length + 1;
    } else {
      groups.push([token]);
      bytes = token.length + 1;
    }
  }
  return groups;
}

/**
 * Takes the tokens of one 005 into what was known before; `-NAME` takes one back.
 *
 * @example
 * ```ts
 * import { readIsupport } from "./isupport.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const known = new Map([["MODES", "4"]]);
 * readIsupport(known, ["NETWORK=Our\\x20house", "-MODES"]);
 * assertEquals(known, new Map([["NETWORK", "Our house"]]));
 * ```
 */
export function readIsupport(known: Map<string, string>, tokens: readonly string[]): void {
  for (const token of tokens) {
    const equals = token.indexOf("=");
    if (token.startsWith("-")) known.delete(token.slice(1));
    else if (equals < 0) known.set(token, "");
    else known.set(token.slice(0, equals), unescapeValue(token.slice(equals + 1)));
  }
}

// "The value MAY contain escape sequences: \x20 for the space character (" ", 0x20), \x5C for the backslash character":
// https://modern.ircdocs.horse/#rplisupport-005
function escapeValue(value: string): string {
  return value.replace(/[\\ ]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`);
}

function unescapeValue(value: string): string {
  return value.replace(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
