/**
 * REDACT: deletes a message, for its author or an operator of the channel, and for no one else. Nobody reacts to it then.
 *
 * https://ircv3.net/specs/extensions/message-redaction
 *
 * @module
 */

import { cutToBytes, type Message, type Tags } from "../../protocol.ts";
import { casefold, looksLikeChannel } from "../../protocol/casemapping.ts";
import type { Channel } from "../channel.ts";
import type { RegisteredClient } from "../client.ts";
import { parseMsgid, timeId } from "../clock.ts";
import { TEXT_LIMITS } from "../limits.ts";
import { isVisible } from "../range.ts";
import { directTarget, type Entry } from "../store.ts";
import { User } from "../user.ts";
import type { Destination } from "./destination.ts";

/** What can be deleted. */
const REDACTABLE = new Set(["PRIVMSG", "NOTICE", "TAGMSG"]);

// REDACT <target> <msgid> [<reason>]
export function redact(client: RegisteredClient, { params }: Message): void {
  const [target, msgid, reason] = params as [string, string, string?];
  const { hub, user } = client;
  const fail = (code: string, ...context: string[]) => client.fail("REDACT", code, ...context);
  const place = findPlace(client, target);
  if (place === undefined) return fail("INVALID_TARGET", target, "You are not there");
  const id = parseMsgid(msgid);
  const entry = id === undefined ? undefined : hub.store.find(id);
  if (entry === undefined || !isThere(client, entry, place)) {
    return fail("UNKNOWN_MSGID", target, msgid, "There is no such message there");
  }
  if (!mayRedact(client, entry, place.channel)) {
    return fail("REDACT_FORBIDDEN", target, msgid, "Only its author or an operator of the channel can delete it");
  }
  hub.store.redact(entry.id);
  const text = reason === undefined || reason === "" ? [] : [cutToBytes(reason, TEXT_LIMITS.kick)];
  const relay = hub.relayAct(user, "REDACT", [place.name, msgid, ...text]);
  hub.store.append({ id: relay.details.id, target: place.key, message: relay.message });
  // "MUST not forward this `REDACT` to target recipients that have not negotiated this capability"
  const having = { having: "messageRedaction" as const };
  if (place.channel !== undefined) return hub.toChannel(place.channel, relay, having);
  const other = hub.userNamed(target);
  if (other !== undefined && other !== user) hub.toUser(other, relay, having);
  hub.toUser(user, relay, having);
}

interface Place {
  /** As the channel or the other one writes it. */
  readonly name: string;
  /** Under which its history is kept. */
  readonly key: string;
  readonly channel?: Channel;
}

function findPlace({ hub, user }: RegisteredClient, target: string): Place | undefined {
  if (looksLikeChannel(target)) {
    const channel = hub.channels.get(target);
    return channel?.members.has(user) ? { name: channel.name, key: channel.folded, channel } : undefined;
  }
  const identity = hub.identityOf(target);
  if (identity === undefined) return undefined;
  return { name: hub.userNamed(target)?.nick ?? target, key: directTarget(user.identity, identity) };
}

/**
 * The msgid of what tags react to, if it was deleted. Only reactions are looked at, because what they are to is looked up
 * in the store; nothing that is said waits for that.
 */
export function deletedBelow(
  client: RegisteredClient,
  to: Destination["to"],
  tags: Tags | undefined,
): string | undefined {
  if (!tags?.has("+draft/react")) return undefined;
  const msgid = tags.get("+reply") ?? tags.get("+draft/reply") ?? "";
  const id = parseMsgid(msgid);
  const entry = id === undefined ? undefined : client.hub.store.find(id);
  if (entry?.redacted !== true) return undefined;
  const { user } = client;
  const place = to instanceof User
    ? { key: directTarget(user.identity, to.identity) }
    : { key: to.folded, channel: to };
  const isOutside = place.channel?.members.has(user) === false;
  return !isOutside && isReadable(client, entry, place) ? msgid : undefined;
}

/** What can be deleted there. */
function isThere(client: RegisteredClient, entry: Entry, place: Place): boolean {
  return !entry.redacted && REDACTABLE.has(entry.message.command) && isReadable(client, entry, place);
}

/** A message of elsewhere, or one that the user may not read, is as unknown as one that never was. */
function isReadable({ hub, user }: RegisteredClient, entry: Entry, { key, channel }: Omit<Place, "name">): boolean {
  if (entry.target !== key) return false;
  return channel === undefined || isVisible(entry.id, hub.channels.readable(channel, user).visible);
}

function mayRedact({ hub, user }: RegisteredClient, { id, message }: Entry, channel: Channel | undefined): boolean {
  if (channel?.isOperator(user)) return true;
  const author = message.tags?.get("account");
  if (author === undefined) {
    // A guest is known by its nick only while it stays: whoever has the nick later is somebody else.
    const nick = message.source?.split("!", 1)[0] ?? "";
    return user.account === undefined && casefold(nick) === casefold(user.nick) && user.nickSince < id;
  }
  // And whoever has made an account later is not the one who had an account of that name.
  const created = hub.store.accounts.get(casefold(author))?.created ?? 0;
  return user.account !== undefined && casefold(author) === casefold(user.account) && timeId(created) <= id;
}
