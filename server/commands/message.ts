/**
 * PRIVMSG NOTICE TAGMSG, and the rows of BATCH and REDACT.
 *
 * https://modern.ircdocs.horse/#sending-messages
 *
 * @module
 */

import { byteLength, MAX_BODY_BYTES, type Message, type Tags } from "../../protocol.ts";
import { CAPABILITIES } from "../../protocol/capability.ts";
import * as numeric from "../../protocol/numerics.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { type CommandTable, MODERN } from "../command.ts";
import type { Audience } from "../hub.ts";
import { MAX_TARGETS } from "../limits.ts";
import type { Relay } from "../relay.ts";
import { User } from "../user.ts";
import { batch } from "./batch.ts";
import { clientOnly, type Destination, findDestination, meant, tellAway } from "./destination.ts";
import { deletedBelow, redact } from "./redact.ts";

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
    minimum: 0,
    run: tagmsg,
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

interface Content {
  readonly command: string;
  /** The parameter behind the target; none for TAGMSG. */
  readonly text: readonly string[];
  readonly clientTags: Tags | undefined;
}

// PRIVMSG <target>{,<target>} <text>
function say(client: RegisteredClient, message: Message): void {
  const { command, params: [targets = "", text = ""] } = message;
  const quiet = command === "NOTICE";
  if (targets === "") return quiet ? undefined : noRecipient(client, command);
  if (text === "") return quiet ? undefined : client.error(numeric.ERR_NOTEXTTOSEND);
  sayToAll(client, targets, { command, text: [text], clientTags: clientOnly(client, message) });
}

// TAGMSG <target>{,<target>}
function tagmsg(client: RegisteredClient, message: Message): void {
  const { command, params: [targets = ""] } = message;
  // "This capability enables the use of client-only tags and the `TAGMSG` command"
  if (!client.has("messageTags")) return client.error(numeric.ERR_UNKNOWNCOMMAND, command);
  if (targets === "") return noRecipient(client, command);
  sayToAll(client, targets, { command, text: [], clientTags: clientOnly(client, message) });
}

function noRecipient(client: Client, command: string): void {
  client.numeric(numeric.ERR_NORECIPIENT, `No recipient given (${command})`);
}

function sayToAll(client: RegisteredClient, targets: string, content: Content): void {
  if (!targets.includes(",")) return sayTo(client, targets, content);
  const list = targets.split(",").filter((target) => target !== "");
  for (const target of list.slice(0, MAX_TARGETS)) sayTo(client, target, content);
  if (content.command === "NOTICE") return;
  for (const target of list.slice(MAX_TARGETS)) client.error(numeric.ERR_TOOMANYTARGETS, target);
}

function sayTo(client: RegisteredClient, target: string, { command, text, clientTags }: Content): void {
  const destination = findDestination(client, target, command, text);
  if (destination === undefined) return;
  const deleted = command === "TAGMSG" ? deletedBelow(client, destination.to, clientTags) : undefined;
  if (deleted !== undefined) {
    return client.fail(command, "UNKNOWN_MSGID", destination.target, deleted, "That message was deleted");
  }
  const relay = client.hub.relayFrom(client.user, command, [destination.target, ...text], clientTags);
  if (relay.body.length * 3 > MAX_BODY_BYTES && byteLength(relay.body) > MAX_BODY_BYTES) {
    if (command !== "NOTICE") client.error(numeric.ERR_INPUTTOOLONG);
    return;
  }
  send(client, destination, relay);
}

/** Records and relays a message. */
function send(client: RegisteredClient, destination: Destination, relay: Relay): void {
  const { hub, user } = client;
  const { to, status } = destination;
  if (!hub.keep(client, destination, relay)) return;
  user.active = hub.clock.now();
  if (!(to instanceof User) && relay.message.command !== "TAGMSG") to.noteSpoken(user, hub.clock);
  // "Servers MUST NOT deliver `TAGMSG` to clients that haven't negotiated the message tags capability."
  const audience: Audience = relay.message.command === "TAGMSG" ? { except: client, having: "messageTags" } : {
    except: client,
  };
  if (to instanceof User) toUsers(client, to, relay, audience);
  else if (status === undefined) hub.toChannel(to, relay, audience);
  else for (const member of meant(to, status)) hub.toUser(member.user, relay, audience);
  if (client.has("echoMessage") && (audience.having === undefined || client.has(audience.having))) client.relay(relay);
  tellAway(client, destination, relay);
}

/** To a user, and to the sender's other clients. What somebody says to itself arrives, and is echoed besides. */
function toUsers(client: RegisteredClient, to: User, relay: Relay, audience: Audience): void {
  client.hub.toUser(to, relay, audience);
  if (to !== client.user) client.hub.toUser(client.user, relay, audience);
  else if (audience.having === undefined || client.has(audience.having)) client.relayAside(relay);
}
