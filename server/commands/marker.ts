/**
 * MARKREAD: how far somebody has read, the same at all of an account's clients.
 *
 * https://ircv3.net/specs/extensions/read-marker. Nobody else ever sees it.
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import { casefold, isChannelName, isNick } from "../../protocol/casemapping.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { formatTime, idTime, parseTime, timeId } from "../clock.ts";
import { advanceMarker, type MessageId, pair } from "../store.ts";

// MARKREAD <target> [timestamp=<time>]
export function markread(client: RegisteredClient, { params }: Message): void {
  const [target, selector] = params;
  const fail = (code: string, ...context: string[]) => client.fail("MARKREAD", code, ...context);
  if (target === undefined || target === "") return fail("NEED_MORE_PARAMS", "A target is missing");
  if (!isChannelName(target) && !isNick(target)) {
    return fail("INVALID_PARAMS", target, "That is no channel and no nick");
  }
  if (selector === undefined) return sendMarker(client, target);
  const time = selector.startsWith("timestamp=") ? parseTime(selector.slice("timestamp=".length)) : undefined;
  if (time === undefined) return fail("INVALID_PARAMS", selector, "That is no timestamp=YYYY-MM-DDThh:mm:ss.sssZ");
  const moved = moveMarker(client, target, timeId(time));
  if (moved === undefined) return fail("INTERNAL_ERROR", target, "You have read markers for too many targets");
  sendMarker(client, target);
  // "the server SHOULD send a `MARKREAD` command for that target to all the clients of the user"
  if (moved) {
    for (const each of client.user.clients) if (each !== client && each.has("readMarker")) sendMarker(each, target);
  }
}

/** Tells a client how far a target was read. */
export function sendMarker(client: Client, target: string): void {
  const id = markerOf(client, target);
  client.say("MARKREAD", target, id === undefined ? "*" : `timestamp=${formatTime(idTime(id))}`);
}

function markerOf({ hub, user }: Client, target: string): MessageId | undefined {
  const key = casefold(target);
  return user!.account === undefined ? user!.markers.get(key) : hub.store.markers.get(pair(user!.identity, key));
}

/** Moves a marker forward. `false`: it stands there or further already; `undefined`: there are too many. */
function moveMarker(client: RegisteredClient, target: string, id: MessageId): boolean | undefined {
  const { hub, user } = client;
  const before = markerOf(client, target);
  if (before !== undefined && before >= id) return false;
  if (before === undefined && countMarkers(client) >= hub.limits.markers) return undefined;
  if (user.account === undefined) user.markers.set(casefold(target), id);
  else advanceMarker(hub.store.markers, pair(user.identity, casefold(target)), id);
  return true;
}

function countMarkers({ hub, user }: RegisteredClient): number {
  if (user.account === undefined) return user.markers.size;
  let count = 0;
  for (const _ of hub.store.markers.list(`${user.identity} `)) count++;
  return count;
}
