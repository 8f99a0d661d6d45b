/**
 * Every capability we speak, each with its specification. Names of drafts move; they live here and nowhere else.
 *
 * Browser compatible. What a capability does is written where it is done; this is only the list of them.
 *
 * @module
 */

const IRCV3 = "https://ircv3.net/specs/extensions/";

/** A capability by the name it is used under in code, with the name on the wire and its specification. */
export const CAPABILITIES = {
  accountNotify: { name: "account-notify", spec: `${IRCV3}account-notify` },
  accountRegistration: { name: "draft/account-registration", spec: `${IRCV3}account-registration` },
  accountTag: { name: "account-tag", spec: `${IRCV3}account-tag` },
  awayNotify: { name: "away-notify", spec: `${IRCV3}away-notify` },
  batch: { name: "batch", spec: `${IRCV3}batch` },
  capNotify: { name: "cap-notify", spec: `${IRCV3}capability-negotiation#the-cap-notify-capability` },
  channelRename: { name: "draft/channel-rename", spec: `${IRCV3}channel-rename` },
  chathistory: { name: "draft/chathistory", spec: `${IRCV3}chathistory` },
  chghost: { name: "chghost", spec: `${IRCV3}chghost` },
  echoMessage: { name: "echo-message", spec: `${IRCV3}echo-message` },
  eventPlayback: { name: "draft/event-playback", spec: `${IRCV3}chathistory#event-playback` },
  extendedIsupport: { name: "draft/extended-isupport", spec: `${IRCV3}extended-isupport` },
  extendedJoin: { name: "extended-join", spec: `${IRCV3}extended-join` },
  extendedMonitor: { name: "extended-monitor", spec: `${IRCV3}extended-monitor` },
  inviteNotify: { name: "invite-notify", spec: `${IRCV3}invite-notify` },
  labeledResponse: { name: "labeled-response", spec: `${IRCV3}labeled-response` },
  messageRedaction: { name: "draft/message-redaction", spec: `${IRCV3}message-redaction` },
  messageTags: { name: "message-tags", spec: `${IRCV3}message-tags` },
  multiline: { name: "draft/multiline", spec: `${IRCV3}multiline` },
  multiPrefix: { name: "multi-prefix", spec: `${IRCV3}multi-prefix` },
  noImplicitNames: { name: "no-implicit-names", spec: `${IRCV3}no-implicit-names` },
  noImplicitNamesDraft: { name: "draft/no-implicit-names", spec: `${IRCV3}no-implicit-names` },
  preAway: { name: "draft/pre-away", spec: `${IRCV3}pre-away` },
  readMarker: { name: "draft/read-marker", spec: `${IRCV3}read-marker` },
  sasl: { name: "sasl", spec: `${IRCV3}sasl-3.2` },
  search: { name: "soju.im/search", spec: "https://github.com/emersion/soju/blob/master/doc/ext/search.md" },
  serverTime: { name: "server-time", spec: `${IRCV3}server-time` },
  setname: { name: "setname", spec: `${IRCV3}setname` },
  standardReplies: { name: "standard-replies", spec: `${IRCV3}standard-replies` },
  sts: { name: "sts", spec: `${IRCV3}sts` },
  userhostInNames: { name: "userhost-in-names", spec: `${IRCV3}userhost-in-names` },
} as const;

/** A capability by the name it is used under in code. */
export type Capability = keyof typeof CAPABILITIES;

/** Capabilities that a server offers, with the values it gives them (`""` for none). */
export type Offer = ReadonlyMap<Capability, string>;

const BY_NAME = new Map(
  Object.entries(CAPABILITIES).map(([key, { name }]) => [name as string, key as Capability]),
);

/**
 * The capability of a name on the wire.
 *
 * @example
 * ```ts
 * import { capabilityNamed } from "./capability.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(capabilityNamed("server-time"), "serverTime");
 * ```
 */
export function capabilityNamed(name: string): Capability | undefined {
  return BY_NAME.get(name);
}

/**
 * What stands in `CAP LS`: names, with values for a client that said it knows version 302. Others must be told in one
 * line and are older than every draft, so drafts, which they may still ask for, are left out for them.
 *
 * @example
 * ```ts
 * import { formatOffer } from "./capability.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const offer = new Map([["sasl", "PLAIN"], ["batch", ""], ["preAway", ""]] as const);
 * assertEquals(formatOffer(offer, 302), ["sasl=PLAIN", "batch", "draft/pre-away"]);
 * assertEquals(formatOffer(offer, 301), ["sasl", "batch"]);
 * ```
 */
export function formatOffer(offer: Offer, version: number): string[] {
  const named = [...offer].map(([key, value]) => [CAPABILITIES[key].name, value] as const);
  if (version < 302) return named.map(([name]) => name).filter((name) => !name.includes("/"));
  return named.map(([name, value]) => value === "" ? name : `${name}=${value}`);
}

/** One wish of `CAP REQ`: a capability to switch on, or off where the name begins with `-`. */
export interface Wish {
  readonly name: string;
  readonly on: boolean;
}

/**
 * Reads the last parameter of `CAP REQ`.
 *
 * @example
 * ```ts
 * import { parseWishes } from "./capability.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseWishes("batch -sasl "), [{ name: "batch", on: true }, { name: "sasl", on: false }]);
 * ```
 */
export function parseWishes(text: string): Wish[] {
  return text.split(" ").filter((word) => word !== "").map((word) => {
    const off = word.startsWith("-");
    return { name: off ? word.slice(1) : word, on: !off };
  });
}
