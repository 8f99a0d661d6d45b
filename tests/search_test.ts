// https://github.com/emersion/soju/blob/master/doc/ext/search.md

import { assertEquals } from "@std/assert";
import { Node, type TestClient } from "./harness.ts";
import { inLobby, tag } from "./lobby.ts";

const ALL = ["soju.im/search", "batch", "message-tags", "server-time"] as const;

/** Searches and gives the texts that were found. */
async function search(client: TestClient, attributes: string): Promise<string[]> {
  client.send(`SEARCH ${attributes}`);
  const [start, ...found] = await client.messages();
  assertEquals([start!.command, ...start!.params.slice(1)], ["BATCH", "soju.im/search"]);
  assertEquals(found.pop()!.params, [`-${start!.params[0]!.slice(1)}`]);
  return found.map(({ params }) => params[1]!);
}

Deno.test("messages are found by word, sender, place and time, oldest first", async () => {
  // "The server then replies with a batch of batch type `search` containing messages matching all the specified attributes."
  // "The order of returned messages within the batch is implementation-defined, but SHOULD be ascending time order"
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], ["ben", ...ALL]);
  for (
    const [client, line] of [
      [ann, "PRIVMSG #lobby :That was fast!"],
      [ben, "NOTICE #lobby :fast food"],
      [ann, "PRIVMSG ben :a fast secret"],
      [ben, "PRIVMSG #lobby :我们在部署"],
    ] as const
  ) {
    client.send(line);
    await client.sync();
    node.now += 1000;
  }
  await ann.sync();
  await ben.sync();
  assertEquals(await search(ann, "text=fast"), ["That was fast!", "fast food", "a fast secret"]);
  assertEquals(await search(ann, "text=fast;in=#LOBBY"), ["That was fast!", "fast food"]);
  assertEquals(await search(ann, "text=FAST;from=BEN"), ["fast food"]);
  assertEquals(await search(ann, "in=ben"), ["a fast secret"]);
  assertEquals(await search(ann, String.raw`text=fast\sfood`), ["fast food"]);
  assertEquals(await search(ann, "text=部署"), ["我们在部署"]);
  // "a number representing an upper bound on the count of messages to return"
  assertEquals(await search(ann, "in=#lobby;limit=1"), ["我们在部署"]);
  assertEquals(await search(ann, "in=#lobby;after=2026-01-01T12:00:01.000Z"), ["fast food", "我们在部署"]);
  assertEquals(await search(ann, "in=#lobby;before=2026-01-01T12:00:01.000Z"), ["That was fast!", "fast food"]);
  assertEquals(await search(ann, "in=#lobby;before=2010-01-01T00:00:00.000Z"), []);
});

Deno.test("what is found has the time and the msgid that it had", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", ...ALL, "echo-message"]);
  ann.send("PRIVMSG #lobby :needle");
  const [live] = await ann.messages();
  node.pass(1000);
  ann.send("SEARCH text=needle");
  const found = (await ann.messages())[1]!;
  assertEquals([tag(found, "msgid"), tag(found, "time")], [tag(live!, "msgid"), tag(live!, "time")]);
});

Deno.test("nobody finds what was said elsewhere", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], "ben");
  const cid = await node.client("cid", ...ALL);
  ben.send("PRIVMSG ann :a needle", "PRIVMSG #lobby :another needle");
  await ben.sync();
  await ann.sync();
  assertEquals(await search(cid, "text=needle"), []);
  assertEquals(await search(cid, "in=ben;text=needle"), []);
  cid.send("SEARCH text=needle;in=#lobby", "SEARCH in=#nosuch", "SEARCH in=nobody");
  await cid.expectAll(
    "@time=* :irc.test FAIL SEARCH INVALID_PARAMS in :You cannot read the history of that",
    "@time=* :irc.test FAIL SEARCH INVALID_PARAMS in :You cannot read the history of that",
    "@time=* :irc.test FAIL SEARCH INVALID_PARAMS in :You cannot read the history of that",
  );
  assertEquals(await search(ann, "text=needle"), ["a needle", "another needle"]);
});

Deno.test("a search that cannot be read is refused with what is wrong in it", async () => {
  // "If the selectors were invalid, the `INVALID_PARAMS` error code SHOULD be returned."
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", "soju.im/search"]);
  ann.send("SEARCH", "SEARCH after=yesterday", "SEARCH before=1", "SEARCH limit=many", "SEARCH limit=0");
  await ann.expectAll(
    ":irc.test 461 ann SEARCH :Not enough parameters",
    ":irc.test FAIL SEARCH INVALID_PARAMS after :*",
    ":irc.test FAIL SEARCH INVALID_PARAMS before :*",
    ":irc.test FAIL SEARCH INVALID_PARAMS limit :*",
    ":irc.test FAIL SEARCH INVALID_PARAMS limit :*",
  );
});
