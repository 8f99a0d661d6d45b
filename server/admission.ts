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
import { findInvitation, INVITE_PREFIX, useInvitation } from "./invitations.ts";
import type { MaskedUser } from "./mask.ts";
import type { Invitation } from "./records.ts";
import type { User } from "./user.ts";

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
  if (tokenOf(client) !== undefined) return whyNotInvited(client);
  if (registration?.account !== undefined) return wrongPassword(client, password);
  if (isLockedDown(hub)) return closed(numeric.ERR_YOUREBANNEDCREEP, LOCKED_TEXT);
  if (hub.options.inviteOnly) {
    return closed(numeric.ERR_YOUREBANNEDCREEP, "Only people with an account or an invitation come in");
  }
  return wrongPassword(client, password);
}

const LOCKED_TEXT = "Only people with an account come in right now";

/** The token of an invitation that a client has given for a password. */
function tokenOf({ registration }: Client): string | undefined {
  const { password } = registration ?? {};
  return password?.startsWith(INVITE_PREFIX) ? password.slice(INVITE_PREFIX.length) : undefined;
}

/** The invitation that a client came with, if it holds. */
function invitationOf(client: Client): Invitation | undefined {
  const { hub: { store, clock }, registration } = client;
  const token = tokenOf(client);
  return token === undefined
    ? undefined
    : findInvitation(store.invitations, token, registration?.nick ?? "", clock.now());
}

/** Guesses count like those of passwords. */
function whyNotInvited(client: Client): Refusal | undefined {
  const { hub, remote, registration } = client;
  if (registration?.account === undefined && isLockedDown(hub)) {
    return closed(numeric.ERR_YOUREBANNEDCREEP, LOCKED_TEXT);
  }
  const now = hub.clock.elapsed();
  const wait = hub.logins.wait(remote.address, now);
  if (wait === 0 && invitationOf(client) !== undefined) return undefined;
  if (wait === 0) hub.logins.count(remote.address, now);
  // Who may come in without an invitation does so with one that is over.
  if (!hub.options.inviteOnly && hub.options.password === undefined) return undefined;
  if (registration?.account !== undefined && hub.options.password === undefined) return undefined;
  return closed(
    numeric.ERR_PASSWDMISMATCH,
    wait > 0 ? "Too many invitations were tried: wait a minute" : "This invitation is over, or never was",
  );
}

/**
 * Notes that the client under registration uses its invitation. Gives what is left to do once it is a user: it may come
 * into the channel of the invitation, and is told so.
 */
export function takeInvitation(client: Client): (user: User) => void {
  const { hub } = client;
  const invitation = invitationOf(client);
  if (invitation === undefined) return () => {};
  useInvitation(hub.store.invitations, tokenOf(client)!, client.registration!.nick!);
  return (user) => {
    if (invitation.channel === undefined) return;
    const channel = hub.channels.get(invitation.channel);
    channel?.invite(user, hub.limits.invitedPerChannel);
    client.say("INVITE", user.nick, invitation.channel);
  };
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
