/**
 * Who is where: channels, their members, topics and modes.
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import { parseModes } from "../../protocol/mode.ts";
import type { Channel, Handler, Member, Session } from "../session.ts";
import { NameMap } from "./names.ts";

/** The nick of a source such as `nick!user@host`. */
export function nickOf(source: string): string {
  const end = source.search(/[!@]/);
  return end < 0 ? source : source.slice(0, end);
}

function addressOf(source: string): string | undefined {
  const bang = source.indexOf("!");
  return bang < 0 ? undefined : source.slice(bang + 1);
}

/** Most channels, and most members of all of them together; a server that exceeds them means no good. */
const MAX_CHANNELS = 1000;
const MAX_MEMBERS = 100_000;

function hasRoom(session: Session): boolean {
  return session.channels.values().reduce((sum, { members, arriving }) => sum + members.size + arriving.length, 0) <
    MAX_MEMBERS;
}

// JOIN <channel> [<account> :<realname>]
const join: Handler = (session, message) => {
  const [name = "", account] = message.params;
  const source = message.source ?? "";
  const nick = nickOf(source);
  const self = session.isSelf(nick);
  if (self) {
    if (!session.channels.has(name) && session.channels.size >= MAX_CHANNELS) return;
    session.source = source.includes("@") ? source : session.source;
    session.channels.set(name, newChannel(session, name));
    if (!session.wantedChannels.has(name)) session.want(name);
  }
  const address = addressOf(source);
  if (!self && !hasRoom(session)) return;
  session.channels.get(name)?.members.set(nick, {
    nick,
    prefixes: "",
    away: false,
    ...(address !== undefined && { address }),
    ...(account !== undefined && account !== "*" && { account }),
  });
  session.emit({ type: "join", channel: name, nick, source, self, time: session.timeOf(message) });
};

function newChannel(session: Session, name: string): Channel {
  return {
    name,
    topic: "",
    modes: "",
    members: new NameMap<Member>(session.fold),
    arriving: [],
    asked: false,
    learning: false,
    learned: false,
  };
}

// PART <channel> [:<reason>]
const part: Handler = (session, message) => {
  const [channel = "", reason = ""] = message.params;
  const nick = nickOf(message.source ?? "");
  const self = session.isSelf(nick);
  leave(session, channel, nick, self);
  session.emit({ type: "part", channel, nick, reason, self, time: session.timeOf(message) });
};

// KICK <channel> <nick> [:<reason>]
const kick: Handler = (session, message) => {
  const [channel = "", nick = "", reason = ""] = message.params;
  const self = session.isSelf(nick);
  leave(session, channel, nick, self);
  const by = nickOf(message.source ?? "");
  session.emit({ type: "kick", channel, nick, by, reason, self, time: session.timeOf(message) });
};

function leave(session: Session, channel: string, nick: string, self: boolean): void {
  if (self) {
    session.channels.delete(channel);
    session.wantedChannels.delete(channel);
  } else {
    session.channels.get(channel)?.members.delete(nick);
  }
}

// QUIT [:<reason>]
const quit: Handler = (session, message) => {
  const nick = nickOf(message.source ?? "");
  const channels = channelsOf(session, nick);
  for (const channel of channels) channel.members.delete(nick);
  session.emit({
    type: "quit",
    nick,
    channels: channels.map((channel) => channel.name),
    reason: message.params[0] ?? "",
    self: session.isSelf(nick),
    time: session.timeOf(message),
  });
  session.regain(nick);
};

// NICK <nick>
const nick: Handler = (session, message) => {
  const from = nickOf(message.source ?? "");
  const to = message.params[0] ?? "";
  const self = session.isSelf(from);
  if (self) {
    session.renamed(to);
    session.source = `${to}${session.source.slice(from.length)}`;
  }
  const channels = channelsOf(session, from);
  for (const { members } of channels) {
    const member = members.get(from)!;
    members.delete(from);
    members.set(to, { ...member, nick: to });
  }
  session.emit({ type: "nick", from, to, self, channels: channels.map((channel) => channel.name) });
  if (!self) session.regain(from);
};

function channelsOf(session: Session, nick: string): Channel[] {
  return session.channels.values().filter((channel) => channel.members.has(nick));
}

function eachMember(session: Session, nick: string, change: (member: Member) => void): string[] {
  const channels = channelsOf(session, nick);
  for (const channel of channels) change(channel.members.get(nick)!);
  return channels.map((channel) => channel.name);
}

// TOPIC <channel> :<topic>
const topic: Handler = (session, message) => {
  const [channel = "", text = ""] = message.params;
  setTopic(session, message, channel, text, true);
};

function setTopic(session: Session, message: Message, name: string, text: string, changed: boolean): void {
  const channel = session.channels.get(name);
  if (channel !== undefined) channel.topic = text;
  const by = changed ? nickOf(message.source ?? "") : "";
  session.emit({ type: "topic", channel: name, topic: text, by, changed, time: session.timeOf(message) });
}

// MODE <target> <modes> [<params>]
const mode: Handler = (session, message) => {
  const [target = "", ...change] = message.params;
  const channel = session.channels.get(target);
  if (channel !== undefined) applyModes(session, channel, change);
  const by = nickOf(message.source ?? "");
  session.emit({ type: "mode", target, by, change: change.join(" "), time: session.timeOf(message) });
};

function applyModes(session: Session, channel: Channel, params: readonly string[]): void {
  const types = session.isupport.modes;
  for (const { add, letter, param } of parseModes(params, types)) {
    const prefix = session.isupport.prefixOf(letter);
    if (prefix === undefined) {
      if (!types.list.includes(letter)) channel.modes = withLetter(channel.modes, letter, add);
      continue;
    }
    const member = channel.members.get(param ?? "");
    if (member === undefined) continue;
    const has = new Set(member.prefixes);
    if (add) has.add(prefix);
    else has.delete(prefix);
    member.prefixes = [...session.isupport.prefixes].filter((symbol) => has.has(symbol)).join("");
  }
}

function withLetter(letters: string, letter: string, add: boolean): string {
  const rest = letters.replaceAll(letter, "");
  return add ? rest + letter : rest;
}

// 324 <nick> <channel> <modes> ...
const channelModes: Handler = (session, message) => {
  const [, target = "", ...modes] = message.params;
  const channel = session.channels.get(target);
  if (channel !== undefined) channel.modes = (modes[0] ?? "").replace(/^\+/, "");
  session.emit({ type: "info", code: "324", about: target, text: `modes of ${target}: ${modes.join(" ")}` });
};

// 353 <nick> <symbol> <channel> :<prefixes and nicks>
const names: Handler = (session, message) => {
  const [, , name = "", list = ""] = message.params;
  const channel = session.channels.get(name);
  if (!hasRoom(session)) return;
  for (const word of list.split(" ")) {
    if (word !== "") channel?.arriving.push(readMember(word, session.isupport.prefixes));
  }
};

function readMember(word: string, symbols: string): Member {
  let at = 0;
  while (at < word.length && symbols.includes(word[at]!)) at++;
  const source = word.slice(at);
  const address = addressOf(source);
  return {
    nick: nickOf(source),
    prefixes: word.slice(0, at),
    away: false,
    ...(address !== undefined && { address }),
  };
}

// 366 <nick> <channel> :End of /NAMES list
const endOfNames: Handler = (session, message) => {
  const name = message.params[1] ?? "";
  const channel = session.channels.get(name);
  if (channel === undefined) return;
  const before = channel.members;
  const arrived = channel.arriving.map((member) => {
    const known = before.get(member.nick);
    return { ...known, ...member, away: known?.away ?? false };
  });
  before.clear();
  for (const member of arrived) before.set(member.nick, member);
  const { asked } = channel;
  channel.arriving = [];
  channel.asked = false;
  session.emit({ type: "members", channel: channel.name, asked });
};

/** More members than this are not asked about one by one. */
const MAX_ASKED = 200;

/** Who is away when we come is told only by WHO; later changes are told by the server. */
export function learnAway(session: Session, channel: Channel): void {
  const wanted = !channel.learning && !channel.learned && session.enabled.has("awayNotify");
  if (!wanted || channel.members.size === 0 || channel.members.size > MAX_ASKED) return;
  channel.learning = true;
  session.answer("WHO", channel.name);
}

// 315 <nick> <mask> :End of WHO list
const endOfWho: Handler = (session, { params }) => {
  const channel = session.channels.get(params[1] ?? "");
  if (channel === undefined || !channel.learning) return;
  channel.learning = false;
  channel.learned = true;
  session.emit({ type: "members", channel: channel.name, asked: false });
};

// 352 <nick> <channel> <user> <host> <server> <nick> <flags> :<hops> <realname>
const who: Handler = (session, { params }) => {
  const [, channel = "", user = "", host = "", , nick = "", flags = "", rest = ""] = params;
  eachMember(session, nick, (member) => {
    member.away = flags.startsWith("G");
    member.address = `${user}@${host}`;
  });
  if (session.channels.get(channel)?.learning) return;
  const away = flags.startsWith("G") ? ", away" : "";
  const text = `${nick} (${user}@${host}) ${rest.replace(/^\d+ ?/, "")}${away}`;
  session.emit({ type: "info", code: "352", about: channel === "*" ? "" : channel, text });
};

// INVITE <nick> <channel>
const invite: Handler = (session, { source, params }) => {
  const [invited = "", channel = ""] = params;
  session.emit({ type: "invite", channel, by: nickOf(source ?? ""), nick: invited });
};

// RENAME <from> <to> [:<reason>]   https://ircv3.net/specs/extensions/channel-rename
const rename: Handler = (session, { source, params }) => {
  const [from = "", to = "", reason = ""] = params;
  const channel = session.channels.get(from);
  if (channel === undefined) return;
  session.channels.delete(from);
  channel.name = to;
  session.channels.set(to, channel);
  session.wantedChannels.delete(from);
  session.want(to);
  session.emit({ type: "rename", from, to, by: nickOf(source ?? ""), reason });
};

// AWAY [:<text>]   https://ircv3.net/specs/extensions/away-notify
const away: Handler = (session, { source, params }) => {
  const nick = nickOf(source ?? "");
  const text = params[0];
  eachMember(session, nick, (member) => member.away = text !== undefined);
  session.emit({ type: "away", nick, text, self: session.isSelf(nick) });
};

// 305 and 306: we are no longer, or from now on, away.
function ownAway(isAway: boolean): Handler {
  return (session, { params }) => {
    session.away = isAway;
    eachMember(session, session.nick, (member) => member.away = isAway);
    session.emit({ type: "away", nick: session.nick, text: isAway ? params.at(-1) ?? "" : undefined, self: true });
  };
}

// ACCOUNT <account>   https://ircv3.net/specs/extensions/account-notify
const account: Handler = (session, { source, params }) => {
  const nick = nickOf(source ?? "");
  const name = params[0] === "*" ? undefined : params[0];
  eachMember(session, nick, (member) => {
    if (name === undefined) delete member.account;
    else member.account = name;
  });
  if (session.isSelf(nick)) session.setAccount(name);
};

// CHGHOST <user> <host>   https://ircv3.net/specs/extensions/chghost
const chghost: Handler = (session, { source, params }) => {
  const nick = nickOf(source ?? "");
  const address = `${params[0] ?? ""}@${params[1] ?? ""}`;
  if (session.isSelf(nick)) session.source = `${nick}!${address}`;
  eachMember(session, nick, (member) => member.address = address);
};

/** Handlers of this room. */
export const CHANNEL_HANDLERS: readonly (readonly [string, Handler])[] = [
  ["JOIN", join],
  ["PART", part],
  ["KICK", kick],
  ["QUIT", quit],
  ["NICK", nick],
  ["TOPIC", topic],
  ["MODE", mode],
  ["INVITE", invite],
  ["RENAME", rename],
  ["AWAY", away],
  ["ACCOUNT", account],
  ["CHGHOST", chghost],
  ["SETNAME", () => {}],
  ["305", ownAway(false)],
  ["306", ownAway(true)],
  ["315", endOfWho],
  ["324", channelModes],
  ["331", (session, message) => setTopic(session, message, message.params[1] ?? "", "", false)],
  ["332", (session, message) => setTopic(session, message, message.params[1] ?? "", message.params[2] ?? "", false)],
  ["333", () => {}],
  ["352", who],
  ["353", names],
  ["366", endOfNames],
];
