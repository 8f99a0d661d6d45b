// https://ircv3.net/specs/extensions/echo-message

import { assertEquals } from "@std/assert";
import { Node } from "./harness.ts";
import { inLobby, tag } from "./lobby.ts";

Deno.test("what a client says comes back to it as the others got it", async () => {
  // "servers MUST send `PRIVMSG` and `NOTICE` messages back to the client that sent them."
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", "echo-message"], "ben");
  ann.send("PRIVMSG #LOBBY :hi there", "NOTICE ben :psst", "PRIVMSG #lobby alone");
  await ann.expectAll(
    ":ann!~ann@*.hidden PRIVMSG #lobby :hi there",
    ":ann!~ann@*.hidden NOTICE ben psst",
    ":ann!~ann@*.hidden PRIVMSG #lobby alone",
  );
  await ben.expectAll(
    ":ann!~ann@*.hidden PRIVMSG #lobby :hi there",
    ":ann!~ann@*.hidden NOTICE ben psst",
    ":ann!~ann@*.hidden PRIVMSG #lobby alone",
  );
});

Deno.test("TAGMSG comes back only to a client that knows tags", async () => {
  // "When the `message-tags` capability has been enabled, the same rules apply to `TAGMSG` messages."
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", "echo-message", "message-tags"]);
  ann.send("@+a=1 TAGMSG #lobby");
  await ann.expectAll("@msgid=*;+a=1 :ann!* TAGMSG #lobby");
});

Deno.test("nothing that was refused comes back", async () => {
  await using node = new Node();
  const ann = await node.client("ann", "echo-message");
  ann.send("PRIVMSG nobody :hi", "NOTICE nobody :hi", "PRIVMSG ann :");
  await ann.expectAll(":irc.test 401 ann nobody *", ":irc.test 412 ann *");
});

Deno.test("what somebody says to itself arrives, and comes back besides", async () => {
  await using node = new Node();
  const ann = await node.client("ann", "message-tags");
  ann.send("PRIVMSG ann :note");
  await ann.expectAll("@msgid=* :ann!* PRIVMSG ann note");
  ann.send("CAP REQ echo-message");
  await ann.sync();
  ann.send("PRIVMSG ann :note", "@+x TAGMSG ann");
  const [first, second, third, fourth] = await ann.messages();
  assertEquals(tag(first!, "msgid"), tag(second!, "msgid"));
  assertEquals(tag(third!, "msgid"), tag(fourth!, "msgid"));
});
