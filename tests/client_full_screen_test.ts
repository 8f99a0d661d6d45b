// The full screen as a person sees it, through a terminal emulator: what stands where, where the cursor is, what goes out.

import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseMessage } from "../protocol.ts";
import { NOON, Seat } from "./client_screen.ts";

const ALL =
  "batch labeled-response echo-message message-tags server-time draft/chathistory draft/multiline=max-bytes=4096,max-lines=24 " +
  "draft/message-redaction draft/read-marker soju.im/search";

/** The label of a line we sent. */
function labelOf(line: string | undefined): string {
  return parseMessage(line!).tags?.get("label") ?? "";
}

Deno.test("what is said stands above the input, with its time and who said it", async () => {
  const ann = new Seat();
  ann.says(":ben!b@h PRIVMSG #lobby :hello ann, 你好");
  const rows = await ann.rows();
  assertEquals(rows.at(-3), "              │ 10:30          ben  hello ann, 你好");
  assertStringIncludes(rows.at(-2)!, "ann @ Tea");
  assertEquals(rows.at(-1), "› Type here. ? shows the keys.");
});

Deno.test("from 40 columns and 10 rows upwards every row fits and the cursor is in the input", async () => {
  const ann = new Seat({ channels: ["#lobby", "#a-channel-with-a-rather-long-name"] });
  ann.says(":irc 332 ann #lobby :a topic that is a good deal longer than forty columns can show at once");
  ann.says(
    `:ben!b@h PRIVMSG #lobby :${"long words and 中文字 ".repeat(12)}`,
    `:ben!b@h PRIVMSG #lobby :${"x".repeat(300)}`,
  );
  ann.types("some text 中");
  for (const [columns, rows] of [[40, 10], [41, 12], [60, 15], [72, 20], [92, 24], [120, 30], [200, 60]] as const) {
    ann.resize(columns, rows);
    const shown = await ann.rows();
    assertEquals(shown.at(-1), "› some text 中", `${columns}x${rows}`);
    assertEquals(await ann.cursor(), [14, rows - 1]);
    assertStringIncludes(shown.at(-2)!, "ann @ Tea");
    assertStringIncludes(shown[0]!, "#lobby");
  }
});

Deno.test("a long word is wrapped and nothing of it is lost", async () => {
  const ann = new Seat({ columns: 40, rows: 24 });
  const word = Array.from({ length: 200 }, (_, i) => String.fromCharCode(97 + i % 26)).join("");
  ann.says(`:ben!b@h PRIVMSG #lobby :${word}`);
  const rows = await ann.rows();
  const from = rows.findIndex((row) => row.includes("ben"));
  assertStringIncludes(rows.slice(from, -2).map((row) => row.slice(6)).join("").replace(/\s/g, ""), word);
});

const CURSORS: readonly (readonly [string, string, number])[] = [
  ["latin", "abc", 5],
  ["Chinese", "中文", 6],
  ["an accent of its own", "e\u0301x", 4],
  ["a flag", "🇩🇪", 4],
  ["right to left", "שלום", 6],
];

Deno.test("the cursor stands where the terminal itself has put the text", async () => {
  for (const [what, text, column] of CURSORS) {
    const ann = new Seat();
    ann.types(text);
    assertEquals(await ann.cursor(), [column, 19], what);
  }
});

/** Terminals that draw the parts of a character side by side, or in one column each, or all but ASCII in two. */
const OTHER_WIDTHS: Readonly<Record<string, (code: number) => 0 | 1 | 2>> = {
  "side by side": (code) => code >= 0x1f000 ? 2 : code === 0x200d || code === 0xfe0f ? 0 : 1,
  narrow: () => 1,
  "wider than any": (code) => code < 0x80 ? 1 : 2,
};

Deno.test("what a terminal draws in another width shifts nothing beside it", async () => {
  for (const [name, widthOf] of Object.entries(OTHER_WIDTHS)) {
    const ann = new Seat({ columns: 100, rows: 30, channels: ["#lobby", "#👨‍👩‍👧"], widthOf });
    ann.says(":irc 332 ann #lobby :topic ❤️ हिन्दी 👨‍👩‍👧", ":ben!b@h PRIVMSG #👨‍👩‍👧 :hi ann");
    for (const nick of ["ben", "❤️👍🏽", "हिन्दी", "👨‍👩‍👧"]) {
      ann.says(`:${nick}!b@h PRIVMSG #lobby :BEGIN ${"👩‍👩‍👧 ❤️ नि ☺️ ".repeat(8)} END`);
    }
    const rows = await ann.cells();
    const body = rows.slice(1, -2);
    for (const row of body) assertEquals([row[14], row[84]], ["│", "│"], `${name}: the borders`);
    for (const row of body.slice(2)) assertEquals(row.slice(85).join("").trim(), "", `${name}: beside the members`);
    const begins = body.filter((row) => row.join("").includes("BEGIN")).map((row) => row.indexOf("B"));
    assertEquals(begins, Array(4).fill(begins[0]), `${name}: where the text begins`);
    if (name === "wider than any") continue;
    assertEquals(body.filter((row) => row.join("").includes("END")).length, 4, `${name}: nothing is cut off`);
    assertStringIncludes(rows.at(-2)!.slice(-6).join(""), "!1 ", name);
  }
});

// A terminal shows what it has read, and an input method opens where the cursor is then.
Deno.test("in the middle of a frame too the cursor stands where the text goes, whatever of the frame was read", async () => {
  const ann = new Seat({ columns: 120, rows: 40 });
  ann.types("中文 first\x1b\r第二行");
  await ann.rows();
  for (let i = 0; i < 60; i++) ann.says(`:ben!b@h PRIVMSG #lobby :${i} 很长的消息 ${"words and ".repeat(i % 7)}`);
  const pieces = await ann.pieces();
  assert(pieces.length > 1);
  for (const { bytes, cursor } of pieces) {
    assert(bytes <= 1792, `${bytes} bytes are not read as a whole`);
    assertEquals(cursor, [8, 39]);
  }
});

Deno.test("several lines are typed with Alt-Enter or pasted, and nothing is sent before Enter", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.types("one\x1b\rtwo\x1b[200~\nthree\nfour\x1b[201~");
  assertEquals((await ann.rows()).slice(-4), ["› one", "  two", "  three", "  four"]);
  assertEquals(ann.sent.filter((line) => !line.includes("TAGMSG")), []);
  ann.types("\r");
  assertEquals(ann.sent.filter((line) => line.includes("PRIVMSG")).length, 4);
});

Deno.test("what we say is dim until its echo comes, and then stands once", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.types("hello\r");
  const label = labelOf(ann.sent.at(-1));
  assertStringIncludes(await ann.text(), "hello");
  ann.says(`@label=${label};msgid=m1 :ann!a@home PRIVMSG #lobby hello`);
  assertEquals((await ann.text()).split("hello").length, 2);
});

Deno.test("a refused message is shown as not sent", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.types("hello\r");
  ann.says(`@label=${labelOf(ann.sent.at(-1))} :irc 404 ann #lobby :Cannot send to channel`);
  const text = await ann.text();
  assertStringIncludes(text, "not sent");
  assertStringIncludes(text, "Cannot send to channel");
});

Deno.test("unread and mentions are counted, and Alt-A goes there and back", async () => {
  const ann = new Seat({ channels: ["#lobby", "#dev", "#ops"] });
  ann.says(":ben!b@h PRIVMSG #dev :one", ":ben!b@h PRIVMSG #dev :two", ":ben!b@h PRIVMSG #ops :ann?");
  const rows = await ann.rows();
  assertMatch(rows.find((row) => row.includes("3 #dev"))!, /3 #dev +2/);
  assertMatch(rows.find((row) => row.includes("4 #ops"))!, /4 #ops +!1/);
  const visited = () => ann.screen.current.name;
  ann.types("\x1ba");
  assertEquals(visited(), "#ops");
  ann.types("\x1ba");
  assertEquals(visited(), "#dev");
  assertStringIncludes(await ann.text(), "unread");
  ann.types("\x1ba");
  assertEquals(visited(), "#lobby");
});

Deno.test("a mention rings and notifies, and a muted channel does not", () => {
  const ann = new Seat({ channels: ["#lobby", "#dev"] });
  ann.says(":ben!b@h PRIVMSG #dev :hello", ":ben!b@h PRIVMSG #dev :hello ann");
  assertEquals(ann.effects, ["bell", "notify ben in #dev hello ann"]);
  ann.types("/notify #dev mute\r");
  ann.says(":ben!b@h PRIVMSG #dev :ann!");
  assertEquals(ann.effects.length, 2);
});

Deno.test("Alt-Up picks a message, r replies to it, and the reply shows what it answers", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.says("@msgid=q1 :ben!b@h PRIVMSG #lobby :tea or coffee?");
  ann.types("\x1b[1;3A");
  assertStringIncludes(await ann.text(), "r reply");
  ann.types("r");
  assertEquals((await ann.rows()).at(-1), "↪ ben › ");
  ann.types("tea\r");
  assertEquals(parseMessage(ann.sent.at(-1)!).tags?.get("+reply"), "q1");
  ann.says(`@label=${labelOf(ann.sent.at(-1))};msgid=a1;+reply=q1 :ann!a@home PRIVMSG #lobby tea`);
  assertStringIncludes(await ann.text(), "↪ ben: tea or coffee?");
});

Deno.test("g goes to what a picked message answers, also where that is not loaded", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.tellsHistory("#lobby");
  ann.says("@msgid=m9;+reply=m1 :ben!b@h PRIVMSG #lobby :as I said");
  assertStringIncludes(await ann.text(), "↪ an earlier message");
  ann.types("\x1b[1;3Ag");
  assertMatch(ann.sent.at(-1)!, /CHATHISTORY AROUND #lobby msgid=m1/);
  const label = labelOf(ann.sent.at(-1));
  ann.says(
    `@label=${label} :irc BATCH +h chathistory #lobby`,
    "@batch=h;msgid=m1;time=2026-01-02T10:00:00.000Z :carl!c@h PRIVMSG #lobby :it is so",
    ":irc BATCH -h",
  );
  assertMatch(await ann.text(), /▸ +carl {2}it is so/);
  assertStringIncludes(await ann.text(), "↪ carl: it is so");
});

Deno.test("what is answered and cannot be had says so, and older messages can still be scrolled to", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.tellsHistory("#lobby", "@msgid=m8 :ben!b@h PRIVMSG #lobby :so it is");
  ann.says("@msgid=m9;+reply=m1 :ben!b@h PRIVMSG #lobby :as I said");
  ann.types("\x1b[1;3Ag");
  const label = labelOf(ann.sent.at(-1));
  ann.says(`@label=${label} FAIL CHATHISTORY INVALID_MSGREFTYPE AROUND #lobby :no such message`);
  assertStringIncludes(await ann.text(), "That message cannot be had from the server.");
  ann.types("\x1b\x1b[5~");
  await ann.rows();
  assertMatch(ann.sent.at(-1)!, /CHATHISTORY BEFORE #lobby msgid=m8/);
});

Deno.test("reactions stand under the message and go again", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.says("@msgid=q1 :ben!b@h PRIVMSG #lobby :it works", "@+draft/react=🎉;+reply=q1 :carl!c@h TAGMSG #lobby");
  assertStringIncludes(await ann.text(), "🎉 carl");
  ann.says("@+draft/unreact=🎉;+reply=q1 :carl!c@h TAGMSG #lobby");
  assertFalse((await ann.text()).includes("🎉"));
});

Deno.test("e reacts by name, d deletes after asking, c copies, o opens the link", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.says("@msgid=q1 :ben!b@h PRIVMSG #lobby :see https://tea.example/a_(b).");
  const settle = () => new Promise<void>((resolve) => queueMicrotask(resolve));
  ann.types("\x1b[1;3Ae:tada:\r");
  await settle();
  assertEquals(parseMessage(ann.sent.at(-1)!).tags?.get("+draft/react"), "🎉");
  ann.types("\x1b[1;3Adn\r");
  await settle();
  assertFalse(ann.sent.some((line) => line.includes("REDACT")));
  ann.types("\x1b[1;3Ady\r");
  await settle();
  assertStringIncludes(ann.sent.at(-1)!, "REDACT #lobby q1");
  ann.types("\x1b[1;3Ac");
  assertStringIncludes(await ann.text(), "Copied, if the terminal lets programs copy.");
  ann.types("\x1b[1;3Ao");
  assertEquals(ann.effects, ["copy see https://tea.example/a_(b).", "open https://tea.example/a_(b)"]);
});

Deno.test("a deleted message is gone from the screen", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.says("@msgid=q1 :ben!b@h PRIVMSG #lobby :my secret", ":ben!b@h REDACT #lobby q1 :oops");
  const text = await ann.text();
  assertFalse(text.includes("my secret"));
  assertStringIncludes(text, "deleted by ben: oops");
});

Deno.test("who comes and goes is condensed into one line", async () => {
  const ann = new Seat({ columns: 120 });
  for (const nick of ["carl", "dora", "emil"]) ann.says(`:${nick}!x@h JOIN #lobby`);
  ann.says(":carl!x@h QUIT :bye", ":dora!x@h NICK theodora");
  assertStringIncludes(await ann.text(), "carl came and left · dora, emil came · dora is now theodora");
});

Deno.test("Tab completes with a visible list, and again goes on", async () => {
  const ann = new Seat();
  ann.says(":irc 353 ann = #lobby :@ann ben bert bernd", ":irc 366 ann #lobby :End");
  ann.types("be\t");
  assertEquals((await ann.rows()).slice(-3).map((row) => row.trim()), [
    "ben  bernd  bert",
    "ann @ Tea · not encrypted",
    "› ben:",
  ]);
  ann.types("\t");
  assertEquals((await ann.rows()).at(-1), "› bernd: ");
});

Deno.test("an emoji that does not exist is not sent as a reaction", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.says("@msgid=q1 :ben!b@h PRIVMSG #lobby :it works");
  const before = ann.sent.length;
  ann.types("\x1b[1;3Ae👍 and words\r");
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  assertStringIncludes((await ann.rows()).join("\n"), 'There is no emoji "👍 and words"');
  ann.types("\x1b[1;3Ae:thumbs\r");
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  assertStringIncludes((await ann.rows()).join("\n"), 'There is no emoji ":thumbs"');
  assertEquals(ann.sent.slice(before).filter((line) => line.includes("draft/react")), []);
});

Deno.test("who is scrolled up sees it on the narrowest screen", async () => {
  const ann = new Seat({ columns: 40, rows: 10 });
  for (let i = 0; i < 30; i++) ann.says(`:ben!b@h PRIVMSG #lobby :line ${i}`);
  ann.types("\x1b[5~");
  assertStringIncludes((await ann.rows()).at(-2)!, "scrolled, Esc goes back");
});

Deno.test("who leaves without a word leaves without brackets", async () => {
  const ann = new Seat();
  ann.says(":ben!b@h JOIN #lobby", ":ben!b@h PRIVMSG #lobby :hi", ":ben!b@h QUIT :Quit: ");
  const screen = (await ann.rows()).join("\n");
  assertStringIncludes(screen, "ben left");
  assert(!screen.includes("Quit"));
});

Deno.test("scrolling up asks for older messages once, and shows them in order", async () => {
  const ann = new Seat({ capabilities: ALL });
  const page = (from: number, request: string) => {
    ann.says(`@label=${labelOf(request)} :irc BATCH +h chathistory #lobby`);
    for (let i = from; i < from + 100; i++) {
      const time = new Date(ann.now - 1e6 + i * 1000).toISOString();
      ann.says(`@batch=h;msgid=m${i};time=${time} :ben!b@h PRIVMSG #lobby :message ${i}`);
    }
    ann.says(":irc BATCH -h");
  };
  ann.connect(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  page(100, ann.sent.find((line) => line.includes("CHATHISTORY LATEST #lobby")) ?? "PING");
  assertStringIncludes(await ann.text(), "message 199");
  ann.sent.length = 0;
  for (let i = 0; i < 8; i++) ann.types("\x1b[5~");
  const asked = ann.sent.filter((line) => line.includes("CHATHISTORY BEFORE #lobby msgid=m100"));
  assertEquals(asked.length, 1);
  page(0, asked[0]!);
  for (let i = 0; i < 20; i++) ann.types("\x1b[5~");
  const numbers = [...(await ann.text()).matchAll(/message (\d+)/g)].map((match) => Number(match[1]));
  assertEquals(numbers, numbers.toSorted((a, b) => a - b));
  assertEquals(numbers[0], 0);
});

Deno.test("after a reconnect what was missed is asked for by id, and no line stands twice or out of order", async () => {
  const ann = new Seat({ capabilities: ALL, columns: 120 });
  const time = (i: number) => new Date(ann.now + i * 1000).toISOString();
  ann.says(`@msgid=m1;time=${time(1)} :ben!b@h PRIVMSG #lobby :before`);
  ann.screen.disconnected({ why: "The connection was lost.", pause: 1000, unsettled: ann.session.stop() });
  assertStringIncludes(await ann.text(), "The connection was lost. Trying again in 1 s.");
  ann.now += 60_000;
  ann.screen.connected(false);
  ann.session.start();
  ann.says(
    `:irc CAP * LS :${ALL}`,
    `:irc CAP ann ACK :${ALL.replace(/=\S+/g, "")}`,
    ":irc CAP ann ACK :",
    ":irc 001 ann :Welcome",
    ":irc 422 ann :",
  );
  ann.says(":ann!a@home JOIN #lobby", `@msgid=m3;time=${time(3)} :ben!b@h PRIVMSG #lobby :after`);
  const asked = ann.sent.find((line) => line.includes("CHATHISTORY AFTER #lobby msgid=m1"));
  assert(asked !== undefined);
  ann.says(
    `@label=${labelOf(asked)} :irc BATCH +h chathistory #lobby`,
    `@batch=h;msgid=m2;time=${time(2)} :ben!b@h PRIVMSG #lobby :missed`,
    `@batch=h;msgid=m3;time=${time(3)} :ben!b@h PRIVMSG #lobby :after`,
    ":irc BATCH -h",
  );
  const said = [...(await ann.text()).matchAll(/ben {2}(\w+)/g)].map((match) => match[1]);
  assertEquals(said, ["before", "missed", "after"]);
});

Deno.test("messages of the same instant keep their order where two pages of history meet", () => {
  const ann = new Seat({ capabilities: ALL });
  const time = new Date(ann.now - 1000).toISOString();
  const page = (ids: readonly string[]) => {
    const asked = ann.sent.findLast((line) => line.includes("CHATHISTORY"));
    ann.says(
      `@label=${labelOf(asked)} :irc BATCH +h chathistory #lobby`,
      ...ids.map((id) => `@batch=h;msgid=${id};time=${time} :ben!b@h PRIVMSG #lobby :${id}`),
      ":irc BATCH -h",
    );
  };
  ann.says(":ann!a@home JOIN #lobby");
  page(Array.from({ length: 100 }, (_, i) => `m${i + 100}`));
  ann.types("\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~");
  page(Array.from({ length: 100 }, (_, i) => `m${i}`));
  const ids = ann.screen.current.lines.filter((line) => line.id !== undefined).map((line) => line.id);
  assertEquals(ids, Array.from({ length: 200 }, (_, i) => `m${i}`));
});

Deno.test("Escape and a letter in quick succession are not taken for Alt and the letter", async () => {
  const ann = new Seat({ rows: 30 });
  ann.types("?");
  ann.types("\x1b/me waves");
  assertEquals((await ann.rows()).at(-1), "› /me waves");
});

Deno.test("what is said while offline is kept and sent when the connection is back", () => {
  const ann = new Seat();
  ann.screen.disconnected({ why: "The connection was lost.", pause: 1000, unsettled: ann.session.stop() });
  ann.types("are you there?\rand this is half ty");
  assertEquals(ann.sent, []);
  ann.screen.connected(false);
  ann.session.start();
  ann.says(":irc 001 ann :Welcome", ":irc 422 ann :none");
  assertEquals(ann.sent.slice(-2), ["JOIN #lobby", "PRIVMSG #lobby :are you there?"]);
  assertEquals(ann.screen.keyboard.editor.text, "and this is half ty");
});

Deno.test("/search shows what was found, and Enter goes there", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.tellsHistory("#lobby");
  ann.types("/search tea from:ben\r");
  assertMatch(ann.sent.at(-1)!, /SEARCH from=ben;in=#lobby;text=tea;limit=50$/);
  ann.says(
    `@label=${labelOf(ann.sent.at(-1))} :irc BATCH +s soju.im/search`,
    "@batch=s;msgid=old1;time=2026-01-02T10:00:00.000Z :ben!b@h PRIVMSG #lobby :green tea",
    ":irc BATCH -s",
  );
  assertStringIncludes(await ann.text(), "green tea");
  ann.types("\r");
  assertMatch(ann.sent.at(-1)!, /CHATHISTORY AROUND #lobby msgid=old1/);
  ann.says(
    `@label=${labelOf(ann.sent.at(-1))} :irc BATCH +h chathistory #lobby`,
    "@batch=h;msgid=old1;time=2026-01-02T10:00:00.000Z :ben!b@h PRIVMSG #lobby :green tea",
    ":irc BATCH -h",
  );
  assertMatch(await ann.text(), /▸ +ben {2}green tea/);
});

Deno.test("of a message that is longer than the screen the beginning is gone to, and Page Down shows the rest", async () => {
  const ann = new Seat({ columns: 60, rows: 12, capabilities: ALL });
  const said = (id: string, text: string) => `@msgid=${id} :ben!b@h PRIVMSG #lobby :${text}`;
  const long = Array.from({ length: 30 }, (_, i) => `@batch=l :ben!b@h PRIVMSG #lobby :row ${i}.`);
  ann.says(
    said("before", "before it"),
    "@msgid=long :ben!b@h BATCH +l draft/multiline #lobby",
    ...long,
    ":irc BATCH -l",
  );
  for (let i = 0; i < 30; i++) ann.says(said(`m${i}`, `line ${i}`));
  ann.types("/search row\r");
  ann.says(
    `@label=${labelOf(ann.sent.at(-1))} :irc BATCH +s soju.im/search`,
    "@batch=s;msgid=long :ben!b@h PRIVMSG #lobby :row 0.",
    ":irc BATCH -s",
  );
  ann.types("\r");
  const top = (await ann.rows())[1]!;
  assertMatch(top, /▸.*row 0\./);
  ann.types("\x1b[6~");
  assertMatch((await ann.rows())[1]!, /▸ *row 6\./);
  ann.types("\x1b[1;3A");
  assertStringIncludes(await ann.text(), "before it");
  ann.types("\x1b[1;3B");
  assertMatch((await ann.rows())[1]!, /▸.*row 0\./);
});

Deno.test("going down to the last thing that was found asks for older ones, as far as there are", async () => {
  const ann = new Seat({ capabilities: ALL });
  const answer = (from: number, to: number) => {
    const label = labelOf(ann.sent.at(-1));
    const found = Array.from({ length: from - to + 1 }, (_, i) => from - i);
    const said = (i: number) =>
      `@batch=s;msgid=f${i};time=${new Date(NOON - 1e6 + i * 1000).toISOString()} :ben!b@h PRIVMSG #lobby :tea ${i}.`;
    ann.says(`@label=${label} :irc BATCH +s soju.im/search`, ...found.map(said), ":irc BATCH -s");
  };
  ann.types("/search tea\r");
  answer(110, 61);
  assertStringIncludes(await ann.text(), "(the newest 50, older below)");
  ann.sent.length = 0;
  ann.types("\x1b[F");
  assertEquals(ann.sent.length, 1);
  assertStringIncludes(ann.sent[0]!, `before=${new Date(NOON - 1e6 + 61_001).toISOString()}`);
  // The one that was the oldest comes again, because others may be of its instant.
  answer(61, 20);
  assertStringIncludes(await ann.text(), "(91)");
  ann.types("\x1b[B");
  assertStringIncludes(await ann.text(), "tea 60.");
  ann.types("\x1b[F");
  assertStringIncludes(await ann.text(), "tea 20.");
  assertEquals(ann.sent.length, 1);
});

Deno.test("on a narrow screen what was found is seen, wherever in a message it stands", async () => {
  const ann = new Seat({ capabilities: ALL, columns: 40, rows: 10 });
  ann.types("/search tea\r");
  ann.says(
    `@label=${labelOf(ann.sent.at(-1))} :irc BATCH +s soju.im/search`,
    `@batch=s;msgid=a;time=2026-01-02T10:00:00.000Z :ben!b@h PRIVMSG #lobby :${"word ".repeat(30)}green tea here`,
    ":irc BATCH -s",
  );
  assertMatch((await ann.rows())[1]!, /^ 01-02 ben ….*green tea here/);
});

Deno.test("? shows every key and command, and typing goes on", async () => {
  const ann = new Seat({ rows: 30 });
  ann.types("?");
  assertStringIncludes(await ann.text(), "Alt-A");
  for (let i = 0; i < 10; i++) ann.types("\x1b[6~");
  assertStringIncludes(await ann.text(), "/quit");
  ann.types("hello");
  assertEquals((await ann.rows()).at(-1), "› hello");
});

Deno.test("? shows the help also as an input method of Chinese writes it, and again is text", async () => {
  const ann = new Seat({ rows: 30 });
  ann.types("？");
  assertStringIncludes(await ann.text(), "Alt-A");
  ann.types("？");
  assertEquals((await ann.rows()).at(-1), "› ？");
});

Deno.test("going to the conversation that one is in puts the help away, as going to another does", async () => {
  for (const keys of ["\x1b2", "\x1b1\x1b2"]) {
    const ann = new Seat();
    ann.types(`?${keys}`);
    assertFalse((await ann.text()).includes("help: arrows scroll"));
  }
});

Deno.test("the first start says three lines, the next says none", async () => {
  assertEquals(
    (await new Seat({ welcomed: false }).text()).match(/Welcome|You are ann\. Change: \/nick|\? shows every/g)?.length,
    3,
  );
  assertFalse((await new Seat().text()).includes("Welcome"));
});

Deno.test("/ignore hides what somebody says, here and later", async () => {
  const ann = new Seat();
  ann.types("/ignore ben\r");
  ann.says(":ben!b@h PRIVMSG #lobby :spam", ":carl!c@h PRIVMSG #lobby :hello");
  const text = await ann.text();
  assertFalse(text.includes("spam"));
  assertStringIncludes(text, "hello");
  assertEquals(ann.screen.here.ignore, ["ben!*@*"]);
});

Deno.test("a slash command that does not exist is named with the nearest one", async () => {
  const ann = new Seat();
  ann.types("/jion #tea\r");
  assertStringIncludes(await ann.text(), "There is no /jion. Did you mean /join?");
  assertEquals(ann.sent, []);
});

Deno.test("Ctrl-C empties the line, and twice leaves", async () => {
  const ann = new Seat();
  ann.types("half\x03");
  assertEquals(ann.screen.keyboard.editor.text, "");
  ann.types("\x03\x03");
  assertEquals(await ann.screen.finished, 0);
  assertEquals(ann.sent.at(-1), "QUIT");
});

Deno.test("/register asks twice, unseen, and remembers the password when the server has agreed", async () => {
  const ann = new Seat({ capabilities: "draft/account-registration" });
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  ann.types("/register\r");
  await settle();
  ann.types("s3cret");
  assertFalse((await ann.text()).includes("s3cret"));
  ann.types("\r");
  await settle();
  ann.types("s3cret\r");
  await settle();
  assertEquals(ann.sent.at(-1), "REGISTER * * s3cret");
  ann.says(":irc REGISTER SUCCESS ann :Account created");
  await settle();
  assertEquals(await ann.store.password("tea.example", "ann"), "s3cret");
});

Deno.test("/password asks for the old and twice for the new one, and remembers it when the server has agreed", async () => {
  const ann = new Seat({ capabilities: "sasl=PLAIN" });
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  ann.says(":irc 900 ann ann!a@home ann :You are now logged in as ann");
  ann.types("/password\r");
  for (const typed of ["old one\r", "new one\r", "new one\r"]) {
    await settle();
    ann.types(typed);
    assertFalse((await ann.text()).includes("one"));
  }
  await settle();
  assertEquals(ann.sent.at(-1), `ACCOUNT PASSWORD base64:${btoa("old one")} base64:${btoa("new one")}`);
  ann.says(":irc NOTE ACCOUNT PASSWORD_CHANGED ann :Your password is changed");
  await settle();
  assertEquals(await ann.store.password("tea.example", "ann"), "new one");
});

Deno.test("3,000 messages in a row are all there, and drawing stays a matter of what is seen", async () => {
  const ann = new Seat();
  for (let i = 0; i < 3000; i++) ann.says(`:ben!b@h PRIVMSG #lobby :message ${i}`);
  assertStringIncludes(await ann.text(), "message 2999");
  assertEquals(ann.screen.current.lines.filter((line) => line.kind === "message").length, 3000);
});

Deno.test("nothing that others send reaches the terminal as a control sequence", async () => {
  const control = fc.constantFrom(
    "\x1b]52;c;aGk=\x07",
    "\x1b[2J",
    "\x1b]0;x\x07",
    "\x9b31m",
    "\x07",
    "\x1b[10;10H",
    "\x08\x08",
    "\x7f",
    "\u202e",
  );
  const hostile = fc.array(fc.oneof(control, fc.string({ unit: "binary", maxLength: 10 })), { maxLength: 6 }).map((
    parts,
  ) => parts.join("").replace(/[\r\n\0]/g, ""));
  const { drawScreen } = await import("../client/view.ts");
  fc.assert(
    fc.property(hostile, fc.integer({ min: 40, max: 120 }), (text, columns) => {
      const ann = new Seat();
      const word = text.replaceAll(" ", "_") || "x";
      ann.says(
        `:${word}!b@h PRIVMSG #lobby :${text}`,
        `:irc 332 ann #lobby :${text}`,
        `:${word}!b@h QUIT :${text}`,
        `:ben!b@h KICK #lobby ${word} :${text}`,
      );
      ann.says(
        `@msgid=m1;+draft/react=${word};+reply=m0 :${word} TAGMSG #lobby`,
        `:irc 433 ann ${word} :${text}`,
        `:x!y@z PRIVMSG ann :${text}`,
      );
      const screen = drawScreen(ann.screen.state(), columns, 20);
      // deno-lint-ignore no-control-regex -- what we write ourselves: colours, columns, the rest of a row erased, links
      const rest = screen.rows.join("").replace(/\x1b\[[0-9;]*m|\x1b\[\d+G|\x1b\[K|\x1b\]8;;[\x21-\x7e]*\x1b\\/g, "");
      // deno-lint-ignore no-control-regex
      assertFalse(/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/.test(rest), JSON.stringify(rest));
      // deno-lint-ignore no-control-regex
      assertFalse(/[\x00-\x1f\x7f-\x9f]/.test(ann.screen.title));
    }),
    { numRuns: 200 },
  );
});

Deno.test("the first words take three rows of the narrowest screen, so that the first messages are seen with them", async () => {
  const ann = new Seat({ welcomed: false, columns: 40, rows: 10 });
  ann.says(":ben!b@h PRIVMSG #lobby :hello", ":ben!b@h PRIVMSG #lobby :ann");
  const rows = await ann.rows();
  assertEquals(rows.slice(3, 8).map((row) => row.slice(6)), [
    "Welcome! Type, and Enter says it.",
    "You are ann. Change: /nick NAME",
    "? shows every key, /quit leaves.",
    "ben hello",
    "ben ann",
  ]);
});

Deno.test("the first words stand below what a first visit and a name that is taken have to say", async () => {
  const ann = new Seat({ welcomed: false, columns: 40, rows: 10, channels: [] });
  ann.breaks({ planned: true });
  ann.store.settings.welcomed = false;
  const note = "First time at 127.0.0.1: from now on it is recognised. To be sure it is the right one: /fingerprint";
  ann.screen.connected(true, note, "f00d");
  ann.session.start();
  ann.says(":irc 433 * ann :Nick is already in use", ":irc 001 ann_ :Welcome", ":irc 422 ann_ :none");
  const rows = await ann.rows();
  assertEquals(rows.slice(5, 8).map((row) => row.slice(6)), [
    "Welcome! Type, and Enter says it.",
    "You are ann_. Change: /nick NAME",
    "? shows every key, /quit leaves.",
  ]);
  assertEquals(rows.at(-1), "› Type here. ? shows the keys.");
  const lines = ann.screen.current.lines.map(({ text }) => text);
  assert(lines.indexOf(note) >= 0);
});

Deno.test("/fingerprint shows the whole of it, or says why there is none", () => {
  const fingerprint = "0123456789abcdef".repeat(4);
  const said: readonly (readonly [boolean, string | undefined, string])[] = [
    [true, fingerprint, fingerprint],
    [true, undefined, "A public authority vouches for this server by its name"],
    [false, undefined, "This connection is not encrypted"],
  ];
  for (const [encrypted, known, words] of said) {
    const ann = new Seat({ columns: 100 });
    ann.breaks();
    ann.screen.connected(encrypted, undefined, known);
    ann.session.start();
    ann.says(":irc 001 ann :Welcome", ":irc 422 ann :none");
    ann.types("/fingerprint\r");
    const lines = ann.screen.current.lines.map(({ text }) => text);
    assert(lines.some((line) => line.startsWith(words)), lines.join("\n"));
  }
});

Deno.test("where the window is narrow, what the status has no room for is left out and not cut", async () => {
  const ann = new Seat({ columns: 34, rows: 10 });
  const status = async () => (await ann.rows()).at(-2)!.trimEnd();
  ann.screen.tick();
  ann.pongs();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(await status(), " ann @ Tea · not encrypted");
  ann.resize(60, 10);
  assertEquals(await status(), " ann @ Tea · not encrypted · delay 0.0 s");
});

Deno.test("a screen of a few rows has the input, then messages, and never more rows than there are", async () => {
  const { drawScreen } = await import("../client/view.ts");
  const ann = new Seat({ capabilities: ALL });
  ann.says(
    "@msgid=m1 :ben!b@h PRIVMSG #lobby :hello",
    ":irc 353 ann = #lobby :@ann ben bert",
    ":irc 366 ann #lobby :End",
  );
  ann.types("b\t");
  ann.screen.hint = "a hint";
  for (let rows = 1; rows <= 12; rows++) {
    const screen = drawScreen(ann.screen.state(), 40, rows);
    assertEquals(screen.rows.length, rows);
    assertStringIncludes(screen.rows.at(-1)!, "ben: ");
    assert(screen.cursorRow < rows);
    if (rows > 1) assert(screen.rows.some((row) => row.includes("hello")), `${rows} rows`);
  }
});

Deno.test("who is scrolled up is told how many messages are new below, and End goes there", async () => {
  const ann = new Seat({ columns: 40, rows: 10 });
  for (let i = 0; i < 30; i++) ann.says(`:ben!b@h PRIVMSG #lobby :line ${i}`);
  assertFalse(ann.screen.current.readBack);
  ann.types("\x1b[5~");
  assert(ann.screen.current.readBack);
  ann.says(":ben!b@h PRIVMSG #lobby :new 1", ":carl!c@h JOIN #lobby", ":ben!b@h PRIVMSG #lobby :new 2");
  assertStringIncludes((await ann.rows()).at(-2)!, "2 new below: End");
  ann.types("half \x1b[H\x1b[F");
  assertStringIncludes((await ann.rows()).at(-2)!, "2 new below", "End in the middle of the text moves within it");
  ann.types("\x1b[F");
  assertStringIncludes(await ann.text(), "new 2");
  assertFalse((await ann.text()).includes("below"));
  assertFalse(ann.screen.current.readBack);
});

Deno.test("the wheel scrolls, Up and Down by the finger bring back what was sent", async () => {
  const ann = new Seat();
  ann.types("sent before\r");
  for (let i = 0; i < 60; i++) ann.says(`:ben!b@h PRIVMSG #lobby :line ${i}`);
  ann.types("\x1b[A\x1b[A\x1b[A");
  assertStringIncludes((await ann.rows()).at(-2)!, "scrolled");
  ann.types("\x1b[B");
  assertEquals((await ann.rows()).at(-1), "› ", "a row that follows at once is of the wheel too");
  ann.types("\x1b[B\x1b[B\x1b[B");
  assertFalse((await ann.rows()).at(-2)!.includes("scrolled"));
  ann.now += 1000;
  ann.types("\x1b[A");
  assertEquals((await ann.rows()).at(-1), "› sent before");
});

Deno.test("Tab completes the emoji to react with, with a visible list", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.says("@msgid=q1 :ben!b@h PRIVMSG #lobby :it works");
  ann.types("\x1b[1;3Aethumb\t");
  const rows = await ann.rows();
  assertStringIncludes(rows.at(-3)!, "👍 thumbsup  👎 thumbsdown");
  assertEquals(rows.at(-1), "React with (Tab lists): 👍");
  ann.types("\t\r");
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  assertEquals(parseMessage(ann.sent.at(-1)!).tags?.get("+draft/react"), "👎");
});

Deno.test("Ctrl-R shows what it looks for, and Enter takes what it found without sending it", async () => {
  const ann = new Seat();
  ann.types("make tea\rhello\r");
  const before = ann.sent.length;
  ann.types("\x12te?");
  assertEquals((await ann.rows()).at(-1), 'not found "te?": make tea');
  ann.types("\x7f");
  assertEquals((await ann.rows()).at(-1), 'search "te": make tea');
  ann.types("\r");
  assertEquals((await ann.rows()).at(-1), "› make tea");
  assertEquals(ann.sent.slice(before).filter((line) => line.includes("PRIVMSG")), []);
});

Deno.test("characters that cannot be seen, within one that a selector widens, do not shift the cursor", async () => {
  for (const text of ["☺\u2060\ufe0f", "☺\ufe0f", "a\u00adb", "❤\u200b\ufe0fx"]) {
    const ann = new Seat({ columns: 40, rows: 10 });
    ann.types("x".repeat(36));
    ann.types(text);
    const state = ann.screen.state();
    const { drawScreen } = await import("../client/view.ts");
    const { textWidth } = await import("../client/text.ts");
    const screen = drawScreen(state, 40, 10);
    for (const row of screen.rows.slice(8)) {
      // deno-lint-ignore no-control-regex -- styles have no width
      assert(textWidth(row.replace(/\x1b\[[0-9;]*m/g, "")) <= 39, JSON.stringify(row));
    }
  }
});

Deno.test("what is typed goes on in the next row also within one character that is longer than a row", async () => {
  const ann = new Seat({ columns: 40, rows: 10, widthOf: OTHER_WIDTHS["side by side"]! });
  ann.types(`${"👩‍".repeat(25)}👩 end`);
  const rows = await ann.rows();
  assertEquals(rows.slice(-2).join("").replace(/\s/g, ""), `›${"👩‍".repeat(25)}👩end`);
  assertEquals(await ann.cursor(), [2 + 8 * 2 + 4, 9]);
});

Deno.test("who comes in under another nick is told why, how to get their own, and how to take another", async () => {
  const ann = new Seat({ columns: 200 });
  ann.breaks();
  ann.screen.connected(false);
  ann.session.start();
  ann.says(":irc CAP * LS :sasl=PLAIN", ":irc 433 * ann :Nickname is already in use");
  assertEquals(ann.sent.at(-1), "NICK ann_");
  ann.says(":irc 001 ann_ :Welcome");
  assertStringIncludes(
    await ann.text(),
    "ann cannot be had (Nickname is already in use), so you are ann_. If it is yours: /login ann. /nick NAME takes another.",
  );
});

Deno.test("/nick in vain says that nothing has changed, and what may be done", async () => {
  const ann = new Seat({ columns: 200 });
  ann.types("/nick ben\r");
  ann.says(":irc 433 ann ben :Nickname is already in use.");
  assertStringIncludes(
    await ann.text(),
    "ben cannot be had (Nickname is already in use). You are still ann. /nick ben2 takes another.",
  );
});

Deno.test("/login means the nick that is one's own, also for who came in under one beside it", async () => {
  const ann = new Seat({ capabilities: "sasl=PLAIN" });
  ann.breaks();
  ann.screen.connected(false);
  ann.session.start();
  ann.says(":irc CAP * LS :sasl=PLAIN", ":irc 433 * ann :Nickname is already in use", ":irc 001 ann_ :Welcome");
  ann.types("/login\r");
  assertStringIncludes((await ann.rows()).at(-1)!, "The password of ann:");
});

Deno.test("a nick that the server gave is not the one that is remembered", () => {
  const ann = new Seat();
  ann.says(":ann!a@home NICK guest7");
  assertEquals(ann.screen.here.nick, "ann");
  ann.types("/nick anna\r");
  ann.says(":guest7!a@home NICK anna");
  assertEquals(ann.screen.here.nick, "anna");
});

Deno.test("who pastes several lines is told what Enter does with them", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.types("\x1b[200~one\ntwo\n\x1b[201~");
  assertStringIncludes(await ann.text(), "2 lines: Enter sends them as one message, Ctrl-C puts them away.");
  const ben = new Seat();
  ben.types("\x1b[200~one\ntwo\x1b[201~");
  assertStringIncludes(await ben.text(), "2 lines: Enter sends them as 2 messages");
});

Deno.test("a command that does not exist stays to be corrected, and code that begins with a slash is text", () => {
  const ann = new Seat({ capabilities: ALL });
  ann.types("/jion #tea\r");
  assertEquals(ann.screen.keyboard.editor.text, "/jion #tea");
  ann.types("\x15\x1b[200~/* a comment */\x1b[201~\r");
  assertEquals(parseMessage(ann.sent.at(-1)!).params, ["#lobby", "/* a comment */"]);
});

Deno.test("a picked message offers only what can be done to it", async () => {
  const hintOf = async (seat: Seat) => {
    seat.types("\x1b[1;3A");
    return (await seat.rows()).at(-3);
  };
  const plain = new Seat();
  plain.says(":ben!b@h PRIVMSG #lobby :hello");
  assertEquals(await hintOf(plain), " c copy  Esc back");
  const ann = new Seat({ capabilities: ALL });
  ann.says("@msgid=m1 :ben!b@h PRIVMSG #lobby :see https://tea.example");
  assertEquals(await hintOf(ann), " r reply  e react  d delete  c copy  o open link  Esc back");
  ann.says(":ben!b@h MODE #lobby -o ann");
  assertEquals((await ann.rows()).at(-3), " r reply  e react  c copy  o open link  Esc back");
});

Deno.test("the help stands in two columns where there is room, and one below the other where there is not", async () => {
  const ann = new Seat({ columns: 100, rows: 40 });
  ann.types("?");
  const wide = await ann.rows();
  const at = wide.findIndex((row) => row.includes("   the mouse   "));
  assertMatch(wide[at]!, /the mouse +its wheel scrolls; select and copy as/);
  assertMatch(wide[at + 1]!, /^ +│ {28,}everywhere/);
  ann.types("\x1b");
  ann.resize(40, 10);
  await ann.text();
  ann.types("?");
  assertEquals((await ann.rows()).slice(1, 5), [" Keys", "   Enter", "     send", "   Tab"]);
});

Deno.test("/clear empties the screen, and scrolling up brings back what was said", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.says("@msgid=m1 :ben!b@h PRIVMSG #lobby :said before");
  ann.types("/clear\r");
  assertFalse((await ann.text()).includes("said before"));
  assertEquals(ann.sent, []);
  ann.types("\x1b[5~");
  ann.tellsHistory("#lobby", "@msgid=m1 :ben!b@h PRIVMSG #lobby :said before");
  assertStringIncludes(await ann.text(), "said before");
});

Deno.test("F2 hides the lists at the sides, so that the mouse selects only text", async () => {
  const ann = new Seat({ columns: 120 });
  ann.says(":ben!b@h PRIVMSG #lobby :hello");
  assertStringIncludes(await ann.text(), "│");
  ann.types("\x1bOQ");
  assertFalse((await ann.text()).includes("│"));
  ann.types("\x1bOQ");
  assertStringIncludes(await ann.text(), "│");
});

Deno.test("a paste that is too much for any message is said to be", async () => {
  const ann = new Seat();
  ann.types(`typed \x1b[200~${"x".repeat(70_000)}\x1b[201~`);
  assertStringIncludes(await ann.text(), "That is too much for one message, so it was not put in.");
  assertEquals(ann.screen.keyboard.editor.text, "typed ");
});

Deno.test("who comes into an empty channel is told that it worked and that they are alone", async () => {
  const ann = new Seat({ capabilities: ALL, columns: 140 });
  ann.types("/join tea\r");
  const come = [":ann!a@home JOIN #tea", ":irc 353 ann = #tea :@ann", ":irc 366 ann #tea :End"];
  ann.says(...come);
  assertStringIncludes(await ann.text(), "Nobody else is here yet. What you write is kept for those who come.");
  ann.says(...come);
  assertEquals(ann.screen.current.lines.length, 1, "and not told again");
});

Deno.test("going down through picked messages, each is seen to its end", async () => {
  const ann = new Seat({ columns: 60, rows: 12 });
  for (let i = 0; i < 12; i++) ann.says(`:ben!b@h PRIVMSG #lobby :${"words and words ".repeat(8)}end${i}`);
  for (let i = 0; i < 11; i++) ann.types("\x1b[1;3A");
  for (let i = 1; i < 12; i++) {
    assertMatch(await ann.text(), new RegExp(`▸[^▸]*end${i}\\b`), `message ${i}`);
    ann.types("\x1b[1;3B");
  }
});

Deno.test("older messages that were fetched while scrolled up are not counted as new below", async () => {
  const ann = new Seat({ columns: 40, rows: 10, capabilities: ALL });
  const said = (i: number) => {
    const time = new Date(NOON - 60_000 + i * 1000).toISOString();
    return `@msgid=m${i};time=${time} :ben!b@h PRIVMSG #lobby :line ${i}`;
  };
  const page = (from: number) => Array.from({ length: 10 }, (_, i) => said(from + i));
  ann.tellsHistory("#lobby", ...page(20));
  ann.types("\x1b[5~\x1b[5~\x1b[5~\x1b[5~");
  ann.tellsHistory("#lobby", ...page(10));
  ann.types("\x1b[5~\x1b[5~\x1b[5~\x1b[5~");
  assertStringIncludes((await ann.rows()).at(-2)!, "scrolled, Esc goes back");
  ann.says(said(30));
  assertStringIncludes((await ann.rows()).at(-2)!, "1 new below");
});

Deno.test("a picked message stays on the screen, whatever else is said meanwhile", async () => {
  const ann = new Seat({ columns: 60, rows: 10, capabilities: ALL });
  ann.says("@msgid=m1 :ben!b@h PRIVMSG #lobby :the one");
  ann.types("\x1b[1;3A");
  for (let i = 0; i < 40; i++) ann.says(`@msgid=n${i} :ben!b@h PRIVMSG #lobby :line ${i}`);
  assertMatch(await ann.text(), /▸.*the one/);
  ann.types("\x1b\x1b");
  assertStringIncludes(await ann.text(), "line 39");
});

Deno.test("what was asked about somebody is answered where it was asked, also beside a conversation with them", async () => {
  const ann = new Seat();
  ann.says(":ben!b@h PRIVMSG ann :psst");
  ann.types("/whois ben\r");
  ann.says(":irc 311 ann ben b h * :Ben", ":irc 319 ann ben :#lobby", ":irc 318 ann ben :End");
  ann.says(":irc 341 ann ben #lobby");
  const text = await ann.text();
  for (const answer of ["ben is b@h: Ben", "ben is in #lobby", "ben was invited to #lobby"]) {
    assertStringIncludes(text, answer);
  }
});

Deno.test("a link that /invite-link asked for is shown, not only how long it holds", async () => {
  const ann = new Seat({ columns: 120 });
  ann.types("/invite-link\r");
  ann.says(":irc NOTE INVITELINK LINK #lobby ircs://tea.example/lobby?token :Holds 1w");
  assertStringIncludes(await ann.text(), "Holds 1w: ircs://tea.example/lobby?token");
});

Deno.test("who is ignored is not seen typing either", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.types("/ignore ben\r");
  ann.says("@+typing=active :ben!b@h TAGMSG #lobby");
  assertFalse((await ann.text()).includes("typing…"));
});

Deno.test("/nick with a space says that there is none in a name, and changes nothing", async () => {
  const ann = new Seat();
  ann.types("/nick Ann Smith\r");
  assertStringIncludes(await ann.text(), "A name has no spaces: /nick Ann_Smith");
  assertEquals(ann.sent.filter((line) => line.startsWith("NICK")), []);
});

Deno.test("Tab in the middle of a text makes no second space, and :thu is a thumb that points up first", async () => {
  const ann = new Seat();
  ann.types("hello be there\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\t");
  assertStringIncludes(await ann.text(), "› hello ben there");
  ann.types("\x15\x0b:thu\t");
  assertStringIncludes(await ann.text(), "› 👍");
});

Deno.test("where there is no room for the list of members, the title says who is here", async () => {
  const ann = new Seat({ columns: 80 });
  assertEquals((await ann.rows())[0]?.trimEnd(), " #lobby   2 here: @ann ben");
  ann.says(":ben!b@h TOPIC #lobby :all about tea");
  assertEquals((await ann.rows())[0]?.trimEnd(), " #lobby   2 here · all about tea");
  const wide = new Seat({ columns: 120 });
  assertEquals((await wide.rows())[0]?.trimEnd(), " #lobby");
});

Deno.test("of a picked message every row is marked, so that one longer than the screen is seen to be picked", async () => {
  const ann = new Seat({ columns: 60, rows: 10, capabilities: ALL });
  ann.says(
    ":irc BATCH +b draft/multiline #lobby",
    ...Array.from({ length: 20 }, (_, i) => `@batch=b;msgid=m1 :ben!b@h PRIVMSG #lobby :row ${i}`),
    ":irc BATCH -b",
  );
  ann.types("\x1b[1;3A");
  const shown = (await ann.rows()).filter((row) => /row \d/.test(row));
  assert(shown.length > 3);
  for (const row of shown) assertMatch(row, /▸/);
});

Deno.test("/ignore says in plain words who is not shown and how to take it back", async () => {
  const ann = new Seat({ columns: 120 });
  ann.types("/ignore ben\r/ignore\r");
  assertStringIncludes(await ann.text(), "ben is not shown any more. /unignore ben takes that back.");
  assertMatch(await ann.text(), /Ignored: ben\s/);
  ann.types("/unignore ben\r/unignore ben\r");
  assertStringIncludes(await ann.text(), "ben is shown again.");
  assertStringIncludes(await ann.text(), "ben was not ignored.");
});

Deno.test("/topic shows what the channel is about as often as it is asked", async () => {
  const ann = new Seat();
  ann.says(":irc 332 ann #lobby :all about tea");
  ann.types("/topic\r/topic\r");
  assertEquals((await ann.text()).split("topic: all about tea").length, 4);
});

Deno.test("a name that is not possible is named, and nobody is asked to log in for it", async () => {
  const ann = new Seat({ capabilities: `${ALL} sasl=PLAIN`, columns: 160 });
  ann.types("/nick :)\r");
  ann.says(":irc 432 ann * :That nick is not possible");
  assertMatch(await ann.text(), /:\) cannot be had \(That nick is not possible\). You are still ann\.\s*│/);
});

Deno.test("/unban of somebody who is gone says how to find what still keeps them out", async () => {
  const ann = new Seat({ columns: 160 });
  ann.types("/unban carl\r");
  assertStringIncludes(await ann.text(), "If carl still cannot come in: /ban lists the masks, /unban MASK lifts one.");
});

Deno.test("channels whose names begin alike can be told apart in the list", async () => {
  const ann = new Seat({
    columns: 80,
    rows: 12,
    channels: ["#tea-house-one", "#tea-house-two", "#中文茶馆的房间一号", "#中文茶馆的房间二号"],
  });
  const listed = (await ann.rows()).slice(1, 6).map((row) =>
    row.slice(0, 14).split("│")[0]!.replace(/^\d+ /, "").trim()
  );
  assertEquals(listed.filter((name) => name.includes("…")).length, 4);
  assertEquals(new Set(listed).size, 5);
});

Deno.test("a message that is deleted while somebody has picked it cannot be reacted to any more, and that is said", async () => {
  const ann = new Seat({ capabilities: "message-tags draft/message-redaction" });
  ann.says("@msgid=m1 :ben!b@h PRIVMSG #lobby :gone soon", "@msgid=m2 :ben!b@h PRIVMSG #lobby :gone later");
  ann.types("\x1b[1;3A");
  ann.says(":ben!b@h REDACT #lobby m2");
  assertStringIncludes(await ann.text(), "The message that was picked has just been deleted.");
  ann.types("\x1b[1;3Ae");
  ann.types(":heart:");
  ann.says(":ben!b@h REDACT #lobby m1");
  ann.types("\r");
  await Promise.resolve();
  assertStringIncludes(await ann.text(), "That message has been deleted meanwhile.");
  assertEquals(ann.sent.filter((line) => line.includes("react")), []);
});

Deno.test("what is too long for the server is not sent, and stays to be shortened", async () => {
  const ann = new Seat();
  ann.types(`/topic ${"long ".repeat(120)}end\r`);
  assertEquals(ann.sent.filter((line) => line.startsWith("TOPIC")), []);
  const text = await ann.text();
  assertStringIncludes(text, "That is too long for this server, by some");
  assertStringIncludes(text, "long end");
});
