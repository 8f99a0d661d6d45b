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
 * Enters the alternate screen: no wrapping, bracketed paste, focus events, the wheel as arrow keys, the title saved.
 *
 * The mouse itself is not asked for: a terminal that reports it no longer lets people select and copy with it.
 */
export const ENTER = "\x1b[22;0t\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[?1004h\x1b[?1007s\x1b[?1007h\x1b[H\x1b[2J";
/** Leaves everything as it was found. */
export const LEAVE = "\x1b[?2026l\x1b[m\x1b[?1007r\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[23;0t";

// Synchronized output: terminals that know it show a frame as a whole, others ignore it.
const BEGIN = "\x1b[?2026h\x1b[?25l";
const END = "\x1b[?25h\x1b[?2026l";

/** Remembers what the terminal shows. */
export class Painter {
  #rows: readonly string[] = [];
  #columns = 0;

  /** The text that turns what the terminal shows into this screen. */
  paint(screen: Screen): string {
    const fresh = screen.columns !== this.#columns || screen.rows.length !== this.#rows.length;
    let text = BEGIN + (fresh ? "\x1b[m\x1b[2J" : "");
    for (const [i, row] of screen.rows.entries()) {
      if (fresh || row !== this.#rows[i]) text += `\x1b[${i + 1};1H\x1b[K${row}`;
    }
    this.#rows = screen.rows;
    this.#columns = screen.columns;
    return `${text}\x1b[${screen.cursorRow + 1};1H${screen.beforeCursor}${END}`;
  }

  /** The terminal no longer shows what was painted. */
  forget(): void {
    this.#rows = [];
  }
}
