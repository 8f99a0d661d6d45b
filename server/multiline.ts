/**
 * Multiline messages: the lines of one batch, gathered until it ends.
 *
 * https://ircv3.net/specs/extensions/multiline. Knows nothing of who receives them.
 *
 * @module
 */

import type { Tags } from "../protocol.ts";
import { Relay } from "./relay.ts";

/** One line of a multiline message. */
export interface MultilineLine {
  readonly text: string;
  /** Continues the line before without a break. */
  readonly concat: boolean;
}

/** A batch that a client has opened. */
export interface OpenBatch {
  readonly target: string;
  /** Client-only tags of the whole message. */
  readonly tags: Tags | undefined;
  /** Label of the command that opened it. */
  readonly label: string | undefined;
  /** PRIVMSG or NOTICE; known from the first line on. */
  command: string | undefined;
  readonly lines: MultilineLine[];
  bytes: number;
}

/**
 * The relays of a multiline message for those who know them: a batch whose start carries msgid, time and tags.
 *
 * "Tags ... MUST be attached to the batch start", https://ircv3.net/specs/extensions/multiline.
 */
export function multilineRelays(head: Relay, lines: readonly MultilineLine[], reference: string): Relay[] {
  const { source = "", command, params } = head.message;
  const { id } = head.details;
  const target = params[0]!;
  const start = { source, command: "BATCH", params: [`+${reference}`, "draft/multiline", target] };
  const end = { source, command: "BATCH", params: [`-${reference}`] };
  return [
    new Relay(start, head.details),
    ...lines.map(({ text, concat }) => {
      const tags = new Map([["batch", reference], ...(concat ? [["draft/multiline-concat", ""] as const] : [])]);
      return new Relay({ source, command, params: [target, text] }, { id, tags, named: false });
    }),
    new Relay(end, { id, named: false }),
  ];
}

/**
 * The relays for those who do not: a message a line, without the blank ones. Only the first has the msgid.
 *
 * "Servers MUST NOT send blank lines ... the msgid on the first message only", https://ircv3.net/specs/extensions/multiline#fallback.
 */
export function fallbackRelays(head: Relay, lines: readonly MultilineLine[]): Relay[] {
  const { source = "", command, params } = head.message;
  return lines.filter(({ text }) => text !== "").map(({ text }, i) =>
    new Relay({ source, command, params: [params[0]!, text] }, { ...head.details, msgid: i === 0 })
  );
}
