/**
 * A connection: lines in, lines out, over anything that carries bytes.
 *
 * It owns the framing (one line at a time, UTF-8 only), the bound on what was received and not yet handled (readq), the
 * bound on what was sent and not yet taken (sendq), and the turn at whose end everything sent is written at once. It knows
 * nothing of messages, and whoever uses it cannot tell TCP, TLS, WebSocket and an in-memory pair apart.
 *
 * Browser compatible.
 *
 * @module
 */

import { LineLimiter } from "./line_limiter.ts";
import { Line, type Queue } from "./sendq.ts";
import { Turn } from "./turn.ts";

/** Bytes both ways. `Deno.Conn` is one as it stands. */
export interface Wire {
  /** Reads into the buffer and gives the number of bytes, or `null` at the end. Rejects when the wire is broken. */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  /** Writes some of the bytes and gives their number. Rejects when the wire is broken. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  /** Ends both directions at once; a pending read or write ends too. May throw if it is closed already. */
  close(): void;
}

/** Bounds of a connection, in bytes. */
export interface ConnectionOptions {
  /** Longest line that is taken; of a longer one the first `maxLine + 1` bytes are handed on, so that it is seen to be too long. */
  maxLine?: number;
  /** Most bytes without a line ending; past it the connection is closed. No bound unless told. */
  maxReadq?: number;
  /** Most bytes waiting to be sent; past it the connection is closed. */
  maxSendq?: number;
  /** When what was sent is written; a turn of its own unless told. */
  turn?: Turn;
}

/** Longest line that a client takes: tags of 8191 bytes and a message of 512. */
export const MAX_LINE = 8191 + 512;

/** Most bytes that wait to be sent, unless told otherwise. */
export const MAX_SENDQ = 1 << 20;

/** Least and most bytes asked of the wire at once; what was read and not yet handled is never more than the most. */
const MIN_READ = 256;
const MAX_READ = 16 * 1024;

/** How long a closed connection may take to hand over its last lines, in milliseconds. */
const LINGER = 2000;

/**
 * Lines in, lines out.
 *
 * Receiving is async iteration; it ends when the peer ends, when the wire breaks, and after `close()`. Lines come without
 * their ending. A line that is not UTF-8 holds a lone surrogate, and a line that is too long is longer than the bound:
 * `parseMessage` refuses both.
 *
 * `send()`:
 * - MUST NOT wait, throw or write at once, whatever state the peer is in;
 * - MUST keep order;
 * - past the sendq bound MUST close the connection, and count exactly: what waits here and what the wire has not taken.
 *
 * @example
 * ```ts
 * import { Connection, wirePair } from "./connection.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [here, there] = wirePair().map((wire) => new Connection(wire));
 * here!.send("PING 1");
 * here!.close();
 * assertEquals(await Array.fromAsync(there!), ["PING 1"]);
 * there!.close();
 * await there!.closed;
 * ```
 */
export class Connection implements AsyncIterable<string> {
  readonly #wire: Wire;
  readonly #turn: Turn;
  readonly #maxSendq: number;
  readonly #limiter: LineLimiter;
  /** Made when somebody waits for it. */
  #closed: PromiseWithResolvers<void> | undefined;
  /** Whether a read is pending. */
  #reading = false;
  /** Whether it was heard in this turn, and has no answer yet. */
  #heard = false;
  /** What was sent in this turn; `undefined` means nothing. */
  #queue: Queue | undefined;
  /** Bytes handed to the wire that it has not taken. */
  #unwritten = 0;
  #ending = false;
  #ended = false;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #failure: string | undefined;
  /** Who waits for the sendq to become shorter. */
  #drain: { bytes: number; resolve: () => void } | undefined;

  /** @param wire Belongs to the connection from now on. */
  constructor(wire: Wire, options: ConnectionOptions = {}) {
    this.#wire = wire;
    this.#turn = options.turn ?? new Turn();
    this.#maxSendq = options.maxSendq ?? MAX_SENDQ;
    this.#limiter = new LineLimiter(options.maxLine ?? MAX_LINE, options.maxReadq);
  }

  /** Resolves when the connection has ended and nothing is pending. */
  get closed(): Promise<void> {
    return (this.#closed ??= Promise.withResolvers()).promise;
  }

  /** The lines that arrive. Leaving the loop early ends the connection. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for await (const lines of this.bursts()) {
      for await (const line of lines) {
        if (this.#ended) return;
        yield line;
      }
    }
  }

  /** The same lines, together those that arrived together. */
  async *bursts(): AsyncGenerator<AsyncIterable<string>> {
    let left = true;
    let buffer = new Uint8Array(MIN_READ);
    try {
      for (;;) {
        this.#reading = true;
        const read = await this.#wire.read(buffer);
        this.#reading = false;
        if (read === null || this.#ended) break;
        const text = this.#limiter.push(buffer.subarray(0, read));
        await this.#turn.next();
        this.#heard = true;
        if (this.#limiter.overrun) this.#overrun();
        else if (text !== "") {
          const splitter = this.#turn.takeSplitter();
          yield splitter.split(text);
          this.#turn.giveBack(splitter);
        }
        // The next read waits for the end of the turn, so that nobody is heard twice before all were heard once.
        await this.#turn.over();
        this.#heard = false;
        buffer = fitBuffer(buffer, read);
      }
      left = false;
    } catch (error) {
      left = false;
      if (!this.#ending) this.#failure ??= nameFailure(error);
    } finally {
      this.#reading = false;
      if (left) this.close();
      else await this.#turn.parting();
      this.#settle();
    }
  }

  /** Why the connection ended, if it was not by an orderly end: `SendQ exceeded`, `Connection reset` ... */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Bytes that wait to be sent: here, and handed to the wire but not taken. Nothing waits once it has ended. */
  get sendq(): number {
    return this.#ended ? 0 : this.#unwritten + (this.#queue?.bytes ?? 0);
  }

  /** Whether more than so many bytes wait to be sent; quicker than counting them. */
  isBehind(bytes: number): boolean {
    return this.#unwritten > bytes || (this.#queue?.exceeds(bytes - this.#unwritten) ?? false);
  }

  /** Whether it still takes lines to send. */
  get open(): boolean {
    return !this.#ending;
  }

  /** Resolves when at most so many bytes wait to be sent, or it has ended. */
  drained(bytes: number): Promise<void> {
    if (this.#ended || !this.isBehind(bytes)) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drain = { bytes, resolve };
    return promise;
  }

  /** Sends a line at the end of the turn. */
  send(line: Line | string): void {
    if (this.#ending) return;
    const queue = (this.#queue ?? this.#begin()).append(typeof line === "string" ? new Line(line) : line);
    this.#queue = queue;
    if (queue.exceeds(this.#maxSendq - this.#unwritten)) this.#overflow();
  }

  /** Writes what was sent, unless an earlier write is still pending. For the turn; others need not call it. */
  flush(): void {
    const queue = this.#queue;
    this.#heard = false;
    if (queue === undefined || this.#unwritten > 0) return;
    this.#queue = undefined;
    if (this.#ended) return;
    const bytes = queue.encode();
    this.#unwritten = bytes.length;
    this.#write(bytes);
  }

  /** Ends the connection once everything sent is written; `last` is sent before. A peer that takes nothing is given two seconds. */
  close(last?: Line | string): void {
    if (this.#ending) return;
    if (last !== undefined) this.send(last);
    // The last word may have been one too many.
    if (this.#ending) return;
    this.#ending = true;
    if (this.sendq === 0) return this.#end();
    this.#linger = setTimeout(() => this.#end(), LINGER);
    // The first setTimeout of a process runs what microtasks there are, and the last write may end there.
    if (this.#ended) clearTimeout(this.#linger);
  }

  /** Ends the connection now, whatever waits. */
  abort(failure: string): void {
    this.#failure ??= failure;
    this.#ending = true;
    this.#queue = undefined;
    this.#end();
  }

  #begin(): Queue {
    // While a write is pending nothing is flushed; its end brings the connection back into a turn.
    if (this.#unwritten === 0) this.#turn.add(this, this.#heard);
    return this.#turn.empty;
  }

  /** A peer in the middle of a write cannot be told anything any more; another is told why, in the place of what waited. */
  #overflow(): void {
    this.#failure = "SendQ exceeded";
    this.#queue = undefined;
    if (this.#unwritten > 0) return this.abort(this.#failure);
    this.#queue = this.#begin().append(new Line("ERROR :SendQ exceeded"));
    this.close();
  }

  /** What still comes is read and dropped until the peer has taken its last line. */
  #overrun(): void {
    if (this.#ending) return;
    this.#failure = "ReadQ exceeded";
    this.close("ERROR :ReadQ exceeded");
  }

  #write(bytes: Uint8Array<ArrayBuffer>): void {
    this.#wire.write(bytes).then((written) => {
      this.#unwritten -= written;
      if (this.#drain !== undefined && !this.isBehind(this.#drain.bytes)) this.#drain.resolve();
      if (written < bytes.length && !this.#ended) return this.#write(bytes.subarray(written));
      if (this.#queue !== undefined) this.#turn.add(this);
      else if (this.#ending) this.#end();
    }, (error) => this.abort(nameFailure(error)));
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#drain?.resolve();
    clearTimeout(this.#linger);
    try {
      this.#wire.close();
    } catch {
      // It was closed by the other end.
    }
    this.#settle();
  }

  #settle(): void {
    if (this.#ended && !this.#reading) (this.#closed ??= Promise.withResolvers()).resolve();
  }
}

/** A full buffer grows and a nearly empty one shrinks, so that many idle connections cost little. */
function fitBuffer(buffer: Uint8Array<ArrayBuffer>, read: number): Uint8Array<ArrayBuffer> {
  if (read === buffer.length && read < MAX_READ) return new Uint8Array(buffer.length * 2);
  if (read < buffer.length / 4 && buffer.length > MIN_READ) return new Uint8Array(buffer.length / 2);
  return buffer;
}

function nameFailure(error: unknown): string {
  if (error instanceof Error && /reset|broken pipe|aborted/i.test(`${error.name} ${error.message}`)) {
    return "Connection reset";
  }
  return "Connection closed";
}

/** Two wires joined in memory: what one writes the other reads. For tests, and for a server and a client in one process. */
export function wirePair(): [Wire, Wire] {
  const [there, back] = [new Pipe(), new Pipe()];
  return [pipeWire(back, there), pipeWire(there, back)];
}

function pipeWire(incoming: Pipe, outgoing: Pipe): Wire {
  return {
    read: (buffer) => incoming.read(buffer),
    write: (bytes) => outgoing.write(bytes),
    close() {
      incoming.end();
      outgoing.end();
    },
  };
}

/** Bytes one way in memory, as bounded as a socket's buffer. */
class Pipe {
  #bytes = new Uint8Array(0);
  #ended = false;
  /** Wakes whoever waits: for bytes, or for room. */
  #wake = Promise.withResolvers<void>();

  async read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    while (this.#bytes.length === 0) {
      if (this.#ended) return null;
      await this.#wake.promise;
    }
    const taken = this.#bytes.subarray(0, buffer.length);
    buffer.set(taken);
    this.#set(this.#bytes.slice(taken.length));
    return taken.length;
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    while (this.#bytes.length >= PIPE_SIZE && !this.#ended) await this.#wake.promise;
    if (this.#ended) throw new Error("Broken pipe");
    const taken = bytes.subarray(0, PIPE_SIZE - this.#bytes.length);
    const both = new Uint8Array(this.#bytes.length + taken.length);
    both.set(this.#bytes);
    both.set(taken, this.#bytes.length);
    this.#set(both);
    return taken.length;
  }

  end(): void {
    this.#ended = true;
    this.#set(this.#bytes);
  }

  #set(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    const { resolve } = this.#wake;
    this.#wake = Promise.withResolvers<void>();
    resolve();
  }
}

const PIPE_SIZE = 64 * 1024;
