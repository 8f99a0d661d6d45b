/**
 * Invitations: links that let somebody in, for a while, so many times.
 *
 * What a link carries is kept only as its hash: who reads the data cannot come in with it. Pure but for the records that it
 * is given.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { casefold } from "../protocol/casemapping.ts";
import type { Invitation, Records } from "./records.ts";

/** What stands before the token where IRC has a password: `PASS invite:TOKEN`. */
export const INVITE_PREFIX = "invite:";

/** What an invitation is made of. */
export interface InvitationTerms {
  readonly by: string;
  /** Where it leads, and lets in. */
  readonly channel?: string | undefined;
  /** Milliseconds for which it holds; for good unless told. */
  readonly lasts?: number | undefined;
  /** How many people may use it; any number unless told. */
  readonly uses?: number | undefined;
}

/** An invitation with the short name by which it is revoked. */
export interface ListedInvitation extends Invitation {
  readonly id: string;
}

/** Letters of the hash that name an invitation. */
const ID_LENGTH = 8;

/**
 * Makes an invitation, and gives the token that only the invited know.
 *
 * @param now Milliseconds since 1970.
 */
export function makeInvitation(records: Records<Invitation>, terms: InvitationTerms, now: number): string {
  const { by, channel, lasts, uses } = terms;
  const token = crypto.getRandomValues(new Uint8Array(16)).toBase64({ alphabet: "base64url", omitPadding: true });
  records.put(hashOf(token), {
    by,
    created: now,
    ...(channel !== undefined && { channel }),
    ...(lasts !== undefined && { expires: now + lasts }),
    ...(uses !== undefined && { uses }),
  });
  return token;
}

/** The invitation of a token for somebody of this nick, if it holds. */
export function findInvitation(
  records: Records<Invitation>,
  token: string,
  nick: string,
  now: number,
): Invitation | undefined {
  const found = records.get(hashOf(token));
  if (found === undefined || isOver(found, now)) return undefined;
  return found.uses === undefined || found.uses > 0 || wasUsedBy(found, nick) ? found : undefined;
}

/** Uses an invitation up by one, unless it is the same person who comes back. */
export function useInvitation(records: Records<Invitation>, token: string, nick: string): void {
  const key = hashOf(token);
  const found = records.get(key);
  if (found?.uses === undefined || wasUsedBy(found, nick)) return;
  records.put(key, { ...found, uses: found.uses - 1, usedBy: [...found.usedBy ?? [], casefold(nick)] });
}

/** Those that hold, oldest first; those that are over are forgotten. */
export function listInvitations(records: Records<Invitation>, now: number): ListedInvitation[] {
  const all = [...records.list()];
  for (const [key, invitation] of all) if (isOver(invitation, now)) records.delete(key);
  return all.filter(([, invitation]) => !isOver(invitation, now))
    .map(([key, invitation]) => ({ id: key.slice(0, ID_LENGTH), ...invitation }))
    .sort((a, b) => a.created - b.created);
}

/** Takes back what fits, and gives how many that were. */
export function revokeInvitations(
  records: Records<Invitation>,
  fits: (invitation: ListedInvitation) => boolean,
): number {
  const keys = [...records.list()].filter(([key, one]) => fits({ id: key.slice(0, ID_LENGTH), ...one })).map(([key]) =>
    key
  );
  for (const key of keys) records.delete(key);
  return keys.length;
}

/** What a link is made of. */
export interface InviteLink {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** SHA-256 of the certificate; absent where an authority vouches for it, and without TLS. */
  readonly fingerprint?: string | undefined;
  readonly channel?: string | undefined;
  readonly token: string;
}

/**
 * The link that is given away.
 *
 * @example
 * ```ts
 * import { formatInvite } from "./invitations.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const link = { host: "chat.example", port: 6697, tls: true, channel: "#tea", token: "abc" };
 * assertEquals(formatInvite(link), "ircs://chat.example:6697/#tea?invite=abc");
 * ```
 */
export function formatInvite({ host, port, tls, fingerprint, channel = "", token }: InviteLink): string {
  const place = `${tls ? "ircs" : "irc"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const path = `/${channel.replace(/[?%]/g, encodeURIComponent)}?invite=${token}`;
  return place + path + (fingerprint === undefined ? "" : `#${fingerprint}`);
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function isOver({ expires }: Invitation, now: number): boolean {
  return expires !== undefined && expires <= now;
}

function wasUsedBy({ usedBy }: Invitation, nick: string): boolean {
  return usedBy?.includes(casefold(nick)) ?? false;
}
