/**
 * From one screen to the next: only the rows that changed are written.
 *
 * Pure: gives the text for a terminal and knows none. Widths are never trusted: each row is put by its number, wrapping is
 * off, and the cursor is placed by writing again what stands before it.
 *
 * @module
 */

import type { Screen } from "./view.ts";

/**
 * Enters the alternate screen: no wrapping, bracketed paste, focus events, the wheel as arrow keys, Alt as Escape before the
 * key (xterm would make Alt-A an `á`), the title saved.
 *
 * The mouse itself is not asked for: a terminal that reports it no longer lets people select and copy with it.
 */
export const ENTER = "\x1b[22;0t\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[?1004h" +
  "\x1b[?1007;1036;1039s\x1b[?1007;1036;1039h\x1b[H\x1b[2J";
/** Leaves everything as it was found. */
export const LEAVE =
  "\x1b[?2026l\x1b[m\x1b[?1007;1036;1039r\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[23;0t";

// Synchronized output: terminals that know it show a frame as a whole, others ignore it.
const BEGIN = "\x1b[?2026h";
const END = "\x1b[?2026l";

/**
 * Bytes of a piece of a frame. A terminal that has read all there is tells the input method where the cursor stands; xterm
 * does so with a hidden cursor too, and not again when it comes back to where it was: then the list of candidates stays in
 * the middle of the screen. So each piece is short enough to be read as a whole (Linux hands 1,792 bytes on at once) and
 * ends with the cursor where the text goes.
 */
const PIECE = 1_536;

const ENCODER = new TextEncoder();

/** Remembers what the terminal shows. */
export class Painter {
  #rows: readonly string[] = [];
  #columns = 0;

  /** What turns that which the terminal shows into this screen, in pieces to be written one by one. */
  paint(screen: Screen): string[] {
    const fresh = screen.columns !== this.#columns || screen.rows.length !== this.#rows.length;
    const changed = screen.rows.flatMap((row, i) =>
      fresh || row !== this.#rows[i] ? [`\x1b[${i + 1};1H\x1b[K${row}`] : []
    );
    this.#rows = screen.rows;
    this.#columns = screen.columns;
    const cursor = `\x1b[${screen.cursorRow + 1};1H${screen.beforeCursor}`;
    if (fresh) changed.unshift("\x1b[m\x1b[2J");
    const pieces = inPieces(changed, PIECE - bytes(cursor)).map((body) => `\x1b[?25l${body}${cursor}\x1b[?25h`);
    return pieces.map((piece, i) => (i === 0 ? BEGIN : "") + piece + (i === pieces.length - 1 ? END : ""));
  }

  /** The terminal no longer shows what was painted. */
  forget(): void {
    this.#rows = [];
  }
}

/** Texts joined as long as they have at most so many bytes together; at least one, which may be empty. */
function inPieces(texts: readonly string[], most: number): string[] {
  const pieces = [""];
  let size = 0;
  for (const text of texts) {
    const added = bytes(text);
    if (size > 0 && size + added > most) {
      pieces.push("");
      size = 0;
    }
    pieces[pieces.length - 1] += text;
    size += added;
  }
  return pieces;
}

function bytes(text: string): number {
  return ENCODER.encode(text).length;
}
