/**
 * Strict transport security: what a server asks for that wants to be spoken to over TLS.
 *
 * https://ircv3.net/specs/extensions/sts. Browser compatible.
 *
 * @module
 */

/** What the value of the capability says. */
export interface Sts {
  /** Where the server takes TLS; counts on a connection that is not encrypted. */
  readonly port?: number;
  /** For how many seconds nothing but TLS shall be used; counts on a connection that is encrypted. 0 takes it back. */
  readonly duration?: number;
}

/**
 * Reads the value of the capability. Keys that make no sense, or that are there twice, count as absent.
 *
 * @example
 * ```ts
 * import { parseSts } from "./sts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseSts("port=6697,duration=300,preload"), { port: 6697, duration: 300 });
 * assertEquals(parseSts("port=0,duration=-1"), {});
 * ```
 */
export function parseSts(value: string): Sts {
  const port = numberOf(value, "port");
  const duration = numberOf(value, "duration");
  return {
    ...(port !== undefined && port >= 1 && port <= 65_535 && { port }),
    ...(duration !== undefined && { duration }),
  };
}

// "Keys specified in this document MUST only occur at most once."
function numberOf(value: string, key: string): number | undefined {
  const found = value.split(",").filter((token) => token.split("=", 1)[0] === key);
  const [, digits] = /^[^=]+=(\d{1,10})$/.exec(found[0] ?? "") ?? [];
  return found.length === 1 && digits !== undefined ? Number(digits) : undefined;
}
