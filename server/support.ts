/**
 * What the server says of itself in ISUPPORT: every token here is kept by code elsewhere, from the same constants.
 *
 * https://modern.ircdocs.horse/#rplisupport-parameters
 *
 * @module
 */

import type { Tags } from "../protocol.ts";
import { CASEMAPPING, MAX_CHANNEL_LENGTH, MAX_NICK_LENGTH } from "../protocol/casemapping.ts";
import { formatIsupport } from "../protocol/isupport.ts";
import { CHANNEL_MODES, PREFIXES, STATUSES } from "./channel.ts";
import { RPL_ISUPPORT } from "../protocol/numerics.ts";
import type { Client } from "./client.ts";
import type { Hub } from "./hub.ts";
import {
  MAX_HOST_LENGTH,
  MAX_KEY_BYTES,
  MAX_MODE_CHANGES,
  MAX_TARGETS,
  MAX_USERNAME_LENGTH,
  TEXT_LIMITS,
} from "./limits.ts";

/** The tokens and their values; `""` for a token without a value. */
export function isupportTokens(hub: Hub): Map<string, string> {
  const { limits } = hub;
  const { list, always, whenSet, never } = CHANNEL_MODES;
  return new Map([
    ["ACCOUNTEXTBAN", "a"],
    ["AWAYLEN", `${TEXT_LIMITS.away}`],
    ["BOT", "B"],
    ["CASEMAPPING", CASEMAPPING],
    ["CHANLIMIT", `#:${limits.channelsPerUser}`],
    ["CHANMODES", [list, always, whenSet, never].join(",")],
    ["CHANNELLEN", `${MAX_CHANNEL_LENGTH}`],
    ["CHANTYPES", "#"],
    ["CHATHISTORY", `${limits.historyPage}`],
    ["ELIST", "CMNTU"],
    ["EXCEPTS", "e"],
    ["EXTBAN", ",am"],
    ["INVEX", "I"],
    ["HOSTLEN", `${MAX_HOST_LENGTH}`],
    ["KEYLEN", `${MAX_KEY_BYTES}`],
    ["KICKLEN", `${TEXT_LIMITS.kick}`],
    ["MAXLIST", `${list}:${limits.listEntries}`],
    ["MAXTARGETS", `${MAX_TARGETS}`],
    ["MODES", `${MAX_MODE_CHANGES}`],
    ["MONITOR", `${limits.monitor}`],
    ["MSGREFTYPES", "timestamp,msgid"],
    ["NAMELEN", `${TEXT_LIMITS.realname}`],
    ["NETWORK", hub.options.network],
    ["NICKLEN", `${MAX_NICK_LENGTH}`],
    ["PREFIX", `(${STATUSES})${PREFIXES}`],
    ["SAFELIST", ""],
    ["SAFERATE", ""],
    ["STATUSMSG", PREFIXES],
    ["TARGMAX", targmax()],
    ["TOPICLEN", `${TEXT_LIMITS.topic}`],
    ["USERLEN", `${MAX_USERNAME_LENGTH}`],
    ["UTF8ONLY", ""],
    ["WHOX", ""],
    ...(hub.options.icon === undefined ? [] : [["draft/ICON", hub.options.icon] as const]),
  ]);
}

/** The tokens as they are sent, made once: they do not change while the server runs. */
function isupportGroups(hub: Hub): readonly (readonly string[])[] {
  const known = GROUPS.get(hub) ?? formatIsupport(isupportTokens(hub));
  GROUPS.set(hub, known);
  return known;
}

const GROUPS = new WeakMap<Hub, readonly (readonly string[])[]>();

/** Sends the tokens: as a batch to a client that asked for that (https://ircv3.net/specs/extensions/extended-isupport). */
export function sendIsupport(client: Client): void {
  const { hub, nick } = client;
  const groups = isupportGroups(hub);
  const fill = (tags: Tags | undefined) => {
    for (const tokens of groups) {
      const params = [nick, ...tokens, "are supported by this server"];
      client.deliver({ ...(tags && { tags }), source: hub.name, command: RPL_ISUPPORT, params });
    }
  };
  if (client.has("extendedIsupport")) client.batch("draft/isupport", [], fill);
  else fill(undefined);
}

function targmax(): string {
  const many = ["PRIVMSG", "NOTICE", "TAGMSG", "KICK"].map((command) => `${command}:${MAX_TARGETS}`);
  return [...many, "JOIN:", "PART:", "NAMES:1", "WHOIS:1", "WHOWAS:1", "LIST:", "MONITOR:"].join(",");
}
