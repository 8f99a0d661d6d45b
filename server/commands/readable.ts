/**
 * What a request for history means: the conversation that a name names, as far as its reader may see it, and places in it.
 *
 * Shared by CHATHISTORY and SEARCH.
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import { casefold, looksLikeChannel } from "../../protocol/casemapping.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { parseMsgid, parseTime, timeId } from "../clock.ts";
import { directTarget, type MessageId, type VisibleTarget } from "../store.ts";
import type { User } from "../user.ts";

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
    return channel?.members.has(user) ? hub.channels.readable(channel, user) : undefined;
  }
  const identity = hub.identityOf(target);
  if (identity !== undefined) return { target: directTarget(user.identity, identity) };
  const [folded, nameOf] = [casefold(target), namer(client)];
  return conversations(client).findLast(({ target, latest }) => casefold(nameOf(target, latest)) === folded);
}

/** The direct conversations of a user, the latest last. */
export function conversations({ hub, user }: RegisteredClient): (VisibleTarget & { latest: MessageId })[] {
  return hub.store.targets({ channels: [], parties: [user.identity], limit: hub.limits.historyPage });
}

/** Says what a person calls a conversation: the channel as it is written, or the other party. */
export function namer({ hub, user }: RegisteredClient): (target: string, latest: MessageId) => string {
  const guests = new Map<string, string>();
  for (const { account, identity, nick } of hub.users.values()) if (account === undefined) guests.set(identity, nick);
  return (target, latest) => {
    if (looksLikeChannel(target)) return hub.channels.get(target)?.name ?? target;
    const [one, two] = target.split(" ") as [string, string];
    const other = one === user.identity ? two : one;
    const account = hub.store.accounts.get(other.split("*", 1)[0]!);
    if (account?.identity === other) return account.name;
    return guests.get(other) ?? namedIn(hub.store.find(latest)?.message, user);
  };
}

/** The other party of a direct message, as it was called there. */
function namedIn(message: Message | undefined, user: User): string {
  const { source = "", params = [], tags } = message ?? {};
  const sender = source.split("!", 1)[0]!;
  const own = user.account === undefined
    ? casefold(sender) === casefold(user.nick)
    : tags?.get("account") === user.account;
  return own ? params[0] ?? sender : sender;
}
