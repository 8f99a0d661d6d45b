/**
 * One seat: dials a server, keeps the connection up, and picks the front end that suits where it runs.
 *
 * Sockets are opened in `client/dial.ts`. What is said over them is `client/session.ts`; what a person sees is
 * `client/full_screen.ts` on a terminal and `client/line_mode.ts` everywhere else.
 *
 * @module
 */

import { type Address, formatAddress, parseAddress, TLS_PORT } from "./client/address.ts";
import { dial, type Dialled, DistrustError } from "./client/dial.ts";
import { environment, environmentNick, loginName, settingsFolder } from "./client/environment.ts";
import type { FrontEnd } from "./client/front_end.ts";
import { type Effects, FullScreen } from "./client/full_screen.ts";
import { KnownHosts } from "./client/known_hosts.ts";
import { Memory } from "./client/memory.ts";
import { StrictTransport } from "./client/strict_transport.ts";
import { LineMode } from "./client/line_mode.ts";
import { type ServerSettings, SettingsFolder, SettingsInMemory, type SettingsStore } from "./client/settings.ts";
import { type Colors, colorsOf } from "./client/style.ts";
import { Terminal } from "./client/terminal.ts";
import { LineWriter, readLines } from "./client/streams.ts";
import { MAX_SERVER_LINE, Session, type SessionEvent } from "./client/session.ts";
import { drawScreen } from "./client/view.ts";
import { Connection } from "./protocol/connection.ts";

/** What `chat join` was told. */
export interface JoinOptions {
  /** `host`, `host:port`, `irc://`, `ircs://`; the last server if absent. */
  readonly address?: string;
  /** The folder of settings; the user's own unless told. `null` keeps nothing. */
  readonly settings?: string | null;
  /** Else `CHAT_NICK`, else the login name. */
  readonly nick?: string;
  /** Channels to be in, the first of which piped lines go to; `#lobby` if none is named anywhere. */
  readonly channels?: readonly string[];
  /** The password that the server asks of everybody. */
  readonly password?: string;
  /** Forgets the key that was known of the server; the address must name the new one. */
  readonly newKey?: boolean;
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
  /** Waits so many milliseconds before the next try, or until the signal; for tests. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
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

/** The channel of those who name none. */
const LOBBY = "#lobby";

/** After so many milliseconds a person should know what we are waiting for. */
const SLOW = 700;

/** How long a server that is spoken to in plain text may take to ask for TLS, in milliseconds. */
const STS_PATIENCE = 3000;

/** Pauses between tries grow from one second to a minute. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/**
 * Joins a server and stays until the person leaves.
 *
 * @returns The exit code: 0, 1 where something was refused or the server cannot be reached, 2 where the options cannot be.
 */
export async function join(options: JoinOptions): Promise<number> {
  const store = await openSettings(options);
  try {
    return await new Seat(options, whereTo(options, store), store).run();
  } catch (error) {
    options.log(messageOf(error));
    return error instanceof WrongUsage ? 2 : 1;
  }
}

/** What a person cannot have meant. */
class WrongUsage extends Error {
  override readonly name = "WrongUsage";
}

function whereTo({ address, newKey }: JoinOptions, { settings }: SettingsStore): Address {
  const text = address ?? settings.lastServer;
  if (text === undefined) throw new WrongUsage("Say where to: chat join HOST[:PORT]");
  let read: Address;
  try {
    read = parseAddress(text);
  } catch (error) {
    throw new WrongUsage(messageOf(error));
  }
  if (newKey && read.fingerprint === undefined) {
    throw new WrongUsage("--new-key needs the new key in the address: chat join ircs://HOST:PORT#FINGERPRINT");
  }
  return read;
}

async function openSettings({ settings, log }: JoinOptions): Promise<SettingsStore> {
  const folder = settings === undefined ? settingsFolder() : settings;
  // Whoever asked for none misses nothing.
  if (folder === null) return new SettingsInMemory(settings === null ? undefined : "HOME is not set");
  return await SettingsFolder.open(folder, log);
}

/** A wire, perhaps with what a person should know of it. */
type Noted = Dialled & { readonly note?: string };

/** A session on a connection that is made again when it breaks. */
class Seat {
  readonly #options: JoinOptions;
  readonly #address: Address;
  readonly #store: SettingsStore;
  /** The name of the server in the settings. */
  readonly #name: string;
  readonly #known: KnownHosts;
  readonly #strict: StrictTransport;
  /** The port at which the server asked, in plain text, to be spoken to over TLS. */
  #upgrade: number | undefined;
  /** The port that this connection leads to. */
  #port = TLS_PORT;
  /** What the server has asked for on this connection: TLS at a port, for so many seconds. */
  #lasting: { port: number; duration: number } | undefined;
  #keeping: Promise<void> = Promise.resolve();
  readonly #session: Session;
  readonly #writer: LineWriter;
  /** Aborted when nobody reads what we print. */
  readonly #unread = new AbortController();
  readonly #interactive: boolean;
  #front: FrontEnd | undefined;
  #terminal: Terminal | undefined;
  #memory: Memory | undefined;
  #connection: Connection | undefined;
  #closing = "";
  /** Whether the server has ever said anything. */
  #heard = false;
  /** Why we end this connection ourselves, to make a new one. */
  #cut: { why: string; planned: boolean; silent: boolean } | undefined;
  /** Why it ends, where neither the person nor the input has ended it. */
  #failure: string | undefined;
  /** The channel that was named first, now rather than earlier. */
  readonly #start: string | undefined;
  /** Aborted when the person is done. */
  readonly #over = new AbortController();
  /** Aborted to try again at once. */
  #pause = new AbortController();

  constructor(options: JoinOptions, address: Address, store: SettingsStore) {
    this.#options = options;
    this.#address = address;
    this.#store = store;
    const folder = options.settings === undefined ? settingsFolder() : options.settings;
    this.#known = new KnownHosts(folder);
    this.#strict = new StrictTransport(folder);
    this.#interactive = suitsFullScreen(options);
    const { fingerprint: _, ...place } = address;
    this.#name = formatAddress(place);
    const known = store.settings.servers[this.#name];
    this.#session = new Session({
      nick: options.nick ?? environmentNick() ?? known?.nick ?? loginName(),
      channels: channelsOf(options, address, this.#interactive ? known : undefined),
      send: (line) => this.#connection?.send(line),
      emit: (event) => this.#emit(event),
      ...passwordOf(options, address),
      ...(options.version !== undefined && { version: options.version }),
    });
    this.#start = [...address.channels, ...options.channels ?? []][0];
    this.#writer = new LineWriter(options.output ?? Deno.stdout, (error) => {
      // Whoever reads no more has what it wanted.
      if (!(error instanceof Deno.errors.BrokenPipe)) this.#failure ??= `Cannot write the output: ${messageOf(error)}`;
      this.#unread.abort();
    });
  }

  async run(): Promise<number> {
    await this.#knowAccount();
    const { host, port = TLS_PORT } = this.#address;
    if (this.#options.newKey) await this.#known.forget(host, port);
    const dialling = this.#dial();
    // A person sees at once where they are; other input is not read before somebody can hear it.
    if (!this.#interactive && !await this.#reached(dialling)) return 1;
    const cleanUp = this.#interactive ? this.#fullScreen() : this.#lineMode();
    const front = this.#front!;
    const removeSignals = onSignals(["SIGINT", "SIGTERM", "SIGHUP"], () => front.stop());
    let code = 1;
    try {
      void this.#keepConnected(dialling);
      code = await front.finished;
    } finally {
      removeSignals();
      this.#over.abort();
      this.#pause.abort();
      this.#connection?.close();
      await this.#connection?.closed;
      await this.#keepStrict();
      cleanUp();
      for (const line of front.lastWords?.() ?? []) this.#options.log(line);
      await this.#writer.drained();
      if (this.#interactive) await this.#store.save(this.#name);
      if (this.#failure !== undefined) this.#options.log(this.#failure);
    }
    return this.#failure === undefined ? code : 1;
  }

  /** Waits for the first connection. `false`: there is none, and the person knows why. */
  async #reached(dialling: Promise<unknown>): Promise<boolean> {
    const slow = setTimeout(() => this.#options.log(`Connecting to ${formatAddress(this.#address)} ...`), SLOW);
    try {
      await dialling;
      return true;
    } catch (error) {
      this.#options.log(this.#cannotReach(error));
      return false;
    } finally {
      clearTimeout(slow);
    }
  }

  async #knowAccount(): Promise<void> {
    const account = this.#store.settings.servers[this.#name]?.account;
    if (account === undefined) return;
    const password = await this.#store.password(this.#name, account);
    if (password !== undefined) this.#session.credentials = { account, password };
  }

  #lineMode(): () => void {
    const { json, quiet, log, input = Deno.stdin } = this.#options;
    // A program that reads no more has gone, and its input may never end; what it has said is still sent.
    const ended = json ? AbortSignal.any([this.#over.signal, this.#unread.signal]) : this.#over.signal;
    const front = new LineMode({
      session: this.#session,
      input: readLines(input, ended),
      print: (line) => this.#writer.print(line),
      log,
      person: input.isTerminal?.() === true && !json,
      ...(json !== undefined && { json }),
      ...(quiet !== undefined && { quiet }),
    });
    this.#front = front;
    front.run().catch((error: unknown) => {
      log(`Cannot read the input: ${messageOf(error)}`);
      front.stop();
    });
    return () => {};
  }

  #fullScreen(): () => void {
    const front = new FullScreen({
      session: this.#session,
      store: this.#store,
      address: this.#name,
      ...(this.#start !== undefined && { start: this.#start }),
      colors: colorsHere(),
      effects: this.#effects(),
    });
    const terminal = this.#terminal = new Terminal(Deno.stdin, Deno.stdout, {
      draw(columns, rows) {
        front.scrolling.resize(columns, rows);
        const screen = drawScreen(front.state(), columns, rows);
        front.drawn(screen);
        return screen;
      },
      key: (event) => front.key(event),
      title: () => front.title,
      gone: () => front.stop(),
    });
    this.#front = front;
    const ticking = setInterval(() => front.tick(), 1000);
    const memory = this.#memory = new Memory();
    terminal.open();
    return () => {
      clearInterval(ticking);
      memory.close();
      terminal.close();
    };
  }

  /** The terminal comes after the front end that draws on it, which has something to draw from the start. */
  #effects(): Effects {
    return {
      redraw: () => this.#terminal?.redraw(),
      repaint: () => this.#terminal?.repaint(),
      bell: () => this.#terminal?.bell(),
      notify: (title, text) => this.#terminal?.notify(title, text),
      copy: (text) => this.#terminal?.copy(text),
      openLink,
      suspend: () => this.#terminal?.suspend() ?? false,
      reconnect: (why, silent = false) => {
        this.#pause.abort();
        if (this.#connection === undefined) return;
        this.#cut = { why, planned: !silent, silent };
        this.#connection.close("QUIT :reconnecting");
      },
    };
  }

  async #keepConnected(first: Promise<Noted>): Promise<void> {
    let dialling: Promise<Noted> | undefined = first;
    for (let pause = FIRST_PAUSE; !this.#over.signal.aborted;) {
      let ended: { why: string; planned?: boolean; silent?: boolean };
      try {
        const dialled = await (dialling ?? this.#dial());
        dialling = undefined;
        if (this.#over.signal.aborted) return dialled.wire.close();
        ended = await this.#converse(dialled);
        if (!this.#heard && !ended.planned && !this.#over.signal.aborted) return this.#fail(this.#wordless(dialled));
        if (this.#session.registration.greeted) pause = FIRST_PAUSE;
      } catch (error) {
        // A server that was never reached, or is another than before, is not tried again.
        if (dialling !== undefined || error instanceof DistrustError) return this.#fail(this.#cannotReach(error));
        ended = { why: `${this.#cannotReach(error)}.` };
      }
      if (this.#over.signal.aborted) return;
      this.#front?.disconnected({ ...ended, pause, unsettled: this.#session.stop() });
      if (ended.planned) continue;
      this.#pause = new AbortController();
      await (this.#options.pause ?? sleep)(pause, AbortSignal.any([this.#pause.signal, this.#over.signal]));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  /** Talks over one connection until it ends. Returns why it ended, for a person. */
  async #converse(
    { wire, encrypted, fingerprint, port = TLS_PORT, note }: Noted,
  ): Promise<{ why: string; planned?: boolean; silent?: boolean }> {
    const connection = new Connection(wire, { maxLine: MAX_SERVER_LINE });
    this.#connection = connection;
    this.#closing = "";
    this.#front?.connected?.(encrypted, note, fingerprint);
    this.#port = port;
    this.#lasting = undefined;
    this.#session.start(encrypted);
    const patience = setTimeout(() => this.#session.proceed(), STS_PATIENCE);
    for await (const line of connection) {
      this.#heard = true;
      this.#memory?.came(line.length);
      this.#session.receive(line);
      if (!this.#writer.roomy) await this.#writer.drained();
    }
    clearTimeout(patience);
    connection.close();
    await connection.closed;
    if (!this.#over.signal.aborted) await this.#keepStrict();
    const cut = this.#cut;
    this.#connection = this.#cut = undefined;
    if (cut !== undefined) return cut;
    if (this.#closing !== "") return { why: `The server closed the connection: ${this.#closing}.` };
    return { why: `The connection was lost${connection.failure === undefined ? "" : ` (${connection.failure})`}.` };
  }

  /** What the server asked for counts from the end of the connection. */
  #keepStrict(): Promise<void> {
    const [lasting, { host }] = [this.#lasting, this.#address];
    if (lasting === undefined) return this.#keeping;
    return this.#keeping = this.#keeping
      .then(() => this.#strict.keep(host, lasting.port, lasting.duration))
      // A folder that cannot be written is no reason to stop talking.
      .catch(() => {});
  }

  #emit(event: SessionEvent): void {
    if (event.type === "sts") return this.#encrypt(event.port, event.duration);
    if (event.type === "closing") this.#closing = event.text;
    this.#front?.event(event);
  }

  /** The server wants TLS: at once, or from now on. */
  #encrypt(port: number | undefined, duration: number | undefined): void {
    if (port !== undefined) {
      this.#upgrade = port;
      this.#cut = { why: "The server asks for an encrypted connection.", planned: true, silent: false };
      return this.#connection?.close();
    }
    if (duration === undefined) return;
    this.#lasting = { port: this.#port, duration };
    void this.#keepStrict();
  }

  async #dial(): Promise<Noted> {
    const { dial: own } = this.#options;
    if (own !== undefined) {
      const upgrade = this.#upgrade !== undefined && { port: this.#upgrade, tls: true };
      return await own({ ...this.#address, ...upgrade });
    }
    const notes: string[] = [];
    const note = (line: string, brief = line) => notes.push(this.#interactive ? brief : line);
    const more = { known: this.#known, strict: this.#strict, upgrade: this.#upgrade, note };
    const dialled = await dial(this.#address, more);
    return notes.length === 0 ? dialled : { ...dialled, note: notes.join("\n") };
  }

  #cannotReach(error: unknown): string {
    return error instanceof DistrustError ? error.message : `Cannot reach ${this.#name}: ${whyNot(error)}`;
  }

  /** Why a server that was never heard cannot be talked to: most often it waits for TLS at that port. */
  #wordless({ encrypted }: Dialled): string {
    const { host, port, channels } = this.#address;
    const tls = formatAddress({ host, ...(port !== undefined && { port }), tls: true, channels });
    const hint = encrypted ? "" : `; if it speaks TLS there: chat join ${tls}`;
    return this.#cannotReach(new Error(`it ends the connection without a word${hint}`));
  }

  #fail(why: string): void {
    this.#failure = why;
    this.#front?.stop();
  }
}

/** Whether there is a person at a terminal that can do more than print. */
function suitsFullScreen({ input = Deno.stdin, output = Deno.stdout, json, quiet }: JoinOptions): boolean {
  return !json && !quiet && environment("TERM") !== "dumb" && input.isTerminal?.() === true &&
    output.isTerminal?.() === true;
}

/** How many colours the person wants, and the terminal can show. */
function colorsHere(): Colors {
  return (environment("NO_COLOR") ?? "") === "" ? colorsOf(environment("TERM") ?? "", environment("COLORTERM")) : 0;
}

/** Opens a link with what the system has for that. Returns whether we may. */
function openLink(link: string): boolean {
  const command = { darwin: "open", windows: "explorer" }[Deno.build.os as string] ?? "xdg-open";
  try {
    new Deno.Command(command, { args: [link], stdin: "null", stdout: "null", stderr: "null" }).spawn().unref();
    return true;
  } catch {
    // There is no such program, or we may not start it.
    return false;
  }
}

/** Whoever was invited has the invitation instead of the server's password. */
function passwordOf({ password }: JoinOptions, { invite }: Address): { password?: string } {
  if (password !== undefined) return { password };
  return invite === undefined ? {} : { password: `invite:${invite}` };
}

function channelsOf(options: JoinOptions, address: Address, known: ServerSettings | undefined): string[] {
  const named = [...address.channels, ...options.channels ?? []];
  const channels = named.length > 0 ? named : known?.channels ?? [];
  return channels.length === 0 ? [LOBBY] : channels.map((name) => /^[#&+!]/.test(name) ? name : `#${name}`);
}

function whyNot(error: unknown): string {
  const message = messageOf(error).replace(/ \(os error \d+\)|^failed to lookup address information: /g, "");
  // Over TLS it is Node's errors that come.
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof Deno.errors.ConnectionRefused || code === "ECONNREFUSED") {
    return "nobody listens there (connection refused)";
  }
  if (error instanceof Deno.errors.TimedOut || code === "ETIMEDOUT") return "no answer (timed out)";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || message.startsWith("Name or service not known")) {
    return "there is no host of that name";
  }
  if (/alert: HandshakeFailure/.test(message)) return "no TLS could be agreed on there; is it the port for plain text?";
  return /corrupt message|wrong version|InvalidContentType/i.test(message) ? "it does not speak TLS there" : message;
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
