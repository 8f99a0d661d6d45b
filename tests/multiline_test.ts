// https://ircv3.net/specs/extensions/multiline

import { assert, assertEquals } from "@std/assert";
import { Node, type TestClient } from "./harness.ts";
import { inLobby, tag } from "./lobby.ts";

const ALL = ["draft/multiline", "batch", "message-tags", "server-time", "echo-message", "labeled-response"] as const;

/** Sends a batch whose lines are given as `text` or `+text` for one that continues the line before. */
function sendBatch(client: TestClient, target: string, lines: readonly string[], open = "BATCH +123"): void {
  client.send(`${open} draft/multiline ${target}`);
  for (const line of lines) {
    const concat = line.startsWith("+") ? ";draft/multiline-concat" : "";
    client.send(`@batch=123${concat} PRIVMSG ${target} :${concat === "" ? line : line.slice(1)}`);
  }
  client.send("BATCH -123");
}

Deno.test("the capability says its bounds", async () => {
  // "The capability MUST be advertised by servers with a REQUIRED value"
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP LS 302");
  const offered = (await ann.messages()).flatMap(({ params }) => params.at(-1)!.split(" "));
  assert(offered.includes("draft/multiline=max-bytes=4096,max-lines=100"));
});

Deno.test("who knows multiline gets a batch, who does not gets its lines", async () => {
  // "Servers MUST only include the label tag on the opening BATCH command when replying to a client using `echo-message`."
  // "Servers MUST only include a message ID on the first message of a batch when sending a fallback to non-supporting
  // clients."
  await using node = new Node();
  const [ann, ben, cid] = await inLobby(node, ["ann", ...ALL], ["ben", ...ALL], ["cid", "message-tags", "server-time"]);
  sendBatch(ann, "#lobby", ["hello", "#how is ", "+everyone?"], "@label=xyz BATCH +123");
  const time = "time=2026-01-01T12:00:00.000Z";
  await ann.expectAll(
    `@label=xyz;${time};msgid=* :ann!* BATCH +* draft/multiline #lobby`,
    "@batch=* :ann!* PRIVMSG #lobby hello",
    "@batch=* :ann!* PRIVMSG #lobby :#how is ",
    "@batch=*;draft/multiline-concat :ann!* PRIVMSG #lobby everyone?",
    ":ann!* BATCH -*",
  );
  const got = await ben.messages();
  const reference = got[0]!.params[0]!.slice(1);
  assertEquals(got.map(({ command }) => command), ["BATCH", "PRIVMSG", "PRIVMSG", "PRIVMSG", "BATCH"]);
  assertEquals(got.slice(1, 4).map((message) => tag(message, "batch")), [reference, reference, reference]);
  assertEquals(got.map(({ tags }) => tags?.has("msgid") ?? false), [true, false, false, false, false]);
  assertEquals(got[4]!.params, [`-${reference}`]);
  await cid.expectAll(
    `@${time};msgid=${tag(got[0]!, "msgid")} :ann!* PRIVMSG #lobby hello`,
    `@${time} :ann!* PRIVMSG #lobby :#how is `,
    `@${time} :ann!* PRIVMSG #lobby everyone?`,
  );
});

Deno.test("blank lines are part of the message, and are left out for those who do not know multiline", async () => {
  // "Servers MUST NOT send blank lines to clients that have not negotiated the multiline capability." "Any tags that would
  // have been added to the batch, e.g. message IDs, account tags etc MUST be included on the first message line to be sent."
  await using node = new Node();
  const [ann, ben, cid] = await inLobby(node, ["ann", ...ALL], ["ben", ...ALL], ["cid", "message-tags"]);
  sendBatch(ann, "#lobby", ["", "how is ", "+everyone?"], "@+tag=1 BATCH +123");
  await ann.sync();
  await ben.expectAll(
    "@time=*;msgid=*;+tag=1 :ann!* BATCH +* draft/multiline #lobby",
    "@batch=* :ann!* PRIVMSG #lobby :",
    "@batch=* :ann!* PRIVMSG #lobby :how is ",
    "@batch=*;draft/multiline-concat :ann!* PRIVMSG #lobby everyone?",
    ":ann!* BATCH -*",
  );
  await cid.expectAll("@msgid=*;+tag=1 :ann!* PRIVMSG #lobby :how is ", "@+tag=1 :ann!* PRIVMSG #lobby everyone?");
});

Deno.test("nothing is relayed before the batch ends, and other messages pass it", async () => {
  // "implementations MUST collect the message content from each line in the batch and wait until the full batch has been
  // received before processing the message"
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], "ben");
  ann.send("BATCH +1 draft/multiline ben", "@batch=1 NOTICE ben one", "PRIVMSG ben between", "@batch=1 NOTICE ben two");
  await ann.expectAll("@* :ann!* PRIVMSG ben between");
  await ben.expectAll(":ann!* PRIVMSG ben between");
  ann.send("BATCH -1");
  await ann.sync();
  await ben.expectAll(":ann!* NOTICE ben one", ":ann!* NOTICE ben two");
});

Deno.test("a labeled batch to somebody away is answered as one", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], "ben");
  ben.send("AWAY lunch");
  await ben.sync();
  await ann.sync();
  sendBatch(ann, "ben", ["one", "two"], "@label=x BATCH +123");
  const got = await ann.messages();
  assertEquals(got.map(({ command }) => command), ["BATCH", "BATCH", "PRIVMSG", "PRIVMSG", "BATCH", "301", "BATCH"]);
  assertEquals(got.map(({ tags }) => tags?.get("label")), ["x", ...Array(6).fill(undefined)]);
});

Deno.test("of a labeled batch to oneself only the echo has the label", async () => {
  await using node = new Node();
  const ann = await node.client("ann", ...ALL);
  sendBatch(ann, "ann", ["one", "two"], "@label=x BATCH +123");
  const starts = (await ann.messages()).filter(({ params }) => params[1] === "draft/multiline");
  assertEquals(starts.map(({ tags }) => tags!.get("label")), [undefined, "x"]);
});

Deno.test("too many bytes are refused once, with the limit", async () => {
  // "`MULTILINE_MAX_BYTES <limit>`: `max-bytes` limit exceeded" "Each line feed used to join line messages contributes one
  // byte towards the `max-bytes` limit."
  await using node = new Node({ limits: { multilineBytes: 10 } });
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], "ben");
  sendBatch(ann, "#lobby", ["12345", "6789"]);
  await ann.sync();
  await ben.expectAll(":ann!* PRIVMSG #lobby 12345", ":ann!* PRIVMSG #lobby 6789");
  sendBatch(ann, "#lobby", ["12345", "67890", "1", "2", "3"], "@label=x BATCH +123");
  await ann.expectAll("@label=x;time=* :irc.test FAIL BATCH MULTILINE_MAX_BYTES 10 :The message is too long");
  await ben.expectNothing();
});

Deno.test("too many lines are refused once, with the limit, before the end of the batch", async () => {
  // "`MULTILINE_MAX_LINES <limit>`: `max-lines` limit exceeded"
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], "ben");
  ann.send("BATCH +123 draft/multiline #lobby");
  for (let n = 0; n < 101; n++) ann.send(`@batch=123 PRIVMSG #lobby ${n}`);
  await ann.expectAll("@time=* :irc.test FAIL BATCH MULTILINE_MAX_LINES 100 :The message has too many lines");
  ann.send("@batch=123 PRIVMSG #lobby more", "BATCH -123", "PRIVMSG #lobby after");
  await ann.expectAll("@* :ann!* PRIVMSG #lobby after");
  await ben.expectAll(":ann!* PRIVMSG #lobby after");
});

Deno.test("what the specification forbids is refused, and the rest of the batch passed over", async () => {
  // "`MULTILINE_INVALID_TARGET <batch-target> <provided-target>`: mismatched PRIVMSG target within a batch"
  // "Clients MUST NOT send blank lines with the `draft/multiline-concat` tag." "Clients MUST NOT send messages consisting
  // entirely of blank lines."
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", "draft/multiline", "batch"], "ben");
  const cases: [lines: string[], failure: string][] = [
    [["@batch=1 PRIVMSG #other x", "@batch=1 PRIVMSG #lobby y"], "MULTILINE_INVALID_TARGET #lobby #other *"],
    [["@batch=1 PRIVMSG #lobby x", "@batch=1 NOTICE #lobby y", "@batch=1 NOTICE #lobby z"], "MULTILINE_INVALID *"],
    [["@batch=1 TAGMSG #lobby", "@batch=1 PRIVMSG #lobby y"], "MULTILINE_INVALID *"],
    [["@batch=1 JOIN #other", "@batch=1 PRIVMSG #lobby y"], "MULTILINE_INVALID *"],
    [["@batch=1 PRIVMSG #lobby x", "@batch=1;draft/multiline-concat PRIVMSG #lobby :"], "MULTILINE_INVALID *"],
    [["@batch=1 PRIVMSG #lobby :", "@batch=1 PRIVMSG #lobby :"], "MULTILINE_INVALID *"],
    [[], "MULTILINE_INVALID *"],
    [[`@batch=1 PRIVMSG #lobby ${"x".repeat(480)}`, "@batch=1 PRIVMSG #lobby y"], "MULTILINE_INVALID *"],
  ];
  for (const [lines, failure] of cases) {
    ann.send("BATCH +1 draft/multiline #lobby", ...lines, "BATCH -1");
    await ann.expectAll(`:irc.test FAIL BATCH ${failure}`);
  }
  await ben.expectNothing();
});

Deno.test("a batch that is not open, not known or one too many is refused with all its lines", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", "draft/multiline", "batch"], "ben");
  ann.send("BATCH +1 draft/multiline #lobby", "@batch=2 PRIVMSG #lobby x", "@batch=2 PRIVMSG #lobby y", "BATCH -2");
  await ann.expectAll(":irc.test FAIL BATCH MULTILINE_INVALID :There is no such batch");
  ann.send("BATCH +3 draft/multiline #lobby", "@batch=3 PRIVMSG #lobby x", "BATCH -3");
  await ann.expectAll(":irc.test FAIL BATCH MULTILINE_INVALID :End the batch that is open first");
  ann.send("@batch=1 PRIVMSG #lobby z", "BATCH -1", "BATCH -1");
  await ann.expectAll(":irc.test FAIL BATCH MULTILINE_INVALID :There is no such batch");
  await ben.expectAll(":ann!* PRIVMSG #lobby z");
  ann.send("BATCH +4 netsplit a b", "@batch=4 PRIVMSG #lobby x", "BATCH -4", "BATCH +", "BATCH x");
  await ann.expectAll(
    ":irc.test FAIL BATCH MULTILINE_INVALID *",
    ":irc.test FAIL BATCH MULTILINE_INVALID *",
    ":irc.test FAIL BATCH MULTILINE_INVALID *",
  );
  await ben.expectNothing();
});

Deno.test("a batch opened anew while its forerunner was only refused is taken", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", "draft/multiline", "batch"], "ben");
  for (let n = 0; n < 20; n++) ann.send(`@batch=${n} PRIVMSG #lobby x`);
  assertEquals((await ann.sync()).length, 20);
  ann.send("BATCH +0 draft/multiline #lobby", "@batch=0 PRIVMSG #lobby y", "BATCH -0");
  await ann.expectNothing();
  await ben.expectAll(":ann!* PRIVMSG #lobby y");
});

Deno.test("without the capability a batch is refused, and its tag on a message means nothing", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", "ben");
  ann.send("@batch=1 PRIVMSG #lobby x", "BATCH +1 draft/multiline #lobby", "@batch=1 PRIVMSG #lobby y", "BATCH -1");
  await ann.expectAll(":irc.test FAIL BATCH MULTILINE_INVALID :Ask for draft/multiline first");
  await ben.expectAll(":ann!* PRIVMSG #lobby x");
});

Deno.test("a batch to where nobody may write is answered like any message there", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", ["ben", "draft/multiline", "batch", "message-tags"]);
  ann.send("MODE #lobby +C");
  await ann.sync();
  await ben.sync();
  sendBatch(ben, "#lobby", ["hi", "\x01VERSION\x01"]);
  sendBatch(ben, "nobody", ["hi"]);
  await ben.expectAll(
    ":irc.test 404 ben #lobby :Cannot send to channel (+C): no CTCP here",
    ":irc.test 401 ben nobody :There is nobody of that name here",
  );
  await ann.expectNothing();
});

Deno.test("history gives a multiline message back as it was", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], ["ben", "batch", "message-tags"]);
  sendBatch(ann, "#lobby", ["hello", "", "how is ", "+everyone?"]);
  const live = await ann.messages();
  ann.send("CHATHISTORY LATEST #lobby * 10");
  const replayed = await ann.messages();
  assertEquals(replayed.map(({ command, params }) => [command, ...params.slice(1)]), [
    ["BATCH", "chathistory", "#lobby"],
    ["BATCH", "draft/multiline", "#lobby"],
    ["PRIVMSG", "hello"],
    ["PRIVMSG", ""],
    ["PRIVMSG", "how is "],
    ["PRIVMSG", "everyone?"],
    ["BATCH"],
    ["BATCH"],
  ]);
  assertEquals(tag(replayed[1]!, "batch"), replayed[0]!.params[0]!.slice(1));
  assertEquals(tag(replayed[1]!, "msgid"), tag(live[0]!, "msgid"));
  assertEquals(replayed[5]!.tags!.has("draft/multiline-concat"), true);
  await ben.sync();
  ben.send("CHATHISTORY LATEST #lobby * 10");
  await ben.expectAll(
    ":irc.test BATCH +* chathistory #lobby",
    "@batch=*;msgid=* :ann!* PRIVMSG #lobby hello",
    "@batch=* :ann!* PRIVMSG #lobby :how is ",
    "@batch=* :ann!* PRIVMSG #lobby everyone?",
    ":irc.test BATCH -*",
  );
});
