/**
 * What waits to be sent, shared by all who are sent the same.
 *
 * A queue never changes: appending gives the next queue. Whoever appends the line that another holder of the same queue
 * has just appended gets the same next queue, so the members of a channel all hold ONE object, and its bytes are made once,
 * when the first of them is flushed. Nothing is kept per channel for that.
 *
 * Browser compatible. Knows nothing of messages or sockets.
 *
 * @module
 */

import { byteLength } from "../protocol.ts";

/** A line with its CR LF. Two lines are the same if they are one object. */
export class Line {
  /** The text with CR LF at its end. */
  readonly text: string;
  #bytes: number | undefined;

  /** @param text The line without its line ending. */
  constructor(text: string) {
    this.text = `${text}\r\n`;
  }

  /** Its length in bytes of UTF-8. */
  get bytes(): number {
    return this.#bytes ??= byteLength(this.text);
  }

  /** Whether nothing but its ending is in it. */
  get isEmpty(): boolean {
    return this.text.length === 2;
  }
}

/** Lines in the order in which they are sent. Immutable to those who hold it. */
export class Queue {
  readonly #text: string;
  readonly #line: Line | undefined;
  /** Counted once somebody asks, because that takes as long as encoding; whatever is appended from then on is added. */
  #bytes: number | undefined;
  #next: Queue | undefined;
  #encoded: Uint8Array<ArrayBuffer> | undefined;

  private constructor(text: string, bytes: number | undefined, line: Line | undefined) {
    this.#text = text;
    this.#bytes = bytes;
    this.#line = line;
  }

  /** A queue to begin from. Those who begin from the same one share what they append. */
  static empty(): Queue {
    return new Queue("", undefined, undefined);
  }

  /** Length in bytes of UTF-8. */
  get bytes(): number {
    return this.#bytes ??= byteLength(this.#text);
  }

  /** Whether it is longer than so many bytes. They are counted only where the number of characters leaves that open. */
  exceeds(bytes: number): boolean {
    return this.#text.length * 3 > bytes && this.bytes > bytes;
  }

  /**
   * This queue and one more line.
   *
   * @example
   * ```ts
   * import { Line, Queue } from "./sendq.ts";
   * import { assertEquals, assertStrictEquals } from "@std/assert";
   *
   * const empty = Queue.empty();
   * const hello = new Line("hello");
   * const ann = empty.append(hello);
   * const ben = empty.append(hello);
   * assertStrictEquals(ann, ben);
   * assertEquals(new TextDecoder().decode(ann.encode()), "hello\r\n");
   * ```
   */
  append(line: Line): Queue {
    const next = this.#next;
    if (next !== undefined && next.#line === line) return next;
    const bytes = this.#bytes === undefined ? undefined : this.#bytes + line.bytes;
    return this.#next = new Queue(this.#text + line.text, bytes, line);
  }

  /** The bytes of the whole queue; the same array for every holder, so nobody may write into it. */
  encode(): Uint8Array<ArrayBuffer> {
    return this.#encoded ??= ENCODER.encode(this.#text);
  }
}

const ENCODER = new TextEncoder();
