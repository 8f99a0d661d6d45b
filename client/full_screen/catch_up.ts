/**
 * Asks for history: what was missed while away, what is older, what was around a message. What comes of it is in `pages.ts`.
 *
 * Pages are counted in lines of any kind. Who came and went is in them too, and is not shown: so a page goes on where the one
 * before it ended, whatever was there.
 *
 * @module
 */

import type { Buffer, Line } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import { type ChatMessage, type HistoryRequest, type PageEdge, timeSelector } from "../session.ts";

/** Lines of one request. */
export const PAGE = 100;
/** The same of requests that have to get past people coming and going. */
const LONG_PAGE = 300;
/** How far back direct conversations are looked for at the first connection, in milliseconds. */
const RECENT = 14 * 24 * 3600 * 1000;

/** Where a page belongs, and why it was asked for. */
export interface Errand {
  /** The message at its beginning or at its end. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  /** The gap that it closes. */
  readonly gap?: Line | undefined;
  /** Whether it shows the end of a conversation at the first look, rather than what somebody scrolled up for. */
  readonly latest: boolean;
  /** Pages that were asked for the same before it, and the messages that they brought. */
  readonly pages: number;
  readonly messages: number;
}

/** Behind what something is missing, and whether it was asked for; before it has come the connection may break again. */
interface Missed {
  readonly selector: string;
  readonly after: string | undefined;
  asked: boolean;
}

const errands = new WeakMap<HistoryRequest, Errand>();
const missed = new WeakMap<Buffer, Missed>();
/** Conversations in which older pages were looked through in vain. */
const quiet = new WeakSet<Buffer>();
/** A message to go to when what is around it has come. */
const wanted = new WeakMap<FullScreen, Sought>();

/** What is said of a message that was looked for in vain. */
export const CANNOT_BE_HAD = "That message cannot be had from the server.";

/** We are in again: asks which direct conversations went on. What channels missed is asked for as they are joined. */
export function catchUp(screen: FullScreen): void {
  const since = screen.lostAt ?? screen.now() - RECENT;
  screen.session.conversations(since - 60_000, screen.now() + 60_000);
  screen.lostAt = undefined;
}

/**
 * From here on something may be missing: what comes before it was fetched must not hide it.
 *
 * @param isWhole Whether nothing was missing until now, unless it was asked for, so that nothing is to be fetched from before.
 */
export function noteMissed(buffer: Buffer, isWhole = false): void {
  const id = buffer.newest?.id;
  if (id !== undefined) {
    const known = missed.get(buffer);
    if (known === undefined || (isWhole && !known.asked)) {
      missed.set(buffer, { selector: `msgid=${id}`, after: id, asked: false });
    }
    return;
  }
  // Where no message is, nobody knows where it ended.
  buffer.complete = false;
  buffer.reach = undefined;
}

/** Asks for what is missing at the end of a conversation: behind what was known, or the latest if nothing was. */
export function loadMissed(screen: FullScreen, buffer: Buffer): void {
  loadAfter(screen, buffer, 0);
}

function loadAfter(screen: FullScreen, buffer: Buffer, pages: number): void {
  const from = missed.get(buffer);
  if (from === undefined) return loadLatest(screen, buffer);
  const { selector, after } = from;
  from.asked = true;
  ask(screen, buffer, { target: buffer.name, which: "AFTER", selector }, { after, latest: true, pages, messages: 0 });
}

/** What was missed goes on behind the end of a page; `newest` is the last message that came of it. */
export function loadFurther(
  screen: FullScreen,
  buffer: Buffer,
  { end, newest, pages }: { end: PageEdge; newest: string | undefined; pages: number },
): void {
  missed.set(buffer, { selector: end.selector, after: newest, asked: true });
  loadAfter(screen, buffer, pages);
}

/** Nothing that was missed is to be asked for any more. */
export function forgetMissed(buffer: Buffer): void {
  missed.delete(buffer);
}

/** Asks for the end of a conversation. */
export function loadLatest(screen: FullScreen, buffer: Buffer): void {
  missed.delete(buffer);
  const request = { target: buffer.name, which: "LATEST", selector: "*" } as const;
  ask(screen, buffer, request, { latest: true, pages: 0, messages: 0 });
}

/** Asks for what is older than all, or for what a gap on the screen hides. What nobody scrolled for stops in quiet times. */
export function loadOlder(screen: FullScreen, buffer: Buffer, scrolled = true): void {
  if (buffer.loading || buffer.kind === "server" || !screen.session.registered) return;
  if (!scrolled && quiet.has(buffer)) return;
  quiet.delete(buffer);
  loadBefore(screen, buffer, { latest: false, pages: 0, messages: 0 });
}

/** The same, as one of several pages. */
export function loadBefore(screen: FullScreen, buffer: Buffer, errand: Errand): void {
  const { gap } = buffer;
  if (gap === undefined && buffer.complete) return;
  const below = followerOf(buffer, gap);
  const selector = (gap ?? buffer).reach ?? (below === undefined ? undefined : `msgid=${below.id}`);
  if (selector === undefined) return errand.pages > 0 ? undefined : loadLatest(screen, buffer);
  const request = { target: buffer.name, which: "BEFORE", selector } as const;
  ask(screen, buffer, request, { ...errand, before: below?.id, gap });
}

/** Older pages were looked through in vain: from now on only somebody who scrolls goes on. */
export function giveUpOlder(buffer: Buffer): void {
  quiet.add(buffer);
}

/** The message that follows a line; the first of all, if there is no line. */
export function followerOf({ lines }: Buffer, line: Line | undefined): Line | undefined {
  const from = line === undefined ? 0 : lines.indexOf(line) + 1;
  return lines.find(({ id }, i) => i >= from && id !== undefined);
}

/** What is known of a message that is looked for. */
export type Sought = Pick<ChatMessage, "target" | "id" | "time">;

/** Goes to a message that may not be here yet. */
export function lookAround(screen: FullScreen, message: Sought): void {
  const buffer = screen.buffer(message.target);
  if (message.id !== undefined && screen.scrolling.jumpTo(buffer, message.id)) return;
  screen.go(buffer);
  wanted.set(screen, message);
  const selector = message.id === undefined ? timeSelector(message.time) : `msgid=${message.id}`;
  const request = { target: message.target, which: "AROUND", selector } as const;
  ask(screen, buffer, request, { latest: false, pages: 0, messages: 0 });
  if (buffer.loading) return;
  wanted.delete(screen);
  screen.hint = CANNOT_BE_HAD;
}

function ask(screen: FullScreen, buffer: Buffer, request: HistoryRequest, errand: Errand): void {
  const mixed = screen.session.enabled.has("eventPlayback");
  const isLong = mixed && (request.which === "AROUND" || errand.pages > 0);
  errands.set(request, errand);
  buffer.loading = screen.session.history(request, isLong ? LONG_PAGE : PAGE);
  if (!buffer.loading) buffer.complete = true;
}

/** Why a page was asked for. */
export function errandOf(request: HistoryRequest): Errand {
  return errands.get(request) ?? { latest: request.which === "LATEST", pages: 0, messages: 0 };
}

/** The message that somebody wants to go to, once. */
export function takeSought(screen: FullScreen): Sought | undefined {
  const sought = wanted.get(screen);
  wanted.delete(screen);
  return sought;
}
