/**
 * Which server is trusted to be itself: by its certificate, as on the first visit, as the address says, or because a public
 * authority vouches for it.
 *
 * Pure: what is remembered is handed in and handed back. A host of which a key is known is never spoken to in plain text.
 *
 * @module
 */

import { type Address, PLAIN_PORT, TLS_PORT } from "./address.ts";

/** By `host:port`: the SHA-256 of the certificate in 64 hexadecimal digits, or that an authority vouched for it. */
export type KnownHosts = Record<string, string>;

/** Stands in the place of a fingerprint where an authority vouched for the certificate. */
export const AUTHORITY = "authority";

/** The server is not, or may not be, who it should be. Nothing was sent to it. */
export class TrustError extends Error {
  override readonly name = "TrustError";
}

/** One way to reach a server. */
export interface Door {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** The name under which a server is known. */
export function knownAs({ host, port }: { host: string; port: number }): string {
  return `${host.toLowerCase()}:${port}`;
}

/** Whether a host is this machine, where nobody stands between. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1)$/i.test(host);
}

/**
 * The ways to reach an address, in the order in which they are tried. Where no port is named TLS is tried first.
 *
 * @throws {TrustError} if the address asks for plain text of a host whose key is known.
 *
 * @example
 * ```ts
 * import { doorsOf } from "./known_hosts.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const tls = { host: "tea.example", port: 6697, tls: true };
 * const plain = { host: "tea.example", port: 6667, tls: false };
 * assertEquals(doorsOf({ host: "tea.example", channels: [] }, {}), [tls, plain]);
 * assertEquals(doorsOf({ host: "tea.example", channels: [] }, { "tea.example:6697": "ab" }), [tls]);
 * assertThrows(() => doorsOf({ host: "tea.example", tls: false, channels: [] }, { "tea.example:6697": "ab" }));
 * ```
 */
export function doorsOf({ host, port, tls, fingerprint }: Address, known: KnownHosts): Door[] {
  const keyed = Object.keys(known).some((name) => name.startsWith(`${host.toLowerCase()}:`));
  const encrypt = tls ?? (fingerprint !== undefined || port === TLS_PORT ? true : undefined);
  const named = port === undefined ? undefined : known[knownAs({ host, port })];
  if (encrypt === true || named !== undefined) return [{ host, port: port ?? TLS_PORT, tls: true }];
  const plain = { host, port: port ?? PLAIN_PORT, tls: false };
  if (encrypt === undefined && port === undefined) {
    const encrypted = { host, port: TLS_PORT, tls: true };
    return keyed ? [encrypted] : [encrypted, plain];
  }
  if (keyed && !isLoopback(host)) {
    throw new TrustError(
      `Cannot speak to ${host} in plain text: its key is known, so somebody may be listening in between`,
    );
  }
  return [plain];
}

/**
 * Decides about the certificate that a server shows, and gives what to remember of it, if anything.
 *
 * @param expected The fingerprint that the address names, if it names one: it counts more than what is remembered.
 * @throws {TrustError} if it is another than it should be.
 *
 * @example
 * ```ts
 * import { judge } from "./known_hosts.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const door = { host: "tea.example", port: 6697, tls: true };
 * assertEquals(judge(door, "ab", undefined, {}), "ab");
 * assertEquals(judge(door, "ab", undefined, { "tea.example:6697": "ab" }), undefined);
 * assertThrows(() => judge(door, "cd", undefined, { "tea.example:6697": "ab" }));
 * assertEquals(judge(door, "cd", "cd", { "tea.example:6697": "ab" }), "cd");
 * ```
 */
export function judge(door: Door, shown: string, expected: string | undefined, known: KnownHosts): string | undefined {
  const name = knownAs(door);
  if (expected !== undefined && expected !== shown) {
    throw new TrustError(
      `The server at ${name} is not the one of this address: its key is ${shown}, and the address says ${expected}. Nothing was sent`,
    );
  }
  const remembered = known[name];
  if (expected === undefined && remembered !== undefined && remembered !== shown) {
    const before = remembered === AUTHORITY ? "a public authority vouched for it before" : `it was ${remembered}`;
    throw new TrustError(
      `The key of ${name} has changed: it is ${shown}, and ${before}. Either the server was set up anew, or somebody stands ` +
        `in between. Nothing was sent. If you know that it is right: chat join ircs://${name}#${shown}`,
    );
  }
  return remembered === shown || isLoopback(door.host) ? undefined : shown;
}
