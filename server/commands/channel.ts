/**
 * JOIN PART TOPIC NAMES LIST INVITE KICK RENAME, and MODE of channels.
 *
 * https://modern.ircdocs.horse/#channel-operations
 *
 * @module
 */

import { byteLength, cutToBytes, fitMessage, type Message } from "../../protocol.ts";
import { CAPABILITIES } from "../../protocol/capability.ts";
import { casefold, isChannelName, matchesMask } from "../../protocol/casemapping.ts";
import * as numeric from "../../protocol/numerics.ts";
import { type Channel, prefixOf } from "../channel.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { type CommandTable, MODERN } from "../command.ts";
import { MAX_TARGETS, TEXT_LIMITS } from "../limits.ts";
import { Relay } from "../relay.ts";
import type { User } from "../user.ts";
import { showRecent } from "./playback.ts";
import { sendMarker } from "./marker.ts";
import { mode } from "./mode.ts";

/** Rows of this file. */
export const channelCommands: CommandTable = {
  JOIN: {
    usage: "JOIN <channel>{,<channel>} [<key>{,<key>}] | JOIN 0",
    description: "Go into channels; 0 leaves all",
    spec: `${MODERN}#join-message`,
    minimum: 1,
    run: join,
  },
  PART: {
    usage: "PART <channel>{,<channel>} [<reason>]",
    description: "Leave channels",
    spec: `${MODERN}#part-message`,
    minimum: 1,
    run: part,
  },
  TOPIC: {
    usage: "TOPIC <channel> [<topic>]",
    description: "Read or set the topic",
    spec: `${MODERN}#topic-message`,
    minimum: 1,
    run: topic,
  },
  NAMES: {
    usage: "NAMES [<channel>]",
    description: "Who is in a channel",
    spec: `${MODERN}#names-message`,
    minimum: 0,
    cost: 2,
    run: names,
  },
  LIST: {
    usage: "LIST [<mask or condition>{,<mask or condition>}]",
    description: "Which channels there are; conditions are >users <users C>minutes C<minutes T>minutes T<minutes",
    spec: `${MODERN}#list-message`,
    minimum: 0,
    cost: 3,
    run: list,
  },
  INVITE: {
    usage: "INVITE [<nick> <channel>]",
    description: "Let somebody into a channel; alone: where you are invited",
    spec: `${MODERN}#invite-message`,
    minimum: 0,
    run: invite,
  },
  KICK: {
    usage: "KICK <channel>{,<channel>} <nick>{,<nick>} [<comment>]",
    description: "Put somebody out of a channel",
    spec: `${MODERN}#kick-message`,
    minimum: 2,
    run: kick,
  },
  MODE: {
    usage: "MODE <target> [<modes> [<parameter>...]]",
    description: "Read or change modes of a channel or of yourself",
    spec: `${MODERN}#mode-message`,
    minimum: 1,
    run: mode,
  },
  RENAME: {
    usage: "RENAME <old channel> <new channel> [<reason>]",
    description: "Give a channel another name",
    spec: CAPABILITIES.channelRename.spec,
    minimum: 2,
    cost: 3,
    run: rename,
  },
};

// JOIN <channel>{,<channel>} [<key>{,<key>}]
function join(client: RegisteredClient, { params }: Message): void {
  if (params[0] === "0") return partAll(client);
  const keys = params[1]?.split(",") ?? [];
  for (const [i, name] of params[0]!.split(",").entries()) {
    if (name !== "") joinChannel(client, name, keys[i]);
  }
}

/** Lets a user into a channel if it may, or says why not. */
export function joinChannel(client: RegisteredClient, name: string, key?: string): void {
  const { hub, user } = client;
  if (!isChannelName(name)) return client.error(numeric.ERR_NOSUCHCHANNEL, name);
  const existing = hub.channels.get(name);
  if (existing?.members.has(user)) return;
  if (user.channels.size >= hub.limits.channelsPerUser) return client.error(numeric.ERR_TOOMANYCHANNELS, name);
  if (existing === undefined && hub.channels.size >= hub.limits.channels) {
    return client.numeric(numeric.ERR_UNKNOWNERROR, "JOIN", name, "There are too many channels on this server");
  }
  const refusal = existing === undefined ? undefined : whyNotJoin(existing, user, key);
  if (refusal !== undefined) return client.error(refusal, existing!.name);
  enter(user, hub.channels.open(name, user.account), client);
}

/** The numeric that keeps a user out of a channel, or `undefined`. An invitation opens every door once. */
function whyNotJoin(channel: Channel, user: User, key: string | undefined): string | undefined {
  // Whom it belongs to is never shut out: a channel that lasts might be empty, and nobody there to open it.
  const founds = channel.founder !== undefined && channel.founder === user.account;
  if (founds || channel.invited.has(user)) return undefined;
  if (channel.isBanned(user)) return numeric.ERR_BANNEDFROMCHAN;
  if (channel.modes.has("i") && !channel.isListed("I", user)) return numeric.ERR_INVITEONLYCHAN;
  if (channel.key !== undefined && channel.key !== key) return numeric.ERR_BADCHANNELKEY;
  if (channel.limit !== undefined && channel.members.size >= channel.limit) return numeric.ERR_CHANNELISFULL;
  if (channel.modes.has("R") && user.account === undefined) return numeric.ERR_NEEDREGGEDNICK;
  return undefined;
}

/** Seats a user in a channel, tells the members, and shows the user's clients what is there. */
function enter(user: User, channel: Channel, client: Client): void {
  const { hub } = client;
  const id = hub.clock.next();
  const member = hub.channels.enter(channel, user, id);
  const details = { id, account: user.account, bot: user.modes.has("B") };
  const { source } = user;
  const relay = new Relay({ source, command: "JOIN", params: [channel.name] }, details);
  const params = [channel.name, user.account ?? "*", user.realname];
  const extended = new Relay(fitMessage({ source, command: "JOIN", params }), details);
  for (const each of channel.clients) each.relay(each.has("extendedJoin") ? extended : relay);
  hub.record(channel, extended);
  if (user.away !== undefined) tellAway(client, channel, user, user.away);
  if (member.op && channel.members.size > 1) tellStatus(client, channel, user, "+o");
  for (const each of user.clients) greet(each, channel);
}

function tellAway(client: Client, channel: Channel, user: User, away: string): void {
  const relay = client.hub.relayAct(user, "AWAY", [away]);
  for (const other of channel.members.keys()) {
    if (other !== user) client.hub.toUser(other, relay, { having: "awayNotify" });
  }
}

function tellStatus(client: Client, channel: Channel, user: User, change: string): void {
  client.hub.toChannel(channel, client.hub.relayFromServer("MODE", [channel.name, change, user.nick]));
}

/** What a client is shown of a channel that its user has come into. */
export function greet(client: Client, channel: Channel): void {
  if (channel.topic !== undefined) sendTopic(client, channel);
  if (client.has("readMarker")) sendMarker(client, channel.name);
  if (client.wantsNames) sendNames(client, channel);
  showRecent(client, channel);
}

// PART <channel>{,<channel>} [<reason>]
function part(client: RegisteredClient, { params }: Message): void {
  const reason = params[1] === undefined || params[1] === "" ? [] : [cutToBytes(params[1], TEXT_LIMITS.quit)];
  for (const name of params[0]!.split(",")) {
    const channel = name === "" ? undefined : joined(client, name);
    if (channel !== undefined) partChannel(client, channel, reason);
  }
}

function partChannel({ hub, user }: RegisteredClient, channel: Channel, reason: readonly string[]): void {
  const relay = hub.relayAct(user, "PART", [channel.name, ...reason]);
  hub.toChannel(channel, relay);
  hub.record(channel, relay);
  hub.channels.leave(channel, user);
}

function partAll(client: RegisteredClient): void {
  for (const channel of [...client.user.channels.keys()]) partChannel(client, channel, []);
}

// TOPIC <channel> [<topic>]
function topic(client: RegisteredClient, { params }: Message): void {
  const { hub, user } = client;
  const channel = hub.channels.get(params[0]!);
  if (channel === undefined || !channel.visibleTo(user)) {
    return client.error(numeric.ERR_NOSUCHCHANNEL, params[0]!);
  }
  if (params[1] === undefined) return sendTopic(client, channel);
  if (!channel.members.has(user)) return client.error(numeric.ERR_NOTONCHANNEL, channel.name);
  if (channel.modes.has("t") && !channel.isOperator(user)) {
    return client.error(numeric.ERR_CHANOPRIVSNEEDED, channel.name);
  }
  const text = cutToBytes(params[1], TEXT_LIMITS.topic);
  if (text === (channel.topic?.text ?? "")) return;
  channel.topic = text === "" ? undefined : { text, by: user.source, at: hub.clock.now() };
  const relay = hub.relayAct(user, "TOPIC", [channel.name, text]);
  hub.toChannel(channel, relay);
  hub.record(channel, relay);
  hub.channels.keep(channel);
}

function sendTopic(client: Client, channel: Channel): void {
  const { name, topic } = channel;
  if (topic === undefined) return client.numeric(numeric.RPL_NOTOPIC, name, "No topic is set");
  client.numeric(numeric.RPL_TOPIC, name, topic.text);
  client.numeric(numeric.RPL_TOPICWHOTIME, name, topic.by, `${Math.floor(topic.at / 1000)}`);
}

// NAMES [<channel>]
function names(client: RegisteredClient, { params }: Message): void {
  const name = params[0]?.split(",")[0];
  if (name === undefined || name === "") {
    // "servers SHOULD return one RPL_ENDOFNAMES numeric with the <channel> parameter set to an asterisk"
    for (const channel of client.user.channels.keys()) sendMembers(client, channel);
    return client.numeric(numeric.RPL_ENDOFNAMES, "*", "End of NAMES list");
  }
  const channel = client.hub.channels.get(name);
  if (channel !== undefined && channel.visibleTo(client.user)) return sendNames(client, channel);
  client.numeric(numeric.RPL_ENDOFNAMES, name, "End of NAMES list");
}

function sendNames(client: Client, channel: Channel): void {
  sendMembers(client, channel);
  client.numeric(numeric.RPL_ENDOFNAMES, channel.name, "End of NAMES list");
}

function sendMembers(client: Client, channel: Channel): void {
  const symbol = channel.secret ? "@" : "=";
  const insider = client.user !== undefined && channel.members.has(client.user);
  const all = client.has("multiPrefix");
  const full = client.has("userhostInNames");
  // ":<server> 353 <nick> = <channel> :" comes before the names in a line of 510 bytes.
  const room = 510 - byteLength(`:${client.hub.name} 353 ${client.nick} ${symbol} ${channel.name} :`);
  let line = "";
  let bytes = 0;
  for (const member of channel.members.values()) {
    const { user } = member;
    if (user.modes.has("i") && !insider) continue;
    const entry = prefixOf(member, all) + (full ? user.source : user.nick);
    const length = byteLength(entry) + 1;
    if (bytes + length > room && line !== "") {
      client.numeric(numeric.RPL_NAMREPLY, symbol, channel.name, line);
      line = "";
      bytes = 0;
    }
    line += line === "" ? entry : ` ${entry}`;
    bytes += length;
  }
  if (line !== "") client.numeric(numeric.RPL_NAMREPLY, symbol, channel.name, line);
}

// LIST [<mask or condition>{,<mask or condition>}]
function list(client: RegisteredClient, { params }: Message): void {
  const words = params.flatMap((param) => param.split(",")).filter((word) => word !== "");
  const conditions = words.map((word) => condition(word, client.hub.clock.now())).filter((fits) => fits !== undefined);
  const masks = words.filter((word) => condition(word, 0) === undefined);
  client.numeric(numeric.RPL_LISTSTART, "Channel", "Users  Topic");
  for (const channel of listed(client, masks)) {
    if (!channel.visibleTo(client.user) || !conditions.every((fits) => fits(channel))) continue;
    // "the server ensures that a client may perform the LIST command without being disconnected due to the large volume of
    // data the LIST command generates.": https://modern.ircdocs.horse/#safelist-parameter
    if (client.crowded) {
      client.say("NOTICE", client.nick, "There are more channels: ask for some, as in LIST >10 or LIST #a*");
      break;
    }
    client.numeric(numeric.RPL_LIST, channel.name, `${channel.members.size}`, channel.topic?.text ?? "");
  }
  client.numeric(numeric.RPL_LISTEND, "End of LIST");
}

/** The channels that are named or fit one of the masks; all if there are none. */
function* listed({ hub }: Client, masks: readonly string[]): Iterable<Channel> {
  if (masks.length > 0 && !masks.some((mask) => /[*?]/.test(mask))) {
    for (const name of masks) {
      const channel = hub.channels.get(name);
      if (channel !== undefined) yield channel;
    }
    return;
  }
  for (const channel of hub.channels.values()) {
    if (masks.length === 0 || masks.some((mask) => matchesMask(mask, channel.name))) yield channel;
  }
}

/** A condition of LIST, or `undefined` for a name or a mask: https://modern.ircdocs.horse/#elist-parameter. */
function condition(text: string, now: number): ((channel: Channel) => boolean) | undefined {
  if (text.startsWith("!")) return ({ name }) => !matchesMask(text.slice(1), name);
  const [, what = "", sign, digits] = /^([CT]?)([<>])(\d+)$/i.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const holds = (value: number) => sign === ">" ? value > Number(digits) : value < Number(digits);
  const minutesAgo = (at: number) => (now - at) / 60_000;
  if (what === "") return ({ members }) => holds(members.size);
  if (what.toUpperCase() === "C") return ({ created }) => holds(minutesAgo(created));
  return ({ topic }) => topic !== undefined && holds(minutesAgo(topic.at));
}

// INVITE <nick> <channel>
function invite(client: RegisteredClient, { params }: Message): void {
  if (params.length === 0) return invitations(client);
  const { hub, user } = client;
  const [nick, name] = params;
  if (name === undefined) return client.error(numeric.ERR_NEEDMOREPARAMS, "INVITE");
  const guest = hub.users.get(nick!);
  if (guest === undefined) return client.error(numeric.ERR_NOSUCHNICK, nick!);
  const channel = joined(client, name);
  if (channel === undefined) return;
  if (channel.members.has(guest)) return client.error(numeric.ERR_USERONCHANNEL, guest.nick, channel.name);
  if (channel.modes.has("i") && !channel.isOperator(user)) {
    return client.error(numeric.ERR_CHANOPRIVSNEEDED, channel.name);
  }
  channel.invite(guest, hub.limits.invitedPerChannel);
  client.numeric(numeric.RPL_INVITING, guest.nick, channel.name);
  if (guest.away !== undefined) client.numeric(numeric.RPL_AWAY, guest.nick, guest.away);
  const relay = hub.relayFrom(user, "INVITE", [guest.nick, channel.name]);
  hub.toUser(guest, relay);
  for (const { user: other, op } of channel.members.values()) {
    if (op && other !== user) hub.toUser(other, relay, { having: "inviteNotify" });
  }
}

function invitations(client: RegisteredClient): void {
  for (const channel of client.hub.channels.values()) {
    if (channel.invited.has(client.user)) client.numeric(numeric.RPL_INVITELIST, channel.name);
  }
  client.numeric(numeric.RPL_ENDOFINVITELIST, "End of INVITE list");
}

// KICK <channel>{,<channel>} <user>{,<user>} [<comment>]
function kick(client: RegisteredClient, { params }: Message): void {
  const [channels, nicks] = [params[0]!.split(","), params[1]!.split(",")];
  // "there MUST be either one channel parameter and multiple user parameter, or as many channel parameters as there are
  // user parameters": https://modern.ircdocs.horse/#kick-message
  if (channels.length !== 1 && channels.length !== nicks.length) {
    return client.error(numeric.ERR_NEEDMOREPARAMS, "KICK");
  }
  const pairs = nicks.map((nick, i) => [channels[channels.length === 1 ? 0 : i]!, nick] as const);
  for (const [name, nick] of pairs.slice(0, MAX_TARGETS)) {
    if (!kickOne(client, name, nick, params[2]) && channels.length === 1) return;
  }
  for (const [, nick] of pairs.slice(MAX_TARGETS)) client.error(numeric.ERR_TOOMANYTARGETS, nick);
}

/** `false`: this user may put nobody out of this channel. */
function kickOne(client: RegisteredClient, name: string, nick: string, comment: string | undefined): boolean {
  const channel = joined(client, name);
  if (channel !== undefined && !channel.isOperator(client.user)) {
    client.error(numeric.ERR_CHANOPRIVSNEEDED, channel.name);
  } else if (channel !== undefined) {
    kickFrom(client, channel, nick, comment);
    return true;
  }
  return false;
}

function kickFrom(client: RegisteredClient, channel: Channel, nick: string, comment: string | undefined): void {
  const { hub, user } = client;
  const target = hub.users.get(nick);
  if (target === undefined) return client.error(numeric.ERR_NOSUCHNICK, nick);
  if (!channel.members.has(target)) return client.error(numeric.ERR_USERNOTINCHANNEL, target.nick, channel.name);
  const text = cutToBytes(comment || user.nick, TEXT_LIMITS.kick);
  const relay = hub.relayAct(user, "KICK", [channel.name, target.nick, text]);
  hub.toChannel(channel, relay);
  hub.record(channel, relay);
  hub.channels.leave(channel, target);
}

// RENAME <old> <new> [<reason>]
function rename(client: RegisteredClient, { params }: Message): void {
  const { hub, user } = client;
  const [from, to, reason = ""] = params as [string, string, string?];
  const channel = joined(client, from);
  if (channel === undefined) return;
  if (!channel.isOperator(user)) return client.error(numeric.ERR_CHANOPRIVSNEEDED, channel.name);
  if (!isChannelName(to)) {
    return client.fail("RENAME", "CANNOT_RENAME", channel.name, to, "That is no name for a channel");
  }
  if (to === channel.name || (hub.channels.has(to) && casefold(to) !== casefold(from))) {
    return client.fail("RENAME", "CHANNEL_NAME_IN_USE", channel.name, to, "There is a channel of that name already");
  }
  const old = channel.name;
  hub.channels.rename(channel, to);
  const text = cutToBytes(reason, TEXT_LIMITS.topic);
  hub.toChannel(channel, hub.relayAct(user, "RENAME", [old, to, text]), { having: "channelRename" });
  for (const { user: member } of channel.members.values()) {
    for (const each of member.clients) if (!each.has("channelRename")) moveOver(each, channel, old, text);
  }
}

/** For a client that does not know RENAME: out of the old channel, into the new one. */
function moveOver(client: Client, channel: Channel, old: string, reason: string): void {
  // "This fallback SHOULD NOT be used if the rename only changes the case of the channel name"
  if (casefold(old) === casefold(channel.name)) return;
  const { source } = client.user!;
  if (client.plain?.channel === old) client.plain.channel = channel.name;
  client.deliver({ source, command: "PART", params: [old, reason || `Renamed to ${channel.name}`] });
  const { account, realname } = client.user!;
  const more = client.has("extendedJoin") ? [account ?? "*", realname] : [];
  client.deliver({ source, command: "JOIN", params: [channel.name, ...more] });
  if (channel.topic !== undefined) sendTopic(client, channel);
  if (client.wantsNames) sendNames(client, channel);
}

/** The channel of a name if the user is in it; says so if not. */
export function joined(client: RegisteredClient, name: string): Channel | undefined {
  const channel = client.hub.channels.get(name);
  if (channel?.members.has(client.user)) return channel;
  const known = channel !== undefined && channel.visibleTo(client.user);
  client.error(known ? numeric.ERR_NOTONCHANNEL : numeric.ERR_NOSUCHCHANNEL, known ? channel.name : name);
  return undefined;
}
