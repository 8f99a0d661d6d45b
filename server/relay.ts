/**
 * A message on its way to many: written once for each form that clients may receive, whoever they are.
 *
 * Which tags a client gets depends on its capabilities, so a message has as many forms as there are such combinations among
 * its receivers, and each is one {@linkcode Line} that all of them share. Knows nothing of connections.
 *
 * @module
 */

import { formatMessage, formatTags, type Message, type Tags } from "../protocol.ts";
import type { Capability } from "../protocol/capability.ts";
import { Line } from "../protocol/sendq.ts";
import { formatMsgid, formatTime, idTime } from "./clock.ts";
import { renderPlain } from "./plain_text.ts";
import type { MessageId } from "./store.ts";

/** Which form of a message a client receives: bits. */
export type Form = number;

const SERVER_TIME = 1;
const MESSAGE_TAGS = 2;
const ACCOUNT_TAG = 4;
/** The form for people with `nc`. */
export const PLAIN_FORM: Form = 8;

/** The form for a client with these capabilities. */
export function formOf(capabilities: ReadonlySet<Capability>): Form {
  return (capabilities.has("serverTime") ? SERVER_TIME : 0) |
    (capabilities.has("messageTags") ? MESSAGE_TAGS : 0) |
    (capabilities.has("accountTag") ? ACCOUNT_TAG : 0);
}

/** What is said about a message besides its text. */
export interface RelayDetails {
  readonly id: MessageId;
  /** Account of the sender. */
  readonly account?: string | undefined;
  /** The sender is a bot: https://ircv3.net/specs/extensions/bot-mode. */
  readonly bot?: boolean | undefined;
  /** Client-only tags, which begin with `+`. */
  readonly clientTags?: Tags | undefined;
  /** Further tags that every form carries, such as `batch`. */
  readonly tags?: Tags | undefined;
  /** `false` for a line of a batch whose start has the time, the msgid and the sender's account. */
  readonly named?: boolean;
  /** `false` for the later lines of one message. */
  readonly msgid?: boolean;
}

/** A message to be relayed. */
export class Relay {
  readonly message: Message;
  readonly details: RelayDetails;
  readonly #body: string;
  /** The form that was asked for last, which is mostly the one that is asked for next, and its line. */
  #form: Form = -1;
  #line: Line | undefined;
  /** The lines of all forms, once there are several. */
  #lines: (Line | undefined)[] | undefined;

  constructor(message: Message, details: RelayDetails) {
    this.message = message;
    this.details = details;
    this.#body = formatMessage(message);
  }

  /** Bytes of the message without tags. */
  get body(): string {
    return this.#body;
  }

  /** The line for clients of this form; made once. */
  line(form: Form): Line {
    if (form === this.#form) return this.#line!;
    if (this.#line !== undefined) (this.#lines ??= [])[this.#form] = this.#line;
    this.#form = form;
    return this.#line = this.#lines?.[form] ?? this.#make(form);
  }

  #make(form: Form): Line {
    if (form === PLAIN_FORM) return new Line(renderPlain(this.message, idTime(this.details.id)));
    const tags = relayTags(this.details, form);
    return new Line(tags === "" ? this.#body : `@${tags} ${this.#body}`);
  }
}

function relayTags(details: RelayDetails, form: Form): string {
  const { id, account, bot, clientTags, tags, named = true, msgid = named } = details;
  const parts: string[] = [];
  if (tags !== undefined) parts.push(formatTags(tags));
  if (form & SERVER_TIME && named) parts.push(`time=${formatTime(idTime(id))}`);
  if (form & ACCOUNT_TAG && account !== undefined) parts.push(formatTags(new Map([["account", account]])));
  if (form & MESSAGE_TAGS) {
    if (msgid) parts.push(`msgid=${formatMsgid(id)}`);
    if (bot) parts.push("bot");
    if (clientTags !== undefined && clientTags.size > 0) parts.push(formatTags(clientTags));
  }
  return parts.join(";");
}
