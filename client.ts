/**
 * One seat: dials a server, keeps the connection up, and picks the front end that suits where it runs.
 *
 * Only this file of the client opens sockets. What is said over them is `client/session.ts`; what a person sees is
 * `client/full_screen.ts` on a terminal and `client/line_mode.ts` everywhere else.
 *
 * @module
 */

import { type Address, formatAddress, parseAddress, PLAIN_PORT } from "./client/address.ts";
import type { FrontEnd } from "./client/front_end.ts";
import { LineMode } from "./client/line_mode.ts";
import { LineWriter, readLines } from "./client/streams.ts";
import { Session, type SessionEvent } from "./client/session.ts";
import { Connection, type Wire } from "./protocol/connection.ts";

/** What `chat join` was told. */
export interface JoinOptions {
  /** `host`, `host:port`, `irc://`, `ircs://`. */
  readonly address?: string;
  /** Else `CHAT_NICK`, else the login name. */
  readonly nick?: string;
  /** Channels to be in, the first of which piped lines go to; `#lobby` if none is named anywhere. */
  readonly channels?: readonly string[];
  /** The password that the server asks of everybody. */
  readonly password?: string;
  /** Prints one JSON object a line (docs/json.md). */
  readonly json?: boolean;
  /** Prints nothing of others. */
  readonly quiet?: boolean;
  /** What answers when somebody asks for our version. */
  readonly version?: string;
  /** Where lines or keys come from; stdin unless told. */
  readonly input?: Input;
  /** Where lines or the screen go; stdout unless told. */
  readonly output?: Output;
  /** Takes one line for the person at the terminal, such as an error. */
  readonly log: (line: string) => void;
  /** Connects; for tests and for what is no TCP. */
  readonly dial?: (address: Address) => Promise<Dialled>;
}

/** Something to read bytes from. `Deno.stdin` is one. */
export interface Input {
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  isTerminal?(): boolean;
}

/** Something to write bytes to. `Deno.stdout` is one. */
export interface Output {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  isTerminal?(): boolean;
}

/** A wire to a server, and what is known of it. */
export interface Dialled {
  readonly wire: Wire;
  readonly encrypted: boolean;
}

/** The channel of those who name none. */
const LOBBY = "#lobby";

/** Pauses between tries grow from one second to a minute. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/**
 * Joins a server and stays until the person leaves.
 *
 * @returns The exit code: 0, or 1 where something was refused or the server cannot be reached.
 */
export async function join(options: JoinOptions): Promise<number> {
  let address: Address;
  try {
    address = parseAddress(options.address ?? "");
  } catch (error) {
    options.log(messageOf(error));
    return 1;
  }
  const seat = new Seat(options, address);
  return await seat.run();
}

/** A session on a connection that is made again when it breaks. */
class Seat {
  readonly #options: JoinOptions;
  readonly #address: Address;
  readonly #session: Session;
  readonly #front: FrontEnd;
  readonly #writer: LineWriter;
  #connection: Connection | undefined;
  /** Aborted when the person is done. */
  readonly #over = new AbortController();

  constructor(options: JoinOptions, address: Address) {
    this.#options = options;
    this.#address = address;
    this.#session = new Session({
      nick: options.nick ?? defaultNick(),
      channels: channelsOf(options, address),
      send: (line) => this.#connection?.send(line),
      emit: (event) => this.#emit(event),
      ...(options.password !== undefined && { password: options.password }),
      ...(options.version !== undefined && { version: options.version }),
    });
    this.#writer = new LineWriter(options.output ?? Deno.stdout);
    this.#front = this.#lineMode();
  }

  async run(): Promise<number> {
    let dialled: Dialled;
    try {
      dialled = await this.#dial();
    } catch (error) {
      this.#options.log(`Cannot reach ${formatAddress(this.#address)}: ${whyNot(error)}`);
      return 1;
    }
    const removeSignals = onSignals(["SIGINT", "SIGTERM", "SIGHUP"], () => this.#front.stop());
    try {
      void this.#keepConnected(dialled);
      return await this.#front.finished;
    } finally {
      removeSignals();
      this.#over.abort();
      this.#connection?.close();
      await this.#connection?.closed;
      await this.#writer.drained();
    }
  }

  #lineMode(): LineMode {
    const { json, quiet, log, input = Deno.stdin } = this.#options;
    const front = new LineMode({
      session: this.#session,
      input: readLines(input, this.#over.signal),
      print: (line) => this.#writer.print(line),
      log,
      ...(json !== undefined && { json }),
      ...(quiet !== undefined && { quiet }),
    });
    front.run().catch((error: unknown) => {
      log(`Cannot read the input: ${messageOf(error)}`);
      front.stop();
    });
    return front;
  }

  async #keepConnected(first: Dialled): Promise<void> {
    let dialled: Dialled | undefined = first;
    for (let pause = FIRST_PAUSE; !this.#over.signal.aborted;) {
      let why: string;
      try {
        dialled ??= await this.#dial();
        why = await this.#converse(dialled);
        if (this.#session.registration.greeted) pause = FIRST_PAUSE;
      } catch (error) {
        why = `Cannot reach ${formatAddress(this.#address)}: ${whyNot(error)}.`;
      }
      dialled = undefined;
      if (this.#over.signal.aborted) return;
      this.#front.disconnected(why, pause, this.#session.stop());
      await sleep(pause, this.#over.signal);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  /** Talks over one connection until it ends. Returns why it ended, for a person. */
  async #converse({ wire, encrypted }: Dialled): Promise<string> {
    const connection = new Connection(wire);
    this.#connection = connection;
    this.#closing = "";
    this.#front.connected?.(encrypted);
    this.#session.start();
    for await (const line of connection) {
      this.#session.receive(line);
      if (!this.#writer.roomy) await this.#writer.drained();
    }
    connection.close();
    await connection.closed;
    if (this.#closing !== "") return `The server closed the connection: ${this.#closing}.`;
    return `The connection was lost${connection.failure === undefined ? "" : ` (${connection.failure})`}.`;
  }
  #closing = "";

  #emit(event: SessionEvent): void {
    if (event.type === "closing") this.#closing = event.text;
    this.#front.event(event);
  }

  async #dial(): Promise<Dialled> {
    return await (this.#options.dial ?? dial)(this.#address);
  }
}

/** Connects to a server. The one place where the client opens a socket. */
export async function dial(address: Address): Promise<Dialled> {
  if (address.tls) throw new Error("TLS is not supported yet");
  const wire = await Deno.connect({ hostname: address.host, port: address.port ?? PLAIN_PORT });
  wire.setNoDelay(true);
  return { wire, encrypted: false };
}

function channelsOf(options: JoinOptions, address: Address): string[] {
  const channels = [...address.channels, ...options.channels ?? []];
  return channels.length === 0 ? [LOBBY] : channels.map((name) => /^[#&+!]/.test(name) ? name : `#${name}`);
}

function defaultNick(): string {
  for (const name of ["CHAT_NICK", "USER", "LOGNAME", "USERNAME"]) {
    const value = environment(name)?.replace(/[\s!@,:*?.]/g, "") ?? "";
    if (value !== "") return value;
  }
  return "guest";
}

/** A variable of the environment, where we may read it. */
function environment(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.ConnectionRefused) return "nobody listens there (connection refused)";
  if (error instanceof Deno.errors.TimedOut) return "no answer (timed out)";
  return messageOf(error).replace(/ \(os error \d+\)|^failed to lookup address information: /g, "");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}

function onSignals(signals: readonly Deno.Signal[], run: () => void): () => void {
  for (const signal of signals) Deno.addSignalListener(signal, run);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, run);
  };
}
