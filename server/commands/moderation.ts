/**
 * BAN UNBAN LOCKDOWN: how operators of the server keep the peace.
 *
 * Commands of our own; there is no standard for them.
 *
 * @module
 */

import { cutToBytes, type Message } from "../../protocol.ts";
import { isLockedDown, setLockdown } from "../admission.ts";
import { type BanTarget, banTarget, isMeant, type ListedBan } from "../bans.ts";
import type { RegisteredClient } from "../client.ts";
import type { CommandTable } from "../command.ts";
import { formatDuration, parseDuration } from "../duration.ts";
import { MAX_MASK_BYTES, TEXT_LIMITS } from "../limits.ts";

const OWN = "docs/operating.md#moderation";

/** Rows of this file. */
export const moderationCommands: CommandTable = {
  BAN: {
    usage: "BAN [<nick, mask, a:account, address or network> [<duration>] [<reason>]]",
    description: "Keep somebody off the server; alone: who is kept off. A duration is 30m, 12h, 7d",
    spec: OWN,
    minimum: 0,
    operator: true,
    run: ban,
  },
  UNBAN: {
    usage: "UNBAN <nick, mask, a:account, address or network>",
    description: "Let somebody come in again",
    spec: OWN,
    minimum: 1,
    operator: true,
    run: unban,
  },
  LOCKDOWN: {
    usage: "LOCKDOWN [ON|OFF]",
    description: "Let in only people with an account, and make no new accounts; alone: whether that is so",
    spec: OWN,
    minimum: 0,
    operator: true,
    run: lockdown,
  },
};

// BAN [<target> [<duration>] [<reason>]]
function ban(client: RegisteredClient, { params }: Message): void {
  const [text, ...rest] = params;
  if (text === undefined || text === "") return listBans(client);
  const { hub, user } = client;
  const target = banTarget(text);
  if (/\s/.test(target.mask) || target.mask.length > MAX_MASK_BYTES) {
    return client.fail("BAN", "INVALID_MASK", "That is no nick, mask, a:account, address or network");
  }
  if (isMeant(target, user)) return client.fail("BAN", "CANNOT_BAN", target.mask, "That means you yourself");
  if (hub.bans.size >= hub.limits.bans) return client.fail("BAN", "LIST_FULL", target.mask, "There are too many bans");
  const duration = rest[0] === undefined ? undefined : parseDuration(rest[0]);
  const words = duration === undefined ? rest : rest.slice(1);
  const reason = cutToBytes(words.join(" ") || "No reason given", TEXT_LIMITS.quit);
  const made = hub.bans.add(target, user.nick, reason, duration);
  hub.log(`${user.source} banned ${describe(made, hub.clock.now())}`);
  notice(client, `Banned: ${describe(made, hub.clock.now())}`);
  putOff(client, made);
}

function describe({ mask, expires, by, reason }: ListedBan, now: number): string {
  const until = expires === undefined ? "for good" : `for ${formatDuration(expires - now)}`;
  return `${mask} ${until} by ${by}: ${reason}`;
}

/** Puts off the server whom a ban means; operators stay. */
function putOff({ hub }: RegisteredClient, made: ListedBan): void {
  const target: BanTarget = made;
  for (const user of [...hub.users.values()]) {
    if (!user.isOperator && isMeant(target, user)) hub.quit(user, `Banned: ${made.reason}`);
  }
  if (target.kind !== "address") return;
  for (const client of [...hub.clients]) {
    if (!client.user?.isOperator && isMeant(target, client.remote)) client.close(`Banned: ${made.reason}`);
  }
}

function listBans(client: RegisteredClient): void {
  const { hub } = client;
  const now = hub.clock.now();
  const bans = hub.bans.list();
  for (const one of bans) notice(client, describe(one, now));
  notice(client, bans.length === 0 ? "Nobody is banned" : "End of bans");
}

// UNBAN <target>
function unban(client: RegisteredClient, { params }: Message): void {
  const { hub, user } = client;
  const { mask } = banTarget(params[0]!);
  if (!hub.bans.remove(mask)) return client.fail("UNBAN", "NO_SUCH_BAN", "There is no such ban; BAN lists them");
  hub.log(`${user.source} lifted the ban of ${mask}`);
  notice(client, `${mask} may come in again`);
}

// LOCKDOWN [ON|OFF]
function lockdown(client: RegisteredClient, { params }: Message): void {
  const { hub, user } = client;
  const word = params[0]?.toUpperCase();
  if (word === "ON" || word === "OFF") {
    setLockdown(hub, word === "ON", user.nick);
    hub.log(`${user.source} turned the lockdown ${word.toLowerCase()}`);
  } else if (word !== undefined) return client.fail("LOCKDOWN", "INVALID_PARAMS", "Say ON or OFF");
  notice(client, isLockedDown(hub) ? "Only people with an account come in" : "Everybody may come in");
}

function notice(client: RegisteredClient, text: string): void {
  client.say("NOTICE", client.nick, text);
}
