/**
 * Always-on: an account that stays in its channels while nobody is at it, also over a restart, and is marked away
 * meanwhile.
 *
 * One user stays for an account, under its name: that of the name, or whoever leaves when the name is free. Knows nothing
 * of the commands by which an account asks for this.
 *
 * @module
 */

import { casefold } from "../protocol/casemapping.ts";
import type { Channel } from "./channel.ts";
import type { Hub } from "./hub.ts";
import { type Account, pair } from "./store.ts";
import { User } from "./user.ts";

/** Away message of a user whom nobody is at. */
const ABSENT = "Not here now; messages are kept";

/** What WHOX says of an address that nobody may know: https://ircv3.net/specs/extensions/whox. */
const UNKNOWN_ADDRESS = "255.255.255.255";

/** The account for which a user stays, or `undefined` if it does not. */
export function stayingAccount({ store, users }: Hub, user: User): Account | undefined {
  if (user.account === undefined) return undefined;
  const account = store.accounts.get(casefold(user.account));
  const holder = users.get(user.account) ?? user;
  return account?.alwaysOn && holder === user ? account : undefined;
}

/** Switches it on or off for an account; the user of its name is kept as it now is. */
export function setAlwaysOn(hub: Hub, account: Account, on: boolean): Account {
  const changed = { ...account, alwaysOn: on };
  hub.store.accounts.put(casefold(account.name), changed);
  const user = hub.users.get(account.name);
  if (user?.identity === account.identity) {
    if (on) keepPresence(hub, changed, user);
    for (const channel of user.channels.keys()) keepMembership(hub, channel, user);
  }
  return changed;
}

/** Keeps, or forgets, that a user is in a channel: call it whenever that or its status there has changed. */
export function keepMembership(hub: Hub, channel: Channel, user: User): void {
  const { memberships } = hub.store;
  const key = pair(user.identity, channel.folded);
  const member = channel.members.get(user);
  if (member !== undefined && stayingAccount(hub, user) !== undefined) {
    const modes = (member.op ? "o" : "") + (member.voice ? "v" : "");
    memberships.put(key, { name: channel.name, modes, since: member.since });
  } else if (user.account !== undefined && memberships.get(key) !== undefined) {
    memberships.delete(key);
  }
}

/** Leaves a user without a client where it is, if its account wants that. `false`: it does not. */
export function leaveStanding(hub: Hub, user: User): boolean {
  const account = stayingAccount(hub, user);
  if (account === undefined) return false;
  keepPresence(hub, account, user);
  // What OPER gave was given to whoever was there.
  hub.setMode(user, "o", false);
  if (!user.isUnderOwnName) hub.rename(user, account.name);
  if (user.away !== undefined) return true;
  user.absent = true;
  setAway(hub, user, ABSENT);
  return true;
}

/** Somebody is at a user again. */
export function comeBack(hub: Hub, user: User): void {
  if (!user.absent) return;
  user.absent = false;
  setAway(hub, user, undefined);
}

/** Brings back the users who were there before a restart, in the channels where they were. */
export function restoreUser(hub: Hub, account: Account): void {
  const { username, realname, host } = account.presence ??
    { username: "~user", realname: account.name, host: "absent" };
  const identity = { nick: account.name, username, realname, host, address: UNKNOWN_ADDRESS, account };
  const user = new User(identity, hub.clock.next(), hub.clock.now());
  user.away = ABSENT;
  user.absent = true;
  hub.addUser(user);
  const prefix = `${account.identity} `;
  for (const [, { modes, since, name }] of [...hub.store.memberships.list(prefix)]) {
    const member = hub.channels.open(name).add(user, since);
    member.op = modes.includes("o");
    member.voice = modes.includes("v");
  }
}

function keepPresence({ store }: Hub, account: Account, { username, realname, host }: User): void {
  store.accounts.put(casefold(account.name), { ...account, presence: { username, realname, host } });
}

function setAway(hub: Hub, user: User, text: string | undefined): void {
  user.away = text;
  const relay = hub.relayAct(user, "AWAY", text === undefined ? [] : [text]);
  hub.toNeighbours(user, relay, { having: "awayNotify" });
  hub.toMonitors(user, relay, "awayNotify");
}
