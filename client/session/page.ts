/**
 * How much a page of history held, and where it begins and ends: whoever pages goes on from there, also where nothing of the
 * page is for people's eyes.
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import type { Batch } from "./batches.ts";
import type { PageEdge, PageExtent } from "./events.ts";

/** Measures the lines between the two BATCH lines. `timeOf` says when a message was said. */
export function extentOf(items: Batch["items"], timeOf: (message: Message) => number): PageExtent {
  const heads = items.map((item) => "items" in item ? item.opening : item).filter(counts);
  if (heads.length === 0) return { size: 0 };
  const times = heads.map(timeOf);
  return {
    size: heads.length,
    first: edgeOf(heads, times, 1),
    last: edgeOf(heads.toReversed(), times.toReversed(), -1),
  };
}

// "Context messages MUST NOT be counted towards the message limit.": https://ircv3.net/specs/extensions/chathistory
function counts({ tags }: Message): boolean {
  return tags?.has("draft/chathistory-context") !== true;
}

/**
 * The outermost line that has an id. Where none has, its time; and since more of the same instant may lie beyond, that
 * instant is asked for again, unless something was said in it that would be shown twice, or the page holds nothing else.
 */
function edgeOf(heads: readonly Message[], times: readonly number[], inwards: 1 | -1): PageEdge {
  const named = heads.findIndex(({ tags }) => (tags?.get("msgid") ?? "") !== "");
  if (named >= 0) return { selector: `msgid=${heads[named]!.tags!.get("msgid")}`, time: times[named]! };
  const time = times[0]!;
  const again = time !== times.at(-1) && !heads.some(({ command }) => command === "PRIVMSG" || command === "NOTICE");
  return { selector: timeSelector(again ? time + inwards : time), time };
}

/** A time as CHATHISTORY and MARKREAD write it. */
export function timeSelector(time: number): string {
  return `timestamp=${new Date(time).toISOString()}`;
}
