/**
 * Where a message goes: whether its sender may write there, and who that is.
 *
 * Shared by messages of one line and of several. Sends nothing but the reasons why not.
 *
 * @module
 */

import { byteLength, MAX_BODY_BYTES, type Message, type Tags } from "../../protocol.ts";
import { looksLikeChannel } from "../../protocol/casemapping.ts";
import * as numeric from "../../protocol/numerics.ts";
import { type Channel, type Member, PREFIXES, STATUSES } from "../channel.ts";
import type { Client, RegisteredClient } from "../client.ts";
import type { Relay } from "../relay.ts";
import { User } from "../user.ts";

/** Where a message goes, once it is known that it may. */
export interface Destination {
  /** As it stands in the message: with a membership prefix if only those are meant. */
  readonly target: string;
  readonly to: Channel | User;
  /** Status letter of the members that are meant. */
  readonly status?: string | undefined;
}

/** The destination of a target if the user may write these texts there; says why not, unless it is a NOTICE. */
export function findDestination(
  client: RegisteredClient,
  target: string,
  command: string,
  texts: readonly string[],
): Destination | undefined {
  const prefix = prefixOf(target);
  const name = prefix === "" ? target : target.slice(prefix.length);
  if (!looksLikeChannel(name)) return findUser(client, target, command);
  const channel = client.hub.channels.get(name);
  if (channel === undefined || (!channel.visibleTo(client.user) && channel.modes.has("n"))) {
    return refuse(client, command, numeric.ERR_NOSUCHCHANNEL, name, "No such channel");
  }
  const refusal = channel.silences(client.user) ?? refusesCtcp(channel, texts) ??
    (texts.length === 0 ? undefined : channel.delays(client.user, client.hub.clock));
  if (refusal !== undefined) return refuse(client, command, numeric.ERR_CANNOTSENDTOCHAN, channel.name, refusal);
  return { target: prefix + channel.name, to: channel, status: statusOf(prefix) };
}

function findUser(client: RegisteredClient, nick: string, command: string): Destination | undefined {
  const user = client.hub.userNamed(nick);
  if (user === undefined) {
    return refuse(client, command, numeric.ERR_NOSUCHNICK, nick, "There is nobody of that name here");
  }
  const refusal = user.refuses(client.user);
  return refusal === undefined
    ? { target: user.nick, to: user }
    : refuse(client, command, numeric.ERR_NEEDREGGEDNICK, user.nick, refusal);
}

/** Says why not; nothing ever answers a NOTICE. */
function refuse(client: RegisteredClient, command: string, code: string, ...params: string[]): undefined {
  if (command !== "NOTICE") client.numeric(code, ...params);
}

/** The membership prefixes of a target, if a channel stands behind them. */
function prefixOf(target: string): string {
  let length = 0;
  while (length < target.length && PREFIXES.includes(target[length]!)) length++;
  return looksLikeChannel(target.slice(length)) ? target.slice(0, length) : "";
}

// "the message will be delivered only to the members of that channel with the given or higher status in the channel":
// https://modern.ircdocs.horse/#privmsg-message
function statusOf(prefix: string): string | undefined {
  return prefix === "" ? undefined : STATUSES[Math.max(...[...prefix].map((one) => PREFIXES.indexOf(one)))];
}

function refusesCtcp(channel: Channel, texts: readonly string[]): string | undefined {
  if (!channel.modes.has("C") || !texts.some(isCtcp)) return undefined;
  return "Cannot send to channel (+C): no CTCP here";
}

/** Whether a text is CTCP other than what somebody does: https://modern.ircdocs.horse/ctcp.html. */
export function isCtcp(text: string): boolean {
  // deno-lint-ignore no-control-regex -- CTCP is framed by this character
  return text.startsWith("\x01") && !/^\x01ACTION(?:[ \x01]|$)/.test(text);
}

/** The members that a message to a channel means: all, or those with the status or a higher one. */
export function* meant(channel: Channel, status: string | undefined): Iterable<Member> {
  for (const member of channel.members.values()) {
    if (status === undefined || member.op || (status === "v" && member.voice)) yield member;
  }
}

/** The bytes that a text may have in a message from here to there, so that it reaches everybody whole. */
export function roomFor(source: string, command: string, target: string): number {
  return MAX_BODY_BYTES - byteLength(`:${source} ${command} ${target} :`);
}

/** Tells the sender that the receiver is away. */
export function tellAway(client: RegisteredClient, { to }: Destination, { message }: Relay): void {
  if (to instanceof User && to !== client.user && to.away !== undefined && message.command === "PRIVMSG") {
    client.numeric(numeric.RPL_AWAY, to.nick, to.away);
  }
}

/** The tags that are meant for other clients: https://ircv3.net/specs/extensions/message-tags#client-only-tags. */
export function clientOnly(client: Client, { tags }: Message): Tags | undefined {
  if (tags === undefined || !client.has("messageTags")) return undefined;
  const kept = new Map<string, string>();
  for (const [key, value] of tags) if (key.startsWith("+")) kept.set(key, value);
  return kept.size === 0 ? undefined : kept;
}
