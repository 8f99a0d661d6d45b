/**
 * BATCH: messages of several lines, gathered and sent as one.
 *
 * https://ircv3.net/specs/extensions/multiline. Nothing of a batch is relayed before its end, and nothing at all of one
 * that was refused: its remaining lines are passed over without another word.
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import type { Client, RegisteredClient } from "../client.ts";
import { formatMsgid } from "../clock.ts";
import { fallbackRelays, type MultilineFailure, multilineRelays, OpenBatch } from "../multiline.ts";
import type { Relay } from "../relay.ts";
import { User } from "../user.ts";
import { clientOnly, type Destination, findDestination, meant, roomFor, tellAway } from "./destination.ts";

/** Refused batches of a client that are remembered until they end. */
const MAX_REFUSED = 8;

// BATCH +<reference> draft/multiline <target> | BATCH -<reference>
export function batch(client: RegisteredClient, message: Message): void {
  const [first, type, target] = message.params as readonly [string, string?, string?];
  const reference = first.slice(1);
  if (first.startsWith("-")) return endBatch(client, reference);
  const refusal = whyNotOpen(client, first, type, target);
  if (refusal !== undefined) return refuse(client, reference, undefined, ["MULTILINE_INVALID", refusal]);
  client.batches.set(reference, new OpenBatch(target!, clientOnly(client, message), message.tags?.get("label")));
  client.putOff();
}

function whyNotOpen(client: Client, first: string, type = "", target = ""): string | undefined {
  if (!client.has("multiline")) return "Ask for draft/multiline first";
  if (!/^\+./.test(first) || type !== "draft/multiline" || target === "") {
    return "Only draft/multiline batches with one target are taken here";
  }
  const open = [...client.batches.values()].filter((one) => one !== undefined).length;
  return open < client.hub.limits.openBatches ? undefined : "End the batch that is open first";
}

/** Takes a message that belongs to a batch: `true` once it is dealt with, also if it is refused. */
export function takeBatched(client: Client, message: Message): boolean {
  const reference = message.tags!.get("batch")!;
  if (message.command === "BATCH" || client.user === undefined) return false;
  if (!client.batches.has(reference)) {
    if (!client.has("multiline")) return false;
    refuse(client, reference, undefined, ["MULTILINE_INVALID", "There is no such batch"]);
    return true;
  }
  const open = client.batches.get(reference);
  const failure = open?.add(message, client.hub.limits);
  if (failure !== undefined) refuse(client, reference, open, failure);
  return true;
}

/** Says why a batch is refused, and passes over what may still come of it. */
function refuse(client: Client, reference: string, open: OpenBatch | undefined, failure: MultilineFailure): void {
  if (client.batches.get(reference) === open) {
    client.batches.delete(reference);
    client.batches.set(reference, undefined);
  }
  const refused = [...client.batches].filter(([, one]) => one === undefined);
  for (const [old] of refused.slice(0, -MAX_REFUSED)) client.batches.delete(old);
  client.answer(open?.label, () => client.fail("BATCH", ...failure));
}

function endBatch(client: RegisteredClient, reference: string): void {
  if (!client.batches.has(reference)) return client.fail("BATCH", "MULTILINE_INVALID", "There is no such batch");
  const open = client.batches.get(reference);
  client.batches.delete(reference);
  if (open !== undefined) client.answer(open.label, () => send(client, open));
}

function send(client: RegisteredClient, open: OpenBatch): void {
  const { hub, user } = client;
  const { target, command, lines, tags } = open;
  const destination = findDestination(client, target, command, lines.map(({ text }) => text));
  if (destination === undefined) return;
  const failure = open.finish(roomFor(user.source, command, destination.target));
  if (failure !== undefined) return client.fail("BATCH", ...failure);
  const head = hub.relayFrom(user, command, [destination.target, lines[0]!.text], tags);
  if (!hub.keep(client, destination, head, lines.slice(1))) return;
  user.active = hub.clock.now();
  if (!(destination.to instanceof User)) destination.to.noteSpoken(user, hub.clock);
  deliver(client, destination, head, open);
  tellAway(client, destination, head);
}

function deliver(client: RegisteredClient, destination: Destination, head: Relay, { lines }: OpenBatch): void {
  // The id of a message is its own, so its receivers have no other batch of that reference tag.
  const batched = multilineRelays(head, lines, `m${formatMsgid(head.details.id)}`);
  const single = fallbackRelays(head, lines);
  const formFor = (receiver: Client) => receiver.has("multiline") && receiver.has("batch") ? batched : single;
  for (const receiver of receiversOf(client, destination)) {
    for (const relay of formFor(receiver)) receiver.relayAside(relay);
  }
  if (client.has("echoMessage")) { for (const relay of formFor(client)) client.relay(relay); }
}

/** The clients to which a message goes besides its echo; to the one it came from only if somebody writes to itself. */
function receiversOf(client: RegisteredClient, { to, status }: Destination): Set<Client> {
  const users = to instanceof User ? [to, client.user] : Array.from(meant(to, status), ({ user }) => user);
  const receivers = new Set(users.flatMap(({ clients }) => clients));
  if (to !== client.user) receivers.delete(client);
  return receivers;
}
