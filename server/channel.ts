/**
 * A channel: its members, its modes and lists, and who may do what in it.
 *
 * State and its invariants only: a user and a channel know each other or neither does, and a channel that nobody is in and
 * that does not last is forgotten by the hub. Knows nothing of commands or of what is sent.
 *
 * @module
 */

import { casefold, matchesMask } from "../protocol/casemapping.ts";
import type { ModeTypes } from "../protocol/mode.ts";
import type { User } from "./user.ts";

/** Statuses of members, highest first, and what stands before the nick. */
export const STATUSES = "ov";
/** Membership prefixes in the order of {@linkcode STATUSES}. */
export const PREFIXES = "@+";

/** The channel modes there are. */
export const CHANNEL_MODES: Readonly<ModeTypes> = {
  list: "beI",
  always: "k",
  whenSet: "l",
  never: "CHRimnst",
  statuses: STATUSES,
};

/** What a new channel begins with. */
const DEFAULT_MODES = "nt";

/** A list of a channel by its mode letter: bans, exceptions, and who may come in uninvited. */
export type ListLetter = "b" | "e" | "I";

/** One user in one channel. */
export interface Member {
  readonly user: User;
  op: boolean;
  voice: boolean;
  /** When it joined, as the id of its JOIN. */
  readonly since: number;
}

/** A mask in a list of a channel. */
export interface ListItem {
  readonly mask: string;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A topic, by whom, and when (milliseconds since 1970). */
export interface Topic {
  readonly text: string;
  readonly by: string;
  readonly at: number;
}

/** The prefix of a member: all that apply, or the highest. */
export function prefixOf(member: Member, all: boolean): string {
  if (!member.op) return member.voice ? "+" : "";
  return member.voice && all ? "@+" : "@";
}

/** A channel. */
export class Channel {
  /** As it was first typed. */
  name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  topic: Topic | undefined;
  /** Letters of type D that are set. */
  readonly modes = new Set<string>(DEFAULT_MODES);
  key: string | undefined;
  limit: number | undefined;
  readonly lists: Readonly<Record<ListLetter, ListItem[]>> = { b: [], e: [], I: [] };
  readonly members = new Map<User, Member>();
  /** Who may come in once, whatever the modes say. */
  readonly invited = new Set<User>();
  /** Account of the founder: the channel then lasts when nobody is in it. */
  founder: string | undefined;

  constructor(name: string, now: number) {
    this.name = name;
    this.created = now;
  }

  /** Secret channels are seen by their members only. */
  get secret(): boolean {
    return this.modes.has("s");
  }

  /** Lets a user in. The first one in is its operator. */
  add(user: User, since: number): Member {
    const member = { user, op: this.members.size === 0 && this.founder === undefined, voice: false, since };
    this.members.set(user, member);
    user.channels.set(this, member);
    this.invited.delete(user);
    return member;
  }

  /** Lets a user out. */
  remove(user: User): void {
    this.members.delete(user);
    user.channels.delete(this);
  }

  /** Whether this user may know of the channel. */
  visibleTo(user: User): boolean {
    return !this.secret || this.members.has(user) || user.isOperator;
  }

  /** Whether this user is one of its operators. */
  isOperator(user: User): boolean {
    return this.members.get(user)?.op ?? false;
  }

  /** Whether a list names a user. */
  isListed(letter: ListLetter, user: User): boolean {
    return this.lists[letter].some(({ mask }) => !mask.startsWith("m:") && matchesUser(mask, user));
  }

  /** Whether a user is banned and not excepted. */
  isBanned(user: User): boolean {
    return this.isListed("b", user) && !this.isListed("e", user);
  }

  /** Whether a mute (a ban with `m:`) holds for a user and no exception does. */
  isMuted(user: User): boolean {
    const mutes = (letter: "b" | "e") =>
      this.lists[letter].some(({ mask }) => mask.startsWith("m:") && matchesUser(mask.slice(2), user));
    return mutes("b") && !mutes("e") && !this.isListed("e", user);
  }

  /** Why a user may not speak here, or `undefined`. */
  silences(user: User): string | undefined {
    const member = this.members.get(user);
    if (member?.op || member?.voice) return undefined;
    if (member === undefined && this.modes.has("n")) return "Cannot send to channel (+n): join it first";
    if (this.modes.has("m")) return "Cannot send to channel (+m): only voiced members may speak";
    if (this.isBanned(user)) return "Cannot send to channel (+b): you are banned";
    return this.isMuted(user) ? "Cannot send to channel (+b m:): you are muted" : undefined;
  }

  /** Whether a list already has this mask. */
  indexOf(letter: ListLetter, mask: string): number {
    const folded = casefold(mask);
    return this.lists[letter].findIndex((item) => casefold(item.mask) === folded);
  }
}

/**
 * Whether a mask of a list means a user: `nick!user@host` with `*` and `?`, or `a:` and an account
 * (https://ircv3.net/specs/extensions/account-extban).
 */
export function matchesUser(mask: string, user: User): boolean {
  if (mask.startsWith("a:")) return user.account !== undefined && matchesMask(mask.slice(2), user.account);
  return matchesMask(mask, user.source) || matchesMask(mask, `${user.nick}!${user.username}@${user.address}`);
}

/**
 * A mask in full: what is missing is `*`.
 *
 * @example
 * ```ts
 * import { completeMask } from "./channel.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(completeMask("ann"), "ann!*@*");
 * assertEquals(completeMask("*@home.example"), "*!*@home.example");
 * assertEquals(completeMask("m:ann"), "m:ann!*@*");
 * ```
 */
export function completeMask(mask: string): string {
  if (mask.startsWith("a:")) return mask;
  if (mask.startsWith("m:")) return `m:${completeMask(mask.slice(2))}`;
  const at = mask.indexOf("@");
  const host = at < 0 ? "*" : mask.slice(at + 1) || "*";
  const rest = at < 0 ? mask : mask.slice(0, at);
  const bang = rest.indexOf("!");
  if (bang < 0) return at < 0 ? `${rest || "*"}!*@*` : `*!${rest || "*"}@${host}`;
  return `${rest.slice(0, bang) || "*"}!${rest.slice(bang + 1) || "*"}@${host}`;
}
