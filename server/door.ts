/**
 * A door: a listener, and the loop that takes what comes to it and outlives whatever goes wrong on the way.
 *
 * @module
 */

/** How long accepting pauses when the system has no socket to give, in milliseconds. */
const BREATH = 100;

/** How long nothing more is said of it, in milliseconds: whoever uses up all sockets shall not fill the log too. */
const QUIET = 60_000;

/** Says that nobody can be taken; once in a while, however often it happens. */
export class Complaint {
  readonly #log: (line: string) => void;
  readonly #now: () => number;
  #said = -Infinity;

  /** @param now Milliseconds of a clock that is never set. */
  constructor(log: (line: string) => void, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  make(error: unknown): void {
    const now = this.#now();
    if (now - this.#said < QUIET) return;
    this.#said = now;
    this.#log(`error: cannot take connections: ${error instanceof Error ? error.message : error}`);
  }
}

/** What listens. `Deno.TcpListener` and `Deno.TlsListener` are some. */
export interface Listener<C> {
  readonly addr: Deno.Addr;
  accept(): Promise<C>;
  close(): void;
}

/** A listener and the loop that takes what comes to it. */
export class Door<C extends Deno.Conn> {
  readonly #listener: Listener<C>;
  readonly #accepting: Promise<void>;

  constructor(listener: Listener<C>, admit: (conn: C) => void, log: (line: string) => void) {
    this.#listener = listener;
    this.#accepting = accept(listener, admit, log);
  }

  /** Where it listens. */
  get addr(): Deno.Addr {
    return this.#listener.addr;
  }

  /** Takes nobody any more. Afterwards another may listen there. */
  async close(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
  }
}

async function accept<C extends Deno.Conn>(
  listener: Listener<C>,
  admit: (conn: C) => void,
  log: (line: string) => void,
): Promise<void> {
  const complaint = new Complaint(log);
  for (;;) {
    try {
      admit(await listener.accept());
    } catch (error) {
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return;
      if (hasLeft(error)) continue;
      complaint.make(error);
      await new Promise((resolve) => setTimeout(resolve, BREATH));
    }
  }
}

/** Whether somebody hung up before they were taken: no reason to make those behind them wait. */
function hasLeft(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.ConnectionReset;
}
