/**
 * What always holds of a server, whatever was said to it.
 *
 * @module
 */

import { MAX_BODY_BYTES, MAX_TAGS_BYTES, parseMessage } from "../../protocol.ts";
import { byteLength } from "../../protocol.ts";
import { casefold } from "../../protocol/casemapping.ts";
import { stayingAccount } from "../../server/always_on.ts";
import type { Hub } from "../../server/hub.ts";
import { type User, USER_MODES } from "../../server/user.ts";

/** What is wrong with a server's state; nothing, if all is well. */
export function brokenInvariants(hub: Hub): string[] {
  const wrong: string[] = [];
  const must = (holds: boolean, what: string) => void (holds || wrong.push(what));
  const users = [...hub.users.values()];
  for (const user of users) checkUser(hub, user, must);
  for (const channel of hub.channels.values()) {
    const kept = channel.founder !== undefined;
    must(channel.members.size > 0 || kept, `nobody is in ${channel.name}, and nothing keeps it`);
    must(hub.channels.get(channel.name) === channel, `${channel.name} is not found by its name`);
    for (const [user, member] of channel.members) {
      must(user.channels.get(channel) === member, `${user.nick} does not know that it is in ${channel.name}`);
      must(users.includes(user), `${user.nick} is in ${channel.name} and not on the server`);
    }
    const reached = new Set([...channel.members.keys()].flatMap((user) => [...user.clients]));
    const exact = channel.clients.length === reached.size && channel.clients.every((client) => reached.has(client));
    must(exact, `${channel.name} reaches others than the clients of its members`);
    for (const user of channel.invited) {
      must(users.includes(user), `${user.nick}, who left, is invited to ${channel.name}`);
    }
  }
  for (const client of hub.clients) {
    const { user, registration } = client;
    must((user === undefined) !== (registration === undefined), `${client.nick} is neither registered nor about to be`);
    if (user !== undefined) must(user.clients.includes(client), `${user.nick} does not know its client`);
    if (user !== undefined) {
      must(hub.users.get(user.nick) === user, `${user.nick} has a client and is not on the server`);
    }
    must(client.connection.sendq === 0, `${client.connection.sendq} bytes wait for ${client.nick}, who reads`);
    for (const nick of client.monitored.values()) {
      must([...hub.monitors.of(nick)].includes(client), `${client.nick} watches ${nick} in vain`);
    }
  }
  for (const letter of USER_MODES) {
    const count = users.filter((user) => user.modes.has(letter)).length;
    must(hub.countMode(letter) === count, `${hub.countMode(letter)} users are counted with +${letter}, not ${count}`);
  }
  const unregistered = [...hub.clients].filter(({ user }) => user === undefined).length;
  must(
    hub.unregistered === unregistered,
    `${hub.unregistered} clients are counted as not registered, not ${unregistered}`,
  );
  return wrong;
}

function checkUser(hub: Hub, user: User, must: (holds: boolean, what: string) => void): void {
  must(hub.users.get(user.nick) === user, `${user.nick} is not found by its nick`);
  for (const client of user.clients) {
    must(hub.clients.has(client), `${user.nick} has a client that is gone`);
    must(client.user === user, `a client of ${user.nick} is somebody else's`);
  }
  for (const [channel, member] of user.channels) {
    must(channel.members.get(user) === member, `${channel.name} does not know that ${user.nick} is in it`);
    must(hub.channels.get(channel.name) === channel, `${user.nick} is in ${channel.name}, which is not there`);
  }
  const stays = stayingAccount(hub, user) !== undefined;
  must(user.clients.length > 0 || stays, `${user.nick} is there without a client`);
  if (user.account !== undefined) {
    must(hub.store.accounts.get(casefold(user.account)) !== undefined, `the account of ${user.nick} is gone`);
  }
}

/** What is wrong with a line that a server has sent to a client of IRC; `undefined` if it is right. */
export function brokenLine(line: string): string | undefined {
  if (/[\0\r\n]/.test(line)) return "it holds the end of a line";
  if (!line.isWellFormed()) return "it is not UTF-8";
  const [, tags = "", body = ""] = /^(@[^ ]* +)?(.*)$/s.exec(line)!;
  if (byteLength(tags) > MAX_TAGS_BYTES) return "its tags are too long";
  if (byteLength(body) > MAX_BODY_BYTES) return `it is too long: ${byteLength(body)} bytes`;
  try {
    parseMessage(line);
  } catch (error) {
    return String(error);
  }
  return undefined;
}
