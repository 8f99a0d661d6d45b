/**
 * A nick that is the name of an account belongs to it: who may take it, and what becomes of a stranger who has it.
 *
 * A stranger cannot come in under it. Whoever is here already and takes it is asked to sign in, once, and otherwise gets
 * another nick after a while, or at once when the owner comes.
 *
 * @module
 */

import { casefold } from "../protocol/casemapping.ts";
import { accountNamed } from "./accounts.ts";
import type { Client } from "./client.ts";
import type { Hub } from "./hub.ts";
import type { User } from "./user.ts";

/** Account that a client has signed in to, registered or not. */
export function accountOf({ user, registration }: Client): string | undefined {
  return user === undefined ? registration?.account : user.account;
}

/** Whether a nick is that of the account that a client has signed in to. */
export function ownsNick(client: Client, nick: string): boolean {
  const account = accountOf(client);
  return account !== undefined && casefold(account) === casefold(nick);
}

// Whoever had one of these nicks would be told passwords by people who are used to such services elsewhere.
const SERVICES = /^(?:auth|bot|chan|global|help|hist|host|memo|nick|oper|sasl|stat|user)serv$/;

/** Whether a nick is that of a service of other networks, which nobody may have here. */
export function isServiceNick(nick: string): boolean {
  return SERVICES.test(casefold(nick));
}

/** Why a nick that nobody has cannot be taken, or `undefined`. */
export function claimNick(client: Client, nick: string): string | undefined {
  if (isServiceNick(nick)) return "That nick is kept free: elsewhere it belongs to a service";
  if (ownsNick(client, nick) || accountNamed(client.hub, nick) === undefined) return undefined;
  // A person with nc has no way to sign in.
  const mayBeAsked = client.user !== undefined && client.plain === undefined && !client.user.askedForNick;
  return mayBeAsked ? undefined : "That nick belongs to an account: sign in to it first";
}

/** Takes a nick from a stranger for its owner. */
export function reclaimNick(client: Client, nick: string): void {
  const holder = client.hub.users.get(nick);
  if (holder !== undefined && isStranger(client.hub, holder) && ownsNick(client, nick)) {
    renameStranger(client.hub, holder);
  }
}

/** Asks a stranger who has just taken a nick to sign in. */
export function askStranger({ hub }: Client, user: User): void {
  if (!isStranger(hub, user)) return;
  const grace = hub.limits.nickGrace;
  user.askedForNick = true;
  user.nickDeadline = hub.clock.elapsed() + grace;
  notice(
    hub,
    user,
    `The nick ${user.nick} belongs to an account. Sign in to it within ${Math.ceil(grace / 1000)} seconds, ` +
      "or you will get another nick",
  );
}

/** Gives strangers whose time is over another nick. Called now and then. */
export function watchNicks(hub: Hub): void {
  const now = hub.clock.elapsed();
  for (const user of hub.users.values()) {
    if (user.nickDeadline === undefined || now < user.nickDeadline) continue;
    user.nickDeadline = undefined;
    if (isStranger(hub, user)) renameStranger(hub, user);
  }
}

function isStranger(hub: Hub, user: User): boolean {
  return !user.isUnderOwnName && accountNamed(hub, user.nick) !== undefined;
}

function renameStranger(hub: Hub, user: User): void {
  const old = user.nick;
  hub.rename(user, freeGuestNick(hub));
  notice(hub, user, `You are ${user.nick} now: the nick ${old} belongs to an account that you are not signed in to`);
}

/** A nick that nobody has and that belongs to nobody. */
export function freeGuestNick(hub: Hub): string {
  for (;;) {
    const nick = `guest${10 + Math.floor(Math.random() * 99_990)}`;
    if (!hub.users.has(nick) && accountNamed(hub, nick) === undefined) return nick;
  }
}

function notice(hub: Hub, user: User, text: string): void {
  hub.toUser(user, hub.relayFromServer("NOTICE", [user.nick, text]));
}
