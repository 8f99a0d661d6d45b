// https://ircv3.net/specs/extensions/standard-replies

import { assertEquals, Node } from "./harness.ts";
import { gather } from "./scenes.ts";

// "<type> <command> <code> [<context>...] <description>"; "This message SHOULD also be given a label, if one was provided by the client
// with the original command that spawned this reply."
Deno.test("FAIL names command and code, has a description, and the label of what failed", async () => {
  await using node = new Node();
  const ann = await node.client("ann", "standard-replies", "batch", "labeled-response");
  await gather("#chan", ann);
  ann.send("@label=1 RENAME #chan nonsense", "SETNAME :");
  const [first, second] = await ann.messages();
  assertEquals([first!.command, first!.source, first!.tags?.get("label")], ["FAIL", "irc.test", "1"]);
  assertEquals(first!.params.slice(0, -1), ["RENAME", "CANNOT_RENAME", "#chan", "nonsense"]);
  assertEquals(second!.params.slice(0, -1), ["SETNAME", "INVALID_REALNAME"]);
  for (const message of [first, second]) assertEquals(message!.params.at(-1)!.includes(" "), true);
});

// The capability "allows servers to send arbitrary standard replies other than ones enabled by a specific specification": those that a
// specification asks for come without it.
Deno.test("the replies that a specification asks for come without the capability", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("SETNAME :");
  await ann.expectAll(":irc.test FAIL SETNAME INVALID_REALNAME :*");
});
