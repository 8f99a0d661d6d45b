/**
 * The list of members as it is shown: operators first, then by name; sorted only when somebody comes, goes or changes.
 *
 * @module
 */

import type { Session, SessionEvent } from "../session.ts";
import { nameOrder } from "../session/names.ts";
import type { ViewMember } from "../view.ts";

/** What may change a list of members. */
const CHANGES: ReadonlySet<SessionEvent["type"]> = new Set(
  ["registered", "join", "part", "kick", "quit", "nick", "mode", "members", "rename", "away"] as const,
);

/** Members by channel, sorted. */
export class MemberLists {
  readonly #session: Session;
  readonly #sorted = new Map<string, readonly ViewMember[]>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Forgets what an event may have changed. */
  event({ type }: SessionEvent): void {
    if (CHANGES.has(type)) this.#sorted.clear();
  }

  /** The members of a channel. */
  of(channel: string): readonly ViewMember[] {
    const known = this.#sorted.get(channel);
    if (known !== undefined) return known;
    const ranks = this.#session.isupport.prefixes;
    const rank = (prefix: string) => prefix === "" ? ranks.length : ranks.indexOf(prefix[0]!);
    const members = (this.#session.channels.get(channel)?.members.values() ?? [])
      .map(({ nick, prefixes, away }) => ({ nick, prefix: prefixes, away }));
    const compare = nameOrder(members.map(({ nick }) => nick));
    members.sort((a, b) => rank(a.prefix) - rank(b.prefix) || compare(a.nick, b.nick));
    this.#sorted.set(channel, members);
    return members;
  }
}
