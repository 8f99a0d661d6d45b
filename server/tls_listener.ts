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
import { Complaint } from "./door.ts";
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
  /** How often it is looked whether anybody is still taken, in milliseconds. */
  readonly look?: number;
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

/** How often it is looked whether anybody is still taken, and how long one may take, in milliseconds. */
const LOOK = 5_000;
const PATIENCE = 2_000;

// When the system once refuses a socket ("Too many open files", a connection that broke off in the queue), the runtime's
// `node:net` (Deno 2.9) says nothing and takes nobody ever after. So whoever nobody came to for a while knocks at the own
// door, and where that is not heard, listens anew.
/** Listens for TLS. */
export class TlsListener {
  readonly #options: TlsListenerOptions;
  readonly #complaint: Complaint;
  readonly #looking: ReturnType<typeof setInterval>;
  #certificate: Certificate;
  #server: TlsServer | undefined;
  #addr: Deno.NetAddr;
  #closed = false;
  /** Whether somebody came since it was last looked. */
  #visited = false;
  #visit: () => void = () => {};
  /** The look that is not over. */
  #look: Promise<void> | undefined;

  private constructor(options: TlsListenerOptions) {
    const { certificate, hostname, port, log, look = LOOK } = options;
    checkKey(certificate);
    this.#options = options;
    this.#certificate = certificate;
    this.#complaint = new Complaint(log);
    this.#addr = { transport: "tcp", hostname, port };
    this.#looking = setInterval(() => this.#look ??= this.#watch().finally(() => this.#look = undefined), look);
  }

  /** @throws {Deno.errors.AddrInUse} and whatever else listening throws. */
  static async listen(options: TlsListenerOptions): Promise<TlsListener> {
    const listener = new TlsListener(options);
    try {
      await listener.#open();
      return listener;
    } catch (error) {
      await listener.close();
      throw error;
    }
  }

  /** Where it listens. */
  get addr(): Deno.NetAddr {
    return this.#addr;
  }

  /** Shows another certificate to those who come from now on. @throws {Error} if it cannot be used. */
  show(certificate: Certificate): void {
    checkKey(certificate);
    this.#certificate = certificate;
    this.#server?.setSecureContext({ cert: certificate.cert, key: certificate.key });
  }

  /** Takes nobody any more; who is there stays. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#looking);
    this.#server?.close();
    this.#visit();
    await this.#look;
  }

  async #open(): Promise<void> {
    const { hostname, port } = this.#addr;
    const server = makeServer(this.#certificate, this.#options);
    server.on("connection", () => {
      this.#visited = true;
      this.#visit();
    });
    await listening(server, hostname, port);
    if (this.#closed) return void server.close();
    const bound = server.address() as { address: string; port: number };
    this.#addr = { transport: "tcp", hostname: bound.address, port: bound.port };
    server.on("error", (error: Error) => this.#complaint.make(error));
    this.#server = server;
  }

  async #watch(): Promise<void> {
    const visited = this.#visited;
    this.#visited = false;
    if (visited) return;
    try {
      if (this.#server !== undefined && await this.#knock()) return;
      if (this.#closed) return;
      if (this.#server !== undefined) this.#complaint.make("the system refused a socket; TLS listens anew");
      this.#server?.close();
      this.#server = undefined;
      await this.#open();
    } catch (error) {
      this.#complaint.make(error);
    }
  }

  /** Whether somebody who comes is taken. */
  async #knock(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#visit = () => resolve(true);
    const { hostname, port } = this.#addr;
    using _ = await Deno.connect({ hostname: reachable(hostname), port });
    const timer = setTimeout(() => resolve(false), PATIENCE);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Where who listens at an address can be reached from this machine. */
function reachable(hostname: string): string {
  return { "0.0.0.0": "127.0.0.1", "::": "::1" }[hostname] ?? hostname;
}

function makeServer({ cert, key }: Certificate, options: TlsListenerOptions): TlsServer {
  const asks = { requestCert: true, rejectUnauthorized: false };
  const server = createServer({ cert, key, ...asks, handshakeTimeout: options.handshakeTime });
  server.on("connection", (socket: RawSocket) => admit(socket, options));
  server.on("tlsClientError", (_: Error, socket: TLSSocket) => void socket.destroy());
  server.on("secureConnection", (socket: TLSSocket) => {
    socket.setNoDelay(true);
    options.seat(nodeWire(socket as NodeSocket), remoteOf(socket));
  });
  return server;
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
