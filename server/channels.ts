/**
 * The channels there are, and what of them lasts: who was in them when, and what they are like after a restart.
 *
 * Knows nothing of what is sent.
 *
 * @module
 */

import { casefold, type Casefolded, CaseMap } from "../protocol/casemapping.ts";
import { Channel, type Member } from "./channel.ts";
import { nameLeft, recordOf, restoreChannel } from "./channel_record.ts";
import { type Clock, idTime } from "./clock.ts";
import { type MessageId, pair, type Store, type VisibleTarget } from "./store.ts";
import type { User } from "./user.ts";
import { beginVisit, endVisit, visibleHistory } from "./visibility.ts";

/** What the channels are given to work with. */
export interface ChannelsParts {
  readonly store: Store;
  readonly clock: Clock;
  /** The first id of this run: what is older was said before the last start. */
  readonly firstId: MessageId;
  /** How long history is kept, in milliseconds; for ever unless told. */
  readonly retention?: number | undefined;
  /** Notes that a user has come, gone, or changed its status: some stay in their channels over a restart. */
  readonly stays: (channel: Channel, user: User) => void;
}

/** The channels by name. */
export class Channels {
  readonly #byName = new CaseMap<Channel>();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #firstId: MessageId;
  readonly #retention: number;
  readonly #stays: (channel: Channel, user: User) => void;

  constructor({ store, clock, firstId, retention = Infinity, stays }: ChannelsParts) {
    this.#store = store;
    this.#clock = clock;
    this.#firstId = firstId;
    this.#retention = retention;
    this.#stays = stays;
  }

  get size(): number {
    return this.#byName.size;
  }
  get(name: string): Channel | undefined {
    return this.#byName.get(name);
  }
  has(name: string): boolean {
    return this.#byName.has(name);
  }
  values(): MapIterator<Channel> {
    return this.#byName.values();
  }

  /** Brings back those that last. */
  restore(): void {
    for (const [, record] of this.#store.channels.list()) if (record.founder !== undefined) this.open(record.name);
  }

  /** The channel of a name; made when there is none, for the account that founds it. */
  open(name: string, founder?: string): Channel {
    const existing = this.#byName.get(name);
    if (existing !== undefined) return existing;
    const channel = new Channel(name, this.#clock.now());
    const record = this.#store.channels.get(casefold(name));
    if (record !== undefined) restoreChannel(channel, record, this.#firstId);
    else if (founder !== undefined) channel.founder = founder;
    this.#byName.set(name, channel);
    this.keep(channel);
    return channel;
  }

  /** Lets a user into a channel, at the id of its JOIN. */
  enter(channel: Channel, user: User, id: MessageId): Member {
    const member = channel.add(user, id);
    this.#beginVisit(user, channel.folded, id);
    this.#stays(channel, user);
    return member;
  }

  /** Lets a user out of a channel, and forgets the channel if it was the last and nothing keeps it. */
  leave(channel: Channel, user: User): void {
    channel.remove(user);
    this.#endVisit(user, channel.folded, this.#clock.next());
    this.#stays(channel, user);
    this.forgetIfEmpty(channel);
  }

  /** Forgets a channel if nobody is in it and nothing keeps it. */
  forgetIfEmpty(channel: Channel): void {
    if (channel.members.size > 0 || channel.founder !== undefined) return;
    this.#byName.delete(channel.name);
    channel.dissolve(this.#clock.next());
    this.keep(channel);
  }

  /** Forgets the channels that last, but that nobody is in and nobody has written in for longer than history is kept. */
  forgetDeserted(): void {
    const before = this.#clock.now() - this.#retention;
    for (const channel of [...this.#byName.values()]) {
      if (channel.members.size > 0 || channel.created >= before) continue;
      const [latest] = this.#store.history(channel.folded, { limit: 1, events: true });
      if (latest !== undefined && idTime(latest.id) >= before) continue;
      this.#byName.delete(channel.name);
      this.#store.channels.delete(channel.folded);
    }
  }

  #beginVisit(user: User, channel: Casefolded, id: MessageId): void {
    const { visits } = this.#store;
    const key = pair(user.identity, channel);
    if (user.account !== undefined) visits.put(key, beginVisit(visits.get(key) ?? [], id, this.#firstId));
  }

  #endVisit(user: User, channel: Casefolded, id: MessageId): void {
    const { visits } = this.#store;
    const key = pair(user.identity, channel);
    if (user.account !== undefined) visits.put(key, endVisit(visits.get(key) ?? [], id));
  }

  /** Keeps what must be known of a channel after a restart; nothing for one that anybody may make anew. */
  keep(channel: Channel): void {
    const record = recordOf(channel);
    if (record !== undefined) this.#store.channels.put(channel.folded, record);
    else if (this.#store.channels.get(channel.folded) !== undefined) this.#store.channels.delete(channel.folded);
  }

  /** Gives a channel another name; its history stays under the old one, and whoever takes that name may not read more of it. */
  rename(channel: Channel, name: string): void {
    const id = this.#clock.next();
    const old = channel.folded;
    const left = nameLeft(channel, id);
    const before = this.#store.channels.get(casefold(name));
    this.#byName.delete(channel.name);
    channel.rename(name, id, before);
    this.#byName.set(name, channel);
    if (channel.folded !== old) {
      if (left === undefined) this.#store.channels.delete(old);
      else this.#store.channels.put(old, left);
      for (const user of channel.members.keys()) {
        this.#endVisit(user, old, id);
        this.#beginVisit(user, channel.folded, id);
      }
    }
    this.keep(channel);
    for (const user of channel.members.keys()) {
      if (user.account !== undefined) this.#store.memberships.delete(pair(user.identity, old));
      this.#stays(channel, user);
    }
  }

  /** A channel's history with what a member may read of it. */
  readable(channel: Channel, user: User): VisibleTarget {
    const target = channel.folded;
    const member = channel.members.get(user);
    const now = member === undefined ? [] : [{ from: member.since }];
    const before = user.account === undefined ? [] : this.#store.visits.get(pair(user.identity, target)) ?? [];
    const visible = visibleHistory(channel, user, [...before, ...now]);
    return visible === undefined ? { target } : { target, visible };
  }
}
