import { assertEquals } from "@std/assert";
import { Node } from "./harness.ts";

Deno.test("two people talk in a channel", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const ben = await node.client("ben");
  ann.send("JOIN #lobby");
  await ann.expectAll(
    ":ann!~ann@*.hidden JOIN #lobby",
    ":irc.test 353 ann = #lobby @ann",
    ":irc.test 366 ann #lobby :End of NAMES list",
  );
  ben.send("JOIN #lobby");
  await ben.sync();
  await ann.expectAll(":ben!~ben@*.hidden JOIN #lobby");
  ann.send("PRIVMSG #lobby :你好, ben");
  await ann.expectNothing();
  await ben.expectAll(":ann!~ann@*.hidden PRIVMSG #lobby :你好, ben");
});

Deno.test("a direct message reaches one person", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const ben = await node.client("小明");
  const cid = await node.client("cid");
  ann.send("PRIVMSG 小明 :hi");
  await ann.expectNothing();
  await ben.expectAll(":ann!~ann@*.hidden PRIVMSG 小明 hi");
  await cid.expectNothing();
  assertEquals(node.log, []);
});

Deno.test("whoever leaves is seen leaving once by each who shared a channel", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const ben = await node.client("ben");
  ann.send("JOIN #one,#two");
  ben.send("JOIN #one,#two");
  await ben.sync();
  await ann.sync();
  ben.send("QUIT :good night");
  await ben.expectEnd("ERROR :Quit: good night");
  await ann.expectAll(":ben!~ben@*.hidden QUIT :Quit: good night");
});
