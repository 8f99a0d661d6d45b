/**
 * Pages of history that have come: where they belong, what is missing beside them, and whether to ask on.
 *
 * A page is a run of the log without holes. What stands beside it in the buffer tells where it belongs: messages of it that
 * are here already, and the place that it was asked for. Gaps within it are closed, and those at its ends moved there.
 *
 * @module
 */

import type { Buffer, Line } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import type { ChatMessage, HistoryEvent, HistoryRequest, SessionEvent } from "../session.ts";
import {
  CLOCKS_DIFFER,
  type Errand,
  errandOf,
  fill,
  firstMissed,
  giveUpMissed,
  giveUpOlder,
  loadMissed,
  NOTHING_READ,
  PAGE,
  seek,
} from "./catch_up.ts";

/** How many pages are asked for to close what was missed; what is missing then is loaded when somebody scrolls there. */
const MAX_PAGES = 20;
/** Whoever looks at a conversation or scrolls up in it wants to see so many messages. */
const HANDFUL = 10;
/** How many pages are looked through for them before somebody has to scroll up again. */
const MAX_QUIET_PAGES = 10;

type Arrived = SessionEvent & { type: "history" };

/** What a page came to. */
interface Page {
  readonly request: HistoryRequest;
  /** Messages in it that are shown. */
  readonly messages: number;
  /** Whether the place that it was asked for is filled. */
  readonly filled: boolean;
  /** Whether it was so long that there is likely to be more behind it. */
  readonly long: boolean;
  /** When its first line was said. */
  readonly since: number;
  /** Whether what is not in it, or was here, is not in history. */
  readonly certain: boolean;
}

/** Puts a page of history where it belongs, and asks for the next if more was missed. */
export function historyArrived(screen: FullScreen, event: Arrived): void {
  const { request, failed } = event;
  const errand = errandOf(request);
  const buffer = errand?.buffer ?? screen.find(request.target);
  // It was closed meanwhile.
  if (buffer === undefined || !screen.buffers.includes(buffer)) return;
  if (errand === undefined) return unaskedArrived(screen, buffer, event);
  if (buffer.asked !== request) return;
  buffer.asked = undefined;
  if (!isThere(buffer, errand)) return seek(screen, buffer, request);
  if (failed !== undefined && request.which === "AFTER") {
    // The server does not know any more what we knew last.
    giveUpMissed(buffer);
    return fill(screen, buffer, errand.hole?.gap, "below", errand);
  }
  const page = insert(screen, buffer, event, errand.hole);
  if (errand.latest) countMissed(screen, buffer, request.which !== "AFTER");
  seek(screen, buffer, request);
  if (buffer.asked === undefined) goOn(screen, errand, page);
}

/** Whether the place that a page was asked for is still there: the oldest lines go when there are too many. */
function isThere({ lines }: Buffer, { hole, below }: Errand): boolean {
  const beside = hole?.gap ?? below;
  return beside === undefined || lines.includes(beside);
}

/** Some servers show the end of a channel to everybody who joins. */
function unaskedArrived(screen: FullScreen, buffer: Buffer, event: Arrived): void {
  const { newest } = buffer;
  const open = newest === undefined ? undefined : buffer.gapBelow(newest);
  insert(screen, buffer, event, newest === undefined || open !== undefined ? { gap: open } : undefined);
  countMissed(screen, buffer, true);
}

/** A page among the lines: the first and the last of it, and the messages beside the place that it was asked for. */
interface Run {
  readonly first: Line | undefined;
  readonly last: Line | undefined;
  readonly above: Line | undefined;
  readonly below: Line | undefined;
  /** Whether it begins above messages that were deleted, and so are in no page, right above that place. */
  readonly passes: boolean;
}

function insert(screen: FullScreen, buffer: Buffer, event: Arrived, hole: Errand["hole"]): Page {
  const { request, extent, failed } = event;
  const shown = event.events.filter((item) => isShown(screen, item));
  for (const item of event.events) learn(screen, buffer, item);
  const said = shown.filter((item) => item.type === "message");
  const { place, below, ...found } = placeOf(buffer, hole, said);
  const older = request.which === "BEFORE";
  const above = older || request.which === "LATEST" ? pastDeleted(buffer, found.above, said[0]?.time) : found.above;
  // It is put back where something is still missing.
  if (place?.gap !== undefined && said.length > 0) buffer.remove(place.gap);
  const run = {
    above,
    below,
    passes: above !== found.above,
    ...buffer.insertHistory(shown, (message) => screen.lineOf(message), { above, below, older }),
  };
  const filled = place !== undefined && SETTLE[request.which](buffer, place.gap, run, isEnd(event));
  if (run.first !== undefined) buffer.closeGaps(run.first, run.last);
  noteEdges(buffer, place, event, run);
  buffer.trim();
  return {
    request,
    messages: said.length,
    filled,
    long: extent.size >= longPage(screen),
    since: extent.first?.time ?? Infinity,
    certain: filled && failed === undefined,
  };
}

/** What a picked message and what was said before a break have to know of history. */
function learn(screen: FullScreen, buffer: Buffer, item: HistoryEvent): void {
  if (item.type === "redaction") screen.scrolling.deleted(item.id, item.by);
  if (item.type !== "message" || (item.id !== undefined && buffer.byId(item.id) !== undefined)) return;
  screen.outgoing.found(buffer, item);
  if (item.self) buffer.forgetFailed(item.text, item.time + CLOCKS_DIFFER);
}

/** What a page fills, and the messages beside that. Of what was asked for nowhere, messages that are here tell, or its time. */
function placeOf(
  buffer: Buffer,
  hole: Errand["hole"],
  said: readonly ChatMessage[],
): Pick<Run, "above" | "below"> & { place: Errand["hole"] } {
  const isHere = said.some(({ id }) => id !== undefined && buffer.byId(id) !== undefined);
  if (hole === undefined && isHere) return { place: undefined, above: undefined, below: undefined };
  const time = said[0]?.time;
  const place = hole ?? holeAt(buffer, time);
  if (place !== undefined) return { place, ...buffer.beside(place.gap) };
  return { place, above: lastBefore(buffer, time), below: undefined };
}

/** The gap, or the beginning, to which a time belongs. */
function holeAt(buffer: Buffer, time = Infinity): Errand["hole"] {
  const { oldest } = buffer;
  const gap = buffer.lines.findLast((line) => {
    if (line.kind !== "gap") return false;
    const { above, below } = buffer.beside(line);
    return (above?.time ?? -Infinity) <= time && time <= (below?.time ?? Infinity);
  });
  return gap !== undefined || oldest === undefined || time <= oldest.time ? { gap } : undefined;
}

/** The line above a place, or above the deleted messages that stand there and were said after a time. */
function pastDeleted(buffer: Buffer, above: Line | undefined, time = Infinity): Line | undefined {
  let past = above;
  while (past?.deleted !== undefined && past.time > time) past = buffer.gapAbove(past) ?? buffer.beside(past).above;
  return past;
}

function lastBefore({ lines }: Buffer, until = -Infinity): Line | undefined {
  return lines.findLast(({ id, time }) => id !== undefined && time <= until);
}

/** Whether nothing lies beyond a page: it is empty, or the server answers with what was here. */
function isEnd({ request: { which, selector }, extent: { size, first, last }, failed }: Arrived): boolean {
  return size === 0 || failed !== undefined || (which === "AFTER" ? last : first)?.selector === selector;
}

/** Closes the place that a page was asked for, or moves the gap to the open end of the page. Returns whether it is filled. */
type Settle = (buffer: Buffer, gap: Line | undefined, run: Run, isEnd: boolean) => boolean;

const SETTLE: Readonly<Record<HistoryRequest["which"], Settle>> = {
  LATEST: settleUp,
  BEFORE: settleUp,
  AFTER: settleDown,
  AROUND: (buffer, gap, { first, last }) => {
    if (first === undefined || last === undefined) return false;
    buffer.putGap("below", last, { reach: (gap ?? buffer).reach, ...(gap?.missed && { missed: true }) });
    if (gap !== undefined) buffer.putGap("above", first, gap);
    buffer.complete = false;
    return false;
  },
};

function settleUp(buffer: Buffer, gap: Line | undefined, run: Run, isEnd: boolean): boolean {
  const { first, above, below, passes } = run;
  const at = (line: Line) => buffer.lines.indexOf(line);
  const met = passes || (first !== undefined && above !== undefined && at(first) <= at(above));
  if (first !== undefined) buffer.closeGaps(first, below);
  if (isEnd) buffer.closeGaps(above, below);
  if (isEnd && above === undefined) buffer.complete = true;
  if (isEnd || met) return true;
  // Where much was said before the answer came, the page may lie below all that was missed.
  const under = first !== undefined && below !== undefined && at(below) < at(first) ? below : first;
  if (under !== first) (gap ?? buffer).reach = undefined;
  if (gap !== undefined && under !== undefined) buffer.putGap("above", under, gap);
  return false;
}

function settleDown(buffer: Buffer, gap: Line | undefined, { last, above, below }: Run, isEnd: boolean): boolean {
  const at = (line: Line) => buffer.lines.indexOf(line);
  if (isEnd) buffer.closeGaps(above);
  if (isEnd || (last !== undefined && below !== undefined && at(last) >= at(below))) {
    buffer.closeGaps(above, last);
    return true;
  }
  const over = last !== undefined && above !== undefined && at(last) < at(above) ? above : last;
  if (gap !== undefined && over !== undefined) buffer.putGap("below", over, gap);
  return false;
}

/** History goes on where a page ended, whatever stood there, on the sides on which something is missing. */
function noteEdges(buffer: Buffer, place: Errand["hole"], { request, extent }: Arrived, run: Run): void {
  const { first, last, below } = run;
  if (extent.first === undefined || extent.last === undefined) return;
  if (first === undefined || last === undefined) {
    if (place === undefined || request.which === "AROUND") return;
    // Of what was said since the latest was asked for, nobody knows whether it is above or below.
    if (request.which === "LATEST" && below !== undefined) return;
    if (request.which !== "AFTER") (place.gap ?? buffer).reach = extent.first.selector;
    else if (place.gap !== undefined) place.gap.after = extent.last.selector;
    return;
  }
  const [up, down] = [buffer.gapAbove(first), buffer.gapBelow(last)];
  if (up !== undefined) up.reach = extent.first.selector;
  else if (buffer.beside(first).above === undefined) buffer.reach = extent.first.selector;
  if (down !== undefined) down.after = extent.last.selector;
}

/** Lines of a page behind which there is likely to be more: half of what is asked for, since some may be for nobody's eyes. */
function longPage({ session }: FullScreen): number {
  const most = session.isupport.number("CHATHISTORY", PAGE);
  return Math.max(1, (most > 0 ? Math.min(most, PAGE) : PAGE) / 2);
}

function isShown(screen: FullScreen, item: HistoryEvent): boolean {
  if (item.type === "redaction") return true;
  return (item.type === "reaction" && item.self) || !screen.isIgnored(item.source);
}

/** Asks for what else was missed, and for one page more as long as there is nearly nothing to see, and not for ever. */
function goOn(screen: FullScreen, errand: Errand, page: Page): void {
  const { buffer, latest } = errand;
  const pages = errand.pages + 1;
  const isAround = page.request.which === "AROUND";
  if (firstMissed(buffer) !== undefined && (latest || isAround)) {
    // Where nobody looks, whether a short page was the last is found out when somebody does.
    const isWaitedFor = buffer === screen.current || screen.outgoing.waitsFor(buffer);
    if (!page.long && !isWaitedFor) return;
    if (pages < MAX_PAGES) return loadMissed(screen, buffer, pages);
    giveUpMissed(buffer);
    return screen.outgoing.caughtUp(buffer, false);
  }
  const covers = page.certain || page.since < screen.outgoing.unsureSince(buffer);
  if (!isAround && !page.filled && goesOn(screen, errand, page, covers)) return;
  if (latest || isAround) screen.outgoing.caughtUp(buffer, covers && !isAround);
}

function goesOn(screen: FullScreen, errand: Errand, page: Page, covers: boolean): boolean {
  const { buffer, hole, latest } = errand;
  const [pages, messages] = [errand.pages + 1, errand.messages + page.messages];
  const isSeen = buffer === screen.current;
  // What stands above a short page is asked for when it is drawn, if there is room for it.
  const wanted = messages < HANDFUL && (page.long || (isSeen && messages === 0));
  if (!wanted && (!latest || covers)) return false;
  if (pages < MAX_QUIET_PAGES) {
    const side = page.request.which === "AFTER" ? "above" : "below";
    fill(screen, buffer, hole?.gap, side, { latest, pages, messages });
    return buffer.asked !== undefined;
  }
  giveUpOlder(buffer);
  if (isSeen && messages === 0) screen.hint = "Nothing was said for long: scroll up for what is older.";
  return false;
}

/** Counts what came as history as unread if it came after what was read. */
function countMissed(screen: FullScreen, buffer: Buffer, isLatest: boolean): void {
  // Where nothing tells what was read, the first look at a conversation reads it.
  if (buffer.readUntil === 0) buffer.readUntil = isLatest ? buffer.newestTime : 0;
  else {
    // Whoever answered has read what came before, also with a client that tells nobody.
    if (buffer.readUntil === NOTHING_READ) buffer.markRead(buffer.lines.findLast(({ self }) => self)?.time ?? 0);
    buffer.recount();
  }
  if (screen.notifyOf(buffer) === "mute") buffer.unread = buffer.highlights = 0;
  if (buffer === screen.current) screen.reading.seen();
}
