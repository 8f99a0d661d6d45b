import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MemoryStore } from "../server/store.ts";
import { Node, type NodeOptions, type TestClient } from "./harness.ts";

const OPERATORS = new Map([["root", "secret"]]);

async function withOperator(options: NodeOptions = {}): Promise<[Node, TestClient]> {
  const node = new Node({ operators: OPERATORS, ...options });
  const root = await node.client("root");
  root.send("OPER root secret");
  await root.sync();
  return [node, root];
}

/** Somebody from an address, registered if the server lets them. */
function come(node: Node, nick: string, address = "192.0.2.9"): TestClient {
  const client = node.connect({ address });
  client.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
  return client;
}

Deno.test("BAN of a nick puts off who has it and keeps it off", async () => {
  const [node, root] = await withOperator();
  await using _ = node;
  const ann = await node.client("ann");
  root.send("BAN Ann 1d :no shouting");
  await root.expectAll(":irc.test NOTICE root :Banned: ann!*@* for 1d by root: no shouting");
  await ann.expectEnd("ERROR :Banned: no shouting");
  const again = come(node, "ANN");
  await again.expect(":irc.test 465 * :You are banned here: no shouting (until 2026-01-02T12:00Z)");
  await again.expectEnd("ERROR :You are banned here: *");
  await come(node, "ben").sync();
  assertMatch(node.log.join("\n"), /root!~root@\S+ banned ann!\*@\* for 1d by root: no shouting/);
});

Deno.test("a banned nick is not taken by renaming either", async () => {
  const [node, root] = await withOperator();
  await using _ = node;
  root.send("BAN troll*");
  await root.sync();
  const ben = await node.client("ben");
  ben.send("NICK troll2");
  await ben.expectAll(":irc.test 432 ben troll2 :That nick is not possible: No reason given");
});

Deno.test("BAN of an address or a network reaches every connection from there, registered or not", async () => {
  const [node, root] = await withOperator();
  await using _ = node;
  const [ann, silent, far] = [
    come(node, "ann", "198.51.100.7"),
    node.connect({ address: "198.51.100.9" }),
    come(node, "far"),
  ];
  await ann.sync();
  await far.sync();
  root.send("BAN 198.51.100.77/24 :spam");
  await root.expectAll(":irc.test NOTICE root :Banned: 198.51.100.0/24 for good by root: spam");
  await ann.expectEnd("ERROR :Banned: spam");
  await silent.expectEnd("ERROR :Banned: spam");
  await far.expectNothing();
  await come(node, "new", "198.51.100.1").expectEnd("ERROR :You are banned here: spam");
  assertEquals(node.hub.bans.find({ address: "198.51.100.200" })?.reason, "spam");
  assertEquals(node.hub.bans.find({ address: "198.51.101.1" }), undefined);
});

Deno.test("BAN of an IPv6 network", async () => {
  const [node, root] = await withOperator();
  await using _ = node;
  root.send("BAN 2001:DB8::/32 :spam");
  await root.sync();
  await come(node, "ann", "2001:db8:7::1").expectEnd("ERROR :You are banned here: spam");
  await come(node, "ben", "2001:db9::1").sync();
});

Deno.test("BAN of an account reaches whoever signs in to it", async () => {
  const [node, root] = await withOperator();
  await using _ = node;
  const ann = await node.client("ann");
  ann.send("REGISTER * * correct-horse");
  await ann.sync();
  root.send("BAN a:ANN :spam");
  await root.expectAll(":irc.test NOTICE root :Banned: a:ann for good by root: spam");
  await ann.expectEnd("ERROR :Banned: spam");
  await come(node, "ann2").sync();
});

Deno.test("bans end by themselves, by UNBAN, and are listed while they hold", async () => {
  const [node, root] = await withOperator();
  await using _ = node;
  root.send("BAN ann 30m :heat", "BAN 198.51.100.0/28");
  await root.sync();
  node.pass(60_000);
  root.send("BAN");
  await root.expectAll(
    ":irc.test NOTICE root :ann!*@* for 29m by root: heat",
    ":irc.test NOTICE root :198.51.100.0/28 for good by root: No reason given",
    ":irc.test NOTICE root :End of bans",
  );
  root.send("UNBAN 198.51.100.3/28", "UNBAN nobody");
  await root.expectAll(
    ":irc.test NOTICE root :198.51.100.0/28 may come in again",
    ":irc.test FAIL UNBAN NO_SUCH_BAN :There is no such ban; BAN lists them",
  );
  node.now += 29 * 60_000;
  await come(node, "ann").sync();
  root.send("BAN");
  await root.expectAll(":irc.test NOTICE root :Nobody is banned");
});

Deno.test("bans and the lockdown outlast a restart", async () => {
  const store = new MemoryStore();
  {
    const [node, root] = await withOperator({ store });
    await using _ = node;
    root.send("BAN ann :spam", "LOCKDOWN ON");
    await root.sync();
  }
  await using node = new Node({ store });
  await come(node, "ann").expectEnd("ERROR :You are banned here: spam");
  await come(node, "ben").expectEnd("ERROR :Only people with an account come in right now");
});

Deno.test("an operator cannot ban itself, and is not put off by a ban on others", async () => {
  const [node, root] = await withOperator();
  await using _ = node;
  root.send("BAN *!*@*", "BAN 192.0.2.1", "BAN :a b");
  await root.expectAll(
    ":irc.test FAIL BAN CANNOT_BAN *!*@* :That means you yourself",
    ":irc.test FAIL BAN CANNOT_BAN 192.0.2.1 :That means you yourself",
    ":irc.test FAIL BAN INVALID_MASK :That is no nick, mask, a:account, address or network",
  );
  const other = await node.client("other");
  other.send("OPER root secret");
  await other.sync();
  root.send("BAN other");
  await root.sync();
  await other.expectNothing();
});

Deno.test("only operators of the server ban, lift bans and lock down", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("BAN ben", "UNBAN ben", "LOCKDOWN ON");
  const text = ":irc.test 481 ann :Permission Denied- You're not an IRC operator";
  const lines = await ann.sync();
  assertEquals(lines.length, 3);
  for (const line of lines) assertStringIncludes(line, text.slice(0, 18));
});

Deno.test("the list of bans is bounded", async () => {
  const [node, root] = await withOperator({ limits: { bans: 2 } });
  await using _ = node;
  root.send("BAN a", "BAN b", "BAN c");
  assertEquals((await root.sync()).at(-1), ":irc.test FAIL BAN LIST_FULL c!*@* :There are too many bans");
});

Deno.test("LOCKDOWN lets in only people with an account, and makes none", async () => {
  const [node, root] = await withOperator();
  await using _ = node;
  const ann = await node.client("ann");
  root.send("LOCKDOWN on");
  await root.expectAll(":irc.test NOTICE root :Only people with an account come in");
  ann.send("REGISTER * * correct-horse");
  await ann.expectAll(":irc.test FAIL REGISTER TEMPORARILY_UNAVAILABLE ann :No accounts are made right now");
  await come(node, "ben").expectEnd("ERROR :Only people with an account come in right now");
  root.send("LOCKDOWN", "LOCKDOWN maybe", "LOCKDOWN OFF");
  await root.expectAll(
    ":irc.test NOTICE root :Only people with an account come in",
    ":irc.test FAIL LOCKDOWN INVALID_PARAMS :Say ON or OFF",
    ":irc.test NOTICE root :Everybody may come in",
  );
  await come(node, "ben").sync();
});

Deno.test("slow mode makes members wait between messages, but not operators and voices", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const ben = await node.client("ben");
  ann.send("JOIN #slow", "MODE #slow +S 10");
  await ann.sync();
  ben.send("JOIN #slow", "MODE #slow");
  assertStringIncludes((await ben.sync()).join("\n"), ":irc.test 324 ben #slow +ntS 10");
  ben.send(
    "PRIVMSG #slow :one",
    "PRIVMSG #slow :two",
    "TAGMSG #slow",
    "PART #slow",
    "JOIN #slow",
    "PRIVMSG #slow :three",
  );
  const refused = (await ben.sync()).filter((line) => line.includes(" 404 "));
  assertEquals(refused, Array(2).fill(":irc.test 404 ben #slow :Cannot send to channel (+S): wait 10 seconds"));
  ann.send("PRIVMSG #slow :I may", "PRIVMSG #slow :I still may");
  assertEquals((await ann.sync()).filter((line) => line.includes("404")), []);
  node.now += 10_000;
  ben.send("PRIVMSG #slow :four");
  await ben.sync();
  assertStringIncludes((await ann.sync()).join("\n"), "PRIVMSG #slow four");
  ann.send("MODE #slow +S 0", "MODE #slow +S 99999", "MODE #slow -S");
  await ann.expectAll(
    ":irc.test 696 ann #slow S 0 :Slow mode takes seconds, from 1 to 3600",
    ":irc.test 696 ann #slow S 99999 :Slow mode takes seconds, from 1 to 3600",
    ":ann!~ann@*.hidden MODE #slow -S",
  );
  ben.send("PRIVMSG #slow :five", "PRIVMSG #slow :six");
  assertEquals((await ben.sync()).filter((line) => line.includes("404")), []);
});

Deno.test("nobody times out because the machine's clock was set", async () => {
  const { Clock } = await import("../server/clock.ts");
  let [now, elapsed] = [1_000_000, 0];
  const clock = new Clock(0, () => now, () => elapsed);
  const before = clock.next();
  now -= 500_000;
  elapsed += 10;
  assertEquals(clock.next(), before + 1);
  now += 5_000_000;
  assertEquals(clock.elapsed(), 10);
  assertEquals(new Clock(0, () => 7).elapsed(), 7);
});
