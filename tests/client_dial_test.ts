import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { createServer, type Server as TlsServer } from "node:tls";
import type { Address } from "../client/address.ts";
import { dial, DistrustError } from "../client/dial.ts";
import { type KnownHost, KnownHosts, parseKnownHosts } from "../client/known_hosts.ts";
import { Connection } from "../protocol/connection.ts";
import { serve, type Server } from "../server.ts";
import { type Certificate, makeCertificate } from "../server/certificate.ts";

const HOST = "127.0.0.1";

async function start(certificate: Certificate, port = 0): Promise<Server & AsyncDisposable> {
  const server = await serve({ host: HOST, port: 0, throttle: false, tls: { port, certificate } });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

/** A server that counts what it is told, over TLS with a certificate, or without. */
class Listener implements AsyncDisposable {
  readonly port: number;
  bytes = 0;
  readonly #listener: Deno.TlsListener | Deno.TcpListener;
  readonly #accepting: Promise<void>;

  constructor(port: number, certificate?: Certificate) {
    this.#listener = certificate === undefined
      ? Deno.listen({ hostname: HOST, port })
      : Deno.listenTls({ hostname: HOST, port, cert: certificate.cert, key: certificate.key });
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#accepting = this.#accept();
  }

  async #accept(): Promise<void> {
    const hearing: Promise<void>[] = [];
    for await (const conn of this.#listener) hearing.push(this.#hear(conn));
    await Promise.all(hearing);
  }

  async #hear(conn: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(1024);
    try {
      for (let read; (read = await conn.read(buffer)) !== null;) this.bytes += read;
    } catch {
      // Whoever was looked at and left ends like this.
    }
    conn.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
  }
}

/** Somebody with a file of known hosts, or with none. */
class Person {
  readonly known: KnownHosts;
  readonly notes: string[] = [];
  ports: { tls: number; plain: number } | undefined;
  /** What is said of it where the fingerprint can be asked for. */
  readonly briefly: string[] = [];

  constructor(folder: string | null = null) {
    this.known = new KnownHosts(folder);
  }

  /** Dials and talks to the server, so that it is seen to work. */
  async visit(address: Partial<Address>): Promise<{ encrypted: boolean }> {
    const { wire, encrypted } = await this.dial(address);
    const connection = new Connection(wire);
    connection.send("PING 1");
    for await (const line of connection) if (line.includes("PONG")) break;
    await connection.closed;
    return { encrypted };
  }

  dial(address: Partial<Address>) {
    const note = (line: string, brief = line) => void (this.notes.push(line), this.briefly.push(brief));
    const options = { known: this.known, note, patience: 200, ...(this.ports && { ports: this.ports }) };
    return dial({ host: HOST, channels: [], ...address }, options);
  }

  /** What is said of a server that is not trusted. */
  async distrust(address: Partial<Address>): Promise<string> {
    return (await assertRejects(() => this.dial(address), DistrustError)).message;
  }
}

Deno.test("a server is trusted on first use and recognised ever after", async () => {
  const certificate = await makeCertificate(["localhost"]);
  await using server = await start(certificate);
  const { port } = server.tlsAddress!;
  const ann = new Person();
  assertEquals(await ann.visit({ port, tls: true }), { encrypted: true });
  assertEquals(ann.notes.length, 1);
  assertStringIncludes(ann.notes[0]!, certificate.fingerprint);
  assertEquals(await ann.visit({ port, tls: true }), { encrypted: true });
  assertEquals(ann.notes.length, 1);
  assertEquals(await ann.visit({ port }), { encrypted: true });
});

// Nobody compares a part of it: another key with the same beginning is soon made.
Deno.test("the fingerprint is shown whole or not at all, and then the words say where it is", async () => {
  const certificate = await makeCertificate(["localhost"]);
  await using server = await start(certificate);
  const folder = await Deno.makeTempDir();
  const ann = new Person(folder);
  const { wire, fingerprint } = await ann.dial({ port: server.tlsAddress!.port, tls: true });
  wire.close();
  assertEquals(fingerprint, certificate.fingerprint);
  assertEquals(ann.briefly, [
    `First time at ${HOST}: from now on it is recognised. To be sure it is the right one: /fingerprint`,
  ]);
  assertMatch(ann.notes[0]!, new RegExp(`^First time at .* ${certificate.fingerprint}$`));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("where nothing can be kept, nothing is said to be remembered, and no file is named that is not there", async () => {
  const [before, after] = [await makeCertificate(["localhost"]), await makeCertificate(["localhost"])];
  const ann = new Person(null);
  let port: number;
  {
    await using server = await start(before);
    port = server.tlsAddress!.port;
    await ann.visit({ port, tls: true });
  }
  assertEquals(ann.briefly, [
    `First time at ${HOST}, as every time: without HOME nothing is remembered. ` +
    "To be sure it is the right one: /fingerprint",
  ]);
  await using _ = new Listener(port, after);
  const why = await ann.distrust({ port, tls: true });
  assertStringIncludes(why, "If they say that this is right, leave, and join anew");
  assert(!why.includes("known_hosts"));
});

Deno.test("a changed key stops before a byte is sent, and the words say what to do", async () => {
  const [before, after] = [await makeCertificate(["localhost"]), await makeCertificate(["localhost"])];
  const folder = await Deno.makeTempDir();
  const ann = new Person(folder);
  let port: number;
  {
    await using server = await start(before);
    port = server.tlsAddress!.port;
    await ann.visit({ port, tls: true });
  }
  await using listener = new Listener(port, after);
  const why = await ann.distrust({ port, tls: true });
  assertMatch(why, /^THE KEY OF THIS SERVER HAS CHANGED: 127\.0\.0\.1:\d+\. Nothing was sent\.\n/);
  for (const word of [before.fingerprint, after.fingerprint, ann.known.file, "--new-key"]) {
    assertStringIncludes(why, word);
  }
  await ann.distrust({ port });
  await ann.distrust({ port, fingerprint: after.fingerprint });
  assertEquals(listener.bytes, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("who was told of a new key may forget the old one", async () => {
  const [before, after] = [await makeCertificate(["localhost"]), await makeCertificate(["localhost"])];
  await using server = await start(after);
  const { port } = server.tlsAddress!;
  const ann = new Person();
  const raw = before.cert.replace(/-----[^-]+-----|\s/g, "");
  const line = `${HOST}:${port} key ${before.fingerprint} ${raw}`;
  await ann.known.remember(HOST, port, (await parseKnownHosts(line)).get(`${HOST}:${port}`)!);
  await ann.distrust({ port, tls: true });
  assert(await ann.known.forget(HOST, port));
  assertEquals(await ann.visit({ port, fingerprint: after.fingerprint }), { encrypted: true });
});

Deno.test("with a fingerprint in the address the first use is certain", async () => {
  const certificate = await makeCertificate(["localhost"]);
  const other = await makeCertificate(["localhost"]);
  const ann = new Person();
  {
    await using listener = new Listener(0, certificate);
    const why = await ann.distrust({ port: listener.port, tls: true, fingerprint: other.fingerprint });
    assertStringIncludes(why, "is not the one that the address means. Nothing was sent.");
    assertEquals(listener.bytes, 0);
  }
  await using server = await start(certificate);
  const { port } = server.tlsAddress!;
  assertEquals(await ann.visit({ port, tls: true, fingerprint: certificate.fingerprint }), { encrypted: true });
  assertEquals(ann.notes, []);
  assertEquals(ann.known.encryptedPort(HOST), port);
});

Deno.test("a host that was met over TLS is never spoken to in plain text", async () => {
  const certificate = await makeCertificate(["localhost"]);
  const ann = new Person();
  let port: number;
  {
    await using server = await start(certificate);
    port = server.tlsAddress!.port;
    await ann.visit({ port, tls: true });
  }
  await using plain = new Listener(0);
  assertStringIncludes(await ann.distrust({ port: plain.port }), "not spoken to in plain text. Nothing was sent.");
  await ann.distrust({ port: plain.port, tls: false });
  await using atOldPort = new Listener(port);
  await assertRejects(() => ann.dial({ port, tls: true }), Error);
  await assertRejects(() => ann.dial({ port }), Error);
  assertEquals(plain.bytes, 0);
  // What it hears is the beginning of a handshake and no line.
  assert(atOldPort.bytes > 0);
  // TLS cannot be had any more, and plain text is not fallen back to.
  await assertRejects(() => ann.dial({}), Error);
});

Deno.test("an address without a port falls back to plain text only where nobody speaks TLS", async () => {
  const certificate = await makeCertificate(["localhost"]);
  await using server = await start(certificate);
  const [tls, plain] = [server.tlsAddress!.port, server.address!.port];
  const ann = new Person();
  ann.ports = { tls: freePort(), plain };
  assertEquals(await ann.visit({}), { encrypted: false });
  assertStringIncludes(ann.notes[0]!, "this connection is not encrypted");
  ann.ports = { tls, plain };
  assertEquals(await ann.visit({}), { encrypted: true });
  // Once met, TLS at the port where it was met is the only way.
  ann.ports = { tls: freePort(), plain };
  assertEquals(await ann.visit({}), { encrypted: true });
});

Deno.test("where nobody listens at all, nothing is said of a connection that is not encrypted", async () => {
  const ann = new Person();
  ann.ports = { tls: freePort(), plain: freePort() };
  await assertRejects(() => ann.visit({}), Deno.errors.ConnectionRefused);
  assertEquals(ann.notes, []);
});

/** A port where nobody listens. */
function freePort(): number {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

Deno.test("known hosts are kept in a file that only the owner reads, written whole", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const certificate = await makeCertificate(["localhost"]);
    await using server = await start(certificate);
    const { port } = server.tlsAddress!;
    const ann = new Person(`${folder}/config`);
    await ann.visit({ port, tls: true });
    assertEquals([...Deno.readDirSync(`${folder}/config`)].map(({ name }) => name), ["known_hosts"]);
    if (Deno.build.os !== "windows") assertEquals((await Deno.stat(ann.known.file)).mode! & 0o777, 0o600);
    const text = await Deno.readTextFile(ann.known.file);
    assertMatch(text, new RegExp(`^127\\.0\\.0\\.1:${port} key ${certificate.fingerprint} [A-Za-z0-9+/]+=*$`, "m"));
    const again = new Person(`${folder}/config`);
    await again.visit({ port });
    assertEquals(again.notes, []);
    await again.known.remember("irc.example", 6697, { by: "authority" });
    await ann.known.read();
    assertEquals(ann.known.find("IRC.example", 6697), { by: "authority" });
    assertEquals(ann.known.encryptedPort("irc.example"), 6697);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a line of known hosts that makes no sense stops, rather than to trust anybody", async () => {
  const { fingerprint, cert } = await makeCertificate(["localhost"]);
  const raw = cert.replace(/-----[^-]+-----|\s/g, "");
  assertEquals((await parseKnownHosts(`# words\n\nh:1 authority\n[::1]:2 key ${fingerprint} ${raw}\n`)).size, 2);
  const broken = [
    "h:1",
    "h:1 key",
    `h:1 key ${fingerprint}`,
    `h:1 key ${"0".repeat(64)} ${raw}`,
    "h authority",
    "h:1 authority x",
  ];
  for (const line of broken) await assertRejects(() => parseKnownHosts(line), SyntaxError, "line 1 makes no sense");
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/known_hosts`, "h:1 ke");
  await assertRejects(() => new Person(folder).dial({ port: 1, tls: true }), SyntaxError, "makes no sense");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a server that an authority no longer vouches for is not trusted", async () => {
  await using listener = new Listener(0, await makeCertificate(["localhost"]));
  const ann = new Person();
  await ann.known.remember(HOST, listener.port, { by: "authority" });
  assertStringIncludes(await ann.distrust({ port: listener.port, tls: true }), "none does now");
  assertEquals(listener.bytes, 0);
});

/** Two certificates whose bytes are equally many, so that one can stand in the place of the other. */
async function twoOfOneLength(): Promise<[Certificate, Certificate]> {
  const first = await makeCertificate(["localhost"]);
  for (;;) {
    const second = await makeCertificate(["localhost"]);
    if (derOf(second).length === derOf(first).length) return [first, second];
  }
}

function derOf({ cert }: Certificate): Uint8Array {
  return Uint8Array.fromBase64(cert.replace(/-----[^-]+-----|\s/g, ""));
}

/**
 * Somebody in the middle who has a key of their own and puts another's certificate into the handshake. In TLS 1.2 it goes
 * in the clear, and behind it the signature, which only the right key can make.
 */
class Impostor {
  readonly port: number;
  /** What each client sent, by the type of the first record of what came together: first its greeting. */
  readonly heard: number[][] = [];
  readonly #listener = Deno.listen({ hostname: HOST, port: 0 });
  readonly #server: TlsServer;
  readonly #own: Uint8Array;
  readonly #shown: Uint8Array;
  readonly #accepting: Promise<void>;

  private constructor(server: TlsServer, own: Certificate, shown: Certificate) {
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#server = server;
    [this.#own, this.#shown] = [derOf(own), derOf(shown)];
    this.#accepting = this.#accept();
  }

  static async start(own: Certificate, shown: Certificate): Promise<Impostor> {
    const server = createServer({ cert: own.cert, key: own.key, maxVersion: "TLSv1.2" });
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    return new Impostor(server, own, shown);
  }

  async #accept(): Promise<void> {
    const passing: Promise<unknown>[] = [];
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: HOST, port: (this.#server.address() as { port: number }).port });
      const heard: number[] = [];
      this.heard.push(heard);
      passing.push(this.#pass(client, server, (bytes) => void heard.push(bytes[0]!)));
      passing.push(this.#pass(server, client, (bytes) => this.#exchange(bytes)));
    }
    await Promise.all(passing);
  }

  async #pass(from: Deno.Conn, to: Deno.Conn, look: (bytes: Uint8Array) => void): Promise<void> {
    const buffer = new Uint8Array(16 * 1024);
    try {
      for (let read; (read = await from.read(buffer)) !== null;) {
        const bytes = buffer.subarray(0, read);
        look(bytes);
        for (let at = 0; at < read;) at += await to.write(bytes.subarray(at));
      }
      await to.closeWrite();
    } catch {
      // One of them hung up.
    }
    from.close();
  }

  #exchange(bytes: Uint8Array): void {
    for (let at = 0; at + this.#own.length <= bytes.length; at++) {
      if (!this.#own.every((byte, i) => bytes[at + i] === byte)) continue;
      bytes.set(this.#shown, at);
    }
  }

  /** Resolves when everything was heard. */
  async end(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Types of TLS records. */
const [ALERT, HANDSHAKE] = [21, 22];

Deno.test("whoever shows the known certificate without having its key is refused in the middle of the handshake", async () => {
  const [known, own] = await twoOfOneLength();
  const ann = new Person();
  // Through somebody who changes nothing the handshake goes on, so it is the key that decides and not the detour.
  const honest = await Impostor.start(known, known);
  (await ann.dial({ port: honest.port, fingerprint: known.fingerprint })).wire.close();
  await honest.end();
  for (const [, next] of honest.heard) assertEquals(next, HANDSHAKE);
  const impostor = await Impostor.start(own, known);
  const place = `${HOST}:${impostor.port}`;
  await assertRejects(() => ann.dial({ port: impostor.port, fingerprint: known.fingerprint }), Error);
  await ann.known.remember(HOST, impostor.port, await keyOf(place, known));
  await assertRejects(() => ann.dial({ port: impostor.port, tls: true }), Error);
  await impostor.end();
  assertEquals(impostor.heard.length, 3);
  for (const heard of impostor.heard) assertEquals(heard, [HANDSHAKE, ALERT]);
});

async function keyOf(place: string, { fingerprint, cert }: Certificate): Promise<KnownHost> {
  return (await parseKnownHosts(`${place} key ${fingerprint} ${cert.replace(/-----[^-]+-----|\s/g, "")}`)).get(place)!;
}
