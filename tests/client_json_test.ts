// What --json prints, held against what docs/json.schema.json and docs/json.md promise.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { jsonEvent } from "../client/json_event.ts";
import { LineMode } from "../client/line_mode.ts";
import { Session, type SessionEvent } from "../client/session.ts";
import schema from "../docs/json.schema.json" with { type: "json" };

/** A scene in which everything happens that there is an object for. */
const SCENE = [
  ":irc 001 ann :Welcome",
  ":ann!a@h JOIN #lobby",
  "@msgid=m1;account=ben;+reply=m0 :ben!b@h PRIVMSG #lobby :hi",
  ":ben!b@h PRIVMSG ann :psst",
  "@+draft/react=👍;+reply=m1 :ben!b@h TAGMSG #lobby",
  ":ben!b@h REDACT #lobby m1 :oops",
  ":ben!b@h JOIN #lobby",
  ":ben!b@h PART #lobby :bye",
  ":carl!c@h JOIN #lobby",
  ":ann!a@h KICK #lobby carl :out",
  ":dora!d@h JOIN #lobby",
  ":dora!d@h NICK theodora",
  ":theodora!d@h QUIT :bye",
  ":ann!a@h TOPIC #lobby :tea",
  ":ann!a@h MODE #lobby +i",
  ":irc 482 ann #lobby :no",
];

function objectsOf(lines: readonly string[]) {
  const events: SessionEvent[] = [{ type: "accepted", ref: 1 }];
  const session: Session = new Session({ nick: "ann", send: () => {}, emit: (event) => events.push(event) });
  for (const line of lines) session.receive(line);
  return events.map((event) => jsonEvent(event, session)).filter((object) => object !== undefined);
}

Deno.test("every object that --json prints is one of the schema, with the fields that it requires and no others", () => {
  const types = new Set<string>();
  for (const object of objectsOf(SCENE)) {
    const found = schema.anyOf.find((candidate) => candidate.properties.type.const === object.type);
    assert(found !== undefined, `no schema for ${object.type}`);
    for (const field of found.required) assert(field in object, `${object.type} lacks ${field}`);
    for (const field of Object.keys(object)) {
      assert(field in found.properties, `${object.type} has an unknown ${field}`);
    }
    types.add(object.type);
  }
  // What is wrong with the input is told by line mode, not by an event: below.
  types.add("error");
  assertEquals([...types].sort(), schema.anyOf.map((candidate) => candidate.properties.type.const).sort());
});

/** The input, what the server is sent of it, and what is printed about it. */
const INPUT: readonly (readonly [string, readonly string[], readonly object[]])[] = [
  ["hello", ["PRIVMSG #lobby hello"], []],
  ['{"type":"message","text":"{}"}', ["PRIVMSG #lobby {}"], []],
  ['{"type":"message","text":"psst","target":"ben"}', ["PRIVMSG ben psst"], []],
  ['{"type":"message","text":"waves","kind":"action"}', ["PRIVMSG #lobby :\x01ACTION waves\x01"], []],
  ['{"type":"message","text":"one\\ntwo"}', ["PRIVMSG #lobby one", "PRIVMSG #lobby two"], []],
  [
    '{"type":"message","text":"yes","reply":"m1"}',
    ["@+reply=m1;+draft/reply=m1 PRIVMSG #lobby yes"],
    [],
  ],
  [
    '{"type":"reaction","to":"m1","emoji":"👍"}',
    ["@+draft/react=👍;+reply=m1;+draft/reply=m1 TAGMSG #lobby"],
    [],
  ],
  [
    '{"type":"reaction","to":"m1","emoji":"👍","add":false}',
    ["@+draft/unreact=👍;+reply=m1;+draft/reply=m1 TAGMSG #lobby"],
    [],
  ],
  ["{oops", [], [{ type: "error", line: 1, text: /^Line 1 is not understood\. .*begins with \{ and is no JSON/ }]],
  ['{"type":"shout"}', [], [{ type: "error", line: 1, text: /"type" must be "message" or "reaction"/ }]],
  ['{"type":"message"}', [], [{ type: "error", line: 1, text: /"text" must be text/ }]],
  ['{"type":"message","text":"x","target":":x y"}', [], [{ type: "error", line: 1, text: /Cannot/ }]],
  ["x".repeat(1000), [], [{ type: "error", line: 1, text: /Line 1 is too long: 1000 bytes/ }]],
];

Deno.test("a line of input is text, or an object; what is neither is an error object and holds nothing up", async () => {
  for (const [line, expected, errors] of INPUT) {
    const sent: string[] = [];
    const printed: { type: string; line: number; text: string }[] = [];
    const session: Session = new Session({
      nick: "ann",
      channels: ["#lobby"],
      send: (text) => sent.push(text),
      emit: (event) => mode.event(event),
    });
    const mode: LineMode = new LineMode({
      session,
      json: true,
      print: (text) => printed.push(JSON.parse(text)),
      log: () => {},
      input: ReadableStream.from([line, "afterwards"]),
    });
    const running = mode.run();
    session.start();
    session.receive(":irc CAP * LS :message-tags");
    for (const text of [":irc CAP * ACK :message-tags", ":irc 001 ann :Welcome", ":ann!a@h JOIN #lobby"]) {
      session.receive(text);
    }
    sent.length = printed.length = 0;
    while (!sent.some((text) => text.startsWith("PING"))) await new Promise((resolve) => setTimeout(resolve, 0));
    session.receive(`:irc PONG irc ${sent.at(-1)!.split(" ")[1]}`);
    await running;
    assertEquals(sent.filter((text) => !/^(PING|QUIT)/.test(text)), [...expected, "PRIVMSG #lobby afterwards"], line);
    const told = printed.filter(({ type }) => type === "error");
    assertEquals(told.length, errors.length, line);
    if (told.length > 0) {
      const { text, ...rest } = errors[0] as { type: string; line: number; text: RegExp };
      assertMatch(told[0]!.text, text);
      assertEquals({ type: told[0]!.type, line: told[0]!.line }, rest);
    }
    assertEquals(await mode.finished, errors.length === 0 ? 0 : 1);
  }
});

Deno.test("docs/json.md names every field of the objects that may be said", async () => {
  const text = await Deno.readTextFile(new URL("../docs/json.md", import.meta.url));
  const [, said = ""] = text.split("## What can be said");
  for (const { properties } of schema.$defs.input.anyOf) {
    const row = said.split("\n").find((line) => line.startsWith(`| \`${properties.type.const}\``));
    assert(row !== undefined, `no row for ${properties.type.const}`);
    for (const field of Object.keys(properties)) {
      assert(field === "type" || row.includes(`\`${field}\``), `${row} lacks ${field}`);
    }
  }
});

Deno.test("docs/json.md names every type and field of the schema", async () => {
  const text = await Deno.readTextFile(new URL("../docs/json.md", import.meta.url));
  for (const { properties } of schema.anyOf) {
    const row = text.split("\n").find((line) => line.startsWith(`| \`${properties.type.const}\``));
    assert(row !== undefined, `no row for ${properties.type.const}`);
    for (const field of Object.keys(properties)) {
      assert(row.includes(`\`${field}\``) || field === "type", `${row} lacks ${field}`);
    }
  }
});
