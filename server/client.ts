/**
 * A client: the program at the other end of one connection, before and after it registers a user.
 *
 * It owns what belongs to the connection rather than to the user: capabilities, the registration under way, labels, the
 * rate at which it is heard. It knows how to be answered; what the answers are is for the commands.
 *
 * @module
 */

import {
  byteLength,
  cutToBytes,
  fitMessage,
  formatMessage,
  isMiddle,
  MAX_BODY_BYTES,
  type Message,
  type Tags,
} from "../protocol.ts";
import type { Capability } from "../protocol/capability.ts";
import { CaseMap } from "../protocol/casemapping.ts";
import type { Connection } from "../protocol/connection.ts";
import { ERROR_TEXT } from "../protocol/numerics.ts";
import { Line } from "../protocol/sendq.ts";
import { formatTime } from "./clock.ts";
import type { Hub } from "./hub.ts";
import { TokenBucket } from "./limits.ts";
import { isLoopback } from "./network.ts";
import type { OpenBatch } from "./multiline.ts";
import { harmless, type PlainSeat, renderPlain } from "./plain_text.ts";
import { type Form, formOf, PLAIN_FORM, type Relay } from "./relay.ts";
import type { SaslExchange, SaslResponse } from "./sasl.ts";
import type { User } from "./user.ts";

/** Where a connection comes from. */
export interface Remote {
  /** An IP address without a port, or a name such as `memory`. */
  readonly address: string;
  /** Whether nobody between can read along. */
  readonly secure: boolean;
  /** SHA-256 of the certificate that the client showed, in hexadecimal. */
  readonly fingerprint?: string;
}

/** What a client has said of itself before it is registered. */
export interface Registration {
  nick?: string | undefined;
  username?: string;
  realname?: string;
  password?: string;
  /** CAP LS or REQ was sent and CAP END was not. */
  negotiating: boolean;
  /** AWAY before registration: https://ircv3.net/specs/extensions/pre-away. */
  away?: string;
  /** Name of the account that was signed in to. */
  account?: string;
}

/** A client and its user: what commands of registered users are given. */
export type RegisteredClient = Client & { readonly user: User };

/** The program at the other end of a connection. */
export class Client {
  readonly hub: Hub;
  readonly connection: Connection;
  readonly remote: Remote;
  readonly capabilities = new Set<Capability>();
  /** Version of capability negotiation that the client said it knows. */
  capVersion = 301;
  /** Present until the client is registered. */
  registration: Registration | undefined = { negotiating: false };
  user: User | undefined;
  /** Present for people with `nc`. */
  plain: PlainSeat | undefined;
  /** Signing in, under way. */
  sasl: { readonly exchange: SaslExchange; readonly response: SaslResponse } | undefined;
  /** Work off the event loop; the client is not heard until it is done. */
  busy: Promise<void> | undefined;
  readonly bucket: TokenBucket;
  /** When it came, by {@linkcode Clock.elapsed}. */
  readonly connected: number;
  /** When it was last heard, by {@linkcode Clock.elapsed}. */
  heard: number;
  /** Whether a PING awaits its answer. */
  pinged = false;
  /** Whether it was told what this is. */
  greeted = false;
  /** Whether any line has come. */
  spoke = false;
  /** Why it left, once that is known. */
  leaving: string | undefined;
  // Made when they are first asked for: of thousands who are connected few ever need them.
  #monitored: CaseMap<string> | undefined;
  #batches: Map<string, OpenBatch | undefined> | undefined;
  #form: Form = 0;
  /** What was sent while a labeled command is answered. */
  #captured: Line[] | undefined;
  #capturedBytes = 0;
  #putOff = false;
  #batchNumber = 0;

  constructor(hub: Hub, connection: Connection, remote: Remote) {
    this.hub = hub;
    this.connection = connection;
    this.remote = remote;
    this.connected = this.heard = hub.clock.elapsed();
    const { commandBurst, commandRate, localBurst, localRate } = hub.limits;
    this.bucket = isLoopback(remote.address)
      ? new TokenBucket(localBurst, localRate, this.connected)
      : new TokenBucket(commandBurst, commandRate, this.connected);
  }

  /** What the server calls this client in its answers. */
  get nick(): string {
    return this.user?.nick ?? "*";
  }

  /** Nicks watched with MONITOR. */
  get monitored(): CaseMap<string> {
    return this.#monitored ??= new CaseMap();
  }

  /** Multiline messages under way, by reference tag; `undefined` for those that were refused and have not ended. */
  get batches(): Map<string, OpenBatch | undefined> {
    return this.#batches ??= new Map();
  }

  has(capability: Capability): boolean {
    return this.capabilities.has(capability);
  }

  /** Whether a JOIN is followed by the names of the members. */
  get wantsNames(): boolean {
    return !this.capabilities.has("noImplicitNames") && !this.capabilities.has("noImplicitNamesDraft");
  }

  /** Takes the capabilities or the plain seat into account, once they have changed. */
  reform(): void {
    this.#form = this.plain === undefined ? formOf(this.capabilities) : PLAIN_FORM;
  }

  /** Sends a message that others receive too. */
  relay(relay: Relay): void {
    const line = relay.line(this.#form);
    // To people with `nc` not every message says something.
    if (!line.isEmpty) this.write(line);
  }

  /** Sends a message that is no part of the answer to the command that led to it. */
  relayAside(relay: Relay): void {
    const line = relay.line(this.#form);
    if (!line.isEmpty) this.connection.send(line);
  }

  /** Sends a line that is ready. */
  write(line: Line): void {
    if (this.#captured !== undefined) {
      this.#captured.push(line);
      this.#capturedBytes += line.bytes;
    } else {
      this.connection.send(line);
    }
  }

  /** Whether half the sendq is used up: an answer that can end at any line ends, rather than the connection. */
  get crowded(): boolean {
    return this.connection.sendq + this.#capturedBytes > this.hub.limits.sendq / 2;
  }

  /** Sends a message of the server's to this client alone. What of it cannot stand before other parameters becomes `*`. */
  say(command: string, ...params: string[]): void {
    const last = params.length - 1;
    for (let i = 0; i < last; i++) params[i] = repeatable(params[i]!);
    this.deliver({ source: this.hub.name, command, params });
  }

  /** Sends a message to this client alone, with the time if it wants to know. */
  deliver(message: Message): void {
    if (this.plain !== undefined) {
      const text = renderPlain(message, this.hub.clock.now());
      if (text !== "") this.write(new Line(text));
      return;
    }
    let text = formatMessage(message);
    if (text.length * 3 > MAX_BODY_BYTES && byteLength(text) > MAX_BODY_BYTES) {
      text = formatMessage(fitMessage(message));
    }
    if (!this.capabilities.has("serverTime") || message.tags?.has("time")) return this.write(new Line(text));
    this.write(withTag(new Line(text), `time=${formatTime(this.hub.clock.now())}`));
  }

  /** Sends a numeric; the nick comes by itself. */
  numeric(code: string, ...params: string[]): void {
    this.say(code, this.nick, ...params);
  }

  /** Sends an error with the words that belong to it. */
  error(code: string, ...params: string[]): void {
    this.numeric(code, ...params, ERROR_TEXT[code] ?? "Error");
  }

  /** Sends a standard reply, `FAIL <command> <code> [<context>...] <description>`: https://ircv3.net/specs/extensions/standard-replies. */
  fail(command: string, code: string, ...context: string[]): void {
    this.say("FAIL", command, code, ...context);
  }

  /** Sends what `fill` sends as one batch to a client that knows batches, and bare to another. */
  batch(type: string, params: readonly string[], fill: (tags: Tags | undefined) => void, tags?: Tags): void {
    if (!this.capabilities.has("batch")) return fill(undefined);
    const reference = this.nextBatch();
    const source = this.hub.name;
    this.deliver({ ...(tags && { tags }), source, command: "BATCH", params: [`+${reference}`, type, ...params] });
    fill(new Map([["batch", reference]]));
    this.deliver({ source, command: "BATCH", params: [`-${reference}`] });
  }

  /** A reference tag that this client has not seen. */
  nextBatch(): string {
    return (++this.#batchNumber).toString(36);
  }

  /** Whether a label on a command is answered. */
  get labels(): boolean {
    return this.capabilities.has("labeledResponse") && this.capabilities.has("batch");
  }

  /**
   * Answers one command: what `handle` sends to this client becomes one labeled response
   * (https://ircv3.net/specs/extensions/labeled-response). If the rest of the work is put off, so is the response.
   */
  answer<T>(label: string | undefined, handle: () => T): T {
    if (label === undefined || label === "" || byteLength(label) > MAX_LABEL_BYTES || !this.labels) return handle();
    const captured: Line[] = this.#captured = [];
    this.#capturedBytes = 0;
    this.#putOff = false;
    try {
      const result = handle();
      if (result instanceof Promise) this.putOff();
      return result;
    } finally {
      this.#captured = undefined;
      this.#capturedBytes = 0;
      if (!this.#putOff) this.#respond(label, captured);
    }
  }

  /** Says that the command under way is answered later, with a call of `answer` and the same label. */
  putOff(): void {
    this.#putOff = true;
  }

  #respond(label: string, lines: readonly Line[]): void {
    const tag = formatMessage({ tags: new Map([["label", label]]), command: "X", params: [] }).slice(1, -2);
    if (lines.length === 0) return this.write(withTag(new Line(`:${this.hub.name} ACK`), tag));
    if (lines.length === 1 || isOneBatch(lines)) {
      this.write(withTag(lines[0]!, tag));
      for (const line of lines.slice(1)) this.write(line);
      return;
    }
    const reference = this.nextBatch();
    this.write(withTag(new Line(`:${this.hub.name} BATCH +${reference} labeled-response`), tag));
    for (const line of lines) this.write(IN_BATCH.test(line.text) ? line : withTag(line, `batch=${reference}`));
    this.write(new Line(`:${this.hub.name} BATCH -${reference}`));
  }

  /** Ends the connection with the reason that others will see. */
  close(reason: string): void {
    this.leaving ??= reason;
    this.connection.close(this.plain === undefined ? `ERROR :${reason}` : `* ${harmless(reason)}`);
  }
}

// "The value MUST NOT exceed 64 bytes.": https://ircv3.net/specs/extensions/labeled-response#tag-value
/** Most bytes of a label; a longer one counts as none. */
export const MAX_LABEL_BYTES = 64;

/** Most bytes of a word of the client's own that an answer repeats: the longest name there may be fits. */
const MAX_REPEATED_BYTES = 300;

// "The <subject> MUST be the one requested by the client, but may be casefolded; unless it would be an invalid parameter,
// in which case it MUST be *": https://modern.ircdocs.horse/#errhelpnotfound-524
function repeatable(word: string): string {
  return isMiddle(word) ? cutToBytes(word, MAX_REPEATED_BYTES) : "*";
}

const IN_BATCH = /^@(?:[^ ]*;)?batch=/;
const BATCH_START = /^(?:@[^ ]+ )?:[^ ]+ BATCH \+([^ \r]+)/;

/** Whether lines are exactly one batch from its first to its last. */
function isOneBatch(lines: readonly Line[]): boolean {
  const reference = BATCH_START.exec(lines[0]!.text)?.[1];
  return reference !== undefined && lines.at(-1)!.text.endsWith(` BATCH -${reference}\r\n`);
}

/** A line with one more tag. */
export function withTag(line: Line, tag: string): Line {
  const text = line.text.slice(0, -2);
  return new Line(text.startsWith("@") ? `@${tag};${text.slice(1)}` : `@${tag} ${text}`);
}
