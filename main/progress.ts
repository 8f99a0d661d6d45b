/**
 * How far long work has come, on stderr: one line that changes on a terminal, a line now and then anywhere else.
 *
 * @module
 */

/** Milliseconds between two changes of the line, and between two lines. */
const CHANGE = 100;
const LINE = 10_000;

/** Where it is shown. */
export interface ProgressStream {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

/** Progress of one piece of work. */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #terminal: boolean;
  #last = performance.now();
  #shown = false;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
    this.#terminal = stream.isTerminal();
  }

  /** Shows how far it has come, if it is time. */
  show(text: () => string): void {
    const now = performance.now();
    if (now - this.#last < (this.#terminal ? CHANGE : LINE)) return;
    this.#last = now;
    this.#shown = true;
    this.#write(this.#terminal ? `\r\x1b[2K${text()}` : `${text()}\n`);
  }

  /** Clears the line. */
  end(): void {
    if (this.#terminal && this.#shown) this.#write("\r\x1b[2K");
  }

  #write(text: string): void {
    this.#stream.writeSync(new TextEncoder().encode(text));
  }
}
