// What happens when the disk is full or broken: it is said, the room goes on where it can, and nothing is lost silently.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { RegisteredClient } from "../server/client.ts";
import { becomeOperator } from "../server/commands/operator.ts";
import { MemoryStore } from "../server/store.ts";
import { SqliteStore, STORE_FILE } from "../server/store_sqlite.ts";
import { Node } from "./harness.ts";
import { inLobby } from "./lobby.ts";

/** A store that has no room left, neither on disk nor in memory. */
class FullStore extends MemoryStore {
  full = false;

  override append(entry: Parameters<MemoryStore["append"]>[0]): boolean {
    return !this.full && super.append(entry);
  }
}

Deno.test("a message that cannot be kept is refused, and nobody gets it", async () => {
  const store = new FullStore();
  await using node = new Node({ store });
  const [ann, ben] = await inLobby(
    node,
    ["ann", "echo-message", "message-tags", "labeled-response", "batch", "draft/multiline"],
    "ben",
  );
  store.full = true;
  ann.send("PRIVMSG #lobby one", "@label=1 NOTICE ben two", "@+draft/react=x TAGMSG #lobby");
  ann.send("@label=2 BATCH +1 draft/multiline #lobby", "@batch=1 PRIVMSG #lobby three", "BATCH -1");
  await ann.expectAll(
    ":irc.test FAIL PRIVMSG MESSAGE_ERROR #lobby :The server's disk is full or broken; nothing was sent",
    "@label=1 :irc.test FAIL NOTICE MESSAGE_ERROR ben :The server's disk is full or broken; nothing was sent",
    ":irc.test FAIL TAGMSG MESSAGE_ERROR #lobby :The server's disk is full or broken; nothing was sent",
    "@label=2 :irc.test FAIL PRIVMSG MESSAGE_ERROR #lobby :The server's disk is full or broken; nothing was sent",
  );
  await ben.expectNothing();
  // What is not kept anyway goes on.
  ann.send("@+typing=active TAGMSG #lobby", "PRIVMSG @#lobby x");
  assertEquals((await ann.messages()).map(({ command }) => command), ["TAGMSG", "PRIVMSG"]);
  store.full = false;
  ann.send("PRIVMSG #lobby four");
  await ann.expectAll("@msgid=* :ann!* PRIVMSG #lobby four");
  await ben.expectAll(":ann!* PRIVMSG #lobby four");
});

Deno.test("a person with nc is told in words", async () => {
  const store = new FullStore();
  await using node = new Node({ store });
  const ann = node.connect();
  ann.send("ann", "/who");
  while (!(await ann.line())!.includes("Here:"));
  await ann.line();
  store.full = true;
  ann.send("hello");
  assertStringIncludes((await ann.line())!, "] ! The server's disk is full or broken; nothing was sent");
});

Deno.test("operators of the server are told once when the disk fails and once when it is back, and nothing is lost", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = new SqliteStore(folder, { retryAfter: 0 });
    await using node = new Node({ store });
    const [ann, ben] = await inLobby(node, "ann", "ben");
    node.hub.userNamed("ann")!.setMode("o", true);
    const inTheWay = new DatabaseSync(`${folder}/${STORE_FILE}`);
    inTheWay.exec("BEGIN IMMEDIATE");
    for (const text of ["one", "two", "three"]) {
      ben.send(`PRIVMSG #lobby ${text}`);
      await ben.sync();
    }
    const [first, notice, ...rest] = await ann.sync();
    assertStringIncludes(first!, "PRIVMSG #lobby one");
    assertStringIncludes(notice!, ":irc.test NOTICE ann :The history cannot be written");
    assertStringIncludes(notice!, "Messages wait in memory");
    assertEquals(rest.length, 2);
    assertEquals(node.log.length, 1);
    assertStringIncludes(node.log[0]!, "error: The history cannot be written");
    // Who becomes an operator meanwhile is told then.
    becomeOperator(node.hub.userNamed("ben")!.clients[0] as RegisteredClient, "ben");
    await ben.expectAll(
      ":irc.test 381 ben *",
      ":ben!* MODE ben +o",
      ":irc.test NOTICE ben :The history cannot be written*",
    );
    inTheWay.exec("ROLLBACK");
    inTheWay.close();
    ben.send("PRIVMSG #lobby four");
    await ben.sync();
    await ann.expectAll(
      ":ben!* PRIVMSG #lobby four",
      ":irc.test NOTICE ann :The disk takes messages again, and has all that waited",
    );
    assertEquals(node.log.at(-1), "The disk takes messages again");
    const kept = store.history("#lobby", { limit: 10 }).map(({ message }) => message.params[1]);
    assertEquals(kept, ["one", "two", "three", "four"]);
    await ben.expectAll(":irc.test NOTICE ben :The disk takes messages again, and has all that waited");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
