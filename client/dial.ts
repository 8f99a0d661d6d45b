/**
 * Dialling: from an address to a wire that leads to the right server, encrypted wherever that is possible.
 *
 * Who is met for the first time is trusted and remembered ({@linkcode KnownHosts}); who was met before must show the same
 * certificate, and is never spoken to in plain text again. Nothing is sent to a server before it is known to be the right
 * one.
 *
 * @module
 */

import type { PeerCertificate, TLSSocket } from "node:tls";
import { type NodeSocket, nodeWire } from "../protocol/connection_node.ts";
import type { Wire } from "../protocol/connection.ts";
import { type Address, formatAddress, PLAIN_PORT, TLS_PORT } from "./address.ts";
import { type KnownHosts, type KnownKey, knownKey } from "./known_hosts.ts";
import type { StrictTransport } from "./strict_transport.ts";

/** A wire to a server, and what is known of it. */
export interface Dialled {
  readonly wire: Wire;
  readonly encrypted: boolean;
  /** SHA-256 of the certificate by which the server is recognised, unless an authority vouches for it. */
  readonly fingerprint?: string;
  /** The port at which the server takes TLS, where it is encrypted. */
  readonly port?: number;
}

/** What dialling needs besides the address. */
export interface DialOptions {
  readonly known: KnownHosts;
  /** Hosts that asked for TLS; none unless told. */
  readonly strict?: StrictTransport;
  /** The port at which the host has just asked, in plain text, to be spoken to over TLS. */
  readonly upgrade?: number | undefined;
  /** Takes one line that a person should read, and what is enough of it where `/fingerprint` can be asked. */
  readonly note: (line: string, brief?: string) => void;
  /** How long a connection and its handshake may take, in milliseconds; shorter where plain text may do. */
  readonly patience?: number;
  /** Where servers are looked for that come without a port. */
  readonly ports?: { readonly tls: number; readonly plain: number };
}

/** Why a server is not to be trusted. The message explains it in several lines. */
export class DistrustError extends Error {
  override readonly name = "DistrustError";
}

/** How long a connection or its handshake may take, in milliseconds. */
const PATIENCE = 15_000;
/** How long TLS is waited for where plain text may do, in milliseconds. */
const SHORT_PATIENCE = 4_000;

/**
 * Connects to a server.
 *
 * @throws {DistrustError} if it is not, or may not be, the server that it should be.
 */
export async function dial(address: Address, options: DialOptions): Promise<Dialled> {
  await options.known.read();
  await options.strict?.read();
  const { host, port, tls, fingerprint } = address;
  const demanded = options.upgrade ?? options.strict?.find(host)?.port;
  if (demanded !== undefined && tls !== true && fingerprint === undefined) {
    return await dialStrict(address, demanded, options);
  }
  const met = options.known.encryptedPort(host);
  const { patience = PATIENCE, ports = { tls: TLS_PORT, plain: PLAIN_PORT } } = options;
  if (tls === true || fingerprint !== undefined || wantsTls(address, options.known)) {
    return await dialTls(address, port ?? met ?? ports.tls, options, patience);
  }
  if (port === undefined && tls === undefined) {
    try {
      return await dialTls(address, met ?? ports.tls, options, met === undefined ? SHORT_PATIENCE : patience);
    } catch (error) {
      if (met !== undefined || !isNobody(error)) throw error;
      const dialled = await dialPlain(host, ports.plain);
      options.note(`Nobody speaks TLS at ${host}: this connection is not encrypted.`);
      return dialled;
    }
  }
  if (met !== undefined) throw new DistrustError(plainRefusal(address, met, options.known));
  return await dialPlain(host, port ?? ports.plain);
}

/** Whether an address with a port and without a scheme means TLS. */
function wantsTls({ host, port, tls }: Address, known: KnownHosts): boolean {
  if (port === undefined || tls !== undefined) return false;
  return port === TLS_PORT || known.find(host, port) !== undefined;
}

// "Clients MUST use sufficient certificate verification to ensure the connection is secure without any errors.", so nobody is
// trusted here because it is their first time. https://ircv3.net/specs/extensions/sts#description
/** Connects to a host that asked for TLS, wherever the address leads: over TLS to who is known or vouched for, or not at all. */
async function dialStrict(address: Address, port: number, options: DialOptions): Promise<Dialled> {
  const { host } = address;
  const { known, patience = PATIENCE } = options;
  if (known.find(host, port) !== undefined) return await dialTls(address, port, options, patience);
  const vouched = await tryVouched(host, port);
  if (vouched === undefined) throw new DistrustError(strictRefusal(address, port));
  await known.remember(host, port, { by: "authority" });
  return vouched;
}

async function dialPlain(host: string, port: number): Promise<Dialled> {
  const wire = await Deno.connect({ hostname: host, port });
  wire.setNoDelay(true);
  return { wire, encrypted: false };
}

async function dialTls(address: Address, port: number, options: DialOptions, patience: number): Promise<Dialled> {
  const { host, fingerprint } = address;
  const { known } = options;
  const met = known.find(host, port);
  if (met?.by === "key") return await dialMet(address, port, met, options, patience);
  if (met?.by === "authority" && fingerprint === undefined) return await dialVouched(host, port, known);
  const shown = await lookAt(host, port, patience);
  if (fingerprint !== undefined) {
    if (shown.key.fingerprint !== fingerprint) throw new DistrustError(strangerRefusal(address, port, shown.key));
    return await dialAndRemember(address, port, shown.key, options, patience);
  }
  const vouched = shown.selfSigned ? undefined : await tryVouched(host, port);
  if (vouched === undefined) return await dialAndRemember(address, port, shown.key, options, patience);
  await known.remember(host, port, { by: "authority" });
  return vouched;
}

/** A server that was met before must show the certificate that it showed then. */
async function dialMet(
  address: Address,
  port: number,
  met: KnownKey,
  { known }: DialOptions,
  patience: number,
): Promise<Dialled> {
  const { host, fingerprint } = address;
  if (fingerprint !== undefined && fingerprint !== met.fingerprint) {
    throw new DistrustError(changedRefusal(address, port, met.fingerprint, fingerprint, known, "address"));
  }
  try {
    return await dialKey(host, port, met, patience);
  } catch (error) {
    if (isNobody(error)) throw error;
    const shown = await lookAt(host, port, patience);
    if (shown.key.fingerprint === met.fingerprint) throw error;
    throw new DistrustError(changedRefusal(address, port, met.fingerprint, shown.key.fingerprint, known, "server"));
  }
}

async function dialAndRemember(
  { host, fingerprint }: Address,
  port: number,
  key: KnownKey,
  { known, note }: DialOptions,
  patience: number,
): Promise<Dialled> {
  const dialled = await dialKey(host, port, key, patience);
  try {
    await known.remember(host, port, key);
  } catch (error) {
    dialled.wire.close();
    throw error;
  }
  if (fingerprint === undefined) {
    const met = known.lasts
      ? `First time at ${host}: from now on it is recognised.`
      : `First time at ${host}, as every time: without HOME nothing is remembered.`;
    note(
      `${met} To be sure that it is the right one, compare with what its owner says: ${key.fingerprint}`,
      `${met} To be sure it is the right one: /fingerprint`,
    );
  }
  return dialled;
}

interface Shown {
  readonly key: KnownKey;
  /** Whether nobody but itself vouches for it. */
  readonly selfSigned: boolean;
}

/** Sees which certificate a server shows. Nothing is said to it: whether the certificate is its own is not proved yet. */
async function lookAt(host: string, port: number, patience: number): Promise<Shown> {
  const socket = await handshake({ host, port, rejectUnauthorized: false }, patience);
  const { raw, subject, issuer } = certificateOf(socket);
  socket.destroy();
  if (raw === undefined || raw.length === 0) {
    throw new DistrustError(`${host}:${port} shows no certificate: it does not speak TLS there.`);
  }
  return { key: await knownKey(raw), selfSigned: JSON.stringify(subject) === JSON.stringify(issuer) };
}

// `rejectUnauthorized: false` would not do here: older runtimes then let a server pass that shows the right certificate
// and does not have its key. As its own authority the certificate is checked like any other, and so is the signature.
/** Connects to who shows one certificate and proves that it is its own. */
async function dialKey(host: string, port: number, key: KnownKey, patience: number): Promise<Dialled> {
  const trusted = { ca: [key.certificate], checkServerIdentity: () => undefined };
  const socket = await handshake({ host, port, ...trusted }, patience);
  const { raw } = certificateOf(socket);
  if (raw === undefined || (await knownKey(raw)).fingerprint !== key.fingerprint) {
    socket.destroy();
    throw new DistrustError(`${host} shows another certificate than a moment ago. Nothing was sent to it.`);
  }
  socket.setNoDelay(true);
  return { wire: nodeWire(socket as NodeSocket), encrypted: true, port, fingerprint: key.fingerprint };
}

/** Runtimes before 2.9 have none, and no error either, where the other end speaks no TLS. */
function certificateOf(socket: TLSSocket): Partial<PeerCertificate> {
  return (socket.getPeerCertificate() as PeerCertificate | null) ?? {};
}

/** Finishes a handshake and hands over a socket that nothing was written to. */
async function handshake(
  options: { host: string; port: number; [option: string]: unknown },
  patience: number,
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // An address is no name: https://datatracker.ietf.org/doc/html/rfc6066#section-3
  const named = /^[\d.]+$|:/.test(options.host) ? {} : { servername: options.host };
  // Loaded only by those who need it, because it costs ten megabytes and a tenth of a second at every start.
  const { connect } = await import("node:tls");
  const socket = connect({ ...named, ...options });
  const timer = setTimeout(() => reject(new Deno.errors.TimedOut("no answer (timed out)")), patience);
  socket.once("secureConnect", () => resolve());
  socket.once("close", () => reject(new Error("The server ended the handshake")));
  socket.on("error", reject);
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A server that an authority vouches for, or `undefined`. */
async function tryVouched(host: string, port: number): Promise<Dialled | undefined> {
  try {
    return await dialAuthority(host, port);
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData || error instanceof Deno.errors.UnexpectedEof) return undefined;
    throw error;
  }
}

async function dialVouched(host: string, port: number, known: KnownHosts): Promise<Dialled> {
  const dialled = await tryVouched(host, port);
  if (dialled !== undefined) return dialled;
  throw new DistrustError([
    `A public authority vouched for ${host}:${port} before, and none does now.`,
    "Somebody may stand between you and the server, or its certificate has run out. Nothing was sent.",
    `If its owner says that this is right, ${known.howToForget(host, port)}.`,
  ].join("\n"));
}

async function dialAuthority(host: string, port: number): Promise<Dialled> {
  const wire = await Deno.connectTls({ hostname: host, port });
  try {
    await wire.handshake();
  } catch (error) {
    wire.close();
    throw error;
  }
  return { wire, encrypted: true, port };
}

/** Whether nobody answers there, as against somebody who answers wrongly. */
function isNobody(error: unknown): boolean {
  if (error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.TimedOut) return true;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ECONNREFUSED" || code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH";
}

function plainRefusal({ host }: Address, port: number, known: KnownHosts): string {
  return [
    `${host} was reached over TLS before, so it is not spoken to in plain text. Nothing was sent.`,
    `Join it encrypted: chat join ${formatAddress({ host, port, tls: true, channels: [] })}`,
    `If it has no TLS any more, and its owner says so, ${known.howToForget(host, port)}.`,
  ].join("\n");
}

function strictRefusal({ host }: Address, port: number): string {
  return [
    `${host} asks to be spoken to over TLS only, at port ${port}, and no authority vouches for who answers there.`,
    "Somebody may stand between you and the server. Your name, your passwords and your words were not sent.",
    `If its owner tells you the fingerprint of its key: chat join ${
      formatAddress({ host, port, tls: true, channels: [] })
    }#FINGERPRINT`,
  ].join("\n");
}

function strangerRefusal(address: Address, port: number, shown: KnownKey): string {
  return [
    `The server at ${address.host}:${port} is not the one that the address means. Nothing was sent.`,
    `  the address says     ${address.fingerprint}`,
    `  the server shows     ${shown.fingerprint}`,
    "Somebody may stand between you and the server, or the address is old: ask who gave it to you.",
  ].join("\n");
}

function changedRefusal(
  { host }: Address,
  port: number,
  before: string,
  now: string,
  known: KnownHosts,
  who: "server" | "address",
): string {
  const what = who === "server"
    ? "THE KEY OF THIS SERVER HAS CHANGED"
    : "THIS ADDRESS NAMES ANOTHER KEY THAN THE KNOWN ONE";
  return [
    `${what}: ${host}:${port}. Nothing was sent.`,
    `  known before         ${before}`,
    `  the ${who.padEnd(7)} says     ${now}`,
    "Somebody may stand between you and the server; or its owner has made a new key: ask them, not over this connection.",
    `If they say that this is right, ${known.howToForget(host, port)}`,
    `or join with --new-key: chat join ircs://${host.includes(":") ? `[${host}]` : host}:${port}#${now} --new-key`,
  ].join("\n");
}
