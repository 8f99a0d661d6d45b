/**
 * What we say, on its way: cut to what a line may hold, and followed until the server has taken it or refused it.
 *
 * How that is known depends on the server. With `labeled-response` an answer names the message. With `echo-message` the
 * echo comes back in order. With neither, a fence (PING and its PONG) tells that everything before was handled.
 *
 * @module
 */

import { byteLength, type Message, splitText } from "../../protocol.ts";
import { CAPABILITIES, type Capability } from "../../protocol/capability.ts";

/** How something is said. */
export interface SayOptions {
  kind?: "message" | "action" | "notice";
  /** The id of the message that this one answers. */
  reply?: string;
}

/** Something that was said and that the server has neither taken nor refused. */
export interface Sent {
  readonly ref: number;
  readonly target: string;
  readonly text: string;
  readonly kind: "message" | "action" | "notice";
  readonly reply: string | undefined;
  /** How many lines of it are on their way. */
  left: number;
}

/** What the outbox needs to know of the server. */
export interface OutboxServer {
  readonly enabled: ReadonlySet<Capability>;
  readonly offered: ReadonlyMap<Capability, string>;
  /** How others see us: `nick!user@host`, longer rather than shorter where it is not known. */
  readonly longestSource: string;
  /** Most bytes of a line without its ending. */
  readonly maxBody: number;
  send(message: Message): void;
  fold(name: string): string;
}

interface Part {
  readonly sent: Sent;
  readonly label: string | undefined;
}

/** A newer fence stands behind everything that an older one does, so few are ever needed at once. */
const FENCE = "chat-fence-";

/** What was said and not settled, oldest first. */
export class Outbox {
  readonly #server: OutboxServer;
  #parts: Part[] = [];
  #fences = new Map<string, { reach: number; resolve: () => void; reject: (error: Error) => void }>();
  #count = 0;

  constructor(server: OutboxServer) {
    this.#server = server;
  }

  /** The next name for a request, unique within the connection. */
  nextLabel(): string {
    return (++this.#count).toString(36);
  }

  /** Says something, in as many lines as it takes. Returns its ref. */
  say(target: string, text: string, options: SayOptions = {}): number {
    const kind = options.kind ?? "message";
    const sent: Sent = { ref: ++this.#count, target, text, kind, reply: options.reply, left: 0 };
    const lines = textLines(text);
    const room = this.#room(target, kind);
    const multiline = kind !== "action" && this.#server.enabled.has("multiline") &&
      this.#server.enabled.has("batch");
    const tags = replyTags(options.reply, this.#server.enabled);
    if (multiline && (lines.length > 1 || byteLength(text) > room)) this.#sayInBatches(sent, lines, room, tags);
    else this.#sayInLines(sent, lines, room, tags);
    return sent.ref;
  }

  /** Most bytes of a message that reaches everybody whole: one line, or one batch where the server has multiline. */
  mostBytes(target: string): number {
    const batch = this.#server.enabled.has("multiline") && this.#server.enabled.has("batch");
    return batch ? this.#batchBounds().bytes : this.#room(target, "message");
  }

  /** How many lines wait to be settled. */
  get unsettled(): number {
    return this.#parts.length;
  }

  /** What was said and never settled, and forgets it; fences give up. For the end of a connection. */
  takeUnsettled(): Sent[] {
    const sents = [...new Set(this.#parts.map((part) => part.sent))];
    this.#parts = [];
    for (const fence of this.#fences.values()) {
      fence.reject(new Error("Cannot wait for the server: the connection ended"));
    }
    this.#fences.clear();
    return sents;
  }

  /** Resolves when the server has handled everything sent so far; rejects if the connection ends first. */
  fence(): Promise<void> {
    const token = `${FENCE}${this.nextLabel()}`;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#fences.set(token, { reach: this.#count, resolve, reject });
    this.#server.send({ command: "PING", params: [token] });
    return promise;
  }

  /** Handles the answer to a fence. Returns the refs it settles, or `undefined` if it answers no fence. */
  pong(token: string): number[] | undefined {
    const fence = this.#fences.get(token);
    if (fence === undefined) return undefined;
    this.#fences.delete(token);
    const settled = this.#settle((part) => part.sent.ref < fence.reach);
    queueMicrotask(fence.resolve);
    return settled;
  }

  /** Handles the echo of something we said. Returns the ref that it belongs to and whether that is settled now. */
  echoed(target: string, label: string | undefined): { ref: number; settled: boolean } | undefined {
    return this.#settleOne(this.#find(target, label));
  }

  /** Handles an ACK: the server did it and has no more to say. Returns the ref if that settles one. */
  acknowledged(label: string): number | undefined {
    const done = this.#settleOne(this.#parts.findIndex((part) => part.label === label));
    return done?.settled ? done.ref : undefined;
  }

  /** Handles a refusal. Returns the ref of what was refused; no more is heard of it. */
  refused(target: string, label: string | undefined): number | undefined {
    const part = this.#parts[this.#find(target, label)];
    if (part === undefined) return undefined;
    this.#parts = this.#parts.filter((other) => other.sent !== part.sent);
    return part.sent.ref;
  }

  #find(target: string, label: string | undefined): number {
    if (label !== undefined) return this.#parts.findIndex((part) => part.label === label);
    const name = this.#server.fold(target);
    return this.#parts.findIndex((part) => this.#server.fold(part.sent.target) === name);
  }

  #settleOne(index: number): { ref: number; settled: boolean } | undefined {
    const [part] = index < 0 ? [] : this.#parts.splice(index, 1);
    if (part === undefined) return undefined;
    part.sent.left--;
    return { ref: part.sent.ref, settled: part.sent.left === 0 };
  }

  #settle(which: (part: Part) => boolean): number[] {
    const settled = new Set(this.#parts.filter(which).map((part) => part.sent.ref));
    this.#parts = this.#parts.filter((part) => !which(part));
    return [...settled];
  }

  #room(target: string, kind: Sent["kind"]): number {
    const { longestSource, maxBody } = this.#server;
    const head = `:${longestSource} ${kind === "notice" ? "NOTICE" : "PRIVMSG"} ${target} :`;
    const action = kind === "action" ? byteLength("\x01ACTION \x01") : 0;
    return Math.max(maxBody - byteLength(head) - action, 64);
  }

  #batchBounds(): { bytes: number; lines: number } {
    const value = this.#server.offered.get("multiline") ?? "";
    const bound = (name: string, otherwise: number) => {
      const found = Number(new RegExp(`(?:^|,)${name}=(\\d+)`).exec(value)?.[1]);
      return found > 0 ? found : otherwise;
    };
    return { bytes: bound("max-bytes", 4096), lines: bound("max-lines", 100) };
  }

  #sayInLines(sent: Sent, lines: readonly string[], room: number, tags: ReadonlyMap<string, string>): void {
    for (const line of lines) {
      for (const part of splitText(line, room)) {
        const text = sent.kind === "action" ? `\x01ACTION ${part}\x01` : part;
        this.#server.send({
          tags: new Map([...tags, ...this.#track(sent)]),
          command: sent.kind === "notice" ? "NOTICE" : "PRIVMSG",
          params: [sent.target, text],
        });
      }
    }
  }

  // https://ircv3.net/specs/extensions/multiline
  #sayInBatches(sent: Sent, lines: readonly string[], room: number, tags: ReadonlyMap<string, string>): void {
    const command = sent.kind === "notice" ? "NOTICE" : "PRIVMSG";
    for (const batch of splitBatches(lines, room, this.#batchBounds())) {
      const ref = this.nextLabel();
      this.#server.send({
        tags: new Map([...tags, ...this.#track(sent)]),
        command: "BATCH",
        params: [`+${ref}`, CAPABILITIES.multiline.name, sent.target],
      });
      for (const { text, concat } of batch) {
        const inside = new Map([
          ["batch", ref],
          ...(concat ? [[`${CAPABILITIES.multiline.name}-concat`, ""] as const] : []),
        ]);
        this.#server.send({ tags: inside, command, params: [sent.target, text] });
      }
      this.#server.send({ command: "BATCH", params: [`-${ref}`] });
    }
  }

  #track(sent: Sent): ReadonlyMap<string, string> {
    const label = this.#server.enabled.has("labeledResponse") ? this.nextLabel() : undefined;
    sent.left++;
    this.#parts.push({ sent, label });
    return new Map(label === undefined ? [] : [["label", label]]);
  }
}

/** Tags that say which message this one answers: https://ircv3.net/specs/client-tags/reply */
function replyTags(id: string | undefined, enabled: ReadonlySet<Capability>): ReadonlyMap<string, string> {
  return new Map(id === undefined || !enabled.has("messageTags") ? [] : [["+reply", id], ["+draft/reply", id]]);
}

/** The lines of a text, without empty ones at its ends and without what a message cannot hold. */
function textLines(text: string): string[] {
  return text.replaceAll("\0", "").toWellFormed().replace(/\r\n?/g, "\n").replace(/^\n+|\n+$/g, "").split("\n");
}

interface BatchLine {
  readonly text: string;
  readonly concat: boolean;
}

function splitBatches(lines: readonly string[], room: number, bounds: { bytes: number; lines: number }): BatchLine[][] {
  const batches: BatchLine[][] = [[]];
  let bytes = 0;
  for (const line of lines) {
    const parts = line === "" ? [""] : splitText(line, Math.min(room, bounds.bytes));
    for (const [i, text] of parts.entries()) {
      const cost = byteLength(text) + (i === 0 ? 1 : 0);
      let batch = batches.at(-1)!;
      if (batch.length > 0 && (batch.length >= bounds.lines || bytes + cost > bounds.bytes)) {
        batches.push(batch = []);
        bytes = 0;
      }
      bytes += cost;
      batch.push({ text, concat: i > 0 && batch.length > 0 });
    }
  }
  return batches.filter((batch) => batch.some((line) => line.text !== ""));
}
