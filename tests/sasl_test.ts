// https://ircv3.net/specs/extensions/sasl-3.1, https://ircv3.net/specs/extensions/sasl-3.2
import { Attempts } from "../server/attempts.ts";
import { createAccount } from "../server/accounts.ts";
import { hashPassword } from "../server/password.ts";
import { scramKeys } from "../server/scram.ts";
import { startMechanism } from "../client/session/scram.ts";
import { assertEquals, assertMatch, CHEAP_HASHING, Node, type TestClient } from "./harness.ts";
import { account, base64, PASSWORD, plain, registered, signedIn } from "./sign_in.ts";

async function authenticating(node: Node, mechanism: string, remote = {}): Promise<TestClient> {
  const client = node.connect(remote);
  client.send("CAP REQ sasl", `AUTHENTICATE ${mechanism}`);
  await client.expect(":irc.test CAP * ACK sasl");
  await client.expect("AUTHENTICATE +");
  return client;
}

Deno.test("the mechanisms stand in the offer, EXTERNAL for those with a certificate", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP LS 302");
  assertMatch((await ann.sync()).join("\n"), /[ :]sasl=PLAIN,SCRAM-SHA-256(?: |$)/m);
  const ben = node.connect({ fingerprint: "ab".repeat(32) });
  ben.send("CAP LS 302");
  assertMatch((await ben.sync()).join("\n"), /[ :]sasl=PLAIN,SCRAM-SHA-256,EXTERNAL(?: |$)/m);
});

Deno.test("PLAIN signs in, with and without a name to act for, whatever its case", async () => {
  await using node = new Node();
  await account(node, "jilles");
  for (const response of [`\0jilles\0${PASSWORD}`, `jilles\0jilles\0${PASSWORD}`, `JILLES\0Jilles\0${PASSWORD}`]) {
    const client = await authenticating(node, "PLAIN");
    client.send(`AUTHENTICATE ${base64(response)}`);
    await client.expectAll(
      ":irc.test 900 * * jilles :You are now logged in as jilles",
      ":irc.test 903 * :SASL authentication successful",
    );
  }
});

for (
  const [what, response] of [
    ["a wrong password", `\0jilles\0wrong horse`],
    ["an account that there is not", `\0nobody\0${PASSWORD}`],
    ["another's name to act for", `ben\0jilles\0${PASSWORD}`],
    ["no name", `\0\0${PASSWORD}`],
    ["no password", `\0jilles\0`],
    ["a NUL in the password", `\0jilles\0correct\0horse`],
    ["too few parts", `jilles`],
  ] as const
) {
  Deno.test(`PLAIN refuses ${what}, and one may try again`, async () => {
    await using node = new Node();
    await account(node, "jilles");
    await account(node, "ben");
    const client = await authenticating(node, "PLAIN");
    client.send(`AUTHENTICATE ${base64(response)}`);
    await client.expectAll(":irc.test 904 * :SASL authentication failed*");
    client.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("jilles")}`);
    await client.expectAll("AUTHENTICATE +", ":irc.test 900 * * jilles :*", ":irc.test 903 * :*");
  });
}

Deno.test("a response comes in pieces of 400 bytes, the last of them shorter or +", async () => {
  await using node = new Node();
  const secret = "x".repeat(290);
  const hash = await hashPassword(secret, CHEAP_HASHING.password);
  // 4 + 5 + 291 bytes make 400 bytes of base64.
  for (const name of ["jilles", "jille"]) {
    createAccount(node.hub, name, { password: hash, scram: await scramKeys(secret, { iterations: 4096 }) });
    const response = base64(`${name.slice(0, 0)}\0${name}\0${secret}`);
    const padded = base64(`${name}\0${name}\0${secret}`);
    for (const text of [response, padded]) {
      const client = await authenticating(node, "PLAIN");
      const pieces = text.match(/.{1,400}/g)!;
      client.send(...pieces.map((piece) => `AUTHENTICATE ${piece}`));
      if (pieces.at(-1)!.length === 400) client.send("AUTHENTICATE +");
      await client.expectAll(`:irc.test 900 * * ${name} :*`, ":irc.test 903 *");
    }
  }
});

Deno.test("a response that ends with a full piece waits for the +", async () => {
  await using node = new Node();
  const secret = "x".repeat(300 - "\0jilles\0".length);
  createAccount(node.hub, "jilles", {
    password: await hashPassword(secret, CHEAP_HASHING.password),
    scram: await scramKeys(secret, { iterations: 4096 }),
  });
  const client = await authenticating(node, "PLAIN");
  client.send(`AUTHENTICATE ${plain("jilles", secret)}`);
  await client.expectNothing();
  client.send("AUTHENTICATE +");
  await client.expectAll(":irc.test 900 * * jilles :*", ":irc.test 903 *");
});

Deno.test("what is too long, aborted or no base64 ends the exchange", async () => {
  await using node = new Node();
  const client = await authenticating(node, "PLAIN");
  client.send(`AUTHENTICATE ${"A".repeat(401)}`);
  await client.expectAll(":irc.test 905 * :SASL message too long");
  client.send("AUTHENTICATE PLAIN", ...Array.from({ length: 6 }, () => `AUTHENTICATE ${"A".repeat(400)}`));
  await client.expectAll("AUTHENTICATE +", ":irc.test 905 * :*");
  client.send("AUTHENTICATE PLAIN", "AUTHENTICATE *");
  await client.expectAll("AUTHENTICATE +", ":irc.test 906 * :SASL authentication aborted");
  client.send("AUTHENTICATE PLAIN", "AUTHENTICATE !!!");
  await client.expectAll("AUTHENTICATE +", ":irc.test 904 * :*");
  client.send("AUTHENTICATE PLAIN", "AUTHENTICATE /w==");
  await client.expectAll("AUTHENTICATE +", ":irc.test 904 * :*");
});

Deno.test("a mechanism that there is not is answered with those there are", async () => {
  await using node = new Node();
  const client = node.connect();
  client.send("CAP REQ sasl", "AUTHENTICATE FOO", "AUTHENTICATE EXTERNAL");
  await client.expectAll(
    ":irc.test CAP * ACK sasl",
    ":irc.test 908 * PLAIN,SCRAM-SHA-256 :are available SASL mechanisms",
    ":irc.test 904 * :SASL authentication failed",
    ":irc.test 908 * PLAIN,SCRAM-SHA-256 :are available SASL mechanisms",
    ":irc.test 904 * :SASL authentication failed",
  );
});

// "If the client completes registration ... while the SASL authentication is still in progress, the server SHOULD abort it
// and send a 906 numeric, then register the client without authentication."
Deno.test("whoever registers in the middle of an exchange comes in as a guest", async () => {
  await using node = new Node();
  const client = await authenticating(node, "PLAIN");
  client.send("NICK bar", "USER bar 0 * :Bar");
  await client.expectNothing();
  client.send("CAP END");
  await client.expect(":irc.test 906 * :SASL authentication aborted");
  await client.expect(":irc.test 001 bar *");
});

// https://datatracker.ietf.org/doc/html/rfc7677#section-3, where the server's nonce is given.
Deno.test("SCRAM-SHA-256 proves the password of the specification's example", async () => {
  await using node = new Node();
  const salt = Uint8Array.from(atob("W22ZaJ0SNY7soEsUEjb6gQ=="), (c) => c.charCodeAt(0));
  createAccount(node.hub, "user", { password: "", scram: await scramKeys("pencil", { iterations: 4096, salt }) });
  const client = await authenticating(node, "SCRAM-SHA-256");
  client.send(`AUTHENTICATE ${base64("n,,n=user,r=rOprNGfwEbeRWgbNEkqO")}`);
  const { params: [challenge] } = await client.expect("AUTHENTICATE *");
  const text = atob(challenge!);
  const [, nonce] = /^r=(rOprNGfwEbeRWgbNEkqO[^,]{8,}),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096$/.exec(text)!;
  const seat = startMechanism("SCRAM-SHA-256", { account: "user", password: "pencil" }, "rOprNGfwEbeRWgbNEkqO");
  await seat.answer("");
  client.send(`AUTHENTICATE ${base64(await seat.answer(text))}`);
  const { params: [verdict] } = await client.expect("AUTHENTICATE *");
  // The client checks the server's signature, and throws if it is wrong.
  assertEquals(await seat.answer(atob(verdict!)), "");
  assertEquals(nonce!.startsWith("rOprNGfwEbeRWgbNEkqO"), true);
  client.send("AUTHENTICATE +");
  await client.expectAll(":irc.test 900 * * user :*", ":irc.test 903 *");
});

Deno.test("SCRAM-SHA-256 refuses a wrong password and a name without account in the same way", async () => {
  await using node = new Node({ limits: { loginsPerMinute: 10 } });
  await account(node, "jilles");
  for (const name of ["jilles", "nobody"]) {
    const client = await authenticating(node, "SCRAM-SHA-256");
    client.send(`AUTHENTICATE ${base64(`n,,n=${name},r=abc`)}`);
    const { params: [challenge] } = await client.expect("AUTHENTICATE *");
    const [, nonce] = /^r=([^,]+),s=/.exec(atob(challenge!))!;
    client.send(`AUTHENTICATE ${base64(`c=biws,r=${nonce},p=${base64("x".repeat(32))}`)}`);
    await client.expectAll(":irc.test 904 * :SASL authentication failed: that account, or that password, is not right");
    client.send("AUTHENTICATE SCRAM-SHA-256", `AUTHENTICATE ${base64("nonsense")}`);
    await client.expectAll("AUTHENTICATE +", ":irc.test 904 * :SASL authentication failed*");
  }
});

Deno.test("EXTERNAL signs in whom a certificate was added to", async () => {
  await using node = new Node();
  const remote = { fingerprint: "ab".repeat(32), secure: true };
  const ann = await signedInWith(node, remote);
  ann.send("ACCOUNT CERT ADD");
  await ann.expectAll(`:irc.test NOTE ACCOUNT CERTIFICATE_ADDED ${remote.fingerprint} :*`);
  const again = await authenticating(node, "EXTERNAL", remote);
  again.send("AUTHENTICATE +");
  await again.expectAll(":irc.test 900 * * ann :*", ":irc.test 903 *");
  again.send("AUTHENTICATE EXTERNAL", `AUTHENTICATE ${base64("ben")}`);
  await again.expectAll("AUTHENTICATE +", ":irc.test 904 * :*");
  const other = await authenticating(node, "EXTERNAL", { fingerprint: "cd".repeat(32) });
  other.send("AUTHENTICATE +");
  await other.expectAll(":irc.test 904 * :SASL authentication failed: no account knows your certificate");
  ann.send(`ACCOUNT CERT DEL ${remote.fingerprint}`);
  await ann.expectAll(`:irc.test NOTE ACCOUNT CERTIFICATE_DELETED ${remote.fingerprint} :*`);
  again.send("AUTHENTICATE EXTERNAL", "AUTHENTICATE +");
  await again.expectAll("AUTHENTICATE +", ":irc.test 904 * :*");
});

async function signedInWith(node: Node, remote: { fingerprint: string; secure: boolean }): Promise<TestClient> {
  await account(node, "ann");
  return await signedIn(node, "ann", { remote });
}

Deno.test("one may sign in once one is in, and again to the same account, not to another", async () => {
  await using node = new Node();
  await account(node, "jilles");
  await account(node, "ben");
  const bar = await node.client("bar");
  bar.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("jilles")}`);
  await bar.expectAll("AUTHENTICATE +", ":irc.test 900 bar bar!~bar@* jilles :*", ":irc.test 903 bar :*");
  bar.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("jilles")}`);
  await bar.expectAll("AUTHENTICATE +", ":irc.test 900 bar bar!~bar@* jilles :*", ":irc.test 903 bar :*");
  bar.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ben")}`);
  await bar.expectAll("AUTHENTICATE +", ":irc.test 907 bar :You have already authenticated using SASL");
});

Deno.test("an address that fails too often has to wait, and others do not", async () => {
  await using node = new Node({ limits: { loginsPerMinute: 2 } });
  await account(node, "ann");
  const mallory = await authenticating(node, "PLAIN", { address: "2001:db8::1" });
  mallory.send(`AUTHENTICATE ${plain("ann", "guess one")}`, "AUTHENTICATE PLAIN");
  mallory.send(`AUTHENTICATE ${plain("ann", "guess two")}`, "AUTHENTICATE PLAIN");
  await mallory.expectAll(
    ":irc.test 904 * :SASL authentication failed*",
    "AUTHENTICATE +",
    ":irc.test 904 * :SASL authentication failed*",
    ":irc.test 904 * :Too many sign-ins from your address have failed: try again in 30 seconds",
  );
  // The rest of an IPv6 network is the same customer.
  const neighbour = node.connect({ address: "2001:db8::2:3" });
  neighbour.send("AUTHENTICATE PLAIN");
  await neighbour.expectAll(":irc.test 904 * :Too many sign-ins *");
  const ann = await authenticating(node, "PLAIN", { address: "2001:db8:0:1::1" });
  ann.send(`AUTHENTICATE ${plain("ann")}`);
  await ann.expectAll(":irc.test 900 * * ann :*", ":irc.test 903 *");
  node.pass(30_000);
  mallory.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ann")}`);
  await mallory.expectAll("AUTHENTICATE +", ":irc.test 900 * * ann :*", ":irc.test 903 *");
});

Deno.test("Attempts remembers so many addresses", () => {
  const attempts = new Attempts({ most: 1, window: 1000, addresses: 2 });
  for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) attempts.count(address, 0);
  assertEquals(["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) => attempts.wait(address, 0)), [0, 1000, 1000]);
});

Deno.test("a login is told to those who asked, in the channels and to those who watch the nick", async () => {
  await using node = new Node();
  await account(node, "jilles");
  const near = await node.client("near", "account-notify");
  const old = await node.client("old");
  const far = await node.client("far", "extended-monitor", "account-notify");
  const bar = await node.client("bar", "account-notify");
  for (const client of [near, old, bar]) {
    client.send("JOIN #lobby");
    await client.sync();
  }
  far.send("MONITOR + bar");
  for (const client of [near, old, far]) await client.sync();
  bar.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("jilles")}`);
  await bar.expectAll("AUTHENTICATE +", ":irc.test 900 *", ":irc.test 903 *", ":bar!~bar@* ACCOUNT jilles");
  await near.expectAll(":bar!~bar@* ACCOUNT jilles");
  await far.expectAll(":bar!~bar@* ACCOUNT jilles");
  await old.expectNothing();
});

Deno.test("the account stands in tags, in JOIN, in WHOIS and in WHO", async () => {
  await using node = new Node();
  const jilles = await registered(node, "jilles");
  const foo = await node.client("foo", "account-tag");
  const bar = await node.client("bar", "extended-join");
  for (const client of [foo, bar]) {
    client.send("JOIN #lobby");
    await client.sync();
  }
  jilles.send("JOIN #lobby", "PRIVMSG foo :hi", "INVITE foo #other");
  await jilles.sync();
  assertEquals((await foo.sync()).filter((line) => !line.includes("JOIN")), [
    `@account=jilles :jilles!~jilles@${node.hub.users.get("jilles")!.host} PRIVMSG foo hi`,
  ]);
  await bar.expectAll(":jilles!*JOIN #lobby jilles :jilles Test");
  foo.send("PART #lobby", "JOIN #lobby");
  await foo.sync();
  await bar.expectAll(":foo!*PART #lobby", ":foo!*JOIN #lobby * :foo Test");
  bar.send("WHOIS jilles", "WHO #lobby %na");
  const lines = await bar.sync();
  assertEquals(lines.filter((line) => / 330 | 354 /.test(line)), [
    ":irc.test 330 bar jilles jilles :is signed in as",
    ":irc.test 354 bar bar 0",
    ":irc.test 354 bar jilles jilles",
    ":irc.test 354 bar foo 0",
  ]);
});

Deno.test("how far a guest has read goes with it when it signs in", async () => {
  await using node = new Node();
  await account(node, "ann");
  const guest = await node.client("guest");
  guest.send("MARKREAD ben timestamp=2026-01-01T12:00:00.000Z");
  await guest.sync();
  guest.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ann")}`, "QUIT");
  await guest.expectEnd("ERROR *");
  const ann = await signedIn(node, "ann");
  ann.send("MARKREAD ben");
  await ann.expectAll(":irc.test MARKREAD ben timestamp=2026-01-01T12:00:00.000Z");
});

Deno.test("OPER is limited like other passwords", async () => {
  await using node = new Node({ limits: { loginsPerMinute: 1 }, operators: new Map([["root", "secret"]]) });
  const ann = await node.client("ann");
  ann.send("OPER root guess", "OPER root secret");
  await ann.expectAll(":irc.test 491 ann :There is no operator *", ":irc.test 491 ann :That was wrong too often *");
  node.pass(60_000);
  ann.send("OPER root secret");
  await ann.expectAll(":irc.test 381 *", ":ann!*MODE ann +o");
});
