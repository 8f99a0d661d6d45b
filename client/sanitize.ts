/**
 * Text from others, made harmless before it is drawn.
 *
 * Nothing that comes out of here can move a cursor, change colours or titles, write to a clipboard or turn the direction of
 * the text around it. Browser compatible.
 *
 * @module
 */

// deno-lint-ignore no-control-regex -- these are what must not reach a terminal
const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;
// Direction overrides and isolates could make a line read otherwise than it was written; the rest cannot be seen at all.
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/g;
const SEPARATOR = /[\u2028\u2029\u0085]/g;
/** More marks than any script puts on one letter. */
const HEAP_OF_MARKS = /(\p{M}{8})\p{M}+/gu;

/**
 * Text that can be drawn: control characters become visible pictures, invisible ones go, heaps of marks are cut.
 *
 * @example
 * ```ts
 * import { sanitize } from "./sanitize.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sanitize("a\x1b[2Jb"), "a␛[2Jb");
 * assertEquals(sanitize("abc\u202edef"), "abcdef");
 * ```
 */
export function sanitize(text: string): string {
  if (HARMLESS.test(text)) return text;
  return text.toWellFormed()
    .replace(SEPARATOR, " ")
    .replace(/\t/g, "    ")
    .replace(CONTROL, picture)
    .replace(INVISIBLE, "")
    .replace(HEAP_OF_MARKS, "$1");
}

/** The common case needs no work: what ASCII can print, letters of Latin and Han. */
const HARMLESS = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u3000-\u303f\u4e00-\u9fff]*$/;

/** The symbol for a control character: https://www.unicode.org/charts/PDF/U2400.pdf */
function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code === 0x7f) return "\u2421";
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
}

// The codes that https://modern.ircdocs.horse/formatting gives a meaning.
const FORMATTING =
  // deno-lint-ignore no-control-regex
  /\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9a-fA-F]{6}(?:,[0-9a-fA-F]{6})?)?|[\x02\x0f\x11\x16\x1d-\x1f]/g;

/** Text without colours and other formatting. */
export function stripFormatting(text: string): string {
  return text.replace(FORMATTING, "");
}
