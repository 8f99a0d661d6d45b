/**
 * Admission: who may come in at all. The password, bans, and whether the house is open to guests.
 *
 * Asked before a client is registered, and again when somebody takes a name or an account that a ban may mean.
 *
 * @module
 */

import * as numeric from "../protocol/numerics.ts";
import type { ListedBan } from "./bans.ts";
import type { Client } from "./client.ts";
import type { Hub } from "./hub.ts";
import type { MaskedUser } from "./mask.ts";

/** Why a client may not register at all. */
export interface Refusal {
  readonly code: string;
  readonly text: string;
  /** Reason with which its connection is closed. */
  readonly reason: string;
}

/** Where it is kept that only accounts come in. */
const LOCKED = "lockdown";

/** Whether only people with an account come in, and no accounts are made: for the time of an attack. */
export function isLockedDown({ store }: Hub): boolean {
  return store.settings.get(LOCKED) !== undefined;
}

/** Closes the house to guests, or opens it. Holds over restarts. */
export function setLockdown({ store }: Hub, on: boolean, by: string): void {
  if (on) store.settings.put(LOCKED, by);
  else store.settings.delete(LOCKED);
}

/** What a ban says to whom it is meant for. */
export function banText({ reason, expires }: ListedBan): string {
  const until = expires === undefined ? "" : ` (until ${new Date(expires).toISOString().slice(0, 16)}Z)`;
  return `You are banned here: ${reason}${until}`;
}

/** Why a client may not register, or `undefined`. Its nick and username are known. */
export function whyNotAdmitted(client: Client): Refusal | undefined {
  const { hub, registration } = client;
  const { password } = hub.options;
  const ban = hub.bans.find(suspectOf(client));
  if (ban !== undefined) return closed(numeric.ERR_YOUREBANNEDCREEP, banText(ban));
  if (registration?.account !== undefined) return wrongPassword(client, password);
  if (isLockedDown(hub)) return closed(numeric.ERR_YOUREBANNEDCREEP, "Only people with an account come in right now");
  return wrongPassword(client, password);
}

function wrongPassword({ registration }: Client, password: string | undefined): Refusal | undefined {
  if (password === undefined || registration?.password === password) return undefined;
  const text = numeric.ERROR_TEXT[numeric.ERR_PASSWDMISMATCH]!;
  return { code: numeric.ERR_PASSWDMISMATCH, text, reason: "Password missing or incorrect" };
}

function closed(code: string, reason: string): Refusal {
  return { code, text: reason, reason };
}

/** A client as bans see it before it is a user. */
function suspectOf({ hub, registration, remote }: Client): MaskedUser {
  const { nick = "*", username = "*", account } = registration ?? {};
  const { address } = remote;
  return { nick, username, address, account, source: `${nick}!${username}@${hub.cloak(address)}` };
}
