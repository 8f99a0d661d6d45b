/**
 * Playback: entries of the history as messages again, as an answer or at JOIN for clients that cannot ask.
 *
 * Knows nothing of who may read what: it is given what a reader may see.
 *
 * @module
 */

import { byteLength, type Message, splitText, type Tags } from "../../protocol.ts";
import type { Channel } from "../channel.ts";
import type { Client } from "../client.ts";
import { idTime } from "../clock.ts";
import { fallbackRelays, type MultilineLine, multilineRelays } from "../multiline.ts";
import { actionOf, clockTime } from "../plain_text.ts";
import { Relay } from "../relay.ts";
import type { Entry, HistoryRange, Store } from "../store.ts";
import { isCtcp, roomFor } from "./destination.ts";

/** Bytes of a line besides its text and its client-only tags, generously. */
const LINE_BYTES = 300;

/** Which share of what may wait for a client one answer may fill. */
const SHARE = 4;

/** A part of the history of a target, oldest first. What was deleted is left out and takes no place. */
export function readHistory(store: Store, target: string, range: HistoryRange): Entry[] {
  let { after = -1, before = Infinity } = range;
  let found: Entry[] = [];
  for (;;) {
    const limit = range.limit - found.length;
    const page = store.history(target, { ...range, after, before, limit });
    const kept = page.filter(({ redacted }) => !redacted);
    found = range.from === "oldest" ? found.concat(kept) : kept.concat(found);
    if (page.length < limit || kept.length === page.length) return found;
    if (range.from === "oldest") after = page.at(-1)!.id;
    else before = page[0]!.id;
  }
}

/** As many of the entries as one answer (or a part of it) may hold, from the end that counts; at least one. */
export function fitAnswer(
  client: Client,
  entries: readonly Entry[],
  from: "oldest" | "newest" = "newest",
  part = 1,
): Entry[] {
  let room = client.hub.limits.sendq / SHARE * part;
  const fitting = (from === "oldest" ? [...entries] : entries.toReversed()).filter((entry, i) => {
    room -= room < 0 ? 0 : sizeOf(entry);
    return room >= 0 || i === 0;
  });
  return from === "oldest" ? fitting : fitting.reverse();
}

function sizeOf({ message, lines = [] }: Entry): number {
  let perLine = LINE_BYTES;
  for (const [key, value] of message.tags ?? []) perLine += byteLength(key) + 2 * byteLength(value);
  const texts = [message.params.at(-1) ?? "", ...lines.map(({ text }) => text)];
  return texts.reduce((sum, text) => sum + perLine + byteLength(text), 0);
}

/** Sends entries as one batch. */
export function replay(client: Client, type: string, params: readonly string[], entries: readonly Entry[]): void {
  client.batch(type, params, (tags) => {
    for (const entry of entries) if (knows(client, entry)) replayEntry(client, entry, tags);
  });
}

/** Whether a client asked for the capability that a message belongs to. */
function knows(client: Client, { message: { command } }: Entry): boolean {
  if (command === "TAGMSG") return client.has("messageTags");
  return command !== "REDACT" || client.has("messageRedaction");
}

function replayEntry(client: Client, entry: Entry, tags: Tags | undefined): void {
  const head = new Relay(asLive(client, entry.message), { id: entry.id, tags, ...detailsOf(entry) });
  if (entry.lines === undefined) return client.relay(head);
  const whole = client.has("multiline") && client.has("batch");
  const lines = linesOf(entry);
  for (const relay of whole ? multilineRelays(head, lines, client.nextBatch()) : fallbackRelays(head, lines)) {
    client.relay(relay);
  }
}

function detailsOf({ message: { command, tags } }: Entry) {
  const clientTags = new Map([...tags ?? []].filter(([key]) => key.startsWith("+")));
  // These happen in all channels of a user at once, and are kept in each under an id that nobody was told.
  const msgid = command !== "QUIT" && command !== "NICK";
  return { account: tags?.get("account"), bot: tags?.has("bot"), clientTags, msgid };
}

function linesOf({ message, lines = [] }: Entry): MultilineLine[] {
  const more = lines.map(({ text, concat = false }) => ({ text, concat }));
  return [{ text: message.params[1] ?? "", concat: false }, ...more];
}

/** A message as this client would have got it: history keeps JOIN in its extended form. */
function asLive(client: Client, { source = "", command, params }: Message): Message {
  const short = command === "JOIN" && !client.has("extendedJoin");
  return { source, command, params: short ? params.slice(0, 1) : params };
}

/** Messages shown to a person with `nc` who comes in. */
const SHOWN_TO_PEOPLE = 10;

// "if a client requests this capability, the server (or bouncer) SHOULD NOT play back any history that would otherwise be
// sent automatically": https://ircv3.net/specs/extensions/chathistory
/** Shows the last messages of a channel to a client that cannot ask for them. */
export function showRecent(client: Client, channel: Channel): void {
  const { hub, user } = client;
  if (user === undefined || client.has("chathistory") || hub.limits.historyAtJoin === 0) return;
  const { target, visible } = hub.channels.readable(channel, user);
  const limit = client.plain === undefined
    ? hub.limits.historyAtJoin
    : Math.min(SHOWN_TO_PEOPLE, hub.limits.historyAtJoin);
  const entries = fitAnswer(client, readHistory(hub.store, target, { limit, ...(visible && { visible }) }));
  if (entries.length === 0) return;
  if (client.plain !== undefined || client.has("serverTime")) {
    return replay(client, "chathistory", [channel.name], entries);
  }
  client.batch("chathistory", [channel.name], (tags) => {
    for (const entry of entries) for (const relay of withTimes(entry, tags)) client.relay(relay);
  });
}

/** An entry for a client that would take it for new: each line says in its text when it was said. */
function* withTimes(entry: Entry, tags: Tags | undefined): Iterable<Relay> {
  const { source = "", command, params: [target = ""] } = entry.message;
  const prefix = `[${clockTime(idTime(entry.id))}] `;
  const room = roomFor(source, command, target) - byteLength(`\x01ACTION ${prefix}\x01`);
  for (const { text } of linesOf(entry)) {
    if (text === "" || isCtcp(text)) continue;
    const action = actionOf(text);
    for (const part of splitText(action ?? text, Math.max(4, room))) {
      const shown = action === undefined ? prefix + part : `\x01ACTION ${prefix}${part}\x01`;
      yield new Relay({ source, command, params: [target, shown] }, { id: entry.id, tags, ...detailsOf(entry) });
    }
  }
}
