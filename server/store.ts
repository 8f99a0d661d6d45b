/**
 * What lasts: every message with its history, and the state that must be there again after a restart.
 *
 * A store is written in turns: what a turn appends, redacts and puts is one transaction, made by {@linkcode Store.commit}
 * before any byte about it leaves the process. Everything here is synchronous and answers in well under a millisecond.
 *
 * Knows nothing about sockets, users that are connected, or who may read what: the caller says which part of a history
 * a reader may see.
 *
 * @module
 */

import type { Message } from "../protocol.ts";
import { Recent } from "./recent.ts";
import type { Account, Ban, ChannelRecord, Invitation, Membership, Records } from "./records.ts";

export type * from "./records.ts";
export { advanceMarker, pair } from "./records.ts";

/**
 * Time, order and name of a message in one: microseconds since 1970 by the server's clock, each greater than the one
 * before. Below 2^53, so a number holds it.
 */
export type MessageId = number;

/** One message as it was relayed, or one event of a channel such as a join. */
export interface Entry {
  readonly id: MessageId;
  /** Casefolded name of the channel, or {@linkcode directTarget} of two parties. */
  readonly target: string;
  /** With those tags that last: `account`, `bot`, and client-only tags such as `+draft/reply`. */
  readonly message: Message;
  /** The message as a line, where that is at hand already. */
  readonly body?: string;
  /** What follows the first line of a multiline message. */
  readonly lines?: readonly Line[];
  /** The text was deleted; what is left says only that there was a message. */
  readonly redacted?: true;
}

/** A line of a multiline message that is not its first. */
export interface Line {
  readonly text: string;
  /** Continues the line before without a break: https://ircv3.net/specs/extensions/multiline. */
  readonly concat?: true;
}

/** Ids from `from` on and below `to`; open at the end when `to` is absent. */
export interface Interval {
  readonly from: MessageId;
  readonly to?: MessageId;
}

/** Which part of the history of one target is asked for. */
export interface HistoryRange {
  /** Ids greater than this. */
  readonly after?: MessageId;
  /** Ids less than this. */
  readonly before?: MessageId;
  /** Most entries. */
  readonly limit: number;
  /** Which end counts when there are more than the limit: the newest unless told. */
  readonly from?: "oldest" | "newest";
  /** Also events (joins, topics, reactions, ...), not only PRIVMSG and NOTICE. */
  readonly events?: boolean;
  /** What the reader may see, in order, not overlapping; everything unless told. */
  readonly visible?: readonly Interval[];
}

/** A target and what of it the reader may see. */
export interface VisibleTarget {
  readonly target: string;
  readonly visible?: readonly Interval[];
}

/** What a search looks for; every condition that is given must hold. */
export interface SearchQuery {
  /** Words that all occur, in any order; a run of Chinese or Japanese characters occurs as it is written. */
  readonly words?: string;
  /** Nick of the sender. */
  readonly from?: string;
  /** Where to look; never anywhere else. */
  readonly in: readonly VisibleTarget[];
  readonly after?: MessageId;
  readonly before?: MessageId;
  readonly limit: number;
}

/** A target with its latest message. */
export interface LatestMessage {
  readonly target: string;
  readonly latest: MessageId;
}

/** Which conversations are asked for. */
export interface TargetsQuery {
  /** Channels to look at. */
  readonly channels: readonly VisibleTarget[];
  /** Direct conversations of these parties (a nick, an account), as in {@linkcode directTarget}. */
  readonly parties?: readonly string[];
  readonly after?: MessageId;
  readonly before?: MessageId;
  readonly limit: number;
  /** Which end counts when there are more than the limit: the newest unless told. */
  readonly from?: "oldest" | "newest";
}

/**
 * Why the store cannot write. What was appended is kept in memory and tried again at each commit, so nothing is lost
 * unless the process ends before the disk is back.
 */
export interface StoreFailure {
  readonly kind: "full" | "read-only" | "input/output" | "corrupt" | "other";
  /** One line for a person. */
  readonly message: string;
  /** When it began, in milliseconds since 1970. */
  readonly since: number;
  /** Messages that wait in memory. */
  readonly waiting: number;
}

/** Figures of a store. */
export interface StoreStatistics {
  readonly messages: number;
  /** Bytes on disk that are in use; of the in-memory form 0. */
  readonly bytes: number;
  /** Messages that the indexes have not caught up with. */
  readonly waiting: number;
}

/** What lasts. */
export interface Store {
  /** The greatest id there is; 0 when there is none. */
  readonly lastId: MessageId;
  /** Why the last commit failed; absent while all is well. */
  readonly failure: StoreFailure | undefined;

  /**
   * Adds a message to the turn. Its id must be greater than all before; of an event that belongs to several channels, such
   * as a QUIT, it is the same in all, one directly behind the other.
   * `false`: not taken, because the store cannot write and as many messages wait already as memory should hold.
   */
  append(entry: Entry): boolean;
  /** Deletes the text of a message, for good, also from the index. `false`: there is no such message. */
  redact(id: MessageId): boolean;
  /** Ends the turn: when this returns `undefined`, everything up to here survives a `kill -9`. */
  commit(): StoreFailure | undefined;

  find(id: MessageId): Entry | undefined;
  /** A part of the history of a target, oldest first. */
  history(target: string, range: HistoryRange): Entry[];
  /** What matches, newest first. */
  search(query: SearchQuery): Entry[];
  /** Conversations whose latest message lies between the bounds, oldest first. */
  targets(query: TargetsQuery): LatestMessage[];
  /** All entries in order, for an export; begins behind `after`. */
  entries(after?: MessageId): Iterable<Entry>;

  readonly accounts: Records<Account>;
  /** Account by fingerprint of a certificate. */
  readonly certificates: Records<string>;
  readonly channels: Records<ChannelRecord>;
  /** {@linkcode pair} of account and channel. */
  readonly memberships: Records<Membership>;
  /** When an account was in a channel: {@linkcode pair} of both. */
  readonly visits: Records<readonly Interval[]>;
  /** What an account has read of a target: {@linkcode pair} of both. Use {@linkcode advanceMarker}. */
  readonly markers: Records<MessageId>;
  readonly bans: Records<Ban>;
  readonly invitations: Records<Invitation>;
  /** Settings of the server. */
  readonly settings: Records<string>;

  /**
   * Does a slice of the work that was put off (indexes, checkpoints, retention), for about `milliseconds`.
   * Call it when nobody waits. `true`: there is more to do.
   */
  maintain(milliseconds: number): boolean;
  statistics(): StoreStatistics;
  close(): void;
}

/**
 * Key of the conversation of two parties, the same for both. Names of nicks and accounts hold no space.
 *
 * @example
 * ```ts
 * import { directTarget } from "./store.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(directTarget("ben", "ann"), "ann ben");
 * ```
 */
export function directTarget(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

/**
 * What is left of an entry when its text is deleted: who, when and where.
 *
 * @example
 * ```ts
 * import { redacted } from "./store.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const message = { source: "ann!a@host", command: "PRIVMSG", params: ["#lobby", "oops"] };
 * assertEquals(redacted({ id: 1, target: "#lobby", message }).message.params, ["#lobby"]);
 * ```
 */
export function redacted(entry: Entry): Entry {
  const { id, target, message } = entry;
  const tags = new Map([...message.tags ?? []].filter(([key]) => !key.startsWith("+")));
  const { source, command, params } = message;
  return {
    id,
    target,
    message: {
      ...(tags.size > 0 && { tags }),
      ...(source !== undefined && { source }),
      command,
      params: params.slice(0, 1),
    },
    redacted: true,
  };
}

/** How much the in-memory form keeps. */
export interface MemoryStoreOptions {
  /** Most entries of one target; the oldest go first. */
  perTarget?: number;
  /** Most entries in all; the target that was silent longest goes first. */
  total?: number;
}

/** Most entries of one target in memory, unless told otherwise. */
export const MEMORY_PER_TARGET = 1_000;

/** Most entries in memory, unless told otherwise. */
export const MEMORY_TOTAL = 200_000;

/**
 * A store that forgets everything at its end: `--ephemeral`, and tests.
 *
 * @example
 * ```ts
 * import { MemoryStore } from "./store.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const store = new MemoryStore();
 * const message = { source: "ann!a@host", command: "PRIVMSG", params: ["#lobby", "hello"] };
 * store.append({ id: Date.now() * 1000, target: "#lobby", message });
 * store.commit();
 * assertEquals(store.history("#lobby", { limit: 50 }).map((entry) => entry.message.params[1]), ["hello"]);
 * ```
 */
export class MemoryStore implements Store {
  readonly accounts: Records<Account> = new MemoryRecords();
  readonly certificates: Records<string> = new MemoryRecords();
  readonly channels: Records<ChannelRecord> = new MemoryRecords();
  readonly memberships: Records<Membership> = new MemoryRecords();
  readonly visits: Records<readonly Interval[]> = new MemoryRecords();
  readonly markers: Records<MessageId> = new MemoryRecords();
  readonly bans: Records<Ban> = new MemoryRecords();
  readonly invitations: Records<Invitation> = new MemoryRecords();
  readonly settings: Records<string> = new MemoryRecords();
  readonly failure = undefined;
  #recent: Recent;
  #lastId = 0;

  constructor({ perTarget = MEMORY_PER_TARGET, total = MEMORY_TOTAL }: MemoryStoreOptions = {}) {
    this.#recent = new Recent({ perTarget, total });
  }

  get lastId(): MessageId {
    return this.#lastId;
  }

  append(entry: Entry): boolean {
    this.#recent.add(entry);
    this.#lastId = entry.id;
    return true;
  }

  redact(id: MessageId): boolean {
    const entry = this.#recent.find(id);
    if (entry !== undefined) this.#recent.replace(redacted(entry));
    return entry !== undefined;
  }

  commit(): undefined {}

  find(id: MessageId): Entry | undefined {
    return this.#recent.find(id);
  }

  history(target: string, range: HistoryRange): Entry[] {
    return this.#recent.history(target, range);
  }

  search(query: SearchQuery): Entry[] {
    return this.#recent.search(query);
  }

  targets(query: TargetsQuery): LatestMessage[] {
    const direct = (query.parties ?? []).flatMap((party) => this.#recent.conversationsOf(party));
    return latestMessages(this, query, direct);
  }

  *entries(after: MessageId = 0): Iterable<Entry> {
    yield* this.#recent.entries().filter((entry) => entry.id > after);
  }

  maintain(_milliseconds: number): boolean {
    return false;
  }

  statistics(): StoreStatistics {
    return { messages: this.#recent.size, bytes: 0, waiting: 0 };
  }

  close(): void {}
}

/** What {@linkcode Store.targets} answers, with the direct conversations already known. */
export function latestMessages(
  store: Pick<Store, "history">,
  query: TargetsQuery,
  direct: readonly string[],
): LatestMessage[] {
  const { after = 0, before = Infinity } = query;
  const found = new Map<string, MessageId>();
  for (const { target, visible } of [...query.channels, ...direct.map((target): VisibleTarget => ({ target }))]) {
    const latest = store.history(target, { limit: 1, ...(visible && { visible }) })[0]?.id ?? 0;
    if (latest > after && latest < before) found.set(target, latest);
  }
  const ordered = [...found].map(([target, latest]) => ({ target, latest })).sort((a, b) => a.latest - b.latest);
  return query.from === "oldest" ? ordered.slice(0, query.limit) : ordered.slice(-query.limit);
}

class MemoryRecords<T> implements Records<T> {
  #values = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  put(key: string, value: T): void {
    this.#values.set(key, value);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  list(prefix = ""): Iterable<[string, T]> {
    return [...this.#values].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => a < b ? -1 : 1);
  }
}
