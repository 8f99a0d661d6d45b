/**
 * What the person says, on its way out: at once, or when there is a connection again; and that they are typing.
 *
 * @module
 */

import type { Buffer, NewLine } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import type { SayOptions, Sent } from "../session/outbox.ts";

/** Something said while there was no connection. */
interface Queued {
  readonly target: string;
  readonly text: string;
  readonly options: SayOptions;
}

/** Most messages that wait for a connection. */
const MAX_QUEUED = 100;
/** "a typing notification ... SHOULD be sent at most every 3 seconds": https://ircv3.net/specs/client-tags/typing */
const TYPING_PAUSE = 3000;

/** The way out. */
export class Outgoing {
  readonly #screen: FullScreen;
  #queued: Queued[] = [];
  #lastTyping = 0;

  constructor(screen: FullScreen) {
    this.#screen = screen;
  }

  /** Says something, now or when there is a connection again. */
  say(target: string, text: string, options: SayOptions = {}): void {
    const { session } = this.#screen;
    const buffer = this.#screen.buffer(target);
    buffer.unreadKey = undefined;
    const line = this.#lineOf(text, options);
    if (this.#screen.trouble !== "") return this.#queue({ target, text, options }, buffer, line);
    const ref = session.say(target, text, options);
    if (session.echoes) buffer.addPending({ ...line, ref });
    else buffer.append({ ...line, ref });
    this.#lastTyping = 0;
    this.#screen.scrolling.toBottom(buffer);
    this.#screen.effects.redraw();
  }

  #lineOf(text: string, { kind = "message", reply }: SayOptions): NewLine {
    const { session, now } = this.#screen;
    return { kind, time: now(), nick: session.nick, text, self: true, ...(reply !== undefined && { reply }) };
  }

  #queue(queued: Queued, buffer: Buffer, line: NewLine): void {
    if (this.#queued.length >= MAX_QUEUED) {
      return this.#screen.tell(buffer, "error", "Too much waits to be sent already.");
    }
    this.#queued.push(queued);
    buffer.addPending(line);
    this.#screen.hint = "It will be sent when the connection is back.";
    this.#screen.effects.redraw();
  }

  /** There is a connection again: sends what waited. Joining comes first on the wire, so it finds us in the channels. */
  flush(): void {
    const queued = this.#queued;
    this.#queued = [];
    for (const { target } of queued) this.#screen.buffer(target).pending = [];
    for (const { target, text, options } of queued) this.say(target, text, options);
  }

  /** The connection ended before the server had taken this. It may have it or not; history tells, where there is any. */
  unsettled({ ref, target, text, kind }: Sent): void {
    const buffer = this.#screen.buffer(target);
    const line = buffer.settle(ref) ?? buffer.lines.findLast((known) => known.ref === ref);
    if (line !== undefined && buffer.lines.includes(line)) buffer.fail(line);
    else buffer.append({ ...this.#lineOf(text, { kind }), state: "failed" });
    this.#screen.keyboard.editor.addHistory(text);
    this.#screen.tell(buffer, "error", "That may not have arrived. Press Up to have it back.");
  }

  /** The text has changed: tells the others that we are typing, if they may know. */
  typed(): void {
    const { current, keyboard: { editor }, session, store, now } = this.#screen;
    if (!store.settings.typing || current.kind === "server" || !session.registered) return;
    if (editor.text.startsWith("/")) return;
    if (editor.text === "" && this.#lastTyping > 0) {
      this.#lastTyping = 0;
      return session.typing(current.name, "done");
    }
    if (editor.text === "" || now() - this.#lastTyping < TYPING_PAUSE) return;
    this.#lastTyping = now();
    session.typing(current.name, "active");
  }
}
