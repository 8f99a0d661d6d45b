/**
 * What is said: messages, reactions, deletions, typing, read markers; and the same when it comes as history.
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import type { Context, Handler, Session } from "../session.ts";
import type { Batch } from "./batches.ts";
import { nickOf } from "./channel.ts";
import type { ChatMessage, HistoryEvent, ReactionEvent, RedactionEvent } from "./events.ts";
import { extentOf } from "./page.ts";

/** Where a message belongs: the channel, the nick of the other, or `""` for the server itself. */
function bufferOf(session: Session, message: Message): string {
  const to = (message.params[0] ?? "").replace(statusPrefix(session), "");
  if (session.isChannel(to)) return session.channels.get(to)?.name ?? to;
  const source = message.source ?? "";
  if (isServer(session, source)) return "";
  const nick = nickOf(source);
  return session.isSelf(nick) ? to : nick;
}

// "@#channel" means those of the channel with that status: https://modern.ircdocs.horse/#statusmsg-parameter
function statusPrefix(session: Session): RegExp {
  const symbols = session.isupport.statusMessagePrefixes.replace(/[\]\\^-]/g, "\\$&");
  return symbols === "" ? /^$/ : new RegExp(`^[${symbols}]+(?=[#&])`);
}

function isServer(session: Session, source: string): boolean {
  return source === "" ||
    (!source.includes("!") && (source === session.serverName || source.includes(".") || !session.registered));
}

// deno-lint-ignore no-control-regex -- what CTCP stands between
const ACTION = /^\x01ACTION ?([^\x01]*)\x01?$/;
// deno-lint-ignore no-control-regex
const QUERY = /^\x01([A-Z]+) ?([^\x01]{0,100})/;

/** Reads what was said, or `undefined` if it is not for people's eyes. */
function readChat(session: Session, message: Message, text: string): ChatMessage | undefined {
  const action = ACTION.exec(text);
  if (text.startsWith("\x01") && action === null) return undefined;
  const { tags } = message;
  const nick = nickOf(message.source ?? "");
  const [id, account] = [tags?.get("msgid"), tags?.get("account")];
  const reply = tags?.get("+reply") ?? tags?.get("+draft/reply");
  return {
    type: "message",
    kind: action !== null ? "action" : message.command === "NOTICE" ? "notice" : "message",
    target: bufferOf(session, message),
    nick,
    source: message.source ?? "",
    text: action?.[1] ?? text,
    time: session.timeOf(message),
    self: session.isSelf(nick),
    ...(id !== undefined && id !== "" && { id }),
    ...(account !== undefined && account !== "" && { account }),
    ...(reply !== undefined && reply !== "" && { reply }),
    ...(tags?.has("bot") && { bot: true }),
  };
}

// PRIVMSG <target> :<text>, NOTICE <target> :<text>
const said: Handler = (session, message, context) => tell(session, message, message.params[1] ?? "", context);

function tell(session: Session, message: Message, text: string, context: Context): void {
  const chat = readChat(session, message, text);
  if (chat === undefined) return answerQuery(session, message, text);
  const echo = chat.self && session.echoes ? session.outbox.echoed(message.params[0] ?? "", context.label) : undefined;
  session.emit(echo === undefined ? chat : { ...chat, ref: echo.ref });
  if (echo?.settled) session.emit({ type: "accepted", ref: echo.ref });
}

// CTCP: https://modern.ircdocs.horse/ctcp. Only what helps the other to know that we are there.
function answerQuery(session: Session, message: Message, text: string): void {
  const nick = nickOf(message.source ?? "");
  if (message.command !== "PRIVMSG" || session.isSelf(nick) || session.isChannel(message.params[0] ?? "")) return;
  const [, query = "", argument = ""] = QUERY.exec(text) ?? [];
  const { version } = session.options;
  if (query === "PING") session.answer("NOTICE", nick, `\x01PING ${argument}\x01`);
  else if (query === "VERSION" && version !== undefined) session.answer("NOTICE", nick, `\x01VERSION ${version}\x01`);
  session.emit({ type: "info", code: "CTCP", about: "", text: `${nick} asked for ${query}` });
}

function readReaction(session: Session, message: Message): ReactionEvent | undefined {
  const { tags } = message;
  const id = tags?.get("+reply") ?? tags?.get("+draft/reply") ?? "";
  const added = tags?.get("+draft/react");
  const emoji = added ?? tags?.get("+draft/unreact") ?? "";
  if (id === "" || emoji === "") return undefined;
  const { source = "" } = message;
  const nick = nickOf(source);
  return {
    type: "reaction",
    target: bufferOf(session, message),
    nick,
    source,
    id,
    emoji,
    add: added !== undefined,
    time: session.timeOf(message),
    self: session.isSelf(nick),
  };
}

// TAGMSG <target>: a message that is only tags
const tagged: Handler = (session, message) => {
  const reaction = readReaction(session, message);
  if (reaction !== undefined) return session.emit(reaction);
  const state = message.tags?.get("+typing") ?? message.tags?.get("+draft/typing");
  const nick = nickOf(message.source ?? "");
  if (state === undefined || session.isSelf(nick)) return;
  const { source = "" } = message;
  session.emit({ type: "typing", target: bufferOf(session, message), nick, source, active: state === "active" });
};

function readRedaction(session: Session, message: Message): RedactionEvent {
  const [, id = "", reason = ""] = message.params;
  return { type: "redaction", target: bufferOf(session, message), id, by: nickOf(message.source ?? ""), reason };
}

// MARKREAD <target> timestamp=<time>, or * if nothing was read   https://ircv3.net/specs/extensions/read-marker
const markRead: Handler = (session, { params }) => {
  const [target = "", stamp = ""] = params;
  const time = Date.parse(stamp.replace(/^timestamp=/, ""));
  session.emit({ type: "marker", target, time: Number.isNaN(time) ? undefined : time });
};

/** Handles a batch that is complete. */
export function handleBatch(session: Session, batch: Batch, context: Context): void {
  switch (batch.type) {
    case "draft/multiline":
    case "multiline":
      return said(session, multilineMessage(batch), context);
    case "chathistory":
    case "draft/chathistory":
      return tellHistory(session, batch, context);
    case "soju.im/search":
      return session.emit({
        type: "search",
        messages: readHistory(session, batch).filter((event) => event.type === "message"),
      });
    default:
      for (const item of batch.items) {
        if ("items" in item) handleBatch(session, item, context);
        else session.handle(item, { label: item.tags?.get("label") ?? context.label });
      }
  }
}

function multilineText(batch: Batch): string {
  let text = "";
  for (const [i, item] of batch.items.entries()) {
    if ("items" in item) continue;
    const joined = i === 0 || item.tags?.has("draft/multiline-concat");
    text += (joined ? "" : "\n") + (item.params[1] ?? "");
  }
  return text;
}

/** The opening line stands for the message, so it is made to look like one. */
function multilineMessage(batch: Batch): Message {
  const first = batch.items.find((item): item is Message => !("items" in item));
  const { tags, source } = batch.opening;
  return {
    command: first?.command ?? "PRIVMSG",
    params: [batch.params[0] ?? "", multilineText(batch)],
    ...(tags !== undefined && { tags }),
    ...(source !== undefined && { source }),
  };
}

function readHistory(session: Session, batch: Batch): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  for (const item of batch.items) {
    const event = "items" in item ? readNested(session, item) : readPast(session, item);
    if (event !== undefined) events.push(event);
  }
  return events;
}

function readNested(session: Session, batch: Batch): HistoryEvent | undefined {
  return /multiline$/.test(batch.type) ? readPast(session, multilineMessage(batch)) : undefined;
}

function readPast(session: Session, message: Message): HistoryEvent | undefined {
  switch (message.command) {
    case "PRIVMSG":
    case "NOTICE":
      return readChat(session, message, message.params[1] ?? "");
    case "TAGMSG":
      return readReaction(session, message);
    case "REDACT":
      return readRedaction(session, message);
    default:
      return undefined;
  }
}

function tellHistory(session: Session, batch: Batch, context: Context): void {
  const target = batch.params[0] ?? "";
  const at = session.histories.findIndex(({ request, label }) =>
    context.label !== undefined ? label === context.label : session.same(request.target, target)
  );
  const [asked] = at < 0 ? [] : session.histories.splice(at, 1);
  const events = readHistory(session, batch);
  const request = asked?.request ?? { target, which: "LATEST", selector: "*" } as const;
  const extent = extentOf(batch.items, (message) => session.timeOf(message));
  session.emit({ type: "history", request, events, extent });
}

// CHATHISTORY TARGETS <target> <time>, inside a batch
const historyTarget: Handler = (session, { params }) => {
  const [what = "", target = "", time = ""] = params;
  if (what.toUpperCase() !== "TARGETS") return;
  session.emit({ type: "conversation", target, time: Date.parse(time.replace(/^timestamp=/, "")) || session.now() });
};

/** Handlers of this room. */
export const MESSAGE_HANDLERS: readonly (readonly [string, Handler])[] = [
  ["PRIVMSG", said],
  ["NOTICE", said],
  ["TAGMSG", tagged],
  ["REDACT", (session, message) => session.emit(readRedaction(session, message))],
  ["MARKREAD", markRead],
  ["CHATHISTORY", historyTarget],
];
