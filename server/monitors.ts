/**
 * Who watches which nick: https://ircv3.net/specs/extensions/monitor.
 *
 * @module
 */

import { CaseMap } from "../protocol/casemapping.ts";
import type { Client } from "./client.ts";

/** The clients that watch a nick, by nick. */
export class Monitors {
  readonly #byNick = new CaseMap<Set<Client>>();

  /** Number of nicks that are watched. */
  get size(): number {
    return this.#byNick.size;
  }

  /** The clients that watch a nick. */
  of(nick: string): Iterable<Client> {
    return this.#byNick.get(nick) ?? [];
  }

  /** Begins to watch a nick. */
  watch(client: Client, nick: string): void {
    client.monitored.set(nick, nick);
    const watching = this.#byNick.get(nick) ?? new Set();
    this.#byNick.set(nick, watching.add(client));
  }

  /** Ceases to watch a nick. */
  unwatch(client: Client, nick: string): void {
    client.monitored.delete(nick);
    const watching = this.#byNick.get(nick);
    watching?.delete(client);
    if (watching?.size === 0) this.#byNick.delete(nick);
  }

  /** Tells those who watch a nick that somebody came or went under it. */
  tell(nick: string, code: string, who: string): void {
    for (const client of this.of(nick)) client.numeric(code, who);
  }
}
