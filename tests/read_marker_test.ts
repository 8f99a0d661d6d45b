// https://ircv3.net/specs/extensions/read-marker

import { assertEquals } from "@std/assert";
import { Node } from "./harness.ts";
import { PASSWORD, registered, signedIn } from "./sign_in.ts";

const TIME = "timestamp=2019-01-04T14:33:26.123Z";
const EARLIER = "timestamp=2019-01-04T14:33:26.122Z";
const LATER = "timestamp=2019-01-04T14:33:26.124Z";

Deno.test("a marker is set, read, and never moves back", async () => {
  // "If the provided timestamp is older than the server's stored value, the server MUST reply to the client with a
  // `MARKREAD` command carrying the server's stored value."
  await using node = new Node();
  const ann = await node.client("ann", "draft/read-marker");
  ann.send(
    "MARKREAD #nosuch",
    `MARKREAD #nosuch ${TIME}`,
    `MARKREAD #nosuch ${EARLIER}`,
    "MARKREAD #NOSUCH",
    "MARKREAD ben",
  );
  await ann.expectAll(
    ":irc.test MARKREAD #nosuch *",
    `:irc.test MARKREAD #nosuch ${TIME}`,
    `:irc.test MARKREAD #nosuch ${TIME}`,
    `:irc.test MARKREAD #NOSUCH ${TIME}`,
    ":irc.test MARKREAD ben *",
  );
  ann.send(`MARKREAD #nosuch ${LATER}`, `MARKREAD ben ${TIME}`, "MARKREAD BEN");
  await ann.expectAll(
    `:irc.test MARKREAD #nosuch ${LATER}`,
    `:irc.test MARKREAD ben ${TIME}`,
    `:irc.test MARKREAD BEN ${TIME}`,
  );
});

Deno.test("a marker that makes no sense is refused", async () => {
  // "If the server receives a `MARKREAD` command with missing parameters, the `NEED_MORE_PARAMS` error code MUST be
  // returned." "If the selectors were invalid, the `INVALID_PARAMS` error code SHOULD be returned." "The timestamp MUST NOT
  // be a literal `*`."
  await using node = new Node();
  const ann = await node.client("ann", "draft/read-marker");
  ann.send(
    "MARKREAD",
    "MARKREAD :",
    "MARKREAD #a *",
    "MARKREAD #a timestamp=never",
    "MARKREAD #a timestamp=2019",
    "MARKREAD :a b",
  );
  const codes = (await ann.messages()).map(({ command, params }) => [command, params[0], params[1]]);
  assertEquals(codes, [
    ["FAIL", "MARKREAD", "NEED_MORE_PARAMS"],
    ["FAIL", "MARKREAD", "NEED_MORE_PARAMS"],
    ["FAIL", "MARKREAD", "INVALID_PARAMS"],
    ["FAIL", "MARKREAD", "INVALID_PARAMS"],
    ["FAIL", "MARKREAD", "INVALID_PARAMS"],
    ["FAIL", "MARKREAD", "INVALID_PARAMS"],
  ]);
});

Deno.test("who joins is told the marker before the end of the names", async () => {
  // "if the `draft/read-marker` capability is negotiated, after the server sends a server `JOIN` command to the client for
  // a corresponding channel, the server MUST send a `MARKREAD` command for that channel. The command MUST be sent before
  // the `RPL_ENDOFNAMES` reply for that channel following the `JOIN`."
  await using node = new Node();
  const [ann, ben] = [await node.client("ann", "draft/read-marker"), await node.client("ben")];
  ann.send("JOIN #test");
  await ann.expectAll(":ann!* JOIN #test", ":irc.test MARKREAD #test *", ":irc.test 353 *", ":irc.test 366 *");
  ann.send(`MARKREAD #test ${TIME}`, "PART #test", "JOIN #Test");
  await ann.expectAll(
    `:irc.test MARKREAD #test ${TIME}`,
    ":ann!* PART #test",
    ":ann!* JOIN #Test",
    `:irc.test MARKREAD #Test ${TIME}`,
    ":irc.test 353 *",
    ":irc.test 366 *",
  );
  ben.send("JOIN #test");
  await ben.expectAll(":ben!* JOIN #Test", ":irc.test 353 *", ":irc.test 366 *");
});

Deno.test("all clients of an account are told when a marker moves, and nobody else", async () => {
  // "after the last read timestamp of a target changes, the server SHOULD send a `MARKREAD` command for that target to all
  // the clients of the user." "Servers MUST NOT leak read markers sent by a user to other users"
  await using node = new Node();
  const ann = await registered(node, "ann", "draft/read-marker");
  const second = await signedIn(node, "ann", { capabilities: ["draft/read-marker"] });
  const third = await signedIn(node, "ann");
  const ben = await node.client("ben", "draft/read-marker");
  ann.send(`MARKREAD #lobby ${TIME}`, `MARKREAD #lobby ${EARLIER}`);
  await ann.expectAll(`:irc.test MARKREAD #lobby ${TIME}`, `:irc.test MARKREAD #lobby ${TIME}`);
  await second.expectAll(`:irc.test MARKREAD #lobby ${TIME}`);
  second.send("MARKREAD #lobby");
  await second.expectAll(`:irc.test MARKREAD #lobby ${TIME}`);
  await third.expectNothing();
  await ben.expectNothing();
});

Deno.test("what a guest has read is still read once it has an account", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send(`MARKREAD #lobby ${TIME}`);
  await ann.sync();
  ann.send(`REGISTER * * :${PASSWORD}`, "MARKREAD #lobby");
  assertEquals((await ann.sync()).at(-1), `:irc.test MARKREAD #lobby ${TIME}`);
});

Deno.test("the markers of a guest go with the guest, and are never on disk", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send(`MARKREAD #lobby ${TIME}`, "QUIT");
  await ann.expectEnd("ERROR *");
  const other = await node.client("ann");
  other.send("MARKREAD #lobby");
  await other.expectAll(":irc.test MARKREAD #lobby *");
  assertEquals([...node.hub.store.markers.list()], []);
});

Deno.test("there are only so many markers", async () => {
  await using node = new Node({ limits: { markers: 2 } });
  const ann = await node.client("ann");
  ann.send(`MARKREAD #1 ${TIME}`, `MARKREAD #2 ${TIME}`, `MARKREAD #3 ${TIME}`, `MARKREAD #2 ${LATER}`);
  await ann.expectAll(
    `:irc.test MARKREAD #1 ${TIME}`,
    `:irc.test MARKREAD #2 ${TIME}`,
    ":irc.test FAIL MARKREAD INTERNAL_ERROR #3 :You have read markers for too many targets",
    `:irc.test MARKREAD #2 ${LATER}`,
  );
});
