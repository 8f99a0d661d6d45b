/**
 * INVITELINK: a link that lets somebody into the server and a channel.
 *
 * A command of our own; there is no standard for it.
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import * as numeric from "../../protocol/numerics.ts";
import type { Channel } from "../channel.ts";
import type { RegisteredClient } from "../client.ts";
import type { CommandTable } from "../command.ts";
import { formatDuration, parseDuration } from "../duration.ts";
import { formatInvite, listInvitations, makeInvitation, revokeInvitations } from "../invitations.ts";

/** Rows of this file. */
export const invitationCommands: CommandTable = {
  INVITELINK: {
    usage: "INVITELINK <channel> [<duration> [<uses>] | REVOKE]",
    description: "A link that lets people in and into the channel, for 7d unless told; REVOKE takes all of them back",
    spec: "docs/operating.md#invitations",
    minimum: 1,
    cost: 2,
    run: inviteLink,
  },
};

/** How long a link holds unless told. */
const LASTS = 7 * 24 * 60 * 60_000;

/** People that one link may be for. */
const MAX_USES = 1000;

// INVITELINK <channel> [<duration> [<uses>] | REVOKE]
function inviteLink(client: RegisteredClient, { params }: Message): void {
  const { hub, user } = client;
  const [name, word = ""] = params as [string, string?];
  const channel = hub.channels.get(name);
  if (channel === undefined || !channel.visibleTo(user)) return client.error(numeric.ERR_NOSUCHCHANNEL, name);
  if (!channel.isOperator(user) && !user.isOperator) return client.error(numeric.ERR_CHANOPRIVSNEEDED, channel.name);
  if (word.toUpperCase() === "REVOKE") return revoke(client, channel);
  const lasts = word === "" ? LASTS : parseDuration(word);
  const uses = params[2] === undefined ? undefined : Number(params[2]);
  if (lasts === undefined || (uses !== undefined && !(Number.isInteger(uses) && uses > 0 && uses <= MAX_USES))) {
    const text = `Say how long, such as 12h or 7d, and for how many people, up to ${MAX_USES}`;
    return client.fail("INVITELINK", "INVALID_PARAMS", channel.name, text);
  }
  give(client, channel, lasts, uses);
}

function give(client: RegisteredClient, channel: Channel, lasts: number, uses: number | undefined): void {
  const { hub, user } = client;
  const { store, clock, limits, options } = hub;
  if (listInvitations(store.invitations, clock.now()).length >= limits.invitations) {
    return client.fail("INVITELINK", "TOO_MANY", channel.name, "There are too many invitations on this server");
  }
  const token = makeInvitation(store.invitations, { by: user.nick, channel: channel.name, lasts, uses }, clock.now());
  hub.log(`${user.source} made an invitation to ${channel.name}`);
  const { port, tlsPort, fingerprint } = options.where ?? {};
  const tls = tlsPort !== undefined;
  const place = { host: options.publicName ?? hub.name, port: tlsPort ?? port ?? 6667, tls, fingerprint };
  const link = formatInvite({ ...place, channel: channel.name, token });
  const many = uses === undefined ? "" : `, for ${uses} ${uses === 1 ? "person" : "people"}`;
  client.say("NOTE", "INVITELINK", "LINK", channel.name, link, `Holds ${formatDuration(lasts)}${many}`);
}

function revoke(client: RegisteredClient, channel: Channel): void {
  const { store } = client.hub;
  const count = revokeInvitations(store.invitations, (one) => one.channel === channel.name);
  client.say("NOTE", "INVITELINK", "REVOKED", channel.name, `${count}`, "Links that were taken back");
}
