// Servers that ask to be spoken to over TLS: https://ircv3.net/specs/extensions/sts

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join, type JoinOptions } from "../client.ts";
import type { Address } from "../client/address.ts";
import { dial, DistrustError } from "../client/dial.ts";
import { KnownHosts, knownKey } from "../client/known_hosts.ts";
import { Session, type SessionEvent } from "../client/session.ts";
import { StrictTransport } from "../client/strict_transport.ts";
import { Connection, type Wire, wirePair } from "../protocol/connection.ts";
import { serve } from "../server.ts";
import { makeCertificate } from "../server/certificate.ts";

const HOST = "127.0.0.1";

/** A session on a new connection, whose server is whoever calls `receive`. */
function begin(secure: boolean) {
  const sent: string[] = [];
  const events: SessionEvent[] = [];
  const session = new Session({
    nick: "ann",
    password: "secret",
    send: (line) => sent.push(line),
    emit: (event) => events.push(event),
  });
  session.start(secure);
  return { session, sent, events };
}

const REGISTRATION = ["PASS secret", "NICK ann", "USER ann 0 * ann"];

// "When a client sees an STS upgrade policy over a non-secure connection, it MUST first establish a secure connection"
Deno.test("in plain text nothing is said of us before the server could ask for TLS, nor after it did", () => {
  const { session, sent, events } = begin(false);
  session.receive(":irc CAP * LS * :batch sasl=PLAIN");
  session.receive(":irc CAP * LS :sts=port=7000,duration=5,later=1");
  session.receive("PING 1");
  session.proceed();
  assertEquals(sent.filter((line) => line !== "PONG 1"), ["CAP LS 302"]);
  assertEquals(events, [{ type: "sts", port: 7000 }]);
});

Deno.test("in plain text we come in where the server asks for nothing, knows no CAP, or says nothing", () => {
  const ways: ((session: Session) => void)[] = [
    (session) => session.receive(":irc CAP * LS :"),
    (session) => session.receive(":irc 421 * CAP :Unknown command"),
    (session) => session.receive(":irc 451 * CAP :You have not registered"),
    (session) => session.proceed(),
  ];
  for (const way of ways) {
    const { session, sent, events } = begin(false);
    way(session);
    session.proceed();
    assertEquals(sent.slice(0, 4), ["CAP LS 302", ...REGISTRATION]);
    assertEquals(events.filter(({ type }) => type === "sts"), []);
  }
});

// "Clients MUST NOT request this capability", "Clients MUST ignore every token with a key that they don't understand."
Deno.test("what makes no sense asks for nothing, and the capability is never requested", () => {
  for (
    const value of ["", "=", "=port", "=port=0", "=port=70000", "=port=1,port=2", "=port=-1", "=duration=5", "=x=1"]
  ) {
    const { session, sent, events } = begin(false);
    session.receive(`:irc CAP * LS :sts${value} batch`);
    assertEquals(sent, ["CAP LS 302", ...REGISTRATION, "CAP REQ batch"], value);
    assertEquals(events, [], value);
  }
});

// "Clients MUST reset the STS policy expiry time for a requested hostname every time a valid persistence policy with a
// `duration` key is received from a server."
Deno.test("over TLS the duration is told, the port passed over, and nobody waits", () => {
  const { session, sent, events } = begin(true);
  assertEquals(sent, ["CAP LS 302", ...REGISTRATION]);
  session.receive(":irc CAP * LS :sts=port=7000,duration=300");
  session.receive(":irc CAP ann NEW :sts=duration=0");
  session.receive(":irc CAP ann DEL :sts");
  assertEquals(events, [{ type: "sts", duration: 300 }, { type: "sts", duration: 0 }]);
});

Deno.test("a server may ask for TLS later, too", () => {
  const { session, events } = begin(false);
  session.receive(":irc CAP * LS :cap-notify");
  session.receive(":irc 001 ann :Welcome");
  session.receive(":irc CAP ann NEW :sts=port=7000");
  assertEquals(events.at(-1), { type: "sts", port: 7000 });
});

Deno.test("what a host asked for is kept in a file of the owner's, until it is over or taken back", async () => {
  const folder = await Deno.makeTempDir();
  try {
    let now = Date.UTC(2026, 0, 1);
    const ours = new StrictTransport(`${folder}/config`, () => now);
    await ours.keep("IRC.example.", 6697, 300);
    await ours.keep("other.example", 7000, 10);
    assertEquals([...Deno.readDirSync(`${folder}/config`)].map(({ name }) => name), ["strict_transport"]);
    if (Deno.build.os !== "windows") assertEquals((await Deno.stat(ours.file)).mode! & 0o777, 0o600);
    const again = new StrictTransport(`${folder}/config`, () => now);
    await again.read();
    assertEquals(again.find("irc.example")?.port, 6697);
    now += 299_999;
    assertEquals([again.find("irc.example")?.port, again.find("other.example")], [6697, undefined]);
    // "The new expiry time is calculated by adding the policy duration as last advertised by the server to the time the
    // connection is closed."
    await again.keep("irc.example", 6697, 300);
    now += 299_999;
    assert(again.find("irc.example") !== undefined);
    assertEquals((await Deno.readTextFile(again.file)).includes("other"), false);
    // "A duration value of 0 indicates an immediate expiry of the STS persistence policy."
    await again.keep("irc.example", 6697, 0);
    await ours.read();
    assertEquals([ours, again].map((one) => one.find("irc.example")), [undefined, undefined]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a line of the file that makes no sense stops, rather than to speak in plain text", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const line of ["irc.example", "irc.example 6697 300 tomorrow", "irc.example x 300 2026-01-01T00:00:00.000Z"]) {
      await Deno.writeTextFile(`${folder}/strict_transport`, `# words\n${line}\n`);
      await assertRejects(() => new StrictTransport(folder).read(), SyntaxError, "line 2 makes no sense");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What is needed to dial from a host that asked for TLS at a port. */
async function strictOptions(port: number) {
  const strict = new StrictTransport(null);
  await strict.keep(HOST, port, 300);
  return { known: new KnownHosts(null), strict, note() {}, patience: 200 };
}

const PLAIN_ADDRESSES: readonly Partial<Address>[] = [{}, { port: 6667 }, { port: 6667, tls: false }, { tls: false }];

// "Once an STS persistence policy has been verified, clients MUST refuse to connect if a secure connection cannot be
// established to the server for any reason during the lifetime of the policy."
Deno.test("a host that asked for TLS is spoken to over TLS at its port, whatever the address says, or not at all", async () => {
  const certificate = await makeCertificate(["localhost"]);
  const server = await serve({ host: HOST, port: 0, tls: { port: 0, certificate } });
  const { port } = server.tlsAddress!;
  const options = await strictOptions(port);
  for (const address of PLAIN_ADDRESSES) {
    // Nobody vouches for it, and that it is the first time is no reason to trust it here.
    const { message } = await assertRejects(
      () => dial({ host: HOST, channels: [], ...address }, options),
      DistrustError,
    );
    assertStringIncludes(message, "no authority vouches");
  }
  const raw = certificate.cert.replace(/-----[^-]+-----|\s/g, "");
  await options.known.remember(HOST, port, await knownKey(Uint8Array.fromBase64(raw)));
  for (const address of PLAIN_ADDRESSES) {
    const dialled = await dial({ host: HOST, channels: [], ...address }, options);
    assertEquals([dialled.encrypted, dialled.port], [true, port]);
    dialled.wire.close();
  }
  await server.stop();
  for (const address of PLAIN_ADDRESSES) {
    await assertRejects(() => dial({ host: HOST, channels: [], ...address }, options), Error);
  }
});

/** A server that answers CAP LS with an offer and takes everybody in. */
async function hear(wire: Wire, offer: string, seen: string[]): Promise<void> {
  const connection = new Connection(wire);
  for await (const line of connection) {
    seen.push(line);
    if (line.startsWith("CAP LS")) connection.send(`:irc CAP * LS :${offer}`);
    if (line.startsWith("USER")) connection.send(":irc 001 ann :Welcome\r\n:irc 422 ann :No motd");
    if (line.startsWith("JOIN")) connection.send(":ann!a@h JOIN #lobby");
    if (line.startsWith("PING")) connection.send(`:irc PONG irc ${line.slice(5)}`);
    if (line.startsWith("QUIT")) connection.close();
  }
  connection.close();
}

/** An input of these lines. */
function lines(text: string): NonNullable<JoinOptions["input"]> {
  const pieces = [new TextEncoder().encode(text)];
  return {
    read(buffer) {
      const piece = pieces.shift();
      if (piece !== undefined) buffer.set(piece);
      return Promise.resolve(piece?.length ?? null);
    },
  };
}

Deno.test("chat join goes over to TLS where it is asked to, and keeps that the host asked", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [plain, secure]: [string[], string[]] = [[], []];
    const dialled: Address[] = [];
    const hearing: Promise<void>[] = [];
    const code = await join({
      address: "irc://irc.example:6667",
      settings: folder,
      nick: "ann",
      password: "secret",
      input: lines("hello\n"),
      output: { write: (bytes) => Promise.resolve(bytes.length) },
      log() {},
      dial(address) {
        dialled.push(address);
        const [ours, theirs] = wirePair();
        const encrypted = dialled.length > 1;
        hearing.push(encrypted ? hear(theirs, "sts=duration=300", secure) : hear(theirs, "sts=port=7000", plain));
        return Promise.resolve({ wire: ours, encrypted, ...(encrypted && { port: 7000 }) });
      },
    });
    await Promise.all(hearing);
    assertEquals(code, 0);
    assertEquals(plain, ["CAP LS 302"]);
    assertEquals(dialled.map(({ port, tls }) => [port, tls]), [[6667, false], [7000, true]]);
    assertEquals(secure.slice(0, 4), ["CAP LS 302", ...REGISTRATION]);
    assert(secure.includes("PRIVMSG #lobby hello"), secure.join("\n"));
    const kept = new StrictTransport(folder);
    await kept.read();
    assertEquals(kept.find("irc.example")?.port, 7000);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
