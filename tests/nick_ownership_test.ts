import { assertEquals, assertMatch, Node } from "./harness.ts";
import { account, plain, registered, signedIn } from "./sign_in.ts";

const REFUSAL = ":irc.test 433 * ann :That nick belongs to an account: sign in to it first";

Deno.test("a stranger does not come in under a nick that belongs to an account, however it is written", async () => {
  await using node = new Node();
  await account(node, "ann");
  for (const [i, nick] of ["ann", "ANN", "ａｎｎ"].entries()) {
    const stranger = node.connect();
    stranger.send(`NICK ${nick}`, "USER ann 0 * :Ann");
    await stranger.expectAll(REFUSAL.replace("ann", nick));
    stranger.send(`NICK ann${i}`);
    await stranger.expect(`:irc.test 001 ann${i} *`);
  }
});

Deno.test("nobody poses as a service that people tell their passwords", async () => {
  await using node = new Node();
  const mallory = node.connect();
  mallory.send("NICK NickServ", "REGISTER * * :correct horse", "USER m 0 * :M");
  await mallory.expectAll(
    ":irc.test FAIL REGISTER BAD_ACCOUNT_NAME NickServ :*",
    ":irc.test 433 * NickServ :That nick is kept free: *",
  );
});

Deno.test("its owner comes in under it", async () => {
  await using node = new Node();
  await account(node, "ann");
  await signedIn(node, "ann");
  assertEquals(node.hub.users.get("ann")?.account, "ann");
});

Deno.test("whoever takes the nick later is asked to sign in, and renamed if it does not", async () => {
  await using node = new Node({ limits: { nickGrace: 30_000 } });
  await account(node, "ann");
  const stranger = await node.client("mallory");
  const ben = await node.client("ben");
  for (const client of [stranger, ben]) {
    client.send("JOIN #lobby");
    await client.sync();
  }
  stranger.send("NICK Ann");
  await stranger.expectAll(
    ":ben!*JOIN #lobby",
    ":mallory!~mallory@* NICK Ann",
    ":irc.test NOTICE Ann :The nick Ann belongs to an account. Sign in to it within 30 seconds, or you will get another nick",
  );
  node.pass(29_999);
  await stranger.expectNothing();
  node.pass(1);
  const [renamed, told] = await stranger.messages();
  const guest = renamed!.params[0]!;
  assertMatch(guest, /^guest\d+$/);
  assertEquals(told!.params, [
    guest,
    `You are ${guest} now: the nick Ann belongs to an account that you are not signed in to`,
  ]);
  await ben.expectAll(":mallory!*NICK Ann", `:Ann!*NICK ${guest}`);
  // Once is enough.
  stranger.send("NICK ann");
  await stranger.expectAll(`:irc.test 433 ${guest} ann :That nick belongs to an account: sign in to it first`);
});

Deno.test("whoever signs in in time keeps the nick, and whoever leaves it is left alone", async () => {
  await using node = new Node();
  await account(node, "ann");
  const ann = await node.client("anna");
  ann.send("NICK ann", "AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ann")}`);
  await ann.sync();
  const other = await node.client("other");
  other.send("NICK another");
  await other.sync();
  node.pass(60_000);
  await ann.expectNothing();
  assertEquals([...node.hub.users.values()].map(({ nick }) => nick), ["ann", "another"]);
});

Deno.test("the owner who comes takes the nick from a stranger at once", async () => {
  await using node = new Node();
  await account(node, "ann");
  const stranger = await node.client("mallory");
  stranger.send("NICK ann");
  await stranger.sync();
  const ann = await signedIn(node, "ann");
  await stranger.expectAll(":ann!~mallory@* NICK guest*", ":irc.test NOTICE guest* :You are guest* now: *");
  ann.send("NICK anna");
  await ann.expectAll(":ann!~ann@* NICK anna");
  const second = await node.client("second");
  second.send("NICK ann");
  await second.sync();
  ann.send("NICK ann");
  await ann.expectAll(":anna!~ann@* NICK ann");
  await second.expectAll(":ann!~second@* NICK guest*", ":irc.test NOTICE guest* :*");
});

Deno.test("a person with nc gets another name than that of an account", async () => {
  await using node = new Node();
  await account(node, "ann");
  const person = node.connect();
  person.send("ann");
  let welcome = await person.line();
  while (!welcome!.includes("Welcome")) welcome = await person.line();
  assertMatch(welcome!, /, so you are ann1: \/nick NAME takes another name/);
  person.send("/nick ann");
  let line = await person.line();
  while (!line!.includes("belongs")) line = await person.line();
  assertMatch(line!, /ann: That nick belongs to an account/);
});

Deno.test("somebody who is signed in to another account is a stranger too", async () => {
  await using node = new Node();
  await account(node, "ann");
  const ben = await registered(node, "ben");
  ben.send("NICK ann");
  await ben.expectAll(":ben!*NICK ann", ":irc.test NOTICE ann :The nick ann belongs to an account. *");
  node.pass(30_000);
  await ben.expectAll(":ann!*NICK guest*", ":irc.test NOTICE guest* *");
});
