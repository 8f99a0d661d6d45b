/**
 * Lists that a server sends as several numerics and their end: one that is empty is said to be, or nothing would answer who
 * asked for it.
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import type { Session } from "../session.ts";

/** What a list consists of, and what is said of an empty one. */
interface List {
  readonly entry: string;
  readonly nothing: (about: string) => string;
}

/** By the numeric that ends it. */
const LISTS: ReadonlyMap<string, List> = new Map<string, List>([
  ["315", { entry: "352", nothing: (mask) => `Nobody is found by ${mask}.` }],
  ["323", { entry: "322", nothing: () => "There is no such channel to be seen." }],
  ["347", { entry: "346", nothing: (channel) => `${channel} has no list of who is always let in.` }],
  ["349", { entry: "348", nothing: (channel) => `${channel} excepts nobody from its bans.` }],
  ["368", { entry: "367", nothing: (channel) => `${channel} bans nobody.` }],
]);

const ENTRIES: ReadonlySet<string> = new Set([...LISTS.values()].map(({ entry }) => entry));

/** Notes what a list consists of as it comes, and says at the end of an empty one that it is. */
export function noteList(session: Session, { command, params }: Message): void {
  if (ENTRIES.has(command)) session.listed.add(command);
  const list = LISTS.get(command);
  if (list === undefined || session.listed.delete(list.entry)) return;
  const about = params.length > 2 ? params[1] ?? "" : "";
  // That was asked by us, not by the person.
  if (session.channels.get(about)?.learning) return;
  session.emit({ type: "info", code: command, about, text: list.nothing(about) });
}
