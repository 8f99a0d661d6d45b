// What stands around the messages and goes beside them: days, the unread line, who is typing, read markers in step with
// other devices; and the bytes by which a terminal is told of something.

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { Terminal } from "../client/terminal.ts";
import { drawScreen } from "../client/view.ts";
import { Seat } from "./client_screen.ts";

const said = (id: string, time: string, text: string, channel = "#lobby") =>
  `@msgid=${id};time=${time} :ben!b@h PRIVMSG ${channel} :${text}`;

const TWO = { capabilities: "server-time message-tags draft/read-marker", channels: ["#lobby", "#dev"] };

Deno.test("a line tells each day", async () => {
  const ann = new Seat(TWO);
  ann.says(said("a", "2026-01-13T12:00:00.000Z", "one"), said("b", "2026-01-14T12:00:00.000Z", "two"));
  const rows = (await ann.rows()).filter((row) => /one|two|── .*2026/.test(row));
  assertEquals(rows.map((row) => /one|two|\b1[34]\b/.exec(row)?.[0]), ["13", "one", "14", "two"]);
});

Deno.test("a line stands before what was not read yet, and goes when one has been there", async () => {
  const ann = new Seat({ ...TWO, columns: 60 });
  ann.types("\x1b2");
  ann.says(said("a", "2026-01-15T10:00:00.000Z", "seen"));
  ann.types("\x1b3");
  ann.says(said("b", "2026-01-15T10:01:00.000Z", "not seen"));
  ann.types("\x1b2");
  const rows = (await ann.rows()).filter((row) => /seen|── unread/.test(row)).map((row) =>
    /unread|not seen|seen/.exec(row)![0]
  );
  assertEquals(rows, ["seen", "unread", "not seen"]);
  ann.types("\x1b3\x1b2");
  assertFalse((await ann.text()).includes("── unread"));
});

Deno.test("who is typing is told, until they have said it or a while is over", async () => {
  const ann = new Seat(TWO);
  const types = (nick: string) => ann.says(`@+typing=active :${nick}!x@h TAGMSG #lobby`);
  ann.screen.go(ann.screen.buffer("#lobby"));
  types("ben");
  assertStringIncludes(await ann.text(), "ben is typing…");
  types("carl");
  assertStringIncludes(await ann.text(), "ben, carl are typing…");
  ann.says(said("a", "2026-01-15T10:00:00.000Z", "said"));
  assertStringIncludes(await ann.text(), "carl is typing…");
  ann.now += 7000;
  ann.screen.tick();
  assertFalse((await ann.text()).includes("typing…"));
});

Deno.test("what is said is unread also where the clock of this machine is ahead", () => {
  const ann = new Seat(TWO);
  const lobby = ann.screen.buffer("#lobby");
  ann.screen.go(lobby);
  ann.says(said("a", "2026-01-15T09:00:00.000Z", "one"));
  ann.screen.tell(lobby, "info", "what this machine tells");
  ann.screen.go(ann.screen.buffer("#dev"));
  ann.screen.go(lobby);
  ann.screen.go(ann.screen.buffer("#dev"));
  ann.says(said("b", "2026-01-15T09:01:00.000Z", "ann: two"));
  assertEquals([lobby.unread, lobby.highlights], [1, 1]);
});

Deno.test("what another device has read is read here, and what is read here is told", () => {
  const ann = new Seat(TWO);
  ann.screen.go(ann.screen.buffer("#lobby"));
  const dev = ann.screen.buffer("#dev");
  ann.says(":irc MARKREAD #dev timestamp=2026-01-15T09:00:00.000Z");
  ann.says(
    said("a", "2026-01-15T10:00:00.000Z", "one", "#dev"),
    said("b", "2026-01-15T10:05:00.000Z", "ann: two", "#dev"),
  );
  assertEquals([dev.unread, dev.highlights], [2, 1]);
  ann.says(":irc MARKREAD #dev timestamp=2026-01-15T10:00:00.000Z");
  assertEquals([dev.unread, dev.highlights], [1, 1]);
  assertEquals(dev.lines.find(({ key }) => key === dev.unreadKey)?.text, "ann: two");
  ann.says(":irc MARKREAD #dev timestamp=2026-01-15T10:05:00.000Z");
  assertEquals([dev.unread, dev.highlights], [0, 0]);
  ann.says(said("c", "2026-01-15T10:06:00.000Z", "three", "#dev"));
  ann.sent.length = 0;
  ann.screen.go(dev);
  ann.now += 6000;
  ann.screen.tick();
  assertEquals(ann.sent.filter((line) => line.startsWith("MARKREAD")), [
    "MARKREAD #dev timestamp=2026-01-15T10:06:00.000Z",
  ]);
});

/** A terminal that keeps what is written to it. */
class Paper {
  text = "";
  #wanted: { text: string; found: () => void } | undefined;

  write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    return Promise.resolve(this.writeSync(bytes));
  }

  writeSync(bytes: Uint8Array<ArrayBuffer>): number {
    this.text += new TextDecoder().decode(bytes);
    if (this.#wanted !== undefined && this.text.includes(this.#wanted.text)) this.#wanted.found();
    return bytes.length;
  }

  async shows(text: string): Promise<void> {
    if (this.text.includes(text)) return;
    await new Promise<void>((found) => this.#wanted = { text, found });
  }
}

Deno.test("a terminal is told of the title, the bell, notifications and the clipboard, and put back as it was", async () => {
  const paper = new Paper();
  const raw: boolean[] = [];
  const keys = Promise.withResolvers<number | null>();
  const input = { read: () => keys.promise, setRaw: (on: boolean) => void raw.push(on) };
  const ann = new Seat({ columns: 80, rows: 24 });
  const terminal = new Terminal(input, paper, {
    draw: (columns, rows) => drawScreen(ann.screen.state(), columns, rows),
    key: () => {},
    title: () => ann.screen.title,
    gone: () => {},
  });
  terminal.open();
  await paper.shows("\x1b]2;#lobby - chat\x1b\\");
  terminal.bell();
  terminal.notify("ben in #lobby", "hi; ann");
  await paper.shows("\x07\x1b]9;ben in #lobby: hi, ann\x1b\\\x1b]777;notify;ben in #lobby;hi, ann\x1b\\");
  terminal.copy("字");
  await paper.shows("\x1b]52;c;5a2X\x1b\\");
  terminal.close();
  keys.resolve(null);
  assertEquals(raw, [true, false]);
  for (const mode of ["1049", "2004", "1004"]) {
    const [on, off] = [paper.text.indexOf(`\x1b[?${mode}h`), paper.text.lastIndexOf(`\x1b[?${mode}l`)];
    assert(on >= 0 && off > on, `mode ${mode}`);
  }
});

Deno.test("settings and passwords that cannot be kept are said to be, settings once, and talking goes on", async () => {
  const ann = new Seat();
  const why = () => Promise.resolve("/home/ann/settings.json: Permission denied");
  Object.assign(ann.store, { save: why, remember: why });
  for (const word of ["bell off", "typing off"]) {
    ann.types(`/set ${word}\r`);
    await Promise.resolve();
  }
  await ann.screen.rememberLogin("ann", "s3cret-word");
  const text = await ann.text();
  assertEquals(text.match(/Settings cannot be kept/g)?.length, 1);
  assertStringIncludes(
    text.replace(/\s+│?\s*/g, " "),
    "The password cannot be remembered for the next time: /home/ann",
  );
  assertStringIncludes(text, "typing is off now.");
});
