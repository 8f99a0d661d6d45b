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

const REDACTION = [...ALL, "draft/message-redaction"] as const;

Deno.test("nobody reacts to a message that was deleted, and who tries is told", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...REDACTION], ["ben", ...REDACTION]);
  const id = await say(ann, "PRIVMSG #lobby oops");
  await say(ben, `@+draft/reply=${id};+draft/react=👋 TAGMSG #lobby`);
  ann.send(`REDACT #lobby ${id}`);
  await ann.sync();
  await ben.sync();
  ben.send(`@+draft/reply=${id};+draft/react=👋 TAGMSG #lobby`, `@+reply=${id};+draft/react=x TAGMSG #Lobby`);
  const refusal = `:irc.test FAIL TAGMSG UNKNOWN_MSGID #lobby ${id} :That message was deleted`;
  await ben.expectAll(refusal, refusal);
  await ann.expectNothing();
  const kept = node.hub.store.history("#lobby", { limit: 99, events: true });
  assertEquals(kept.filter(({ message }) => message.command === "TAGMSG").length, 1);
  // What is said is said, and what was put there can be taken back.
  ben.send(`@+draft/reply=${id};+draft/react=x PRIVMSG #lobby :what was it?`);
  ben.send(`@+draft/reply=${id};+draft/unreact=👋 TAGMSG #lobby`);
  assertEquals((await ann.messages()).map(({ command }) => command), ["PRIVMSG", "TAGMSG"]);
});

Deno.test("a direct message that was deleted takes no reaction either", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann", ...REDACTION), await node.client("ben", ...REDACTION)];
  const id = await say(ann, "PRIVMSG ben oops");
  ann.send(`REDACT ben ${id}`);
  await ann.sync();
  await ben.sync();
  ben.send(`@+draft/reply=${id};+draft/react=lol TAGMSG ann`);
  await ben.expectAll(`:irc.test FAIL TAGMSG UNKNOWN_MSGID ann ${id} :That message was deleted`);
  await ann.expectNothing();
});

// "If servers use predictable or guessable `msgid`s, they should considered whether errors returned on `REDACT` may leak a
// message's existence to users who did not receive it (in a channel they are/were not in or in private messages)."
// https://ircv3.net/specs/extensions/message-redaction
Deno.test("who reacts elsewhere to what was deleted learns nothing of it", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...REDACTION], ["ben", ...REDACTION]);
  const secret = await say(ann, "PRIVMSG ann mine");
  ann.send("JOIN #ann", `REDACT ann ${secret}`);
  await ann.sync();
  const id = await say(ann, "PRIVMSG #ann oops");
  ann.send(`REDACT #ann ${id}`);
  await ann.sync();
  ben.send("MODE #ann", `@+draft/reply=${id};+draft/react=x TAGMSG #lobby`);
  ben.send(`@+draft/reply=${id};+draft/react=x TAGMSG ann`, `@+draft/reply=${secret};+draft/react=x TAGMSG ann`);
  assertEquals((await ben.messages()).filter(({ command }) => command === "FAIL"), []);
  assertEquals((await ann.messages()).length, 3);
  // One may write into a channel without +n that one is not in, and what was deleted there is not for those outside.
  ann.send("MODE #ann -n");
  await ann.sync();
  ben.send(`@+draft/reply=${id};+draft/react=x TAGMSG #ann`);
  assertEquals((await ben.messages()).filter(({ command }) => command === "FAIL"), []);
  assertEquals((await ann.messages()).length, 1);
});
