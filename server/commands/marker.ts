/**
 * MARKREAD: how far somebody has read, the same at all of an account's clients.
 *
 * https://ircv3.net/specs/extensions/read-marker
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import { casefold } from "../../protocol/casemapping.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { formatTime, idTime, timeId } from "../clock.ts";
import { advanceMarker, pair } from "../store.ts";

// MARKREAD <target> [timestamp=<time>]
export function markread(client: RegisteredClient, { params }: Message): void {
  const [target, selector] = params;
  if (target === undefined || target === "") {
    return client.fail("MARKREAD", "NEED_MORE_PARAMS", "A target is missing");
  }
  if (selector === undefined) return sendMarker(client, target);
  const time = /^timestamp=(.+)$/.exec(selector)?.[1];
  const at = time === undefined ? NaN : Date.parse(time);
  if (Number.isNaN(at)) return client.fail("MARKREAD", "INVALID_PARAMS", target, "That is no timestamp=<time>");
  advanceMarker(client.hub.store.markers, markerKey(client, target), timeId(at));
  for (const each of client.user.clients) {
    if (each === client || each.has("readMarker")) sendMarker(each, target);
  }
}

/** Tells a client how far a target was read. */
export function sendMarker(client: Client, target: string): void {
  const id = client.hub.store.markers.get(markerKey(client, target));
  const params = [target, id === undefined ? "*" : `timestamp=${formatTime(idTime(id))}`];
  client.deliver({ source: client.hub.name, command: "MARKREAD", params });
}

function markerKey(client: Client, target: string): string {
  return pair(client.user!.identity, casefold(target));
}
