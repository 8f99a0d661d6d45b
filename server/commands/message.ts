/**
 * PRIVMSG NOTICE TAGMSG REDACT, and BATCH for messages of several lines.
 *
 * https://modern.ircdocs.horse/#sending-messages
 *
 * @module
 */

import { byteLength, MAX_BODY_BYTES, type Message, type Tags } from "../../protocol.ts";
import { CAPABILITIES } from "../../protocol/capability.ts";
import { looksLikeChannel } from "../../protocol/casemapping.ts";
import * as numeric from "../../protocol/numerics.ts";
import type { Channel, Member } from "../channel.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { formatMsgid } from "../clock.ts";
import { type CommandTable, MODERN } from "../command.ts";
import type { Audience } from "../hub.ts";
import { MAX_TARGETS } from "../limits.ts";
import { fallbackRelays, multilineRelays, type OpenBatch } from "../multiline.ts";
import type { Relay } from "../relay.ts";
import { User } from "../user.ts";
import { statusOf } from "./channel.ts";
import { redact } from "./redact.ts";

/** Rows of this file. */
export const messageCommands: CommandTable = {
  PRIVMSG: {
    usage: "PRIVMSG <target>{,<target>} <text>",
    description: "Say something",
    spec: `${MODERN}#privmsg-message`,
    minimum: 0,
    run: say,
  },
  NOTICE: {
    usage: "NOTICE <target>{,<target>} <text>",
    description: "Say something that nobody answers by itself",
    spec: `${MODERN}#notice-message`,
    minimum: 0,
    run: say,
  },
  TAGMSG: {
    usage: "TAGMSG <target>{,<target>}",
    description: "Send tags without a text: typing, reactions",
    spec: `${CAPABILITIES.messageTags.spec}#tags-only-messages`,
    minimum: 1,
    run: say,
  },
  BATCH: {
    usage: "BATCH +<reference> draft/multiline <target> | BATCH -<reference>",
    description: "Begin or end a message of several lines",
    spec: CAPABILITIES.multiline.spec,
    minimum: 1,
    run: batch,
  },
  REDACT: {
    usage: "REDACT <target> <msgid> [<reason>]",
    description: "Delete a message",
    spec: CAPABILITIES.messageRedaction.spec,
    minimum: 2,
    run: redact,
  },
};

/** Where a message goes, once it is known that it may. */
interface Destination {
  /** As it stands in the message: with a membership prefix if only those are meant. */
  readonly target: string;
  readonly to: Channel | User;
  /** Status letter of the members that are meant. */
  readonly status?: string | undefined;
}

// PRIVMSG <target>{,<target>} <text>
function say(client: RegisteredClient, message: Message): void {
  const { command, params, tags } = message;
  const [targets, text] = params;
  const quiet = command === "NOTICE";
  if (targets === undefined || targets === "") return quiet ? undefined : noRecipient(client, command);
  if (command !== "TAGMSG" && (text === undefined || text === "")) {
    return quiet ? undefined : client.error(numeric.ERR_NOTEXTTOSEND);
  }
  const content: Content = {
    command,
    text: command === "TAGMSG" ? [] : [text!],
    clientTags: clientOnly(client, tags),
  };
  if (command === "TAGMSG" && content.clientTags === undefined) return;
  if (!targets.includes(",")) return sayTo(client, targets, content);
  const list = targets.split(",");
  for (const target of list.slice(0, MAX_TARGETS)) sayTo(client, target, content);
  for (const target of list.slice(MAX_TARGETS)) if (!quiet) client.error(numeric.ERR_TOOMANYTARGETS, target || "*");
}

function noRecipient(client: Client, command: string): void {
  client.numeric(numeric.ERR_NORECIPIENT, `No recipient given (${command})`);
}

interface Content {
  readonly command: string;
  /** The parameter behind the target; none for TAGMSG. */
  readonly text: readonly string[];
  readonly clientTags: Tags | undefined;
}

function sayTo(client: RegisteredClient, target: string, { command, text, clientTags }: Content): void {
  const destination = findDestination(client, target, command, text[0] ?? "");
  if (destination === undefined) return;
  const relay = client.hub.relayFrom(client.user, command, [destination.target, ...text], clientTags);
  if (relay.body.length * 3 > MAX_BODY_BYTES && byteLength(relay.body) > MAX_BODY_BYTES) {
    if (command !== "NOTICE") client.error(numeric.ERR_INPUTTOOLONG);
    return;
  }
  send(client, destination, relay);
}

/** The destination of a target if the user may write there; says why not, unless it is a NOTICE. */
function findDestination(
  client: RegisteredClient,
  target: string,
  command: string,
  text: string,
): Destination | undefined {
  const error = (code: string, ...params: string[]) => {
    if (command !== "NOTICE") client.numeric(code, ...params);
    return undefined;
  };
  const status = statusOf(target[0] ?? "");
  const name = status === undefined ? target : target.slice(1);
  if (!looksLikeChannel(name)) {
    const user = status === undefined ? client.hub.userNamed(name) : undefined;
    if (user === undefined) return error(numeric.ERR_NOSUCHNICK, target, "There is nobody of that name here");
    const refusal = user.refuses(client.user);
    return refusal === undefined
      ? { target: user.nick, to: user }
      : error(numeric.ERR_NEEDREGGEDNICK, user.nick, refusal);
  }
  const channel = client.hub.channels.get(name);
  if (channel === undefined || (!channel.visibleTo(client.user) && channel.modes.has("n"))) {
    return error(numeric.ERR_NOSUCHCHANNEL, name, "No such channel");
  }
  const refusal = channel.silences(client.user) ?? refusesCtcp(channel, text);
  if (refusal !== undefined) return error(numeric.ERR_CANNOTSENDTOCHAN, channel.name, refusal);
  return { target: status === undefined ? channel.name : `${target[0]}${channel.name}`, to: channel, status };
}

function refusesCtcp(channel: Channel, text: string): string | undefined {
  if (!channel.modes.has("C") || !text.startsWith("\x01") || text.startsWith("\x01ACTION")) return undefined;
  return "Cannot send to channel (+C): no CTCP here";
}

/** Records and relays a message. */
function send(client: RegisteredClient, { to, status }: Destination, relay: Relay): void {
  const { hub, user } = client;
  if (!hub.keep(client, to, relay)) return;
  user.active = hub.clock.now();
  const audience: Audience = relay.message.command === "TAGMSG" ? { except: client, having: "messageTags" } : {
    except: client,
  };
  if (to instanceof User) toUsers(client, to, relay, audience);
  else if (status === undefined) hub.toChannel(to, relay, audience);
  else for (const member of meant(to, status)) hub.toUser(member.user, relay, audience);
  if (client.has("echoMessage") && (audience.having === undefined || client.has(audience.having))) client.relay(relay);
  tellAway(client, to, relay);
}

/** To a user, and to the sender's other clients. What somebody says to itself arrives, and is echoed besides. */
function toUsers(client: RegisteredClient, to: User, relay: Relay, audience: Audience): void {
  client.hub.toUser(to, relay, audience);
  if (to !== client.user) client.hub.toUser(client.user, relay, audience);
  else if (audience.having === undefined || client.has(audience.having)) client.relayAside(relay);
}

/** The members that a membership prefix before a channel's name means. */
function* meant(channel: Channel, status: string): Iterable<Member> {
  for (const member of channel.members.values()) if (member.op || (status === "v" && member.voice)) yield member;
}

function tellAway(client: Client, to: Channel | User, { message }: Relay): void {
  if (to instanceof User && to.away !== undefined && message.command === "PRIVMSG") {
    client.numeric(numeric.RPL_AWAY, to.nick, to.away);
  }
}

/** The tags that are meant for other clients: https://ircv3.net/specs/extensions/message-tags#client-only-tags. */
function clientOnly(client: Client, tags: Tags | undefined): Tags | undefined {
  if (tags === undefined || !client.has("messageTags")) return undefined;
  const kept = new Map<string, string>();
  for (const [key, value] of tags) if (key.startsWith("+")) kept.set(key, value);
  return kept.size === 0 ? undefined : kept;
}

// BATCH +<reference> draft/multiline <target>
function batch(client: RegisteredClient, { params, tags }: Message): void {
  const reference = params[0]!.slice(1);
  if (params[0]!.startsWith("-")) return endBatch(client, reference);
  if (!params[0]!.startsWith("+") || reference === "" || params[1] !== "draft/multiline" || params[2] === undefined) {
    return client.fail("BATCH", "MULTILINE_INVALID", "Only draft/multiline batches with one target are taken here");
  }
  if (!client.has("multiline")) return client.fail("BATCH", "MULTILINE_INVALID", "Ask for draft/multiline first");
  if (client.batches.size >= client.hub.limits.openBatches) {
    return client.fail("BATCH", "MULTILINE_INVALID", "End the batch that is open first");
  }
  client.batches.set(reference, {
    target: params[2],
    tags: clientOnly(client, tags),
    label: tags?.get("label"),
    command: undefined,
    lines: [],
    bytes: 0,
  });
  client.putOff();
}

/**
 * Takes a message that belongs to a batch: `true` once it is dealt with, also if it is refused.
 * Nothing of a batch is relayed before its end.
 */
export function takeBatched(client: Client, { command, params, tags }: Message): boolean {
  const reference = tags!.get("batch")!;
  if (command === "BATCH") return false;
  if (client.user === undefined) return false;
  const open = client.batches.get(reference);
  const concat = tags!.has(CONCAT);
  const text = params[1] ?? "";
  if (open === undefined) {
    // What was refused already goes on until its end, and is passed over.
    if (!client.has("multiline")) return false;
    return refuseBatch(client, undefined, "MULTILINE_INVALID", "There is no such batch");
  }
  if (command !== (open.command ?? command) || (command !== "PRIVMSG" && command !== "NOTICE")) {
    return refuseBatch(client, reference, "MULTILINE_INVALID", "One batch holds only PRIVMSG or only NOTICE");
  }
  if (params[0] !== open.target) {
    client.batches.delete(reference);
    client.fail("BATCH", "MULTILINE_INVALID_TARGET", open.target, params[0] ?? "*", "All lines have one target");
    return true;
  }
  if (concat && text === "") {
    return refuseBatch(client, reference, "MULTILINE_INVALID", "An empty line cannot continue another");
  }
  open.command = command;
  open.bytes += byteLength(text) + (concat || open.lines.length === 0 ? 0 : 1);
  open.lines.push({ text, concat });
  const { multilineBytes, multilineLines } = client.hub.limits;
  if (open.bytes > multilineBytes) {
    return refuseBatch(client, reference, "MULTILINE_MAX_BYTES", `${multilineBytes}`, "The message is too long");
  }
  if (open.lines.length > multilineLines) {
    return refuseBatch(client, reference, "MULTILINE_MAX_LINES", `${multilineLines}`, "The message has too many lines");
  }
  return true;
}

const CONCAT = "draft/multiline-concat";

function refuseBatch(client: Client, reference: string | undefined, ...failure: [string, ...string[]]): true {
  if (reference !== undefined) client.batches.delete(reference);
  client.fail("BATCH", ...failure);
  return true;
}

// BATCH -<reference>
function endBatch(client: RegisteredClient, reference: string): void {
  const open = client.batches.get(reference);
  if (open === undefined) return;
  client.batches.delete(reference);
  client.answer(open.label, () => sendMultiline(client, open));
}

function sendMultiline(client: RegisteredClient, open: OpenBatch): void {
  const { target, command = "PRIVMSG", lines, tags } = open;
  if (lines.every(({ text }) => text === "")) {
    return client.fail("BATCH", "MULTILINE_INVALID", "The message is empty");
  }
  const destination = findDestination(client, target, command, lines[0]!.text);
  if (destination === undefined) return;
  const source = client.user.source;
  const room = MAX_BODY_BYTES - byteLength(`:${source} ${command} ${destination.target} :`);
  if (lines.some(({ text }) => byteLength(text) > room)) return client.error(numeric.ERR_INPUTTOOLONG);
  sendBatch(client, destination, open, tags);
}

function sendBatch(client: RegisteredClient, destination: Destination, open: OpenBatch, tags: Tags | undefined): void {
  const { hub, user } = client;
  const head = hub.relayFrom(user, open.command!, [destination.target, open.lines[0]!.text], tags);
  if (!hub.keep(client, destination.to, head, open.lines.slice(1))) return;
  user.active = hub.clock.now();
  // The id of a message is its own, so its receivers have no other batch of that reference tag.
  const batched = multilineRelays(head, open.lines, `m${formatMsgid(head.details.id)}`);
  const single = fallbackRelays(head, open.lines);
  for (const receiver of receiversOf(client, destination)) {
    const knows = receiver.has("multiline") && receiver.has("batch");
    for (const relay of knows ? batched : single) receiver.relay(relay);
  }
  tellAway(client, destination.to, head);
}

function receiversOf(client: RegisteredClient, { to, status }: Destination): Set<Client> {
  const users = to instanceof User
    ? [to, client.user]
    : [...(status === undefined ? to.members.values() : meant(to, status))].map((member) => member.user);
  const receivers = new Set(users.flatMap((user) => user.clients));
  if (client.has("echoMessage")) receivers.add(client);
  else if (to !== client.user) receivers.delete(client);
  return receivers;
}
