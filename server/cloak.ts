/**
 * Cloaks: what others see instead of an address. One address has one cloak for as long as the secret is the same, and the
 * cloaks of one network end alike, so that bans still mean something.
 *
 * @module
 */

import { createHmac } from "node:crypto";

/**
 * The cloak of an address.
 *
 * @param secret Only with it can an address be tried against its cloak.
 *
 * @example
 * ```ts
 * import { cloakAddress } from "./cloak.ts";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * const [ann, ben] = ["192.0.2.1", "192.0.2.2"].map((address) => cloakAddress(address, "secret"));
 * assertNotEquals(ann, ben);
 * assertEquals(ann!.split(".")[1], ben!.split(".")[1]);
 * ```
 */
export function cloakAddress(address: string, secret: string): string {
  const parts = [address, networkOf(address)].map((text) => {
    return createHmac("sha256", secret).update(text).digest("hex").slice(0, 10);
  });
  return `${parts.join(".")}.hidden`;
}

/** The network of an address: of IPv6 its first 64 bits, of IPv4 its first 24. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address.split(".").slice(0, 3).join(".");
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter((part) => part !== "");
  const right = tail?.split(":").filter((part) => part !== "") ?? [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const all = [...left, ...Array<string>(Math.max(0, zeros)).fill("0"), ...right];
  return all.slice(0, 4).join(":");
}
