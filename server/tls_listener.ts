/**
 * Listens for TLS through Node's interface, which can do what a server that strangers reach needs: it gives up a handshake
 * that is never finished together with its socket, shows another certificate without listening anew, and tells which
 * certificate a client has shown.
 *
 * @module
 */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { createServer, Server as TlsServer, type TLSSocket } from "node:tls";
import type { Wire } from "../protocol/connection.ts";
import { type NodeSocket, nodeWire } from "../protocol/connection_node.ts";
import { type Certificate, fingerprintOf } from "./certificate.ts";
import type { Remote } from "./client.ts";
import { plainAddress } from "./network.ts";

/** What a listener is told, and whom it tells. */
export interface TlsListenerOptions {
  readonly hostname: string;
  readonly port: number;
  readonly certificate: Certificate;
  /** Milliseconds a handshake may take. */
  readonly handshakeTime: number;
  /** Whether one more connection is let in from an address; then `leave` is called when it has ended. */
  readonly enter: (address: string) => boolean;
  readonly leave: (address: string) => void;
  /** Takes a connection that is encrypted. */
  readonly seat: (wire: Wire, remote: Remote) => void;
  readonly log: (line: string) => void;
}

/** A socket before it is encrypted, as far as it is used here. */
interface RawSocket {
  readonly remoteAddress?: string;
  on(event: "close", listener: () => void): unknown;
  destroy(): unknown;
}

/** Whether this runtime can do it; before Deno 2.9 `Deno.listenTls` has to do. */
export function canListen(): boolean {
  return typeof TlsServer.prototype?.setSecureContext === "function";
}

/** Listens for TLS. */
export class TlsListener {
  /** Where it listens. */
  readonly addr: Deno.NetAddr;
  readonly #server: TlsServer;

  private constructor(server: TlsServer) {
    const { address: hostname, port } = server.address() as { address: string; port: number };
    this.addr = { transport: "tcp", hostname, port };
    this.#server = server;
  }

  /** @throws {Deno.errors.AddrInUse} and whatever else listening throws. */
  static async listen(options: TlsListenerOptions): Promise<TlsListener> {
    const { certificate, handshakeTime, hostname: host, port, log } = options;
    checkKey(certificate);
    const { cert, key } = certificate;
    const asks = { requestCert: true, rejectUnauthorized: false };
    const server = createServer({ cert, key, ...asks, handshakeTimeout: handshakeTime });
    server.on("connection", (socket: RawSocket) => admit(socket, options));
    server.on("tlsClientError", (_: Error, socket: TLSSocket) => void socket.destroy());
    server.on("secureConnection", (socket: TLSSocket) => {
      socket.setNoDelay(true);
      options.seat(nodeWire(socket as NodeSocket), remoteOf(socket));
    });
    await listening(server, host, port);
    server.on("error", (error: Error) => log(`error: cannot take connections: ${error.message}`));
    return new TlsListener(server);
  }

  /** Shows another certificate to those who come from now on. @throws {Error} if it cannot be used. */
  show(certificate: Certificate): void {
    checkKey(certificate);
    this.#server.setSecureContext({ cert: certificate.cert, key: certificate.key });
  }

  /** Takes nobody any more; who is there stays. */
  close(): Promise<void> {
    this.#server.close();
    return Promise.resolve();
  }
}

/** Node takes a key that does not belong to the certificate, and then nobody can connect. */
function checkKey({ cert, key }: Certificate): void {
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new SyntaxError("the key does not belong to the certificate");
  }
}

async function listening(server: TlsServer, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("listening", resolve);
  server.once("error", reject);
  server.listen({ host, port });
  try {
    await promise;
  } catch (error) {
    throw denoError(error);
  } finally {
    server.off("error", reject);
  }
}

/** Node's errors by the names that the rest of the program knows. */
function denoError(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const { errors } = Deno;
  const known = {
    EADDRINUSE: errors.AddrInUse,
    EADDRNOTAVAIL: errors.AddrNotAvailable,
    EACCES: errors.PermissionDenied,
  };
  const Known = known[error.code as keyof typeof known];
  return Known === undefined ? error : new Known(error.message, { cause: error });
}

function admit(socket: RawSocket, { enter, leave }: TlsListenerOptions): void {
  const address = plainAddress(socket.remoteAddress ?? "");
  if (!enter(address)) return void socket.destroy();
  socket.on("close", () => leave(address));
}

function remoteOf(socket: TLSSocket): Remote {
  const address = plainAddress(socket.remoteAddress ?? "");
  const { raw } = socket.getPeerCertificate() ?? {};
  const fingerprint = raw === undefined || raw.length === 0 ? undefined : fingerprintOf(raw);
  return { address, secure: true, ...(fingerprint !== undefined && { fingerprint }) };
}
