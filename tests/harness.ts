/**
 * A server in memory, and clients that speak to it in lines, so that a test reads like a transcript of the wire.
 *
 * No port and no waiting: `sync()` is a fence made of PING and PONG, and the clock stands still unless a test moves it.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, fail } from "@std/assert";
import { type Message, parseMessage } from "../protocol.ts";
import { Connection, type Wire, wirePair } from "../protocol/connection.ts";
import { Turn } from "../protocol/turn.ts";
import type { Remote } from "../server/client.ts";
import { Clock } from "../server/clock.ts";
import { Hub, type HubOptions } from "../server/hub.ts";
import { DEFAULT_LIMITS, type Limits, MAX_CLIENT_LINE, MAX_READQ } from "../server/limits.ts";
import { host, watchSilence } from "../server/reception.ts";
import { MemoryStore, type Store } from "../server/store.ts";

/** So that tests do not wait for what should take a guesser long. */
export const CHEAP_HASHING = { password: { logN: 10, r: 8, p: 1 }, iterations: 4096 };

/** What a test may set; the rest is a small server that slows nobody down. */
export interface NodeOptions extends Partial<Omit<HubOptions, "limits">> {
  readonly limits?: Partial<Limits>;
  readonly store?: Store;
  /** Milliseconds that are never set back or forward; the same as `now` unless told. */
  readonly elapsed?: () => number;
}

/** A server in memory. */
export class Node implements AsyncDisposable {
  readonly hub: Hub;
  /** Lines for the server's operator. */
  readonly log: string[] = [];
  /** Milliseconds since 1970; moves only by {@linkcode Node.pass}. */
  now = Date.UTC(2026, 0, 1, 12);
  readonly #turn: Turn;
  readonly #store: Store;
  readonly #hosting: Promise<void>[] = [];
  readonly #clients: TestClient[] = [];

  constructor(options: NodeOptions = {}) {
    const store = this.#store = options.store ?? new MemoryStore();
    this.#turn = new Turn({ before: () => this.hub.commit(), defer: (run) => setImmediate(run) });
    const clock = new Clock(store.lastId, () => this.now, options.elapsed ?? (() => this.now));
    const log = (line: string) => void this.log.push(line);
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.hub = new Hub(
      {
        name: "irc.test",
        network: "Test",
        version: "1",
        lobby: "#lobby",
        throttle: false,
        secret: "secret",
        hashing: CHEAP_HASHING,
        ...options,
        limits,
      },
      { store, clock, turn: this.#turn, log },
    );
    this.hub.restore();
  }

  /** Somebody connects and says nothing yet. */
  connect(remote: Partial<Remote> = {}): TestClient {
    const [here, there] = wirePair();
    const { sendq } = this.hub.limits;
    const connection = new Connection(there, {
      turn: this.#turn,
      maxLine: MAX_CLIENT_LINE,
      maxReadq: MAX_READQ,
      maxSendq: sendq,
    });
    this.#hosting.push(host(this.hub, connection, { address: "192.0.2.1", secure: false, ...remote }));
    const client = new TestClient(new Connection(here), here);
    this.#clients.push(client);
    return client;
  }

  /** Somebody connects, asks for capabilities and registers; what the server says on the way is read. */
  async client(nick: string, ...capabilities: string[]): Promise<TestClient> {
    const client = this.connect();
    client.nick = nick;
    if (capabilities.length > 0) client.send(`CAP REQ :${capabilities.join(" ")}`);
    client.send(`NICK ${nick}`);
    client.send(`USER ${nick} 0 * :${nick} Test`);
    if (capabilities.length > 0) {
      await client.expect(`*:irc.test CAP * ACK :${capabilities.join(" ")}`, `*:irc.test CAP * ACK ${capabilities[0]}`);
      client.send("CAP END");
    }
    await client.sync();
    return client;
  }

  /** Lets time pass, and the server look at the silence of its clients. */
  pass(milliseconds: number): void {
    this.now += milliseconds;
    watchSilence(this.hub);
  }

  /** Ends everything that was started. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close();
    await Promise.all(this.#hosting);
    this.#turn.flush();
    this.#store.close();
    assertEquals(this.hub.clients.size, 0, "a client was left behind");
  }
}

/** A client of a test. */
export class TestClient {
  /** As it registered. */
  nick = "*";
  readonly #connection: Connection;
  readonly #wire: Wire;
  readonly #lines: AsyncIterator<string>;
  #fences = 0;

  constructor(connection: Connection, wire: Wire) {
    this.#connection = connection;
    this.#wire = wire;
    this.#lines = connection[Symbol.asyncIterator]();
  }

  /** Sends lines as they are. */
  send(...lines: string[]): void {
    for (const line of lines) this.#connection.send(line);
  }

  /** Sends bytes as they are, after the lines that were sent before. */
  async sendBytes(...pieces: readonly (string | readonly number[])[]): Promise<void> {
    await Promise.resolve();
    for (const piece of pieces) {
      let bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : new Uint8Array(piece);
      while (bytes.length > 0) bytes = bytes.subarray(await this.#wire.write(bytes));
    }
  }

  /** The next line; `undefined` when the server has closed the connection. */
  async line(): Promise<string | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : value;
  }

  /** The next line must fit one of the patterns, in which `*` stands for anything. */
  async expect(...patterns: string[]): Promise<Message> {
    const line = await this.line();
    if (line === undefined) fail(`the connection was closed; expected ${patterns.join(" or ")}`);
    if (!patterns.some((pattern) => fits(pattern, line))) assertEquals(line, patterns.join(" or "));
    return parseMessage(line);
  }

  /** Every line that the server had sent before it read what was sent up to now. */
  async sync(): Promise<string[]> {
    const token = `fence-${++this.#fences}`;
    this.send(`PING ${token}`);
    const lines: string[] = [];
    for (let line; (line = await this.line()) !== undefined;) {
      if (line.includes(` PONG `) && line.endsWith(` ${token}`)) return lines;
      lines.push(line);
    }
    fail(`the connection was closed after ${JSON.stringify(lines)}`);
  }

  /** The messages before the fence. */
  async messages(): Promise<Message[]> {
    return (await this.sync()).map((line) => parseMessage(line));
  }

  /** Exactly these lines came, in which `*` stands for anything. */
  async expectAll(...patterns: string[]): Promise<void> {
    const lines = await this.sync();
    if (lines.length === patterns.length && patterns.every((pattern, i) => fits(pattern, lines[i]!))) return;
    assertEquals(lines, patterns);
  }

  /** Nothing came. */
  async expectNothing(): Promise<void> {
    assertEquals(await this.sync(), []);
  }

  /** The server closes the connection, and these are its last words. */
  async expectEnd(pattern: string): Promise<void> {
    let last = "";
    for (let line; (line = await this.line()) !== undefined;) last = line;
    assert(fits(pattern, last), `the last line was ${JSON.stringify(last)}, not ${pattern}`);
  }

  /** Hangs up. */
  async close(): Promise<void> {
    this.#connection.close();
    await this.#connection.closed;
  }
}

/** Whether a line fits a pattern in which `*` stands for anything. */
function fits(pattern: string, line: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(line);
}

export { assertEquals, assertMatch };
