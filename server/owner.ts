/**
 * What the owner of the machine may ask of a server without being on it: invitations and operators.
 *
 * The same whether the server runs and is asked through a socket in its folder, or is stopped and its store is opened. A
 * request and its answer are one line of JSON each.
 *
 * @module
 */

import { isChannelName } from "../protocol/casemapping.ts";
import { type ListedInvitation, listInvitations, makeInvitation, revokeInvitations } from "./invitations.ts";
import { addOperator, listOperators, removeOperator } from "./operators.ts";
import type { Store } from "./store.ts";

/** The socket's name in the folder of data. */
export const OWNER_SOCKET = "owner.sock";

/** What is asked. */
export type OwnerRequest =
  | { readonly ask: "invite"; readonly channel?: string; readonly lasts?: number; readonly uses?: number }
  | { readonly ask: "invitations" }
  | { readonly ask: "revoke"; readonly id: string }
  | { readonly ask: "operator"; readonly change: "add" | "remove"; readonly account: string }
  | { readonly ask: "operators" };

/** Where a server that runs is found. */
export interface Whereabouts {
  readonly port?: number | undefined;
  readonly tlsPort?: number | undefined;
  /** Absent where an authority vouches for the certificate. */
  readonly fingerprint?: string | undefined;
}

/** What is answered. */
export interface OwnerAnswer {
  /** Why it was not done. */
  readonly error?: string;
  readonly token?: string;
  readonly where?: Whereabouts | undefined;
  readonly invitations?: readonly ListedInvitation[];
  readonly operators?: readonly string[];
  /** How many. */
  readonly done?: number;
}

/**
 * Does what is asked. The caller commits.
 *
 * @param most Invitations that there may be.
 * @param now Milliseconds since 1970.
 */
export function answerOwner(store: Store, request: OwnerRequest, most: number, now: number): OwnerAnswer {
  switch (request.ask) {
    case "invite":
      return invite(store, request, most, now);
    case "invitations":
      return { invitations: listInvitations(store.invitations, now) };
    case "revoke":
      return { done: revokeInvitations(store.invitations, ({ id }) => id === request.id) };
    case "operator": {
      const { change, account } = request;
      return { done: Number(change === "add" ? addOperator(store, account) : removeOperator(store, account)) };
    }
    case "operators":
      return { operators: listOperators(store) };
  }
}

function invite(
  store: Store,
  { channel, lasts, uses }: OwnerRequest & { ask: "invite" },
  most: number,
  now: number,
): OwnerAnswer {
  if (channel !== undefined && !isChannelName(channel)) return { error: `${channel} is no channel` };
  if (listInvitations(store.invitations, now).length >= most) return { error: "there are too many invitations" };
  return { token: makeInvitation(store.invitations, { by: "the owner", channel, lasts, uses }, now) };
}

/** Reads a request. @throws {SyntaxError} if it is none. */
export function parseOwnerRequest(line: string): OwnerRequest {
  const value: unknown = JSON.parse(line);
  if (!isRequest(value)) throw new SyntaxError("Cannot read request: it asks for nothing that there is");
  return value;
}

function isRequest(value: unknown): value is OwnerRequest {
  if (typeof value !== "object" || value === null || !("ask" in value)) return false;
  const { ask, channel, lasts, uses, id, change, account } = value as Record<string, unknown>;
  const count = (n: unknown) => n === undefined || (typeof n === "number" && Number.isSafeInteger(n) && n > 0);
  if (ask === "invite") return (channel === undefined || typeof channel === "string") && count(lasts) && count(uses);
  if (ask === "revoke") return typeof id === "string";
  if (ask === "operator") return (change === "add" || change === "remove") && typeof account === "string";
  return ask === "invitations" || ask === "operators";
}
