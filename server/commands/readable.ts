/**
 * What a request for history means: the conversation that a name names, as far as its reader may see it, and places in it.
 *
 * Shared by CHATHISTORY and SEARCH.
 *
 * @module
 */

import { casefold, looksLikeChannel } from "../../protocol/casemapping.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { parseMsgid, parseTime, timeId } from "../clock.ts";
import { directTarget, type MessageId, type VisibleTarget } from "../store.ts";

/** A place in a history: the ids at it, from the first to the last. */
export interface Place {
  readonly first: MessageId;
  readonly last: MessageId;
}

/** Reads `timestamp=<time>` or `msgid=<msgid>`. */
export function place(text: string): Place | undefined {
  const [, kind, value = ""] = /^(timestamp|msgid)=(.+)$/.exec(text) ?? [];
  if (kind === "msgid") {
    const id = parseMsgid(value);
    return id === undefined ? undefined : { first: id, last: id };
  }
  const time = kind === "timestamp" ? parseTime(value) : undefined;
  // Messages of one millisecond have one timestamp, and share its fate.
  return time === undefined ? undefined : { first: timeId(time), last: timeId(time) + 999 };
}

/** How many messages are asked for, as far as that is allowed. */
export function readLimit(client: Client, text: string): number | undefined {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) return undefined;
  return Math.min(Number(text), client.hub.limits.historyPage);
}

/** The history of a target with what the user may read of it, or `undefined` if that is nothing. */
export function readableTarget(client: RegisteredClient, target: string): VisibleTarget | undefined {
  const { hub, user } = client;
  if (looksLikeChannel(target)) {
    const channel = hub.channels.get(target);
    return channel?.members.has(user) ? hub.readableChannel(channel, user) : undefined;
  }
  const identity = hub.identityOf(target);
  if (identity !== undefined) return { target: directTarget(user.identity, identity) };
  const folded = casefold(target);
  return conversations(client).findLast(({ target, latest }) => casefold(nameOf(client, target, latest)) === folded);
}

/** The direct conversations of a user, the latest last. */
export function conversations({ hub, user }: RegisteredClient): (VisibleTarget & { latest: MessageId })[] {
  return hub.store.targets({ channels: [], parties: [user.identity], limit: hub.limits.historyPage });
}

/** What a person calls a conversation: the channel as it is written, or the other party. */
export function nameOf({ hub, user }: RegisteredClient, target: string, latest: MessageId): string {
  if (looksLikeChannel(target)) return hub.channels.get(target)?.name ?? target;
  const [one, two] = target.split(" ") as [string, string];
  const other = one === user.identity ? two : one;
  const account = hub.store.accounts.get(other.split("*", 1)[0]!);
  if (account?.identity === other) return account.name;
  for (const present of hub.users.values()) if (present.identity === other) return present.nick;
  // A guest that is gone, whom the last message names as the one it is from or to.
  const { source = "", params, tags } = hub.store.find(latest)?.message ?? { params: [] };
  const sender = source.split("!", 1)[0]!;
  const own = user.account === undefined
    ? casefold(sender) === casefold(user.nick)
    : tags?.get("account") === user.account;
  return own ? params[0] ?? sender : sender;
}
