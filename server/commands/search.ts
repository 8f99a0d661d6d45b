/**
 * SEARCH: messages by their words, in all that the user may read.
 *
 * https://github.com/emersion/soju/blob/master/doc/ext/search.md
 *
 * @module
 */

import { type Message, parseTags } from "../../protocol.ts";
import type { RegisteredClient } from "../client.ts";
import type { SearchQuery, VisibleTarget } from "../store.ts";
import { fitAnswer, replay } from "./playback.ts";
import { conversations, type Place, place, readableTarget, readLimit } from "./readable.ts";

/** Messages that a search gives unless told. */
const DEFAULT_FOUND = 100;

// SEARCH <attribute>=<value>{;<attribute>=<value>}
export function search(client: RegisteredClient, { params }: Message): void {
  const attributes = parseTags(params[0]!);
  const query = readQuery(client, attributes);
  if (typeof query === "string") return client.fail("SEARCH", "INVALID_PARAMS", query, WRONG[query] ?? "");
  const found = client.hub.store.search(query);
  replay(client, "soju.im/search", [], fitAnswer(client, found.reverse()));
}

/** What is wrong with an attribute. */
const WRONG: Readonly<Record<string, string>> = {
  in: "You cannot read the history of that",
  after: "That is no moment such as 2026-01-31T12:00:00.000Z",
  before: "That is no moment such as 2026-01-31T12:00:00.000Z",
  limit: "That is no number from 1 on",
};

/** The query that attributes make, or the name of the attribute that is wrong. */
function readQuery(client: RegisteredClient, attributes: ReadonlyMap<string, string>): SearchQuery | string {
  const where = attributes.get("in");
  const places = where === undefined ? everywhere(client) : [readableTarget(client, where)];
  if (places.includes(undefined)) return "in";
  const after = moment(attributes.get("after"));
  if (after === "wrong") return "after";
  const before = moment(attributes.get("before"));
  if (before === "wrong") return "before";
  const limit = readLimit(client, attributes.get("limit") ?? `${DEFAULT_FOUND}`);
  if (limit === undefined) return "limit";
  const [words, from] = [attributes.get("text"), attributes.get("from")];
  return {
    in: places as VisibleTarget[],
    limit,
    ...(words !== undefined && { words }),
    ...(from !== undefined && { from }),
    // "the message was sent at or after this time", "the message was sent at or before this time"
    ...(after !== undefined && { after: after.first - 1 }),
    ...(before !== undefined && { before: before.last + 1 }),
  };
}

function moment(text: string | undefined): Place | "wrong" | undefined {
  return text === undefined ? undefined : place(`timestamp=${text}`) ?? "wrong";
}

/** Every conversation that the user may read. */
function everywhere(client: RegisteredClient): VisibleTarget[] {
  const { hub, user } = client;
  const channels = [...user.channels.keys()].map((channel) => hub.channels.readable(channel, user));
  return [...channels, ...conversations(client).map(({ target }) => ({ target }))];
}
