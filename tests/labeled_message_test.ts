// Labels on messages: https://ircv3.net/specs/extensions/labeled-response

import { assertEquals } from "@std/assert";
import { Node } from "./harness.ts";
import { inLobby, tag } from "./lobby.ts";

const LABELS = ["labeled-response", "batch"] as const;

Deno.test("the echo of a labeled message has the label, and nobody else sees it", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...LABELS, "echo-message"], "ben");
  ann.send("@label=1;+draft/reply=123 PRIVMSG #lobby hi", "@label=2 NOTICE ben :hi");
  await ann.expectAll("@label=1 :ann!* PRIVMSG #lobby hi", "@label=2 :ann!* NOTICE ben hi");
  await ben.expectAll(":ann!* PRIVMSG #lobby hi", ":ann!* NOTICE ben hi");
});

Deno.test("a labeled message without echo is acknowledged", async () => {
  // "Servers MUST respond with a labeled `ACK` message when a client sends a labeled command that normally produces no
  // response."
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...LABELS], "ben");
  ann.send("@label=1 PRIVMSG #lobby hi");
  await ann.expectAll("@label=1 :irc.test ACK");
  await ben.expectAll(":ann!* PRIVMSG #lobby hi");
});

Deno.test("a label without the capability changes nothing", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", "echo-message", "message-tags"]);
  ann.send("@label=1 PRIVMSG #lobby hi");
  await ann.expectAll("@msgid=* :ann!* PRIVMSG #lobby hi");
});

Deno.test("a labeled error has the label", async () => {
  await using node = new Node();
  const ann = await node.client("ann", ...LABELS);
  ann.send("@label=1 PRIVMSG nobody hi", "@label=2 PRIVMSG ann :", "@label=3 NOTICE nobody hi");
  await ann.expectAll(
    "@label=1 :irc.test 401 ann nobody *",
    "@label=2 :irc.test 412 ann *",
    "@label=3 :irc.test ACK",
  );
});

Deno.test("the echoes of a message to several are one batch", async () => {
  // "If a response consists of more than one message, a batch MUST be used to group them into a single logical response."
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...LABELS, "echo-message"], "ben", "cid");
  ann.send("@label=1 PRIVMSG ben,cid,#lobby hi");
  const [start, ...rest] = await ann.messages();
  assertEquals([start!.command, start!.params[1], tag(start!, "label")], ["BATCH", "labeled-response", "1"]);
  const reference = start!.params[0]!.slice(1);
  assertEquals(rest.map(({ command, params }) => [command, params[0]]), [
    ["PRIVMSG", "ben"],
    ["PRIVMSG", "cid"],
    ["PRIVMSG", "#lobby"],
    ["BATCH", `-${reference}`],
  ]);
  assertEquals(rest.slice(0, 3).map((message) => tag(message, "batch")), [reference, reference, reference]);
  await ben.expectAll(":ann!* PRIVMSG ben hi", ":ann!* PRIVMSG #lobby hi");
});

Deno.test("of a labeled message to oneself only the echo has the label", async () => {
  // "When a client sends a message to itself, the server MUST NOT include the label tag, except for any acknowledgment
  // sent with the `echo-message` mechanism."
  await using node = new Node();
  const ann = await node.client("ann", ...LABELS, "echo-message", "message-tags");
  ann.send("@label=1 PRIVMSG ann hi", "@label=2;+x TAGMSG ann");
  const messages = await ann.messages();
  assertEquals(messages.map(({ command, tags }) => [command, tags!.get("label")]), [
    ["PRIVMSG", undefined],
    ["PRIVMSG", "1"],
    ["TAGMSG", undefined],
    ["TAGMSG", "2"],
  ]);
});

Deno.test("a labeled message to somebody away is answered with both", async () => {
  await using node = new Node();
  const ann = await node.client("ann", ...LABELS, "echo-message");
  const ben = await node.client("ben");
  ben.send("AWAY lunch");
  await ben.sync();
  ann.send("@label=1 PRIVMSG ben hi");
  await ann.expectAll(
    "@label=1 :irc.test BATCH +* labeled-response",
    "@batch=* :ann!* PRIVMSG ben hi",
    "@batch=* :irc.test 301 ann ben lunch",
    ":irc.test BATCH -*",
  );
});

Deno.test("a message that is not UTF-8 is refused with its label", async () => {
  // "When sent with the `FAIL` command, it indicates that the client's message was rejected because it contained invalid
  // UTF-8 data.": https://ircv3.net/specs/extensions/utf8-only
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...LABELS, "echo-message"], "ben");
  await ann.sendBytes("@label=xyz PRIVMSG #lobby hi", [0xaa, 0x0d, 0x0a]);
  await ann.expectAll("@label=xyz :irc.test FAIL PRIVMSG INVALID_UTF8 :Your message is not UTF-8 and was not sent");
  await ben.expectNothing();
});
