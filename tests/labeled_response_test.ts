// https://ircv3.net/specs/extensions/labeled-response. Labels of messages are in labeled_message_test.ts.

import { parseMessage } from "../protocol.ts";
import { assertEquals, Node } from "./harness.ts";

/** A client that knows labels. */
async function labeling(node: Node, ...more: string[]) {
  return await node.client("ann", "batch", "labeled-response", ...more);
}

// "If a response consists of more than one message, a batch MUST be used to group them into a single logical response. The start of
// the batch MUST be tagged with the label tag."
Deno.test("an answer of several lines is one batch", async () => {
  await using node = new Node();
  const ann = await labeling(node, "message-tags", "server-time");
  ann.send("@label=12345 JOIN #xyz");
  const lines = await ann.sync();
  const [start, ...rest] = lines.map((line) => parseMessage(line));
  assertEquals([start!.command, start!.params, start!.tags?.get("label")], [
    "BATCH",
    ["+1", "labeled-response"],
    "12345",
  ]);
  assertEquals(rest.pop()!.params, ["-1"]);
  assertEquals(rest.map(({ command, tags }) => [command, tags?.get("batch"), tags?.has("label")]), [
    ["JOIN", "1", false],
    ["353", "1", false],
    ["366", "1", false],
  ]);
});

// "For any message received from a client that includes this tag, the server MUST include the same tag and value in any response
// produced from this message"; "Servers MUST include the tag in exactly one logical message."
Deno.test("an answer of one line has the label itself", async () => {
  await using node = new Node();
  const ann = await labeling(node);
  ann.send("@label=98765 PING adhoctestline", "@label=deadbeef NONEXISTENT_COMMAND", "@label=a\\sb:c JOIN");
  await ann.expectAll(
    "@label=98765 :irc.test PONG irc.test adhoctestline",
    "@label=deadbeef :irc.test 421 ann NONEXISTENT_COMMAND :Unknown command",
    "@label=a\\sb:c :irc.test 461 ann JOIN :Not enough parameters",
  );
});

// "Servers MUST respond with a labeled ACK message when a client sends a labeled command that normally produces no response."
Deno.test("what has no answer is acknowledged", async () => {
  await using node = new Node();
  const ann = await labeling(node);
  ann.send("@label=1 PONG adhoctestline", "@label=2 MONITOR C", "@label=3 NICK ann");
  await ann.expectAll("@label=1 :irc.test ACK", "@label=2 :irc.test ACK", "@label=3 :irc.test ACK");
});

// "The batch type MUST be one of: An existing type applicable to the entire response; labeled-response"
Deno.test("an answer that is a batch already has the label at its start", async () => {
  await using node = new Node();
  const ann = await labeling(node, "draft/extended-isupport");
  ann.send("@label=x ISUPPORT");
  const lines = await ann.sync();
  const reference = /^@label=x :irc\.test BATCH \+(\w+) draft\/isupport$/.exec(lines[0]!)?.[1];
  assertEquals(lines.at(-1), `:irc.test BATCH -${reference}`);
  assertEquals(lines.slice(1, -1).every((line) => line.startsWith(`@batch=${reference} :irc.test 005 `)), true);
});

Deno.test("a batch beside other lines is a batch within the batch", async () => {
  await using node = new Node();
  const ann = await labeling(node, "draft/extended-isupport");
  ann.send("@label=x VERSION");
  const messages = await ann.messages();
  const [outer, version, inner] = messages;
  const [all, tokens] = [outer!.params[0]!.slice(1), inner!.params[0]!.slice(1)];
  assertEquals(outer!.params[1], "labeled-response");
  assertEquals([version!.command, version!.tags?.get("batch")], ["351", all]);
  assertEquals([inner!.params[1], inner!.tags?.get("batch")], ["draft/isupport", all]);
  assertEquals(messages.slice(3, -2).every(({ tags }) => tags?.get("batch") === tokens), true);
  assertEquals(messages.slice(-2).map(({ params }) => params[0]), [`-${tokens}`, `-${all}`]);
});

// "This specification depends on the batch capability which MUST be negotiated to use labeled responses."
Deno.test("without both capabilities a label changes nothing", async () => {
  await using node = new Node();
  for (const [nick, ...capabilities] of [["a"], ["b", "batch"], ["c", "labeled-response"], ["d", "message-tags"]]) {
    const client = await node.client(nick!, ...capabilities);
    client.send("@label=1 PING x", "@label=2 PONG x", "@label=3 NAMES #nowhere");
    await client.expectAll(":irc.test PONG irc.test x", `:irc.test 366 ${nick} #nowhere :End of NAMES list`);
  }
});

// "The value MUST NOT exceed 64 bytes."
Deno.test("an empty label and one that is too long are none", async () => {
  await using node = new Node();
  const ann = await labeling(node);
  ann.send(`@label=${"x".repeat(64)} PING x`, `@label=${"x".repeat(65)} PING x`, "@label= PING x", "@label PING x");
  await ann.expectAll(
    `@label=${"x".repeat(64)} :irc.test PONG irc.test x`,
    ":irc.test PONG irc.test x",
    ":irc.test PONG irc.test x",
    ":irc.test PONG irc.test x",
  );
});

Deno.test("what others do is in nobody's answer", async () => {
  await using node = new Node();
  const ann = await labeling(node);
  const ben = await node.client("ben");
  for (const each of [ann, ben]) {
    each.send("JOIN #chan");
    await each.sync();
  }
  await ann.sync();
  ann.send("@label=1 TOPIC #chan :new");
  await ann.expectAll("@label=1 :ann!~ann@*.hidden TOPIC #chan new");
  await ben.expectAll(":ann!~ann@*.hidden TOPIC #chan new");
});
