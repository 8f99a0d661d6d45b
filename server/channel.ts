/**
 * A channel: its members, its modes and lists, and who may do what in it.
 *
 * State and its invariants only: a user and a channel know each other or neither does, and a channel that nobody is in and
 * that does not last is forgotten by the hub. Knows nothing of commands or of what is sent.
 *
 * @module
 */

import { casefold, type Casefolded } from "../protocol/casemapping.ts";
import type { ModeTypes } from "../protocol/mode.ts";
import type { Client } from "./client.ts";
import type { Clock } from "./clock.ts";
import { matchesUser } from "./mask.ts";
import type { Barred, Closed } from "./records.ts";
import type { User } from "./user.ts";
import { type Closure, endBans, noteBan, noteDoors } from "./visibility.ts";

/** Statuses of members, highest first, and what stands before the nick. */
export const STATUSES = "ov";
/** Membership prefixes in the order of {@linkcode STATUSES}. */
export const PREFIXES = "@+";

/** The channel modes there are. */
export const CHANNEL_MODES: Readonly<ModeTypes> = {
  list: "beI",
  always: "k",
  whenSet: "lS",
  never: "CHRimnst",
  statuses: STATUSES,
};

/** What each channel mode means. */
export const CHANNEL_MODE_MEANINGS: Readonly<Record<string, string>> = {
  b: "who is banned: a mask, `a:` and an account, `m:` and either for who may come in but not speak",
  e: "who is excepted from bans",
  I: "who may come in uninvited while `i` is set",
  k: "a key is needed to come in",
  l: "how many may be in",
  S: "slow: so many seconds between two messages of one member",
  C: "no CTCP but ACTION",
  H: "history is for who was there when it was said",
  R: "only people who are signed in to an account may come in",
  i: "only who is invited may come in",
  m: "only operators of the channel and voiced members may speak",
  n: "only members may speak",
  s: "seen by members only",
  t: "only operators of the channel may set the topic",
  o: "operator of the channel",
  v: "voiced: may speak while `m` is set",
};

/** Waits in slow mode after which those that are over are forgotten. */
const MAX_WAITS = 1000;

/** What a new channel begins with. */
const DEFAULT_MODES = "nt";

/** A list of a channel by its mode letter: bans, exceptions, and who may come in uninvited. */
export type ListLetter = "b" | "e" | "I";

/** One user in one channel. */
export interface Member {
  readonly user: User;
  op: boolean;
  voice: boolean;
  /** When it joined, as the id of its JOIN, or when the channel took its present name. */
  since: number;
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
  /** When it could not be entered freely, for what may be read later. */
  closed: readonly Closed[] = [];
  /** When bans held. */
  barred: readonly Barred[] = [];
  /** Milliseconds since 1970. */
  readonly created: number;
  topic: Topic | undefined;
  /** Letters of type D that are set. */
  readonly modes = new Set<string>(DEFAULT_MODES);
  key: string | undefined;
  limit: number | undefined;
  /** Seconds that a member waits between two messages. */
  slow: number | undefined;
  /** When whoever has to wait may speak again, by identity and {@linkcode Clock.elapsed}. */
  readonly #waits = new Map<string, number>();
  readonly lists: Readonly<Record<ListLetter, ListItem[]>> = { b: [], e: [], I: [] };
  readonly members = new Map<User, Member>();
  readonly #invited = new Set<User>();
  /** Account of the founder: the channel then lasts when nobody is in it. */
  founder: string | undefined;
  readonly #clients: Client[] = [];
  #name: string;
  #folded: Casefolded;

  constructor(name: string, now: number) {
    this.#name = name;
    this.#folded = casefold(name);
    this.created = now;
  }

  /** As it was first typed. */
  get name(): string {
    return this.#name;
  }

  /**
   * Takes another name. What was said under that name before was said by others: of what they kept closed
   * (`before`) nothing opens.
   */
  rename(name: string, id: number, before: { closed?: readonly Closed[]; barred?: readonly Barred[] } = {}): void {
    this.#name = name;
    if (casefold(name) === this.#folded) return;
    this.#folded = casefold(name);
    const bans = this.lists.b.map(({ mask }) => mask);
    this.closed = noteDoors(noteDoors(before.closed ?? [], undefined, id), this.closure, id);
    this.barred = bans.reduce((barred, mask) => noteBan(barred, mask, true, id), endBans(before.barred ?? [], id));
    for (const member of this.members.values()) member.since = id;
  }

  /** Who may come in once, whatever the modes say. */
  get invited(): ReadonlySet<User> {
    return this.#invited;
  }

  /** The name casefolded. */
  get folded(): Casefolded {
    return this.#folded;
  }

  /** The clients of all members: whom a message reaches. */
  get clients(): readonly Client[] {
    return this.#clients;
  }

  /** Says that a member has one more client. For {@linkcode User.attach}. */
  attach(client: Client): void {
    this.#clients.push(client);
  }

  /** Says that a member has one client less. For {@linkcode User.detach}. */
  detach(client: Client): void {
    this.#clients.splice(this.#clients.indexOf(client), 1);
  }

  /** Notes, after modes have changed, whether one may still come in freely. */
  noteDoors(id: number): void {
    this.closed = noteDoors(this.closed, this.closure, id);
  }

  /** Notes that a ban was set or lifted. */
  noteBan(mask: string, set: boolean, id: number): void {
    this.barred = noteBan(this.barred, mask, set, id);
  }

  /** Ends what its modes and bans kept closed; whoever makes the channel anew begins with open doors. */
  dissolve(id: number): void {
    this.closed = noteDoors(this.closed, undefined, id);
    this.barred = endBans(this.barred, id);
    for (const user of this.invited) this.uninvite(user);
  }

  /** To whom its doors are closed by its modes, if to anybody. */
  get closure(): Closure | undefined {
    if (this.modes.has("i") || this.modes.has("H") || this.key !== undefined) return "all";
    return this.modes.has("R") ? "guests" : undefined;
  }

  /** Secret channels are seen by their members only. */
  get secret(): boolean {
    return this.modes.has("s");
  }

  /** Invites a user; beyond `most` the one who was invited longest ago is no longer. */
  invite(user: User, most: number): void {
    const [first] = this.invited;
    if (first !== undefined && this.invited.size >= most) this.uninvite(first);
    this.#invited.add(user);
    user.invitations.add(this);
  }

  /** Takes an invitation back, or notes that it was used. */
  uninvite(user: User): void {
    if (this.#invited.delete(user)) user.invitations.delete(this);
  }

  /** Lets a user in. The first one in is its operator. */
  add(user: User, since: number): Member {
    const founds = this.founder === undefined ? this.members.size === 0 : this.founder === user.account;
    const member = { user, op: founds, voice: false, since };
    this.members.set(user, member);
    user.channels.set(this, member);
    for (const client of user.clients) this.attach(client);
    this.uninvite(user);
    return member;
  }

  /** Lets a user out. */
  remove(user: User): void {
    if (!this.members.delete(user)) return;
    user.channels.delete(this);
    for (const client of user.clients) this.detach(client);
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

  /** Notes that a user has spoken, which in slow mode makes it wait. */
  noteSpoken(user: User, clock: Clock): void {
    if (this.slow === undefined && this.#waits.size > 0) this.#waits.clear();
    if (this.slow === undefined || this.#isFree(user)) return;
    const now = clock.elapsed();
    this.#waits.set(user.identity, now + this.slow * 1000);
    if (this.#waits.size > MAX_WAITS) {
      for (const [who, until] of this.#waits) if (until <= now) this.#waits.delete(who);
    }
  }

  /** Whether slow mode and the like do not hold for a user. */
  #isFree(user: User): boolean {
    const member = this.members.get(user);
    return member !== undefined && (member.op || member.voice);
  }

  /** Why a user may not speak here, or `undefined`. */
  silences(user: User): string | undefined {
    if (this.#isFree(user)) return undefined;
    if (!this.members.has(user) && this.modes.has("n")) return "Cannot send to channel (+n): join it first";
    if (this.modes.has("m")) return "Cannot send to channel (+m): only voiced members may speak";
    if (this.isBanned(user)) return "Cannot send to channel (+b): you are banned";
    return this.isMuted(user) ? "Cannot send to channel (+b m:): you are muted" : undefined;
  }

  /** Why a user may not say anything here yet, or `undefined`. */
  delays(user: User, clock: Clock): string | undefined {
    const until = this.slow === undefined || this.#isFree(user) ? undefined : this.#waits.get(user.identity);
    if (until === undefined) return undefined;
    const now = clock.elapsed();
    if (until <= now) return undefined;
    return `Cannot send to channel (+S): wait ${Math.ceil((until - now) / 1000)} seconds`;
  }

  /** Whether a list already has this mask. */
  indexOf(letter: ListLetter, mask: string): number {
    const folded = casefold(mask);
    return this.lists[letter].findIndex((item) => casefold(item.mask) === folded);
  }
}
