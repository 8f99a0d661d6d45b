/**
 * Text as a terminal shows it: graphemes, their width in columns, and wrapping.
 *
 * Terminals disagree on characters made of several: some draw a family as one, some its members side by side. What is said
 * here is the most that any of them takes, so that nothing is lost at an edge; nothing that must stand exactly, such as the
 * cursor or a border, is placed by it.
 *
 * @module
 */

import { eastAsianWidth } from "get-east-asian-width";
import type { Span, Style } from "./style.ts";

const ASCII = /^[\x20-\x7e]*$/;
const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Regional_Indicator}{2}|\p{Emoji}\ufe0f)/u;
// Some formatting characters are seen: signs that stand below the numbers behind them.
const ZERO_WIDTH = /^(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2])[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
/** Vowels and finals of Hangul, which stand within the block that the consonant before them begins. */
const WITHIN_BLOCK = /^[\u1160-\u11ff\ud7b0-\ud7ff]$/;

/** Text of characters that join no other: Latin, signs, boxes, Kana, Han, Hangul. */
const SINGLE =
  /^[ -~\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u27bf\u3000-\u3029\u3030-\u3096\u309b-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]*$/;

/** Made when it is first needed: it takes the runtime more than ten milliseconds, and the first screen needs none. */
let segmenter: Intl.Segmenter | undefined;

/** Where the characters of a text begin and end, as people see them. */
export function graphemeSegments(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return segmenter.segment(text);
}

/** The characters of a text as people see them. */
export function graphemes(text: string): string[] {
  return SINGLE.test(text) ? text.split("") : Array.from(graphemeSegments(text), ({ segment }) => segment);
}

const widths = new Map<string, number>();

/** Columns that one grapheme takes at most: 0, 1 or 2, and more where terminals draw its parts side by side. */
export function graphemeWidth(grapheme: string): number {
  if (grapheme.length === 1 && grapheme >= " " && grapheme <= "~") return 1;
  let width = widths.get(grapheme);
  if (width === undefined) {
    if (widths.size > 10_000) widths.clear();
    widths.set(grapheme, width = measure(grapheme));
  }
  return width;
}

function measure(grapheme: string): number {
  let width = 0;
  for (const c of grapheme) {
    if (!ZERO_WIDTH.test(c) && (width === 0 || !WITHIN_BLOCK.test(c))) width += eastAsianWidth(c.codePointAt(0)!);
  }
  return EMOJI.test(grapheme) ? Math.max(width, 2) : width;
}

/**
 * Columns that a text takes at most.
 *
 * @example
 * ```ts
 * import { textWidth } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(textWidth("abc"), 3);
 * assertEquals(textWidth("中文"), 4);
 * assertEquals(textWidth("👨‍👩‍👧"), 6);
 * assertEquals(textWidth("e\u0301"), 1);
 * ```
 */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemes(text)) width += graphemeWidth(grapheme);
  return width;
}

/** As much of a text as fits into some columns; what is cut off is shown by `…`. */
export function fit(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns <= 0) return "";
  let used = 0;
  let kept = "";
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > columns - 1) break;
    kept += grapheme;
  }
  return `${kept}…`;
}

/** As much of a name as fits, from both ends: names of one group often differ only at their end. */
export function fitName(name: string, columns: number): string {
  if (textWidth(name) <= columns || columns < 8) return fit(name, columns);
  const letters = graphemes(name);
  let tail = "";
  while (textWidth(tail) < Math.floor(columns / 3)) tail = letters.pop()! + tail;
  return fit(name, columns - textWidth(tail)) + tail;
}

/** A text cut or filled with spaces to exactly some columns. */
export function pad(text: string, columns: number): string {
  const fitted = fit(text, columns);
  return fitted + " ".repeat(Math.max(columns - textWidth(fitted), 0));
}

/** Spans cut to some columns. */
export function fitSpans(spans: readonly Span[], columns: number): Span[] {
  const kept: Span[] = [];
  let left = columns;
  for (const { text, style } of spans) {
    const width = textWidth(text);
    kept.push({ text: width <= left ? text : fit(text, left), style });
    if (width > left) break;
    left -= width;
  }
  return kept;
}

/** What is not broken in two unless it is longer than a line: a grapheme, or a word of ASCII. */
interface Cell {
  readonly text: string;
  readonly width: number;
  readonly style: Style;
}

/**
 * Breaks spans into lines of at most `columns`: behind spaces and hyphens, between Chinese and Japanese characters, and
 * inside a word only where the word alone is longer than a line. Nothing but spaces at a break is lost; a newline breaks.
 *
 * @example
 * ```ts
 * import { wrap } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const lines = wrap([{ text: "one two 中文字", style: {} }], 8);
 * assertEquals(lines.map((line) => line.map((span) => span.text).join("")), ["one two ", "中文字"]);
 * ```
 */
export function wrap(spans: readonly Span[], columns: number): Span[][] {
  const lines: Span[][] = [];
  for (const cells of paragraphs(spans)) wrapCells(cells, Math.max(columns, 2), lines);
  return lines;
}

/**
 * A word of ASCII with the hyphen behind it, or a space; or what else there is, with the character before it, which may be
 * one with it.
 */
const PIECE = /((?:[!-,.-~]+-?|[ -])(?=[ -~]|$))|[ -~]?[^ -~]+/g;

function paragraphs(spans: readonly Span[]): Cell[][] {
  const all: Cell[][] = [[]];
  for (const { text, style } of spans) {
    for (const [i, part] of text.split("\n").entries()) {
      if (i > 0) all.push([]);
      for (const [piece, word] of part.matchAll(PIECE)) {
        if (word !== undefined) all.at(-1)!.push({ text: word, width: word.length, style });
        else for (const text of graphemes(piece)) all.at(-1)!.push({ text, width: graphemeWidth(text), style });
      }
    }
  }
  return all;
}

function wrapCells(cells: Cell[], columns: number, lines: Span[][]): void {
  let start = 0;
  let width = 0;
  let lastBreak = 0;
  for (let i = 0; i < cells.length;) {
    const cell = cells[i]!;
    // Spaces may hang over the edge: they are what a break swallows.
    if (width + cell.width <= columns || cell.text === " ") {
      width += cell.width;
      if (mayBreakBetween(cell, cells[++i])) lastBreak = i;
    } else if (lastBreak <= start && cell.text.length > 1 && (isWord(cell) || cell.width > columns)) {
      const parts = Array.from(cell.text, (text) => ({ text, width: graphemeWidth(text), style: cell.style }));
      cells.splice(i, 1, ...parts);
    } else {
      const end = lastBreak > start ? lastBreak : i;
      lines.push(toSpans(cells.slice(start, end), columns));
      start = end;
      width = cells.slice(start, i).reduce((sum, { width }) => sum + width, 0);
    }
  }
  lines.push(toSpans(cells.slice(start), columns));
}

/** Characters that may not begin a line, and such that may not end one, in Chinese and Japanese. */
const NO_START = /^[、。，．！？：；）」』】〉》〕］｝ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…‥”’]/;
const NO_END = /^[（「『【〈《〔［｛“‘]/;

function mayBreakBetween(cell: Cell, next: Cell | undefined): boolean {
  if (next === undefined || next.text === " ") return cell.text === " " && next === undefined;
  if (cell.text === " " || (cell.text.endsWith("-") && isWord(cell))) return true;
  return (isWide(cell) || isWide(next)) && !NO_START.test(next.text) && !NO_END.test(cell.text);
}

/** Han, Kana, Hangul and emoji, between which there need be no space. */
function isWide({ text, width }: Cell): boolean {
  return width >= 2 && (eastAsianWidth(text.codePointAt(0)!) === 2 || EMOJI.test(text));
}

function isWord({ text }: Cell): boolean {
  return ASCII.test(text);
}

/** Joins cells of one style; spaces that hang over the edge go. */
function toSpans(cells: readonly Cell[], columns: number): Span[] {
  const spans: { text: string; style: Style }[] = [];
  let width = 0;
  for (const { text, width: columnsOfCell, style } of cells) {
    width += columnsOfCell;
    if (width > columns) break;
    const last = spans.at(-1);
    if (last?.style === style) last.text += text;
    else spans.push({ text, style });
  }
  return spans;
}
