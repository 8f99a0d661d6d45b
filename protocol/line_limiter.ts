/**
 * The limiter in front of `TextLineStream`: bytes in, the text of whole lines out, however the bytes were cut.
 *
 * `TextLineStream` has no bound of its own and hands over an unfinished last line as if it were complete; behind this
 * limiter it never sees one. Browser compatible. Knows nothing of messages.
 *
 * @module
 */

const LF = 0x0a;
const CR = 0x0d;
const IAC = 0xff;

/** A lone surrogate, which no UTF-8 decodes to: it marks a line that was not UTF-8, and nobody can forge it. */
const NOT_UTF8 = "\ud800";

/**
 * Whole lines of text from pieces of bytes.
 *
 * - A line ends with CR, LF or CRLF; in the text that comes out it ends with LF or CRLF.
 * - Of a line longer than `maxLine` bytes the first `maxLine + 1` come out, so that it is seen to be too long; the rest is
 *   passed over without being kept.
 * - A line that is not UTF-8 comes out with a lone surrogate at its end. Telnet's negotiation, which is never UTF-8, is
 *   taken out before.
 * - What is not ended when the bytes end never comes out.
 *
 * @example
 * ```ts
 * import { LineLimiter } from "./line_limiter.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const limiter = new LineLimiter(512);
 * const bytes = new TextEncoder().encode("NICK 小明\r\nUSER");
 * assertEquals(limiter.push(bytes.subarray(0, 7)), "");
 * assertEquals(limiter.push(bytes.subarray(7)), "NICK 小明\r\n");
 * ```
 */
export class LineLimiter {
  readonly #maxLine: number;
  readonly #maxUnended: number;
  /** The beginning of a line whose end has not come, at most `maxLine + 1` bytes. */
  #held: Uint8Array<ArrayBuffer> | undefined;
  #lastWasCr = false;
  /** Bytes of the line whose end has not come, with those that were passed over. */
  #unended = 0;
  #overrun = false;

  /**
   * @param maxLine Most bytes of a line that is handed on whole.
   * @param maxUnended Most bytes of a line at all, see {@linkcode LineLimiter.overrun}.
   */
  constructor(maxLine: number, maxUnended = Infinity) {
    this.#maxLine = maxLine;
    this.#maxUnended = maxUnended;
  }

  /** Whether more bytes without a line ending have come than anybody sends who means a line. */
  get overrun(): boolean {
    return this.#overrun;
  }

  /** Bytes that are held until their line ends. */
  get held(): number {
    return this.#held?.length ?? 0;
  }

  /** Takes the next bytes, which may be overwritten afterwards, and gives the lines that they complete, each with LF or CR LF. */
  push(chunk: Uint8Array<ArrayBuffer>): string {
    // The LF of a CRLF whose CR ended the piece before.
    if (this.#lastWasCr && chunk[0] === LF) {
      chunk = chunk.subarray(1);
      this.#lastWasCr = false;
    }
    if (chunk.length === 0) return "";
    this.#lastWasCr = chunk[chunk.length - 1] === CR;
    const end = Math.max(chunk.lastIndexOf(LF), chunk.lastIndexOf(CR)) + 1;
    this.#count(chunk, end);
    if (end === 0) {
      this.#hold(chunk);
      return "";
    }
    let lines = chunk.subarray(0, end);
    if (this.#held !== undefined) lines = concat(this.#held, lines);
    this.#held = undefined;
    if (end < chunk.length) this.#hold(chunk.subarray(end));
    return this.#decode(lines);
  }

  /** Counts the line that goes on into a piece, and the one that goes on behind it; those within it are shorter than it. */
  #count(chunk: Uint8Array, end: number): void {
    if (this.#unended + chunk.length > this.#maxUnended) {
      const first = end === 0 ? chunk.length : endOfLine(chunk, 0);
      if (this.#unended + first > this.#maxUnended || chunk.length - end > this.#maxUnended) this.#overrun = true;
    }
    this.#unended = end === 0 ? this.#unended + chunk.length : chunk.length - end;
  }

  #hold(bytes: Uint8Array<ArrayBuffer>): void {
    const room = this.#maxLine + 1 - this.held;
    if (room <= 0) return;
    const part = bytes.subarray(0, room);
    this.#held = this.#held === undefined ? part.slice() : concat(this.#held, part);
  }

  #decode(lines: Uint8Array<ArrayBuffer>): string {
    // Only what is longer than one line can hold a line that is too long.
    if (lines.length - 1 > this.#maxLine) return this.#decodeEach(lines);
    try {
      return withoutLoneCr(STRICT.decode(lines));
    } catch {
      return this.#decodeEach(lines);
    }
  }

  #decodeEach(lines: Uint8Array<ArrayBuffer>): string {
    let text = "";
    for (let from = 0; from < lines.length;) {
      const end = endOfLine(lines, from);
      text += decodeLine(lines.subarray(from, Math.min(end, from + this.#maxLine + 1))) + "\n";
      from = end + (lines[end] === CR && lines[end + 1] === LF ? 2 : 1);
    }
    return text;
  }
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });

function decodeLine(line: Uint8Array<ArrayBuffer>): string {
  try {
    return STRICT.decode(line);
  } catch {
    // Telnet or broken text: below.
  }
  const plain = line.includes(IAC) ? withoutTelnet(line) : line;
  try {
    return STRICT.decode(plain);
  } catch {
    return LENIENT.decode(plain) + NOT_UTF8;
  }
}

/** What splits lines takes CR LF as it is, and nearly everybody sends that. */
function withoutLoneCr(text: string): string {
  return LONE_CR.test(text) ? text.replace(/\r\n?/g, "\n") : text;
}

const LONE_CR = /\r(?!\n)/;

function endOfLine(bytes: Uint8Array, from: number): number {
  while (bytes[from] !== LF && bytes[from] !== CR) from++;
  return from;
}

function concat(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

// Commands of telnet: https://datatracker.ietf.org/doc/html/rfc854#page-14
const SB = 250;
const SE = 240;
const WILL = 251;

/** Takes out `IAC command`, `IAC WILL/WONT/DO/DONT option` and `IAC SB ... IAC SE`. */
function withoutTelnet(line: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const kept: number[] = [];
  for (let i = 0; i < line.length; i++) {
    if (line[i] !== IAC) kept.push(line[i]!);
    else if (line[i + 1] === SB) i = endOfNegotiation(line, i);
    else i += line[i + 1]! >= WILL && line[i + 1] !== IAC ? 2 : 1;
  }
  return new Uint8Array(kept);
}

function endOfNegotiation(line: Uint8Array, from: number): number {
  for (let i = from + 2; i < line.length; i++) {
    if (line[i] === IAC && line[i + 1] === SE) return i + 1;
  }
  return line.length;
}
