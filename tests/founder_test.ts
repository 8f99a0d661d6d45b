import { SqliteStore } from "../server/store_sqlite.ts";
import { assertEquals, Node } from "./harness.ts";
import { account, PASSWORD, plain, registered, signedIn } from "./sign_in.ts";

const DAY = 24 * 60 * 60_000;

Deno.test("a channel that an account makes belongs to it: only its founder comes in as operator", async () => {
  await using node = new Node();
  const ann = await registered(node, "ann");
  ann.send("JOIN #tea", "PART #tea");
  await ann.sync();
  const ben = await node.client("ben");
  ben.send("JOIN #tea");
  assertEquals((await ben.sync()).filter((line) => line.includes(" 353 ")), [":irc.test 353 ben = #tea ben"]);
  ann.send("JOIN #tea");
  await ann.sync();
  await ben.expectAll(":ann!*JOIN #tea", ":irc.test MODE #tea +o ann");
});

Deno.test("a founder who signs in later is operator from then on", async () => {
  await using node = new Node();
  const first = await registered(node, "ann");
  first.send("JOIN #tea", "QUIT");
  await first.expectEnd("ERROR *");
  const ann = await node.client("guest");
  ann.send("JOIN #tea");
  await ann.sync();
  ann.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ann")}`);
  await ann.expectAll("AUTHENTICATE +", ":irc.test 900 *", ":irc.test 903 *", ":irc.test MODE #tea +o guest");
});

Deno.test("a channel of a guest is gone when it is empty", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("JOIN #tea", "TOPIC #tea :green", "PART #tea");
  await ann.sync();
  assertEquals(node.hub.channels.size, 0);
});

Deno.test("topic, modes and lists of a founded channel are there after a restart", async () => {
  const folder = await Deno.makeTempDir();
  try {
    {
      await using node = new Node({ store: new SqliteStore(folder) });
      const ann = await registered(node, "ann");
      ann.send("JOIN #Tea", "TOPIC #tea :green", "MODE #tea +mkl-t leaf 5", "MODE #tea +bI bad!*@* good!*@*");
      await ann.sync();
    }
    await using node = new Node({ store: new SqliteStore(folder) });
    const ben = await node.client("ben");
    ben.send("JOIN #tea", "JOIN #tea leaf", "MODE #tea", "MODE #tea b", "MODE #tea I");
    const lines = await ben.sync();
    assertEquals(lines.filter((line) => / (475|332|324) /.test(line)), [
      ":irc.test 475 ben #Tea :Cannot join channel (+k): the key is missing or wrong",
      ":irc.test 332 ben #Tea green",
      ":irc.test 324 ben #Tea +mnkl leaf 5",
    ]);
    assertEquals(lines.filter((line) => / (367|346) /.test(line)).map((line) => line.split(" ", 6).join(" ")), [
      ":irc.test 367 ben #Tea bad!*@* ann",
      ":irc.test 346 ben #Tea good!*@* ann",
    ]);
    const ann = await signedIn(node, "ann");
    ann.send("JOIN #tea leaf");
    await ann.sync();
    await ben.expectAll(":ann!*JOIN #Tea", ":irc.test MODE #Tea +o ann");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a channel that nobody is in and nobody wrote in for longer than history is kept is forgotten", async () => {
  await using node = new Node({ retention: 90 * DAY });
  const ann = await registered(node, "ann");
  ann.send("JOIN #old", "JOIN #busy", "JOIN #sat", "PART #old", "PART #busy");
  await ann.sync();
  const ben = await node.client("ben");
  node.now += 80 * DAY;
  ben.send("JOIN #busy", "PRIVMSG #busy :hello", "PART #busy");
  await ben.sync();
  node.now += 20 * DAY;
  node.hub.channels.forgetDeserted();
  assertEquals([...node.hub.channels.values()].map(({ name }) => name), ["#busy", "#sat"]);
  assertEquals([...node.hub.store.channels.list()].map(([key]) => key), ["#busy", "#sat"]);
});

Deno.test("a channel whose founder deletes the account belongs to nobody", async () => {
  await using node = new Node();
  await account(node, "ann");
  const ann = await signedIn(node, "ann");
  ann.send("JOIN #empty", "JOIN #full", "PART #empty", `ACCOUNT DELETE :${PASSWORD}`);
  await ann.sync();
  assertEquals([...node.hub.channels.values()].map(({ name, founder }) => [name, founder]), [["#full", undefined]]);
  assertEquals([...node.hub.store.channels.list()], []);
});
