/**
 * Asks for history: what was missed while away, what is older, what was around a message. What comes of it is in `pages.ts`.
 *
 * Where something is missing, a gap stands between the lines; above the first of them something is missing until the buffer
 * is complete. Each request fills one such place from one of its sides, and of each conversation one request is under way:
 * so what it finds when it comes back is what it left. Whoever wants to go to a message meanwhile waits for that long.
 *
 * Pages are counted in lines of any kind. Who came and went is in them too, and is not shown: so a page goes on where the one
 * before it ended, whatever was there.
 *
 * @module
 */

import type { Buffer, Line } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import { type ChatMessage, type HistoryRequest, timeSelector } from "../session.ts";
import { noConnection } from "../slash_commands.ts";

/** Lines of one request. */
export const PAGE = 100;
/** The same of requests that have to get past people coming and going. */
const LONG_PAGE = 300;
/** How far back direct conversations are looked for at the first connection, in milliseconds. */
const RECENT = 14 * 24 * 3600 * 1000;
/** How far the server's clock may be from ours, in milliseconds. */
export const CLOCKS_DIFFER = 5 * 60_000;
/** How long an answer is waited for, in milliseconds, before somebody who wants something else may ask for it. */
const PATIENCE = 30_000;

/** Where a page belongs, and why it was asked for. */
export interface Errand {
  readonly buffer: Buffer;
  /** What it fills: a gap, or without one what is older than all; of what is around a message, nobody knows. */
  readonly hole: { readonly gap: Line | undefined } | undefined;
  /** The message below it. */
  readonly below: Line | undefined;
  /** Whether it shows the end of a conversation, rather than what somebody scrolled to. */
  readonly latest: boolean;
  /** Pages that were asked for the same before it, and the messages that they brought. */
  readonly pages: number;
  readonly messages: number;
  readonly at: number;
}

type Reason = Pick<Errand, "latest" | "pages" | "messages">;

/** From which side something is filled. */
export type Side = "above" | "below";

const SCROLLED: Reason = { latest: false, pages: 0, messages: 0 };

const errands = new WeakMap<HistoryRequest, Errand>();
/** Read until then, in milliseconds, is a conversation of which nothing was read on any device; 0 is what nothing is known of. */
export const NOTHING_READ = 1;

/** Conversations in which older pages were looked through in vain. */
const quiet = new WeakSet<Buffer>();
/** A message to go to when what is around it has come. */
const wanted = new WeakMap<FullScreen, Sought>();

/** What is said of a message that was looked for in vain. */
const CANNOT_BE_HAD = "That message cannot be had from the server.";

/** We are in again: asks which direct conversations went on. What channels missed is asked for as they are joined. */
export function catchUp(screen: FullScreen): void {
  const since = screen.lostAt ?? screen.now() - RECENT;
  screen.session.conversations(since - CLOCKS_DIFFER, screen.now() + CLOCKS_DIFFER);
}

/** A direct conversation went on. One that was not here before the break was read up to there. */
export function wentOn(screen: FullScreen, name: string): void {
  const known = screen.find(name);
  const buffer = known ?? screen.buffer(name);
  if (known === undefined && screen.lostAt !== undefined) buffer.readUntil = screen.lostAt - CLOCKS_DIFFER;
  if (buffer.readUntil === 0) screen.session.askRead(name);
  if (buffer.asked === undefined) screen.chores.add(buffer);
}

/** From here on something may be missing. Nothing that was asked for will come. */
export function noteMissed(buffer: Buffer): void {
  const { newest } = buffer;
  buffer.asked = undefined;
  if (buffer.unread === 0) buffer.unreadKey = undefined;
  const open = newest === undefined ? buffer : buffer.gapBelow(newest);
  if (newest !== undefined && open === undefined) buffer.putGap("below", newest, { missed: true });
  // What comes before this in history is not all that comes before what is said from now on.
  if (open !== undefined) open.reach = undefined;
  if (newest === undefined) buffer.complete = false;
}

/**
 * Asks for what is missing at the end of a conversation: behind what was known, or the latest if nothing was.
 *
 * @param pages How many were asked for before.
 */
export function loadMissed(screen: FullScreen, buffer: Buffer, pages = 0): void {
  const reason = { latest: true, pages, messages: 0 };
  const { newest } = buffer;
  const missed = firstMissed(buffer);
  if (missed !== undefined) return fill(screen, buffer, missed, "above", reason);
  const open = newest === undefined ? undefined : buffer.gapBelow(newest);
  if (newest === undefined || open !== undefined) fill(screen, buffer, open, "below", reason);
}

/** Asks for what was missed and not fetched while nobody looked. */
export function loadRest(screen: FullScreen, buffer: Buffer): void {
  const { registered, channels } = screen.session;
  const isIn = registered && (buffer.kind === "direct" || channels.has(buffer.name));
  if (isIn && firstMissed(buffer) !== undefined && !isBusy(screen, buffer)) loadMissed(screen, buffer);
}

/** The first place where something was missed that was not fetched. */
export function firstMissed(buffer: Buffer): Line | undefined {
  return buffer.lines.find(({ missed }) => missed);
}

/** What was missed is fetched no further, unless somebody scrolls there. */
export function giveUpMissed(buffer: Buffer): void {
  for (const line of buffer.lines) if (line.missed) line.missed = false;
}

/** Asks for what is older than all. What nobody scrolled for stops in quiet times. */
export function loadOlder(screen: FullScreen, buffer: Buffer, scrolled = true): void {
  if (buffer.complete || (!scrolled && quiet.has(buffer))) return;
  loadHole(screen, buffer, undefined, "below");
}

/** Asks for what a gap hides, from where somebody comes; without one, for what is older than all. */
export function loadHole(screen: FullScreen, buffer: Buffer, gap: Line | undefined, side: Side): void {
  if (isBusy(screen, buffer) || buffer.kind === "server" || !screen.session.registered) return;
  quiet.delete(buffer);
  if (gap?.missed) loadMissed(screen, buffer);
  else fill(screen, buffer, gap, side, SCROLLED);
}

function isBusy(screen: FullScreen, { asked }: Buffer): boolean {
  const at = asked === undefined ? undefined : errands.get(asked)?.at;
  return at !== undefined && screen.now() - at < PATIENCE;
}

/** Asks for a page of what is missing. */
export function fill(screen: FullScreen, buffer: Buffer, gap: Line | undefined, side: Side, reason: Reason): void {
  const { latest, pages, messages } = reason;
  const { above, below } = buffer.beside(gap);
  const target = buffer.name;
  const reach = (gap ?? buffer).reach ?? (below && `msgid=${buffer.named("below", below).id}`);
  const request: HistoryRequest = side === "above" && above !== undefined
    ? { target, which: "AFTER", selector: gap?.after ?? `msgid=${buffer.named("above", above).id}` }
    : reach === undefined
    ? { target, which: "LATEST", selector: "*" }
    : { target, which: "BEFORE", selector: reach };
  ask(screen, request, { latest, pages, messages, buffer, hole: { gap }, below, at: screen.now() });
}

/** Older pages were looked through in vain: from now on only somebody who scrolls goes on. */
export function giveUpOlder(buffer: Buffer): void {
  quiet.add(buffer);
}

/** What is known of a message that is looked for. */
export type Sought = Pick<ChatMessage, "target" | "id" | "time">;

/** Goes to a message that may not be here yet. */
export function lookAround(screen: FullScreen, message: Sought): void {
  const buffer = screen.buffer(message.target);
  if (message.id !== undefined && screen.scrolling.jumpTo(buffer, message.id)) return void wanted.delete(screen);
  if (!screen.session.registered) {
    screen.hint = noConnection("going there");
    return;
  }
  screen.go(buffer);
  wanted.set(screen, message);
  if (!isBusy(screen, buffer)) askAround(screen, buffer, message);
}

function askAround(screen: FullScreen, buffer: Buffer, sought: Sought): void {
  const errand = { ...SCROLLED, buffer, hole: undefined, below: undefined, at: screen.now() };
  ask(screen, { target: sought.target, which: "AROUND", selector: selectorOf(sought) }, errand);
  if (buffer.asked === undefined) giveUpSought(screen);
}

function selectorOf({ id, time }: Sought): string {
  return id === undefined ? timeSelector(time) : `msgid=${id}`;
}

/** Goes to the message that somebody waits for, if it has come in this conversation, else asks for it, once. */
export function seek(screen: FullScreen, buffer: Buffer, answered: HistoryRequest): void {
  const sought = wanted.get(screen);
  if (sought === undefined || screen.find(sought.target) !== buffer) return;
  // Who has gone elsewhere meanwhile is not called back.
  if (screen.current !== buffer) return void wanted.delete(screen);
  const { id } = sought;
  if (id !== undefined && screen.scrolling.jumpTo(buffer, id)) wanted.delete(screen);
  else if (answered.which !== "AROUND" || answered.selector !== selectorOf(sought)) askAround(screen, buffer, sought);
  else giveUpSought(screen);
}

/** The connection has ended: nobody is taken anywhere by what comes over the next. */
export function forgetSought(screen: FullScreen): void {
  wanted.delete(screen);
}

function giveUpSought(screen: FullScreen): void {
  const sought = wanted.get(screen);
  wanted.delete(screen);
  if (sought?.id !== undefined) screen.hint = CANNOT_BE_HAD;
}

function ask(screen: FullScreen, request: HistoryRequest, errand: Errand): void {
  const { buffer, pages } = errand;
  const mixed = screen.session.enabled.has("eventPlayback");
  const isLong = mixed && (request.which === "AROUND" || pages > 0);
  errands.set(request, errand);
  buffer.asked = request;
  if (screen.session.history(request, isLong ? LONG_PAGE : PAGE)) return;
  buffer.asked = undefined;
  buffer.complete = true;
  buffer.closeGaps();
}

/** Why a page was asked for; `undefined` of one that nobody asked for. */
export function errandOf(request: HistoryRequest): Errand | undefined {
  return errands.get(request);
}
