/**
 * What a session tells whoever embeds it: one type per kind of news, told apart by `type`.
 *
 * The names are those of the wire where it has one. Times are milliseconds since 1970.
 *
 * @module
 */

/** Something somebody said in a channel, to us, or we to somebody. */
export interface ChatMessage {
  readonly type: "message";
  /** `action` is `/me`, `notice` is what programs say. */
  readonly kind: "message" | "action" | "notice";
  /** The channel, the nick of the other in a direct conversation, or `""` for what the server itself says. */
  readonly target: string;
  readonly nick: string;
  /** `nick!user@host` as far as it was given. */
  readonly source: string;
  readonly text: string;
  /** Unique name of the message, where the server gives one. */
  readonly id?: string;
  readonly time: number;
  /** Whether we said it, here or on another device. */
  readonly self: boolean;
  readonly account?: string;
  /** Whether a program sent it (bot mode). */
  readonly bot?: boolean;
  /** The id of the message that this one answers. */
  readonly reply?: string;
  /** What {@linkcode Session.say} returned, if this is the echo of it. */
  readonly ref?: number;
}

/** Somebody put an emoji to a message, or took it back. */
export interface ReactionEvent {
  readonly type: "reaction";
  readonly target: string;
  readonly nick: string;
  /** `nick!user@host` as far as it was given. */
  readonly source: string;
  /** The message it is about. */
  readonly id: string;
  readonly emoji: string;
  readonly add: boolean;
  readonly time: number;
  readonly self: boolean;
}

/** A message was deleted. */
export interface RedactionEvent {
  readonly type: "redaction";
  readonly target: string;
  readonly id: string;
  readonly by: string;
  readonly reason: string;
}

/** What history consists of. */
export type HistoryEvent = ChatMessage | ReactionEvent | RedactionEvent;

/** Where a page of history begins or ends. */
export interface PageEdge {
  /** What asks for what lies beyond: `msgid=...` or `timestamp=...`. */
  readonly selector: string;
  readonly time: number;
}

/** How much a page of history held. */
export interface PageExtent {
  /** Lines of any kind: whoever came and went counts as much as what was said. */
  readonly size: number;
  /** The oldest and the newest line that can be named; absent of an empty page. */
  readonly first?: PageEdge;
  readonly last?: PageEdge;
}

/** Which part of the history is meant. A selector is `timestamp=...` or `msgid=...`. */
export type HistoryRequest =
  & { readonly target: string }
  & (
    | { readonly which: "LATEST"; readonly selector: string }
    | { readonly which: "BEFORE" | "AFTER" | "AROUND"; readonly selector: string }
  );

/** Everything a session tells. */
export type SessionEvent =
  | HistoryEvent
  /** The server took us in. */
  | { readonly type: "registered"; readonly nick: string; readonly network: string }
  /** The greeting is over and the channels were asked for. */
  | { readonly type: "ready" }
  | { readonly type: "nickTaken"; readonly tried: string; readonly next: string; readonly reason: string }
  | { readonly type: "account"; readonly account: string | undefined }
  | { readonly type: "loginFailed"; readonly text: string }
  | {
    readonly type: "nick";
    readonly from: string;
    readonly to: string;
    readonly self: boolean;
    readonly channels: string[];
  }
  | {
    readonly type: "join";
    readonly channel: string;
    readonly nick: string;
    readonly source: string;
    readonly self: boolean;
    readonly time: number;
  }
  | {
    readonly type: "part";
    readonly channel: string;
    readonly nick: string;
    readonly reason: string;
    readonly self: boolean;
    readonly time: number;
  }
  | {
    readonly type: "kick";
    readonly channel: string;
    readonly nick: string;
    readonly by: string;
    readonly reason: string;
    readonly self: boolean;
    readonly time: number;
  }
  | {
    readonly type: "quit";
    readonly nick: string;
    readonly channels: string[];
    readonly reason: string;
    readonly self: boolean;
    readonly time: number;
  }
  | {
    readonly type: "topic";
    readonly channel: string;
    readonly topic: string;
    readonly by: string;
    /** Whether it was set now, rather than told because we came or asked. */
    readonly changed: boolean;
    readonly time: number;
  }
  | {
    readonly type: "mode";
    readonly target: string;
    readonly by: string;
    readonly change: string;
    readonly time: number;
  }
  /** The list of members of a channel, or something in it, is new. */
  | { readonly type: "members"; readonly channel: string; readonly asked: boolean }
  | {
    readonly type: "rename";
    readonly from: string;
    readonly to: string;
    readonly by: string;
    readonly reason: string;
  }
  | { readonly type: "invite"; readonly channel: string; readonly by: string; readonly nick: string }
  | { readonly type: "away"; readonly nick: string; readonly text: string | undefined; readonly self: boolean }
  | {
    readonly type: "typing";
    readonly target: string;
    readonly nick: string;
    readonly source: string;
    readonly active: boolean;
  }
  /** Read up to this time, on this or another device. */
  | { readonly type: "marker"; readonly target: string; readonly time: number | undefined }
  /** The answer to {@linkcode Session.history}; `failed` says why there is none. */
  | {
    readonly type: "history";
    readonly request: HistoryRequest;
    readonly events: readonly HistoryEvent[];
    /** What the page held besides. */
    readonly extent: PageExtent;
    readonly failed?: string;
  }
  | { readonly type: "search"; readonly messages: readonly ChatMessage[]; readonly failed?: string }
  | { readonly type: "list"; readonly channel: string; readonly members: number; readonly topic: string }
  /** Conversations that went on while we were away: the answer to {@linkcode Session.conversations}. */
  | { readonly type: "conversation"; readonly target: string; readonly time: number }
  /** Something the server says that nothing else here stands for. `about` is the nick or channel it concerns. */
  | { readonly type: "info"; readonly code: string; readonly about: string; readonly text: string }
  /** All of a message, told by its ref, was taken by the server. */
  | { readonly type: "accepted"; readonly ref: number }
  /** The server would not do something; `ref` tells the message, if it was one. */
  | {
    readonly type: "refused";
    readonly code: string;
    readonly command: string;
    readonly target: string;
    readonly text: string;
    readonly ref?: number;
  }
  /** The server wants TLS: now at `port`, or from now on for `duration` seconds. */
  | { readonly type: "sts"; readonly port?: number; readonly duration?: number }
  /** The server says why it is about to close the connection. */
  | { readonly type: "closing"; readonly text: string };
