/**
 * What of a channel's history a user may read: what it was allowed to read when it was said.
 *
 * Whoever was in the channel may read what was said then. Whoever was not may read what was said while the doors stood
 * open to it: the channel was not by invitation, key or hidden history (`+i`, `+k`, `+H`), not for accounts only (`+R`)
 * unless it had one, and no ban of then means it now. Pure.
 *
 * @module
 */

import { type MaskedUser, matchesUser } from "./mask.ts";
import type { Barred, Closed } from "./records.ts";
import type { Interval, MessageId } from "./store.ts";

/** To whom the doors are closed: to everybody outside, or to those without an account. */
export type Closure = Closed["against"];

/** Most times that are kept of each kind; past it two that follow each other become one. */
const MAX_INTERVALS = 200;

/** Notes that the doors now stand as `closure` says. */
export function noteDoors(closed: readonly Closed[], closure: Closure | undefined, id: MessageId): readonly Closed[] {
  const last = closed.at(-1);
  const current = last?.to === undefined ? last?.against : undefined;
  if (current === closure) return closed;
  const ended = last !== undefined && last.to === undefined ? [...closed.slice(0, -1), { ...last, to: id }] : closed;
  const next = closure === undefined ? ended : [...ended, { from: id, against: closure }];
  return next.length > MAX_INTERVALS ? joinOldest(next) : next;
}

/** Closed for longer than it was: a bound may hide, but must not show. */
function joinOldest([first, second, ...rest]: readonly Closed[]): readonly Closed[] {
  const { to } = second!;
  return [{ from: first!.from, ...(to !== undefined && { to }), against: "all" }, ...rest];
}

/** Notes that a ban was set or lifted. */
export function noteBan(barred: readonly Barred[], mask: string, set: boolean, id: MessageId): readonly Barred[] {
  if (mask.startsWith("m:")) return barred;
  if (set) return [...barred, { mask, from: id }].slice(-MAX_INTERVALS);
  return barred.map((one) => one.mask === mask && one.to === undefined ? { ...one, to: id } : one);
}

/** Notes that every ban was lifted. */
export function endBans(barred: readonly Barred[], id: MessageId): readonly Barred[] {
  return barred.map((one) => one.to === undefined ? { ...one, to: id } : one);
}

/**
 * Notes that somebody came in. A visit that a crash left open ends at `crash`; one that began since is that of another user
 * of the same account, and goes on.
 */
export function beginVisit(visits: readonly Interval[], from: MessageId, crash: MessageId): readonly Interval[] {
  const last = visits.at(-1);
  if (last !== undefined && last.to === undefined && last.from >= crash) return visits;
  return [...endVisit(visits, crash), { from }].slice(-MAX_INTERVALS);
}

/** Notes that somebody left. */
export function endVisit(visits: readonly Interval[], to: MessageId): readonly Interval[] {
  const last = visits.at(-1);
  return last === undefined || last.to !== undefined ? visits : [...visits.slice(0, -1), { ...last, to }];
}

/** What a user may read, given when it was there; `undefined` for everything. */
export function visibleHistory(
  channel: { readonly closed: readonly Closed[]; readonly barred: readonly Barred[] },
  user: MaskedUser,
  visits: readonly Interval[],
): readonly Interval[] | undefined {
  const hidden: Interval[] = [
    ...channel.closed.filter(({ against }) => against === "all" || user.account === undefined),
    ...channel.barred.filter(({ mask }) => matchesUser(mask, user)),
  ];
  if (hidden.length === 0) return undefined;
  return unite([...complement(unite(hidden)), ...visits]);
}

/**
 * Intervals in order, those that touch as one.
 *
 * @example
 * ```ts
 * import { unite } from "./visibility.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(unite([{ from: 5 }, { from: 1, to: 3 }, { from: 2, to: 4 }]), [{ from: 1, to: 4 }, { from: 5 }]);
 * ```
 */
export function unite(intervals: readonly Interval[]): Interval[] {
  const united: Interval[] = [];
  for (const next of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = united.at(-1);
    if (last === undefined || (last.to !== undefined && last.to < next.from)) united.push(interval(next.from, next.to));
    else united[united.length - 1] = interval(last.from, later(last.to, next.to));
  }
  return united;
}

/** The times outside of intervals that are in order and apart. */
function complement(intervals: readonly Interval[]): Interval[] {
  const outside: Interval[] = [];
  let from: number | undefined = 0;
  for (const hidden of intervals) {
    if (from !== undefined && from < hidden.from) outside.push({ from, to: hidden.from });
    from = hidden.to;
  }
  if (from !== undefined) outside.push({ from });
  return outside;
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(a, b);
}

function interval(from: number, to: number | undefined): Interval {
  return to === undefined ? { from } : { from, to };
}
