/**
 * The line that is being typed: keys in, edited text out. One line or several.
 *
 * It moves and deletes by graphemes, so that an emoji made of many code points or a letter with its accents is one step.
 * Pure; knows nothing of screens. `EDITOR_KEYS` is both what the keys do and what the help says of them.
 *
 * @module
 */

import { HistorySearch, type Snapshot } from "./line_editor/search.ts";
import { graphemeSegments } from "./text.ts";

/** Made when it is first asked for, because it brings dictionaries. */
let wordSegmenter: Intl.Segmenter | undefined;

const MAX_UNDO = 200;
const MAX_HISTORY = 500;
const MAX_KILLS = 30;
/** A text longer than this takes no more; no server takes as much in one piece. */
const MAX_TEXT = 64 * 1024;

/**
 * A text that is being edited.
 *
 * @example
 * ```ts
 * import { LineEditor } from "./line_editor.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const editor = new LineEditor();
 * editor.insert("hi 👨‍👩‍👧");
 * editor.press("Backspace");
 * assertEquals(editor.text, "hi ");
 * ```
 */
export class LineEditor {
  #text = "";
  #cursor = 0;
  #undo: Snapshot[] = [];
  /** What the last change was, so that letters typed in a row are undone together. */
  #lastChange = "";
  readonly #history: string[] = [];
  #historyAt = 0;
  /** What was being typed when history was entered. */
  #unsent = "";
  #kills: string[] = [];
  #killAt = 0;
  #yanked = 0;
  #search: HistorySearch | undefined;

  get text(): string {
    return this.#text;
  }
  /** Where the cursor stands, in UTF-16 units; always between graphemes. */
  get cursor(): number {
    return this.#cursor;
  }
  get history(): readonly string[] {
    return this.#history;
  }

  /** What is looked for in what was sent, while {@linkcode searchOlder} goes on. */
  get search(): { readonly query: string; readonly found: boolean } | undefined {
    return this.#search;
  }

  /** Handles a key. Returns whether it meant anything here. */
  press(key: string): boolean {
    if (this.#search !== undefined && this.#pressSearching(this.#search, key)) return true;
    const action = ACTIONS.get(key);
    if (action === undefined) return false;
    if (key !== "M-y") this.#yanked = 0;
    action(this);
    return true;
  }

  /** Puts text where the cursor stands. Returns whether there was room for it. */
  insert(text: string): boolean {
    const safe = text.replace(/\r\n?/g, "\n").replaceAll("\0", "");
    if (this.#search !== undefined) {
      this.#search.extend(safe.replaceAll("\n", " "));
      this.#show(this.#search.shown);
      return true;
    }
    if (this.#text.length + safe.length > MAX_TEXT) return false;
    this.#remember(/^\S$/u.test(safe) ? "type" : "insert");
    this.#yanked = 0;
    this.#put(this.#cursor, this.#cursor, safe);
    return true;
  }

  /** Puts text in place of a part; the cursor stands behind it. */
  replace(from: number, to: number, text: string): void {
    this.#remember("replace");
    this.#put(from, to, text);
  }

  /** Sets the whole text, with the cursor at its end. */
  set(text: string): void {
    this.#remember("set");
    this.#text = text;
    this.#cursor = text.length;
  }

  /** Takes the text to be sent: it goes into history and the line is empty. */
  submit(): string {
    const text = this.#text;
    this.addHistory(text);
    this.clear();
    return text;
  }

  /** Looks through what was sent for what is typed from now on; again, further back. */
  searchOlder(): void {
    if (this.#history.length === 0) return;
    if (this.#search === undefined) this.#search = new HistorySearch(this.#history, this.#snapshot);
    else this.#search.step(-1);
    this.#show(this.#search.shown);
  }

  #pressSearching(search: HistorySearch, key: string): boolean {
    switch (key) {
      case "C-r":
        search.step(-1);
        break;
      case "C-s":
        search.step(1);
        break;
      case "Backspace":
        search.shorten();
        break;
      case "Escape":
      case "C-g":
      case "C-c":
        this.#search = undefined;
        this.#show(search.before);
        return true;
      default:
        this.#endSearch(search);
        if (key === "Enter") this.move(this.#text.length);
        return key === "Enter";
    }
    this.#show(search.shown);
    return true;
  }

  /** What was found stays as the text. */
  #endSearch({ before, at }: HistorySearch): void {
    this.#search = undefined;
    this.#remember("search", before);
    if (at >= this.#history.length) return;
    this.#unsent = before.text;
    this.#historyAt = at;
  }

  get #snapshot(): Snapshot {
    return { text: this.#text, cursor: this.#cursor };
  }

  #show({ text, cursor }: Snapshot): void {
    this.#text = text;
    this.#cursor = cursor;
  }

  /** Empties the line and forgets how it came to be. */
  clear(): void {
    this.#search = undefined;
    this.#text = this.#unsent = "";
    this.#cursor = 0;
    this.#undo = [];
    this.#lastChange = "";
    this.#historyAt = this.#history.length;
  }

  /** Adds a text to those that Up brings back. */
  addHistory(text: string): void {
    if (text.trim() !== "" && text !== this.#history.at(-1)) this.#history.push(text);
    if (this.#history.length > MAX_HISTORY) this.#history.shift();
    this.#historyAt = this.#history.length;
  }

  /** Moves by graphemes; `from` is where to start. */
  grapheme(direction: -1 | 1, from = this.#cursor): number {
    if (direction > 0) {
      const next = graphemeSegments(this.#text.slice(from))[Symbol.iterator]().next();
      return next.done ? from : from + next.value.segment.length;
    }
    const start = this.#text.lastIndexOf("\n", from - 2) + 1;
    if (from === start) return Math.max(from - 1, 0);
    const last = [...graphemeSegments(this.#text.slice(start, from))].at(-1);
    return last === undefined ? from : start + last.index;
  }

  /** The beginning of this word or the one before, or the end of this one or the next. Knows words of Chinese and Japanese. */
  word(direction: -1 | 1): number {
    wordSegmenter ??= new Intl.Segmenter(undefined, { granularity: "word" });
    const words = [...wordSegmenter.segment(this.#text)].filter((part) => part.isWordLike);
    if (direction < 0) return words.findLast((part) => part.index < this.#cursor)?.index ?? 0;
    const next = words.find((part) => part.index + part.segment.length > this.#cursor);
    return next === undefined ? this.#text.length : next.index + next.segment.length;
  }

  /** Beginning and end of the line, of several, that the cursor is in. */
  get line(): { start: number; end: number } {
    const end = this.#text.indexOf("\n", this.#cursor);
    return {
      start: this.#text.lastIndexOf("\n", this.#cursor - 1) + 1,
      end: end < 0 ? this.#text.length : end,
    };
  }

  move(to: number): void {
    this.#cursor = Math.max(0, Math.min(to, this.#text.length));
    this.#lastChange = "";
  }

  delete(from: number, to: number, kind = "delete"): void {
    if (from >= to) return;
    this.#remember(kind);
    this.#put(from, to, "");
  }

  /** Deletes a part that {@linkcode yank} can bring back. */
  kill(from: number, to: number): void {
    if (from >= to) return;
    this.#kills.push(this.#text.slice(from, to));
    if (this.#kills.length > MAX_KILLS) this.#kills.shift();
    this.#killAt = this.#kills.length - 1;
    this.delete(from, to, "kill");
  }

  /** Brings back what was killed last, or, again, what was killed before that. */
  yank(again: boolean): void {
    if (again && this.#yanked === 0) return;
    const from = this.#cursor - this.#yanked;
    if (again) this.#killAt = (this.#killAt + this.#kills.length - 1) % this.#kills.length;
    const text = this.#kills[this.#killAt];
    if (text === undefined) return;
    this.#remember("yank");
    this.#put(from, this.#cursor, text);
    this.#yanked = text.length;
  }

  undo(): void {
    const before = this.#undo.pop();
    if (before === undefined) return;
    this.#show(before);
    this.#lastChange = "";
  }

  /** Moves a line up or down; past the first and the last, through what was sent before. */
  vertical(direction: -1 | 1): void {
    const { start, end } = this.line;
    const column = [...graphemeSegments(this.#text.slice(start, this.#cursor))].length;
    if (direction < 0 ? start === 0 : end === this.#text.length) return this.#recall(direction);
    const other = direction < 0 ? this.#text.lastIndexOf("\n", start - 2) + 1 : end + 1;
    const otherEnd = direction < 0 ? start - 1 : this.#text.indexOf("\n", other);
    const cells = [...graphemeSegments(this.#text.slice(other, otherEnd < 0 ? undefined : otherEnd))];
    this.move(other + (cells[column]?.index ?? cells.reduce((length, { segment }) => length + segment.length, 0)));
  }

  /** Exchanges the graphemes before and after the cursor. */
  transpose(): void {
    const at = this.#cursor === this.#text.length ? this.grapheme(-1) : this.#cursor;
    const [from, to] = [this.grapheme(-1, at), this.grapheme(1, at)];
    if (from >= at || at >= to) return;
    this.replace(from, to, this.#text.slice(at, to) + this.#text.slice(from, at));
  }

  #recall(direction: -1 | 1): void {
    const to = this.#historyAt + direction;
    if (to < 0 || to > this.#history.length) return;
    if (this.#historyAt === this.#history.length) this.#unsent = this.#text;
    this.#historyAt = to;
    this.#text = this.#history[to] ?? this.#unsent;
    this.#cursor = this.#text.length;
    this.#undo = [];
    this.#lastChange = "";
  }

  #remember(change: string, before: Snapshot = this.#snapshot): void {
    if (change === "type" && this.#lastChange === "type") return;
    if (change === "back" && this.#lastChange === "back") return;
    this.#lastChange = change;
    this.#undo.push(before);
    if (this.#undo.length > MAX_UNDO) this.#undo.shift();
  }

  #put(from: number, to: number, text: string): void {
    this.#text = this.#text.slice(0, from) + text + this.#text.slice(to);
    this.#cursor = from + text.length;
  }
}

/** A key, or several that do the same, and what it does. */
export interface EditorKey {
  readonly keys: readonly string[];
  readonly help: string;
  readonly run: (editor: LineEditor) => void;
}

/** The beginning of the word before the cursor, where only spaces divide words. */
function startOfBlankWord({ text, cursor }: LineEditor): number {
  return cursor - (/\S*\s*$/.exec(text.slice(0, cursor))?.[0].length ?? 0);
}

function changeCase(editor: LineEditor, change: (word: string) => string): void {
  const end = editor.word(1);
  editor.replace(editor.cursor, end, change(editor.text.slice(editor.cursor, end)));
}

/** What keys do to the text. */
export const EDITOR_KEYS: readonly EditorKey[] = [
  { keys: ["M-Enter", "C-j", "S-Enter"], help: "new line", run: (e) => e.insert("\n") },
  { keys: ["Left", "C-b"], help: "left", run: (e) => e.move(e.grapheme(-1)) },
  { keys: ["Right", "C-f"], help: "right", run: (e) => e.move(e.grapheme(1)) },
  { keys: ["M-b", "C-Left"], help: "a word left", run: (e) => e.move(e.word(-1)) },
  { keys: ["M-f", "C-Right"], help: "a word right", run: (e) => e.move(e.word(1)) },
  { keys: ["Home", "C-a"], help: "beginning of the line", run: (e) => e.move(e.line.start) },
  { keys: ["End", "C-e"], help: "end of the line", run: (e) => e.move(e.line.end) },
  { keys: ["Up"], help: "line above, or what you sent before", run: (e) => e.vertical(-1) },
  { keys: ["Down"], help: "line below, or back to what you were typing", run: (e) => e.vertical(1) },
  {
    keys: ["C-r"],
    help: "search what you sent: again older, Ctrl-S newer, Enter takes, Esc leaves",
    run: (e) => e.searchOlder(),
  },
  { keys: ["Backspace"], help: "delete to the left", run: (e) => e.delete(e.grapheme(-1), e.cursor, "back") },
  { keys: ["Delete", "C-d"], help: "delete to the right", run: (e) => e.delete(e.cursor, e.grapheme(1)) },
  { keys: ["C-w"], help: "cut back to the last space", run: (e) => e.kill(startOfBlankWord(e), e.cursor) },
  { keys: ["M-Backspace"], help: "cut the word to the left", run: (e) => e.kill(e.word(-1), e.cursor) },
  { keys: ["M-d", "C-Delete"], help: "cut the word to the right", run: (e) => e.kill(e.cursor, e.word(1)) },
  {
    keys: ["C-k"],
    help: "cut to the end of the line",
    run: (e) => e.kill(e.cursor, e.cursor === e.line.end ? e.grapheme(1) : e.line.end),
  },
  { keys: ["C-u"], help: "cut to the beginning of the line", run: (e) => e.kill(e.line.start, e.cursor) },
  { keys: ["C-y"], help: "paste what was cut", run: (e) => e.yank(false) },
  { keys: ["M-y"], help: "instead, what was cut before that", run: (e) => e.yank(true) },
  { keys: ["C-_"], help: "undo", run: (e) => e.undo() },
  { keys: ["C-t"], help: "swap two characters", run: (e) => e.transpose() },
  { keys: ["M-u"], help: "UPPER case", run: (e) => changeCase(e, (word) => word.toUpperCase()) },
  { keys: ["M-l"], help: "lower case", run: (e) => changeCase(e, (word) => word.toLowerCase()) },
  {
    keys: ["M-c"],
    help: "Capital letter",
    run: (e) => changeCase(e, (word) => word.toLowerCase().replace(/\p{L}/u, (letter) => letter.toUpperCase())),
  },
];

/** Whether a key means something to the editor. */
export function isEditorKey(key: string): boolean {
  return ACTIONS.has(key);
}

const ACTIONS = new Map(EDITOR_KEYS.flatMap(({ keys, run }) => keys.map((key) => [key, run] as const)));
