import { assertEquals, assertMatch } from "@std/assert";
import { Connection, type Wire } from "../protocol/connection.ts";
import { LIMIT_OPTIONS } from "../main/serve.ts";
import { DEFAULT_LIMITS, type TokenBucket } from "../server/limits.ts";
import { Node } from "./harness.ts";

Deno.test("docs/operating.md has a row for each limit, with its default and its option", async () => {
  const text = await Deno.readTextFile(new URL("../docs/operating.md", import.meta.url));
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\S+) \| (?:`--([\w-]+)`)? *\|/gm)].map(([, name, value, option]) => [
    name,
    Number(value!.replaceAll(",", "")),
    option,
  ]);
  const options = new Map(Object.entries(LIMIT_OPTIONS).map(([option, limit]) => [limit as string, option]));
  assertEquals(rows, Object.entries(DEFAULT_LIMITS).map(([name, value]) => [name, value, options.get(name)]));
});

/** Every file of tests, in which each limit must be set to something that is reached. */
async function* tests(folder: URL): AsyncIterable<string> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith("_test.ts")) yield await Deno.readTextFile(new URL(name, folder));
  }
}

Deno.test("a test sets each limit to something that it reaches", async () => {
  const all = (await Array.fromAsync(tests(new URL("./", import.meta.url)))).join("\n");
  const missing = Object.keys(DEFAULT_LIMITS).filter((name) => !new RegExp(`\\b${name}: \\d`).test(all));
  assertEquals(missing, []);
});

Deno.test("commandBurst and commandRate: the burst is free, then each command waits its turn", () => {
  const node = new Node({ limits: { commandBurst: 3, commandRate: 2, localBurst: 7, localRate: 4 } });
  const bucketOf = (address: string) => {
    const idle: Wire = {
      read: () => Promise.resolve(null),
      write: (bytes) => Promise.resolve(bytes.length),
      close() {},
    };
    return node.hub.connect(new Connection(idle), { address, secure: false }).bucket;
  };
  const waits = (bucket: TokenBucket, count: number) => Array.from({ length: count }, () => bucket.take(1, node.now));
  assertEquals(waits(bucketOf("192.0.2.1"), 5), [0, 0, 0, 500, 1000]);
  assertEquals(waits(bucketOf("127.0.0.1"), 9), [0, 0, 0, 0, 0, 0, 0, 250, 500]);
  node.hub.clients.clear();
});

Deno.test("a client that floods is heard late, and nothing that it said is lost", async () => {
  await using node = new Node({ throttle: true, limits: { commandBurst: 5, commandRate: 2000 } });
  const ann = node.connect();
  ann.send(
    "NICK ann",
    "USER ann 0 * :ann",
    "JOIN #lobby",
    ...Array.from({ length: 20 }, (_, i) => `TOPIC #lobby :${i}`),
  );
  const lines = await ann.sync();
  assertEquals(lines.filter((line) => line.includes(" TOPIC ")).length, 20);
});

Deno.test("registrationTime: whoever does not register is let go, also if it talks all the time", async () => {
  await using node = new Node({ limits: { registrationTime: 10_000 } });
  const [silent, slow, capable] = [node.connect(), node.connect(), node.connect()];
  capable.send("CAP LS 302", "NICK ann", "USER ann 0 * :ann");
  for (let i = 0; i < 9; i++) {
    slow.send("NICK ann");
    await slow.sync();
    node.pass(1000);
  }
  await capable.sync();
  node.pass(1000);
  for (const one of [silent, slow, capable]) await one.expectEnd("*Registration timed out");
  assertEquals(node.hub.users.size, 0);
});

Deno.test("pingAfter and pingTimeout: who is silent is asked, and let go when it does not answer", async () => {
  await using node = new Node({ limits: { pingAfter: 10_000, pingTimeout: 15_000 } });
  const ann = await node.client("ann");
  const ben = await node.client("ben");
  node.pass(10_000);
  await ann.expect("PING irc.test");
  await ben.expect("PING irc.test");
  ben.send("PONG irc.test");
  await ben.expectNothing();
  node.pass(5000);
  await ann.expectEnd("ERROR :Ping timeout: 15 seconds");
  await ben.expectNothing();
});

Deno.test("openBatches and multilineLines: nested and endless batches are refused", async () => {
  await using node = new Node({ limits: { openBatches: 1, multilineLines: 3 } });
  const ann = await node.client("ann", "batch", "draft/multiline", "message-tags");
  ann.send("JOIN #lobby", "BATCH +a draft/multiline #lobby", "@batch=a BATCH +b draft/multiline #lobby");
  assertMatch((await ann.sync()).at(-1)!, /FAIL BATCH MULTILINE_INVALID/);
  for (let i = 0; i < 5; i++) ann.send(`@batch=a PRIVMSG #lobby :${i}`);
  ann.send("BATCH -a", "BATCH -b");
  assertMatch((await ann.sync()).join("\n"), /^:irc\.test FAIL BATCH MULTILINE_MAX_LINES 3 :/);
  assertEquals(node.hub.store.history("#lobby", { limit: 10 }), []);
});

Deno.test("historyAtJoin: so many messages are shown to who cannot ask for more", async () => {
  await using node = new Node({ limits: { historyAtJoin: 2 } });
  const ann = await node.client("ann");
  ann.send("JOIN #lobby", ...Array.from({ length: 5 }, (_, i) => `PRIVMSG #lobby :${i}`));
  await ann.sync();
  const ben = await node.client("ben");
  ben.send("JOIN #lobby");
  const shown = (await ben.sync()).filter((line) => line.includes(" PRIVMSG "));
  assertEquals(shown.map((line) => line.at(-1)), ["3", "4"]);
});

Deno.test("whoever waits for the rate limit and hangs up is not kept", async () => {
  await using node = new Node({ throttle: true, limits: { commandBurst: 1, commandRate: 100 } });
  const ann = node.connect();
  ann.send("NICK ann", "USER ann 0 * :ann");
  await ann.sync();
  for (let i = 0; i < 10; i++) ann.send("TIME");
  await ann.close();
  // What is left behind is seen at the node's end.
});
