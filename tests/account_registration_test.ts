// https://ircv3.net/specs/extensions/account-registration
import { MAX_CERTIFICATES } from "../server/commands/account_settings.ts";
import { assertEquals, assertMatch, Node } from "./harness.ts";
import { account, base64, PASSWORD, plain, registered, signedIn } from "./sign_in.ts";

Deno.test("REGISTER makes an account of one's nick and signs in to it", async () => {
  await using node = new Node();
  const ann = await node.client("Ann", "account-notify");
  ann.send(`REGISTER * * :${PASSWORD}`);
  await ann.expectAll(
    ":irc.test REGISTER SUCCESS Ann :Account successfully registered",
    ":irc.test 900 Ann Ann!~Ann@* Ann :You are now logged in as Ann",
    ":Ann!~Ann@* ACCOUNT Ann",
  );
  ann.send(`REGISTER * * :${PASSWORD}`);
  await ann.expectAll(":irc.test FAIL REGISTER ALREADY_AUTHENTICATED Ann :*");
});

Deno.test("the account may be named, if it is one's nick, and a mail address is of no use", async () => {
  await using node = new Node();
  const bar = await node.client("bar");
  bar.send(`REGISTER foo * :${PASSWORD}`);
  await bar.expectAll(":irc.test FAIL REGISTER ACCOUNT_NAME_MUST_BE_NICK foo :*");
  bar.send(`REGISTER BAR bar@example.org :${PASSWORD}`);
  await bar.expectAll(":irc.test REGISTER SUCCESS bar :*", ":irc.test 900 *");
});

Deno.test("accounts can be made before one is in", async () => {
  await using node = new Node();
  const bar = node.connect();
  bar.send("CAP REQ draft/account-registration", `REGISTER * * :${PASSWORD}`);
  await bar.expectAll(":irc.test CAP * ACK draft/account-registration", ":irc.test FAIL REGISTER NEED_NICK * :*");
  bar.send("NICK bar", `REGISTER * * :${PASSWORD}`);
  await bar.expectAll(":irc.test REGISTER SUCCESS bar :*", ":irc.test 900 * bar bar :*");
  bar.send("USER bar 0 * :Bar", "CAP END");
  await bar.expect(":irc.test 001 bar *");
  assertEquals(node.hub.users.get("bar")!.account, "bar");
});

// "this functionality cannot be used to bypass any authentication restrictions ... requirements that clients send a server
// password with PASS"
Deno.test("where the server has a password, accounts are made inside", async () => {
  await using node = new Node({ password: "sesame" });
  const bar = node.connect();
  bar.send("CAP LS 302", "NICK bar", `REGISTER * * :${PASSWORD}`);
  const lines = await bar.sync();
  assertMatch(lines.join("\n"), /draft\/account-registration(?: |$)/m);
  assertEquals(
    lines.at(-1),
    ":irc.test FAIL REGISTER COMPLETE_CONNECTION_REQUIRED :Come in first, with the server's password",
  );
  bar.send("PASS sesame", "USER bar 0 * :Bar", "CAP END");
  await bar.sync();
  bar.send(`REGISTER * * :${PASSWORD}`);
  await bar.expectAll(":irc.test REGISTER SUCCESS bar :*", ":irc.test 900 *");
});

Deno.test("no account takes the name of another, whatever its case, nor the nick that somebody has", async () => {
  await using node = new Node();
  await registered(node, "ann");
  await node.client("root");
  for (const [nick, code] of [["ANN", "ACCOUNT_EXISTS"], ["root", "USERNAME_EXISTS"]] as const) {
    const client = node.connect();
    client.send(`NICK ${nick}`, `REGISTER * * :${PASSWORD}`);
    await client.expectAll(`:irc.test FAIL REGISTER ${code} ${nick} :*`);
  }
});

Deno.test("of two who register one name at once, one gets it", async () => {
  await using node = new Node();
  const clients = [node.connect(), node.connect()];
  for (const client of clients) client.send("NICK ann", `REGISTER * * :${PASSWORD}`);
  const answers = (await Promise.all(clients.map((client) => client.sync()))).map(([line]) => line!);
  assertEquals(answers.filter((line) => line.includes("REGISTER SUCCESS ann")).length, 1);
  assertEquals(answers.filter((line) => line.includes("FAIL REGISTER ACCOUNT_EXISTS ann")).length, 1);
});

Deno.test("a password has a least and a greatest length", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("REGISTER * * :short", `REGISTER * * :${"x".repeat(301)}`);
  await ann.expectAll(
    ":irc.test FAIL REGISTER WEAK_PASSWORD ann :A password needs at least 6 characters",
    ":irc.test FAIL REGISTER UNACCEPTABLE_PASSWORD ann :A password has at most 300 bytes",
  );
});

Deno.test("VERIFY says that there is nothing to verify", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("VERIFY ann 1234");
  await ann.expectAll(":irc.test FAIL VERIFY INVALID_CODE ann :*");
  ann.send(`REGISTER * * :${PASSWORD}`, "VERIFY ann 1234");
  await ann.expect("*REGISTER SUCCESS*");
  await ann.expectAll(":irc.test 900 *", ":irc.test FAIL VERIFY ALREADY_AUTHENTICATED ann :*");
});

Deno.test("accounts are bounded, in all and from one address", async () => {
  await using node = new Node({ limits: { accounts: 3, registrationsPerHour: 2 } });
  await registered(node, "one");
  await registered(node, "two");
  const three = await node.client("three");
  three.send(`REGISTER * * :${PASSWORD}`);
  await three.expectAll(
    ":irc.test FAIL REGISTER TEMPORARILY_UNAVAILABLE three :Too many accounts were registered from *",
  );
  node.pass(30 * 60_000);
  const four = node.connect({ address: "192.0.2.4" });
  four.send("NICK four", `REGISTER * * :${PASSWORD}`);
  await four.expect("*REGISTER SUCCESS four*");
  const five = node.connect({ address: "192.0.2.5" });
  five.send("NICK five", `REGISTER * * :${PASSWORD}`);
  await five.expectAll(":irc.test FAIL REGISTER TEMPORARILY_UNAVAILABLE five :There are too many accounts here");
});

Deno.test("ACCOUNT is for those who have one, and says what it takes", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("ACCOUNT GET");
  await ann.expectAll(":irc.test FAIL ACCOUNT ACCOUNT_REQUIRED :Sign in to an account first");
  ann.send(`REGISTER * * :${PASSWORD}`);
  await ann.sync();
  ann.send(
    "ACCOUNT GET",
    "ACCOUNT SET colour blue",
    "ACCOUNT SET always-on maybe",
    "ACCOUNT PASSWORD x",
    "ACCOUNT NEW",
  );
  await ann.expectAll(
    ":irc.test NOTE ACCOUNT SETTING always-on off :*",
    ":irc.test FAIL ACCOUNT INVALID_PARAMS colour :There is no such setting",
    ":irc.test FAIL ACCOUNT INVALID_PARAMS always-on :*",
    ":irc.test FAIL ACCOUNT NEED_MORE_PARAMS PASSWORD :Parameters are missing",
    ":irc.test FAIL ACCOUNT INVALID_PARAMS NEW :It takes GET, SET, PASSWORD, DELETE or CERT",
  );
});

Deno.test("a new password takes the old one, and then is the one", async () => {
  await using node = new Node({ limits: { loginsPerMinute: 2 } });
  const ann = await registered(node, "ann");
  ann.send("ACCOUNT PASSWORD wrong another-one", `ACCOUNT PASSWORD :${PASSWORD}`);
  await ann.expectAll(
    ":irc.test FAIL ACCOUNT INVALID_CREDENTIALS :That is not the password of your account",
    ":irc.test FAIL ACCOUNT NEED_MORE_PARAMS PASSWORD :*",
  );
  ann.send("ACCOUNT PASSWORD correct short");
  await ann.expectAll(":irc.test FAIL ACCOUNT UNACCEPTABLE_PASSWORD :*");
  ann.send(`ACCOUNT PASSWORD base64:${base64(PASSWORD)} base64:${base64("two words")}`);
  await ann.expectAll(":irc.test NOTE ACCOUNT PASSWORD_CHANGED ann :*");
  ann.send("ACCOUNT DELETE :two words");
  await ann.expectAll(":irc.test NOTE ACCOUNT DELETED ann :*", ":irc.test 901 *");
  const ben = await node.client("ben");
  ben.send("REGISTER * * first-secret");
  await ben.sync();
  ben.send("ACCOUNT PASSWORD first-secret second-secret");
  await ben.expectAll(":irc.test NOTE ACCOUNT PASSWORD_CHANGED ben :*");
  const again = node.connect();
  again.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ben", "first-secret")}`);
  await again.expectAll("AUTHENTICATE +", ":irc.test 904 *");
  again.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ben", "second-secret")}`);
  const after = await again.sync();
  assertMatch(after.join("\n"), /^:irc.test 904 \* :Too many sign-ins/);
  node.pass(30_000);
  again.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ben", "second-secret")}`);
  await again.expectAll("AUTHENTICATE +", ":irc.test 900 * * ben :*", ":irc.test 903 *");
});

Deno.test("an operator gives a forgotten account another password, and nobody else does", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  await account(node, "ann");
  const root = await registered(node, "root");
  root.send("ACCOUNT RESET ann new-password");
  await root.expectAll(":irc.test FAIL ACCOUNT INVALID_PARAMS RESET :*");
  root.send("OPER root secret");
  await root.sync();
  root.send("ACCOUNT RESET nobody new-password", "ACCOUNT RESET ann short", "ACCOUNT RESET ann new-password");
  await root.expectAll(
    ":irc.test FAIL ACCOUNT ACCOUNT_UNKNOWN nobody :*",
    ":irc.test FAIL ACCOUNT UNACCEPTABLE_PASSWORD :*",
    ":irc.test NOTE ACCOUNT PASSWORD_RESET ann :ann has another password now",
  );
  const ann = node.connect();
  ann.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ann", "new-password")}`);
  await ann.expectAll("AUTHENTICATE +", ":irc.test 900 * * ann :*", ":irc.test 903 *");
});

Deno.test("who deletes an account is a guest again, and others are told", async () => {
  await using node = new Node();
  const ann = await registered(node, "ann", "account-notify");
  const second = await signedIn(node, "ann");
  const ben = await node.client("ben", "account-notify");
  for (const client of [ann, ben]) {
    client.send("JOIN #lobby");
    await client.sync();
  }
  await ann.sync();
  await second.sync();
  ann.send("ACCOUNT DELETE :wrong horse");
  await ann.expectAll(":irc.test FAIL ACCOUNT INVALID_CREDENTIALS :*");
  ann.send(`ACCOUNT DELETE :${PASSWORD}`);
  await ann.expectAll(
    ":irc.test NOTE ACCOUNT DELETED ann :Your account is deleted; what it said stays under its nick, *",
    ":irc.test 901 ann ann!~ann@* :You are now logged out",
    ":ann!~ann@* ACCOUNT *",
  );
  await second.expectAll(":irc.test NOTE ACCOUNT DELETED ann :*", ":irc.test 901 *");
  await ben.expectAll(":ann!~ann@* ACCOUNT *");
  assertEquals(node.hub.store.accounts.get("ann"), undefined);
  const stranger = await node.client("cid");
  stranger.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ann")}`);
  await stranger.expectAll("AUTHENTICATE +", ":irc.test 904 *");
});

Deno.test("a later account of the same name reads nothing of the one before and has none of its rights", async () => {
  await using node = new Node();
  const ann = await registered(node, "ann");
  const ben = await registered(node, "ben");
  ann.send("JOIN #mine", "MODE #mine +I a:ann");
  await ann.sync();
  ben.send("PRIVMSG ann :a secret for ann");
  await ben.sync();
  ann.send("MARKREAD ben timestamp=2026-01-01T12:00:00.000Z", `ACCOUNT DELETE :${PASSWORD}`, "QUIT");
  await ann.expectEnd("ERROR *");
  const next = await registered(node, "ann", "batch", "draft/read-marker");
  next.send("SEARCH text=secret", "MARKREAD ben", "JOIN #mine");
  const lines = await next.sync();
  assertEquals(lines.filter((line) => line.includes("a secret for ann")), []);
  assertEquals(lines.filter((line) => line.includes("MARKREAD ben")), [":irc.test MARKREAD ben *"]);
  assertEquals(node.hub.channels.get("#mine")!.lists.I, []);
  // Whom the messages were with still has them.
  ben.send("SEARCH text=secret");
  assertMatch((await ben.sync()).join("\n"), /a secret for ann/);
});

Deno.test("an account may be deleted with the text of all that it said", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ann.send("REGISTER * * correct-horse");
  await ann.sync();
  for (const client of [ann, ben]) {
    client.send("JOIN #lobby", `PRIVMSG #lobby :hello from ${client.nick}`);
    await client.sync();
  }
  await ann.sync();
  ann.send("ACCOUNT DELETE correct-horse redact");
  await ann.expectAll(
    ":irc.test NOTE ACCOUNT DELETED ann :Your account is deleted, and the text of everything it said",
    ":irc.test 901 *",
  );
  assertEquals(node.hub.store.history("#lobby", { limit: 10 }).map(({ message }) => message.params[1]), [
    undefined,
    "hello from ben",
  ]);
});

Deno.test("an account has so many certificates, and a certificate one account", async () => {
  await using node = new Node();
  const ann = await registered(node, "ann");
  const ben = await registered(node, "ben");
  const fingerprint = (i: number) => i.toString(16).padStart(64, "0");
  for (let i = 0; i < MAX_CERTIFICATES; i++) ann.send(`ACCOUNT CERT ADD ${fingerprint(i)}`);
  assertEquals((await ann.sync()).filter((line) => line.includes("CERTIFICATE_ADDED")).length, MAX_CERTIFICATES);
  ann.send(`ACCOUNT CERT ADD ${fingerprint(99)}`, "ACCOUNT CERT ADD abc", "ACCOUNT CERT ADD", "ACCOUNT CERT LIST");
  const answers = await ann.sync();
  assertEquals(answers.slice(0, 3).map((line) => line.split(" ", 4)[3]), [
    "TOO_MANY_CERTIFICATES",
    "INVALID_PARAMS",
    "INVALID_PARAMS",
  ]);
  assertEquals(answers.length, 3 + MAX_CERTIFICATES);
  ben.send(`ACCOUNT CERT ADD ${fingerprint(0)}`, `ACCOUNT CERT DEL ${fingerprint(0)}`, "ACCOUNT CERT LIST");
  await ben.expectAll(
    `:irc.test FAIL ACCOUNT CERTIFICATE_IN_USE ${fingerprint(0)} :*`,
    `:irc.test FAIL ACCOUNT NO_SUCH_CERTIFICATE ${fingerprint(0)} :*`,
    ":irc.test NOTE ACCOUNT NO_CERTIFICATES :*",
  );
});
