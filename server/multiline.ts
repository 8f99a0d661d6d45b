/**
 * Multiline messages: the lines of one batch, gathered until it ends, and the relays that come of them.
 *
 * https://ircv3.net/specs/extensions/multiline. Knows nothing of who sends and who receives them.
 *
 * @module
 */

import { byteLength, type Message, type Tags } from "../protocol.ts";
import { Relay } from "./relay.ts";

/** The tag of a line that continues the one before without a break. */
export const CONCAT = "draft/multiline-concat";

/** One line of a multiline message. */
export interface MultilineLine {
  readonly text: string;
  /** Continues the line before without a break. */
  readonly concat: boolean;
}

/** Bounds of one message. */
export interface MultilineLimits {
  /** Bytes, with one for each line break. */
  readonly multilineBytes: number;
  readonly multilineLines: number;
}

/** Code, context and description of a `FAIL BATCH`. */
export type MultilineFailure = readonly [code: string, ...context: string[]];

/** A batch that a client has opened. */
export class OpenBatch {
  readonly target: string;
  /** Client-only tags of the whole message. */
  readonly tags: Tags | undefined;
  /** Label of the command that opened it. */
  readonly label: string | undefined;
  readonly lines: MultilineLine[] = [];
  #command: string | undefined;
  #bytes = 0;

  constructor(target: string, tags: Tags | undefined, label: string | undefined) {
    this.target = target;
    this.tags = tags;
    this.label = label;
  }

  /** PRIVMSG or NOTICE, as the first line says. */
  get command(): string {
    return this.#command ?? "PRIVMSG";
  }

  /** Takes a line, or says why the whole message is refused. */
  add(
    { command, params, tags }: Message,
    { multilineBytes, multilineLines }: MultilineLimits,
  ): MultilineFailure | void {
    const [target = "*", text = ""] = params;
    const concat = tags?.has(CONCAT) ?? false;
    // "Multiline batches MUST only contain one or more PRIVMSG lines, or one or more NOTICE lines. These lines MUST all
    // have a target which matches the batch target."
    if (command !== (this.#command ?? command) || (command !== "PRIVMSG" && command !== "NOTICE")) {
      return ["MULTILINE_INVALID", "One batch holds only PRIVMSG or only NOTICE"];
    }
    if (target !== this.target) return ["MULTILINE_INVALID_TARGET", this.target, target, "All lines have one target"];
    if (concat && text === "") return ["MULTILINE_INVALID", "An empty line cannot continue another"];
    this.#command = command;
    // "Each line feed used to join line messages contributes one byte towards the `max-bytes` limit."
    this.#bytes += byteLength(text) + (concat || this.lines.length === 0 ? 0 : 1);
    this.lines.push({ text, concat });
    if (this.#bytes > multilineBytes) return ["MULTILINE_MAX_BYTES", `${multilineBytes}`, "The message is too long"];
    if (this.lines.length > multilineLines) {
      return ["MULTILINE_MAX_LINES", `${multilineLines}`, "The message has too many lines"];
    }
  }

  /** Why the message that is now complete cannot be sent, if each of its lines has so much room in bytes. */
  finish(room: number): MultilineFailure | void {
    if (this.lines.every(({ text }) => text === "")) return ["MULTILINE_INVALID", "The message is empty"];
    if (this.lines.some(({ text }) => byteLength(text) > room)) {
      return ["MULTILINE_INVALID", `A line is too long; here it may have ${room} bytes`];
    }
  }
}

/**
 * The relays of a multiline message for those who know them: a batch whose start carries msgid, time and tags.
 *
 * "In particular, all client-only tags associated with the message must be sent attached to the initial BATCH command."
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
      const tags = new Map([["batch", reference], ...(concat ? [[CONCAT, ""] as const] : [])]);
      return new Relay({ source, command, params: [target, text] }, { id, tags, named: false });
    }),
    new Relay(end, { id, named: false }),
  ];
}

/**
 * The relays for those who do not: a message a line. Only the first has the msgid.
 *
 * "Servers MUST NOT send blank lines to clients that have not negotiated the multiline capability." and "Servers MUST only
 * include a message ID on the first message of a batch when sending a fallback to non-supporting clients."
 */
export function fallbackRelays(head: Relay, lines: readonly MultilineLine[]): Relay[] {
  const { source = "", command, params } = head.message;
  return lines.filter(({ text }) => text !== "").map(({ text }, i) =>
    new Relay({ source, command, params: [params[0]!, text] }, { ...head.details, msgid: i === 0 })
  );
}
