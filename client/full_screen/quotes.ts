/**
 * What is answered by messages that are seen and is not here: fetched one at a time, and kept as a quote only. It is no line
 * among the others, so that nothing is missing between it and them.
 *
 * Asked for is what stands still on the screen, when nothing else is under way; what cannot be had is not asked for again.
 *
 * @module
 */

import { type Buffer, keepQuote } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import type { HistoryRequest, SessionEvent } from "../session.ts";

/** The quotes of one screen. */
export class Quotes {
  readonly #screen: FullScreen;
  /** Lines that were drawn last, by key, and those of a tick ago. */
  #drawn = "";
  #before = "";
  #seen: readonly number[] = [];
  #asked: { readonly request: HistoryRequest; readonly buffer: Buffer; readonly id: string } | undefined;

  constructor(screen: FullScreen) {
    this.#screen = screen;
  }

  /** These lines are seen. */
  drawn(keys: readonly number[]): void {
    this.#seen = keys;
    this.#drawn = `${this.#screen.current.name} ${keys.join(" ")}`;
  }

  /** Called about once a second: asks for what one of the lines that are still there answers. */
  tick(): void {
    const isStill = this.#drawn === this.#before;
    this.#before = this.#drawn;
    if (isStill && this.#mayAsk()) this.#ask(this.#screen.current);
  }

  #mayAsk(): boolean {
    const { session, chores, current } = this.#screen;
    const { registered, enabled, isupport } = session;
    // Without a label the answer could be taken for another.
    if (!registered || !enabled.has("labeledResponse") || !enabled.has("chathistory")) return false;
    if (!/(^|,)msgid(,|$)/.test(isupport.get("MSGREFTYPES") ?? "msgid")) return false;
    return this.#asked === undefined && current.asked === undefined && chores.idle;
  }

  #ask(buffer: Buffer): void {
    const unknown = (id: string | undefined) =>
      id !== undefined && buffer.byId(id) === undefined && !buffer.quotes.has(id);
    const id = buffer.lines.findLast(({ key, reply }) => unknown(reply) && this.#seen.includes(key))?.reply;
    if (id === undefined) return;
    const request = { target: buffer.name, which: "AROUND", selector: `msgid=${id}` } as const;
    keepQuote(buffer, id, undefined);
    if (this.#screen.session.history(request, 1)) this.#asked = { request, buffer, id };
  }

  /** History has come. Returns whether it was asked for here. */
  arrived({ request, events }: SessionEvent & { type: "history" }): boolean {
    if (request !== this.#asked?.request) return false;
    const { buffer, id } = this.#asked;
    this.#asked = undefined;
    // Of what was deleted, servers give what is beside it.
    const found = events.find((event) => event.type === "message" && event.id === id);
    if (found?.type === "message" && !this.#screen.isIgnored(found.source)) keepQuote(buffer, id, found);
    return true;
  }

  /** The connection has ended: what was asked for may be asked for again. */
  clear(): void {
    if (this.#asked !== undefined) this.#asked.buffer.quotes.delete(this.#asked.id);
    this.#asked = undefined;
  }
}
