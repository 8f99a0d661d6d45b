/**
 * Passwords as both ends count them: SCRAM proves a password without sending it, so that client and server must prepare it
 * alike.
 *
 * Browser compatible.
 *
 * @module
 */

/**
 * The form in which a password counts, so that it is the same from every keyboard: SASLprep without its tables of Unicode
 * 3.2 (https://datatracker.ietf.org/doc/html/rfc4013#section-2).
 *
 * @example
 * ```ts
 * import { preparePassword } from "./password.ts";
 * import { assertEquals } from "@std/assert";
 *
 * // The examples of https://datatracker.ietf.org/doc/html/rfc4013#section-3
 * assertEquals(preparePassword("I\u00adX"), "IX");
 * assertEquals(preparePassword("\u00aa"), "a");
 * assertEquals(preparePassword("\u2168"), "IX");
 * ```
 */
export function preparePassword(password: string): string {
  return password.replace(/\p{Zs}/gu, " ").replace(
    /[\u00ad\u034f\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/g,
    "",
  )
    .normalize("NFKC");
}
