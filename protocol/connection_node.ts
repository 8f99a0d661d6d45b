/**
 * A wire over a socket as Node has it: for TLS, where only such a socket shows the other end's certificate and can be
 * given up in the middle of a handshake.
 *
 * Browser compatible, since it imports nothing: it takes what looks like a socket.
 *
 * @module
 */

import type { Wire } from "./connection.ts";

/** What is used of `Duplex` of `node:stream`. */
export interface NodeSocket {
  readonly destroyed: boolean;
  readonly writableLength: number;
  on(event: "readable" | "end" | "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  read(): Uint8Array | null;
  write(bytes: Uint8Array, done: (error?: Error | null) => void): boolean;
  end(done?: () => void): unknown;
  destroy(): unknown;
}

/** What lets bytes in from the network, below the encryption. */
interface Tap {
  readStart(): unknown;
  readStop(): unknown;
}

// Deno 2.9 reads on and on for a TLS socket whose buffer is full: whoever sends faster than it is heard would fill the
// memory. What stands below it has the tap; there is no public way to it. Runtimes before (executables may have one) stop
// by themselves, and must not be asked: started again while a read is under way they read twice into the same memory.
/** The tap of a socket, where the runtime has one and needs it turned. */
function tapOf(socket: NodeSocket): Tap | undefined {
  const { _handle: handle } = socket as { _handle?: { _parent?: Partial<Tap> } };
  const tap = handle?.constructor.name === "TLSWrap" ? handle._parent : undefined;
  return typeof tap?.readStart === "function" && typeof tap.readStop === "function" ? tap as Tap : undefined;
}

/** How long an orderly end may take, in milliseconds. */
const FAREWELL = 1000;

/**
 * The wire of a socket, which belongs to it from now on.
 *
 * What has arrived and was not read is bounded by the socket's own buffer; nothing is taken out of it before it is asked for.
 */
export function nodeWire(socket: NodeSocket): Wire {
  return new NodeWire(socket);
}

class NodeWire implements Wire {
  readonly #socket: NodeSocket;
  readonly #tap: Tap | undefined;
  /** What was taken out of the socket and did not fit. */
  #rest: Uint8Array | null = null;
  #ended = false;
  #failure: Error | undefined;
  #wake: () => void = () => {};
  #farewell: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: NodeSocket) {
    this.#socket = socket;
    this.#tap = tapOf(socket);
    this.#tap?.readStop();
    socket.on("readable", () => this.#wake());
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
    socket.on("error", (error) => {
      this.#failure = error;
      this.#end();
    });
  }

  async read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    for (;;) {
      const chunk = this.#rest ?? this.#socket.read();
      if (chunk !== null && chunk.length > 0) return this.#take(chunk, buffer);
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended || this.#socket.destroyed) return null;
      await this.#arrival();
    }
  }

  /** Lets bytes in until there are some, and no longer. */
  async #arrival(): Promise<void> {
    if (!this.#socket.destroyed) this.#tap?.readStart();
    await new Promise<void>((resolve) => this.#wake = resolve);
    if (!this.#socket.destroyed) this.#tap?.readStop();
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  /** Says goodbye as TLS wants it, unless the other end takes nothing. */
  close(): void {
    const socket = this.#socket;
    if (socket.destroyed || this.#farewell !== undefined) return;
    if (socket.writableLength > 0) return void socket.destroy();
    this.#farewell = setTimeout(() => socket.destroy(), FAREWELL);
    socket.end(() => socket.destroy());
  }

  #take(chunk: Uint8Array, buffer: Uint8Array): number {
    const count = Math.min(chunk.length, buffer.length);
    buffer.set(chunk.subarray(0, count));
    this.#rest = count < chunk.length ? chunk.subarray(count) : null;
    return count;
  }

  #end(): void {
    this.#ended = true;
    if (this.#socket.destroyed) clearTimeout(this.#farewell);
    this.#wake();
  }
}
