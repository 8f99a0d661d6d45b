/**
 * Which capabilities are offered to a client, with their values: only what truly works.
 *
 * @module
 */

import type { Capability, Offer } from "../protocol/capability.ts";
import { registersEarly } from "./accounts.ts";
import type { Client } from "./client.ts";
import type { StrictTransport } from "./hub.ts";
import { saslMechanisms } from "./sasl.ts";

/** Capabilities without a value, for everybody. */
const ALWAYS: readonly Capability[] = [
  "accountNotify",
  "accountTag",
  "awayNotify",
  "batch",
  "capNotify",
  "channelRename",
  "chathistory",
  "chghost",
  "echoMessage",
  "eventPlayback",
  "extendedIsupport",
  "extendedJoin",
  "extendedMonitor",
  "inviteNotify",
  "labeledResponse",
  "messageRedaction",
  "messageTags",
  "multiPrefix",
  "noImplicitNames",
  "noImplicitNamesDraft",
  "preAway",
  "readMarker",
  "search",
  "serverTime",
  "setname",
  "standardReplies",
  "userhostInNames",
];

/** What this client may ask for. */
export function offer(client: Client): Offer {
  const { hub, remote } = client;
  const { limits, options } = hub;
  return new Map<Capability, string>([
    ...ALWAYS.map((capability) => [capability, ""] as const),
    ["accountRegistration", registersEarly(hub) ? "before-connect" : ""],
    ["sasl", saslMechanisms(remote.fingerprint).join(",")],
    ["multiline", `max-bytes=${limits.multilineBytes},max-lines=${limits.multilineLines}`],
    ...(options.sts === undefined || client.capVersion < 302 ? [] : [["sts", stsPolicy(client, options.sts)] as const]),
  ]);
}

// https://ircv3.net/specs/extensions/sts: the port for who comes unencrypted, the duration for who is encrypted.
function stsPolicy(client: Client, { port, duration }: StrictTransport): string {
  return client.remote.secure ? `duration=${duration}` : `port=${port}`;
}
