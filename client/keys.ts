/**
 * Keys: what a terminal sends, read as the names of keys and the text that was typed or pasted.
 *
 * Bytes may be cut anywhere, within a character and within an escape sequence. Names are such as `C-a`, `M-Up`, `S-Tab`,
 * `Enter`: `C` is Ctrl, `M` is Alt, `S` is Shift. Pure.
 *
 * @module
 */

/** One thing a person did. */
export type KeyEvent =
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "text"; readonly text: string }
  /** Pasted as a whole, with its newlines. */
  | { readonly type: "paste"; readonly text: string }
  /** The wheel of the mouse was turned up, or down, some rows. */
  | { readonly type: "wheel"; readonly rows: number }
  /** The terminal's window was entered or left. */
  | { readonly type: "focus"; readonly focused: boolean };

const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";

/** A paste that never ends is cut here. */
const MAX_PASTE = 1 << 20;

/** Final letters of `ESC [` and `ESC O`. */
const LETTERS: Readonly<Record<string, string>> = {
  A: "Up",
  B: "Down",
  C: "Right",
  D: "Left",
  E: "Begin",
  F: "End",
  H: "Home",
  M: "Enter",
  P: "F1",
  Q: "F2",
  R: "F3",
  S: "F4",
};

/** Numbers of `ESC [ number ~`. Terminals disagree on Home and End; both ways are here. */
const NUMBERS: Readonly<Record<string, string>> = {
  "1": "Home",
  "2": "Insert",
  "3": "Delete",
  "4": "End",
  "5": "PageUp",
  "6": "PageDown",
  "7": "Home",
  "8": "End",
  "11": "F1",
  "12": "F2",
  "13": "F3",
  "14": "F4",
  "15": "F5",
  "17": "F6",
  "18": "F7",
  "19": "F8",
  "20": "F9",
  "21": "F10",
  "23": "F11",
  "24": "F12",
};

/** Codes of keys that are no characters, where a terminal sends codes (`ESC [ code ; modifiers u`). */
const CODES: Readonly<Record<number, string>> = {
  8: "Backspace",
  9: "Tab",
  13: "Enter",
  27: "Escape",
  127: "Backspace",
};

/**
 * Reads keys from bytes.
 *
 * @example
 * ```ts
 * import { KeyDecoder } from "./keys.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const decoder = new KeyDecoder();
 * const bytes = new TextEncoder().encode("小\x1b[1;3A");
 * assertEquals(decoder.push(bytes.subarray(0, 2)), []);
 * assertEquals(decoder.push(bytes.subarray(2)), [{ type: "text", text: "小" }, { type: "key", key: "M-Up" }]);
 * ```
 */
export class KeyDecoder {
  readonly #decoder = new TextDecoder();
  #rest = "";
  /** Arrows that came last, and may be the begin of a turn of the wheel. */
  #arrows: KeyEvent[] = [];

  /** Takes the next bytes. */
  push(bytes: Uint8Array<ArrayBuffer>): KeyEvent[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    return this.#read(false);
  }

  /** What was begun, if anything, that more bytes may complete; if they do not come soon, {@linkcode flush} it. */
  get pending(): "key" | "wheel" | undefined {
    if (this.#rest !== "" && !this.#rest.startsWith(PASTE_START)) return "key";
    return this.#arrows.length > 0 ? "wheel" : undefined;
  }

  /** What was begun will not be completed: an Escape was only an Escape. */
  flush(): KeyEvent[] {
    return this.#read(true);
  }

  #read(all: boolean): KeyEvent[] {
    const events = this.#arrows;
    while (this.#rest !== "") {
      const step = readOne(this.#rest, all);
      if (step === undefined) break;
      this.#rest = this.#rest.slice(step.length);
      if (step.event !== undefined) events.push(step.event);
    }
    this.#arrows = all ? [] : events.splice(arrowsAtEnd(events));
    return joinText(joinWheel(events));
  }
}

/** So many arrows at once come from no finger: terminals turn the wheel into arrows (painter.ts asks them to). */
const WHEEL = 3;

/** Where the arrows at the end begin, as long as they are too few for the wheel: terminals write each by itself. */
function arrowsAtEnd(events: readonly KeyEvent[]): number {
  const from = events.findLastIndex((event) => arrowOf(event) === undefined) + 1;
  return events.length - from < WHEEL ? from : events.length;
}

function arrowOf(event: KeyEvent): "Up" | "Down" | undefined {
  return event.type === "key" && (event.key === "Up" || event.key === "Down") ? event.key : undefined;
}

/** Makes one turn of the wheel out of arrows that arrived together. */
function joinWheel(events: readonly KeyEvent[]): KeyEvent[] {
  const joined: KeyEvent[] = [];
  for (let i = 0; i < events.length;) {
    const event = events[i]!;
    const arrow = arrowOf(event);
    const end = arrow === undefined ? i + 1 : endOfRun(events, i, arrow);
    if (end - i >= WHEEL) joined.push({ type: "wheel", rows: (end - i) * (arrow === "Up" ? 1 : -1) });
    else joined.push(...events.slice(i, end));
    i = end;
  }
  return joined;
}

function endOfRun(events: readonly KeyEvent[], from: number, key: string): number {
  const end = events.findIndex((event, i) => i > from && !(event.type === "key" && event.key === key));
  return end < 0 ? events.length : end;
}

// deno-lint-ignore no-control-regex -- https://ecma-international.org/publications-and-standards/standards/ecma-48/
const SEQUENCE = /^\x1b([[O])([0-9:;<=>?]*)([ -/]*[@-~])?/;

interface Step {
  readonly length: number;
  readonly event?: KeyEvent;
}

/** Reads the first thing of an input; `undefined` if it is not complete. */
function readOne(input: string, all: boolean): Step | undefined {
  if (input.startsWith(PASTE_START)) return readPaste(input);
  if (!input.startsWith("\x1b")) return readPlain(input);
  if (input.length === 1) return all ? key(1, "Escape") : undefined;
  const [, csi, parameters = "", final] = SEQUENCE.exec(input) ?? [];
  if (csi !== undefined) {
    if (final === undefined) return all ? key(input.length, "Escape") : undefined;
    return readSequence(2 + parameters.length + final.length, parameters, final);
  }
  // Alt sends Escape before the key.
  const rest = input.slice(1);
  if (rest.startsWith("\x1b")) {
    const inner = readOne(rest, all);
    if (inner === undefined) return all ? key(1, "Escape") : undefined;
    // Escape pressed twice is twice Escape.
    const altered = inner.event?.type === "key" && inner.event.key !== "Escape" ? inner.event.key : undefined;
    return altered === undefined ? key(1, "Escape") : key(inner.length + 1, withAlt(altered));
  }
  const plain = readPlain(rest);
  if (plain.event?.type === "key") return key(plain.length + 1, withAlt(plain.event.key));
  if (plain.event?.type === "text") return key(plain.length + 1, `M-${plain.event.text}`);
  return { length: plain.length + 1 };
}

function withAlt(name: string): string {
  return name.startsWith("M-") ? name : name.replace(/^(C-)?/, "$1M-").replace(/^C-M-/, "C-M-");
}

function key(length: number, name: string): Step {
  return { length, event: { type: "key", key: name } };
}

// What is pasted may hold an end of its own, so that what stands behind it is taken for typed, and sent. Most terminals take
// it out; where one does not, the last end of what has come is the true one.
function readPaste(input: string): Step | undefined {
  const next = input.indexOf(PASTE_START, PASTE_START.length);
  const end = (next < 0 ? input : input.slice(0, next)).lastIndexOf(PASTE_END);
  if (end < 0 && input.length < MAX_PASTE) return undefined;
  const pasted = input.slice(PASTE_START.length, end < 0 ? undefined : end);
  const text = pasted.replace(/\r\n?/g, "\n");
  return { length: end < 0 ? input.length : end + PASTE_END.length, event: { type: "paste", text } };
}

function readPlain(input: string): Step {
  const character = String.fromCodePoint(input.codePointAt(0)!);
  const code = character.codePointAt(0)!;
  if (code >= 0x20 && code !== 0x7f) {
    if (code >= 0x80 && code < 0xa0) return { length: 1 };
    return { length: character.length, event: { type: "text", text: character } };
  }
  if (code === 0x0d) return key(1, "Enter");
  if (code === 0x09) return key(1, "Tab");
  if (code === 0x7f || code === 0x08) return key(1, "Backspace");
  if (code === 0x00) return key(1, "C-Space");
  return key(1, `C-${String.fromCharCode(code + (code <= 26 ? 0x60 : 0x40)).toLowerCase()}`);
}

function readSequence(length: number, parameters: string, final: string): Step {
  const [first = "", second = ""] = parameters.split(";");
  if (final === "I" || final === "O") return { length, event: { type: "focus", focused: final === "I" } };
  if (final === "Z") return key(length, "S-Tab");
  if (final === "u") return readCode(length, Number(first.split(":")[0]), second);
  if (final === "~" && first === "27") return readCode(length, Number(parameters.split(";")[2]), second);
  const name = final === "~" ? NUMBERS[first] : LETTERS[final];
  return name === undefined ? { length } : key(length, modifiers(second) + name);
}

/** A key as a number, from terminals that were asked for, or always send, unambiguous keys. */
function readCode(length: number, code: number, modifier: string): Step {
  const prefix = modifiers(modifier);
  const special = CODES[code];
  if (special !== undefined) return key(length, prefix + special);
  if (!(code >= 0x20 && code <= 0x10ffff)) return { length };
  const character = String.fromCodePoint(code);
  if (prefix === "" || prefix === "S-") return { length, event: { type: "text", text: character } };
  return key(length, prefix.replace("S-", "") + character);
}

// "1 + sum of 1 (Shift), 2 (Alt), 4 (Ctrl)": https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h3-PC-Style-Function-Keys
function modifiers(parameter: string): string {
  const bits = (Number(parameter.split(":")[0]) || 1) - 1;
  return (bits & 4 ? "C-" : "") + (bits & 2 ? "M-" : "") + (bits & 1 ? "S-" : "");
}

function joinText(events: readonly KeyEvent[]): KeyEvent[] {
  const joined: KeyEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (event.type === "text" && last?.type === "text") {
      joined[joined.length - 1] = { type: "text", text: last.text + event.text };
    } else {
      joined.push(event);
    }
  }
  return joined;
}

/**
 * The name of a key as people know it.
 *
 * @example
 * ```ts
 * import { keyLabel } from "./keys.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(keyLabel("M-a"), "Alt-A");
 * assertEquals(keyLabel("C-M-Left"), "Ctrl-Alt-Left");
 * ```
 */
export function keyLabel(name: string): string {
  const [, prefix = "", rest = ""] = /^((?:[CMS]-)*)(.+)$/s.exec(name) ?? [];
  const words = prefix.replaceAll("C-", "Ctrl-").replaceAll("M-", "Alt-").replaceAll("S-", "Shift-");
  return words + (rest.length === 1 && prefix !== "" ? rest.toUpperCase() : rest);
}
