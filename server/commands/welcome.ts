/**
 * The welcome: what a client is told once it is in.
 *
 * @module
 */

import * as numeric from "../../protocol/numerics.ts";
import { CHANNEL_MODES } from "../channel.ts";
import type { RegisteredClient } from "../client.ts";
import { sendIsupport } from "../support.ts";
import { USER_MODES } from "../user.ts";
import { sendLusers, sendMotd } from "./query.ts";

/** What a client is told once it is registered, in the order that clients expect. */
export function welcome(client: RegisteredClient): void {
  const { hub, user } = client;
  const { network, version } = hub.options;
  client.numeric(numeric.RPL_WELCOME, `Welcome to ${network}, ${user.source}`);
  client.numeric(numeric.RPL_YOURHOST, `Your host is ${hub.name}, running chat ${version}`);
  client.numeric(numeric.RPL_CREATED, `This server was started ${new Date(hub.started).toUTCString()}`);
  const { list, always, whenSet, never, statuses } = CHANNEL_MODES;
  const modes = [...list + always + whenSet + never + statuses].sort().join("");
  const withParam = [...list + always + whenSet + statuses].sort().join("");
  client.numeric(numeric.RPL_MYINFO, hub.name, `chat-${version}`, USER_MODES, modes, withParam);
  sendIsupport(client);
  sendLusers(client);
  sendMotd(client);
}

/** An address that can stand before other parameters: `::1` becomes `0::1`, which is the same. */
export function shown(address: string): string {
  return address.startsWith(":") ? `0${address}` : address;
}
