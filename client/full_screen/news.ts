/**
 * What happens on the server, put into buffers, counted, and called out where somebody should look.
 *
 * @module
 */

import { RPL_AWAY } from "../../protocol/numerics.ts";
import type { Buffer, Line, Presence } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import { sanitize, stripFormatting } from "../sanitize.ts";
import type { ChatMessage, SessionEvent } from "../session.ts";
import { nameOrder } from "../session/names.ts";
import { noteMissed, NOTHING_READ, wentOn } from "./catch_up.ts";
import { searchArrived } from "./searching.ts";

/** "a typing notification is no longer valid ... after 6 seconds": https://ircv3.net/specs/client-tags/typing */
const TYPING_HOLDS = 6000;
/** Nobody cares who else is typing. */
const MAX_TYPING = 50;
/** Most channels of a LIST that are shown; a bigger network has a web page for that. */
const MAX_LISTED = 500;

type Handlers = {
  readonly [T in SessionEvent["type"]]?: (screen: FullScreen, event: SessionEvent & { type: T }) => void;
};

/** Handles what happened. */
export function handleNews(screen: FullScreen, event: SessionEvent): void {
  const handler = HANDLERS[event.type] as ((screen: FullScreen, event: SessionEvent) => void) | undefined;
  handler?.(screen, event);
}

const HANDLERS: Handlers = {
  message: said,
  reaction: (screen, event) => {
    if (event.self || !screen.isIgnored(event.source)) screen.find(event.target)?.react(event);
  },
  redaction: (screen, { target, id, by, reason }) => {
    screen.scrolling.deleted(id, by);
    screen.find(target)?.redact(id, by, reason);
  },
  registered: (screen, { nick }) => {
    server(screen, "info", `You are ${nick}.`);
    const { taken } = screen;
    if (taken !== undefined) here(screen, "error", `${cannotHave(taken)}, so you are ${nick}. ${getIt(screen, taken)}`);
    screen.taken = undefined;
  },
  // The first is the one that was wanted; what was tried after it is not worth a line.
  nickTaken: (screen, { tried, reason }) => void (screen.taken ??= { tried, reason }),
  account: (screen, { account }) => {
    if (account !== screen.toldAccount) {
      here(screen, "info", account === undefined ? "You are not logged in." : `You are logged in as ${account}.`);
    }
    screen.toldAccount = account;
    if (account === undefined || screen.loggingIn === undefined) return;
    void screen.rememberLogin(screen.loggingIn.account, screen.loggingIn.password);
    screen.loggingIn = undefined;
  },
  loginFailed: (screen, { text }) => {
    if (screen.loggingIn !== undefined) screen.session.credentials = screen.loggingIn.before;
    screen.loggingIn = undefined;
    here(screen, "error", `Cannot log in: ${text.replace(/\.$/, "")}. /login tries again.`);
  },
  nick: renamed,
  join: joined,
  part: parted,
  kick: kicked,
  quit: (screen, { channels, nick, reason, time }) => {
    for (const channel of channels) presence(screen, channel, { what: "quit", nick, detail: reason }, time);
  },
  topic: topic,
  mode: (screen, { target, by, change }) => {
    const buffer = screen.find(target);
    if (buffer?.kind === "channel") screen.tell(buffer, "info", `${by} set ${change}`);
  },
  members: membersCame,
  rename: (screen, { from, to, by, reason }) => {
    const buffer = screen.find(from);
    if (buffer === undefined) return;
    buffer.name = to;
    screen.tell(buffer, "info", `${by} renamed ${from} to ${to}${reason === "" ? "" : ` (${reason})`}.`);
  },
  invite: (screen, { channel, by, nick }) => {
    const us = screen.session.isSelf(nick);
    const text = us ? `${by} invites you to ${channel}: /join ${channel}` : `${by} invited ${nick} to ${channel}.`;
    screen.tell(us ? screen.current : screen.buffer(channel), "info", text);
    if (us) screen.effects.bell();
  },
  away: (screen, { self, text }) => {
    if (self) {
      here(screen, "info", text === undefined ? "You are back." : "You are marked as away. /away brings you back.");
    }
  },
  typing: (screen, { target, nick, source, active }) => {
    const buffer = screen.find(target);
    if (active && !screen.isIgnored(source) && buffer !== undefined && buffer.typing.size < MAX_TYPING) {
      buffer.typing.set(nick, screen.now() + TYPING_HOLDS);
    } else buffer?.typing.delete(nick);
  },
  marker: (screen, { target, time }) => {
    const buffer = screen.find(target);
    if (time !== undefined) buffer?.markRead(time);
    else if (buffer?.kind === "direct" && buffer.readUntil === 0) buffer.readUntil = NOTHING_READ;
  },
  search: (screen, { messages, failed }) => {
    if (failed !== undefined) return here(screen, "error", `Cannot search: ${failed}`);
    searchArrived(screen, messages);
  },
  list: (screen, { channel, members, topic }) => {
    if (screen.current.lines.length > 0 && listed(screen) > MAX_LISTED) return;
    here(screen, "info", `${channel} (${members})  ${stripFormatting(topic)}`);
  },
  conversation: (screen, { target }) => {
    if (!screen.session.isChannel(target)) wentOn(screen, target);
  },
  info: (screen, { code, about, text }) => {
    const taken = code === "REGISTER SUCCESS" || code === "ACCOUNT PASSWORD_CHANGED";
    if (taken && screen.registering !== undefined) {
      const { account, password } = screen.registering;
      void screen.rememberLogin(account, password);
      screen.registering = undefined;
    }
    const greeting = /^(00\d|25\d|26\d|37\d|396|CTCP)$/.test(code);
    const found = about === "" ? undefined : screen.find(about);
    // What was asked about somebody is answered where it was asked; only that they are away belongs to what was said to them.
    const buffer = found?.kind === "direct" && code !== RPL_AWAY ? undefined : found;
    screen.tell(greeting ? screen.buffers[0]! : buffer ?? screen.current, "info", text);
  },
  accepted: (screen, { ref }) => {
    // The echo took the line out already, unless the server sends none for this one.
    for (const buffer of screen.buffers) {
      const line = buffer.settle(ref);
      if (line !== undefined) {
        buffer.append({ kind: line.kind, time: line.time, nick: line.nick, text: line.text, self: true });
      }
    }
  },
  // Why a server closes is told when the connection has ended.
  refused: refused,
};

function cannotHave({ tried, reason }: { tried: string; reason: string }): string {
  return `${tried} cannot be had (${reason.replace(/\.$/, "")})`;
}

/** What somebody can do who did not get the nick they wanted. */
function getIt({ session }: FullScreen, { tried }: { tried: string }): string {
  const beside = /\d$/.test(tried) ? `${tried}_` : `${tried}2`;
  const another = session.isSelf(`${tried}_`) || session.isSelf(beside) ? "NAME" : beside;
  const login = session.offered.has("sasl") ? `If it is yours: /login ${tried}. ` : "";
  return `${login}/nick ${another} takes another.`;
}

function listed(screen: FullScreen): number {
  return screen.current.lines.slice(-MAX_LISTED - 1).filter((line) => line.kind === "info").length;
}

function server(screen: FullScreen, kind: "info" | "error", text: string): void {
  screen.tell(screen.buffers[0]!, kind, text);
}

function here(screen: FullScreen, kind: "info" | "error", text: string): void {
  screen.tell(screen.current, kind, text);
}

function said(screen: FullScreen, message: ChatMessage): void {
  if (!message.self && screen.isIgnored(message.source)) return;
  const buffer = screen.buffer(message.target);
  if (message.ref !== undefined) buffer.settle(message.ref);
  const line = buffer.append(screen.lineOf(message));
  buffer.typing.delete(message.nick);
  if (line === undefined) return;
  if (message.self) return buffer.markRead();
  if (buffer === screen.current) screen.reading.seen();
  if (line.time <= buffer.readUntil && buffer === screen.current && screen.focused) return;
  count(screen, buffer, line);
  callOut(screen, buffer, line);
}

function count(screen: FullScreen, buffer: Buffer, line: Line): void {
  if (buffer.kind === "server" || screen.notifyOf(buffer) === "mute") return;
  buffer.countUnread(line);
}

/** Rings and notifies if the message means us, or if its conversation is to call for everything. */
function callOut(screen: FullScreen, buffer: Buffer, line: Line): void {
  const how = screen.notifyOf(buffer);
  if (how === "mute" || buffer.kind === "server" || !(line.highlight || how === "all")) return;
  if (screen.store.settings.bell) screen.effects.bell();
  if (!screen.store.settings.notifications) return;
  const place = buffer.kind === "channel" ? ` in ${buffer.name}` : "";
  screen.effects.notify(
    sanitize(`${line.nick}${place}`),
    sanitize(stripFormatting(line.text).replaceAll("\n", " ")).slice(0, 200),
  );
}

function presence(screen: FullScreen, channel: string, what: Presence, time: number): void {
  const buffer = screen.find(channel);
  buffer?.appendPresence(what, time);
  buffer?.typing.delete(what.nick);
}

function joined(screen: FullScreen, { channel, nick, self, time }: SessionEvent & { type: "join" }): void {
  if (!self) return presence(screen, channel, { what: "join", nick, detail: "" }, time);
  const buffer = screen.buffer(channel);
  buffer.name = channel;
  if (thrownOut.delete(buffer)) {
    noteMissed(buffer);
    screen.tell(buffer, "info", `You are in ${channel} again.`);
  }
  screen.chores.add(buffer);
  screen.remember();
}

function parted(screen: FullScreen, { channel, nick, reason, self, time }: SessionEvent & { type: "part" }): void {
  if (self) {
    screen.close(channel);
    return screen.remember();
  }
  presence(screen, channel, { what: "part", nick, detail: reason }, time);
}

/** Channels that we were removed from: who comes back sees that it has worked. */
const thrownOut = new WeakSet<Buffer>();

function kicked(screen: FullScreen, { channel, nick, by, reason, self }: SessionEvent & { type: "kick" }): void {
  const whom = self ? "you" : nick;
  const buffer = screen.buffer(channel);
  screen.tell(
    buffer,
    self ? "error" : "info",
    // Servers put the name of who did it where no reason was given.
    `${by} removed ${whom} from ${channel}${reason === "" || reason === by ? "." : `: ${reason}`}`,
  );
  if (!self) return;
  thrownOut.add(buffer);
  screen.effects.bell();
}

function renamed(screen: FullScreen, { from, to, self, channels }: SessionEvent & { type: "nick" }): void {
  for (const channel of channels) presence(screen, channel, { what: "nick", nick: from, detail: to }, screen.now());
  if (self) {
    screen.remember();
    if (channels.length === 0) here(screen, "info", `You are ${to} now.`);
  }
  const direct = screen.find(from);
  if (direct?.kind === "direct" && screen.find(to) === undefined) direct.name = to;
}

/** The topic is told at every join, and worth a line only where it is new. */
const shownTopics = new WeakMap<Buffer, string>();

function topic(screen: FullScreen, { channel, topic, by, changed }: SessionEvent & { type: "topic" }): void {
  const buffer = screen.buffer(channel);
  if (changed) screen.tell(buffer, "info", topic === "" ? `${by} cleared the topic` : `${by} set the topic: ${topic}`);
  else if (topic !== "" && topic !== shownTopics.get(buffer)) screen.tell(buffer, "info", `topic: ${topic}`);
  shownTopics.set(buffer, topic);
}

function membersCame(screen: FullScreen, { channel, asked }: SessionEvent & { type: "members" }): void {
  if (screen.session.same(channel, screen.current.name)) screen.session.learnAway(channel);
  const members = screen.session.channels.get(channel)?.members.values() ?? [];
  const buffer = screen.buffer(channel);
  if (!asked && members.length === 1 && buffer.lines.length === 0) {
    const kept = screen.session.enabled.has("chathistory") ? " What you write is kept for those who come." : "";
    screen.tell(buffer, "info", `Nobody else is here yet.${kept}`);
  }
  if (!asked) return;
  const names = members.map(({ prefixes, nick }) => prefixes.slice(0, 1) + nick);
  screen.tell(buffer, "info", `${members.length} here: ${names.sort(nameOrder(names)).join(" ")}`);
}

function refused(screen: FullScreen, event: SessionEvent & { type: "refused" }): void {
  const { target, text, ref } = event;
  const found = target === "" ? undefined : screen.find(target);
  // What was said to somebody is refused there; what was asked about them, where it was asked.
  const buffer = found === undefined || (found.kind === "direct" && ref === undefined) ? screen.current : found;
  if (ref !== undefined) buffer.fail(ref);
  if (event.command === "NICK") {
    // Servers write "*" for what they cannot repeat.
    const taken = { tried: target === "*" ? screen.session.askedNick : target, reason: text };
    const still = `${cannotHave(taken)}. You are still ${screen.session.nick}.`;
    return here(screen, "error", event.code === "432" ? still : `${still} ${getIt(screen, taken)}`);
  }
  const about = target === "" || target === buffer.name ? "" : `${target}: `;
  screen.tell(buffer, "error", `${about}${text}`);
}
