import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Connection } from "../protocol/connection.ts";
import { serve, type ServeOptions, type Server } from "../server.ts";
import {
  type Certificate,
  isVouched,
  keptCertificate,
  makeCertificate,
  readCertificate,
} from "../server/certificate.ts";
import { Gate } from "../server/gate.ts";
import { DEFAULT_LIMITS } from "../server/limits.ts";
import { isIn, isLoopback, isPrivate } from "../server/network.ts";
import { hashPassword } from "../server/password.ts";
import { TestClient } from "./harness.ts";

/** A server with TLS at free ports of this machine. */
async function start(options: Partial<ServeOptions> = {}): Promise<Server & AsyncDisposable> {
  const certificate = await makeCertificate(["localhost"]);
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    name: "irc.test",
    throttle: false,
    tls: { port: 0, certificate },
    ...options,
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

async function secureClient(server: Server, nick: string): Promise<TestClient> {
  const caCerts = [server.certificate!.cert];
  const conn = await Deno.connectTls({ hostname: "localhost", port: server.tlsAddress!.port, caCerts });
  return await register(new TestClient(new Connection(conn), conn), nick);
}

async function plainClient(server: Server): Promise<TestClient> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.address!.port });
  return new TestClient(new Connection(conn), conn);
}

async function register(client: TestClient, nick: string): Promise<TestClient> {
  client.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
  await client.sync();
  return client;
}

Deno.test("people talk over TLS and in plain text in one channel", async () => {
  await using server = await start();
  const ann = await secureClient(server, "ann");
  const ben = await register(await plainClient(server), "ben");
  for (const client of [ann, ben]) {
    client.send("JOIN #lobby");
    await client.sync();
  }
  await ann.expectAll(":ben!~ben@*.hidden JOIN #lobby");
  ann.send("PRIVMSG #lobby :hello");
  await ben.expect(":ann!~ann@*.hidden PRIVMSG #lobby hello");
  ben.send("WHOIS ann");
  assertStringIncludes((await ben.sync()).join("\n"), " 671 ben ann ");
  await ann.close();
  await ben.close();
});

Deno.test("keptCertificate() makes one certificate and keeps its key from others", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const data = `${folder}/deep/data`;
    const both = await Promise.all([keptCertificate(data, ["localhost"]), keptCertificate(data, ["localhost"])]);
    assertEquals(both[0], both[1]);
    assertEquals(await keptCertificate(data, ["another"]), both[0]);
    assertEquals([...Deno.readDirSync(data)].map(({ name }) => name), ["tls.pem"]);
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(`${data}/tls.pem`)).mode! & 0o777, 0o600);
      await Deno.chmod(`${data}/tls.pem`, 0o644);
      await keptCertificate(data, ["localhost"]);
      assertEquals((await Deno.stat(`${data}/tls.pem`)).mode! & 0o777, 0o600);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a kept certificate that is damaged is an error, not replaced by another", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/tls.pem`, "half a key");
    await assertRejects(() => keptCertificate(folder, ["localhost"]), SyntaxError, "no key or no certificate");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("rehash shows a new certificate to who comes, and nobody who is there is dropped", async () => {
  const [before, after] = [await makeCertificate(["localhost"]), await makeCertificate(["localhost"])];
  let current: Certificate = before;
  await using server = await start({ tls: { port: 0, certificate: before, reload: () => Promise.resolve(current) } });
  const { port } = server.tlsAddress!;
  const ann = await secureClient(server, "ann");
  current = after;
  assertEquals(await server.rehash(), "The files were read again");
  assertEquals([server.certificate, server.tlsAddress!.port], [after, port]);
  const ben = await secureClient(server, "ben");
  ben.send("PRIVMSG ann :still there?");
  await ben.sync();
  await ann.expectAll(":ben!~ben@*.hidden PRIVMSG ann :still there?");
  await ann.close();
  await ben.close();
});

Deno.test("rehash keeps the old certificate when the new one cannot be used", async () => {
  const [good, other] = [await makeCertificate(["localhost"]), await makeCertificate(["localhost"])];
  const log: string[] = [];
  const reload = () => Promise.resolve({ ...good, key: other.key });
  await using server = await start({ tls: { port: 0, certificate: good, reload }, log: (line) => void log.push(line) });
  assertMatch(await server.rehash(), /^Not everything could be read again: /);
  assertEquals(log.length, 1);
  const ann = await secureClient(server, "ann");
  await ann.expectNothing();
  await ann.close();
});

Deno.test("REHASH by an operator reads the message of the day again", async () => {
  const operators = new Map([["root", await hashPassword("secret")]]);
  await using server = await start({ operators, reread: () => Promise.resolve({ motd: ["new words"] }) });
  const ann = await secureClient(server, "ann");
  ann.send("OPER root secret");
  assertMatch((await ann.sync()).join("\n"), / 381 ann /);
  ann.send("REHASH");
  await ann.expect(":irc.test 382 ann * :*");
  await ann.expect(":irc.test NOTICE ann :The files were read again");
  ann.send("MOTD");
  assertStringIncludes((await ann.sync()).join("\n"), "new words");
  await ann.close();
});

Deno.test("TLS at the plain port is answered with an alert at once", async () => {
  await using server = await start();
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.address!.port });
  const tls = await Deno.startTls(conn, { hostname: "localhost" });
  await assertRejects(() => tls.handshake(), Error, "alert");
  tls.close();
});

Deno.test("whoever does not finish the TLS handshake is let go", async () => {
  await using server = await start({ limits: { handshakeTime: 50 } });
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.tlsAddress!.port });
  const silent = await Deno.connect({ hostname: "127.0.0.1", port: server.tlsAddress!.port });
  // Half a greeting, and then nothing.
  await conn.write(new Uint8Array([0x16, 0x03, 0x01, 0x02, 0x00]));
  for (const one of [conn, silent]) {
    await untilEnd(one);
    one.close();
  }
});

Deno.test("words at the TLS port end the connection and nothing else", async () => {
  await using server = await start();
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.tlsAddress!.port });
  await conn.write(new TextEncoder().encode("NICK ann\r\nUSER ann 0 * :ann\r\n"));
  await untilEnd(conn);
  conn.close();
  const ben = await secureClient(server, "ben");
  await ben.expectNothing();
  await ben.close();
});

/** Reads until the other end hangs up, orderly or not. */
async function untilEnd(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  try {
    while (await conn.read(buffer) !== null);
  } catch {
    // A reset is an end too.
  }
}

Deno.test("plain text is not listened for where it is off", async () => {
  await using server = await start({ plaintext: "off" });
  assertEquals(server.address, undefined);
  const ann = await secureClient(server, "ann");
  await ann.close();
});

Deno.test("the server is full for handshakes too", async () => {
  await using server = await start({ limits: { maxClients: 1 } });
  const silent = await Deno.connect({ hostname: "127.0.0.1", port: server.tlsAddress!.port });
  // Whoever is turned away after the silent one shows that it was counted.
  for (let said = ""; said !== "ERROR :This server is full; try again later";) {
    const late = await plainClient(server);
    said = await late.line() ?? "";
    await late.close();
  }
  silent.close();
});

Deno.test("the gate counts by address, of IPv6 by network, and lets this machine pass", () => {
  const gate = new Gate({ ...DEFAULT_LIMITS, connectionsPerAddress: 2 }, true, () => 0);
  const come = (...addresses: string[]) => addresses.map((address) => gate.enter(address) === undefined);
  assertEquals(come("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"), [true, true, false, true]);
  assertEquals(come("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"), [true, true, false, true]);
  assertEquals(come("127.0.0.1", "127.0.0.1", "127.0.0.1", "::1", "::1", "::1"), Array(6).fill(true));
  assertEquals(gate.size, 12);
});

Deno.test("the gate slows down who comes too often, until the window is over", () => {
  let now = 0;
  const limits = { ...DEFAULT_LIMITS, newConnectionsPerAddress: 3, connectionWindow: 1000 };
  const gate = new Gate(limits, true, () => now);
  const visit = () => {
    const refusal = gate.enter("192.0.2.1");
    if (refusal === undefined) gate.leave("192.0.2.1");
    return refusal === undefined;
  };
  assertEquals([visit(), visit(), visit(), visit()], [true, true, true, false]);
  now = 999;
  assertEquals(visit(), false);
  now = 1000;
  assertEquals(visit(), true);
});

Deno.test("the gate forgets the addresses it has known longest", () => {
  const gate = new Gate({ ...DEFAULT_LIMITS, addresses: 100 }, true, () => 0);
  for (let i = 0; i < 1000; i++) {
    gate.enter(`10.0.${i >> 8}.${i & 255}`);
    gate.leave(`10.0.${i >> 8}.${i & 255}`);
  }
  assertEquals([gate.remembered, gate.size], [100, 0]);
});

Deno.test("a certificate is vouched for only by a chain to an authority that holds now", async () => {
  const root = await issue("CN=Root");
  const middle = await issue("CN=Middle", root);
  const leaf = await issue("CN=chat.example", middle, false);
  const roots = [root.pem];
  assert(await isVouched(`${leaf.pem}\n${middle.pem}`, roots));
  assertEquals(await isVouched(leaf.pem, roots), false, "the middle is missing");
  assertEquals(await isVouched(`${leaf.pem}\n${middle.pem}`, []), false, "nobody knows the root");
  assertEquals(await isVouched(`${leaf.pem}\n${middle.pem}`, roots, Date.now() + 1e11), false, "expired");
  assertEquals(await isVouched(root.pem, roots), false, "signed by itself");
  const impostor = await issue("CN=Root");
  const forged = await issue("CN=chat.example", impostor, false);
  assertEquals(await isVouched(forged.pem, roots), false, "the name is right and the signature is not");
  const viaLeaf = await issue("CN=other.example", leaf, false);
  assertEquals(await isVouched(`${viaLeaf.pem}\n${leaf.pem}\n${middle.pem}`, roots), false, "a leaf is no authority");
  assertEquals(await isVouched((await makeCertificate(["localhost"])).cert), false);
});

interface Issued {
  readonly name: string;
  readonly pem: string;
  readonly keys: CryptoKeyPair;
}

async function issue(name: string, by?: Issued, authority = true): Promise<Issued> {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: "01",
    subject: name,
    issuer: by?.name ?? name,
    notBefore: new Date(Date.now() - 1000),
    notAfter: new Date(Date.now() + 1e10),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    extensions: [new x509.BasicConstraintsExtension(authority, undefined, true)],
  });
  return { name, pem: made.toString("pem"), keys };
}

// "servers MUST send this key to non-securely connected clients" and "to securely connected clients" the other:
// https://ircv3.net/specs/extensions/sts
Deno.test("STS is announced where an authority vouches, and nowhere else", async () => {
  const own = await makeCertificate(["localhost"]);
  await using quiet = await start({ tls: { port: 0, certificate: own, sts: 3600 } });
  const ann = await plainClient(quiet);
  ann.send("CAP LS 302");
  assertEquals((await ann.line())!.includes("sts"), false);
  await ann.close();
  await using strict = await start({ tls: { port: 0, certificate: { ...own, vouched: true }, sts: 3600 } });
  const ben = await plainClient(strict);
  ben.send("CAP LS 302");
  const offer = (await ben.sync()).join("\n");
  assertMatch(offer, new RegExp(` sts=port=${strict.tlsAddress!.port}\\b`));
  ben.send("CAP REQ :sts");
  await ben.expect(":irc.test CAP * NAK sts", ":irc.test CAP * NAK :sts");
  await ben.close();
  const cid = await secureClient(strict, "cid");
  cid.send("CAP LS 302");
  assertMatch((await cid.sync()).join("\n"), / sts=duration=3600\b/);
  await cid.close();
});

Deno.test("readCertificate() reads what tools of authorities write, and tells what is wrong", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { cert, key, fingerprint } = await makeCertificate(["localhost"]);
    await Deno.writeTextFile(`${folder}/cert.pem`, `subject=/CN=x\n${cert}\n`);
    await Deno.writeTextFile(`${folder}/key.pem`, key);
    assertEquals((await readCertificate(`${folder}/cert.pem`, `${folder}/key.pem`)).fingerprint, fingerprint);
    await assertRejects(() => readCertificate(`${folder}/key.pem`, `${folder}/key.pem`), SyntaxError, "there is none");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("cloaks are the same after a restart, and others on another server", async () => {
  const folder = await Deno.makeTempDir();
  const cloaks: string[] = [];
  for (const data of [`${folder}/a`, `${folder}/a`, `${folder}/b`]) {
    await using server = await start({ data });
    cloaks.push(server.hub.cloak("192.0.2.1"));
  }
  assertEquals(cloaks[0], cloaks[1]);
  assertNotEquals(cloaks[0], cloaks[2]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("networks: what is near and what is in what", () => {
  assertEquals(["127.0.0.1", "127.9.9.9", "::1"].map(isLoopback), [true, true, true]);
  assertEquals(["128.0.0.1", "::2", "10.0.0.1"].map(isLoopback), [false, false, false]);
  assertEquals(["10.1.2.3", "172.31.0.1", "192.168.7.7", "fd00::1", "fe80::1"].map(isPrivate), Array(5).fill(true));
  assertEquals(["11.0.0.1", "172.32.0.1", "192.169.0.1", "2001:db8::1"].map(isPrivate), Array(4).fill(false));
  assertEquals(
    ["192.0.2.0/33", "x", "", "1.2.3", "::/129"].map((network) => isIn("192.0.2.1", network)),
    Array(5).fill(false),
  );
  assert(isIn("192.0.2.1", "0.0.0.0/0"));
  assertEquals(isIn("2001:db8::1", "0.0.0.0/0"), false);
});

Deno.test("the certificate that a client shows is known by its fingerprint, as SASL EXTERNAL needs it", async () => {
  await using server = await start();
  const own = await makeCertificate(["ann"]);
  const caCerts = [server.certificate!.cert];
  const { port } = server.tlsAddress!;
  const conn = await Deno.connectTls({ hostname: "localhost", port, caCerts, cert: own.cert, key: own.key });
  const ann = new TestClient(new Connection(conn), conn);
  ann.send("CAP LS 302");
  assertMatch((await ann.sync()).join("\n"), / sasl=[^ ]*\bEXTERNAL\b/);
  assertEquals([...server.hub.clients].map(({ remote }) => remote.fingerprint), [own.fingerprint]);
  await ann.close();
  const ben = await secureClient(server, "ben");
  ben.send("CAP LS 302");
  assertEquals((await ben.sync()).join("\n").includes("EXTERNAL"), false);
  await ben.close();
});

Deno.test("a second server at the same port is told that it is taken", async () => {
  await using server = await start();
  const certificate = await makeCertificate(["localhost"]);
  const { port } = server.tlsAddress!;
  await assertRejects(() => start({ tls: { port, certificate } }), Deno.errors.AddrInUse);
});
