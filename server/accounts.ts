/**
 * Accounts: made, signed in to, changed and deleted, and who is told.
 *
 * An account is known by its name, and its history by its identity: that is of this account alone, so that a later one of
 * the same name inherits nothing. Knows nothing of SASL or of the commands that lead here.
 *
 * @module
 */

import { casefold } from "../protocol/casemapping.ts";
import * as numeric from "../protocol/numerics.ts";
import type { Channel } from "./channel.ts";
import type { Client } from "./client.ts";
import type { Hub } from "./hub.ts";
import { hashPassword, PASSWORD_COST, type PasswordCost } from "./password.ts";
import { SCRAM_ITERATIONS, scramKeys } from "./scram.ts";
import { type Account, advanceMarker, type MessageId, pair, type ScramKeys } from "./store.ts";
import type { User } from "./user.ts";
import { beginVisit } from "./visibility.ts";

/** What the hashes of passwords cost. */
export interface HashingCost {
  readonly password: PasswordCost;
  /** Iterations for SCRAM. */
  readonly iterations: number;
}

/** What hashes cost unless told otherwise. */
export const HASHING_COST: HashingCost = { password: PASSWORD_COST, iterations: SCRAM_ITERATIONS };

/** What is kept of a password. */
export interface Secrets {
  readonly password: string;
  readonly scram: ScramKeys;
}

/** Hashes a password in every form that is kept of it. @throws {RangeError} if too many hashes wait already. */
export async function makeSecrets(password: string, { password: cost, iterations }: HashingCost): Promise<Secrets> {
  const [hash, scram] = await Promise.all([hashPassword(password, cost), scramKeys(password, { iterations })]);
  return { password: hash, scram };
}

/** The account of a name. */
export function accountNamed(hub: Hub, name: string): Account | undefined {
  return hub.store.accounts.get(casefold(name));
}

// "Servers should ensure that if they allow REGISTER before connection registration, this functionality cannot be used to
// bypass any authentication restrictions": https://ircv3.net/specs/extensions/account-registration
/** Whether accounts can be registered before one is in. */
export function registersEarly(hub: Hub): boolean {
  return hub.options.password === undefined;
}

/** Keeps an account, new or changed. */
export function putAccount(hub: Hub, account: Account): void {
  hub.store.accounts.put(casefold(account.name), account);
}

/** Makes an account. Its name must be free. */
export function createAccount(hub: Hub, name: string, secrets: Secrets): Account {
  const account: Account = {
    name,
    identity: `${casefold(name)}*${hub.clock.next().toString(36)}`,
    ...secrets,
    created: hub.clock.now(),
    certificates: [],
    alwaysOn: false,
    settings: {},
  };
  putAccount(hub, account);
  hub.accountCount++;
  return account;
}

/** Signs a client in, and tells it and everybody who wants to know; `bySasl` says whether that is how it came about. */
export function signIn(client: Client, account: Account, { bySasl = false } = {}): void {
  const { user, registration } = client;
  if (registration !== undefined) registration.account = account.name;
  const who = user?.source ?? registration?.nick ?? "*";
  client.numeric(numeric.RPL_LOGGEDIN, who, account.name, `You are now logged in as ${account.name}`);
  if (bySasl) client.numeric(numeric.RPL_SASLSUCCESS, "SASL authentication successful");
  if (user !== undefined && user.account === undefined) signUserIn(client.hub, user, account);
  const ban = user === undefined || user.isOperator ? undefined : client.hub.bans.find(user);
  if (ban !== undefined) client.hub.quit(user!, `Banned: ${ban.reason}`);
}

function signUserIn(hub: Hub, user: User, account: Account): void {
  user.signIn(account);
  for (const [target, id] of user.markers) advanceMarker(hub.store.markers, pair(account.identity, target), id);
  user.markers.clear();
  for (const [channel, member] of user.channels) {
    beginVisitOf(hub, user, channel, member.since);
    if (channel.founder === account.name && !member.op) {
      member.op = true;
      hub.toChannel(channel, hub.relayFromServer("MODE", [channel.name, "+o", user.nick]));
    }
  }
  tellAccount(hub, user, account.name);
}

function beginVisitOf({ store, firstId }: Hub, user: User, channel: Channel, since: MessageId): void {
  const key = pair(user.identity, channel.folded);
  store.visits.put(key, beginVisit(store.visits.get(key) ?? [], since, firstId));
}

// "clients will get the ACCOUNT message to designate the account name changes for clients on common channels with them,
// including themselves": https://ircv3.net/specs/extensions/account-notify
function tellAccount(hub: Hub, user: User, name: string): void {
  const relay = hub.relayAct(user, "ACCOUNT", [name]);
  hub.toNeighbours(user, relay, { having: "accountNotify" });
  hub.toMonitors(user, relay, "accountNotify");
}

/**
 * Deletes an account. What it said stays under its nick, as history of the others; nobody has its identity again, so
 * nobody can read its direct messages but those whom they were with.
 */
export function deleteAccount(hub: Hub, account: Account): void {
  const { store } = hub;
  const key = casefold(account.name);
  for (const fingerprint of account.certificates) store.certificates.delete(fingerprint);
  for (const records of [store.memberships, store.visits, store.markers]) {
    for (const [each] of [...records.list(`${account.identity} `)]) records.delete(each);
  }
  store.accounts.delete(key);
  store.settings.put(`deleted ${key}`, account.identity);
  hub.accountCount--;
  for (const user of [...hub.users.values()]) if (user.identity === account.identity) signUserOut(hub, user);
  for (const channel of [...hub.channels.values()]) releaseChannel(hub, channel, account.name);
}

function signUserOut(hub: Hub, user: User): void {
  user.signOut(hub.clock.next());
  if (user.clients.length === 0) return hub.quit(user, "The account was deleted");
  for (const client of user.clients) client.numeric(numeric.RPL_LOGGEDOUT, user.source, "You are now logged out");
  tellAccount(hub, user, "*");
}

/** Takes an account's rights in a channel, so that they do not go to the next of that name. */
function releaseChannel(hub: Hub, channel: Channel, name: string): void {
  const mask = casefold(`a:${name}`);
  for (const letter of ["e", "I"] as const) {
    const index = channel.indexOf(letter, mask);
    if (index >= 0) channel.lists[letter].splice(index, 1);
  }
  if (channel.founder === name) channel.founder = undefined;
  hub.channels.keep(channel);
  hub.channels.forgetIfEmpty(channel);
}

/** Entries that {@linkcode redactEverything} looks at, and texts that it deletes, before others have their turn. */
const LOOKED_AT = 1000;
const DELETED = 20;

/**
 * Deletes the text of everything that an account said, a slice at a time while the server goes on.
 * Gives the number of messages.
 */
export async function redactEverything({ store, log }: Hub, account: Account): Promise<number> {
  let redacted = 0;
  let work = 0;
  for (const { id, message, redacted: gone } of store.entries(account.created * 1000 - 1)) {
    const own = !gone && message.tags?.get("account") === account.name && store.redact(id);
    if (own) redacted++;
    work += own ? 1 / DELETED : 1 / LOOKED_AT;
    if (work < 1) continue;
    work = 0;
    const failure = store.commit();
    if (failure !== undefined) throw new Error(failure.message);
    await new Promise((resolve) => setImmediate(resolve));
  }
  log(`${account.name} had everything deleted that it said: ${redacted} messages`);
  return redacted;
}
