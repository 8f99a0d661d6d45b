// The message: tables of what lines mean, and properties that hold for all lines.
// https://modern.ircdocs.horse/#message-format, https://ircv3.net/specs/extensions/message-tags#format

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  byteLength,
  cutToBytes,
  fitMessage,
  formatMessage,
  formatTags,
  isMiddle,
  MAX_BODY_BYTES,
  MAX_CLIENT_TAGS_BYTES,
  MAX_TAGS_BYTES,
  type Message,
  parseMessage,
  parseTags,
  splitText,
} from "../protocol.ts";

interface Parts {
  tags?: Record<string, string>;
  source?: string;
  command: string;
  params?: string[];
}

function message({ tags, source, command, params = [] }: Parts): Message {
  return {
    ...(tags && { tags: new Map(Object.entries(tags)) }),
    ...(source !== undefined && { source }),
    command,
    params,
  };
}

const PARSED: readonly (readonly [line: string, parts: Parts])[] = [
  ["PING", { command: "PING" }],
  ["ping x", { command: "PING", params: ["x"] }],
  ["001 ann :Welcome to here", { command: "001", params: ["ann", "Welcome to here"] }],
  ["PRIVMSG #chan Hey!", { command: "PRIVMSG", params: ["#chan", "Hey!"] }],
  ["PRIVMSG #chan :Hey!", { command: "PRIVMSG", params: ["#chan", "Hey!"] }],
  ["PRIVMSG #chan ::-) :-)", { command: "PRIVMSG", params: ["#chan", ":-) :-)"] }],
  ["PRIVMSG #chan :", { command: "PRIVMSG", params: ["#chan", ""] }],
  ["PRIVMSG #chan : ", { command: "PRIVMSG", params: ["#chan", " "] }],
  ["PRIVMSG #chan :  two  spaces  ", { command: "PRIVMSG", params: ["#chan", "  two  spaces  "] }],
  ["CMD a:b c:", { command: "CMD", params: ["a:b", "c:"] }],
  ["CMD a b ", { command: "CMD", params: ["a", "b"] }],
  ["CMD   a    b   :c  d", { command: "CMD", params: ["a", "b", "c  d"] }],
  ["  CMD a", { command: "CMD", params: ["a"] }],
  ["CMD a\tb", { command: "CMD", params: ["a\tb"] }],
  ["CMD :\x01ACTION waves\x01", { command: "CMD", params: ["\x01ACTION waves\x01"] }],
  [":ann CMD", { source: "ann", command: "CMD" }],
  [":ann!a@host CMD a", { source: "ann!a@host", command: "CMD", params: ["a"] }],
  [":irc.example.com   CMD", { source: "irc.example.com", command: "CMD" }],
  [":a!\x035b\x02@c CMD", { source: "a!\x035b\x02@c", command: "CMD" }],
  ["@a CMD", { tags: { a: "" }, command: "CMD" }],
  ["@a= CMD", { tags: { a: "" }, command: "CMD" }],
  ["@a=b;c=32;k;rt=ql7 CMD", { tags: { a: "b", c: "32", k: "", rt: "ql7" }, command: "CMD" }],
  ["@a=b=c;d==e CMD", { tags: { a: "b=c", d: "=e" }, command: "CMD" }],
  ["@a=1;a=2;b=3 CMD", { tags: { a: "2", b: "3" }, command: "CMD" }],
  ["@;a=1;;b=2; CMD", { tags: { a: "1", b: "2" }, command: "CMD" }],
  ["@=x;a=1 CMD", { tags: { a: "1" }, command: "CMD" }],
  ["@+example.com/a=1;A=2;a=3 CMD", { tags: { "+example.com/a": "1", A: "2", a: "3" }, command: "CMD" }],
  ["@a=x   :ann   CMD   b", { tags: { a: "x" }, source: "ann", command: "CMD", params: ["b"] }],
  ["@a=明 :小明!a@host PRIVMSG #中文 :你好 👋", {
    tags: { a: "明" },
    source: "小明!a@host",
    command: "PRIVMSG",
    params: ["#中文", "你好 👋"],
  }],
  [String.raw`@a=\:\s\\\r\n CMD`, { tags: { a: "; \\\r\n" }, command: "CMD" }],
  [String.raw`@a=b\\and\nk;c=72\s45;d=gh\:764 CMD`, {
    tags: { a: "b\\and\nk", c: "72 45", d: "gh;764" },
    command: "CMD",
  }],
  [String.raw`@a=\\\\:\\s\s\s\s CMD`, { tags: { a: String.raw`\\:\s   ` }, command: "CMD" }],
  [String.raw`@a=\b;c=\👋;d=test\ CMD`, { tags: { a: "b", c: "👋", d: "test" }, command: "CMD" }],
];

for (const [line, parts] of PARSED) {
  Deno.test(`parseMessage() reads ${JSON.stringify(line)}`, () => {
    assertEquals(parseMessage(line), message(parts));
  });
}

const REFUSED: readonly string[] = [
  "",
  " ",
  ":",
  ":ann",
  ":ann ",
  "@a",
  "@a ",
  "@a :ann",
  ":ann :trailing",
  "12 a",
  "1234 a",
  "PRIV-MSG a",
  "PRIVMSG1 a",
  "ÄB a",
  "CMD a\0b",
  "CMD a\nb",
  "CMD a\rb",
  "\0CMD",
  "CMD \ud800",
  "@a=\udc00 CMD",
];

for (const line of REFUSED) {
  Deno.test(`parseMessage() refuses ${JSON.stringify(line)}`, () => {
    assertThrows(() => parseMessage(line), SyntaxError, "Cannot parse message");
  });
}

Deno.test("parseMessage() tells as many parameters apart as there are", () => {
  // "However, clients MUST parse incoming messages with any number of them."
  const params = Array.from({ length: 40 }, (_, n) => `${n}`);
  assertEquals(parseMessage(`CMD ${params.join(" ")} :last one`).params, [...params, "last one"]);
});

Deno.test("parseMessage() holds a line to its bounds, in bytes, tags and message apart", () => {
  const bounds = { maxTagsBytes: MAX_CLIENT_TAGS_BYTES, maxBodyBytes: MAX_BODY_BYTES };
  const tags = (bytes: number) => `@${"a".repeat(bytes - 2)} `;
  const body = (bytes: number) => `X ${"b".repeat(bytes - 2)}`;
  parseMessage(tags(4096) + body(510), bounds);
  assertThrows(() => parseMessage(tags(4097) + body(100), bounds), RangeError, "tags of 4097 bytes");
  assertThrows(() => parseMessage(tags(100) + body(511), bounds), RangeError, "511 bytes exceeds 510");
  parseMessage(`X ${"明".repeat(169)}x`, bounds);
  assertThrows(() => parseMessage(`X ${"明".repeat(170)}`, bounds), RangeError);
  parseMessage(tags(MAX_TAGS_BYTES) + body(9999));
  assertThrows(() => parseMessage(tags(MAX_TAGS_BYTES + 1) + body(1)), RangeError);
});

const FORMATTED: readonly (readonly [parts: Parts, line: string])[] = [
  [{ command: "PING" }, "PING"],
  [{ command: "PING", params: ["x"] }, "PING x"],
  [{ command: "X", params: ["a", "b c"] }, "X a :b c"],
  [{ command: "X", params: ["a", ""] }, "X a :"],
  [{ command: "X", params: ["a", ":b"] }, "X a ::b"],
  [{ command: "X", params: ["a:b", "c:d"] }, "X a:b c:d"],
  [{ command: "X", params: ["a\tb"] }, "X a\tb"],
  [{ source: "ann!a@host", command: "X", params: ["a"] }, ":ann!a@host X a"],
  [{ tags: {}, command: "X" }, "X"],
  [{ tags: { a: "", b: "c" }, source: "ann", command: "X" }, "@a;b=c :ann X"],
  [{ tags: { a: "; \\\r\n" }, command: "X" }, String.raw`@a=\:\s\\\r\n X`],
  [{ tags: { "+a/b/c": "1", "+小": "明" }, command: "X" }, "@+a/b/c=1;+小=明 X"],
];

for (const [parts, line] of FORMATTED) {
  Deno.test(`formatMessage() writes ${JSON.stringify(line)}`, () => {
    assertEquals(formatMessage(message(parts)), line);
  });
}

const UNFIT: readonly Parts[] = [
  { command: "" },
  { command: "A B" },
  { command: "12" },
  { command: "X", params: ["", "b"] },
  { command: "X", params: ["a b", "c"] },
  { command: "X", params: [":a", "b"] },
  { command: "X", params: ["a\nb"] },
  { command: "X", params: ["a\0"] },
  { source: "a b", command: "X" },
  { source: "a\rb", command: "X" },
  { tags: { "": "x" }, command: "X" },
  { tags: { "a b": "x" }, command: "X" },
  { tags: { "a=b": "x" }, command: "X" },
  { tags: { "a;b": "x" }, command: "X" },
  { tags: { a: "\0" }, command: "X" },
];

for (const parts of UNFIT) {
  Deno.test(`formatMessage() refuses ${JSON.stringify(parts)}`, () => {
    assertThrows(() => formatMessage(message(parts)), SyntaxError, "Cannot format");
  });
}

// What a message may be made of.
const text = fc.string({ unit: "binary" }).map((any) => any.toWellFormed().replace(/[\0\r\n]/g, ""));
const word = text.map((any) => any.replace(/[ :]/g, "")).filter((any) => any !== "");
const key = text.map((any) => any.replace(/[ ;=]/g, "")).filter((any) => any !== "");
const value = fc.string({ unit: "binary" }).map((any) => any.toWellFormed().replaceAll("\0", ""));
const tags = fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 5 }).map((pairs) => new Map(pairs));
const command = fc.oneof(fc.stringMatching(/^[A-Z]{1,9}$/), fc.stringMatching(/^[0-9]{3}$/));
const params = fc.tuple(fc.array(word), fc.option(text, { nil: undefined }))
  .map(([words, last]) => last === undefined ? words : [...words, last]);
const anyMessage: fc.Arbitrary<Message> = fc.record(
  { tags, source: text.map((any) => any.replaceAll(" ", "")), command, params },
  { requiredKeys: ["command", "params"] },
);

Deno.test("what was formatted is parsed back the same", () => {
  fc.assert(fc.property(anyMessage, (message) => assertEquals(parseMessage(formatMessage(message)), message)));
});

Deno.test("what was parsed is formatted, and means the same", () => {
  fc.assert(fc.property(lineLike(), (line) => {
    let parsed: Message;
    try {
      parsed = parseMessage(line);
    } catch {
      return;
    }
    const { tags, ...rest } = parsed;
    assertEquals(parseMessage(formatMessage(parsed)), tags === undefined || tags.size === 0 ? rest : parsed);
  }));
});

Deno.test("no line makes parseMessage() throw anything but its own errors", () => {
  const bounds = { maxTagsBytes: 40, maxBodyBytes: 60 };
  fc.assert(fc.property(fc.oneof(lineLike(), fc.string({ unit: "binary" })), (line) => {
    try {
      parseMessage(line, bounds);
    } catch (error) {
      assert(error instanceof SyntaxError || error instanceof RangeError);
      assert(error.message.startsWith("Cannot parse message"));
      // What is said about it can be shown: no control characters, one line, not long.
      assert(error.message.length < 200 && [...error.message].every((char) => char >= " "));
    }
  }));
});

/** Texts that look like lines more often than chance would have it. */
function lineLike(): fc.Arbitrary<string> {
  const part = fc.oneof(
    fc.constantFrom(
      " ",
      "  ",
      ":",
      "@",
      ";",
      "=",
      "\\",
      "\\s",
      "\\:",
      "+",
      "/",
      "PRIVMSG",
      "001",
      "#a",
      "\r",
      "\n",
      "\0",
      "明",
    ),
    fc.string({ maxLength: 6 }),
  );
  const start = fc.constantFrom("", "@", "@a=b ", ":", ":ann ", "PRIVMSG ");
  return fc.tuple(start, fc.array(part, { maxLength: 12 })).map(([head, parts]) => head + parts.join(""));
}

Deno.test("tags are parsed back as they were formatted, whatever the value", () => {
  fc.assert(fc.property(tags, (tags) => assertEquals(parseTags(formatTags(tags)), tags)));
  fc.assert(fc.property(value, (value) => {
    const escaped = formatTags(new Map([["a", value]]));
    assert(!/[ \r\n;]/.test(escaped));
  }));
});

Deno.test("byteLength() is the length of the UTF-8", () => {
  const encoder = new TextEncoder();
  fc.assert(fc.property(fc.string({ unit: "binary" }).map((any) => any.toWellFormed()), (text) => {
    assertEquals(byteLength(text), encoder.encode(text).length);
  }));
});

Deno.test("a text cut to bytes is a beginning of it that fits, and never ends within a character", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat({ max: 60 }), (text, bytes) => {
    const cut = cutToBytes(text, bytes);
    assert(text.startsWith(cut) && byteLength(cut) <= bytes && cut.isWellFormed());
    if (byteLength(text) <= bytes) assertEquals(cut, text);
  }));
});

Deno.test("a text that is split is whole again when joined, and every part fits", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 4, max: 60 }), (text, bytes) => {
    const parts = splitText(text, bytes);
    assertEquals(parts.join(""), text);
    assert(parts.every((part) => part !== "" && byteLength(part) <= bytes && part.isWellFormed()));
  }));
  assertThrows(() => splitText("a", 3), RangeError);
});

Deno.test("fitMessage() cuts the last parameter and nothing else", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 400, maxLength: 700 }), (text) => {
    const long = { source: "ann!a@host", command: "TOPIC", params: ["#lobby", text.replace(/[\0\r\n]/g, "")] };
    const { source, command, params } = fitMessage(long);
    assertEquals([source, command, params[0]], ["ann!a@host", "TOPIC", "#lobby"]);
    assert(long.params[1]!.startsWith(params[1]!));
    assert(byteLength(formatMessage({ source: source!, command, params })) <= MAX_BODY_BYTES);
  }));
});

Deno.test("isMiddle() says what may stand before other parameters", () => {
  assertEquals(["a", "a:b", "明", "", " ", "a b", ":a"].map(isMiddle), [true, true, true, false, false, false, false]);
});
