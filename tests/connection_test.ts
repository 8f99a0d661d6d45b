// Connection: framing, bounds, and how it ends. Wires are made by hand, so that each does what a bad day does.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Connection, type Wire, wirePair } from "../protocol/connection.ts";
import { Turn } from "../protocol/turn.ts";
import { Line } from "../protocol/sendq.ts";
import { MAX_CLIENT_LINE, MAX_READQ } from "../server/limits.ts";
import { host } from "../server/reception.ts";
import { Node } from "./harness.ts";
import { inLobby } from "./lobby.ts";

/** A wire whose writes are taken as the test wants, and whose reads come from it. */
class HandWire implements Wire {
  written = "";
  readonly #incoming: (Uint8Array | null)[] = [];
  #wake = Promise.withResolvers<void>();
  #closed = false;
  #take: number;
  #room: number;

  /** @param take Bytes taken by one write. @param room Bytes taken before writes stall. */
  constructor(take = Infinity, room = Infinity) {
    this.#take = take;
    this.#room = room;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How often the peer has sent what nobody has read yet. */
  get unread(): number {
    return this.#incoming.length;
  }

  /** What the peer sends; `null` is its end. */
  receive(bytes: string | Uint8Array | null): void {
    this.#incoming.push(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    this.#rouse();
  }

  /** The peer takes more. */
  open(bytes: number): void {
    this.#room += bytes;
    this.#rouse();
  }

  async read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    while (this.#incoming.length === 0) {
      if (this.#closed) return null;
      await this.#sleep();
    }
    const next = this.#incoming.shift()!;
    if (next === null) return null;
    buffer.set(next.subarray(0, buffer.length));
    if (next.length > buffer.length) this.#incoming.unshift(next.subarray(buffer.length));
    return Math.min(next.length, buffer.length);
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    while (this.#room <= 0 && !this.#closed) await this.#sleep();
    if (this.#closed) throw new Deno.errors.BrokenPipe("Broken pipe");
    const taken = bytes.subarray(0, Math.min(this.#take, this.#room));
    this.#room -= taken.length;
    this.written += new TextDecoder().decode(taken);
    return taken.length;
  }

  close(): void {
    this.#closed = true;
    this.#rouse();
  }

  async #sleep(): Promise<void> {
    await this.#wake.promise;
  }

  #rouse(): void {
    const { resolve } = this.#wake;
    this.#wake = Promise.withResolvers<void>();
    resolve();
  }
}

/** Lets everything happen that is not waiting for anybody. */
async function settle(): Promise<void> {
  for (let n = 0; n < 50; n++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

Deno.test("a wire that takes a byte at a time gets every byte, in order", async () => {
  const wire = new HandWire(1);
  const connection = new Connection(wire);
  connection.send("hello");
  connection.send("明");
  connection.close("bye");
  await connection.closed;
  assertEquals(wire.written.length, "hello\r\n???\r\nbye\r\n".length);
  assert(wire.written.startsWith("hello\r\n") && wire.written.endsWith("\r\nbye\r\n"));
});

Deno.test("what was sent in one turn is one write", async () => {
  let writes = 0;
  const wire = new HandWire();
  const { write } = wire;
  wire.write = (bytes) => (writes++, write.call(wire, bytes));
  const connection = new Connection(wire);
  for (let n = 0; n < 100; n++) connection.send(`${n}`);
  await settle();
  assertEquals(writes, 1);
  connection.close();
  await connection.closed;
});

Deno.test("the sendq counts to the byte what waits here and what the wire has not taken", async () => {
  const wire = new HandWire(Infinity, 3);
  const connection = new Connection(wire, { maxSendq: 20 });
  connection.send("12345678");
  assertEquals(connection.sendq, 10);
  await settle();
  assertEquals([wire.written, connection.sendq], ["123", 7]);
  connection.send("12345678901");
  assertEquals(connection.sendq, 20);
  assert(connection.open);
  wire.open(5);
  await settle();
  assertEquals(connection.sendq, 15);
  connection.send("123");
  assertEquals([connection.sendq, connection.open], [20, true]);
  connection.send(new Line(""));
  assertEquals([connection.open, connection.failure], [false, "SendQ exceeded"]);
  await connection.closed;
});

Deno.test("who takes too little is told so, if a line can still be told apart", async () => {
  const wire = new HandWire();
  const connection = new Connection(wire, { maxSendq: 10 });
  connection.send("12345678");
  connection.send("");
  await connection.closed;
  assertEquals([wire.written, connection.failure], ["ERROR :SendQ exceeded\r\n", "SendQ exceeded"]);
});

Deno.test("a slow reader delays nobody, and what it gets ends when it passes its bound", async () => {
  await using node = new Node({ limits: { sendq: 100_000 } });
  const [ann, ben] = await inLobby(node, "ann", "ben");
  // Someone joins and never reads.
  const slow = node.connect();
  slow.send("NICK slow", "USER s 0 * :s", "JOIN #lobby");
  let sent = 0;
  for (; node.hub.users.has("slow") || sent === 0; sent++) {
    ann.send(`PRIVMSG #lobby :${"x".repeat(400)}`);
    await ann.sync();
    assert(sent < 1000, "the slow reader is never let go");
  }
  const heard = await ben.messages();
  assertEquals(heard.filter(({ command }) => command === "PRIVMSG").length, sent);
  assertEquals(heard.at(-1)!.command === "QUIT" || heard.some(({ params }) => params[0] === "SendQ exceeded"), true);
});

Deno.test("close() sends what waits, and its last word, and then ends both directions", async () => {
  const wire = new HandWire(4);
  const connection = new Connection(wire);
  connection.send("one");
  connection.close("ERROR :bye");
  connection.close("never");
  connection.send("never");
  await connection.closed;
  assertEquals([wire.written, wire.closed, connection.failure], ["one\r\nERROR :bye\r\n", true, undefined]);
});

Deno.test("abort() ends at once and says why", async () => {
  const wire = new HandWire(Infinity, 0);
  const connection = new Connection(wire);
  connection.send("one");
  await settle();
  connection.abort("Killed");
  await connection.closed;
  assertEquals([wire.written, connection.failure, connection.open], ["", "Killed", false]);
});

Deno.test("a peer that ends its half still gets the answers to what it said", async () => {
  const wire = new HandWire();
  const connection = new Connection(wire);
  wire.receive("one\ntwo\nhalf a li");
  wire.receive(null);
  const heard: string[] = [];
  for await (const line of connection) {
    heard.push(line);
    connection.send(`got ${line}`);
  }
  connection.close();
  await connection.closed;
  assertEquals(heard, ["one", "two"]);
  await settle();
  assertEquals(wire.written, "got one\r\ngot two\r\n");
});

Deno.test("a broken wire ends the lines quietly and says why", async () => {
  const wire = new HandWire();
  wire.read = () => Promise.reject(new Deno.errors.ConnectionReset("Connection reset by peer"));
  const connection = new Connection(wire);
  assertEquals(await Array.fromAsync(connection), []);
  assertEquals(connection.failure, "Connection reset");
  connection.close();
  await connection.closed;
});

Deno.test("a wire that breaks while it is written to ends the connection", async () => {
  const wire = new HandWire();
  wire.write = () => Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
  const connection = new Connection(wire);
  connection.send("one");
  assertEquals(await Array.fromAsync(connection), []);
  assertEquals([connection.failure, connection.open], ["Connection reset", false]);
  await connection.closed;
});

Deno.test("leaving the loop ends the connection", async () => {
  const [here, there] = wirePair();
  const [ann, ben] = [new Connection(here), new Connection(there)];
  ann.send("one");
  ann.send("two");
  for await (const line of ben) {
    assertEquals(line, "one");
    break;
  }
  await ben.closed;
  assertEquals(await Array.fromAsync(ann), []);
  ann.close();
  await ann.closed;
});

Deno.test("who is in the middle of what arrived, or has left there, takes nothing from others of the same turn", async () => {
  const turn = new Turn();
  const wires = [new HandWire(), new HandWire(), new HandWire(), new HandWire()] as const;
  const [slow, gone, picky, other] = wires.map((wire) => new Connection(wire, { turn }));
  wires[0].receive("slow 1\nslow 2\n");
  wires[1].receive("gone 1\ngone 2\n");
  wires[2].receive("picky 1\npicky 2\n");
  wires[3].receive("other 1\nother 2\n");
  for (const wire of wires) wire.receive(null);
  const lines = slow![Symbol.asyncIterator]();
  assertEquals((await lines.next()).value, "slow 1");
  for await (const line of gone!) {
    assertEquals(line, "gone 1");
    break;
  }
  for await (const lines of picky!.bursts()) {
    for await (const line of lines) {
      assertEquals(line, "picky 1");
      break;
    }
  }
  assertEquals(await Array.fromAsync(other!), ["other 1", "other 2"]);
  assertEquals((await lines.next()).value, "slow 2");
  for (const connection of [slow!, gone!, picky!, other!]) {
    connection.close();
    await connection.closed;
  }
});

/** What one peer says, where its bytes are cut, before which line its hearer dozes, and after how many it leaves. */
const peer = fc.record({
  lines: fc.array(fc.string({ unit: "grapheme", maxLength: 12 }).map((line) => line.replace(/[\r\n]/g, "")), {
    maxLength: 12,
  }),
  ending: fc.constantFrom("\r\n", "\n", "\r"),
  cuts: fc.array(fc.nat(200), { maxLength: 6 }),
  dozes: fc.array(fc.nat(12), { maxLength: 3 }),
  leaves: fc.option(fc.nat(12), { nil: Infinity }),
});

/** Sends so that others are heard in between. */
async function sendCut(wire: HandWire, bytes: Uint8Array, cuts: readonly number[]): Promise<void> {
  let from = 0;
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    if (cut > from && cut <= bytes.length) wire.receive(bytes.slice(from, from = cut));
    await settle();
  }
  wire.receive(null);
}

Deno.test("each hears its own peer, whole and in order, whoever dozes or leaves in the middle of what arrived", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(peer, { minLength: 2, maxLength: 4 }), async (peers) => {
      const turn = new Turn({ defer: (run) => setImmediate(run) });
      await Promise.all(peers.map(async ({ lines, ending, cuts, dozes, leaves }) => {
        const wire = new HandWire();
        const connection = new Connection(wire, { turn });
        const bytes = new TextEncoder().encode(lines.map((line) => line + ending).join(""));
        const sent = sendCut(wire, bytes, cuts);
        const heard: string[] = [];
        for await (const line of connection) {
          if (dozes.includes(heard.length)) await settle();
          heard.push(line);
          if (heard.length > leaves) break;
        }
        connection.close();
        await connection.closed;
        await sent;
        assertEquals(heard, lines.slice(0, leaves + 1));
      }));
    }),
    { numRuns: 60 },
  );
});

Deno.test("closed resolves when the wire is let go, whatever the loop does, and not before", async () => {
  const wires = Array.from({ length: 5 }, () => new HandWire());
  const [unheard, dozing, left, ended, waiting] = wires.map((wire) => new Connection(wire));
  const over: Connection[] = [];
  for (const connection of [unheard!, dozing!, left!, ended!, waiting!]) {
    void connection.closed.then(() => over.push(connection));
  }
  for (const wire of wires.slice(0, 4)) wire.receive("one\ntwo\n");
  wires[3]!.receive(null);
  const lines = dozing![Symbol.asyncIterator]();
  assertEquals((await lines.next()).value, "one");
  for await (const burst of left!.bursts()) {
    assertEquals((await burst[Symbol.asyncIterator]().next()).value, "one");
    break;
  }
  assertEquals(await Array.fromAsync(ended!), ["one", "two"]);
  const end = Array.fromAsync(waiting!);
  await settle();
  assertEquals(over, [left]);
  for (const connection of [unheard!, dozing!, ended!]) connection.close();
  waiting!.abort("Killed");
  await settle();
  assertEquals(over, [left, unheard, dozing, ended, waiting]);
  assertEquals([await end, (await lines.next()).done], [[], true]);
});

Deno.test("drained() waits until the peer has taken so much, or is gone", async () => {
  const wire = new HandWire(Infinity, 0);
  const connection = new Connection(wire);
  connection.send("12345678");
  let drained = false;
  const waiting = connection.drained(5).then(() => drained = true);
  await settle();
  wire.open(4);
  await settle();
  assertEquals(drained, false);
  wire.open(1);
  await waiting;
  const gone = connection.drained(0);
  connection.abort("gone");
  await gone;
  await connection.closed;
});

Deno.test("nothing is sent that the turn could not record", async () => {
  const wire = new HandWire();
  const turn = new Turn({
    before: () => {
      throw new Error("not recorded");
    },
    defer: () => {},
  });
  const connection = new Connection(wire, { turn });
  connection.send("one");
  try {
    turn.flush();
  } catch (error) {
    assertEquals((error as Error).message, "not recorded");
  }
  assertEquals(wire.written, "");
  connection.abort("over");
  turn.over();
  wire.receive(null);
  await settle();
});

Deno.test("the longest line a client may send is taken, and a longer one is told apart from it", async () => {
  const wire = new HandWire();
  const connection = new Connection(wire, { maxLine: MAX_CLIENT_LINE, maxReadq: MAX_READQ });
  wire.receive(`${"x".repeat(MAX_CLIENT_LINE)}\n${"x".repeat(MAX_CLIENT_LINE + 500)}\n`);
  wire.receive(null);
  const lengths = (await Array.fromAsync(connection)).map(({ length }) => length);
  assertEquals(lengths, [MAX_CLIENT_LINE, MAX_CLIENT_LINE + 1]);
  connection.close();
  await connection.closed;
});

Deno.test("what comes behind a QUIT is read and dropped, so that the slow get all answers, and the ERROR last", async () => {
  await using node = new Node();
  const wire = new HandWire(Infinity, 0);
  const hosting = host(node.hub, new Connection(wire), { address: "192.0.2.1", secure: false });
  wire.receive("NICK ann\r\nUSER ann 0 * :Ann\r\nQUIT :bye\r\nPING 1\r\nPING 2\r\n");
  for (let n = 3; n < 10; n++) wire.receive(`PING ${n}\r\n`);
  for (let n = 0; n < 20; n++) await settle();
  assertEquals([wire.unread, wire.closed], [0, false]);
  wire.open(Infinity);
  await hosting;
  assert(wire.written.includes(" 001 ann ") && !wire.written.includes("PONG"));
  assert(wire.written.endsWith("ERROR :Quit: bye\r\n"), wire.written);
});

Deno.test("who pours on without a line ending is let go, and others go on", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", "ben");
  await ben.sendBytes(`PRIVMSG #lobby ${"a".repeat(MAX_READQ - 100)}\r\n`);
  await ben.expectAll(":irc.test 417 ben *");
  await ben.sendBytes(`PRIVMSG #lobby ${"a".repeat(MAX_READQ)}\r\n`);
  await ben.expectEnd("ERROR :ReadQ exceeded");
  await ann.expect(":ben!* QUIT :ReadQ exceeded");
});

Deno.test("64 MiB without a line ending are not kept", async () => {
  const wire = new HandWire();
  const { read } = wire;
  let left = 64 << 20;
  wire.read = (buffer) => {
    if (left <= 0) return read.call(wire, buffer);
    left -= buffer.length;
    buffer.fill(0x61);
    return Promise.resolve(buffer.length);
  };
  wire.receive("\nNICK ann\n");
  wire.receive(null);
  const before = Deno.memoryUsage().external;
  const connection = new Connection(wire, { maxLine: MAX_CLIENT_LINE });
  const heard = await Array.fromAsync(connection);
  const grown = Deno.memoryUsage().external - before;
  assertEquals([heard[0]!.length, heard[1]], [MAX_CLIENT_LINE + 1, "NICK ann"]);
  assert(grown < 16 << 20, `${grown} bytes`);
  connection.close();
  await connection.closed;
});
