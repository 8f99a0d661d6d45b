/**
 * Addresses and networks: what belongs together, what is near, what a CIDR means. Pure.
 *
 * @module
 */

import { networkOf } from "./cloak.ts";

/**
 * An address as it is compared everywhere: IPv4 that comes as IPv6 is IPv4, and IPv6 has no zone.
 *
 * @example
 * ```ts
 * import { plainAddress } from "./network.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainAddress("::ffff:192.0.2.1"), "192.0.2.1");
 * assertEquals(plainAddress("fe80::1%eth0"), "fe80::1");
 * ```
 */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "").replace(/%.*$/, "");
}

/** What counts as one address: of IPv6 a network of 64 bits, which is what one household has. */
export function groupOf(address: string): string {
  return address.includes(":") ? networkOf(address) : address;
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  return address === "::1" || LOOPBACK.test(address);
}

const LOOPBACK = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/** Networks that no router of the internet leads to. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"];

/** Whether an address is of this machine or of a private network. */
export function isPrivate(address: string): boolean {
  return isLoopback(address) || PRIVATE.some((network) => isIn(address, network));
}

/**
 * Whether an address lies in a network, which is an address or a CIDR.
 *
 * @example
 * ```ts
 * import { isIn } from "./network.ts";
 * import { assert, assertFalse } from "@std/assert";
 *
 * assert(isIn("192.0.2.77", "192.0.2.0/24"));
 * assert(isIn("2001:db8:0:1::9", "2001:db8::/32"));
 * assertFalse(isIn("192.0.3.1", "192.0.2.0/24"));
 * ```
 */
export function isIn(address: string, network: string): boolean {
  const range = parseNetwork(network);
  const bits = parseBits(address);
  if (range === undefined || bits === undefined || bits.length !== range.bits.length) return false;
  return bits.startsWith(range.bits.slice(0, range.length));
}

/**
 * A network in its one spelling: `192.0.2.7/24` is `192.0.2.0/24`. `undefined` if it is none.
 *
 * @example
 * ```ts
 * import { formatNetwork } from "./network.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatNetwork("192.0.2.7/24"), "192.0.2.0/24");
 * assertEquals(formatNetwork("2001:DB8:0::1/32"), "2001:db8:0:0:0:0:0:0/32");
 * assertEquals(formatNetwork("192.0.2.7"), "192.0.2.7");
 * assertEquals(formatNetwork("example"), undefined);
 * ```
 */
export function formatNetwork(text: string): string | undefined {
  const range = parseNetwork(text);
  if (range === undefined) return undefined;
  const { bits, length } = range;
  const masked = bits.slice(0, length).padEnd(bits.length, "0");
  const four = bits.length === 32;
  const parts = masked.match(four ? /.{8}/g : /.{16}/g)!.map((part) => parseInt(part, 2));
  const address = four ? parts.join(".") : parts.map((part) => part.toString(16)).join(":");
  return length === bits.length ? address : `${address}/${length}`;
}

interface Range {
  /** The digits of the address in base 2. */
  readonly bits: string;
  /** How many of them count. */
  readonly length: number;
}

function parseNetwork(text: string): Range | undefined {
  const [, address, size] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const bits = address === undefined ? undefined : parseBits(plainAddress(address));
  if (bits === undefined) return undefined;
  const length = size === undefined ? bits.length : Number(size);
  return length > bits.length ? undefined : { bits, length };
}

function parseBits(address: string): string | undefined {
  return address.includes(":") ? parseSix(address) : parseFour(address);
}

function parseFour(address: string): string | undefined {
  const parts = address.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map((part) => Number(part).toString(2).padStart(8, "0")).join("");
}

function parseSix(address: string): string | undefined {
  const halves = address.split("::");
  if (halves.length > 2) return undefined;
  const [left, right = []] = halves.map((half) => half === "" ? [] : half.split(":")) as [string[], string[]?];
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...left, ...Array<string>(missing).fill("0"), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}
