/**
 * Masks: which users a ban, an exception or an invitation means. Pure.
 *
 * @module
 */

import { matchesMask } from "../protocol/casemapping.ts";

/** What of a user a mask is compared with. */
export interface MaskedUser {
  readonly nick: string;
  readonly username: string;
  readonly address: string;
  /** `nick!username@host` as others see it. */
  readonly source: string;
  readonly account: string | undefined;
}

/**
 * Whether a mask of a list means a user: `nick!user@host` with `*` and `?`, or `a:` and an account
 * (https://ircv3.net/specs/extensions/account-extban).
 */
export function matchesUser(mask: string, user: MaskedUser): boolean {
  if (mask.startsWith("a:")) return user.account !== undefined && matchesMask(mask.slice(2), user.account);
  return matchesMask(mask, user.source) || matchesMask(mask, `${user.nick}!${user.username}@${user.address}`);
}

/**
 * A mask in full: what is missing is `*`.
 *
 * @example
 * ```ts
 * import { completeMask } from "./mask.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(completeMask("ann"), "ann!*@*");
 * assertEquals(completeMask("*@home.example"), "*!*@home.example");
 * assertEquals(completeMask("m:ann"), "m:ann!*@*");
 * ```
 */
export function completeMask(mask: string): string {
  if (mask.startsWith("a:")) return mask;
  if (mask.startsWith("m:")) return `m:${completeMask(mask.slice(2))}`;
  const at = mask.indexOf("@");
  const host = at < 0 ? "*" : mask.slice(at + 1) || "*";
  const rest = at < 0 ? mask : mask.slice(0, at);
  const bang = rest.indexOf("!");
  if (bang < 0) return at < 0 ? `${rest || "*"}!*@*` : `*!${rest || "*"}@${host}`;
  return `${rest.slice(0, bang) || "*"}!${rest.slice(bang + 1) || "*"}@${host}`;
}
