/**
 * A channel as the store keeps it, and back.
 *
 * @module
 */

import type { Channel, ListLetter } from "./channel.ts";
import { endBans, noteDoors } from "./visibility.ts";
import type { ChannelRecord, MessageId } from "./store.ts";

/**
 * What must be known of a channel after a restart. A channel without a founder is forgotten when it is empty, but for the
 * times in which it was closed: its history is still there.
 */
export function recordOf(channel: Channel): ChannelRecord | undefined {
  const { name, founder, created, topic, modes, key, limit, slow, lists, closed, barred } = channel;
  if (founder === undefined && closed.length === 0 && barred.length === 0) return undefined;
  return {
    name,
    created,
    modes: [...modes].join(""),
    lists: structuredClone(lists),
    access: {},
    closed,
    barred,
    ...(founder !== undefined && { founder }),
    ...(topic !== undefined && { topic }),
    ...(key !== undefined && { key }),
    ...(limit !== undefined && { limit }),
    ...(slow !== undefined && { slow }),
  };
}

/** What must be known of a name that a channel has given up: what was said under it is still there. */
export function nameLeft(channel: Channel, id: MessageId): ChannelRecord | undefined {
  const { name, created } = channel;
  const closed = noteDoors(channel.closed, undefined, id);
  const barred = endBans(channel.barred, id);
  if (closed.length === 0 && barred.length === 0) return undefined;
  return { name, created, modes: "", lists: {}, access: {}, closed, barred };
}

/**
 * Makes a channel what its record says.
 *
 * @param now What a channel without a founder kept closed before the last start has ended by then.
 */
export function restoreChannel(channel: Channel, record: ChannelRecord, now: MessageId): void {
  channel.closed = record.closed ?? [];
  channel.barred = record.barred ?? [];
  if (record.founder === undefined) return channel.dissolve(now);
  channel.founder = record.founder;
  channel.topic = record.topic;
  channel.key = record.key;
  channel.limit = record.limit;
  channel.slow = record.slow;
  channel.modes.clear();
  for (const letter of record.modes) channel.modes.add(letter);
  for (const letter of Object.keys(channel.lists) as ListLetter[]) {
    channel.lists[letter].push(...record.lists[letter] ?? []);
  }
}
