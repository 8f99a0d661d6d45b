/**
 * A user: somebody with a nick, at one or more clients, in channels.
 *
 * State and its invariants only: a user and a channel know each other or neither does, see {@linkcode Channel.add}. Knows
 * nothing of commands or of what is sent.
 *
 * @module
 */

import { casefold } from "../protocol/casemapping.ts";
import type { Channel, Member } from "./channel.ts";
import type { Client } from "./client.ts";
import type { MessageId } from "./store.ts";

/** The user modes there are, and what they mean. */
export const USER_MODE_MEANINGS: Readonly<Record<string, string>> = {
  B: "is a bot: https://ircv3.net/specs/extensions/bot-mode",
  R: "only people who are signed in to an account may write to this user",
  i: "is not found by people who share no channel with this user",
  o: "is an operator of the server; set by OPER, unset by the user",
  w: "receives WALLOPS",
};

/** Letters of user modes. */
export const USER_MODES = Object.keys(USER_MODE_MEANINGS).join("");

/** An account that a user is signed in to. */
export interface SignedIn {
  readonly name: string;
  /** Whose its history is. */
  readonly identity: string;
}

/** What a user comes with. */
export interface Identity {
  readonly nick: string;
  readonly username: string;
  readonly realname: string;
  /** What others see instead of an address. */
  readonly host: string;
  /** Where the first client really comes from. */
  readonly address: string;
  readonly account?: SignedIn | undefined;
}

/** Somebody who is registered on the server. */
export class User {
  readonly username: string;
  /** Where its latest client really comes from. */
  address: string;
  readonly #clients: Client[] = [];
  readonly channels = new Map<Channel, Member>();
  /** Name of the operator, as in OPER, while the mode `o` is set. */
  operator: string | undefined;
  away: string | undefined;
  /** Whether it is away because nobody is at it. */
  absent = false;
  /** When it must have signed in to the account whose nick it has, in milliseconds since 1970. */
  nickDeadline: number | undefined;
  /** Whether it was asked for that once: not again and again. */
  askedForNick = false;
  realname: string;
  /** Milliseconds since 1970. */
  readonly signon: number;
  /** When it last said something, in milliseconds since 1970. */
  active: number;
  /** Since when it has this nick. */
  nickSince: MessageId;
  // Made when they are first asked for, which for most users is never.
  #modes: Set<string> | undefined;
  #invitations: Set<Channel> | undefined;
  #markers: Map<string, MessageId> | undefined;
  #account: SignedIn | undefined;
  #guest: string;
  #nick: string;
  #host: string;
  #source = "";

  /**
   * @param id An id of its own: what makes one guest differ from another of the same nick.
   * @param now Milliseconds since 1970.
   */
  constructor(identity: Identity, id: MessageId, now: number) {
    this.nickSince = id;
    this.#guest = guestIdentity(id);
    this.#nick = identity.nick;
    this.#host = identity.host;
    this.username = identity.username;
    this.address = identity.address;
    this.realname = identity.realname;
    this.#account = identity.account;
    this.signon = this.active = now;
  }

  /** The nick as it was typed. */
  get nick(): string {
    return this.#nick;
  }
  set nick(nick: string) {
    this.#nick = nick;
    this.#source = "";
  }

  /** Channels that it may come into once. */
  get invitations(): Set<Channel> {
    return this.#invitations ??= new Set();
  }

  /** How far a guest has read, by casefolded target; an account's markers are in the store. */
  get markers(): Map<string, MessageId> {
    return this.#markers ??= new Map();
  }

  /** What others see instead of an address. */
  get host(): string {
    return this.#host;
  }
  set host(host: string) {
    this.#host = host;
    this.#source = "";
  }

  /** `nick!username@host`. */
  get source(): string {
    return this.#source ||= `${this.#nick}!${this.username}@${this.#host}`;
  }

  /**
   * Whose messages these are in history: the account's, or those of this visit only. A guest's are not inherited by
   * whoever has the nick next.
   */
  get identity(): string {
    return this.#account?.identity ?? this.#guest;
  }

  /** Name of the account, as it was registered. */
  get account(): string | undefined {
    return this.#account?.name;
  }

  /** Signs in to an account. */
  signIn({ name, identity }: SignedIn): void {
    this.#account = { name, identity };
  }

  /** Becomes a guest. @param id An id of its own, as for the constructor. */
  signOut(id: MessageId): void {
    this.#account = undefined;
    this.#guest = guestIdentity(id);
  }

  /** Whether its nick is the name of its account. */
  get isUnderOwnName(): boolean {
    return this.account !== undefined && casefold(this.account) === casefold(this.#nick);
  }

  /** Letters of the user modes that are set. */
  get modes(): ReadonlySet<string> {
    return this.#modes ?? NO_MODES;
  }

  /** Sets or unsets a user mode. While the user is on the server, {@linkcode Hub.setMode} does it, which counts. */
  setMode(letter: string, on: boolean): void {
    const modes = this.#modes ??= new Set();
    if (on) modes.add(letter);
    else modes.delete(letter);
    if (letter === "o" && !on) this.operator = undefined;
  }

  /** The programs through which this user is here; none for an always-on account that is away. */
  get clients(): readonly Client[] {
    return this.#clients;
  }

  /** Makes a client one of this user's. */
  attach(client: Client): void {
    this.#clients.push(client);
    for (const channel of this.channels.keys()) channel.attach(client);
  }

  /** Takes a client away. */
  detach(client: Client): void {
    this.#clients.splice(this.#clients.indexOf(client), 1);
    for (const channel of this.channels.keys()) channel.detach(client);
  }

  get isOperator(): boolean {
    return this.modes.has("o");
  }

  /** Whether any of its clients came over an encrypted connection, and none over a plain one. */
  get secure(): boolean {
    return this.clients.length > 0 && this.clients.every((client) => client.remote.secure);
  }

  /** Why this user takes no messages from another, or `undefined`. */
  refuses(other: User): string | undefined {
    if (!this.modes.has("R") || other.account !== undefined || other === this || other.isOperator) return undefined;
    return "Only people who are signed in to an account may write to them (+R)";
  }

  /** Whether both are members of some channel. */
  sharesChannelWith(other: User): boolean {
    if (other === this) return true;
    for (const channel of this.channels.keys()) if (channel.members.has(other)) return true;
    return false;
  }
}

const NO_MODES: ReadonlySet<string> = new Set();

function guestIdentity(id: MessageId): string {
  return `*${id.toString(36)}`;
}
