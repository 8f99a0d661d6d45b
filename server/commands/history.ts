/**
 * CHATHISTORY, and the rows of SEARCH and MARKREAD.
 *
 * https://ircv3.net/specs/extensions/chathistory. What a reader may see is decided in `visibility.ts`; how it is found, in
 * the store.
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import { CAPABILITIES } from "../../protocol/capability.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { formatTime, idTime } from "../clock.ts";
import type { CommandTable } from "../command.ts";
import type { Hub } from "../hub.ts";
import type { Entry, HistoryRange, VisibleTarget } from "../store.ts";
import { markread } from "./marker.ts";
import { fitAnswer, readHistory, replay } from "./playback.ts";
import { namer, type Place, place, readableTarget, readLimit } from "./readable.ts";
import { search } from "./search.ts";

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

/** Bounds of what is read, and from which end. */
type Selection = Pick<HistoryRange, "after" | "before" | "from">;

// CHATHISTORY <subcommand> <target> <selector> [<selector>] <limit>
function chathistory(client: RegisteredClient, { params }: Message): void {
  const subcommand = (params[0] ?? "").toUpperCase();
  const fail = (code: string, ...context: string[]) => client.fail("CHATHISTORY", code, params[0] || "*", ...context);
  if (subcommand === "TARGETS") return targets(client, params, fail);
  const selectors = SELECTORS[subcommand];
  if (selectors === undefined) return fail("INVALID_PARAMS", "Unknown command");
  if (params.length !== selectors + 3) return fail("INVALID_PARAMS", "The number of parameters is wrong");
  const [target, ...texts] = params.slice(1, -1) as [string, ...string[]];
  const unknown = texts.find((text) => !/^(?:timestamp|msgid)=/.test(text) && !isLatest(subcommand, text));
  if (unknown !== undefined) return fail("INVALID_MSGREFTYPE", target, unknown, "Only timestamp= and msgid= are known");
  const readable = readableTarget(client, target);
  if (readable === undefined) return fail("INVALID_TARGET", target, "You cannot read the history of that");
  const places = texts.map((text) => isLatest(subcommand, text) ? ALL : place(text));
  const wrong = places.indexOf(undefined);
  if (wrong >= 0) return fail("INVALID_PARAMS", texts[wrong]!, "That is no moment and no msgid of here");
  const limit = readLimit(client, params.at(-1)!);
  if (limit === undefined) return fail("INVALID_PARAMS", params.at(-1)!, "That is no number from 1 on");
  const reading: Reading = { hub: client.hub, readable, limit, events: client.has("eventPlayback") };
  const range = subcommand === "AROUND" ? {} : select(subcommand, places as Place[]);
  const entries = subcommand === "AROUND"
    ? around(client, reading, places[0]!)
    : fitAnswer(client, read(reading, range), range.from);
  replay(client, "chathistory", [target], entries);
}

function isLatest(subcommand: string, text: string): boolean {
  return subcommand === "LATEST" && text === "*";
}

/** What is read, and how much of it. */
interface Reading {
  readonly hub: Hub;
  readonly readable: VisibleTarget;
  readonly limit: number;
  readonly events: boolean;
}

function read({ hub, readable: { target, visible }, limit, events }: Reading, range: Selection): Entry[] {
  return readHistory(hub.store, target, { ...range, limit, events, ...(visible && { visible }) });
}

/** Subcommands about one target, with their number of selectors. */
const SELECTORS: Readonly<Record<string, number>> = { LATEST: 1, BEFORE: 1, AFTER: 1, AROUND: 1, BETWEEN: 2 };

/** Before everything. */
const ALL: Place = { first: -1, last: -1 };

function select(subcommand: string, [one, other]: readonly Place[]): Selection {
  if (subcommand === "LATEST") return { after: one!.last };
  if (subcommand === "BEFORE") return { before: one!.first };
  if (subcommand === "AFTER") return { after: one!.last, from: "oldest" };
  // "the returned messages MUST be counted starting from and excluding the first message selector, while finishing on and
  // excluding the second": the order of the two decides which end counts.
  if (one!.first <= other!.first) return { after: one!.last, before: other!.first, from: "oldest" };
  return { after: other!.last, before: one!.first, from: "newest" };
}

/**
 * Half of the limit before the place, and the place with what is after it; what one side lacks goes to the other. Of what is
 * too much for one answer, the ends go: the place is what was asked for.
 */
function around(client: Client, reading: Reading, { first }: Place): Entry[] {
  const { limit } = reading;
  const after = read(reading, { after: first - 1, from: "oldest" });
  if (limit === 1 && after.length > 0) return after;
  const share = Math.max(Math.floor(limit / 2), limit - after.length);
  const before = read({ ...reading, limit: share }, { before: first, from: "newest" });
  return [
    ...fitAnswer(client, before, "newest", 1 / 2),
    ...fitAnswer(client, after.slice(0, limit - before.length), "oldest", 1 / 2),
  ];
}

// CHATHISTORY TARGETS <timestamp> <timestamp> <limit>
function targets(
  client: RegisteredClient,
  params: readonly string[],
  fail: (code: string, ...context: string[]) => void,
) {
  if (params.length !== 4) return fail("INVALID_PARAMS", "The number of parameters is wrong");
  const [one, other] = params.slice(1, 3).map((text) => text.startsWith("timestamp=") ? place(text) : undefined);
  const limit = readLimit(client, params[3]!);
  if (one === undefined || other === undefined || limit === undefined) {
    return fail("INVALID_PARAMS", "Two timestamp=YYYY-MM-DDThh:mm:ss.sssZ and a number are needed");
  }
  const { hub, user } = client;
  const latest = hub.store.targets({
    ...select("BETWEEN", [one, other]),
    channels: [...user.channels.keys()].map((channel) => hub.channels.readable(channel, user)),
    parties: [user.identity],
    limit,
  });
  // Of guests who had the same nick only the last is found by it.
  const nameOf = namer(client);
  const named = new Map(latest.map(({ target, latest }) => [nameOf(target, latest), latest]));
  client.batch("draft/chathistory-targets", [], (tags) => {
    for (const [name, id] of named) {
      const line = ["TARGETS", name, formatTime(idTime(id))];
      client.deliver({ ...(tags && { tags }), source: hub.name, command: "CHATHISTORY", params: line });
    }
  });
}
