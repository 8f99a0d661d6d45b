// The small pure parts of the client, as tables: addresses, widths, wrapping, formatting, buffers, settings, completion.

import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatAddress, parseAddress } from "../client/address.ts";
import { Buffer, MAX_LINES } from "../client/buffer.ts";
import { findLinks, mentions, messageSpans } from "../client/formatting.ts";
import { Memory } from "../client/memory.ts";
import { sanitize } from "../client/sanitize.ts";
import { readSettings, SettingsFolder, SettingsInMemory } from "../client/settings.ts";
import { shellCompletion, SHELLS } from "../client/shell_completion.ts";
import { SLASH_COMMANDS } from "../client/slash_commands.ts";
import { ENTER, LEAVE } from "../client/painter.ts";
import { MAGENTA, NICK_COLORS, RED, STURDY_COLORS, TEAL, toAnsi } from "../client/style.ts";
import { graphemes, textWidth, wrap } from "../client/text.ts";

const ADDRESSES: readonly (readonly [string, string])[] = [
  ["chat.example", "chat.example"],
  ["chat.example:7000", "chat.example:7000"],
  ["[::1]:6667", "[::1]:6667"],
  ["::1", "[::1]"],
  ["irc://chat.example", "irc://chat.example"],
  ["ircs://chat.example:6697/#tea", "ircs://chat.example:6697"],
  [`ircs://chat.example:6697#${"ab".repeat(32)}`, `ircs://chat.example:6697#${"ab".repeat(32)}`],
  [`ircs://chat.example/#tea#${"AB:".repeat(31)}AB`, `ircs://chat.example#${"ab".repeat(32)}`],
  ["irc://ann@chat.example/", "irc://chat.example"],
];

Deno.test("addresses are read in every way that people write them", () => {
  for (const [text, expected] of ADDRESSES) assertEquals(formatAddress(parseAddress(text)), expected, text);
  assertEquals(parseAddress("irc://h/tea,%23%E4%B8%AD").channels, ["#tea", "#中"]);
  assertEquals(parseAddress(`ircs://h/#tea#${"ab".repeat(32)}`).channels, ["#tea"]);
});

Deno.test("a fingerprint that was not copied whole is no channel: nobody joins unchecked", () => {
  for (const broken of ["ab".repeat(31), "ab".repeat(31) + "a", "ab".repeat(33), "sha256:abc"]) {
    assertThrows(() => parseAddress(`ircs://h:6697#${broken}`), SyntaxError, "was it copied whole?");
  }
  assertEquals(parseAddress("ircs://h#cafe").channels, ["#cafe"]);
});

Deno.test("what is no address is named, and nothing but a SyntaxError comes of it", () => {
  assertThrows(() => parseAddress("host:x"), SyntaxError, '"x" is no port');
  assertThrows(() => parseAddress("https://host"), SyntaxError, "irc:// or ircs://");
  fc.assert(fc.property(fc.string(), (text) => {
    try {
      parseAddress(text);
    } catch (error) {
      assert(error instanceof SyntaxError);
    }
  }));
});

const WIDTHS: readonly (readonly [string, number])[] = [
  ["abc", 3],
  ["中文", 4],
  ["ｆｕｌｌ", 8],
  ["e\u0301", 1],
  ["👨‍👩‍👧", 6],
  ["👍🏽", 4],
  ["🇩🇪", 2],
  ["❤️", 2],
  ["שלום", 4],
  ["กำ", 2],
  ["हिन्दी", 5],
  ["한글", 4],
  ["한", 2],
  ["☺️", 2],
  ["1️⃣", 2],
  ["\u200b", 0],
];

Deno.test("widths are the most that terminals take, whether they draw what belongs together as one or side by side", () => {
  for (const [text, width] of WIDTHS) assertEquals(textWidth(text), width, text);
});

Deno.test("every character is found as Unicode has it, also where it cannot join others", () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (let code = 0x20; code < 0xffff; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const c = String.fromCharCode(code);
    for (const text of [`x${c}${c}y`, `中${c}한`]) {
      assertEquals(graphemes(text).length, [...segmenter.segment(text)].length, `U+${code.toString(16)}`);
    }
  }
});

const PIECES = [" ", "中文字", "word ", "half-", "--", "👨‍👩‍👧", "，", "（", "。", "e\u0301", "1️⃣", "https://a.example/b"];

Deno.test("wrapping loses nothing but spaces, breaks no character, and no line is too long", () => {
  const texts = fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom(...PIECES)))
    .map((parts) => sanitize(parts.join("")));
  fc.assert(fc.property(texts, fc.nat(20), fc.integer({ min: 2, max: 60 }), (text, cut, columns) => {
    const parts = [graphemes(text).slice(0, cut), graphemes(text).slice(cut)];
    const spans = parts.map((part) => ({ text: part.join(""), style: {} }));
    const lines = wrap(spans, columns).map((line) => line.map((span) => span.text).join(""));
    assertEquals(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
    for (const line of lines) {
      assert(textWidth(line) <= columns, `${JSON.stringify(line)} is wider than ${columns}`);
      assertEquals(graphemes(line).join(""), line);
    }
  }));
});

Deno.test("what may not begin a line is not lost where nothing else fits before it", () => {
  const lines = wrap([{ text: "x文。", style: {} }], 3).map((line) => line[0]!.text);
  assertEquals(lines, ["x", "文", "。"]);
});

Deno.test("a character that is longer than a line is broken into its parts", () => {
  const lines = wrap([{ text: `x${"👩‍".repeat(5)}👩y`, style: {} }], 4).map((line) =>
    line.map(({ text }) => text).join("")
  );
  assertEquals(lines.join(""), `x${"👩‍".repeat(5)}👩y`);
  for (const line of lines) assert(textWidth(line) <= 4, line);
});

Deno.test("words of scripts whose letters join are broken at spaces", () => {
  const lines = wrap([{ text: "हिन्दी नमस्ते", style: {} }], 8).map((line) => line[0]!.text);
  assertEquals(lines, ["हिन्दी ", "नमस्ते"]);
});

Deno.test("Chinese is broken between characters, but never before a full stop", () => {
  const lines = wrap([{ text: "我喜欢喝茶。", style: {} }], 10).map((line) => line[0]!.text);
  assertEquals(lines, ["我喜欢喝", "茶。"]);
});

Deno.test("colours and weights of IRC are shown, and what people mean by marks", () => {
  const shown = (text: string) => toAnsi(messageSpans(text), 256);
  assertEquals(shown("a\x02b\x02c"), "a\x1b[1mb\x1b[mc");
  assertEquals(shown("\x0304red\x03 not"), "\x1b[38;5;196mred\x1b[m not");
  assertEquals(shown("\x04ff0000,00ff00x"), "\x1b[38;2;255;0;0;48;2;0;255;0mx\x1b[m");
  assertEquals(shown("so *bold* it is"), "so \x1b[1m*bold*\x1b[m it is");
  assertEquals(shown("2*3*4 and snake_case_name"), "2*3*4 and snake_case_name");
  assertEquals(
    shown("https://a.example/*x*"),
    "\x1b]8;;https://a.example/*x\x1b\\\x1b[4mhttps://a.example/*x\x1b]8;;\x1b\\\x1b[m*",
  );
});

Deno.test("a link cannot end the sequence that carries it", () => {
  const ansi = toAnsi([{ text: "x", style: { link: "https://a/\x1b\\\x07é" } }], 256);
  assertEquals(ansi, "\x1b]8;;https://a/%1B\\%07%C3%A9\x1b\\x\x1b]8;;\x1b\\");
});

Deno.test("links are found without the sentence around them", () => {
  assertEquals(findLinks("(see http://a.example/b?c=d#e)."), ["http://a.example/b?c=d#e"]);
  assertEquals(findLinks("看https://a.example/x，好"), ["https://a.example/x"]);
  assertEquals(findLinks("no link:// here"), []);
});

Deno.test("a mention is a word of its own", () => {
  assert(mentions("hi ann!", ["ann"]) && mentions("@ann", ["ann"]) && mentions("小明你好", ["小明"]));
  assertFalse(mentions("annual", ["ann"]) || mentions("joann", ["ann"]) || mentions("ann_", ["ann"]));
});

/** https://www.w3.org/TR/WCAG21/#dfn-relative-luminance */
function luminance(rgb: number): number {
  const linear = (c: number) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const [r = 0, g = 0, b = 0] = [rgb >> 16, (rgb >> 8) & 255, rgb & 255].map((part) => linear(part / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio */
function contrast(one: number, other: number): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** One of the colours 16 to 231, as every terminal has it. */
function rgbOf(color: number): number {
  const level = (n: number) => [0, 95, 135, 175, 215, 255][n % 6]!;
  const n = color - 16;
  return (level(Math.floor(n / 36)) << 16) | (level(Math.floor(n / 6)) << 8) | level(n);
}

const GROUNDS = {
  black: 0x000000,
  white: 0xffffff,
  "Solarized dark": 0x002b36,
  "Solarized light": 0xfdf6e3,
  Dracula: 0x282a36,
  "Gruvbox light": 0xfbf1c7,
};

Deno.test("colours can be read on black, on white and on the grounds of common themes", () => {
  const chosen = Array.from({ length: 99 }, (_, i) => messageSpans(`\x03${String(i).padStart(2, "0")}x`)[0]!.style.fg);
  for (const [name, ground] of Object.entries(GROUNDS)) {
    for (const color of [...NICK_COLORS, RED, MAGENTA, TEAL, ...chosen]) {
      assert(typeof color === "number" && contrast(rgbOf(color), ground) >= 3, `${color} on ${name}`);
    }
  }
});

/** What tmux 3.3 makes of our colours on a terminal that has eight, as it was seen to write them. */
const AS_ONE_OF_EIGHT: Readonly<Record<number, "red" | "magenta">> = {
  130: "red",
  131: "red",
  132: "red",
  133: "magenta",
  164: "magenta",
  166: "red",
  167: "red",
  168: "red",
  196: "red",
  198: "red",
};

/** The PC's own, and xterm's. */
const EIGHT_COLORS = [{ red: 0xaa0000, magenta: 0xaa00aa }, { red: 0xcd0000, magenta: 0xcd00cd }];

Deno.test("where a terminal may have eight colours, only those are used that can be read on black and on white", () => {
  const written = (fg: number | string) => Number(/38;5;(\d+)/.exec(toAnsi([{ text: "x", style: { fg } }], 8))?.[1]);
  const used = new Set([...NICK_COLORS, RED, MAGENTA, TEAL, 102, "#0000ff"].map(written));
  assertEquals([...used].filter((color) => !STURDY_COLORS.includes(color)), []);
  assert(used.size > 7, "people are still told apart");
  for (const color of STURDY_COLORS) {
    assert(NICK_COLORS.includes(color));
    for (const eight of EIGHT_COLORS) {
      const shown = eight[AS_ONE_OF_EIGHT[color]!];
      for (const ground of [0x000000, 0xffffff]) assert(contrast(shown, ground) > 2.6, `${color} on ${ground}`);
    }
  }
  assertEquals(toAnsi([{ text: "x", style: { fg: 231, bg: 16 } }], 8), "\x1b[38;5;231;48;5;16mx\x1b[m");
});

Deno.test("a colour that was chosen together with its ground is drawn as it was chosen", () => {
  assertEquals(messageSpans("\x0300,01x")[0]!.style, { fg: 231, bg: 16 });
});

/** Modes that a sequence sets, resets, saves or restores. https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
function modes(text: string, how: "h" | "l" | "s" | "r"): string[] {
  // deno-lint-ignore no-control-regex -- the sequences themselves
  return [...text.matchAll(/\x1b\[\?([\d;]+)([hlsr])/g)].flatMap(([, list, final]) =>
    final === how ? list!.split(";") : []
  );
}

Deno.test("every mode of the terminal that is changed is put back", () => {
  assertEquals(modes(LEAVE, "r").sort(), modes(ENTER, "s").sort());
  const saved = new Set(modes(ENTER, "s"));
  for (const mode of modes(ENTER, "h")) assert(saved.has(mode) || modes(LEAVE, "l").includes(mode), mode);
  for (const mode of modes(ENTER, "l")) assert(saved.has(mode) || modes(LEAVE, "h").includes(mode), mode);
});

Deno.test("without colours only weight and underline are written", () => {
  assertEquals(toAnsi([{ text: "x", style: { fg: 1, bg: 2, bold: true } }], 0), "\x1b[1mx\x1b[m");
});

Deno.test("a buffer holds no line twice, keeps the order of time, and is bounded", () => {
  const buffer = new Buffer("#lobby", "channel");
  buffer.append({ kind: "message", time: 10, id: "b", nick: "ben", text: "second" });
  buffer.insert({ kind: "message", time: 5, id: "a", nick: "ben", text: "first" });
  assertEquals(buffer.insert({ kind: "message", time: 5, id: "a" }), undefined);
  assertEquals(buffer.lines.map((line) => line.text), ["first", "second"]);
  for (let i = 0; i < MAX_LINES + 2000; i++) buffer.append({ kind: "message", time: 20 + i, id: `m${i}` });
  assert(buffer.lines.length <= MAX_LINES + 500);
  assertEquals(buffer.byId("a"), undefined);
});

Deno.test("what somebody scrolled back to stays until they have gone back to the newest line", () => {
  const buffer = new Buffer("#lobby", "channel");
  for (let i = 0; i < MAX_LINES; i++) buffer.append({ kind: "message", time: 1e6 + i, id: `m${i}` });
  buffer.readBack = true;
  const long = { type: "message", kind: "message", target: "#lobby", nick: "ben", source: "ben", self: false } as const;
  const page = Array.from({ length: 1000 }, (_, i) => ({ ...long, id: `old${i}`, time: i, text: "long ago" }));
  buffer.insertHistory(page, ({ kind, id, time }) => ({ kind, id: id!, time }));
  buffer.append({ kind: "message", time: 2e6, id: "new" });
  assertEquals(buffer.oldest?.id, "old0");
  buffer.readBack = false;
  buffer.append({ kind: "message", time: 2e6, id: "newer" });
  assertEquals(buffer.byId("old0"), undefined);
});

Deno.test("a reaction that comes before its message is kept for it", () => {
  const buffer = new Buffer("#lobby", "channel");
  buffer.react({
    type: "reaction",
    target: "#lobby",
    nick: "ben",
    id: "a",
    emoji: "👍",
    add: true,
    time: 1,
    source: "ben",
    self: false,
  });
  const line = buffer.append({ kind: "message", time: 1, id: "a" });
  assertEquals([...line!.reactions.get("👍")!], ["ben"]);
});

Deno.test("settings that a person has broken are set aside, and passwords are for the user alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/settings.json`, "{ not json");
    const log: string[] = [];
    const store = await SettingsFolder.open(folder, (line) => log.push(line));
    assertStringIncludes(log[0]!, "was set aside");
    assertEquals(await Deno.readTextFile(`${folder}/settings.json.bad`), "{ not json");
    store.settings.bell = false;
    await store.save("h");
    assertEquals(readSettings(await Deno.readTextFile(`${folder}/settings.json`)).bell, false);
    await store.remember("h", "ann", "pw");
    assertEquals(await store.password("h", "ann"), "pw");
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(`${folder}/passwords.json`)).mode! & 0o777, 0o600);
    }
    const left = Array.from(Deno.readDirSync(folder), (entry) => entry.name).sort();
    assertEquals(left, ["passwords.json", "settings.json", "settings.json.bad"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("where there is no folder nothing is said to be kept, and a password can be forgotten all the same", async () => {
  const store = new SettingsInMemory("HOME is not set");
  assertEquals(await store.save("tea"), "HOME is not set");
  assertEquals(await store.remember("tea", "ann", "s3cret"), "HOME is not set");
  assertEquals(await store.password("tea", "ann"), "s3cret");
  assertEquals(await store.remember("tea", "ann", undefined), undefined);
  assertEquals(await store.password("tea", "ann"), undefined);
});

Deno.test("what a newer version has written into the settings stays there", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/settings.json`;
  const newer = {
    bell: false,
    theme: "dark",
    servers: { h: { nick: "ann", pinned: ["#tea"] }, other: { nick: "x", y: 1 } },
  };
  await Deno.writeTextFile(path, JSON.stringify(newer));
  const store = await SettingsFolder.open(folder, () => {});
  store.settings.servers.h = { nick: "anna" };
  assertEquals(await store.save("h"), undefined);
  const { theme, bell, servers } = JSON.parse(await Deno.readTextFile(path));
  assertEquals([theme, bell], ["dark", false]);
  assertEquals(servers, { h: { nick: "anna", pinned: ["#tea"] }, other: { nick: "x", y: 1 } });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("settings that somebody broke while we were talking are set aside, not written over", async () => {
  const folder = await Deno.makeTempDir();
  const store = await SettingsFolder.open(folder, () => {});
  await Deno.writeTextFile(`${folder}/settings.json`, "{ half written");
  await store.save("h");
  assertEquals(await Deno.readTextFile(`${folder}/settings.json.bad`), "{ half written");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("passwords that somebody broke are set aside, not written over, and others keep what is theirs", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/passwords.json`;
  const store = await SettingsFolder.open(folder, () => {});
  await Deno.writeTextFile(path, '{"h ben": "secret');
  assertEquals(await store.password("h", "ben"), undefined);
  assertEquals(await store.remember("h", "ann", "pw"), undefined);
  assertEquals(await Deno.readTextFile(`${path}.bad`), '{"h ben": "secret');
  await Deno.writeTextFile(path, '{"h ben": "secret", "h ann": "pw", "newer": {"x": 1}}');
  assertEquals(await store.remember("h", "ann", undefined), undefined);
  assertEquals(JSON.parse(await Deno.readTextFile(path)), { "h ben": "secret", newer: { x: 1 } });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("where nothing can be written, that is told and nothing ends", async () => {
  const file = await Deno.makeTempFile();
  const store = await SettingsFolder.open(`${file}/chat`, () => {});
  assertEquals(await store.save("h"), `${file}/chat/settings.json: Not a directory`);
  assertEquals(await store.remember("h", "ann", "secret"), `${file}/chat/passwords.json: Not a directory`);
  await Deno.remove(file);
});

Deno.test("no two slash commands have the same name, and each says what it does", () => {
  const names = SLASH_COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  assertEquals(new Set(names).size, names.length);
  for (const { name, help } of SLASH_COMMANDS) assert(help.length > 5, name);
});

Deno.test("each shell's completion names every subcommand and option", () => {
  const table = [
    {
      name: "serve",
      operands: "",
      summary: "Open",
      options: [{ name: "motd", value: "FILE", description: "it's a file: [x]" }],
    },
    {
      name: "join",
      operands: "HOST",
      summary: "Walk in",
      options: [{ name: "nick", value: "NAME", description: "who" }],
    },
  ];
  for (const shell of SHELLS) {
    const script = shellCompletion(shell, table);
    for (const word of ["serve", "join", "motd", "nick"]) assertStringIncludes(script, word);
  }
});

Deno.test("of reactions that come in any order the newest word of each person counts", () => {
  const words = [[1, true], [2, false], [3, true], [4, false]] as const;
  fc.assert(fc.property(fc.shuffledSubarray([...words], { minLength: 1 }), fc.nat(4), (order, early) => {
    const buffer = new Buffer("#lobby", "channel");
    for (const [i, [time, add]] of order.entries()) {
      if (i === early) buffer.append({ kind: "message", time: 0, id: "a" });
      buffer.react({
        type: "reaction",
        target: "#lobby",
        nick: "ben",
        source: "ben",
        id: "a",
        emoji: "👍",
        add,
        time,
        self: false,
      });
    }
    if (early >= order.length) buffer.append({ kind: "message", time: 0, id: "a" });
    const [, stands] = order.toSorted(([a], [b]) => a - b).at(-1)!;
    assertEquals(buffer.byId("a")!.reactions.size, stands ? 1 : 0);
  }));
});

Deno.test("what is known of messages that never come makes room, the longest known first", () => {
  const buffer = new Buffer("#lobby", "channel");
  const about = {
    type: "reaction",
    target: "#lobby",
    nick: "ben",
    source: "ben",
    emoji: "👍",
    add: true,
    time: 1,
    self: false,
  } as const;
  for (let i = 0; i < 1500; i++) {
    buffer.react({ ...about, id: `m${i}` });
    buffer.redact(`d${i}`, "ben", "");
  }
  const sizes = ["m0", "m1499"].map((id) => buffer.append({ kind: "message", time: 1, id })!.reactions.size);
  const deleted = ["d0", "d1499"].map((id) => buffer.append({ kind: "message", time: 1, id })!.deleted?.by);
  assertEquals([sizes, deleted], [[0, 1], [undefined, "ben"]]);
});

Deno.test("memory is given back once after much has come, as soon as it is quiet, and not for little", () => {
  let collected = 0;
  const memory = new Memory(() => collected++);
  for (let i = 0; i < 2; i++) memory.look();
  assertEquals(collected, 1, "what starting took");
  for (let i = 0; i < 100; i++) {
    memory.came(1000);
    memory.look();
  }
  assertEquals(collected, 1, "a hundred lines one by one");
  for (let i = 0; i < 100; i++) {
    memory.came(20_000);
    memory.look();
  }
  assertEquals(collected, 1, "a flood that goes on");
  memory.came(1000);
  memory.look();
  assertEquals(collected, 2, "a lively room after a flood is quiet");
  for (let i = 0; i < 10; i++) memory.look();
  assertEquals(collected, 2, "nothing came");
  memory.close();
});
