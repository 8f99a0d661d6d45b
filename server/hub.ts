/**
 * The hub: who is here, which channels there are, and what is relayed to whom.
 *
 * It holds the registries, gives every message its id, records it and puts it into the sendq of each receiver. Knows
 * nothing about sockets, TLS, files or commands: connections, store and clock are handed in.
 *
 * @module
 */

import type { Message, Tags } from "../protocol.ts";
import type { Capability } from "../protocol/capability.ts";
import { casefold, CaseMap } from "../protocol/casemapping.ts";
import type { Connection, Turn } from "../protocol/connection.ts";
import { RPL_MONOFFLINE, RPL_MONONLINE } from "../protocol/numerics.ts";
import { Channel } from "./channel.ts";
import { Client, type Remote } from "./client.ts";
import type { Clock } from "./clock.ts";
import type { Limits } from "./limits.ts";
import { Relay } from "./relay.ts";
import type { Store } from "./store.ts";
import type { User } from "./user.ts";
import { Whowas } from "./whowas.ts";

/** How a server was told to behave. */
export interface HubOptions {
  /** The server's name, which looks like a host's. */
  readonly name: string;
  /** What people call the place. */
  readonly network: string;
  readonly version: string;
  /** The channel that people with `nc` sit in. */
  readonly lobby: string;
  /** Lines of the message of the day. */
  readonly motd?: readonly string[];
  readonly password?: string;
  /** Operators of the server: name and what their password is checked with. */
  readonly operators?: ReadonlyMap<string, string>;
  readonly limits: Limits;
  /** Whether clients are slowed down that send too fast. */
  readonly throttle: boolean;
  /** Keeps cloaks unguessable; 16 bytes or more. */
  readonly secret: string;
}

/** What a hub is given to work with. */
export interface HubParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly turn: Turn;
  /** Where the server says what its operator should know. */
  readonly log: (line: string) => void;
}

/** Who of those addressed receives a relay. */
export interface Audience {
  readonly except?: Client | undefined;
  readonly having?: Capability;
  readonly lacking?: Capability;
}

/** One server's state. */
export class Hub {
  readonly options: HubOptions;
  readonly limits: Limits;
  readonly store: Store;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly log: (line: string) => void;
  readonly started: number;
  readonly clients = new Set<Client>();
  readonly users = new CaseMap<User>();
  readonly channels = new CaseMap<Channel>();
  readonly whowas: Whowas;
  /** Clients that watch a nick. */
  readonly monitors = new CaseMap<Set<Client>>();
  maxUsers = 0;

  constructor(options: HubOptions, parts: HubParts) {
    this.options = options;
    this.limits = options.limits;
    this.store = parts.store;
    this.clock = parts.clock;
    this.turn = parts.turn;
    this.log = parts.log;
    this.started = parts.clock.now();
    this.whowas = new Whowas(options.limits.whowas);
  }

  /** The server's name. */
  get name(): string {
    return this.options.name;
  }

  /** Clients that have not registered. */
  get unregistered(): number {
    let count = 0;
    for (const client of this.clients) if (client.user === undefined) count++;
    return count;
  }

  /** Seats a connection. */
  connect(connection: Connection, remote: Remote): Client {
    const client = new Client(this, connection, remote);
    this.clients.add(client);
    return client;
  }

  /** Takes a client away whose connection has ended or is about to; its user quits when no other client is left. */
  disconnect(client: Client, reason: string): void {
    if (!this.clients.delete(client)) return;
    for (const nick of client.monitored.values()) this.unmonitor(client, nick);
    const user = client.user;
    if (user === undefined) return;
    user.clients.splice(user.clients.indexOf(client), 1);
    if (user.clients.length === 0) this.quit(user, reason);
  }

  /** Seats a user whom everybody may see from now on. */
  addUser(user: User): void {
    this.users.set(user.nick, user);
    this.maxUsers = Math.max(this.maxUsers, this.users.size);
    this.#tellMonitors(user.nick, RPL_MONONLINE, user.source);
  }

  /** Takes a user away and tells those who shared a channel. */
  quit(user: User, reason: string): void {
    const neighbours = this.neighbours(user);
    const relay = this.relayFrom(user, "QUIT", [reason]);
    for (const channel of [...user.channels.keys()]) {
      this.record(channel, relay);
      this.leave(channel, user);
    }
    for (const client of neighbours) client.relay(relay);
    this.whowas.add(user, this.clock.now());
    this.users.delete(user.nick);
    this.#tellMonitors(user.nick, RPL_MONOFFLINE, user.nick);
    for (const client of [...user.clients]) {
      client.close(reason);
      this.disconnect(client, reason);
    }
  }

  /** Gives a user another nick, which must be free or its own. */
  rename(user: User, nick: string): void {
    const old = user.nick;
    const same = casefold(old) === casefold(nick);
    const audience = this.neighbours(user);
    for (const client of user.clients) audience.add(client);
    const relay = this.relayFrom(user, "NICK", [nick]);
    if (!same) this.whowas.add(user, this.clock.now());
    this.users.delete(old);
    user.nick = nick;
    this.users.set(nick, user);
    for (const channel of user.channels.keys()) this.record(channel, relay);
    for (const client of audience) client.relay(relay);
    if (same) return;
    this.#tellMonitors(old, RPL_MONOFFLINE, old);
    this.#tellMonitors(nick, RPL_MONONLINE, user.source);
  }

  /** The channel of a name; made when there is none. */
  channelFor(name: string): Channel {
    const existing = this.channels.get(name);
    if (existing !== undefined) return existing;
    const channel = new Channel(name, this.clock.now());
    this.channels.set(name, channel);
    return channel;
  }

  /** Lets a user out of a channel, and forgets the channel if it was the last and nothing keeps it. */
  leave(channel: Channel, user: User): void {
    channel.remove(user);
    if (channel.members.size === 0 && channel.founder === undefined) this.channels.delete(channel.name);
  }

  /** A message of a user's with an id of its own. */
  relayFrom(user: User, command: string, params: readonly string[], clientTags?: Tags): Relay {
    return new Relay({ source: user.source, command, params }, {
      id: this.clock.next(),
      account: user.account,
      bot: user.modes.has("B"),
      clientTags,
    });
  }

  /** A message of the server's with an id of its own. */
  relayFromServer(command: string, params: readonly string[]): Relay {
    return new Relay({ source: this.name, command, params }, { id: this.clock.next() });
  }

  /** Relays to the members of a channel. */
  toChannel(channel: Channel, relay: Relay, audience: Audience = {}): void {
    const { except, having, lacking } = audience;
    for (const user of channel.members.keys()) {
      for (const client of user.clients) {
        if (client === except) continue;
        if (having !== undefined && !client.capabilities.has(having)) continue;
        if (lacking !== undefined && client.capabilities.has(lacking)) continue;
        client.relay(relay);
      }
    }
  }

  /** Relays to the clients of a user. */
  toUser(user: User, relay: Relay, audience: Audience = {}): void {
    const { except, having } = audience;
    for (const client of user.clients) {
      if (client !== except && (having === undefined || client.capabilities.has(having))) client.relay(relay);
    }
  }

  /** Relays to all who share a channel with a user, and the user itself, if they have the capability. */
  toNeighbours(user: User, relay: Relay, audience: Audience = {}): void {
    const receivers = this.neighbours(user);
    for (const client of user.clients) receivers.add(client);
    for (const client of receivers) {
      if (client === audience.except) continue;
      if (audience.having !== undefined && !client.capabilities.has(audience.having)) continue;
      client.relay(relay);
    }
  }

  /** Tells those who monitor a user and asked for more than presence (https://ircv3.net/specs/extensions/extended-monitor). */
  toMonitors(user: User, relay: Relay, having: Capability): void {
    const watching = this.monitors.get(user.nick);
    if (watching === undefined) return;
    const neighbours = this.neighbours(user);
    for (const client of watching) {
      if (neighbours.has(client) || client.user === user) continue;
      if (client.capabilities.has("extendedMonitor") && client.capabilities.has(having)) client.relay(relay);
    }
  }

  /** The clients of all others who share a channel with a user, each once. */
  neighbours(user: User): Set<Client> {
    const clients = new Set<Client>();
    for (const channel of user.channels.keys()) {
      for (const other of channel.members.keys()) {
        if (other !== user) { for (const client of other.clients) clients.add(client); }
      }
    }
    return clients;
  }

  /** Keeps an event or a message of a channel. */
  record(channel: Channel, relay: Relay): void {
    this.store.append({ id: relay.details.id, target: casefold(channel.name), message: lasting(relay) });
  }

  /** Keeps a message between two. */
  recordDirect(target: string, relay: Relay): void {
    this.store.append({ id: relay.details.id, target, message: lasting(relay) });
  }

  /** Begins to watch a nick. */
  monitor(client: Client, nick: string): void {
    client.monitored.set(nick, nick);
    const watching = this.monitors.get(nick) ?? new Set();
    this.monitors.set(nick, watching.add(client));
  }

  /** Ceases to watch a nick. */
  unmonitor(client: Client, nick: string): void {
    client.monitored.delete(nick);
    const watching = this.monitors.get(nick);
    watching?.delete(client);
    if (watching?.size === 0) this.monitors.delete(nick);
  }

  #tellMonitors(nick: string, code: string, who: string): void {
    for (const client of this.monitors.get(nick) ?? []) client.numeric(code, who);
  }
}

/** A message as history keeps it. */
function lasting(relay: Relay): Message {
  const { account, bot, clientTags } = relay.details;
  if (account === undefined && !bot && clientTags === undefined) return relay.message;
  const tags = new Map(clientTags);
  if (account !== undefined) tags.set("account", account);
  if (bot) tags.set("bot", "");
  return { tags, ...relay.message };
}
