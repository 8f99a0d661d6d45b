/**
 * Pages of history that have come: where they belong, what is missing beside them, and whether to ask on.
 *
 * One that had nearly nothing to show asks for the next by itself.
 *
 * @module
 */

import type { Buffer, Line } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import type { HistoryEvent, HistoryRequest, PageEdge, SessionEvent } from "../session.ts";
import {
  CANNOT_BE_HAD,
  type Errand,
  errandOf,
  followerOf,
  forgetMissed,
  giveUpOlder,
  loadBefore,
  loadFurther,
  loadLatest,
  PAGE,
  takeSought,
} from "./catch_up.ts";

/** How many pages are asked for to close what was missed; what is missing then is loaded when somebody scrolls there. */
const MAX_PAGES = 20;
/** Whoever looks at a conversation or scrolls up in it wants to see so many messages. */
const HANDFUL = 10;
/** How many pages are looked through for them before somebody has to scroll up again. */
const MAX_QUIET_PAGES = 10;

/** A page that has come, and what it found here. */
interface Page {
  readonly request: HistoryRequest;
  readonly errand: Errand;
  /** Absent of an empty page. */
  readonly first: PageEdge | undefined;
  readonly last: PageEdge | undefined;
  /** Whether there may be more behind it. */
  readonly full: boolean;
  readonly failed: boolean;
  /** Messages in it that are shown, and how many of them were not here. */
  readonly messages: number;
  readonly added: number;
  /** The last message in it that has an id. */
  readonly newest: string | undefined;
  /** Whether it met a message that was here. */
  readonly met: boolean;
  /** Whether what is known became too much, so that the oldest of it went. */
  readonly trimmed: boolean;
  /** Before it came: the oldest message, the last before its time, how far up things were known, a gap without an end. */
  readonly oldest: Line | undefined;
  readonly above: Line | undefined;
  readonly reach: string | undefined;
  readonly openGap: Line | undefined;
  /** The gap out of which it comes. */
  readonly gap: Line | undefined;
}

/** Puts a page of history where it belongs, and asks for the next if more was missed. */
export function historyArrived(screen: FullScreen, event: SessionEvent & { type: "history" }): void {
  const { request, failed } = event;
  const buffer = screen.find(request.target);
  // It was closed meanwhile.
  if (buffer === undefined) return;
  buffer.loading = false;
  const page = insert(screen, buffer, event);
  if (failed !== undefined && request.which === "AFTER") return loadLatest(screen, buffer);
  ARRIVALS[request.which](screen, buffer, page);
  // That one message is not there says nothing of those that are older than what is here.
  if (failed !== undefined && request.which !== "AROUND") buffer.complete = true;
  if (page.errand.latest) countMissed(screen, buffer, request.which !== "AFTER");
  const sought = request.which === "AROUND" ? takeSought(screen) : undefined;
  if (sought?.id !== undefined && !screen.scrolling.jumpTo(buffer, sought.id)) screen.hint = CANNOT_BE_HAD;
}

function insert(screen: FullScreen, buffer: Buffer, event: SessionEvent & { type: "history" }): Page {
  const { request, extent: { first, last, size }, failed } = event;
  const errand = errandOf(request);
  const { oldest, reach, gap } = buffer;
  const above = buffer.lines.findLast(({ id, time }) => id !== undefined && first !== undefined && time <= first.time);
  const openGap = gap !== undefined && followerOf(buffer, gap) === undefined ? gap : undefined;
  const shown = event.events.filter((item) => isShown(screen, item));
  for (const item of event.events) {
    if (item.type === "redaction") screen.scrolling.deleted(item.id, item.by);
    if (item.type !== "message" || (item.id !== undefined && buffer.byId(item.id) !== undefined)) continue;
    screen.outgoing.found(buffer, item);
    if (item.self) buffer.forgetFailed(item.text);
  }
  const said = shown.filter((item) => item.type === "message");
  // There may be a gap now where there was none when this was asked for, as above what somebody jumped from.
  const below = request.which === "AROUND" ? followerOf(buffer, above)?.id : errand.before;
  const closing = errand.gap ?? gapAbove(buffer, below);
  const floor = request.which === "LATEST" ? openGap ?? above : request.which === "AROUND" ? undefined : closing;
  const place = { after: errand.after, before: errand.before, floor, older: request.which === "BEFORE" };
  return {
    ...buffer.insertHistory(shown, (message) => screen.lineOf(message), place),
    ...{ request, errand, first, last, oldest, above, reach, openGap, gap: closing },
    full: size >= fullPage(screen),
    failed: failed !== undefined,
    messages: said.length,
    newest: said.findLast(({ id }) => id !== undefined)?.id,
  };
}

function gapAbove({ lines }: Buffer, id: string | undefined): Line | undefined {
  const at = id === undefined ? 0 : lines.findIndex((line) => line.id === id);
  const above = lines.slice(0, Math.max(at, 0)).findLast((line) => line.id !== undefined || line.kind === "gap");
  return above?.kind === "gap" ? above : undefined;
}

/** Lines of a page that was not the last: half of the shortest that is asked for, since some may be for nobody's eyes. */
function fullPage({ session }: FullScreen): number {
  const most = session.isupport.number("CHATHISTORY", PAGE);
  return Math.max(1, (most > 0 ? Math.min(most, PAGE) : PAGE) / 2);
}

function isShown(screen: FullScreen, item: HistoryEvent): boolean {
  if (item.type === "redaction") return true;
  return (item.type === "reaction" && item.self) || !screen.isIgnored(item.source);
}

type Arrival = (screen: FullScreen, buffer: Buffer, page: Page) => void;

const ARRIVALS: Readonly<Record<HistoryRequest["which"], Arrival>> = {
  LATEST: latestArrived,
  AFTER: missedArrived,
  BEFORE: olderArrived,
  AROUND: surroundingsArrived,
};

function latestArrived(screen: FullScreen, buffer: Buffer, page: Page): void {
  const { first, full, met, above, openGap } = page;
  if (full && first !== undefined && above !== undefined && !met) {
    // What lies between what was here and the latest page is unknown.
    if (openGap === undefined) buffer.markGap(above, first.time - 1, first.selector);
    else openGap.reach = first.selector;
    buffer.complete = false;
  } else {
    if (!full || openGap !== undefined) buffer.closeGap(full ? openGap : undefined);
    buffer.complete = !full;
    reachUp(buffer, page);
  }
  const covers = met || !full || (first !== undefined && first.time < screen.outgoing.unsureSince(buffer));
  screen.outgoing.caughtUp(buffer, !page.failed && covers);
  if (full) goOn(screen, buffer, page);
}

function missedArrived(screen: FullScreen, buffer: Buffer, page: Page): void {
  const { request, errand, full, last, newest = errand.after } = page;
  forgetMissed(buffer);
  if (full && last !== undefined && last.selector !== request.selector) {
    const above = newest === undefined ? undefined : buffer.byId(newest);
    if (errand.pages + 1 >= MAX_PAGES) buffer.markGap(above, last.time);
    else loadFurther(screen, buffer, { end: last, newest, pages: errand.pages + 1 });
  }
  if (!buffer.loading) screen.outgoing.caughtUp(buffer, !full);
}

function olderArrived(screen: FullScreen, buffer: Buffer, page: Page): void {
  const { errand: { before }, gap, first, full, met, oldest, trimmed } = page;
  if (trimmed) return;
  if (gap === undefined && oldest?.id !== before) {
    // Something else has become the oldest meanwhile, as what somebody jumped to.
    reachUp(buffer, page);
  } else if (gap === undefined) {
    buffer.complete ||= met || !full;
    buffer.reach = first?.selector ?? buffer.reach;
  } else if (met || !full) {
    buffer.closeGap(gap);
    reachUp(buffer, page);
  } else gap.reach = first?.selector;
  if (full && !met) goOn(screen, buffer, page);
}

function surroundingsArrived(_screen: FullScreen, buffer: Buffer, page: Page): void {
  const { added, first, last, newest, oldest, full, met, above, gap, reach } = page;
  if (added === 0) return;
  reachUp(buffer, page);
  buffer.complete = false;
  if (met || first === undefined || last === undefined || newest === undefined) return;
  // What lies between a page from long ago and what was here is unknown, on either side of it.
  const further = above === undefined ? reach : gap?.reach;
  if (above !== undefined) buffer.markGap(above, first.time - 1, first.selector);
  const isLast = buffer.newest?.id === newest && !(oldest === undefined && full);
  const [end, next] = [buffer.byId(newest), followerOf(buffer, buffer.byId(newest))];
  if (!isLast) buffer.markGap(end, next === undefined ? last.time : next.time - 1, further);
}

/** A page that brought what is older than all else begins what is known. */
function reachUp(buffer: Buffer, { oldest, first, trimmed }: Page): void {
  if (!trimmed && (oldest === undefined || buffer.oldest !== oldest)) buffer.reach = first?.selector;
}

/** Asks for one page more as long as there is nearly nothing to see, and not for ever. */
function goOn(screen: FullScreen, buffer: Buffer, { errand, ...page }: Page): void {
  const [pages, messages] = [errand.pages + 1, errand.messages + page.messages];
  if (messages >= HANDFUL) return;
  if (pages < MAX_QUIET_PAGES) return loadBefore(screen, buffer, { latest: errand.latest, pages, messages });
  giveUpOlder(buffer);
  if (buffer === screen.current && messages === 0) {
    screen.hint = "Nothing was said for long: scroll up for what is older.";
  }
}

/** Counts what came as history as unread if it came after what was read. */
function countMissed(screen: FullScreen, buffer: Buffer, isLatest: boolean): void {
  // Where nothing tells what was read, the first look at a conversation reads it.
  if (buffer.readUntil === 0) buffer.readUntil = isLatest ? buffer.lines.at(-1)?.time ?? 0 : 0;
  else buffer.recount();
  if (screen.notifyOf(buffer) === "mute") buffer.unread = buffer.highlights = 0;
  if (buffer === screen.current) screen.reading.seen();
}
