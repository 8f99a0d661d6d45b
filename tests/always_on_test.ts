import { accountNamed, deleteAccount } from "../server/accounts.ts";
import { SqliteStore } from "../server/store_sqlite.ts";
import { assertEquals, assertMatch, Node, type TestClient } from "./harness.ts";
import { registered, signedIn, signingIn } from "./sign_in.ts";

/** Somebody with an always-on account, in some channels. */
async function staying(node: Node, nick: string, ...channels: string[]): Promise<TestClient> {
  const client = await registered(node, nick);
  client.send("ACCOUNT SET always-on on");
  await client.expectAll(":irc.test NOTE ACCOUNT SETTING always-on on :*");
  for (const channel of channels) client.send(`JOIN ${channel}`);
  await client.sync();
  return client;
}

async function leave(client: TestClient): Promise<void> {
  client.send("QUIT");
  await client.expectEnd("ERROR *");
}

Deno.test("an always-on account stays in its channels while nobody is at it, marked away", async () => {
  await using node = new Node();
  const ann = await staying(node, "ann", "#lobby");
  const ben = await node.client("ben", "away-notify");
  const far = await node.client("far", "extended-monitor", "away-notify");
  ben.send("JOIN #lobby");
  far.send("MONITOR + ann");
  await ben.sync();
  await far.sync();
  await leave(ann);
  await ben.expectAll(":ann!~ann@* AWAY :Not here now; messages are kept");
  await far.expectAll(":ann!~ann@* AWAY :Not here now; messages are kept");
  ben.send("NAMES #lobby", "WHO ann", "MONITOR + ann", "ISON ann", "PRIVMSG ann :hello");
  await ben.expectAll(
    ":irc.test 353 ben = #lobby :@ann ben",
    ":irc.test 366 ben #lobby :*",
    ":irc.test 352 ben * ~ann * irc.test ann G :0 ann Test",
    ":irc.test 315 ben ann :*",
    ":irc.test 730 ben ann!~ann@*",
    ":irc.test 303 ben ann",
    ":irc.test 301 ben ann :Not here now; messages are kept",
  );
  ben.send("WHOIS ann");
  const whois = await ben.sync();
  assertEquals(whois.filter((line) => / 301 | 319 | 330 /.test(line)).length, 3);
  const back = await signedIn(node, "ann", { capabilities: ["batch"] });
  await ben.expectAll(":ann!~ann@* AWAY");
  await far.expectAll(":ann!~ann@* AWAY");
  back.send("CHATHISTORY LATEST ben * 10");
  assertMatch((await back.sync()).join("\n"), /:ben!\S+ PRIVMSG ann hello/);
});

Deno.test("it keeps an away message of its own, and a nick of its own is given back", async () => {
  await using node = new Node();
  const ann = await staying(node, "ann", "#lobby");
  const ben = await node.client("ben", "away-notify");
  ben.send("JOIN #lobby");
  await ben.sync();
  ann.send("NICK ann_phone", "AWAY :on the train");
  await ann.sync();
  await ben.expectAll(":ann!* NICK ann_phone", ":ann_phone!* AWAY :on the train");
  await leave(ann);
  await ben.expectAll(":ann_phone!* NICK ann");
  const back = await signingIn(node, "ann");
  assertEquals((await back.sync()).filter((line) => line.includes(" 306 ")).length, 1);
  assertEquals(node.hub.users.get("ann")!.away, "on the train");
});

Deno.test("a guest, an account that did not ask for it, and one that was killed, do not stay", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const ben = await registered(node, "ben");
  const ann = await staying(node, "ann", "#lobby");
  const root = await node.client("root");
  root.send("OPER root secret");
  await root.sync();
  await leave(ben);
  root.send("KILL ann :enough");
  await ann.expectEnd("ERROR *");
  await root.sync();
  assertEquals([...node.hub.users.keys()], ["root"]);
  assertEquals([...node.hub.store.memberships.list()], []);
});

Deno.test("what OPER gave goes with the last client", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const ann = await staying(node, "ann");
  ann.send("OPER root secret");
  await ann.sync();
  assertEquals(node.hub.users.get("ann")!.isOperator, true);
  await leave(ann);
  assertEquals(node.hub.users.get("ann")!.isOperator, false);
});

Deno.test("switched off, it leaves with its last client", async () => {
  await using node = new Node();
  const ann = await staying(node, "ann", "#lobby");
  ann.send("ACCOUNT SET always-on off");
  await ann.expectAll(":irc.test NOTE ACCOUNT SETTING always-on off :*");
  await leave(ann);
  assertEquals([node.hub.users.size, [...node.hub.store.memberships.list()].length], [0, 0]);
});

Deno.test("it is there again after a restart, with its statuses, and has what was said meanwhile", async () => {
  const folder = await Deno.makeTempDir();
  try {
    {
      await using node = new Node({ store: new SqliteStore(folder) });
      const ben = await node.client("ben");
      ben.send("JOIN #Tea", "JOIN #left", "JOIN #secret", "MODE #secret +i");
      const ann = await staying(node, "ann", "#tea", "#mine", "#left");
      ann.send("PART #left");
      await ann.sync();
      ben.send("INVITE ann #secret", "MODE #tea +v ann");
      await ben.sync();
      ann.send("JOIN #secret");
      await ann.sync();
      ben.send("PRIVMSG #secret :said in secret");
      await ben.sync();
    }
    await using node = new Node({ store: new SqliteStore(folder) });
    const ben = await node.client("ben");
    ben.send("JOIN #tea", "PRIVMSG ann :while you were away", "WHOIS ann");
    const lines = await ben.sync();
    const names = lines.find((line) => line.includes(" 353 "));
    assertMatch(names!, /:irc\.test 353 ben = #Tea :\+ann ben/);
    assertMatch(lines.join("\n"), / 319 ben ann :?[^\n]*@#mine/);
    assertMatch(lines.join("\n"), / 301 ben ann :Not here now/);
    const back = await signingIn(node, "ann", { capabilities: ["batch"] });
    const joined = (await back.messages()).filter(({ command }) => command === "JOIN").map(({ params }) => params[0]);
    assertEquals(joined.toSorted(), ["#Tea", "#mine", "#secret"]);
    back.send("CHATHISTORY LATEST ben * 10", "CHATHISTORY LATEST #secret * 10");
    const history = (await back.sync()).join("\n");
    assertMatch(history, /PRIVMSG ann :while you were away/);
    assertMatch(history, /PRIVMSG #secret :said in secret/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a deleted account does not stay", async () => {
  await using node = new Node();
  await leave(await staying(node, "ann", "#lobby"));
  assertEquals(node.hub.users.size, 1);
  deleteAccount(node.hub, accountNamed(node.hub, "ann")!);
  assertEquals([node.hub.users.size, node.hub.channels.size], [0, 0]);
  const { visits, memberships, markers, accounts } = node.hub.store;
  for (const records of [visits, memberships, markers, accounts]) assertEquals([...records.list()], []);
});
