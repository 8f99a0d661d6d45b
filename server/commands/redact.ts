/**
 * REDACT: deletes a message, for its author or an operator of the channel, and for no one else.
 *
 * https://ircv3.net/specs/extensions/message-redaction
 *
 * @module
 */

import { cutToBytes, type Message } from "../../protocol.ts";
import { casefold, looksLikeChannel } from "../../protocol/casemapping.ts";
import type { Channel } from "../channel.ts";
import type { RegisteredClient } from "../client.ts";
import { parseMsgid } from "../clock.ts";
import { TEXT_LIMITS } from "../limits.ts";
import { directTarget, type Entry } from "../store.ts";

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
  // A message of elsewhere is as unknown as one that never was: where it stands decides who may delete it.
  if (entry === undefined || entry.redacted || entry.target !== place.key || !REDACTABLE.has(entry.message.command)) {
    return fail("UNKNOWN_MSGID", target, msgid, "There is no such message there");
  }
  if (!mayRedact(client, entry, place.channel)) {
    return fail("REDACT_FORBIDDEN", target, msgid, "Only its author or an operator of the channel can delete it");
  }
  hub.store.redact(entry.id);
  const text = reason === undefined || reason === "" ? [] : [cutToBytes(reason, TEXT_LIMITS.kick)];
  const relay = hub.relayFrom(user, "REDACT", [place.channel?.name ?? target, msgid, ...text]);
  hub.store.append({ id: relay.details.id, target: place.key, message: relay.message });
  const having = { having: "messageRedaction" as const };
  if (place.channel !== undefined) {
    hub.toChannel(place.channel, relay, having);
    if (!place.channel.members.has(user)) client.relay(relay);
    return;
  }
  const other = hub.userNamed(target);
  if (other !== undefined && other !== user) hub.toUser(other, relay, having);
  hub.toUser(user, relay, having);
}

interface Place {
  readonly key: string;
  readonly channel?: Channel;
}

function findPlace({ hub, user }: RegisteredClient, target: string): Place | undefined {
  if (looksLikeChannel(target)) {
    const channel = hub.channels.get(target);
    if (channel === undefined || !(channel.members.has(user) || user.isOperator)) return undefined;
    return { key: casefold(channel.name), channel };
  }
  const identity = hub.identityOf(target);
  return identity === undefined ? undefined : { key: directTarget(user.identity, identity) };
}

function mayRedact({ user }: RegisteredClient, { id, message }: Entry, channel: Channel | undefined): boolean {
  if (channel !== undefined && (channel.isOperator(user) || user.isOperator)) return true;
  const account = message.tags?.get("account");
  if (account !== undefined) return user.account !== undefined && casefold(account) === casefold(user.account);
  // A guest is known by its nick only while it stays: whoever has the nick later is somebody else.
  const nick = message.source?.split("!", 1)[0] ?? "";
  return user.account === undefined && casefold(nick) === casefold(user.nick) && user.nickSince < id;
}
