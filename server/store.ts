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

/** Values by key that last: small, and read and written whole. */
export interface Records<T> {
  get(key: string): T | undefined;
  /** Part of the turn: lasts from the next {@linkcode Store.commit}. Do not change the value afterwards. */
  put(key: string, value: T): void;
  delete(key: string): void;
  /** All whose key begins with `prefix`, in the order of their keys. */
  list(prefix?: string): Iterable<[key: string, value: T]>;
}

/** An account, by its casefolded name. */
export interface Account {
  readonly name: string;
  /** PHC string, see `password.ts`; absent when only certificates sign in. */
  readonly password?: string;
  /** For SCRAM-SHA-256, see `scram.ts`. */
  readonly scram?: ScramKeys;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Fingerprints; each is also a record of `certificates`. */
  readonly certificates: readonly string[];
  readonly alwaysOn: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

/** What a server keeps of a password for SCRAM (https://datatracker.ietf.org/doc/html/rfc5802#section-3), in base64. */
export interface ScramKeys {
  readonly salt: string;
  readonly iterations: number;
  readonly storedKey: string;
  readonly serverKey: string;
}

/** A channel that lasts, by its casefolded name. */
export interface ChannelRecord {
  readonly name: string;
  /** Account of the founder, casefolded. */
  readonly founder?: string;
  readonly created: number;
  readonly topic?: { readonly text: string; readonly by: string; readonly at: number };
  /** Letters of the modes without parameter that are set. */
  readonly modes: string;
  readonly key?: string;
  readonly limit?: number;
  /** Lists by their mode letter: b, e, I, q, ... */
  readonly lists: Readonly<Record<string, readonly ListItem[]>>;
  /** Membership modes that accounts get when they join, such as `o`. */
  readonly access: Readonly<Record<string, string>>;
}

/** An item of a list of a channel. */
export interface ListItem {
  readonly mask: string;
  readonly by: string;
  readonly at: number;
}

/** A ban of the server, by its mask. */
export interface Ban {
  /** What the mask is compared with. */
  readonly kind: "mask" | "address" | "account";
  readonly reason: string;
  readonly by: string;
  readonly created: number;
  readonly expires?: number;
}

/** An invitation, by the hash of its token. */
export interface Invitation {
  readonly by: string;
  readonly created: number;
  readonly expires?: number;
  /** How often it may still be used; absent: as often as one likes. */
  readonly uses?: number;
  readonly channel?: string;
}

/** An account is in a channel, by {@linkcode pair} of both. */
export interface Membership {
  /** Its membership modes, such as `o`. */
  readonly modes: string;
  readonly since: MessageId;
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
   * Adds a message to the turn. Its id must be greater than all before.
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
 * import { directTarget } from "./server/store.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(directTarget("ben", "ann"), "ann ben");
 * ```
 */
export function directTarget(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

/** Key of a record that belongs to an account and a target; `records.list(account + " ")` gives all of an account. */
export function pair(account: string, target: string): string {
  return `${account} ${target}`;
}

/**
 * Moves a read marker forward, never back: "The server MUST NOT move it backwards",
 * https://ircv3.net/specs/extensions/read-marker. Gives where it then stands.
 */
export function advanceMarker(markers: Records<MessageId>, key: string, id: MessageId): MessageId {
  const now = markers.get(key);
  if (now !== undefined && now >= id) return now;
  markers.put(key, id);
  return id;
}
