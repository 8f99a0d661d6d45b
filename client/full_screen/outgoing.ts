/**
 * What the person says, on its way: at once, or when there is a connection again; and that they are typing.
 *
 * Nothing is said twice and nothing is lost without a word. What was typed without a connection waits. What was written to
 * one that ended before the server had taken it waits too, until history tells whether it arrived; where there is no
 * history, it is marked, and the person decides.
 *
 * @module
 */

import type { Buffer, Line, NewLine } from "../buffer.ts";
import type { Ending } from "../front_end.ts";
import type { FullScreen } from "../full_screen.ts";
import { stripFormatting } from "../sanitize.ts";
import type { ChatMessage } from "../session.ts";
import type { SayOptions, Unsettled } from "../session/outbox.ts";
import { CLOCKS_DIFFER } from "./catch_up.ts";

/** Something said that waits. */
interface Waiting {
  readonly buffer: Buffer;
  readonly line: Line;
  readonly options: SayOptions;
  /** Whether the server may have it: history will tell. */
  unsure: boolean;
  /** Whether it may still arrive, so that it is not sent again without being asked. */
  readonly late: boolean;
}

/** Most messages that wait for a connection. */
const MAX_WAITING = 100;
/** How long history is waited for, in ticks of a second. */
const PATIENCE = 60;
/** "a typing notification ... SHOULD be sent at most every 3 seconds": https://ircv3.net/specs/client-tags/typing */
const TYPING_PAUSE = 3000;

/** The way out. */
export class Outgoing {
  readonly #screen: FullScreen;
  #waiting: Waiting[] = [];
  /** Ticks since we are in again, while history is waited for. */
  #ticks = 0;
  #lastTyping = 0;

  constructor(screen: FullScreen) {
    this.#screen = screen;
  }

  /** Says something, now or when there is a connection again. */
  say(target: string, said: string, options: SayOptions = {}): void {
    const screen = this.#screen;
    const text = said.replace(/^\n+|\s+$/g, "");
    const buffer = screen.buffer(target);
    buffer.unreadKey = undefined;
    screen.scrolling.toBottom(buffer);
    if (screen.trouble !== "" || this.#of(buffer).length > 0) this.#queue(buffer, text, options);
    else this.#send(buffer, text, options);
    screen.effects.redraw();
  }

  #send(buffer: Buffer, text: string, options: SayOptions): void {
    const { session } = this.#screen;
    const line = { ...this.#lineOf(text, options), ref: session.say(buffer.name, text, options) };
    if (session.echoes) buffer.addPending(line);
    else buffer.append(line);
    this.#lastTyping = 0;
  }

  #lineOf(text: string, { kind = "message", reply }: SayOptions): NewLine {
    const { session, now } = this.#screen;
    return { kind, time: now(), nick: session.nick, text, self: true, ...(reply !== undefined && { reply }) };
  }

  #queue(buffer: Buffer, text: string, options: SayOptions): void {
    if (this.#waiting.length >= MAX_WAITING) {
      return this.#screen.tell(buffer, "error", "Too much waits to be sent already. Up brings back what you wrote.");
    }
    this.#wait(buffer, text, options, {});
    if (this.#screen.trouble !== "") this.#screen.hint = "Sent when the connection is back.";
  }

  #wait(buffer: Buffer, text: string, options: SayOptions, { unsure = false, late = false }): void {
    const line = buffer.addPending(this.#lineOf(text, options), "waiting");
    this.#waiting.push({ buffer, line, options, unsure, late });
  }

  /** Whether history decides what becomes of something that was said here. */
  waitsFor(buffer: Buffer): boolean {
    return this.#of(buffer).some(({ unsure }) => unsure);
  }

  /** Since when, by the server's clock, something may have arrived that was said here; history from then on tells. */
  unsureSince(buffer: Buffer): number {
    const times = this.#of(buffer).filter(({ unsure }) => unsure).map(({ line }) => line.time - CLOCKS_DIFFER);
    return Math.min(...times);
  }

  #of(buffer: Buffer): Waiting[] {
    return this.#waiting.filter((waiting) => waiting.buffer === buffer);
  }

  /** The connection has ended: what was said and not confirmed goes in front of what waits. */
  disconnected({ unsettled, silent = false }: Ending): void {
    const later = this.#waiting;
    this.#waiting = [];
    for (const { buffer, line } of later) buffer.remove(line);
    for (const part of unsettled) this.#takeBack(part, silent);
    for (const { buffer, line, options, unsure, late } of later) {
      this.#wait(buffer, line.text, options, { unsure, late });
    }
  }

  /** What had to be said in several lines comes back line by line, because some of them may have arrived. */
  #takeBack({ ref, target, text, kind, reply, written }: Unsettled, late: boolean): void {
    const { session } = this.#screen;
    const buffer = this.#screen.buffer(target);
    const options = { kind, ...(reply !== undefined && { reply }) };
    // Whether history could tell is known of the connection that has ended, and most likely of the next.
    const hopeless = written && !(session.enabled.has("chathistory") && this.#historyTells(buffer));
    if (hopeless && buffer.byRef(ref) !== undefined) return buffer.fail(ref, "doubtful");
    const shown = buffer.byRef(ref);
    if (shown !== undefined && shown.state !== "doubtful") buffer.remove(shown);
    if (hopeless) buffer.append({ ...this.#lineOf(text, options), state: "doubtful" });
    else this.#wait(buffer, text, options, { unsure: written, late });
  }

  /**
   * There is a connection again: sends what waits, but not past what may have arrived. Joining comes first on the wire, so
   * it finds us in the channels.
   */
  online(): void {
    const { session } = this.#screen;
    this.#ticks = 0;
    for (const buffer of this.#unsureBuffers()) {
      if (buffer.kind === "direct" && buffer.asked === undefined) this.#screen.chores.add(buffer);
    }
    this.#flush();
    if (this.#unsureBuffers().size === 0) return;
    // By then the channels were joined, which asks for their history, or they were not.
    session.outbox.fence().then(() => this.#giveUp(({ asked }) => asked === undefined), () => {});
  }

  /** Called about once a second. */
  tick(): void {
    if (this.#screen.trouble === "" && this.#unsureBuffers().size > 0 && ++this.#ticks > PATIENCE) {
      this.#giveUp(() => true);
    }
  }

  /** A message is in history: if it is one of those that nobody knew of, it has arrived. */
  found(buffer: Buffer, { kind, nick, self, text, time }: ChatMessage): void {
    const { session } = this.#screen;
    const words = plain(text);
    const waiting = this.#of(buffer).find(({ unsure, line }) =>
      unsure && line.kind === kind && plain(line.text) === words && (self || session.same(nick, line.nick)) &&
      time >= line.time - CLOCKS_DIFFER
    );
    if (waiting !== undefined) this.#take(waiting);
  }

  /** History has told all it can; `certain` if what is not in it did not arrive. */
  caughtUp(buffer: Buffer, certain: boolean): void {
    for (const waiting of this.#of(buffer)) {
      if (!waiting.unsure) continue;
      if (certain && !waiting.late && this.#historyTells(buffer)) waiting.unsure = false;
      else this.#doubt(waiting);
    }
    if (this.#screen.trouble === "") this.#flush();
  }

  /** Whether what is not in history did not arrive. Direct messages without an account belong to the visit that is over. */
  #historyTells({ kind }: Buffer): boolean {
    return kind !== "direct" || this.#screen.session.account !== undefined;
  }

  #giveUp(which: (buffer: Buffer) => boolean): void {
    for (const buffer of this.#unsureBuffers()) if (which(buffer)) this.caughtUp(buffer, false);
    this.#screen.effects.redraw();
  }

  #unsureBuffers(): Set<Buffer> {
    return new Set(this.#waiting.filter(({ unsure }) => unsure).map(({ buffer }) => buffer));
  }

  #flush(): void {
    const held = this.#unsureBuffers();
    for (const waiting of this.#waiting.filter(({ buffer }) => !held.has(buffer))) {
      this.#take(waiting);
      this.#send(waiting.buffer, waiting.line.text, waiting.options);
    }
  }

  #take(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    waiting.buffer.remove(waiting.line);
  }

  #doubt(waiting: Waiting): void {
    const { kind, time, nick, text, reply } = waiting.line;
    this.#take(waiting);
    const line: NewLine = { kind, time, nick, text, self: true, state: "doubtful" };
    waiting.buffer.append({ ...line, ...(reply !== undefined && { reply }) });
  }

  /** Sends again what did not arrive. */
  again(buffer: Buffer, { kind, text, reply, ...line }: Line): void {
    const known = buffer.lines.find(({ key }) => key === line.key);
    if (known === undefined || (kind !== "message" && kind !== "action" && kind !== "notice")) return;
    buffer.remove(known);
    this.say(buffer.name, text, { kind, ...(reply !== undefined && { reply }) });
  }

  /** A conversation was closed. */
  forget(buffer: Buffer): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.buffer !== buffer);
  }

  /** What still waits, for a connection or for a server that takes it slowly, as lines for the person who leaves. */
  unsent(): string[] {
    const slow = this.#screen.session.outbox.takeUnsettled().filter(({ written }) => !written);
    return [
      ...slow.map(({ target, text }) => `Not sent to ${target}: ${text}`),
      ...this.#waiting.map(({ buffer, line, unsure }) =>
        `${unsure ? "Perhaps not sent" : "Not sent"} to ${buffer.name}: ${line.text}`
      ),
    ];
  }

  /** The text has changed: tells the others that we are typing, if they may know. */
  typed(): void {
    const { current, keyboard: { editor }, session, store, now } = this.#screen;
    if (!store.settings.typing || current.kind === "server" || !session.registered) return;
    if (editor.text.startsWith("/")) return;
    // Who is not in it, as after a ban, would be told so at every word.
    if (current.kind === "channel" && !session.channels.has(current.name)) return;
    if (editor.text === "" && this.#lastTyping > 0) {
      this.#lastTyping = 0;
      return session.typing(current.name, "done");
    }
    if (editor.text === "" || now() - this.#lastTyping < TYPING_PAUSE) return;
    this.#lastTyping = now();
    session.typing(current.name, "active");
  }
}

/** A text as two servers would both write it. */
function plain(text: string): string {
  return stripFormatting(text).trim();
}
