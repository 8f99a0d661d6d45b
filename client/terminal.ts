/**
 * The terminal: raw mode, keys, drawing, size. Only this file touches it, and it leaves it as it was found whatever happens.
 *
 * @module
 */

import { toBase64 } from "./session/scram.ts";
import { KeyDecoder, type KeyEvent } from "./keys.ts";
import { ENTER, LEAVE, Painter } from "./painter.ts";
import type { Screen } from "./view.ts";

/** A terminal to read keys from. `Deno.stdin` is one. */
export interface TerminalInput {
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  setRaw(on: boolean): void;
}

/** A terminal to draw on. `Deno.stdout` is one. */
export interface TerminalOutput {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  writeSync(bytes: Uint8Array<ArrayBuffer>): number;
}

/** What the terminal asks of who draws on it. */
export interface Drawing {
  readonly draw: (columns: number, rows: number) => Screen;
  readonly key: (event: KeyEvent) => void;
  readonly title: () => string;
  /** The terminal is gone, or no more keys will come. */
  readonly gone: () => void;
}

/** How long an Escape waits for what may follow it, in milliseconds: longer than bytes of one key are ever apart. */
const ESCAPE_WAIT = 40;
/** How long an arrow waits for others, in milliseconds: shorter than keys repeat, longer than the wheel takes to send them. */
const WHEEL_WAIT = 8;
/** At least so long lies between two frames, in milliseconds: where a person did something, and where others did. */
const FRAME = 16;
const FRAME_OF_OTHERS = 50;

const ENCODER = new TextEncoder();

/** A terminal that is drawn on as a whole. */
export class Terminal {
  readonly #input: TerminalInput;
  readonly #output: TerminalOutput;
  readonly #drawing: Drawing;
  readonly #painter = new Painter();
  readonly #decoder = new KeyDecoder();
  #inside = false;
  #closed = false;
  /** What goes out with the next frame: bell, notifications. */
  #extra = "";
  #title = "";
  /** The next frame, and when it is due. */
  #next: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;
  /** Whether a key waits to be answered. */
  #pressed = false;
  #writing = false;
  /** Whether something was to be drawn while a frame was being written. */
  #stale = false;
  /** Whether the window has had another size since the last frame. */
  #resized = false;
  #lastFrame = -Infinity;
  #escape: ReturnType<typeof setTimeout> | undefined;
  readonly #undo: (() => void)[] = [];

  constructor(input: TerminalInput, output: TerminalOutput, drawing: Drawing) {
    this.#input = input;
    this.#output = output;
    this.#drawing = drawing;
  }

  /** Takes the terminal over. */
  open(): void {
    this.#on("SIGWINCH", () => {
      this.#resized = true;
      this.repaint();
    });
    this.#on("SIGCONT", () => this.#resume());
    this.#on("SIGTSTP", () => void this.suspend());
    for (const event of ["error", "unhandledrejection", "unload"]) {
      const restore = () => this.#leave();
      globalThis.addEventListener(event, restore);
      this.#undo.push(() => globalThis.removeEventListener(event, restore));
    }
    this.#enter();
    void this.#readKeys();
    this.redraw();
  }

  /** Gives the terminal back as it was found. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#escape);
    clearTimeout(this.#next);
    this.#leave();
    for (const undo of this.#undo.splice(0)) undo();
  }

  /** Something changed: draws soon, once for all that changes until then. */
  redraw(): void {
    const due = this.#lastFrame + (this.#pressed ? FRAME : FRAME_OF_OTHERS);
    if (this.#closed || this.#due <= due) return;
    this.#due = due;
    clearTimeout(this.#next);
    this.#next = setTimeout(() => {
      this.#due = Infinity;
      this.#draw();
    }, Math.max(0, due - performance.now()));
  }

  /** Draws everything anew. */
  repaint(): void {
    this.#painter.forget();
    this.redraw();
  }

  bell(): void {
    this.#say("\x07");
  }

  /** A notification of the desktop, in the two ways that terminals know. The text holds no control characters. */
  notify(title: string, text: string): void {
    const plain = (words: string) => words.replaceAll(";", ",");
    this.#say(`\x1b]9;${plain(title)}: ${plain(text)}\x1b\\\x1b]777;notify;${plain(title)};${plain(text)}\x1b\\`);
  }

  /** Puts a text on the clipboard, where the terminal can. */
  copy(text: string): void {
    this.#say(`\x1b]52;c;${toBase64(ENCODER.encode(text.slice(0, 50_000)))}\x1b\\`);
  }

  /** Gives the terminal to the shell until the person comes back. Returns whether we may. */
  suspend(): boolean {
    this.#leave();
    try {
      Deno.kill(Deno.pid, "SIGSTOP");
      return true;
    } catch {
      // Without the permission to stop ourselves the shell would never be seen, so we stay.
      this.#resume();
      return false;
    }
  }

  get size(): { columns: number; rows: number } {
    try {
      return Deno.consoleSize();
    } catch {
      return { columns: 80, rows: 24 };
    }
  }

  #resume(): void {
    if (this.#closed) return;
    this.#inside = false;
    this.#enter();
    this.repaint();
  }

  #enter(): void {
    this.#inside = true;
    this.#input.setRaw(true);
    this.#title = "";
    this.#writeNow(ENTER);
    this.#painter.forget();
  }

  #leave(): void {
    if (!this.#inside) return;
    this.#inside = false;
    this.#writeNow(LEAVE);
    try {
      this.#input.setRaw(false);
    } catch {
      // The terminal has gone.
    }
  }

  #say(text: string): void {
    this.#extra += text;
    this.redraw();
  }

  #draw(): void {
    if (this.#closed || !this.#inside) return;
    this.#stale = this.#writing;
    if (this.#stale) return;
    this.#pressed = false;
    this.#lastFrame = performance.now();
    const { columns, rows } = this.size;
    const frame = this.#painter.paint(this.#drawing.draw(columns, rows));
    const title = this.#drawing.title();
    const newTitle = title === this.#title ? "" : `\x1b]2;${title}\x1b\\`;
    this.#title = title;
    const extra = this.#extra;
    this.#extra = "";
    // xterm tells the input method where the cursor is when it has moved, and not when the window around it has: so it
    // goes elsewhere until the next frame.
    const elsewhere = this.#resized ? "\x1b[H" : "";
    this.#stale = this.#resized;
    this.#resized = false;
    // Not awaited by anybody: a terminal that stalls stops the drawing and nothing else.
    void this.#write([newTitle, ...frame, extra + elsewhere]);
  }

  async #write(pieces: readonly string[]): Promise<void> {
    this.#writing = true;
    try {
      for (const piece of pieces) await this.#writePiece(ENCODER.encode(piece));
    } catch {
      this.#drawing.gone();
    }
    this.#writing = false;
    if (this.#stale) this.redraw();
  }

  async #writePiece(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    while (this.#inside && bytes.length > 0) bytes = bytes.subarray(await this.#output.write(bytes));
  }

  #writeNow(text: string): void {
    try {
      for (let bytes = ENCODER.encode(text); bytes.length > 0;) bytes = bytes.subarray(this.#output.writeSync(bytes));
    } catch {
      // The terminal has gone.
    }
  }

  async #readKeys(): Promise<void> {
    const buffer = new Uint8Array(4096);
    // Where it cannot be read, the terminal has gone. What a key does wrong is no fault of the terminal's, and is thrown.
    const next = () => this.#input.read(buffer).catch(() => null);
    for (let read; (read = await next()) !== null && !this.#closed;) {
      clearTimeout(this.#escape);
      this.#tell(this.#decoder.push(buffer.subarray(0, read)));
      const { pending } = this.#decoder;
      if (pending === undefined) continue;
      const wait = pending === "key" ? ESCAPE_WAIT : WHEEL_WAIT;
      this.#escape = setTimeout(() => this.#tell(this.#decoder.flush()), wait);
    }
    if (!this.#closed) this.#drawing.gone();
  }

  #tell(events: readonly KeyEvent[]): void {
    this.#pressed ||= events.length > 0;
    for (const event of events) if (!this.#closed) this.#drawing.key(event);
  }

  #on(signal: Deno.Signal, run: () => void): void {
    try {
      Deno.addSignalListener(signal, run);
      this.#undo.push(() => Deno.removeSignalListener(signal, run));
    } catch {
      // This system has no such signal.
    }
  }
}
