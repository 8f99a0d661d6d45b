/**
 * What a message looks like: colours and weights that IRC clients send, `*bold*` that people type, links, and our name.
 *
 * Everything is made harmless on the way (see `sanitize.ts`). https://modern.ircdocs.horse/formatting
 *
 * @module
 */

import { sanitize, stripFormatting } from "./sanitize.ts";
import { legible, PLAIN, type Span, type Style, TEAL } from "./style.ts";

/**
 * The colours 0 to 98 as terminals know them, by numbers that no theme changes:
 * https://modern.ircdocs.horse/formatting#colors-16-98
 */
// deno-fmt-ignore
const COLORS: readonly number[] = [
  // 0 to 15: the sixteen that every client has
  231, 16, 18, 28, 196, 88, 90, 208, 226, 46, 30, 51, 21, 201, 244, 252,
  52, 94, 100, 58, 22, 29, 23, 24, 17, 54, 53, 89,
  88, 130, 142, 64, 28, 35, 30, 25, 18, 91, 90, 125,
  124, 166, 184, 106, 34, 49, 37, 33, 19, 129, 127, 161,
  196, 208, 226, 154, 46, 86, 51, 75, 21, 171, 201, 198,
  203, 215, 227, 191, 83, 122, 87, 111, 63, 177, 207, 205,
  217, 223, 229, 193, 157, 158, 159, 153, 147, 183, 219, 212,
  16, 233, 235, 237, 239, 241, 244, 247, 250, 254, 231,
];

const CODE =
  // deno-lint-ignore no-control-regex -- the codes themselves
  /\x03(?:(\d{1,2})(?:,(\d{1,2}))?)?|\x04(?:([0-9a-fA-F]{6})(?:,([0-9a-fA-F]{6}))?)?|[\x02\x0f\x11\x16\x1d-\x1f]/g;

/**
 * Text with the codes that IRC clients send, as spans.
 *
 * @example
 * ```ts
 * import { parseFormatting } from "./formatting.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseFormatting("a\x02b\x0fc"), [
 *   { text: "a", style: {} },
 *   { text: "b", style: { bold: true } },
 *   { text: "c", style: {} },
 * ]);
 * ```
 */
export function parseFormatting(text: string): Span[] {
  const spans: Span[] = [];
  let style: Style = PLAIN;
  let from = 0;
  for (const match of text.matchAll(CODE)) {
    push(spans, text.slice(from, match.index), style);
    style = apply(style, match);
    from = match.index + match[0].length;
  }
  push(spans, text.slice(from), style);
  return spans;
}

function push(spans: Span[], text: string, style: Style): void {
  const safe = text.split("\n").map(sanitize).join("\n");
  if (safe !== "") spans.push({ text: safe, style: onAnyGround(style) });
}

/** Who chose a colour without a ground cannot know on which it will stand. */
function onAnyGround(style: Style): Style {
  return style.fg === undefined || style.bg !== undefined ? style : { ...style, fg: legible(style.fg) };
}

function apply(style: Style, match: RegExpExecArray): Style {
  const [code, fg, bg, hexFg, hexBg] = match;
  switch (code[0]) {
    case "\x02":
      return { ...style, bold: !style.bold };
    case "\x1d":
      return { ...style, italic: !style.italic };
    case "\x1f":
      return { ...style, underline: !style.underline };
    case "\x1e":
      return { ...style, strike: !style.strike };
    case "\x16":
      return { ...style, reverse: !style.reverse };
    case "\x03":
      return colored(style, colorOf(fg), colorOf(bg), fg === undefined);
    case "\x04":
      return colored(style, hexFg && `#${hexFg}`, hexBg && `#${hexBg}`, hexFg === undefined);
    case "\x11":
      return style;
    default:
      return PLAIN;
  }
}

function colorOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : COLORS[Number(digits)];
}

function colored(
  style: Style,
  fg: number | string | undefined,
  bg: number | string | undefined,
  reset: boolean,
): Style {
  const { fg: oldFg, bg: oldBg, ...rest } = style;
  if (reset) return rest;
  const [newFg, newBg] = [fg ?? oldFg, bg ?? oldBg];
  return { ...rest, ...(newFg !== undefined && { fg: newFg }), ...(newBg !== undefined && { bg: newBg }) };
}

const LINK =
  /\b(?:https?|ircs?|gemini|ftp):\/\/[^\s<>\"'`{}|\\^，。！？；：、（）「」『』【】《》]+|\bwww\.[^\s<>\"'`{}|\\^，。！？；：、（）「」『』【】《》]+\.[^\s<>\"'`{}|\\^，。！？；：、（）「」『』【】《》]+/gi;

/**
 * The links in a text, without the punctuation of the sentence around them.
 *
 * @example
 * ```ts
 * import { findLinks } from "./formatting.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(findLinks("see (https://a.example/x_(y)), ok"), ["https://a.example/x_(y)"]);
 * ```
 */
export function findLinks(text: string): string[] {
  return Array.from(stripFormatting(text).matchAll(LINK), ([found]) => trimLink(found));
}

function trimLink(found: string): string {
  let link = found.replace(/[.,;:!?*_~。，、！？）」』】]+$/u, "");
  while (link.endsWith(")") && count(link, ")") > count(link, "(")) link = link.slice(0, -1).replace(/[.,;:!?]+$/, "");
  return link;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

// A mark stands at the edge of a word, and what it marks begins and ends with something that can be seen.
const MARKUP =
  /(?<![\p{L}\p{N}*_`~])(?:`([^`\n]+)`|\*(?!\s)([^*\n]+)(?<!\s)\*|_(?!\s)([^_\n]+)(?<!\s)_|~(?!\s)([^~\n]+)(?<!\s)~)(?![\p{L}\p{N}*_`~])/gu;

/** Adds to spans the links in them and what people mean by `*bold*`, `_italic_`, `~struck~` and `` `code` ``; the marks stay. */
export function decorate(spans: readonly Span[]): Span[] {
  return spans.flatMap((piece) =>
    withLinks(piece).flatMap((part) => part.style.link === undefined ? withMarkup(part) : [part])
  ).map(withoutSelector);
}

/** A selector would widen the last character of the span before, which was measured without it. */
function withoutSelector(piece: Span, i: number): Span {
  return i === 0 || !/^[\ufe0e\ufe0f]/.test(piece.text)
    ? piece
    : { ...piece, text: piece.text.replace(/^[\ufe0e\ufe0f]+/, "") };
}

function withLinks({ text, style }: Span): Span[] {
  return splitBy(text, style, LINK, (match) => {
    const link = trimLink(match[0]);
    const address = /^www\./i.test(link) ? `https://${link}` : link;
    return { length: link.length, style: { ...style, underline: true, link: address } };
  });
}

function withMarkup({ text, style }: Span): Span[] {
  return splitBy(text, style, MARKUP, (match) => {
    const [all, code, bold, italic] = match;
    const added: Style = code !== undefined
      ? { fg: TEAL }
      : bold !== undefined
      ? { bold: true }
      : italic !== undefined
      ? { italic: true }
      : { strike: true };
    return { length: all.length, style: { ...style, ...added } };
  });
}

function splitBy(
  text: string,
  style: Style,
  pattern: RegExp,
  found: (match: RegExpExecArray) => { length: number; style: Style },
): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const part = found(match);
    if (match.index > from) spans.push({ text: text.slice(from, match.index), style });
    spans.push({ text: text.slice(match.index, match.index + part.length), style: part.style });
    from = match.index + part.length;
  }
  if (from < text.length) spans.push({ text: text.slice(from), style });
  return spans;
}

/** What is said, ready to be wrapped and drawn. */
export function messageSpans(text: string): Span[] {
  return decorate(parseFormatting(text));
}

/**
 * Whether a text mentions one of the words, each as a word of its own.
 *
 * @example
 * ```ts
 * import { mentions } from "./formatting.ts";
 * import { assert, assertFalse } from "@std/assert";
 *
 * assert(mentions("Ann: hello", ["ann"]));
 * assert(mentions("你好ann呀", ["ann"]));
 * assertFalse(mentions("annotated", ["ann"]));
 * ```
 */
export function mentions(text: string, words: readonly string[]): boolean {
  const plain = stripFormatting(text).toLowerCase();
  return words.some((word) => word !== "" && hasWord(plain, word.toLowerCase()));
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!joins(text[at - 1], word[0]) && !joins(word.at(-1), text[at + word.length])) return true;
  }
  return false;
}

/** Whether two neighbours belong to one word. Han and Kana stand without spaces, so they join nothing. */
function joins(a: string | undefined, b: string | undefined): boolean {
  const inWord = /[\p{L}\p{N}_]/u;
  const separate = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
  return a !== undefined && b !== undefined && inWord.test(a) && inWord.test(b) && !separate.test(a) &&
    !separate.test(b);
}
