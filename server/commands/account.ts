/**
 * REGISTER and AUTHENTICATE: accounts, and what a nick that belongs to one means.
 *
 * @module
 */

import * as numeric from "../../protocol/numerics.ts";
import type { Client } from "../client.ts";
import type { CommandTable } from "../command.ts";

/** Rows of this file. */
export const accountCommands: CommandTable = {};

/** Why a client may not register at all. */
export interface Refusal {
  readonly code: string;
  readonly params: readonly string[];
  /** Reason with which its connection is closed. */
  readonly reason: string;
}

/** Why a client may not register at all, or `undefined`. */
export function mayRegister(client: Client): Refusal | undefined {
  const { password } = client.hub.options;
  if (password !== undefined && client.registration?.password !== password) {
    return { code: numeric.ERR_PASSWDMISMATCH, params: [], reason: "Password missing or incorrect" };
  }
  return undefined;
}

/** Seats a client beside the others of its account's nick; `true` if that is done. */
export function joinAccount(_client: Client, _nick: string): boolean {
  return false;
}

/** Why a nick that nobody has cannot be taken, or `undefined`. */
export function claimNick(_client: Client, _nick: string): string | undefined {
  return undefined;
}
