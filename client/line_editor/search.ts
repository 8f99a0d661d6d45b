/**
 * Ctrl-R: looking through what was sent before, letter by letter.
 *
 * @module
 */

import { graphemeSegments } from "../text.ts";

/** A text and where in it the cursor stands, in UTF-16 units. */
export interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

/**
 * A search that goes on.
 *
 * @example
 * ```ts
 * import { HistorySearch } from "./search.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const search = new HistorySearch(["make tea", "make coffee"], { text: "", cursor: 0 });
 * search.extend("make");
 * assertEquals(search.shown.text, "make coffee");
 * search.step(-1);
 * assertEquals(search.shown.text, "make tea");
 * ```
 */
export class HistorySearch {
  readonly #history: readonly string[];
  /** What was there before, to go back to. */
  readonly before: Snapshot;
  query = "";
  /** Whether what was looked for is in what is shown. */
  found = true;
  /** Where in the history stands what is shown; its length, while nothing was found yet. */
  at: number;
  #shown: Snapshot;

  constructor(history: readonly string[], before: Snapshot) {
    this.#history = history;
    this.before = this.#shown = before;
    this.at = history.length;
  }

  /** What is to be seen: what was found, with the cursor where it fits. */
  get shown(): Snapshot {
    return this.#shown;
  }

  /** Looks for more. What is shown stays while it fits. */
  extend(text: string): void {
    for (const { segment } of graphemeSegments(text)) {
      this.query += segment;
      this.#find(-1, Math.min(this.at, this.#history.length - 1));
    }
  }

  /** Takes the last character of the query back, and begins anew at the newest. */
  shorten(): void {
    this.query = [...graphemeSegments(this.query)].slice(0, -1).map(({ segment }) => segment).join("");
    this.#find(-1, this.#history.length - 1);
  }

  /** Goes to the next that is older, or newer, and not the same again. */
  step(direction: -1 | 1): void {
    this.#find(direction, this.at + direction);
  }

  #find(direction: -1 | 1, from: number): void {
    const query = this.query.toLowerCase();
    const shown = this.#history[this.at];
    const fits = (text: string, at: number) => text.toLowerCase().includes(query) && (at === this.at || text !== shown);
    for (let at = from; query !== "" && at >= 0 && at < this.#history.length; at += direction) {
      if (!fits(this.#history[at]!, at)) continue;
      this.at = at;
      this.found = true;
      this.#shown = withCursor(this.#history[at]!, query);
      return;
    }
    this.found = query === "";
  }
}

/** A text with the cursor where the query stands in it, between graphemes. */
function withCursor(text: string, query: string): Snapshot {
  const at = text.toLowerCase().indexOf(query);
  return { text, cursor: [...graphemeSegments(text)].findLast(({ index }) => index <= at)?.index ?? 0 };
}
