/**
 * CHATHISTORY SEARCH MARKREAD, and the last lines at JOIN for clients that cannot ask.
 *
 * https://ircv3.net/specs/extensions/chathistory, https://soju.im/search. What a reader may see is decided in
 * `visibility.ts`; how it is found, in the store.
 *
 * @module
 */

import { type Message, parseTags, type Tags } from "../../protocol.ts";
import { CAPABILITIES } from "../../protocol/capability.ts";
import { casefold, looksLikeChannel } from "../../protocol/casemapping.ts";
import type { Channel } from "../channel.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { formatTime, idTime, parseMsgid, timeId } from "../clock.ts";
import type { CommandTable } from "../command.ts";
import { fallbackRelays, multilineRelays } from "../multiline.ts";
import { Relay } from "../relay.ts";
import { directTarget, type Entry, type HistoryRange, type MessageId, type VisibleTarget } from "../store.ts";
import { markread } from "./marker.ts";

/** Rows of this file. */
export const historyCommands: CommandTable = {
  CHATHISTORY: {
    usage: "CHATHISTORY LATEST|BEFORE|AFTER|AROUND <target> <selector> <limit> | " +
      "BETWEEN <target> <selector> <selector> <limit> | TARGETS <time> <time> <limit>",
    description: "What was said before",
    spec: CAPABILITIES.chathistory.spec,
    minimum: 0,
    cost: 2,
    run: chathistory,
  },
  SEARCH: {
    usage: "SEARCH <attribute>=<value>{;<attribute>=<value>}",
    description: "Find messages: in, from, text, after, before, limit",
    spec: CAPABILITIES.search.spec,
    minimum: 1,
    cost: 2,
    run: search,
  },
  MARKREAD: {
    usage: "MARKREAD <target> [timestamp=<time>]",
    description: "How far you have read",
    spec: CAPABILITIES.readMarker.spec,
    minimum: 0,
    run: markread,
  },
};

/** A place in a history: the ids at it, from the first to the last. */
interface Place {
  readonly first: MessageId;
  readonly last: MessageId;
}

type Selection = Pick<HistoryRange, "after" | "before" | "from">;

// CHATHISTORY <subcommand> <target> <selector> [<selector>] <limit>
function chathistory(client: RegisteredClient, { params }: Message): void {
  const subcommand = (params[0] ?? "").toUpperCase();
  const fail = (code: string, ...context: string[]) => client.fail("CHATHISTORY", code, ...context);
  const selectors = SELECTORS[subcommand];
  if (subcommand === "TARGETS") return targets(client, params);
  if (selectors === undefined) return fail("INVALID_PARAMS", subcommand || "*", "There is no such subcommand");
  if (params.length < selectors + 3) return fail("NEED_MORE_PARAMS", subcommand, "Parameters are missing");
  const target = params[1]!;
  const visible = readable(client, target);
  if (visible === undefined) return fail("INVALID_TARGET", subcommand, target, "You cannot read the history of that");
  const places = params.slice(2, 2 + selectors).map((text) =>
    subcommand === "LATEST" && text === "*" ? ALL : place(text)
  );
  const limit = readLimit(client, params[2 + selectors]!);
  if (limit === undefined || places.includes(undefined)) {
    return fail("INVALID_PARAMS", subcommand, "That is no timestamp=<time> or msgid=<msgid> and number");
  }
  const known = places as Place[];
  const events = client.has("eventPlayback");
  const entries = subcommand === "AROUND"
    ? around(client, visible, known[0]!, limit, events)
    : client.hub.store.history(visible.target, { ...select(subcommand, known), limit, events, ...visibleOf(visible) });
  replay(client, "chathistory", [target], entries);
}

/** Subcommands about one target, with their number of selectors. */
const SELECTORS: Readonly<Record<string, number>> = { LATEST: 1, BEFORE: 1, AFTER: 1, AROUND: 1, BETWEEN: 2 };

/** Before everything. */
const ALL: Place = { first: -1, last: -1 };

function select(subcommand: string, [one, other]: readonly Place[]): Selection {
  if (subcommand === "LATEST") return { after: one!.last };
  if (subcommand === "BEFORE") return { before: one!.first };
  if (subcommand === "AFTER") return { after: one!.last, from: "oldest" };
  // "closest to the first selector": the order of the two decides which end counts.
  if (one!.first <= other!.first) return { after: one!.last, before: other!.first, from: "oldest" };
  return { after: other!.last, before: one!.first, from: "newest" };
}

function around(client: Client, visible: VisibleTarget, place: Place, limit: number, events: boolean): Entry[] {
  const { store } = client.hub;
  const { target } = visible;
  const half = Math.floor(limit / 2);
  const rest = { events, ...visibleOf(visible) };
  const after = store.history(target, { after: place.first - 1, from: "oldest", limit, ...rest });
  const before = store.history(target, { before: place.first, limit: Math.max(half, limit - after.length), ...rest });
  const older = before.slice(-Math.max(half, limit - after.length));
  return half === 0 && after.length > 0 ? after.slice(0, limit) : [...older, ...after].slice(0, limit);
}

function visibleOf({ visible }: VisibleTarget): Pick<VisibleTarget, "visible"> {
  return visible === undefined ? {} : { visible };
}

/** Reads `timestamp=<time>` or `msgid=<msgid>`. */
function place(text: string): Place | undefined {
  const [, kind, value = ""] = /^(timestamp|msgid)=(.+)$/.exec(text) ?? [];
  if (kind === "msgid") {
    const id = parseMsgid(value);
    return id === undefined ? undefined : { first: id, last: id };
  }
  const time = kind === "timestamp" ? Date.parse(value) : NaN;
  // Messages of one millisecond have one timestamp, and share its fate.
  return Number.isNaN(time) ? undefined : { first: timeId(time), last: timeId(time) + 999 };
}

function readLimit(client: Client, text: string): number | undefined {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) return undefined;
  return Math.min(Number(text), client.hub.limits.historyPage);
}

// CHATHISTORY TARGETS <timestamp> <timestamp> <limit>
function targets(client: RegisteredClient, params: readonly string[]): void {
  const [from, to] = [place(params[1] ?? ""), place(params[2] ?? "")];
  const limit = readLimit(client, params[3] ?? "");
  if (params.length < 4) return client.fail("CHATHISTORY", "NEED_MORE_PARAMS", "TARGETS", "Parameters are missing");
  if (from === undefined || to === undefined || limit === undefined) {
    return client.fail("CHATHISTORY", "INVALID_PARAMS", "TARGETS", "That is no timestamp=<time> and number");
  }
  const [low, high] = from.first <= to.first ? [from, to] : [to, from];
  const { hub, user } = client;
  const latest = hub.store.targets({
    channels: [...user.channels.keys()].map((channel) => hub.readableChannel(channel, user)),
    parties: [user.identity],
    after: low.last,
    before: high.first,
    limit,
  });
  client.batch("draft/chathistory-targets", [], (tags) => {
    for (const { target, latest: id } of latest) {
      const params = ["TARGETS", nameOf(client, target, id), formatTime(idTime(id))];
      client.deliver({ ...(tags && { tags }), source: hub.name, command: "CHATHISTORY", params });
    }
  });
}

/** What a person calls a conversation: the channel, or the other party. */
function nameOf(client: RegisteredClient, target: string, latest: MessageId): string {
  const { hub, user } = client;
  if (looksLikeChannel(target)) return hub.channels.get(target)?.name ?? target;
  const message = hub.store.find(latest)?.message;
  const sender = message?.source?.split("!", 1)[0] ?? target;
  return casefold(sender) === casefold(user.nick) ? message!.params[0]! : sender;
}

/** The history of a target with what the user may read of it, or `undefined` if that is nothing. */
function readable(client: RegisteredClient, target: string): VisibleTarget | undefined {
  const { hub, user } = client;
  if (!looksLikeChannel(target)) {
    const identity = hub.identityOf(target);
    return identity === undefined ? undefined : { target: directTarget(user.identity, identity) };
  }
  const channel = hub.channels.get(target);
  return channel?.members.has(user) ? hub.readableChannel(channel, user) : undefined;
}

// SEARCH <attributes>
function search(client: RegisteredClient, { params }: Message): void {
  const attributes = parseTags(params[0]!);
  const target = attributes.get("in");
  const places = target === undefined ? everywhere(client) : [readable(client, target)];
  const after = attributes.has("after") ? place(`timestamp=${attributes.get("after")}`) : null;
  const before = attributes.has("before") ? place(`timestamp=${attributes.get("before")}`) : null;
  const limit = readLimit(client, attributes.get("limit") ?? `${DEFAULT_FOUND}`);
  const where = places.filter((one) => one !== undefined);
  if (after === undefined || before === undefined || limit === undefined || where.length < places.length) {
    return client.fail("SEARCH", "INVALID_PARAMS", "An attribute names no time, number or place that you may read");
  }
  const [words, from] = [attributes.get("text"), attributes.get("from")];
  const found = client.hub.store.search({
    in: where,
    limit,
    ...(words !== undefined && { words }),
    ...(from !== undefined && { from }),
    // "at or after", "at or before"
    ...(after !== null && { after: after.first - 1 }),
    ...(before !== null && { before: before.last + 1 }),
  });
  replay(client, "soju.im/search", [], found.reverse());
}

/** Messages that a search gives unless told. */
const DEFAULT_FOUND = 100;

/** Every conversation that the user may read. */
function everywhere({ hub, user }: RegisteredClient): VisibleTarget[] {
  const channels = [...user.channels.keys()].map((channel) => hub.readableChannel(channel, user));
  const direct = hub.store.targets({ channels: [], parties: [user.identity], limit: hub.limits.historyPage });
  return [...channels, ...direct.map(({ target }) => ({ target }))];
}

/** Sends entries as one batch. */
function replay(client: Client, type: string, params: readonly string[], entries: readonly Entry[]): void {
  client.batch(type, params, (tags) => {
    for (const entry of entries) replayEntry(client, entry, tags);
  });
}

function replayEntry(client: Client, entry: Entry, tags: Tags | undefined): void {
  if (entry.redacted) return;
  const kept = new Map(entry.message.tags);
  const account = kept.get("account");
  const bot = kept.has("bot");
  kept.delete("account");
  kept.delete("bot");
  const head = new Relay(forClient(client, entry.message), { id: entry.id, account, bot, clientTags: kept, tags });
  if (entry.lines === undefined) return client.relay(head);
  const lines = [
    { text: entry.message.params[1]!, concat: false },
    ...entry.lines.map(({ text, concat = false }) => ({ text, concat })),
  ];
  const knows = client.has("multiline") && client.has("batch");
  for (const relay of knows ? multilineRelays(head, lines, client.nextBatch()) : fallbackRelays(head, lines)) {
    client.relay(relay);
  }
}

/** A message as this client would have got it: history keeps JOIN in its extended form. */
function forClient(client: Client, { source = "", command, params }: Message): Message {
  const short = command === "JOIN" && !client.has("extendedJoin");
  return { source, command, params: short ? params.slice(0, 1) : params };
}

/** Shows the last lines of a channel to a client that cannot ask for them. */
export function showRecent(client: Client, channel: Channel): void {
  const { hub, user } = client;
  if (user === undefined || client.has("chathistory") || hub.limits.historyAtJoin === 0) return;
  // Without a time or a batch nobody could tell what is old.
  if (client.plain === undefined && !client.has("serverTime")) return;
  const visible = hub.readableChannel(channel, user);
  const limit = client.plain === undefined ? hub.limits.historyAtJoin : Math.min(10, hub.limits.historyAtJoin);
  const entries = hub.store.history(visible.target, { limit, ...visibleOf(visible) });
  if (entries.length > 0) replay(client, "chathistory", [channel.name], entries);
}
