/**
 * Who was here: the last users that left or took another nick, for WHOWAS.
 *
 * @module
 */

import { CaseMap } from "../protocol/casemapping.ts";
import type { User } from "./user.ts";

/** A user as it was when it left. */
export interface Departed {
  readonly nick: string;
  readonly username: string;
  readonly host: string;
  readonly realname: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The last departures, the oldest forgotten first. */
export class Whowas {
  readonly #most: number;
  readonly #byNick = new CaseMap<Departed[]>();
  readonly #order: Departed[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Remembers a user under the nick it has now. */
  add(user: User, at: number): void {
    const departed = { nick: user.nick, username: user.username, host: user.host, realname: user.realname, at };
    this.#order.push(departed);
    const list = this.#byNick.get(user.nick);
    if (list === undefined) this.#byNick.set(user.nick, [departed]);
    else list.unshift(departed);
    if (this.#order.length > this.#most) this.#forget(this.#order.shift()!);
  }

  /** Departures of a nick, the latest first. */
  get(nick: string): readonly Departed[] {
    return this.#byNick.get(nick) ?? [];
  }

  #forget({ nick }: Departed): void {
    const list = this.#byNick.get(nick);
    list?.pop();
    if (list?.length === 0) this.#byNick.delete(nick);
  }
}
