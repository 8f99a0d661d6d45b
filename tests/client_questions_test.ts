// What the client asks before it does something that cannot be undone, and what it says when there is nothing to do or show.

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { parseMessage } from "../protocol.ts";
import { NOON, Seat } from "./client_screen.ts";

const ALL = "batch message-tags echo-message draft/message-redaction sasl=PLAIN draft/account-registration";

const UP = "\x1b[1;3A";

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

/** In #lobby, where ben has said m1 and we have said m2. */
function inLobby(options = {}): Seat {
  const ann = new Seat({ capabilities: ALL, ...options });
  ann.says("@msgid=m1 :ben!b@h PRIVMSG #lobby :tea?", "@msgid=m2 :ann!a@home PRIVMSG #lobby :maybe at five");
  ann.sent.length = 0;
  return ann;
}

const deletions = (seat: Seat) => seat.sent.filter((line) => line.includes("REDACT"));

Deno.test("/delete and d ask the same, show which message it is, and delete nothing before the answer", async () => {
  for (const way of ["/delete\r", `${UP}d`, `${UP}/delete\r`]) {
    const ann = inLobby();
    ann.types(way);
    const rows = await ann.rows();
    assertStringIncludes(rows.at(-1)!, 'Delete for everybody, y or n? "maybe at five":', way);
    assertStringIncludes(rows.findLast((row) => row.includes("maybe at five") && row.includes("ann"))!, "▸", way);
    assertEquals(deletions(ann), [], way);
    ann.types("y\r");
    await settle();
    assertEquals(deletions(ann), ["REDACT #lobby m2"], way);
  }
});

Deno.test("/delete deletes nothing after any answer but yes", async () => {
  for (const answer of ["n\r", "\r", "\x1b", "\x03", "yeah\r"]) {
    const ann = inLobby();
    ann.types("/delete a typo\r");
    ann.types(answer);
    await settle();
    assertEquals(deletions(ann), [], answer);
    assertStringIncludes(await ann.text(), "Nothing was deleted.", answer);
  }
});

Deno.test("/delete puts away what was refused, as d does", async () => {
  const ann = inLobby({ capabilities: `${ALL} labeled-response` });
  ann.types("lost words\r");
  const label = parseMessage(ann.sent.at(-1)!).tags?.get("label");
  ann.says(`@label=${label} :irc 404 ann #lobby :Cannot send to channel`);
  ann.types(`${UP}/delete\r`);
  assertFalse((await ann.text()).includes("lost words"));
  assertEquals(deletions(ann), []);
});

Deno.test("while it is asked about a message, no other is picked", async () => {
  const ann = inLobby();
  ann.types(`${UP}d${UP}`);
  const rows = await ann.rows();
  assert(rows.some((row) => row.includes("▸") && row.includes("maybe")), rows.join("\n"));
  assertFalse(rows.some((row) => row.includes("▸") && row.includes("tea?")));
});

Deno.test("a question leaves room for its answer in the narrowest screen", async () => {
  const ann = inLobby({ columns: 40, rows: 10 });
  ann.types("/delete\r");
  ann.types("n");
  const last = (await ann.rows()).at(-1)!;
  assert(last.startsWith("Delete for everybody, y or n?"), last);
  assert(last.endsWith("n"), last);
  assertEquals(await ann.cursor(), [last.length, 9]);
});

Deno.test("Alt-Up says so where there is nothing to pick", async () => {
  const ann = new Seat();
  for (const where of ["\x1b1", "\x1b2"]) {
    ann.types(where);
    ann.types(UP);
    assertStringIncludes(await ann.text(), "There is no message here to pick.");
  }
});

Deno.test("/logout says what is forgotten, and what is not", async () => {
  const ann = inLobby();
  ann.types("/logout\r");
  assertStringIncludes(await ann.text(), "There is no account to forget here.");
  ann.types("/register\r");
  for (const line of ["s3cret-word\r", "s3cret-word\r"]) {
    await settle();
    ann.types(line);
  }
  await settle();
  ann.says(":irc REGISTER SUCCESS ann :Account created", ":irc 900 ann ann!a@home ann :You are now logged in as ann");
  await settle();
  assertEquals(await ann.store.password("tea.example", "ann"), "s3cret-word");
  ann.types("/logout\r");
  const text = (await ann.text()).replace(/\s*│?\n[\s│]*/g, " ");
  assertStringIncludes(text, "The account ann and its password are forgotten here.");
  assertStringIncludes(text, "You stay logged in as ann until /reconnect.");
  assertEquals(await ann.store.password("tea.example", "ann"), undefined);
});

Deno.test("after /logout the next connection logs in no more", async () => {
  const ann = inLobby();
  await ann.screen.rememberLogin("ann", "s3cret-word");
  ann.types("/logout\r");
  ann.breaks();
  ann.now = NOON + 1000;
  ann.returns(ALL);
  assertFalse(ann.sent.some((line) => line.startsWith("AUTHENTICATE")), ann.sent.join("\n"));
});

Deno.test("a command typed while a message is picked means that message", async () => {
  const ann = inLobby();
  ann.says("@msgid=m3 :ben!b@h PRIVMSG #lobby :later", "@msgid=m4 :ann!a@home PRIVMSG #lobby :oh");
  ann.types(`${UP}${UP}${UP}/`);
  ann.types("delete");
  assertStringIncludes(await ann.text(), "/reply, /react, /delete: this message");
  ann.types("\r");
  assertStringIncludes((await ann.rows()).at(-1)!, '"maybe at five"');
  ann.types("y\r");
  await settle();
  assertEquals(deletions(ann), ["REDACT #lobby m2"]);
  ann.types(UP.repeat(4));
  for (const key of "/react :tada:\r") ann.types(key);
  assertEquals(ann.sent.at(-1), "@+draft/react=🎉;+reply=m1;+draft/reply=m1 TAGMSG #lobby");
  assertFalse((await ann.text()).includes("▸"));
});

Deno.test("? shows the help also while a message is picked", async () => {
  const ann = inLobby();
  ann.types(`${UP}?`);
  assertStringIncludes(await ann.text(), "help: arrows scroll");
});

Deno.test("an empty list is said to be, and one that is not says what is in it and no more", async () => {
  const ends: readonly (readonly [end: string, entry: string, nothing: string])[] = [
    ["368 ann #lobby :End", "367 ann #lobby bob!*@* ben 1767268800", "#lobby bans nobody."],
    ["323 ann :End", "322 ann #tea 4 :hot", "There is no such channel to be seen."],
    ["315 ann zoe :End", "352 ann * z h irc zoe H :0 Zoe", "Nobody is found by zoe."],
  ];
  for (const [end, entry, nothing] of ends) {
    const ann = new Seat({ columns: 120 });
    ann.says(`:irc ${entry}`, `:irc ${end}`);
    assertFalse((await ann.text()).includes(nothing), nothing);
    ann.says(`:irc ${end}`);
    assertStringIncludes(await ann.text(), nothing);
  }
});

Deno.test("what the client asked for itself is not said to be empty", async () => {
  const ann = new Seat({ capabilities: "away-notify" });
  ann.says(":irc 315 ann #lobby :End");
  assertFalse((await ann.text()).includes("Nobody is found"));
});

Deno.test("what was asked about somebody is refused where it was asked, and what was said to them beside it", async () => {
  const ann = new Seat({ capabilities: `${ALL} labeled-response` });
  ann.says(":ben!b@h PRIVMSG ann :psst");
  ann.types("/invite ben\r");
  ann.says(":irc 443 ann ben #lobby :is already on channel");
  assertStringIncludes(await ann.text(), "ben: is already on channel");
  ann.types("/msg ben hello\r");
  const label = parseMessage(ann.sent.at(-1)!).tags?.get("label");
  ann.types("\x1b2");
  ann.says(`@label=${label} :irc 404 ann ben :They do not want to hear from you`);
  assertFalse((await ann.text()).includes("They do not want"));
  ann.types("\x1b3");
  assertStringIncludes(await ann.text(), "They do not want to hear from you");
});

Deno.test("nobody is told by keys that somebody types in a channel that they are not in", () => {
  const ann = inLobby();
  ann.types("hi");
  assertEquals(ann.sent, ["@+typing=active TAGMSG #lobby"]);
  ann.says(":ben!b@h KICK #lobby ann :enough");
  ann.now += 10_000;
  ann.sent.length = 0;
  ann.types(" there");
  assertEquals(ann.sent, []);
});

Deno.test("Ctrl-C empties the line also while Tab offers something", async () => {
  const ann = inLobby();
  ann.types("/notify \t");
  ann.types("\x03");
  assertEquals((await ann.rows()).at(-1), "› Type here. ? shows the keys.");
});

Deno.test("in the server's window nothing is set for nobody, and a reconnect is told once", async () => {
  const ann = inLobby();
  ann.types("\x1b1/notify mute\r");
  assertStringIncludes(await ann.text(), "Open a conversation first, or name it.");
  ann.types("/reconnect\r");
  ann.breaks({ why: "Connecting anew, as you asked.", planned: true });
  assertEquals((await ann.text()).match(/Connecting anew/g)?.length, 1);
});
