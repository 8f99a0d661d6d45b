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

/** A part of something said that the server has neither taken nor refused: what was one line, or one batch. */
export interface Unsettled {
  readonly ref: number;
  readonly target: string;
  readonly text: string;
  readonly kind: Sent["kind"];
  readonly reply: string | undefined;
  /** Whether it was written to the connection: then the server may have it all the same. */
  readonly written: boolean;
}

/** Lines of a message that are answered as one: a line, or a batch. */
interface Part {
  readonly sent: Sent;
  readonly text: string;
  readonly label: string | undefined;
  /** Grows with what is sent; a fence stands behind all that is smaller. */
  readonly at: number;
}

/** What waits for room on the way to the server; sent as a whole. */
interface Unit {
  readonly sent: Sent | undefined;
  readonly text: string;
  readonly send: () => void;
  readonly lines: number;
  readonly bytes: number;
}

interface Fence {
  readonly at: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A newer fence stands behind everything that an older one does, so few are ever needed at once. */
const FENCE = "chat-fence-";

/**
 * How much may be under way before we wait for the server: less than the smallest queue that servers allow, which end the
 * connection of who sends faster than they read.
 */
const WINDOW = { lines: 8, bytes: 4096 };

/** What was said and not settled, oldest first. */
export class Outbox {
  readonly #server: OutboxServer;
  #parts: Part[] = [];
  /** What waits for room. */
  #queue: Unit[] = [];
  /** What was sent since the server was last known to have handled everything. */
  #window = { lines: 0, bytes: 0 };
  /** Whether we wait for the server before we send more. */
  #full = false;
  #fences = new Map<string, Fence>();
  #roomy = Promise.withResolvers<void>();
  #count = 0;

  constructor(server: OutboxServer) {
    this.#server = server;
    this.#roomy.resolve();
  }

  /** The next name for a request, unique within the connection. */
  nextLabel(): string {
    return (++this.#count).toString(36);
  }

  /** Says something, in as many lines as it takes, and not faster than the server can take them. Returns its ref. */
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

  /** Resolves when nothing waits for room: who has much to say waits for it, so that it does not pile up here. */
  room(): Promise<void> {
    return this.#roomy.promise;
  }

  /** Most bytes of a message that reaches everybody whole: one line, or one batch where the server has multiline. */
  mostBytes(target: string): number {
    const batch = this.#server.enabled.has("multiline") && this.#server.enabled.has("batch");
    return batch ? this.#batchBounds().bytes : this.#room(target, "message");
  }

  /** How many lines wait until the server has taken those before them. */
  get waiting(): number {
    return this.#queue.reduce((sum, { lines }) => sum + lines, 0);
  }

  /** Whether something was written that the server has neither taken nor refused. */
  get unconfirmed(): boolean {
    return this.#parts.length > 0;
  }

  /** What was said and never settled, in order, and forgets it; fences give up. For the end of a connection. */
  takeUnsettled(): Unsettled[] {
    const unsettled = [
      ...this.#parts.map((part) => ({ ...part, written: true })),
      ...this.#queue.map((unit) => ({ ...unit, written: false })),
    ].flatMap(({ sent, text, written }) => sent === undefined ? [] : [unsettledPart(sent, text, written)]);
    this.#parts = [];
    this.#queue = [];
    this.#window = { lines: 0, bytes: 0 };
    this.#full = false;
    this.#roomy.resolve();
    const fences = [...this.#fences.values()];
    this.#fences.clear();
    for (const fence of fences) fence.reject(new Error("Cannot wait for the server: the connection ended"));
    return unsettled;
  }

  /** Resolves when the server has handled everything said so far; rejects if the connection ends first. */
  fence(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const token = `${FENCE}${this.nextLabel()}`;
    // It is known from now on, so that it is told when the connection ends before it is even sent.
    this.#fences.set(token, { at: Infinity, resolve, reject });
    const send = () => {
      this.#fences.set(token, { at: ++this.#count, resolve, reject });
      this.#server.send({ command: "PING", params: [token] });
    };
    this.#enqueue({ sent: undefined, text: "", send, lines: 0, bytes: 0 });
    return promise;
  }

  /** Handles the answer to a fence. Returns the refs it settles, or `undefined` if it answers no fence. */
  pong(token: string): number[] | undefined {
    const fence = this.#fences.get(token);
    if (fence === undefined) return undefined;
    this.#fences.delete(token);
    const settled = this.#settle((part) => part.at < fence.at);
    fence.resolve();
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
        const message = { command: sent.kind === "notice" ? "NOTICE" : "PRIVMSG", params: [sent.target, text] };
        this.#enqueuePart({ sent, text: part }, tags, [message]);
      }
    }
  }

  // https://ircv3.net/specs/extensions/multiline
  #sayInBatches(sent: Sent, lines: readonly string[], room: number, tags: ReadonlyMap<string, string>): void {
    const command = sent.kind === "notice" ? "NOTICE" : "PRIVMSG";
    for (const batch of splitBatches(lines, room, this.#batchBounds())) {
      const ref = this.nextLabel();
      const opening = { command: "BATCH", params: [`+${ref}`, CAPABILITIES.multiline.name, sent.target] };
      const inside = batch.map(({ text, concat }) => ({
        tags: new Map([["batch", ref], ...(concat ? [[`${CAPABILITIES.multiline.name}-concat`, ""] as const] : [])]),
        command,
        params: [sent.target, text],
      }));
      const whole = batch.map(({ text, concat }, i) => i === 0 || concat ? text : `\n${text}`).join("");
      const closing = { command: "BATCH", params: [`-${ref}`] };
      this.#enqueuePart({ sent, text: whole }, tags, [opening, ...inside, closing]);
    }
  }

  /** Sends, now or when there is room, a message that is answered, and those that belong to it. */
  #enqueuePart(
    { sent, text }: { sent: Sent; text: string },
    tags: ReadonlyMap<string, string>,
    [first, ...others]: readonly [Message, ...Message[]],
  ): void {
    sent.left++;
    const send = () => {
      const label = this.#server.enabled.has("labeledResponse") ? this.nextLabel() : undefined;
      this.#parts.push({ sent, text, label, at: ++this.#count });
      const all = new Map([...tags, ...(label === undefined ? [] : [["label", label] as const])]);
      this.#server.send({ ...first, tags: all });
      for (const message of others) this.#server.send(message);
    };
    const bytes = [first, ...others].reduce((sum, { params }) => sum + byteLength(params.join(" ")) + 20, 0);
    this.#enqueue({ sent, text, send, lines: 1 + others.length, bytes });
  }

  #enqueue(unit: Unit): void {
    this.#queue.push(unit);
    if (!this.#full) return this.#flush();
    if (this.#queue.length === 1) this.#roomy = Promise.withResolvers();
  }

  #flush(): void {
    while (!this.#full) {
      const unit = this.#queue.shift();
      if (unit === undefined) return this.#roomy.resolve();
      unit.send();
      this.#window.lines += unit.lines;
      this.#window.bytes += unit.bytes;
      if (this.#window.lines >= WINDOW.lines || this.#window.bytes >= WINDOW.bytes) this.#wait();
    }
  }

  /** Sends nothing more until the server has handled what was sent. */
  #wait(): void {
    this.#full = true;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const token = `${FENCE}${this.nextLabel()}`;
    this.#fences.set(token, { at: ++this.#count, resolve, reject });
    this.#server.send({ command: "PING", params: [token] });
    promise.then(() => {
      this.#full = false;
      this.#window = { lines: 0, bytes: 0 };
      this.#flush();
    }, () => {
      // The connection ended; takeUnsettled() has begun anew.
    });
  }
}

function unsettledPart({ ref, target, kind, reply }: Sent, text: string, written: boolean): Unsettled {
  return { ref, target, text, kind, reply, written };
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
