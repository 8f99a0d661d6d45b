/**
 * Text into lines, by a stream that can be used again and again.
 *
 * A stream takes 5 KiB and some microseconds to make, so neither has everybody one who is connected, nor is one made for
 * every text that arrives: connections that are heard one after the other take turns with the same.
 *
 * Browser compatible. Knows nothing of messages.
 *
 * @module
 */

import { TextLineStream } from "@std/streams/text-line-stream";

/**
 * Splits texts into lines, one text after the other.
 *
 * @example
 * ```ts
 * import { LineSplitter } from "./line_splitter.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const splitter = new LineSplitter();
 * assertEquals(await Array.fromAsync(splitter.split("one\ntwo\n")), ["one", "two"]);
 * assert(splitter.free);
 * ```
 */
export class LineSplitter {
  readonly #writer: WritableStreamDefaultWriter<string>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  /** Lines that nobody has taken yet. */
  #left = 0;

  constructor() {
    const splitter = new TextLineStream();
    this.#writer = splitter.writable.getWriter();
    this.#reader = splitter.readable.getReader();
  }

  /** Whether all lines were taken, so that the next text may come. */
  get free(): boolean {
    return this.#left === 0;
  }

  /** The lines of a text, every one of which must end with LF. */
  split(text: string): AsyncIterable<string> {
    this.#left = countLines(text);
    void this.#writer.write(text);
    return { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) };
  }

  #next(): Promise<IteratorResult<string>> {
    if (this.#left === 0) return Promise.resolve({ done: true, value: undefined });
    this.#left--;
    return this.#reader.read() as Promise<IteratorResult<string>>;
  }
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
