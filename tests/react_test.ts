// Reactions and replies: https://ircv3.net/specs/client-tags/react, https://ircv3.net/specs/client-tags/reply

import { assertEquals } from "@std/assert";
import { Node, type TestClient } from "./harness.ts";
import { inLobby, tag } from "./lobby.ts";

const ALL = ["message-tags", "echo-message", "batch", "draft/event-playback"] as const;

async function say(client: TestClient, line: string): Promise<string> {
  client.send(line);
  const [echo] = await client.messages();
  return tag(echo!, "msgid");
}

Deno.test("a reaction is relayed with the message it is to, kept, and played back to those who want events", async () => {
  await using node = new Node();
  const [ann, ben, cid] = await inLobby(node, ["ann", ...ALL], ["ben", ...ALL], ["cid", "message-tags", "batch"]);
  const id = await say(ann, "PRIVMSG #lobby Hello!");
  await ben.sync();
  const reaction = await say(ben, `@+draft/reply=${id};+draft/react=👋 TAGMSG #lobby`);
  const taken = await say(ben, `@+draft/reply=${id};+draft/unreact=👋 TAGMSG #lobby`);
  await say(ben, "@+typing=done TAGMSG #lobby");
  await ann.expect(`@msgid=${reaction};+draft/reply=${id};+draft/react=👋 :ben!* TAGMSG #lobby`);
  await ann.expect(`@msgid=${taken};+draft/reply=${id};+draft/unreact=👋 :ben!* TAGMSG #lobby`);
  await ann.sync();
  ann.send(`CHATHISTORY AFTER #lobby msgid=${id} 10`);
  await ann.expectAll(
    ":irc.test BATCH +* chathistory #lobby",
    `@batch=*;msgid=${reaction};+draft/reply=${id};+draft/react=👋 :ben!* TAGMSG #lobby`,
    `@batch=*;msgid=${taken};+draft/reply=${id};+draft/unreact=👋 :ben!* TAGMSG #lobby`,
    ":irc.test BATCH -*",
  );
  await cid.sync();
  cid.send("CHATHISTORY LATEST #lobby * 10");
  assertEquals((await cid.messages()).map(({ command }) => command), ["BATCH", "PRIVMSG", "BATCH"]);
});

Deno.test("a reaction to a direct message is kept for both", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann", ...ALL), await node.client("ben", ...ALL)];
  const id = await say(ann, "PRIVMSG ben hi");
  await ben.sync();
  const reaction = await say(ben, `@+draft/reply=${id};+draft/react=lol TAGMSG ann`);
  await ann.sync();
  for (const [client, other] of [[ann, "ben"], [ben, "ann"]] as const) {
    client.send(`CHATHISTORY LATEST ${other} * 10`);
    const ids = (await client.messages()).filter(({ command }) => command !== "BATCH").map((one) => tag(one, "msgid"));
    assertEquals(ids, [id, reaction]);
  }
});

Deno.test("events are played back only as far as a client knows them", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], ["ben", "draft/event-playback"]);
  await say(ann, "@+draft/react=lol TAGMSG #lobby");
  ben.send("CHATHISTORY LATEST #lobby * 10");
  await ben.expectAll(":ann!* JOIN #lobby", ":ben!* JOIN #lobby");
});

Deno.test("the message that is replied to is named to those who know tags", async () => {
  await using node = new Node();
  const [ann, ben, cid] = await inLobby(node, ["ann", ...ALL], ["ben", "message-tags"], "cid");
  const id = await say(ann, "PRIVMSG #lobby what?");
  await say(ann, `@+reply=${id};+draft/reply=${id} PRIVMSG #lobby that`);
  await ben.expect("@msgid=* :ann!* PRIVMSG #lobby what?");
  await ben.expect(`@msgid=*;+reply=${id};+draft/reply=${id} :ann!* PRIVMSG #lobby that`);
  await cid.expectAll(":ann!* PRIVMSG #lobby what?", ":ann!* PRIVMSG #lobby that");
});
