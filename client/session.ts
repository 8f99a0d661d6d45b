/**
 * The client's own view of a server: messages in, typed events and messages out.
 *
 * It registers, negotiates capabilities, logs in, answers PING, knows our nick, the channels we are in and who else is, and
 * follows what we say until the server has taken it. Works on servers that have no capability at all. Knows nothing of
 * sockets, screens and files: whoever embeds it gives `send` and takes events. Browser compatible.
 *
 * Its rooms: `session/registration.ts` (until we are in), `session/channel.ts` (who is where), `session/message.ts` (what is
 * said), `session/page.ts` (how much of it a page of history held), `session/reply.ts` (answers and refusals),
 * `session/outbox.ts` (what we say).
 *
 * @module
 */

import { byteLength, formatMessage, type Message, parseMessage, type Tags } from "../protocol.ts";
import type { Capability } from "../protocol/capability.ts";
import { Batches } from "./session/batches.ts";
import { CHANNEL_HANDLERS, learnAway } from "./session/channel.ts";
import type { HistoryRequest, SessionEvent } from "./session/events.ts";
import { Isupport } from "./session/isupport.ts";
import { handleBatch, MESSAGE_HANDLERS } from "./session/message.ts";
import { noteList } from "./session/lists.ts";
import { foldFor, NameMap, namesNobody } from "./session/names.ts";
import { Outbox, type SayOptions, type Unsettled } from "./session/outbox.ts";
import { timeSelector } from "./session/page.ts";
import { Registration, REGISTRATION_HANDLERS } from "./session/registration.ts";
import { handleOther, REPLY_HANDLERS } from "./session/reply.ts";
import type { Credentials } from "./session/scram.ts";

export type * from "./session/events.ts";
export { timeSelector };

/** What a session needs. */
export interface SessionOptions {
  readonly nick: string;
  readonly username?: string;
  readonly realname?: string;
  /** Asked of everybody by some servers (PASS). */
  readonly password?: string;
  /** Whom to log in as. */
  readonly credentials?: Credentials;
  /** Channels to join, each perhaps followed by a space and its key. */
  readonly channels?: readonly string[];
  /** What answers CTCP VERSION. */
  readonly version?: string;
  /** Sends one line. */
  readonly send: (line: string) => void;
  /** Takes what happened. */
  readonly emit: (event: SessionEvent) => void;
  /** The time in milliseconds since 1970, for messages that bring none. */
  readonly now?: () => number;
}

/** Somebody in a channel. */
export interface Member {
  nick: string;
  /** Such as `@` or `@+`, highest first. */
  prefixes: string;
  away: boolean;
  /** `user@host` where it is known. */
  address?: string;
  account?: string;
}

/** A channel we are in. */
export interface Channel {
  name: string;
  topic: string;
  modes: string;
  readonly members: NameMap<Member>;
  /** Names of an answer to NAMES that is not complete yet. */
  arriving: Member[];
  /** Whether a person asked for the names. */
  asked: boolean;
  /** Whether we asked who is away, for ourselves, and were told. */
  learning: boolean;
  learned: boolean;
}

/** How a message came. */
export interface Context {
  /** Ties an answer to what we asked. */
  readonly label: string | undefined;
}

/** Handles one command. */
export type Handler = (session: Session, message: Message, context: Context) => void;

/**
 * One seat on one server.
 *
 * @example
 * ```ts
 * import { Session } from "./session.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const sent: string[] = [];
 * const events: string[] = [];
 * const session = new Session({
 *   nick: "ann",
 *   send: (line) => sent.push(line),
 *   emit: (event) => events.push(event.type),
 * });
 * session.start();
 * assertEquals(sent, ["CAP LS 302", "NICK ann", "USER ann 0 * ann"]);
 * session.receive(":irc.example 001 ann :Welcome");
 * session.receive(":ben!b@host PRIVMSG ann :hi");
 * assertEquals(events, ["registered", "message"]);
 * ```
 */
export class Session {
  readonly options: SessionOptions;
  /** Our nick as the server knows it. */
  nick: string;
  /** The nick we would rather have: what was asked for, or what we changed to; not what the server gave us instead. */
  wantedNick: string;
  /** The nick that we asked for last, in vain or not. */
  askedNick = "";
  /** `nick!user@host` as others see us, or only the nick. */
  source: string;
  account: string | undefined;
  /** Whom to log in as at the next connection. */
  credentials: Credentials | undefined;
  away = false;
  registered = false;
  /** Name of the server, as it calls itself. */
  serverName = "";
  isupport = new Isupport();
  /** Capabilities that the server has, with their values. */
  readonly offered = new Map<Capability, string>();
  /** Capabilities that are in force. */
  readonly enabled = new Set<Capability>();
  readonly channels: NameMap<Channel>;
  readonly outbox: Outbox;
  readonly registration: Registration;
  /** Numerics of lists that are on their way, so that an empty one is known by its end. */
  readonly listed = new Set<string>();
  /** Requests for history that were not answered, oldest first. */
  readonly histories: { request: HistoryRequest; label: string | undefined }[] = [];
  /** The conversation that the person looks at: on a new connection it is joined first. */
  lookedAt = "";
  /** Channels to be in: those asked for, and those we were in when the connection ended. Keys behind a space. */
  readonly wantedChannels: NameMap<string>;
  #fold = foldFor("rfc1459");
  readonly #batches = new Batches();

  constructor(options: SessionOptions) {
    this.options = options;
    this.nick = this.source = this.wantedNick = options.nick;
    this.credentials = options.credentials;
    this.channels = new NameMap(this.#fold);
    this.wantedChannels = new NameMap(this.#fold);
    for (const channel of options.channels ?? []) this.want(channel);
    this.registration = new Registration(this);
    this.outbox = new Outbox(outboxServer(this));
  }

  /**
   * Begins on a new connection, the first or a later one.
   *
   * @param secure Whether it is encrypted. On one that is not, nothing but a question goes out until the server has had the
   * chance to ask for TLS; {@linkcode Session.proceed} goes on where it says nothing to that.
   */
  start(secure = true): void {
    this.registered = false;
    this.nick = this.source = this.wantedNick;
    this.account = undefined;
    this.offered.clear();
    this.enabled.clear();
    this.isupport = new Isupport();
    this.channels.clear();
    this.histories.length = 0;
    this.listed.clear();
    this.#batches.clear();
    this.registration.start(secure);
  }

  /** Registers, where that still waits for the server's word on TLS. */
  proceed(): void {
    this.registration.proceed();
  }

  /** The connection has ended. Returns what was said and neither taken nor refused. */
  stop(): Unsettled[] {
    this.registered = false;
    this.registration.stop();
    this.channels.clear();
    return this.outbox.takeUnsettled();
  }

  /** Handles one line from the server. A line that is no message changes nothing. */
  receive(line: string): void {
    let message: Message;
    try {
      message = parseMessage(line, { maxTagsBytes: MAX_TAGS });
    } catch {
      return;
    }
    if (this.#batches.add(message) && message.command !== "BATCH") return;
    if (message.command !== "BATCH") return this.handle(message, { label: message.tags?.get("label") });
    const batch = this.#batches.handle(message);
    if (batch !== undefined) handleBatch(this, batch, { label: batch.opening.tags?.get("label") });
  }

  /** Handles one message that is no part of a batch. */
  handle(message: Message, context: Context): void {
    // A server that does not know CAP has nothing to say of TLS.
    if (message.command === "421" || message.command === "451") this.proceed();
    noteList(this, message);
    (HANDLERS.get(message.command) ?? handleOther)(this, message, context);
  }

  emit(event: SessionEvent): void {
    if (namesNobody(event)) return;
    this.options.emit(event);
  }

  /** Sends a message as it is. */
  send(message: Message): void {
    this.options.send(formatMessage(message));
  }

  /** Sends a command. @throws {RangeError} if it is longer than the server takes a line. */
  command(command: string, ...params: string[]): void {
    this.#check({ command, params });
    this.send({ command, params });
  }

  /** Sends a command that no person asked for, unless what the other side gave for it is longer than a line. */
  answer(command: string, ...params: string[]): void {
    if (this.#over({ command, params }) <= 0) this.send({ command, params });
  }

  /** By how many bytes a message is longer than the server takes a line. */
  #over(message: Message): number {
    return byteLength(formatMessage(message)) - maxBody(this);
  }

  #check(message: Message): void {
    const over = this.#over(message);
    if (over > 0) throw new RangeError(`That is too long for this server, by some ${over} letters.`);
  }

  /** Sends a command with a label, where the server knows them. Returns the label. */
  request(command: string, ...params: string[]): string | undefined {
    if (!this.enabled.has("labeledResponse")) {
      this.command(command, ...params);
      return undefined;
    }
    this.#check({ command, params });
    const label = this.outbox.nextLabel();
    this.send({ tags: new Map([["label", label]]), command, params });
    return label;
  }

  /** Says something to a channel or a nick. Returns a ref that `accepted`, `refused` and the echo carry. */
  say(target: string, text: string, options?: SayOptions): number {
    return this.outbox.say(target, text, options);
  }

  /** Whether what we say comes back to us, so that nobody has to guess what was sent. */
  get echoes(): boolean {
    return this.enabled.has("echoMessage");
  }

  /** Joins a channel, and comes back to it on later connections. */
  join(channel: string, key?: string): void {
    this.want(key === undefined ? channel : `${channel} ${key}`);
    this.command("JOIN", channel, ...(key === undefined ? [] : [key]));
  }

  /** Remembers a channel to be in. */
  want(channel: string): void {
    const name = channel.split(" ", 1)[0]!;
    if (name !== "") this.wantedChannels.set(name, channel);
  }

  /** Leaves a channel for good. */
  part(channel: string, reason?: string): void {
    this.wantedChannels.delete(channel);
    this.command("PART", channel, ...(reason === undefined ? [] : [reason]));
  }

  /** Asks for history; the answer is an event. Returns whether the server has any. */
  history(request: HistoryRequest, limit = 100): boolean {
    if (!this.enabled.has("chathistory") || !this.enabled.has("batch")) return false;
    const most = this.isupport.number("CHATHISTORY", 100);
    const count = String(most > 0 ? Math.min(limit, most) : limit);
    const params = [request.which, request.target, request.selector, count];
    if (this.#over({ command: "CHATHISTORY", params }) > 0) return false;
    const label = this.request("CHATHISTORY", ...params);
    this.histories.push({ request, label });
    return true;
  }

  /** Asks which conversations went on since a time, with `conversation` events as the answer. */
  conversations(since: number, until: number): boolean {
    if (!this.enabled.has("chathistory")) return false;
    this.request("CHATHISTORY", "TARGETS", timeSelector(since), timeSelector(until), "100");
    return true;
  }

  /** Asks the server to search its history. https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md */
  search(attributes: Tags): boolean {
    if (!this.enabled.has("search")) return false;
    const params = [...attributes].map(([key, value]) => `${key}=${escapeAttribute(value)}`).join(";");
    this.request("SEARCH", params);
    return true;
  }

  /** Asks who is away in a channel, once, where the server tells later changes by itself. */
  learnAway(name: string): void {
    const channel = this.channels.get(name);
    if (channel !== undefined) learnAway(this, channel);
  }

  /** Asks how far a conversation was read, on whatever device; servers say it of channels by themselves. */
  askRead(target: string): void {
    if (this.enabled.has("readMarker")) this.answer("MARKREAD", target);
  }

  /** Says that we have read up to a time. */
  markRead(target: string, time: number): void {
    if (this.enabled.has("readMarker")) this.answer("MARKREAD", target, timeSelector(time));
  }

  /** Says that we are typing, or no longer. */
  typing(target: string, state: "active" | "paused" | "done"): void {
    this.#tagMessage(target, [["+typing", state]]);
  }

  /** Puts an emoji to a message or takes it back. Returns whether the server can. */
  react(target: string, id: string, emoji: string, add = true): boolean {
    const key = add ? "+draft/react" : "+draft/unreact";
    return this.#tagMessage(target, [[key, emoji], ["+reply", id], ["+draft/reply", id]]);
  }

  /** Deletes a message. Returns whether the server can. */
  redact(target: string, id: string, reason?: string): boolean {
    if (!this.enabled.has("messageRedaction")) return false;
    this.request("REDACT", target, id, ...(reason === undefined ? [] : [reason]));
    return true;
  }

  /** We are logged in, or no longer. Servers tell it twice: as an answer, and as news. */
  setAccount(account: string | undefined): void {
    if (account === this.account) return;
    this.account = account;
    this.emit({ type: "account", account });
  }

  /** Asks for another nick. */
  changeNick(nick: string): void {
    this.askedNick = nick;
    this.command("NICK", nick);
  }

  /** We have another nick. */
  renamed(nick: string): void {
    this.nick = nick;
    if (this.same(nick, this.askedNick)) this.wantedNick = nick;
  }

  /** Takes the nick that we would rather have, if it is the one that has just become free. */
  regain(freed: string): void {
    if (this.registered && !this.isSelf(this.wantedNick) && this.same(freed, this.wantedNick)) {
      this.answer("NICK", this.wantedNick);
    }
  }

  /** Leaves the server. */
  quit(reason?: string): void {
    this.command("QUIT", ...(reason === undefined ? [] : [reason]));
  }

  /** The form in which this server compares names. */
  readonly fold = (name: string): string => this.#fold(name);

  /** Whether two names are the same on this server. */
  same(a: string, b: string): boolean {
    return this.#fold(a) === this.#fold(b);
  }

  /** Whether a name is ours. */
  isSelf(nick: string): boolean {
    return this.same(nick, this.nick);
  }

  /** Whether a target is a channel rather than a nick. */
  isChannel(target: string): boolean {
    return target !== "" && this.isupport.channelTypes.includes(target[0]!);
  }

  /** Compares names as the server announced, from now on. */
  refold(): void {
    this.#fold = foldFor(this.isupport.casemapping);
    this.channels.refold(this.#fold);
    this.wantedChannels.refold(this.#fold);
    for (const channel of this.channels.values()) channel.members.refold(this.#fold);
  }

  /** When a message was said. */
  timeOf(message: Message): number {
    const time = Date.parse(message.tags?.get("time") ?? "");
    return Number.isNaN(time) ? this.now() : time;
  }

  now(): number {
    return (this.options.now ?? Date.now)();
  }

  #tagMessage(target: string, tags: readonly (readonly [string, string])[]): boolean {
    if (!this.enabled.has("messageTags")) return false;
    this.send({ tags: new Map(tags), command: "TAGMSG", params: [target] });
    return true;
  }
}

/** Tags that some servers send are longer than the specification allows; they harm nobody here. */
const MAX_TAGS = 65_536;

/** Longest line, in bytes, that is worth taking from a server. */
export const MAX_SERVER_LINE = MAX_TAGS + 512;

const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ...REGISTRATION_HANDLERS,
  ...CHANNEL_HANDLERS,
  ...MESSAGE_HANDLERS,
  ...REPLY_HANDLERS,
]);

/** Bytes of a line without its tags and its end. */
function maxBody({ isupport }: Session): number {
  return Math.max(isupport.number("LINELEN", 512), 512) - 2;
}

function outboxServer(session: Session): ConstructorParameters<typeof Outbox>[0] {
  return {
    enabled: session.enabled,
    offered: session.offered,
    get longestSource() {
      // Until a JOIN of ours came back with it, the longest that servers give: 10 of user name, 63 of host.
      return session.source.includes("@") ? session.source : `${session.nick}!${"u".repeat(11)}@${"h".repeat(63)}`;
    },
    get maxBody() {
      return maxBody(session);
    },
    send: (message) => session.send(message),
    fold: session.fold,
  };
}

// The attributes are written like message tags.
function escapeAttribute(value: string): string {
  return value.replace(/[; \\\r\n]/g, (c) => ({ ";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n" })[c]!);
}
