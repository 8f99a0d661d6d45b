/**
 * MODE, of channels and of users.
 *
 * https://modern.ircdocs.horse/#mode-message
 *
 * @module
 */

import { byteLength, MAX_BODY_BYTES, type Message } from "../../protocol.ts";
import { looksLikeChannel } from "../../protocol/casemapping.ts";
import { formatModes, groupModes, type ModeChange, parseModes, takesParam } from "../../protocol/mode.ts";
import * as numeric from "../../protocol/numerics.ts";
import { keepMembership } from "../always_on.ts";
import { type Channel, CHANNEL_MODES, type ListLetter, type Member, STATUSES } from "../channel.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { completeMask } from "../mask.ts";
import { MAX_KEY_BYTES, MAX_MASK_BYTES, MAX_MODE_CHANGES, MAX_SLOW_SECONDS } from "../limits.ts";
import { USER_MODES } from "../user.ts";

// MODE <target> [<modes> [<parameter>...]]
export function mode(client: RegisteredClient, { params }: Message): void {
  const [target, ...rest] = params as [string, ...string[]];
  if (looksLikeChannel(target)) channelMode(client, target, rest);
  else userMode(client, target, rest);
}

function channelMode(client: RegisteredClient, name: string, params: readonly string[]): void {
  const channel = client.hub.channels.get(name);
  if (channel === undefined || !channel.visibleTo(client.user)) {
    return client.error(numeric.ERR_NOSUCHCHANNEL, name);
  }
  if (params.length === 0) return sendModes(client, channel);
  const done: ModeChange[] = [];
  for (const change of distinct(parseModes(params, CHANNEL_MODES)).slice(0, MAX_MODE_CHANGES)) {
    const applied = changeChannel(client, channel, change);
    if (applied === false) break;
    if (applied !== undefined) done.push(applied);
  }
  if (done.length > 0) tellModes(client, channel, done);
}

/** Without what asks for a list that was asked for before: however often the letter stands there, one answer is enough. */
function distinct(changes: readonly ModeChange[]): ModeChange[] {
  const asked = new Set<string>();
  return changes.filter(({ letter, param }) => {
    if (param !== undefined || !isList(letter)) return true;
    return asked.size < asked.add(letter).size;
  });
}

function tellModes({ hub, user }: RegisteredClient, channel: Channel, done: readonly ModeChange[]): void {
  const room = MAX_BODY_BYTES - byteLength(`:${user.source} MODE ${channel.name} `);
  for (const changes of groupModes(done, room)) {
    const relay = hub.relayFrom(user, "MODE", [channel.name, ...formatModes(changes)]);
    const { id } = relay.details;
    for (const { add, letter, param } of changes) if (letter === "b") channel.noteBan(param!, add, id);
    channel.noteDoors(id);
    hub.toChannel(channel, relay);
    hub.record(channel, relay);
  }
  hub.channels.keep(channel);
}

function sendModes(client: RegisteredClient, channel: Channel): void {
  const insider = channel.members.has(client.user);
  const changes: ModeChange[] = [...channel.modes].sort().map((letter) => ({ add: true, letter }));
  if (channel.key !== undefined) changes.push({ add: true, letter: "k", param: insider ? channel.key : "*" });
  if (channel.limit !== undefined) changes.push({ add: true, letter: "l", param: `${channel.limit}` });
  if (channel.slow !== undefined) changes.push({ add: true, letter: "S", param: `${channel.slow}` });
  const [letters, ...values] = formatModes(changes);
  client.numeric(numeric.RPL_CHANNELMODEIS, channel.name, letters || "+", ...values);
  client.numeric(numeric.RPL_CREATIONTIME, channel.name, `${Math.floor(channel.created / 1000)}`);
}

/** Makes one change. `undefined`: nothing changed; `false`: the user may not change anything here. */
function changeChannel(
  client: RegisteredClient,
  channel: Channel,
  change: ModeChange,
): ModeChange | undefined | false {
  const { letter, param } = change;
  if (isList(letter) && param === undefined) return sendList(client, channel, letter);
  if (!Object.values(CHANNEL_MODES).some((letters) => letters.includes(letter))) {
    client.error(numeric.ERR_UNKNOWNMODE, letter);
    return undefined;
  }
  if (!channel.isOperator(client.user)) {
    const outside = !channel.members.has(client.user);
    client.error(outside ? numeric.ERR_NOTONCHANNEL : numeric.ERR_CHANOPRIVSNEEDED, channel.name);
    return false;
  }
  // "If a type B or C mode does not have a parameter when being set, the server MUST ignore that mode."
  if (change.param === undefined && takesParam(letter, change.add, CHANNEL_MODES) && letter !== "k") return undefined;
  if (isList(letter)) return changeList(client, channel, letter, change);
  if (STATUSES.includes(letter)) return changeStatus(client, channel, change);
  if (letter === "k") return changeKey(client, channel, change);
  if (letter === "l" || letter === "S") return changeNumber(client, channel, change, letter);
  return changeFlag(channel, change);
}

function changeFlag(channel: Channel, { add, letter }: ModeChange): ModeChange | undefined {
  if (channel.modes.has(letter) === add) return undefined;
  if (add) channel.modes.add(letter);
  else channel.modes.delete(letter);
  return { add, letter };
}

function changeStatus(client: RegisteredClient, channel: Channel, change: ModeChange): ModeChange | undefined {
  const { add, letter, param = "" } = change;
  const user = client.hub.users.get(param);
  const member = user && channel.members.get(user);
  if (user === undefined) client.error(numeric.ERR_NOSUCHNICK, param);
  else if (member === undefined) client.error(numeric.ERR_USERNOTINCHANNEL, user.nick, channel.name);
  if (user === undefined || member === undefined) return undefined;
  const status: keyof Member & ("op" | "voice") = letter === "o" ? "op" : "voice";
  if (member[status] === add) return undefined;
  member[status] = add;
  keepMembership(client.hub, channel, user);
  return { add, letter, param: user.nick };
}

function changeKey(client: Client, channel: Channel, { add, param }: ModeChange): ModeChange | undefined {
  if (!add) {
    const old = channel.key;
    if (old === undefined) return undefined;
    channel.key = undefined;
    return { add, letter: "k", param: old };
  }
  if (param === undefined) return undefined;
  if (!/^[^\s,:][^\s,]*$/.test(param) || byteLength(param) > MAX_KEY_BYTES) {
    const why = `A key has no spaces or commas and at most ${MAX_KEY_BYTES} bytes`;
    client.numeric(numeric.ERR_INVALIDMODEPARAM, channel.name, "k", "*", why);
  } else if (param !== channel.key) {
    channel.key = param;
    return { add, letter: "k", param };
  }
  return undefined;
}

/** What a number means, and how large it may be. */
const NUMBERS = {
  l: { field: "limit", most: 999_999_999, text: "A limit is a number from 1 on" },
  S: { field: "slow", most: MAX_SLOW_SECONDS, text: `Slow mode takes seconds, from 1 to ${MAX_SLOW_SECONDS}` },
} as const;

function changeNumber(
  client: Client,
  channel: Channel,
  { add, param = "" }: ModeChange,
  letter: keyof typeof NUMBERS,
): ModeChange | undefined {
  const { field, most, text } = NUMBERS[letter];
  if (!add) {
    if (channel[field] === undefined) return undefined;
    channel[field] = undefined;
    return { add, letter };
  }
  if (!/^[1-9]\d{0,8}$/.test(param) || Number(param) > most) {
    const shown = /^[^\s:]\S*$/.test(param) ? param : "*";
    client.numeric(numeric.ERR_INVALIDMODEPARAM, channel.name, letter, shown, text);
    return undefined;
  }
  if (channel[field] === Number(param)) return undefined;
  channel[field] = Number(param);
  return { add, letter, param: `${channel[field]}` };
}

function changeList(
  client: RegisteredClient,
  channel: Channel,
  letter: ListLetter,
  { add, param = "" }: ModeChange,
): ModeChange | undefined {
  if (param === "" || /[\s,]/.test(param) || byteLength(param) > MAX_MASK_BYTES) {
    client.numeric(numeric.ERR_INVALIDMODEPARAM, channel.name, letter, "*", "That is no mask such as nick!user@host");
    return undefined;
  }
  const mask = completeMask(param);
  const list = channel.lists[letter];
  const index = channel.indexOf(letter, mask);
  if (!add) {
    const [removed] = index < 0 ? [] : list.splice(index, 1);
    return removed && { add, letter, param: removed.mask };
  }
  if (index >= 0) return undefined;
  if (list.length >= client.hub.limits.listEntries) {
    client.error(numeric.ERR_BANLISTFULL, channel.name, letter);
    return undefined;
  }
  list.push({ mask, by: client.user.nick, at: client.hub.clock.now() });
  return { add, letter, param: mask };
}

const LIST_NUMERICS: Readonly<Record<ListLetter, readonly [string, string, string]>> = {
  b: [numeric.RPL_BANLIST, numeric.RPL_ENDOFBANLIST, "End of ban list"],
  e: [numeric.RPL_EXCEPTLIST, numeric.RPL_ENDOFEXCEPTLIST, "End of exception list"],
  I: [numeric.RPL_INVEXLIST, numeric.RPL_ENDOFINVEXLIST, "End of invitation list"],
};

function sendList(client: RegisteredClient, channel: Channel, letter: ListLetter): undefined {
  const [item, end, text] = LIST_NUMERICS[letter];
  for (const { mask, by, at } of channel.lists[letter]) {
    client.numeric(item, channel.name, mask, by, `${Math.floor(at / 1000)}`);
  }
  client.numeric(end, channel.name, text);
  return undefined;
}

function isList(letter: string): letter is ListLetter {
  return CHANNEL_MODES.list.includes(letter);
}

function userMode(client: RegisteredClient, nick: string, params: readonly string[]): void {
  const { hub, user } = client;
  const target = hub.users.get(nick);
  if (target === undefined) return client.error(numeric.ERR_NOSUCHNICK, nick);
  if (target !== user) return client.error(numeric.ERR_USERSDONTMATCH);
  if (params.length === 0) return client.numeric(numeric.RPL_UMODEIS, `+${[...user.modes].sort().join("")}`);
  const done: ModeChange[] = [];
  let unknown = false;
  for (const { add, letter } of parseModes(params, { list: "", always: "", whenSet: "", never: "", statuses: "" })) {
    if (!USER_MODES.includes(letter)) unknown = true;
    else if (user.modes.has(letter) !== add && !(letter === "o" && add)) done.push(setUserMode(client, letter, add));
  }
  // "the server MUST apply the modes that are implemented, and then send the ERR_UMODEUNKNOWNFLAG"
  if (done.length > 0) hub.toUser(user, hub.relayFrom(user, "MODE", [user.nick, ...formatModes(done)]));
  if (unknown) client.error(numeric.ERR_UMODEUNKNOWNFLAG);
}

function setUserMode({ hub, user }: RegisteredClient, letter: string, add: boolean): ModeChange {
  hub.setMode(user, letter, add);
  return { add, letter };
}
