/**
 * A socket of `node:tls` as a wire, and the certificate that it shows.
 *
 * `Deno.TlsConn` does not show the peer's certificate, so a server that only its fingerprint vouches for is spoken to
 * through `node:tls`. Whether it may be spoken to is decided elsewhere.
 *
 * @module
 */

import type { TLSSocket } from "node:tls";
import type { Wire } from "../protocol/connection.ts";

/** SHA-256 of the certificate that the other end shows: 64 hexadecimal digits. */
export function fingerprintOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase();
}

/** Resolves when the handshake is done; rejects if it fails. */
export function handshake(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the connection was closed before it was encrypted")));
  });
}

/** A socket as a wire. */
export function socketWire(socket: TLSSocket): Wire {
  return new SocketWire(socket);
}

class SocketWire implements Wire {
  readonly #socket: TLSSocket;
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #failure: Error | undefined;
  #ended = false;
  /** Wakes whoever reads. */
  #wake = Promise.withResolvers<void>();

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("readable", () => this.#stir());
    socket.on("error", (error) => this.#end(error));
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
  }

  async read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    while (this.#rest.length === 0) {
      const chunk = this.#socket.read() as Uint8Array<ArrayBuffer> | null;
      if (chunk !== null) this.#rest = chunk;
      else if (this.#failure !== undefined) throw this.#failure;
      else if (this.#ended) return null;
      else await this.#wake.promise;
    }
    const part = this.#rest.subarray(0, buffer.length);
    buffer.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  #end(failure?: Error): void {
    this.#failure ??= failure;
    this.#ended = true;
    this.#stir();
  }

  #stir(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
