// The line editor and the keys, as tables.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { KeyDecoder, type KeyEvent } from "../client/keys.ts";
import { EDITOR_KEYS, LineEditor } from "../client/line_editor.ts";

/** Types text and presses keys, named in `<...>`, and shows the text with `|` where the cursor stands. */
function type(script: string, editor = new LineEditor()): string {
  for (const [, key, text] of script.matchAll(/<([^>]+)>|([^<]+)/gs)) {
    if (key !== undefined) assert(editor.press(key), `no key ${key}`);
    else for (const { segment } of new Intl.Segmenter().segment(text!)) editor.insert(segment);
  }
  return `${editor.text.slice(0, editor.cursor)}|${editor.text.slice(editor.cursor)}`;
}

const EDITS: readonly (readonly [string, string])[] = [
  ["abc<Backspace>", "ab|"],
  ["👨‍👩‍👧x<Left><Backspace>", "|x"],
  ["e\u0301<Backspace>", "|"],
  ["🇩🇪🇫🇷<Backspace>", "🇩🇪|"],
  ["👍🏽<Left>a", "a|👍🏽"],
  ["שלום<Left><Backspace>", "של|ם"],
  ["one two<C-w>", "one |"],
  ["one two<M-b><C-k>", "one |"],
  ["one two<C-a><M-d>", "| two"],
  ["one two<C-w><C-y><C-y>", "one twotwo|"],
  ["one two<C-w><C-w><C-y><M-y>", "two|"],
  ["one two<C-u>x", "x|"],
  ["我喜欢喝茶<M-b><M-b>", "我|喜欢喝茶"],
  ["ab<C-t>", "ba|"],
  ["hello world<C-a><M-u><M-c>", "HELLO World|"],
  ["a<M-Enter>b<C-j>c<Up><Home>x", "a\nx|b\nc"],
  ["long line<M-Enter>x<Up>", "l|ong line\nx"],
  ["abc<C-_>", "|"],
  ["abc def<C-_>", "abc |"],
  ["one two<C-w><C-_>", "one two|"],
  ["<Backspace><Delete><Left><Up><C-y><M-y><C-_><C-t>", "|"],
];

Deno.test("keys edit by what people see as characters and words", () => {
  for (const [script, expected] of EDITS) assertEquals(type(script), expected, script);
});

Deno.test("Up brings back what was sent, and Down what was being typed", () => {
  const editor = new LineEditor();
  editor.set("first");
  editor.submit();
  editor.set("second");
  editor.submit();
  assertEquals(type("unsent<Up>", editor), "second|");
  assertEquals(type("<Up>", editor), "first|");
  assertEquals(type("<Up>", editor), "first|");
  assertEquals(type("<Down><Down>", editor), "unsent|");
});

/** What was sent before, what is pressed, the text that stands there then, and what is looked for. */
const SEARCHES: readonly (readonly [string, string, string | undefined])[] = [
  ["<C-r>make", "|make coffee", "make"],
  ["<C-r>make<C-r>", "|make tea", "make"],
  ["<C-r>make<C-r><C-s>", "|make coffee", "make"],
  ["<C-r>tea", "make |tea", "tea"],
  ["<C-r>TEA", "make |tea", "TEA"],
  ["<C-r>teapot", "make |tea", "teapot"],
  ["<C-r>teapot<Backspace><Backspace><Backspace>", "make |tea", "tea"],
  ["<C-r>茶", "喝|茶", "茶"],
  ["<C-r>茶<Enter>", "喝茶|", undefined],
  ["half<C-r>tea<C-g>", "half|", undefined],
  ["half<C-r>tea<Escape>", "half|", undefined],
  ["half<C-r>tea<Enter><C-_>", "half|", undefined],
  ["half<C-r>tea<Enter><Down><Down><Down>", "half|", undefined],
  ["<C-r>tea<Enter><Up>", "喝茶|", undefined],
  ["<C-r>tea<Left>", "make| tea", undefined],
  ["<C-r>tea<C-a>", "|make tea", undefined],
  ["<C-r>", "|", ""],
];

Deno.test("Ctrl-R looks through what was sent", () => {
  for (const [script, expected, query] of SEARCHES) {
    const editor = new LineEditor();
    for (const sent of ["喝茶", "make tea", "make coffee", "hello"]) editor.addHistory(sent);
    assertEquals(type(script, editor), expected, script);
    assertEquals(editor.search?.query, query, script);
  }
  const empty = new LineEditor();
  assertEquals(type("<C-r>x", empty), "x|");
});

const WHEEL: readonly (readonly [string, readonly KeyEvent[]])[] = [
  ["\x1b[A\x1b[A\x1b[A", [{ type: "wheel", rows: 3 }]],
  ["\x1bOB\x1bOB\x1bOB\x1bOB\x1bOB", [{ type: "wheel", rows: -5 }]],
  ["\x1b[A\x1b[A", [{ type: "key", key: "Up" }, { type: "key", key: "Up" }]],
  ["\x1b[A\x1b[A\x1b[A\x1b[B\x1b[B\x1b[B", [{ type: "wheel", rows: 3 }, { type: "wheel", rows: -3 }]],
  ["x\x1b[A\x1b[A\x1b[A", [{ type: "text", text: "x" }, { type: "wheel", rows: 3 }]],
  ["\x1b[D\x1b[D\x1b[D", [{ type: "key", key: "Left" }, { type: "key", key: "Left" }, { type: "key", key: "Left" }]],
];

/** What is read from bytes that nothing follows. */
function keysOf(bytes: string): KeyEvent[] {
  const decoder = new KeyDecoder();
  return [...decoder.push(new TextEncoder().encode(bytes)), ...decoder.flush()];
}

Deno.test("three arrows up or down at once are a turn of the wheel", () => {
  for (const [bytes, events] of WHEEL) {
    assertEquals(keysOf(bytes), [...events], JSON.stringify(bytes));
  }
});

Deno.test("arrows that a terminal writes one by one are a turn of the wheel, and one that stays alone is a key", () => {
  const up = new TextEncoder().encode("\x1b[A");
  const decoder = new KeyDecoder();
  assertEquals([decoder.push(up), decoder.pending], [[], "wheel"]);
  assertEquals(decoder.push(up), []);
  assertEquals([decoder.push(up), decoder.pending], [[{ type: "wheel", rows: 3 }], undefined]);
  assertEquals(decoder.push(up), []);
  assertEquals([decoder.flush(), decoder.pending], [[{ type: "key", key: "Up" }], undefined]);
  assertEquals([decoder.push(up), decoder.push(new TextEncoder().encode("\r"))], [[], [
    { type: "key", key: "Up" },
    { type: "key", key: "Enter" },
  ]]);
});

Deno.test("no sequence of keys leaves the cursor within a character or outside of the text", () => {
  const keys = fc.constantFrom(...EDITOR_KEYS.flatMap((row) => row.keys));
  const texts = fc.string({ unit: "grapheme", maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(keys.map((key) => ({ key })), texts.map((text) => ({ text }))), { maxLength: 40 }),
      (steps) => {
        const editor = new LineEditor();
        for (const step of steps) "key" in step ? editor.press(step.key) : editor.insert(step.text);
        assert(editor.cursor >= 0 && editor.cursor <= editor.text.length);
        assert(editor.text.slice(0, editor.cursor).isWellFormed());
      },
    ),
  );
});

const SEQUENCES: readonly (readonly [string, string])[] = [
  ["\x1b[A", "Up"],
  ["\x1bOA", "Up"],
  ["\x1b[H", "Home"],
  ["\x1b[1~", "Home"],
  ["\x1b[F", "End"],
  ["\x1b[4~", "End"],
  ["\x1b[1;5D", "C-Left"],
  ["\x1b[1;3A", "M-Up"],
  ["\x1b\x1b[A", "M-Up"],
  ["\x1b[Z", "S-Tab"],
  ["\x1b\r", "M-Enter"],
  ["\r", "Enter"],
  ["\n", "C-j"],
  ["\x7f", "Backspace"],
  ["\x1b\x7f", "M-Backspace"],
  ["\x1ba", "M-a"],
  ["\x01", "C-a"],
  ["\x1f", "C-_"],
  ["\x1b[13;2u", "S-Enter"],
  ["\x1b[27;5;106~", "C-j"],
  ["\x1b[5~", "PageUp"],
  ["\x1bOP", "F1"],
];

Deno.test("keys are known in every way that terminals send them", () => {
  for (const [bytes, key] of SEQUENCES) {
    assertEquals(keysOf(bytes), [{ type: "key", key }], JSON.stringify(bytes));
  }
});

Deno.test("however the bytes are cut, the same is read", () => {
  const input = "小明\x1b[1;3Aab👨‍👩‍👧\x1b[200~two\rlines\x1b[31m\x1b[201~\x1b[I\x1b[Ox";
  const bytes = new TextEncoder().encode(input);
  const joined = (events: KeyEvent[]) =>
    events.map((event) => "text" in event ? `${event.type}:${event.text}` : JSON.stringify(event)).join(" ").replaceAll(
      " text:",
      "",
    )
      .replaceAll("text:", "");
  const whole = joined(new KeyDecoder().push(bytes.slice()));
  for (let cut = 1; cut < bytes.length; cut++) {
    const decoder = new KeyDecoder();
    const events = [...decoder.push(bytes.slice(0, cut)), ...decoder.push(bytes.slice(cut))];
    assertEquals(joined(events).replaceAll(" ", ""), whole.replaceAll(" ", ""), `cut at ${cut}`);
  }
});

Deno.test("what is pasted with an end of its own sends nothing by itself", () => {
  const paste = (text: string) => `\x1b[200~${text}\x1b[201~`;
  const events = new KeyDecoder().push(
    new TextEncoder().encode(`${paste("harmless\x1b[201~rm -rf\r")}${paste("two")}x`),
  );
  assertEquals(events, [
    { type: "paste", text: "harmless\x1b[201~rm -rf\n" },
    { type: "paste", text: "two" },
    { type: "text", text: "x" },
  ]);
});

Deno.test("two Escapes are two Escapes, and not Alt and Escape", () => {
  const decoder = new KeyDecoder();
  const events = [...decoder.push(new TextEncoder().encode("\x1b\x1b")), ...decoder.flush()];
  assertEquals(events, [{ type: "key", key: "Escape" }, { type: "key", key: "Escape" }]);
});

Deno.test("an Escape that nothing follows is an Escape", () => {
  const decoder = new KeyDecoder();
  assertEquals(decoder.push(new Uint8Array([0x1b])), []);
  assert(decoder.pending);
  assertEquals(decoder.flush(), [{ type: "key", key: "Escape" }]);
});

Deno.test("a paste keeps its newlines and is one event", () => {
  const bytes = new TextEncoder().encode("\x1b[200~a\r\nb\rc\x1b[201~");
  assertEquals(new KeyDecoder().push(bytes), [{ type: "paste", text: "a\nb\nc" }]);
});
