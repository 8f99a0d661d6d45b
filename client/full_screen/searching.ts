/**
 * A search and what it found: the newest first, and older ones as one goes down.
 *
 * @module
 */

import { dayAndClock } from "../clock.ts";
import { messageSpans } from "../formatting.ts";
import type { FullScreen } from "../full_screen.ts";
import { sanitize, stripFormatting } from "../sanitize.ts";
import { FOUND_AT_ONCE } from "../search_query.ts";
import type { ChatMessage } from "../session.ts";
import { DIM, nickColor, type Span, span } from "../style.ts";
import { lookAround } from "./catch_up.ts";
import type { Panel } from "./panels.ts";

/** What was searched for last. */
export interface Search {
  readonly query: string;
  /** As the server was asked. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Newest first. */
  found: readonly ChatMessage[];
  /** Where it is shown. */
  panel: Panel | undefined;
}

/** Shows what was found; what is older stands below what was there, unless the person has gone on meanwhile. */
export function searchArrived(screen: FullScreen, messages: readonly ChatMessage[]): void {
  const { search } = screen;
  if (search === undefined || (search.panel !== undefined && search.panel !== screen.panel)) return;
  const { panel: before } = search;
  const known = new Set(search.found.map(({ id }) => id));
  const fresh = before === undefined ? messages : messages.filter(({ id }) => id !== undefined && !known.has(id));
  search.found = [...search.found, ...newestFirst(fresh)];
  const isAll = messages.length < FOUND_AT_ONCE || fresh.length === 0;
  const panel = searchPanel(screen, search, isAll);
  if (before?.selected !== undefined) Object.assign(panel, { selected: before.selected, top: before.top });
  screen.panel = search.panel = panel;
}

/** Servers give the oldest first or the newest first; either way messages of the same time keep their order. */
function newestFirst(messages: readonly ChatMessage[]): ChatMessage[] {
  const oldestFirst = (messages[0]?.time ?? 0) <= (messages.at(-1)?.time ?? 0);
  return (oldestFirst ? messages.toReversed() : [...messages]).sort((a, b) => b.time - a.time);
}

function searchPanel(screen: FullScreen, search: Search, isAll: boolean): Panel {
  const { query, found } = search;
  const count = isAll ? `${found.length}` : `the newest ${found.length}, older below`;
  const none = [[span(` Nothing was found for "${sanitize(query)}".`, DIM)]];
  const panel: Panel = {
    title: `search: ${sanitize(query)} (${count}), Enter goes there, Esc back`,
    rows: found.length === 0 ? none : found.map((message) => foundRow(screen, search, message)),
    top: 0,
    ...(found.length > 0 && { selected: 0 }),
    choose: (row) => {
      const message = found[row];
      if (message !== undefined) lookAround(screen, message);
    },
  };
  if (!isAll) panel.more = () => older(screen, search);
  return panel;
}

/** Asks for what is older than all that was found. Of one instant there may be more, so that it is asked for again. */
function older(screen: FullScreen, { attributes, found, panel }: Search): void {
  const oldest = found.at(-1);
  if (panel === undefined || oldest === undefined) return;
  panel.more = undefined;
  screen.session.search(new Map([...attributes, ["before", new Date(oldest.time + 1).toISOString()]]));
}

/** In narrower windows only what tells most is said of when and where. */
const NARROW = 60;

function foundRow(screen: FullScreen, { attributes }: Search, message: ChatMessage): Span[] {
  const { session, scrolling, current } = screen;
  const narrow = scrolling.columns < NARROW;
  const isHere = session.same(message.target, current.name);
  const when = dayAndClock(message.time);
  const isToday = when.slice(0, 10) === dayAndClock(screen.now()).slice(0, 10);
  const [word = ""] = (attributes.get("text") ?? "").split(" ");
  return [
    span(` ${narrow ? (isToday ? when.slice(11) : when.slice(5, 10)) : when} `, DIM),
    ...(narrow && isHere ? [] : [span(`${sanitize(message.target)} `, DIM)]),
    span(`${sanitize(message.nick)} `, { fg: nickColor(session.fold(message.nick)) }),
    ...messageSpans(excerpt(message.text, word, narrow ? 12 : 40)),
  ];
}

/** A text on one row, begun so late that a word that stands behind so many letters is seen. */
function excerpt(text: string, word: string, room: number): string {
  const row = text.replaceAll("\n", " ");
  const plain = stripFormatting(row);
  const at = word === "" ? -1 : plain.toLowerCase().indexOf(word.toLowerCase());
  if (at <= room) return row;
  const space = plain.lastIndexOf(" ", at - room / 2);
  return `…${plain.slice(space > at - room ? space + 1 : at)}`;
}
