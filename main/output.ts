/**
 * Lines for the person at the terminal, written without ever holding up the program: a terminal that is stopped with
 * Ctrl-S, or a full pipe, would otherwise stop the whole chat.
 *
 * @module
 */

/** Lines that wait for a reader that has stopped; past it they are counted and passed over. */
const MAX_WAITING = 1000;

/** Writes lines in order, in the background. */
export class Output {
  readonly #stream: { write(bytes: Uint8Array<ArrayBuffer>): Promise<number> };
  #waiting: string[] = [];
  #lost = 0;
  #writing: Promise<void> | undefined;

  constructor(stream: { write(bytes: Uint8Array<ArrayBuffer>): Promise<number> }) {
    this.#stream = stream;
  }

  /** Writes a line, some time. */
  print(line: string): void {
    if (this.#waiting.length >= MAX_WAITING) this.#lost++;
    else this.#waiting.push(line);
    this.#writing ??= this.#write();
  }

  /** Resolves when everything is written, or cannot be. */
  async drained(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const lines = this.#waiting;
        this.#waiting = this.#lost > 0 ? [`(${this.#lost} lines were lost here)`] : [];
        this.#lost = 0;
        await this.#writeAll(new TextEncoder().encode(lines.join("\n") + "\n"));
      }
    } catch {
      // Nobody reads any more.
      this.#waiting = [];
    }
    this.#writing = undefined;
  }

  async #writeAll(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#stream.write(bytes.subarray(at));
  }
}
