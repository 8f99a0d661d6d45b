/**
 * History: what was missed while away, what is older, what was around a message.
 *
 * @module
 */

import type { Buffer } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import {
  type ChatMessage,
  type HistoryEvent,
  type HistoryRequest,
  type SessionEvent,
  timeSelector,
} from "../session.ts";

/** Messages of one request. */
const PAGE = 100;
/** How many pages are asked for to close what was missed; what is missing then is loaded when somebody scrolls there. */
const MAX_PAGES = 20;
/** How far back direct conversations are looked for at the first connection, in milliseconds. */
const RECENT = 14 * 24 * 3600 * 1000;

const pages = new WeakMap<Buffer, number>();
/** A message to go to when what is around it has come. */
const wanted = new WeakMap<FullScreen, Sought>();

const CANNOT_BE_HAD = "That message cannot be had from the server.";

/** We are in again: asks which direct conversations went on. What channels missed is asked for as they are joined. */
export function catchUp(screen: FullScreen): void {
  const since = screen.lostAt ?? screen.now() - RECENT;
  screen.session.conversations(since - 60_000, screen.now() + 60_000);
  screen.lostAt = undefined;
}

/** Asks for what is missing at the end of a conversation: behind what was known, or the latest if nothing was. */
export function loadMissed(screen: FullScreen, buffer: Buffer, newest = buffer.newest?.id): void {
  pages.set(buffer, 0);
  ask(
    screen,
    buffer,
    newest === undefined
      ? { target: buffer.name, which: "LATEST", selector: "*" }
      : { target: buffer.name, which: "AFTER", selector: `msgid=${newest}` },
  );
}

/** Asks for what is older than all, or for what a gap on the screen hides. */
export function loadOlder(screen: FullScreen, buffer: Buffer): void {
  if (buffer.loading || buffer.kind === "server" || !screen.session.registered) return;
  const gap = buffer.lines.findIndex((line) => line.kind === "gap");
  const above = gap < 0 ? buffer.oldest : buffer.lines.slice(gap).find((line) => line.id !== undefined);
  if (gap < 0 && buffer.complete) return;
  if (above?.id === undefined) return ask(screen, buffer, { target: buffer.name, which: "LATEST", selector: "*" });
  ask(screen, buffer, { target: buffer.name, which: "BEFORE", selector: `msgid=${above.id}` });
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
  ask(screen, buffer, { target: message.target, which: "AROUND", selector });
  if (buffer.loading) return;
  wanted.delete(screen);
  screen.hint = CANNOT_BE_HAD;
}

function ask(screen: FullScreen, buffer: Buffer, request: HistoryRequest): void {
  buffer.loading = screen.session.history(request, PAGE);
  if (!buffer.loading) buffer.complete = true;
}

/** Puts a page of history where it belongs, and asks for the next if more was missed. */
export function historyArrived(screen: FullScreen, event: SessionEvent & { type: "history" }): void {
  const { request, events, failed } = event;
  const buffer = screen.find(request.target);
  // It was closed meanwhile.
  if (buffer === undefined) return;
  buffer.loading = false;
  const oldestBefore = buffer.oldest?.time ?? Infinity;
  const visible = events.filter((item) => item.type !== "message" || !screen.isIgnored(item.source));
  for (const item of events) {
    if (item.type !== "message" || (item.id !== undefined && buffer.byId(item.id) !== undefined)) continue;
    screen.outgoing.found(buffer, item);
    if (item.self) buffer.forgetFailed(item.text);
  }
  const { added, met } = buffer.insertHistory(visible, (message) => screen.lineOf(message), placeOf(request));
  const full = events.filter((item) => item.type === "message").length >= PAGE / 2;
  if (failed !== undefined && request.which === "AFTER") {
    return ask(screen, buffer, { target: buffer.name, which: "LATEST", selector: "*" });
  }
  switch (request.which) {
    case "LATEST":
      if (full && oldestBefore < Infinity && !met) gapBefore(buffer, events);
      else buffer.complete = !full;
      screen.outgoing.caughtUp(buffer, failed === undefined && (!full || met));
      break;
    case "AFTER":
      if (full && added > 0) more(screen, buffer);
      if (!buffer.loading) screen.outgoing.caughtUp(buffer, !full || added === 0);
      break;
    case "BEFORE":
      if (met || !full) closeOrComplete(buffer);
      break;
    case "AROUND":
      if (added > 0) gapAfter(buffer, events.findLast((item) => item.type === "message")?.time, oldestBefore);
      break;
  }
  // That one message is not there says nothing of those that are older than what is here.
  if (failed !== undefined && request.which !== "AROUND") buffer.complete = true;
  countMissed(screen, buffer, request.which);
  const goal = wanted.get(screen);
  if (request.which !== "AROUND" || goal?.id === undefined) return;
  wanted.delete(screen);
  if (!screen.scrolling.jumpTo(buffer, goal.id)) screen.hint = CANNOT_BE_HAD;
}

/** A page that was asked for by the message beside it stays on its side of it, however alike the times are. */
function placeOf({ which, selector }: HistoryRequest): { after?: string; before?: string } {
  const id = /^msgid=(.+)$/s.exec(selector)?.[1];
  if (id === undefined) return {};
  return which === "AFTER" ? { after: id } : which === "BEFORE" ? { before: id } : {};
}

function closeOrComplete(buffer: Buffer): void {
  if (buffer.lines.some((line) => line.kind === "gap")) buffer.closeGap();
  else buffer.complete = true;
}

/** Asks for the next page of what was missed, or marks where it stops. */
function more(screen: FullScreen, buffer: Buffer): void {
  const count = (pages.get(buffer) ?? 0) + 1;
  pages.set(buffer, count);
  const newest = buffer.newest;
  if (newest?.id === undefined) return;
  if (count < MAX_PAGES) {
    return ask(screen, buffer, { target: buffer.name, which: "AFTER", selector: `msgid=${newest.id}` });
  }
  buffer.markGap(newest.time + 1);
}

/** What lies between what was here and the latest page is unknown. */
function gapBefore(buffer: Buffer, events: readonly HistoryEvent[]): void {
  const first = events.find((item) => item.type === "message");
  if (first !== undefined) buffer.markGap(first.time - 1);
  buffer.complete = false;
}

/** What lies between a page from long ago and what was here is unknown. */
function gapAfter(buffer: Buffer, time: number | undefined, oldestBefore: number): void {
  if (time !== undefined && time < oldestBefore && oldestBefore < Infinity) buffer.markGap(oldestBefore - 1);
  buffer.complete = false;
}

/** Counts what came as history as unread if it came after what was read. */
function countMissed(screen: FullScreen, buffer: Buffer, which: HistoryRequest["which"]): void {
  if (which !== "LATEST" && which !== "AFTER") return;
  // Where nothing tells what was read, the first look at a conversation reads it.
  if (buffer.readUntil === 0) buffer.readUntil = which === "LATEST" ? buffer.lines.at(-1)?.time ?? 0 : 0;
  else buffer.recount();
  if (screen.notifyOf(buffer) === "mute") buffer.unread = buffer.highlights = 0;
  if (buffer === screen.current) screen.reading.seen();
}
