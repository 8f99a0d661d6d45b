/**
 * What happens, as the objects that `--json` prints: one a line, described in docs/json.md.
 *
 * Names and shapes are a promise to other people's programs: add, never rename.
 *
 * @module
 */

import type { Session, SessionEvent } from "./session.ts";

/** One object of the output. */
export type JsonObject = { readonly type: string; readonly [key: string]: string | number | boolean | null };

/**
 * The object for an event, or `undefined` for what programs have no use for.
 *
 * @example
 * ```ts
 * import { jsonEvent } from "./json_event.ts";
 * import { Session } from "./session.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const session = new Session({ nick: "bot", send() {}, emit() {} });
 * const event = { type: "nick", from: "ann", to: "anna", self: false, channels: [] } as const;
 * assertEquals(jsonEvent({ ...event, channels: [] }, session), { type: "nick", from: "ann", to: "anna", self: false });
 * ```
 */
export function jsonEvent(event: SessionEvent, session: Session): JsonObject | undefined {
  switch (event.type) {
    case "registered":
      return { type: "connected", nick: event.nick };
    case "message":
      return message(event, session);
    case "reaction":
      return {
        ...place(event.target, session),
        type: "reaction",
        from: event.nick,
        to: event.id,
        emoji: event.emoji,
        add: event.add,
      };
    case "redaction":
      return { ...place(event.target, session), type: "deleted", id: event.id, by: event.by, reason: event.reason };
    case "join":
      return { type: "join", time: iso(event.time), channel: event.channel, nick: event.nick, self: event.self };
    case "part":
      return {
        type: "part",
        time: iso(event.time),
        channel: event.channel,
        nick: event.nick,
        reason: event.reason,
        self: event.self,
      };
    case "kick":
      return {
        type: "kick",
        time: iso(event.time),
        channel: event.channel,
        nick: event.nick,
        by: event.by,
        reason: event.reason,
        self: event.self,
      };
    case "quit":
      return { type: "quit", time: iso(event.time), nick: event.nick, reason: event.reason };
    case "nick":
      return { type: "nick", from: event.from, to: event.to, self: event.self };
    case "topic":
      return { type: "topic", channel: event.channel, topic: event.topic, by: event.by, changed: event.changed };
    case "mode":
      return { type: "mode", target: event.target, by: event.by, change: event.change };
    case "accepted":
      return { type: "accepted", ref: event.ref };
    case "refused":
      return { type: "refused", code: event.code, target: event.target, text: event.text };
    default:
      return undefined;
  }
}

function message(event: SessionEvent & { type: "message" }, session: Session): JsonObject | undefined {
  if (event.self) return undefined;
  return {
    type: "message",
    time: iso(event.time),
    ...place(event.target, session),
    from: event.nick,
    text: event.text,
    kind: event.kind,
    ...(event.id !== undefined && { id: event.id }),
    ...(event.reply !== undefined && { reply: event.reply }),
    ...(event.account !== undefined && { account: event.account }),
  };
}

/** Where it happened: a channel, or `null` for between you and the sender. */
function place(target: string, session: Session): { channel: string | null } {
  return { channel: session.isChannel(target) ? target : null };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
