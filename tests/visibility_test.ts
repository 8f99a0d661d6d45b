// Nobody reads what they were not allowed to read when it was said.
// "Servers MUST ensure that users cannot obtain history they are not authorised to view.":
// https://ircv3.net/specs/extensions/chathistory#security-considerations

import { assertEquals } from "@std/assert";
import { SqliteStore } from "../server/store_sqlite.ts";
import { Node, type TestClient } from "./harness.ts";
import { inLobby } from "./lobby.ts";
import { account, registered, signedIn } from "./sign_in.ts";

const HISTORY = ["draft/chathistory", "soju.im/search", "draft/event-playback", "draft/message-redaction"] as const;

/** What a client reads of #lobby, by every way there is; each must show the same. */
async function reads(client: TestClient, target = "#lobby"): Promise<string[]> {
  const texts = async (line: string) => {
    client.send(line);
    const messages = await client.messages();
    return messages.filter(({ command }) => command === "PRIVMSG").map(({ params }) => params[1]!);
  };
  const latest = await texts(`CHATHISTORY LATEST ${target} * 100`);
  const after = "timestamp=2020-01-01T00:00:00.000Z";
  const before = "timestamp=2099-01-01T00:00:00.000Z";
  assertEquals(await texts(`CHATHISTORY AFTER ${target} ${after} 100`), latest);
  assertEquals(await texts(`CHATHISTORY BEFORE ${target} ${before} 100`), latest);
  assertEquals(await texts(`CHATHISTORY BETWEEN ${target} ${after} ${before} 100`), latest);
  assertEquals(await texts(`CHATHISTORY AROUND ${target} ${before} 100`), latest);
  assertEquals(await texts(`SEARCH in=${target}`), latest);
  return latest;
}

/** One says a text and everybody reads what they got. */
async function say(client: TestClient, text: string, target = "#lobby"): Promise<void> {
  client.send(`PRIVMSG ${target} :${text}`);
  await client.sync();
}

async function does(client: TestClient, ...lines: string[]): Promise<void> {
  client.send(...lines);
  await client.sync();
}

Deno.test("in an open channel whoever joins reads what was said before", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, "ann");
  await say(ann, "open");
  const [ben] = await inLobby(node, ["ben", ...HISTORY]);
  assertEquals(await reads(ben), ["open"]);
});

Deno.test("who was kicked reads nothing while outside", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", ["ben", ...HISTORY]);
  await say(ann, "before");
  await does(ann, "KICK #lobby ben");
  await ben.sync();
  await say(ann, "behind its back");
  ben.send("CHATHISTORY LATEST #lobby * 10", "SEARCH text=behind", "SEARCH in=#lobby");
  await ben.expectAll(
    ":irc.test FAIL CHATHISTORY INVALID_TARGET LATEST #lobby :*",
    ":irc.test FAIL SEARCH INVALID_PARAMS in :*",
  );
});

Deno.test("who was banned and comes back does not read what was said meanwhile", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", ["ben", ...HISTORY]);
  await say(ann, "before");
  await does(ann, "MODE #lobby +b ben!*@*", "KICK #lobby ben");
  await say(ann, "about ben");
  await does(ann, "MODE #lobby -b ben!*@*");
  await say(ann, "after");
  await does(ben, "JOIN #lobby");
  assertEquals(await reads(ben), ["before", "after"]);
  const [cid] = await inLobby(node, ["cid", ...HISTORY]);
  assertEquals(await reads(cid), ["before", "about ben", "after"]);
});

for (const mode of ["+i", "+k key", "+H", "+R"]) {
  const name = mode.split(" ")[0]!;
  Deno.test(`what was said under ${name} is not read by guests who come later, though it was lifted`, async () => {
    await using node = new Node();
    const [ann] = await inLobby(node, ["ann", ...HISTORY]);
    await say(ann, "open");
    await does(ann, `MODE #lobby ${mode}`);
    await say(ann, "closed");
    await does(ann, `MODE #lobby -${mode.slice(1)}`);
    await say(ann, "open again");
    const [ben] = await inLobby(node, ["ben", ...HISTORY]);
    assertEquals(await reads(ben), ["open", "open again"]);
    assertEquals(await reads(ann), ["open", "closed", "open again"]);
  });
}

Deno.test("who is let in while the doors are closed reads from then on", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, "ann");
  await does(ann, "MODE #lobby +i");
  await say(ann, "closed");
  const ben = await node.client("ben", ...HISTORY);
  await does(ann, "INVITE ben #lobby");
  await does(ben, "JOIN #lobby");
  await say(ann, "ben is here");
  await ben.sync();
  assertEquals(await reads(ben), ["ben is here"]);
});

Deno.test("accounts read what was said under +R", async () => {
  await using node = new Node();
  const ann = await registered(node, "ann");
  await does(ann, "JOIN #lobby", "MODE #lobby +R");
  await say(ann, "for accounts");
  const ben = await registered(node, "ben", ...HISTORY);
  await does(ben, "JOIN #lobby");
  assertEquals(await reads(ben), ["for accounts"]);
});

Deno.test("an account reads what was said while it was there, and not what was said while it was away", async () => {
  await using node = new Node();
  const ann = await registered(node, "ann");
  await does(ann, "JOIN #lobby", "MODE #lobby +H");
  await account(node, "ben");
  for (const text of ["first visit", "second visit"]) {
    await say(ann, `before the ${text}`);
    const ben = await signedIn(node, "ben");
    await does(ben, "JOIN #lobby");
    await say(ann, text);
    await does(ben, "PART #lobby");
    await ben.close();
    await ann.sync();
  }
  await say(ann, "at the end");
  const ben = await signedIn(node, "ben", { capabilities: HISTORY });
  await does(ben, "JOIN #lobby");
  assertEquals(await reads(ben), ["first visit", "second visit"]);
});

Deno.test("the last messages at JOIN are only those that may be read", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, "ann");
  await say(ann, "open");
  await does(ann, "MODE #lobby +H");
  await say(ann, "hidden");
  for (const capabilities of [[], ["server-time"], ["server-time", "batch"]]) {
    const ben = await node.client("ben", ...capabilities);
    ben.send("JOIN #lobby");
    const shown = (await ben.messages()).filter(({ command }) => command === "PRIVMSG").map(({ params }) => params[1]!);
    assertEquals(shown.map((text) => text.replace(/^\[..:..\] /, "")), ["open"]);
    ben.send("QUIT");
    await ben.expectEnd("*ERROR *");
  }
});

Deno.test("a guest does not inherit the direct messages of whoever had the nick before", async () => {
  await using node = new Node();
  const ann = await node.client("ann", ...HISTORY);
  const ben = await node.client("ben");
  await say(ann, "for the first ben", "ben");
  await say(ben, "from the first ben", "ann");
  await does(ann);
  ben.send("QUIT");
  await ben.expectEnd("ERROR *");
  const other = await node.client("ben", ...HISTORY);
  assertEquals(await reads(other, "ann"), []);
  other.send(
    "CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2099-01-01T00:00:00.000Z 10",
    "SEARCH text=first",
  );
  await other.expectNothing();
  // And the one who stayed sees no mixture of both.
  await say(ann, "for the second ben", "ben");
  await other.sync();
  assertEquals(await reads(ann, "ben"), ["for the second ben"]);
});

Deno.test("an account made under a guest's nick does not inherit the guest's direct messages", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const ben = await node.client("ben");
  await say(ann, "for the guest", "ben");
  ben.send("QUIT");
  await ben.expectEnd("*ERROR *");
  const other = await registered(node, "ben", ...HISTORY);
  assertEquals(await reads(other, "ann"), []);
});

Deno.test("a channel made anew does not show what was said in the old one behind closed doors", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, "ann");
  await say(ann, "open");
  await does(ann, "MODE #lobby +i");
  await say(ann, "closed");
  await does(ann, "PART #lobby");
  const [ben] = await inLobby(node, ["ben", ...HISTORY]);
  assertEquals(await reads(ben), ["open"]);
});

Deno.test("a channel that takes another's name does not open its history", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, "ann");
  await does(ann, "MODE #lobby +i");
  await say(ann, "closed");
  await does(ann, "PART #lobby");
  const ben = await node.client("ben", ...HISTORY, "draft/channel-rename");
  await does(ben, "JOIN #mine", "RENAME #mine #lobby");
  assertEquals(await reads(ben), []);
  await say(ben, "mine");
  assertEquals(await reads(ben), ["mine"]);
});

Deno.test("whether a message is there that one may not read cannot be found out by deleting it", async () => {
  await using node = new Node();
  const ann = await node.client("ann", "message-tags", "echo-message");
  await does(ann, "JOIN #lobby", "MODE #lobby +i");
  ann.send("PRIVMSG #lobby closed");
  const [echo] = await ann.messages();
  await does(ann, "MODE #lobby -i");
  const [ben] = await inLobby(node, ["ben", ...HISTORY]);
  ben.send(`REDACT #lobby ${echo!.tags!.get("msgid")}`);
  await ben.expectAll(":irc.test FAIL REDACT UNKNOWN_MSGID *");
});

Deno.test("what was hidden stays hidden after a restart, and what was open stays open", async () => {
  const folder = await Deno.makeTempDir();
  try {
    {
      await using node = new Node({ store: new SqliteStore(folder) });
      const ann = await registered(node, "ann");
      await does(ann, "JOIN #lobby");
      await account(node, "ben");
      const ben = await signedIn(node, "ben");
      await say(ann, "open");
      await does(ann, "MODE #lobby +i", "INVITE ben #lobby");
      await say(ann, "closed");
      await does(ben, "JOIN #lobby");
      await say(ann, "with ben");
      await ben.sync();
    }
    await using node = new Node({ store: new SqliteStore(folder) });
    node.now += 3_600_000;
    const ann = await signedIn(node, "ann", { capabilities: HISTORY });
    await does(ann, "JOIN #lobby");
    await say(ann, "after the restart");
    await does(ann, "MODE #lobby -i");
    assertEquals(await reads(ann), ["open", "closed", "with ben", "after the restart"]);
    const ben = await signedIn(node, "ben", { capabilities: HISTORY });
    await does(ben, "JOIN #lobby");
    assertEquals(await reads(ben), ["open", "with ben"]);
    const [cid] = await inLobby(node, ["cid", ...HISTORY]);
    assertEquals(await reads(cid), ["open"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
