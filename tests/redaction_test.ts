// https://ircv3.net/specs/extensions/message-redaction

import { assertEquals } from "@std/assert";
import { Node, type TestClient } from "./harness.ts";
import { inLobby, tag } from "./lobby.ts";
import { signIn } from "./scenes.ts";
import { account, signedIn } from "./sign_in.ts";

const ALL = ["draft/message-redaction", "message-tags", "echo-message"] as const;

/** Says something and gives its msgid. */
async function say(client: TestClient, line: string): Promise<string> {
  client.send(line);
  const echo = (await client.messages()).find(({ tags }) => tags?.has("msgid"));
  return tag(echo!, "msgid");
}

Deno.test("an operator of the channel deletes what anybody said there", async () => {
  // "SHOULD forward this `REDACT`, with an appropriate prefix, to the target recipients that have negotiated the
  // `draft/message-redaction` capability, in the same way as PRIVMSG messages."
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], ["ben", ...ALL]);
  const id = await say(ben, "PRIVMSG #lobby :buy my stuff");
  await ann.sync();
  ann.send(`REDACT #LOBBY ${id} :spam`);
  await ann.expectAll(`@msgid=* :ann!* REDACT #lobby ${id} spam`);
  await ben.expectAll(`@msgid=* :ann!* REDACT #lobby ${id} spam`);
});

Deno.test("authors delete what they said, without a reason too", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], ["ben", ...ALL]);
  for (const line of ["PRIVMSG #lobby oops", "NOTICE #lobby oops", "@+draft/react=x TAGMSG #lobby"]) {
    const id = await say(ben, line);
    await ann.sync();
    ben.send(`REDACT #lobby ${id}`);
    await ben.expectAll(`@msgid=* :ben!* REDACT #lobby ${id}`);
    await ann.expectAll(`@msgid=* :ben!* REDACT #lobby ${id}`);
  }
});

Deno.test("nobody else deletes anything, not even an operator of the server", async () => {
  // "`FAIL REDACT REDACT_FORBIDDEN <target> <target-msgid> :You are not authorised to delete this message`"
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], ["ben", ...ALL]);
  const id = await say(ann, "PRIVMSG #lobby mine");
  await ben.sync();
  ben.send("MODE #lobby", `REDACT #lobby ${id}`);
  await ben.expectAll(":irc.test 324 *", ":irc.test 329 *", `:irc.test FAIL REDACT REDACT_FORBIDDEN #lobby ${id} :*`);
  node.hub.userNamed("ben")!.setMode("o", true);
  ben.send(`REDACT #lobby ${id}`);
  await ben.expectAll(`:irc.test FAIL REDACT REDACT_FORBIDDEN #lobby ${id} :*`);
  await ann.expectNothing();
  assertEquals(node.hub.store.history("#lobby", { limit: 1 })[0]!.redacted, undefined);
});

Deno.test("an operator of one channel cannot delete by its name what was said in another", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], ["ben", ...ALL]);
  const id = await say(ann, "PRIVMSG #lobby mine");
  await ben.sync();
  ben.send("JOIN #ben");
  await ben.sync();
  ben.send(`REDACT #ben ${id}`, `REDACT ann ${id}`);
  await ben.expectAll(
    `:irc.test FAIL REDACT UNKNOWN_MSGID #ben ${id} :*`,
    `:irc.test FAIL REDACT UNKNOWN_MSGID ann ${id} :*`,
  );
  await ann.expectNothing();
});

Deno.test("a message that is not there and a target where one is not are told apart", async () => {
  // "`FAIL REDACT INVALID_TARGET <target> :You cannot delete messages from <target>`" "`FAIL REDACT UNKNOWN_MSGID <target>
  // <target-msgid> :This message does not exist or is too old`"
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", ...ALL]);
  ann.send(
    "REDACT #lobby nonexistent123",
    "REDACT #fake 1 :spam",
    "REDACT nobody 1",
    "REDACT #lobby",
    "REDACT #lobby ::",
  );
  await ann.expectAll(
    ":irc.test FAIL REDACT UNKNOWN_MSGID #lobby nonexistent123 :*",
    ":irc.test FAIL REDACT INVALID_TARGET #fake :*",
    ":irc.test FAIL REDACT INVALID_TARGET nobody :*",
    ":irc.test 461 ann REDACT *",
    ":irc.test FAIL REDACT UNKNOWN_MSGID #lobby * :*",
  );
});

Deno.test("a join cannot be deleted, and nothing twice", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", ...ALL]);
  ann.send("PART #lobby", "JOIN #lobby");
  const join = (await ann.messages()).find(({ command }) => command === "JOIN");
  const id = await say(ann, "PRIVMSG #lobby oops");
  ann.send(`REDACT #lobby ${tag(join!, "msgid")}`, `REDACT #lobby ${id}`, `REDACT #lobby ${id}`);
  await ann.expectAll(
    ":irc.test FAIL REDACT UNKNOWN_MSGID *",
    `@msgid=* :ann!* REDACT #lobby ${id}`,
    ":irc.test FAIL REDACT UNKNOWN_MSGID *",
  );
});

Deno.test("who did not ask for redaction hears nothing of it", async () => {
  // "MUST not forward this `REDACT` to target recipients that have not negotiated this capability"
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], ["ben", "message-tags", "draft/event-playback"]);
  const id = await say(ann, "PRIVMSG #lobby oops");
  await ben.sync();
  ann.send(`REDACT #lobby ${id}`);
  await ann.sync();
  await ben.expectNothing();
  ben.send("CHATHISTORY LATEST #lobby * 10");
  const commands = (await ben.messages()).map(({ command }) => command);
  assertEquals(commands, ["JOIN", "JOIN"]);
});

Deno.test("history shows the deletion and no longer what was deleted", async () => {
  // "After a message is redacted, `chathistory` responses SHOULD either: exclude it entirely"
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL, "draft/event-playback"], ["ben", ...ALL]);
  for (let n = 1; n < 5; n++) await say(ann, `PRIVMSG #lobby ${n}`);
  const id = await say(ann, "PRIVMSG #lobby oops");
  ann.send(`REDACT #lobby ${id} :wrong window`);
  await ann.sync();
  await ben.sync();
  // What is deleted takes no place from what is not.
  ben.send("CHATHISTORY LATEST #lobby * 2");
  await ben.expectAll("@* :ann!* PRIVMSG #lobby 3", "@* :ann!* PRIVMSG #lobby 4");
  ann.send("CHATHISTORY LATEST #lobby * 2");
  await ann.expectAll("@* :ann!* PRIVMSG #lobby 4", `@* :ann!* REDACT #lobby ${id} :wrong window`);
  ann.send("SEARCH text=oops;in=#lobby");
  await ann.expectNothing();
});

Deno.test("of direct messages each deletes its own, and the other sees it", async () => {
  await using node = new Node();
  const ann = await node.client("ann", ...ALL);
  const ben = await node.client("ben", ...ALL);
  const cid = await node.client("cid", ...ALL);
  const fromAnn = await say(ann, "PRIVMSG ben oops");
  await ben.sync();
  const fromBen = await say(ben, "PRIVMSG ann ouch");
  await ann.sync();
  cid.send(`REDACT ann ${fromBen}`, `REDACT ben ${fromAnn}`, `REDACT cid ${fromAnn}`);
  assertEquals((await cid.messages()).map(({ params }) => params[1]), Array(3).fill("UNKNOWN_MSGID"));
  ben.send(`REDACT ann ${fromAnn}`);
  await ben.expectAll(`:irc.test FAIL REDACT REDACT_FORBIDDEN ann ${fromAnn} :*`);
  ann.send(`REDACT BEN ${fromAnn}`);
  await ann.expectAll(`@msgid=* :ann!* REDACT ben ${fromAnn}`);
  await ben.expectAll(`@msgid=* :ann!* REDACT ben ${fromAnn}`);
  ben.send(`REDACT ann ${fromBen} :sorry`);
  await ben.expectAll(`@msgid=* :ben!* REDACT ann ${fromBen} sorry`);
  await ann.expectAll(`@msgid=* :ben!* REDACT ann ${fromBen} sorry`);
});

Deno.test("whoever takes a guest's nick later cannot delete what the guest said", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL], ["ben", ...ALL]);
  const id = await say(ben, "PRIVMSG #lobby mine");
  ben.send("QUIT");
  await ben.expectEnd("ERROR *");
  const [other] = await inLobby(node, ["ben", ...ALL]);
  other.send(`REDACT #lobby ${id}`);
  await other.expectAll(`:irc.test FAIL REDACT REDACT_FORBIDDEN #lobby ${id} :*`);
  await ann.sync();
});

Deno.test("an account deletes what it said under any nick, and nobody by taking its nick", async () => {
  await using node = new Node();
  const [, ben, cid] = await inLobby(node, "ann", ["ben", ...ALL], ["cid", ...ALL]);
  signIn(node, "ben", "Ben");
  const id = await say(ben, "PRIVMSG #lobby mine");
  ben.send("NICK benny");
  await ben.sync();
  cid.send("NICK ben");
  await cid.sync();
  cid.send(`REDACT #lobby ${id}`);
  await cid.expectAll(`:irc.test FAIL REDACT REDACT_FORBIDDEN #lobby ${id} :*`);
  await ben.sync();
  ben.send(`REDACT #lobby ${id}`);
  await ben.expectAll(`@msgid=* :benny!* REDACT #lobby ${id}`);
});

Deno.test("an account of the same name made later cannot delete what the first one said", async () => {
  await using node = new Node();
  await account(node, "ben");
  await inLobby(node, "ann");
  const ben = await signedIn(node, "ben", { capabilities: ALL });
  ben.send("JOIN #lobby");
  await ben.sync();
  const id = await say(ben, "PRIVMSG #lobby mine");
  const first = node.hub.store.accounts.get("ben")!;
  node.pass(1000);
  node.hub.store.accounts.put("ben", { ...first, identity: "ben*later", created: node.now });
  ben.send(`REDACT #lobby ${id}`);
  await ben.expectAll(`:irc.test FAIL REDACT REDACT_FORBIDDEN #lobby ${id} :*`);
});
