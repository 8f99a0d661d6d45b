/**
 * Lines from and to a pipe.
 *
 * @module
 */

/** Something to read bytes from. */
interface Reader {
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
}

/** Something to write bytes to. */
interface Writer {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
}

/** Longest line that is read; more is cut off, because nobody could say it anyway. */
const MAX_LINE = 1 << 20;

/**
 * Lines of an input without their endings (LF or CRLF); an unfinished last line counts. Ends early when the signal fires,
 * even if the input has not ended.
 */
export async function* readLines(input: Reader, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(16 * 1024);
  const aborted = new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
  let rest = "";
  for (;;) {
    const read = await Promise.race([input.read(buffer), aborted]);
    if (signal.aborted) return;
    rest += decoder.decode(buffer.subarray(0, read ?? 0), { stream: read !== null });
    const lines = rest.split("\n");
    rest = lines.pop()!.slice(0, MAX_LINE);
    for (const line of lines) yield line.replace(/\r$/, "");
    if (read === null) break;
  }
  if (rest !== "") yield rest.replace(/\r$/, "");
}

/** How many bytes may wait before whoever produces them should wait too. */
const ROOM = 1 << 20;

/** Lines to an output, in order, without waiting for a reader that stalls. A reader that has gone takes nothing more. */
export class LineWriter {
  readonly #output: Writer;
  #waiting = "";
  #writing: Promise<void> | undefined;
  #gone = false;
  readonly #onGone: (error: unknown) => void;

  /** @param onGone Called when nothing can be written any more: nobody reads it, or there is no room for it. */
  constructor(output: Writer, onGone: (error: unknown) => void = () => {}) {
    this.#output = output;
    this.#onGone = onGone;
  }

  /** Whether there is room for more. */
  get roomy(): boolean {
    return this.#waiting.length < ROOM;
  }

  /** Writes a line. */
  print(line: string): void {
    this.write(`${line}\n`);
  }

  /** Writes text as it is. */
  write(text: string): void {
    if (this.#gone) return;
    this.#waiting += text;
    this.#writing ??= this.#write();
  }

  /** Resolves when everything is written. */
  async drained(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      // What is written in the same turn goes out as one piece.
      await null;
      while (this.#waiting !== "") {
        let bytes = new TextEncoder().encode(this.#waiting);
        this.#waiting = "";
        while (bytes.length > 0) bytes = bytes.subarray(await this.#output.write(bytes));
      }
    } catch (error) {
      this.#gone = true;
      this.#waiting = "";
      this.#onGone(error);
    } finally {
      this.#writing = undefined;
    }
  }
}
