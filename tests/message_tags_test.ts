// message-tags, msgid, server-time, account-tag and the tag of bots: https://ircv3.net/specs/extensions/message-tags

import { assert, assertEquals } from "@std/assert";
import { Node } from "./harness.ts";
import { inLobby, tag } from "./lobby.ts";

Deno.test("each client gets the tags that it asked for, and no others", async () => {
  // "Client-only tags are client-initiated tags that servers MUST attach as-is to any relevant message relayed to other
  // clients." "Tags without the client-only prefix MUST be removed by the server before being relayed with any message to
  // another client."
  await using node = new Node();
  const [ann, ben, cid, dan] = await inLobby(
    node,
    ["ann", "message-tags"],
    ["ben", "message-tags"],
    "cid",
    ["dan", "server-time"],
  );
  ann.send("@+baz=bat;fizz=buzz PRIVMSG #lobby hi");
  const got = await ben.expect("@* :ann!* PRIVMSG #lobby hi");
  assertEquals([...got.tags!.keys()].sort(), ["+baz", "msgid"]);
  assertEquals(tag(got, "+baz"), "bat");
  await cid.expectAll(":ann!~ann@*.hidden PRIVMSG #lobby hi");
  await dan.expectAll("@time=2026-01-01T12:00:00.000Z :ann!~ann@*.hidden PRIVMSG #lobby hi");
});

Deno.test("client-only tags of a client that did not ask for message-tags go nowhere", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", ["ben", "message-tags"]);
  ann.send("@+baz=bat PRIVMSG #lobby hi", "@+baz=bat TAGMSG #lobby");
  await ann.expectAll(":irc.test 421 ann TAGMSG :Unknown command");
  await ben.expectAll("@msgid=* :ann!* PRIVMSG #lobby hi");
});

Deno.test("values of tags arrive as they were meant", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", "message-tags"], ["ben", "message-tags"]);
  ann.send(String.raw`@+a=fizz\:\s\\\r\n;+b=\x\;+a/b/c=1;+小=明;+d= TAGMSG #lobby`);
  const got = await ben.expect("@* :ann!* TAGMSG #lobby");
  assertEquals([...got.tags!].filter(([key]) => key !== "msgid"), [
    ["+a", "fizz; \\\r\n"],
    ["+b", "x"],
    ["+a/b/c", "1"],
    ["+小", "明"],
    ["+d", ""],
  ]);
});

Deno.test("TAGMSG reaches only those who asked for message-tags, also when no tag is left", async () => {
  // "Servers MUST NOT deliver `TAGMSG` to clients that haven't negotiated the message tags capability."
  await using node = new Node();
  const [ann, ben, cid] = await inLobby(node, ["ann", "message-tags"], ["ben", "message-tags"], ["cid", "server-time"]);
  ann.send("@+a=1 TAGMSG #lobby", "@unknown-tag TAGMSG #lobby", "@+a=1 TAGMSG cid", "@+a=1 TAGMSG ben");
  await ann.expectNothing();
  await ben.expectAll(
    "@msgid=*;+a=1 :ann!* TAGMSG #lobby",
    "@msgid=* :ann!* TAGMSG #lobby",
    "@msgid=*;+a=1 :ann!* TAGMSG ben",
  );
  await cid.expectNothing();
});

Deno.test("tags of 4094 bytes are taken and those of 4095 refused, however short the message", async () => {
  // "Clients MUST NOT send messages with tag data exceeding 4094 bytes" "Servers MUST reply with the `ERR_INPUTTOOLONG`
  // (`417`) error numeric if a client sends a message with more tag data than the allowed limit."
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", "message-tags", "echo-message"], ["ben", "message-tags"]);
  const most = "a".repeat(4094 - "foo=bar;+baz=".length);
  ann.send(`@foo=bar;+baz=${most} TAGMSG #lobby`, `@foo=bar;+baz=${most}a TAGMSG #lobby`);
  const echo = await ann.expect("@* :ann!* TAGMSG #lobby");
  const got = await ben.expect("@* :ann!* TAGMSG #lobby");
  assertEquals(tag(echo, "+baz"), most);
  assertEquals(tag(got, "msgid"), tag(echo, "msgid"));
  await ann.expectAll(":irc.test 417 ann :Input line was too long, nothing was done");
  await ben.expectNothing();
});

Deno.test("everybody knows a message by the same msgid, and no two have the same", async () => {
  await using node = new Node();
  const [ann, ben, cid] = await inLobby(
    node,
    ["ann", "message-tags", "echo-message"],
    ["ben", "message-tags"],
    ["cid", "message-tags"],
  );
  const seen = new Set<string>();
  for (const line of ["PRIVMSG #lobby 1", "NOTICE #lobby 2", "@+x TAGMSG #lobby", "TOPIC #lobby 3"]) {
    ann.send(line);
    const [echo] = await ann.messages();
    const [one] = await ben.messages();
    const [other] = await cid.messages();
    assertEquals([tag(one!, "msgid"), tag(other!, "msgid")], [tag(echo!, "msgid"), tag(echo!, "msgid")]);
    seen.add(tag(echo!, "msgid"));
  }
  assertEquals(seen.size, 4);
});

Deno.test("server-time says when, in milliseconds, and is gone when it is no longer wanted", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", ["ben", "server-time"]);
  node.now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  ann.send("PRIVMSG #lobby hi");
  await ann.sync();
  await ben.expectAll("@time=2026-01-02T03:04:05.678Z :ann!* PRIVMSG #lobby hi");
  ben.send("CAP REQ -server-time");
  await ben.expectAll(":irc.test CAP ben ACK -server-time");
  ann.send("PRIVMSG #lobby hi");
  await ann.sync();
  await ben.expectAll(":ann!* PRIVMSG #lobby hi");
});

Deno.test("account-tag names the account of the sender, and of guests nothing", async () => {
  // "The tag MUST be named `account`, and contain the sender's current services username. (If the user is not identified
  // to any services account, the tag MUST NOT be sent.)": https://ircv3.net/specs/extensions/account-tag
  await using node = new Node();
  const [ann, ben, cid] = await inLobby(node, "ann", ["ben", "account-tag"], ["cid", "message-tags"]);
  ann.send("PRIVMSG #lobby 1");
  await ann.sync();
  node.hub.userNamed("ann")!.signIn({ name: "Ann\\", identity: "ann" });
  ann.send("PRIVMSG #lobby 2");
  await ann.sync();
  await ben.expectAll(":ann!* PRIVMSG #lobby 1", "@account=Ann\\\\ :ann!* PRIVMSG #lobby 2");
  const [first, second] = await cid.messages();
  assertEquals([first!.tags!.has("account"), second!.tags!.has("account")], [false, false]);
});

Deno.test("messages of bots are marked for those who asked for message-tags", async () => {
  // "This tag MUST only be sent to users who have requested the `message-tags` capability. Servers MUST NOT send this tag
  // with a value": https://ircv3.net/specs/extensions/bot-mode
  await using node = new Node();
  const [ann, ben, cid] = await inLobby(node, "ann", ["ben", "message-tags"], ["cid", "server-time"]);
  ann.send("MODE ann +B", "PRIVMSG #lobby beep", "PRIVMSG ben beep");
  await ann.sync();
  await ben.expectAll("@msgid=*;bot :ann!* PRIVMSG #lobby beep", "@msgid=*;bot :ann!* PRIVMSG ben beep");
  const [got] = await cid.messages();
  assert(!got!.tags!.has("bot"));
});

Deno.test("+typing is relayed and not kept", async () => {
  // "A typing notification is represented by a `TAGMSG` command sent with a `typing` tag": https://ircv3.net/specs/client-tags/typing
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", "message-tags"], ["ben", "message-tags"]);
  ann.send("@+typing=active TAGMSG #lobby", "PRIVMSG #lobby hi");
  await ben.expect("@msgid=*;+typing=active :ann!* TAGMSG #lobby");
  await ben.expect("@msgid=* :ann!* PRIVMSG #lobby hi");
  const kept = node.hub.store.history("#lobby", { limit: 10, events: true }).map(({ message }) => message.command);
  assertEquals(kept, ["JOIN", "JOIN", "PRIVMSG"]);
});
