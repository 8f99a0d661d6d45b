/**
 * The state that must be there again after a restart: small values by key, such as accounts, channels and bans.
 *
 * Says only what a record is. Knows nothing about where records are kept, and nothing about messages but their ids.
 *
 * @module
 */

import type { Interval, MessageId } from "./store.ts";

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
  /** Whose its history is: of this account alone, also if a later one has the same name. */
  readonly identity: string;
  /** PHC string, see `password.ts`; absent when only certificates sign in. */
  readonly password?: string;
  /** For SCRAM-SHA-256, see `scram.ts`. */
  readonly scram?: ScramKeys;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Fingerprints; each is also a record of `certificates`. */
  readonly certificates: readonly string[];
  /** Stays in its channels while nobody is at it. */
  readonly alwaysOn: boolean;
  /** As what it stays, and comes back after a restart. */
  readonly presence?: Presence;
  readonly settings: Readonly<Record<string, string>>;
}

/** What others see of an account beside its name. */
export interface Presence {
  readonly username: string;
  readonly realname: string;
  readonly host: string;
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
  /** Seconds between two messages of one member. */
  readonly slow?: number;
  /** Lists by their mode letter: b, e, I, q, ... */
  readonly lists: Readonly<Record<string, readonly ListItem[]>>;
  /** Membership modes that accounts get when they join, such as `o`. */
  readonly access: Readonly<Record<string, string>>;
  /** When it could not be entered freely. */
  readonly closed?: readonly Closed[];
  /** When bans held. */
  readonly barred?: readonly Barred[];
}

/** A time in which a channel could not be entered freely: by nobody outside, or by nobody without an account. */
export interface Closed extends Interval {
  readonly against: "all" | "guests";
}

/** A time in which a ban held. */
export interface Barred extends Interval {
  readonly mask: string;
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
  /** Casefolded nicks of those who have used it; each counts once. */
  readonly usedBy?: readonly string[];
  readonly channel?: string;
}

/** An account is in a channel, by {@linkcode pair} of both. */
export interface Membership {
  /** The channel's name as it is written. */
  readonly name: string;
  /** Its membership modes, such as `o`. */
  readonly modes: string;
  readonly since: MessageId;
}

/** Key of a record that belongs to an account and a target; `records.list(account + " ")` gives all of an account. */
export function pair(account: string, target: string): string {
  return `${account} ${target}`;
}

/**
 * Moves a read marker forward, never back (https://ircv3.net/specs/extensions/read-marker), and gives where it then
 * stands.
 */
export function advanceMarker(markers: Records<MessageId>, key: string, id: MessageId): MessageId {
  const now = markers.get(key);
  if (now !== undefined && now >= id) return now;
  markers.put(key, id);
  return id;
}
