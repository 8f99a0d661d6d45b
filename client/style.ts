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
  /** The column, from 0, at which it stands, however wide a terminal draws what is before it. */
  readonly column?: number;
}

/** How many colours may be used: none, those that remain where a terminal makes eight of all, or the 256. */
export type Colors = 0 | 8 | 256;

/**
 * How many colours suit a terminal.
 *
 * @param term `TERM`. Those that call themselves `xterm` know 256 colours, whatever the databases say. tmux and screen
 * take 256 and make eight of them where they stand on a terminal of which they know no better, such as PuTTY.
 * @param colorterm `COLORTERM`, which terminals set that know all colours.
 *
 * @example
 * ```ts
 * import { colorsOf } from "./style.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["xterm", "xterm-256color", "tmux-256color", "linux"].map((term) => colorsOf(term)), [256, 256, 8, 8]);
 * assertEquals(colorsOf("tmux-256color", "truecolor"), 256);
 * ```
 */
export function colorsOf(term: string, colorterm = ""): Colors {
  return colorterm === "" && /^(linux|screen|tmux|ansi|cons25|vt\d)/.test(term) ? 8 : 256;
}

/** Text without any style. */
export const PLAIN: Style = {};
/** Text that is less important. */
export const DIM: Style = { dim: true };

/** A piece of text. */
export function span(text: string, style: Style = PLAIN): Span {
  return { text, style };
}

/** A piece of text that stands at a column. */
export function spanAt(column: number, text: string, style: Style = PLAIN): Span {
  return { text, style, column };
}

/**
 * Spans as bytes for a terminal, ending in no style. Without colour, weight and underline remain. Columns count from `first`.
 *
 * @example
 * ```ts
 * import { span, toAnsi } from "./style.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(toAnsi([span("a"), span("b", { bold: true, fg: 4 })], 256), "a\x1b[1;34mb\x1b[m");
 * assertEquals(toAnsi([span("b", { bold: true, fg: 4 })], 0), "\x1b[1mb\x1b[m");
 * ```
 */
export function toAnsi(spans: readonly Span[], colors: Colors, first = 0): string {
  let text = "";
  let sgr = "";
  let link: string | undefined;
  for (const { text: piece, style, column } of spans) {
    if (piece === "") continue;
    if (column !== undefined) text += `\x1b[${first + column + 1}G`;
    if (style.link !== link) text += osc8(link = style.link);
    const wanted = codes(style, colors).join(";");
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

function codes(style: Style, colors: Colors): (number | string)[] {
  const found: (number | string)[] = [];
  if (style.bold) found.push(1);
  if (style.dim) found.push(2);
  if (style.italic) found.push(3);
  if (style.underline) found.push(4);
  if (style.reverse) found.push(7);
  if (style.strike) found.push(9);
  const { fg, bg } = style;
  if (colors === 0) return found;
  // What somebody chose together with its ground is drawn as it was chosen.
  if (fg !== undefined) found.push(colorCode(colors === 8 && bg === undefined ? sturdy(fg) : fg, 30));
  if (bg !== undefined) found.push(colorCode(bg, 40));
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

/**
 * Colours, of the 256, that differ by 3:1 or more from black, from white, and from the grounds of common dark and light
 * themes (Solarized, Gruvbox, Dracula). The first sixteen are none of them: those are whatever a theme makes of them.
 */
// deno-fmt-ignore
export const NICK_COLORS: readonly number[] = [
  28, 30, 31, 32, 33, 63, 64, 67, 98, 99, 100, 130, 131, 132, 133, 134, 164, 165, 166, 167, 168, 196, 198,
];

/**
 * Of these, those that can be read where somebody makes eight colours of all, as tmux does on a terminal that has no more:
 * red or magenta comes of each. On black and on white, with the eight colours of the PC and of xterm, the contrast is
 *
 * | | black | white |
 * |---|---|---|
 * | red | 2.7, 3.6 | 7.8, 5.8 |
 * | green | 6.7, 9.7 | 3.1, 2.2 |
 * | yellow | 4.0, 12.3 | 5.2, 1.7 |
 * | blue | 1.6, 2.2 | 13.3, 9.4 |
 * | magenta | 3.3, 4.5 | 6.4, 4.7 |
 * | cyan | 7.3, 10.6 | 2.9, 2.0 |
 */
export const STURDY_COLORS: readonly number[] = [130, 131, 132, 133, 164, 166, 167, 168, 196, 198];

/** What went wrong, and where the unread begins. */
export const RED = 196;
/** Where somebody was mentioned. */
export const MAGENTA = 164;
/** Code. */
export const TEAL = 30;
const GREY = 102;

/** The colour of a nick, the same wherever and whenever it is seen. */
export function nickColor(folded: string): number {
  let hash = 0;
  for (const c of folded) hash = (Math.imul(hash, 31) + c.codePointAt(0)!) >>> 0;
  return NICK_COLORS[hash % NICK_COLORS.length]!;
}

/**
 * The colour next to one that somebody chose, such that it can be read whatever the ground is: white on white would hide
 * what is said.
 *
 * @example
 * ```ts
 * import { legible } from "./style.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["#ffff00", "#ffffff", 16, 21].map(legible), [100, 102, 102, 63]);
 * ```
 */
export function legible(color: number | string): number {
  return nearest(evened(linearRgb(color)), [GREY, ...NICK_COLORS]);
}

/** The colour next to one, such that it can be read also where eight colours are made of all. */
function sturdy(color: number | string): number {
  const known = STURDY.get(color) ?? nearest(linearRgb(color), STURDY_COLORS);
  if (STURDY.size < 256) STURDY.set(color, known);
  return known;
}

const STURDY = new Map<number | string, number>();

function nearest(rgb: readonly number[], candidates: readonly number[]): number {
  const distance = (candidate: number) => linearRgb(candidate).reduce((sum, part, i) => sum + (part - rgb[i]!) ** 2, 0);
  return candidates.reduce((best, next) => distance(next) < distance(best) ? next : best);
}

/** About the luminance that lies between black and white: each differs from it by 4.5:1. */
const MIDDLE = 0.2;

/** The same hue, neither darker nor brighter than the middle. */
function evened(rgb: readonly number[]): number[] {
  const light = luminance(rgb);
  if (light > MIDDLE) return rgb.map((part) => part * MIDDLE / light);
  const white = (MIDDLE - light) / (1 - light);
  return rgb.map((part) => part + (1 - part) * white);
}

/** https://www.w3.org/TR/WCAG21/#dfn-relative-luminance */
function luminance([red = 0, green = 0, blue = 0]: readonly number[]): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Red, green and blue as shares of light, of `#rrggbb` or one of the colours 16 to 255, which every terminal has alike. */
function linearRgb(color: number | string): number[] {
  return rgbOf(color).map((part) => part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
}

function rgbOf(color: number | string): number[] {
  if (typeof color === "string") return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  if (color >= 232) return Array.from({ length: 3 }, () => 8 + (color - 232) * 10);
  return [36, 6, 1].map((step) => [0, 95, 135, 175, 215, 255][Math.floor((color - 16) / step) % 6]!);
}
