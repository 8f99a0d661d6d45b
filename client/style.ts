/**
 * Styled text: what a piece of a line looks like, and how a terminal is told.
 *
 * Pure; the page has its own way to show a style.
 *
 * @module
 */

/** How a piece of text looks. */
export interface Style {
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  readonly reverse?: boolean;
  /** A colour of the 256 that terminals know, or `#rrggbb`. */
  readonly fg?: number | string;
  readonly bg?: number | string;
  /** Where a click leads. */
  readonly link?: string;
}

/** A piece of text of one style. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** Text without any style. */
export const PLAIN: Style = {};
/** Text that is less important. */
export const DIM: Style = { dim: true };

/** A piece of text. */
export function span(text: string, style: Style = PLAIN): Span {
  return { text, style };
}

/**
 * Spans as bytes for a terminal, ending in no style. Without colour, weight and underline remain.
 *
 * @example
 * ```ts
 * import { span, toAnsi } from "./style.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(toAnsi([span("a"), span("b", { bold: true, fg: 4 })], true), "a\x1b[1;34mb\x1b[m");
 * assertEquals(toAnsi([span("b", { bold: true, fg: 4 })], false), "\x1b[1mb\x1b[m");
 * ```
 */
export function toAnsi(spans: readonly Span[], color: boolean): string {
  let text = "";
  let sgr = "";
  let link: string | undefined;
  for (const { text: piece, style } of spans) {
    if (piece === "") continue;
    if (style.link !== link) text += osc8(link = style.link);
    const wanted = codes(style, color).join(";");
    if (wanted !== sgr) {
      if (sgr !== "") text += "\x1b[m";
      if (wanted !== "") text += `\x1b[${wanted}m`;
      sgr = wanted;
    }
    text += piece;
  }
  if (sgr !== "") text += "\x1b[m";
  return link === undefined ? text : text + osc8(undefined);
}

// https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
function osc8(link: string | undefined): string {
  // Only what can stand in an address as it is; the rest is percent-encoded, so that nothing ends the sequence early.
  return `\x1b]8;;${link === undefined ? "" : link.replace(/[^\x21-\x7e]/gu, (c) => encodeURIComponent(c))}\x1b\\`;
}

function codes(style: Style, color: boolean): (number | string)[] {
  const found: (number | string)[] = [];
  if (style.bold) found.push(1);
  if (style.dim) found.push(2);
  if (style.italic) found.push(3);
  if (style.underline) found.push(4);
  if (style.reverse) found.push(7);
  if (style.strike) found.push(9);
  if (color && style.fg !== undefined) found.push(colorCode(style.fg, 30));
  if (color && style.bg !== undefined) found.push(colorCode(style.bg, 40));
  return found;
}

function colorCode(color: number | string, base: 30 | 40): string {
  if (typeof color === "string") {
    const value = parseInt(color.slice(1), 16);
    return `${base + 8};2;${value >> 16};${(value >> 8) & 255};${value & 255}`;
  }
  if (color < 8) return String(base + color);
  if (color < 16) return String(base + 60 + color - 8);
  return `${base + 8};5;${color}`;
}

/** Colours of nicks: each is at least 3.3 times as bright as black and a 3.3rd of white, so it reads on both. */
export const NICK_COLORS: readonly number[] = [
  26,
  28,
  30,
  32,
  62,
  64,
  67,
  97,
  98,
  99,
  100,
  127,
  129,
  130,
  132,
  133,
  160,
  162,
  166,
  167,
  168,
];

/** The colour of a nick, the same wherever and whenever it is seen. */
export function nickColor(folded: string): number {
  let hash = 0;
  for (const c of folded) hash = (Math.imul(hash, 31) + c.codePointAt(0)!) >>> 0;
  return NICK_COLORS[hash % NICK_COLORS.length]!;
}
