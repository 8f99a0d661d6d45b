/**
 * Where to go: what a person may write for a server.
 *
 * `host`, `host:port`, `[::1]:6667`, `irc://host/#channel`, `ircs://host:6697#<fingerprint>`, and an invitation,
 * `ircs://host:6697/#channel?invite=<token>#<fingerprint>`. Browser compatible.
 *
 * @module
 */

/** A server and how to reach it. */
export interface Address {
  readonly host: string;
  /** Absent where the person named none: then TLS is tried first. */
  readonly port?: number;
  /** `true` for `ircs://`, `false` for `irc://`, absent where the person did not say. */
  readonly tls?: boolean;
  /** SHA-256 of the certificate that the server must show, in lower case without colons. */
  readonly fingerprint?: string;
  /** What an invitation carries. */
  readonly invite?: string;
  /** Channels that the address names. */
  readonly channels: readonly string[];
}

/** The port that plain IRC lives on. */
export const PLAIN_PORT = 6667;
/** The port that IRC over TLS lives on. */
export const TLS_PORT = 6697;

const FINGERPRINT = /^(?:sha256[:=])?((?:[0-9a-f]{2}:?){31}[0-9a-f]{2})$/i;
// Taken for a channel's name, it would not be checked, and nobody would notice.
/** What a person must have meant as a fingerprint. */
const LIKE_FINGERPRINT = /^(?:sha256[:=].*|[0-9a-f:]{32,})$/is;

/**
 * Reads an address.
 *
 * @throws {SyntaxError} if it is none; the message names what is wrong.
 *
 * @example
 * ```ts
 * import { parseAddress } from "./address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseAddress("[::1]:7000"), { host: "::1", port: 7000, channels: [] });
 * assertEquals(parseAddress("ircs://chat.example/#tea,#中文"), {
 *   host: "chat.example",
 *   tls: true,
 *   channels: ["#tea", "#中文"],
 * });
 * ```
 */
export function parseAddress(text: string): Address {
  const [, scheme, rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(text.trim()) ?? [];
  const tls = tlsOf(text, scheme?.toLowerCase());
  const [, authority = "", path = ""] = /^([^/#?]*)(.*)$/s.exec(rest) ?? [];
  const place = parseAuthority(text, authority);
  const tail = path.startsWith("/") ? path.slice(1) : path;
  const last = tail.replace(/^.*#/s, "");
  const [, fingerprint] = FINGERPRINT.exec(last) ?? [];
  if (fingerprint === undefined && LIKE_FINGERPRINT.test(last)) {
    throw new SyntaxError(`Cannot read address "${text}": a fingerprint has 64 digits; was it copied whole?`);
  }
  const channels = fingerprint === undefined ? tail : tail.slice(0, tail.lastIndexOf("#"));
  return {
    ...place,
    ...(tls !== undefined && { tls }),
    ...(fingerprint !== undefined && { fingerprint: fingerprint.replaceAll(":", "").toLowerCase() }),
    ...inviteOf(channels),
    channels: parseChannels(channels),
  };
}

function inviteOf(tail: string): { invite?: string } {
  const [, invite] = /\?(?:.*&)?invite=([A-Za-z0-9_-]+)/.exec(tail) ?? [];
  return invite === undefined ? {} : { invite };
}

function tlsOf(text: string, scheme: string | undefined): boolean | undefined {
  if (scheme === undefined) return undefined;
  if (scheme === "irc" || scheme === "ircs") return scheme === "ircs";
  throw new SyntaxError(`Cannot read address "${text}": it begins with ${scheme}://, not with irc:// or ircs://`);
}

function parseAuthority(text: string, authority: string): { host: string; port?: number } {
  const withoutUser = authority.slice(authority.lastIndexOf("@") + 1);
  const colons = withoutUser.split(":").length - 1;
  // An IPv6 address without brackets has no port.
  const match = colons > 1 && !withoutUser.startsWith("[")
    ? [withoutUser, withoutUser]
    : /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(.*))?$/.exec(withoutUser);
  const host = match?.[1] ?? match?.[2] ?? "";
  if (match === null || host === "" || /\s/.test(host)) {
    throw new SyntaxError(`Cannot read address "${text}": it has no host`);
  }
  const port = match[3];
  if (port === undefined) return { host };
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw new SyntaxError(`Cannot read address "${text}": "${port}" is no port, which is a number from 1 to 65535`);
  }
  return { host, port: Number(port) };
}

function parseChannels(text: string): string[] {
  const [names = ""] = text.split("?");
  return names.split(",").filter((name) => name !== "").map((name) => {
    const decoded = decode(name);
    return /^[#&+!]/.test(decoded) ? decoded : `#${decoded}`;
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * An address as a person would write it.
 *
 * @example
 * ```ts
 * import { formatAddress } from "./address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatAddress({ host: "::1", port: 6697, tls: true, channels: [] }), "ircs://[::1]:6697");
 * ```
 */
export function formatAddress(address: Address): string {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  const scheme = address.tls === undefined ? "" : address.tls ? "ircs://" : "irc://";
  const port = address.port === undefined ? "" : `:${address.port}`;
  return scheme + host + port + (address.fingerprint === undefined ? "" : `#${address.fingerprint}`);
}
