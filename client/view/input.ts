/**
 * The input at the bottom of the screen: the text being typed, wrapped, and where the cursor stands in it.
 *
 * @module
 */

import { decorate } from "../formatting.ts";
import { sanitize } from "../sanitize.ts";
import { DIM, type Span, span } from "../style.ts";
import { fit, graphemes, textWidth } from "../text.ts";

/** What is being typed. */
export interface InputState {
  readonly text: string;
  /** In UTF-16 units. */
  readonly cursor: number;
  readonly prompt: string;
  /** Shown in place of an empty text. */
  readonly placeholder?: string | undefined;
  /** Shows dots in place of what is typed. */
  readonly secret?: boolean | undefined;
}

/** The input as rows, and what stands before the cursor in its row. */
export interface InputView {
  readonly rows: readonly Span[][];
  readonly cursorRow: number;
  readonly beforeCursor: readonly Span[];
}

/** What is drawn is not what was typed where that could act on the terminal. */
function drawnWidth(text: string): number {
  return textWidth(sanitize(text));
}

/** Graphemes, each with what follows it and is not seen: without that in between, they may be one. */
function cells(line: string): string[] {
  const joined: string[] = [];
  for (const grapheme of graphemes(line)) {
    if (joined.length > 0 && drawnWidth(grapheme) === 0) joined[joined.length - 1] += grapheme;
    else joined.push(grapheme);
  }
  return joined;
}

/** Columns that the longest prompt leaves for what is typed. */
const ANSWER_COLUMNS = 4;

interface Row {
  readonly from: number;
  readonly text: string;
}

/** Draws the input into at most `height` rows; of a longer text those around the cursor are seen. */
export function drawInput(input: InputState, columns: number, height: number): InputView {
  const prompt = fit(sanitize(input.prompt), Math.max(columns - ANSWER_COLUMNS - 1, 2));
  const indent = textWidth(prompt);
  const rows = breakText(input.text, Math.max(columns - indent - 1, ANSWER_COLUMNS));
  const cursorRow = Math.max(rows.findLastIndex((row) => row.from <= input.cursor), 0);
  const top = Math.max(0, Math.min(cursorRow - height + 1, rows.length - height));
  const first = Math.max(0, Math.min(top, cursorRow));
  const shown = rows.slice(first, first + height);
  const head = (i: number) => first + i === 0 ? span(prompt, { bold: true }) : span(" ".repeat(indent));
  const before = rows[cursorRow]!.text.slice(0, input.cursor - rows[cursorRow]!.from);
  const drawn = shown.map((row, i) => [head(i), ...draw(row.text, input.secret)]);
  if (input.text === "" && input.placeholder !== undefined) {
    drawn[0]!.push(span(fit(input.placeholder, Math.max(columns - indent, 0)), DIM));
  }
  return {
    rows: drawn,
    cursorRow: cursorRow - first,
    beforeCursor: [head(cursorRow - first), ...draw(before, input.secret)],
  };
}

function draw(text: string, secret: boolean | undefined): Span[] {
  if (secret) return [span("•".repeat(graphemes(text).length))];
  return decorate([span(sanitize(text))]).map(({ text, style: { link: _, ...style } }) => ({ text, style }));
}

/** Breaks a text at newlines and between graphemes (within those that are longer than a row), so that each row has its place in the text. */
function breakText(text: string, columns: number): Row[] {
  const rows: Row[] = [];
  let from = 0;
  for (const line of text.split("\n")) {
    let row = "";
    let width = 0;
    for (const part of cells(line).flatMap((cell) => drawnWidth(cell) <= columns ? [cell] : Array.from(cell))) {
      const added = drawnWidth(part);
      if (width + added > columns) {
        rows.push({ from, text: row });
        from += row.length;
        row = "";
        width = 0;
      }
      row += part;
      width += added;
    }
    rows.push({ from, text: row });
    from += row.length + 1;
  }
  return rows;
}
