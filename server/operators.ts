/**
 * Operators of the server by account: who signs in to such an account needs no other password for OPER.
 *
 * Tied to the account and not to its name, so that nobody inherits it. Needs no more than the store, but
 * for those who are on the server while their account ceases to be one.
 *
 * @module
 */

import { casefold } from "../protocol/casemapping.ts";
import type { Hub } from "./hub.ts";
import type { Store } from "./store.ts";

const KEY = "operator ";

/** Makes an account an operator. `false`: there is no such account. */
export function addOperator(store: Store, name: string): boolean {
  const account = store.accounts.get(casefold(name));
  if (account !== undefined) store.settings.put(KEY + casefold(name), account.identity);
  return account !== undefined;
}

/** Takes it back. `false`: it was none. */
export function removeOperator(store: Store, name: string): boolean {
  if (store.settings.get(KEY + casefold(name)) === undefined) return false;
  store.settings.delete(KEY + casefold(name));
  return true;
}

/** The accounts that are operators. */
export function listOperators(store: Store): string[] {
  const names = [...store.settings.list(KEY)].map(([key]) => key.slice(KEY.length));
  return names.filter((name) => isOperatorAccount(store, name));
}

/** Whether an account is an operator. */
export function isOperatorAccount(store: Store, name: string | undefined): boolean {
  if (name === undefined) return false;
  const identity = store.settings.get(KEY + casefold(name));
  return identity !== undefined && store.accounts.get(casefold(name))?.identity === identity;
}

/** Takes the mode from operators by account whose account is none any more. */
export function dismissOperators(hub: Hub): void {
  for (const user of hub.users.values()) {
    const byAccount = user.account !== undefined && user.operator === user.account;
    if (!byAccount || hub.options.operators?.has(user.operator!) || isOperatorAccount(hub.store, user.account)) {
      continue;
    }
    hub.setMode(user, "o", false);
    user.operator = undefined;
    hub.toUser(user, hub.relayFromServer("MODE", [user.nick, "-o"]));
  }
}
