import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Seat } from "./client_screen.ts";
import { fuzzClient } from "./fuzz/client.ts";
import { fuzzParts } from "./fuzz/parts.ts";
import { fuzzSessions } from "./fuzz/sessions.ts";
import { Node } from "./harness.ts";

// A few seeds at every run; `deno task fuzz` goes on for as long as one likes.

Deno.test("whatever is said to a server by many, it stays whole", async () => {
  for (let seed = 1; seed <= 8; seed++) assertEquals(await fuzzSessions({ seed, steps: 400 }), []);
});

Deno.test("whatever the parts that read strangers' words are given, they read or refuse it", async () => {
  for (let seed = 1; seed <= 4; seed++) assertEquals(await fuzzParts(seed, 3000), []);
});

Deno.test("whatever a server says and a person presses, the screen stays a screen", () => {
  for (let seed = 1; seed <= 4; seed++) assertEquals(fuzzClient(seed, 200), []);
});

// What was found, each as it was found.

Deno.test("the reason of a ban or a KILL cannot act on the terminal of somebody with nc", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const root = await node.client("root");
  const person = node.connect();
  person.send("ann");
  assertMatch((await person.line())!, /^\* Welcome /);
  root.send("OPER root secret", "KILL ann :\x1b]0;owned\x07\x1b[2J");
  await root.sync();
  await person.expectEnd("* Killed by root: ]0;owned[2J");
});

Deno.test("whoever has left is invited nowhere", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const ben = await node.client("ben");
  ann.send("JOIN #tea", "INVITE ben #tea");
  await ann.sync();
  const [channel] = [...node.hub.channels.values()];
  assertEquals(channel!.invited.size, 1);
  ben.send("QUIT");
  await ben.expectEnd("ERROR *");
  await ann.sync();
  assertEquals(channel!.invited.size, 0);
});

Deno.test("a channel that is gone invites nobody", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const ben = await node.client("ben");
  ann.send("JOIN #tea", "INVITE ben #tea", "PART #tea");
  await ann.sync();
  await ben.sync();
  assertEquals(node.hub.users.get("ben")!.invitations.size, 0);
});

Deno.test("a server that names what cannot be named breaks no client", async () => {
  for (
    const line of [
      "PRIVMSG :no such name",
      "INVITE ann :no such name",
      "BATCH +x chathistory :no such name",
      "JOIN :a b",
    ]
  ) {
    const seat = new Seat();
    seat.says(`:ben!b@h ${line}`, ":ben!b@h RENAME #lobby :a b");
    for (const key of ["\x1bn", "\x1bn", "\x0e"]) seat.types(key);
    seat.types("hello\r");
    assertMatch(await seat.text(), /hello/);
    assertEquals(seat.sent.filter((sent) => sent.includes("no such")), []);
  }
});

Deno.test("the words in an empty input fit a narrow terminal", async () => {
  const seat = new Seat({ columns: 21, rows: 10 });
  const rows = await seat.rows();
  assertStringIncludes(rows.join("\n"), "› Type here.");
  assertEquals(rows.filter((row) => row.length > 21), []);
});
