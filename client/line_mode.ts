/**
 * The front end for pipes, scripts and terminals that can only print: lines in, lines out, no escapes.
 *
 * Each line that comes in is one message to the first channel. At the end of input it waits until the server has taken
 * everything. Messages of others go out as text, or with `json` everything goes out as one object a line (docs/json.md).
 * Knows nothing of sockets; what it reads and writes is handed in.
 *
 * @module
 */

import { byteLength } from "../protocol.ts";
import { clock } from "./clock.ts";
import type { Ending, FrontEnd } from "./front_end.ts";
import { jsonEvent } from "./json_event.ts";
import { readJsonInput } from "./json_input.ts";
import { lineSlash } from "./line_slash.ts";
import { sanitize, stripFormatting } from "./sanitize.ts";
import type { ChatMessage, Session, SessionEvent } from "./session.ts";

/** How line mode behaves. */
export interface LineModeOptions {
  readonly session: Session;
  /** Lines to say, without their endings. */
  readonly input: AsyncIterable<string>;
  /** Takes one line for stdout. */
  readonly print: (line: string) => void;
  /** Takes one line for stderr. */
  readonly log: (line: string) => void;
  /** One JSON object a line. */
  readonly json?: boolean;
  /** Prints nothing of others. */
  readonly quiet?: boolean;
  /** Whether a person types: then a line that begins with `/` is a command, and more than messages is printed. */
  readonly person?: boolean;
}

/** Lines in, lines out. */
export class LineMode implements FrontEnd {
  /** Resolves with the exit code. */
  readonly finished: Promise<number>;
  readonly #options: LineModeOptions;
  readonly #finish: (code: number) => void;
  #failed = false;
  #ended = false;
  #inChannel = Promise.withResolvers<void>();
  #isIn = false;
  /** How the connection that stands is secured. */
  #secured: { encrypted: boolean; fingerprint: string | undefined } = { encrypted: false, fingerprint: undefined };
  /** Numbers of the input lines that the server has not taken yet. */
  readonly #lines = new Map<number, number>();

  constructor(options: LineModeOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.finished = promise;
    this.#finish = resolve;
  }

  /** Says every line of the input. Call once. */
  async run(): Promise<void> {
    let number = 0;
    for await (const line of this.#options.input) {
      number++;
      if (line !== "") await this.#say(line, number);
      if (this.#ended) return;
    }
    await this.#settle();
    this.#leave();
  }

  /** Handles what happened. */
  event(event: SessionEvent): void {
    const { session } = this.#options;
    switch (event.type) {
      case "ready":
        void this.#checkJoined();
        break;
      case "join":
        if (event.self && session.same(event.channel, this.#target)) this.#enter();
        break;
      case "nickTaken":
        this.#options.log(`The nick ${event.tried} cannot be had (${event.reason}), so you are ${event.next}.`);
        break;
      case "refused":
        this.#refused(event);
        break;
      case "accepted":
        this.#lines.delete(event.ref);
        break;
      case "loginFailed":
        this.#fail(`Cannot log in: ${event.text}`);
        break;
      case "closing":
        if (!session.registered) this.#fail(`The server refused: ${sanitize(event.text)}`, true);
        break;
      case "kick":
        if (event.self) this.#fail(`${event.by} removed you from ${event.channel}: ${sanitize(event.reason)}`, true);
        break;
    }
    this.#print(event);
  }

  /** A connection stands. */
  connected(encrypted: boolean, note?: string, fingerprint?: string): void {
    this.#secured = { encrypted, fingerprint };
    if (note !== undefined) this.#options.log(note);
  }

  /** The connection has ended. */
  disconnected({ why, pause, unsettled, planned }: Ending): void {
    if (this.#ended) return;
    // Whoever waits to get in still waits.
    if (this.#isIn) this.#inChannel = Promise.withResolvers<void>();
    this.#isIn = false;
    if (unsettled.length > 0) {
      const refs = new Set(unsettled.map(({ ref }) => ref));
      const numbers = [...refs].map((ref) => this.#lines.get(ref)).filter((n) => n !== undefined);
      if (this.#options.json) {
        for (const number of numbers) this.#failLine(number, "was not confirmed by the server.");
      } else this.#fail(`Not confirmed by the server: line ${numbers.join(", ")} of the input.`);
    }
    this.#lines.clear();
    if (planned) this.#options.log(why);
    else if (pause === undefined) this.#fail(why, true);
    else this.#options.log(`${why} Trying again in ${Math.round(pause / 1000)} s.`);
  }

  /** Leaves now, because the person asked for it. */
  stop(): void {
    this.#leave();
  }

  #enter(): void {
    this.#isIn = true;
    this.#inChannel.resolve();
  }

  get #target(): string {
    return this.#options.session.options.channels?.[0]?.split(" ", 1)[0] ?? "";
  }

  async #say(line: string, number: number): Promise<void> {
    const { session, person, json } = this.#options;
    await this.#inChannel.promise;
    await session.outbox.room();
    // The connection may have ended while we waited for room.
    await this.#inChannel.promise;
    if (this.#ended) return;
    if (person && line.startsWith("/")) {
      const hands = { ...this.#options, ...this.#secured, target: this.#target, leave: () => this.#leave() };
      const text = lineSlash(hands, line);
      if (text === undefined) return;
      line = text;
    }
    if (json && line.startsWith("{")) return this.#do(line, number);
    const most = session.outbox.mostBytes(this.#target);
    const bytes = byteLength(line);
    if (bytes <= most) this.#lines.set(session.say(this.#target, line), number);
    else this.#failLine(number, `is too long: ${bytes} bytes, and at most ${most} make one message here.`);
  }

  /** Does what a program asked for by an object. */
  #do(line: string, number: number): void {
    const { session } = this.#options;
    try {
      const input = readJsonInput(line);
      const { target = this.#target } = input;
      if (input.type === "message") this.#lines.set(session.say(target, input.text, input), number);
      else if (!session.react(target, input.to, input.emoji, input.add)) {
        this.#failLine(number, "cannot be done: this server does not pass reactions on.");
      }
    } catch (error) {
      this.#failLine(number, `is not understood. ${error instanceof Error ? error.message : String(error)}.`);
    }
  }

  /** Something is wrong with a line of the input; programs read it as an object too. */
  #failLine(number: number, what: string): void {
    const text = `Line ${number} ${what}`;
    if (this.#options.json && !this.#ended) this.#options.print(JSON.stringify({ type: "error", line: number, text }));
    this.#fail(text);
  }

  async #settle(): Promise<void> {
    await this.#inChannel.promise;
    // When the connection ends first, disconnected() has already told what is missing.
    await this.#options.session.outbox.fence().catch(() => {});
  }

  async #checkJoined(): Promise<void> {
    const { session } = this.#options;
    try {
      await session.outbox.fence();
    } catch {
      return;
    }
    if (!session.channels.has(this.#target)) this.#fail(`Cannot get into ${this.#target}.`, true);
  }

  #refused(event: SessionEvent & { type: "refused" }): void {
    const about = event.target === "" ? "" : `${event.target}: `;
    const which = event.ref === undefined ? "" : this.#whichLine(event.ref);
    const fatal = !this.#options.session.channels.has(this.#target) &&
      this.#options.session.same(event.target, this.#target) && event.ref === undefined;
    this.#fail(sanitize(`${which}${about}${event.text}`), fatal);
  }

  /** Which line was refused. Without echoes a server takes lines silently, so all since the last fence come into question. */
  #whichLine(ref: number): string {
    const numbers = [...this.#lines.values()];
    const line = this.#lines.get(ref);
    if (!this.#options.session.echoes && numbers.length > 1) {
      return `One of the lines ${numbers[0]} to ${numbers.at(-1)} was refused: `;
    }
    this.#lines.delete(ref);
    return line === undefined ? "" : `Line ${line} was refused: `;
  }

  #fail(text: string, fatal = false): void {
    if (this.#ended) return;
    this.#failed = true;
    this.#options.log(text);
    if (fatal) this.#leave();
  }

  #leave(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#inChannel.resolve();
    if (this.#options.session.registered) this.#options.session.quit();
    this.#finish(this.#failed ? 1 : 0);
  }

  #print(event: SessionEvent): void {
    if (this.#options.quiet || this.#ended) return;
    if (this.#options.json) {
      const object = jsonEvent(event, this.#options.session);
      if (object !== undefined) this.#options.print(JSON.stringify(object));
      return;
    }
    const { session, person } = this.#options;
    const line = plainLine(event, session) ?? (person ? newsLine(event, session) : undefined);
    if (line !== undefined) this.#options.print(line);
  }
}

/** What happened as one line of text, or `undefined` for what only programs and screens show. */
export function plainLine(event: SessionEvent, session: Session): string | undefined {
  if (event.type !== "message" || event.self) return undefined;
  const several = session.wantedChannels.size > 1 && session.isChannel(event.target);
  const place = several ? `${sanitize(event.target)} ` : session.isChannel(event.target) ? "" : "(to you) ";
  const head = `[${clock(event.time)}] ${place}`;
  return stripFormatting(event.text).split("\n").map((text) => head + spoken(event, sanitize(text))).join("\n");
}

/** What else a person wants to know. */
function newsLine(event: SessionEvent, session: Session): string | undefined {
  switch (event.type) {
    case "join":
      return `${sanitize(event.nick)} came into ${sanitize(event.channel)}.`;
    case "part":
      return `${sanitize(event.nick)} left ${sanitize(event.channel)}.`;
    case "quit":
      return `${sanitize(event.nick)} left.`;
    case "nick":
      return `${sanitize(event.from)} is now ${sanitize(event.to)}.`;
    case "topic":
      return `Topic of ${sanitize(event.channel)}: ${sanitize(stripFormatting(event.topic))}`;
    case "members": {
      const names = session.channels.get(event.channel)?.members.names() ?? [];
      return event.asked ? `In ${sanitize(event.channel)}: ${sanitize(names.join(" "))}` : undefined;
    }
    case "info":
      return sanitize(stripFormatting(event.text));
    default:
      return undefined;
  }
}

function spoken({ kind, nick }: ChatMessage, text: string): string {
  const name = sanitize(nick);
  if (kind === "action") return `* ${name} ${text}`;
  return kind === "notice" ? `-${name}- ${text}` : `<${name}> ${text}`;
}
