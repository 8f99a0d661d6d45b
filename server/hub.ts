/**
 * The hub: who is here, which channels there are, and what is relayed to whom.
 *
 * It holds the registries, gives every message its id, records it and puts it into the sendq of each receiver. Knows
 * nothing about sockets, TLS, files or commands: connections, store and clock are handed in.
 *
 * @module
 */

import { fitMessage, type Tags } from "../protocol.ts";
import type { Capability } from "../protocol/capability.ts";
import { casefold, CaseMap } from "../protocol/casemapping.ts";
import type { Connection } from "../protocol/connection.ts";
import { RPL_MONOFFLINE, RPL_MONONLINE } from "../protocol/numerics.ts";
import type { Turn } from "../protocol/turn.ts";
import type { HashingCost } from "./accounts.ts";
import { keepMembership, leaveStanding, restoreUser } from "./always_on.ts";
import { Attempts } from "./attempts.ts";
import { Bans } from "./bans.ts";
import { Channel, type Member } from "./channel.ts";
import { Client, type Remote } from "./client.ts";
import type { Clock } from "./clock.ts";
import { cloakAddress } from "./cloak.ts";
import type { Limits } from "./limits.ts";
import type { MultilineLine } from "./multiline.ts";
import type { Whereabouts } from "./owner.ts";
import { Relay } from "./relay.ts";
import { directTarget, type Entry, type MessageId, type Store } from "./store.ts";
import type { User } from "./user.ts";
import { Monitors } from "./monitors.ts";
import { Channels } from "./channels.ts";
import { Pace } from "./pace.ts";
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
  /** What clients that come unencrypted are told to insist on: https://ircv3.net/specs/extensions/sts. */
  readonly sts?: StrictTransport | undefined;
  /** Where the server is found, for links that lead to it. */
  readonly where?: Whereabouts;
  /** The name by which others reach this machine; the server's name unless told. */
  readonly publicName?: string;
  /** Lets in only people with an account and those who were invited. */
  readonly inviteOnly?: boolean;
  /** Address of a picture for the network: https://ircv3.net/specs/extensions/network-icon. */
  readonly icon?: string;
  /** What the hashes of passwords cost. */
  readonly hashing?: HashingCost;
  /** How long a channel lasts that nobody is in and nobody wrote in, in milliseconds; for ever unless told. */
  readonly retention?: number;
}

/** Where encryption is to be had, and for how many seconds a client should insist on it. */
export interface StrictTransport {
  readonly port: number;
  readonly duration: number;
}

/** What a hub is given to work with. */
export interface HubParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly turn: Turn;
  /** Where the server says what its operator should know. */
  readonly log: (line: string) => void;
  /** Reads the files again that the server was started with, and says how that went. */
  readonly rehash?: () => Promise<string>;
}

/** Who of those addressed receives a relay. */
export interface Audience {
  readonly except?: Client | undefined;
  readonly having?: Capability;
}

/** Where a message goes: a channel or some of its members (a status letter), or a user. */
interface Place {
  readonly to: Channel | User;
  readonly status?: string | undefined;
}

/** One server's state. */
export class Hub {
  options: HubOptions;
  readonly limits: Limits;
  readonly store: Store;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly log: (line: string) => void;
  readonly rehash: () => Promise<string>;
  readonly started: number;
  /** The first id of this run: what is older was said before the last start. */
  readonly firstId: MessageId;
  readonly clients = new Set<Client>();
  /** What is costly goes at a pace of its own. */
  readonly pace = new Pace();
  readonly users = new CaseMap<User>();
  readonly channels: Channels;
  readonly whowas: Whowas;
  /** Who may not come in. */
  readonly bans: Bans;
  readonly monitors = new Monitors();
  /** Failed logins by address. */
  readonly logins: Attempts;
  /** New accounts by address. */
  readonly registrations: Attempts;
  /** Accounts there are. */
  accountCount = 0;
  maxUsers = 0;
  /** Cloaks by address: they take long to make, and many come from one address. */
  readonly #cloaks = new Map<string, string>();
  #failing = false;
  /** Clients that have registered. */
  #seated = 0;
  /** How many users have each user mode set. */
  readonly #modeCounts = new Map<string, number>();

  constructor(options: HubOptions, parts: HubParts) {
    this.options = options;
    this.limits = options.limits;
    this.store = parts.store;
    this.clock = parts.clock;
    this.turn = parts.turn;
    this.log = parts.log;
    this.rehash = parts.rehash ?? (() => Promise.resolve("There are no files to read again"));
    this.started = parts.clock.now();
    this.firstId = parts.clock.next();
    this.channels = new Channels({
      store: parts.store,
      clock: parts.clock,
      firstId: this.firstId,
      retention: options.retention,
      stays: (channel, user) => keepMembership(this, channel, user),
    });
    this.whowas = new Whowas(options.limits.whowas);
    this.bans = new Bans(parts.store.bans, () => parts.clock.now());
    const { addresses, loginsPerMinute, registrationsPerHour } = options.limits;
    this.logins = new Attempts({ most: loginsPerMinute, window: 60_000, addresses });
    this.registrations = new Attempts({ most: registrationsPerHour, window: 60 * 60_000, addresses });
  }

  /** The server's name. */
  get name(): string {
    return this.options.name;
  }

  /** Changes how the server was told to behave. */
  reconfigure(changes: Partial<HubOptions>): void {
    this.options = { ...this.options, ...changes };
  }

  /** Clients that have not registered. */
  get unregistered(): number {
    return this.clients.size - this.#seated;
  }

  /** How many users have a user mode set. */
  countMode(letter: string): number {
    return this.#modeCounts.get(letter) ?? 0;
  }

  /** Seats a connection. */
  connect(connection: Connection, remote: Remote): Client {
    const client = new Client(this, connection, remote);
    this.clients.add(client);
    return client;
  }

  /** Takes a client away whose connection has ended or is about to; its user quits when it was the last and does not stay. */
  disconnect(client: Client, reason: string): void {
    if (!this.clients.delete(client)) return;
    for (const nick of client.monitored.values()) this.monitors.unwatch(client, nick);
    const user = client.user;
    if (user === undefined) return;
    this.#seated--;
    user.detach(client);
    if (user.clients.length === 0 && !leaveStanding(this, user)) this.quit(user, reason);
  }

  /** Makes a client one of a user's. */
  seat(client: Client, user: User): void {
    client.registration = undefined;
    client.user = user;
    user.attach(client);
    this.#seated++;
  }

  /** Sets or unsets a user mode. */
  setMode(user: User, letter: string, on: boolean): void {
    if (user.modes.has(letter) === on) return;
    user.setMode(letter, on);
    this.#countMode(letter, on ? 1 : -1);
  }

  #countMode(letter: string, difference: number): void {
    this.#modeCounts.set(letter, this.countMode(letter) + difference);
  }

  /** Seats a user whom everybody may see from now on. */
  addUser(user: User): void {
    this.users.set(user.nick, user);
    this.maxUsers = Math.max(this.maxUsers, this.users.size);
    for (const letter of user.modes) this.#countMode(letter, 1);
    this.monitors.tell(user.nick, RPL_MONONLINE, user.source);
  }

  /** Takes a user away and tells those who shared a channel. */
  quit(user: User, reason: string): void {
    if (this.users.get(user.nick) !== user) return;
    const relay = this.relayAct(user, "QUIT", [reason]);
    const channels = [...user.channels.keys()];
    this.recordIn(channels, relay);
    // When thousands leave one big channel at once, a set for each of them would take longer than everything else.
    const receivers = channels.length === 1 ? channels[0]!.clients : this.neighbours(user);
    for (const channel of channels) this.channels.leave(channel, user);
    for (const channel of user.invitations) channel.uninvite(user);
    for (const client of receivers) client.relay(relay);
    this.whowas.add(user, this.clock.now());
    this.users.delete(user.nick);
    for (const letter of user.modes) this.#countMode(letter, -1);
    this.monitors.tell(user.nick, RPL_MONOFFLINE, user.nick);
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
    user.nickDeadline = undefined;
    user.nick = nick;
    user.nickSince = relay.details.id;
    this.users.set(nick, user);
    this.recordIn(user.channels.keys(), relay);
    for (const client of audience) client.relay(relay);
    if (same) return;
    this.monitors.tell(old, RPL_MONOFFLINE, old);
    this.monitors.tell(nick, RPL_MONONLINE, user.source);
  }

  /** Brings back the channels that last and the users who stay. */
  restore(): void {
    this.channels.restore();
    for (const [, account] of this.store.accounts.list()) {
      this.accountCount++;
      if (account.alwaysOn) restoreUser(this, account);
    }
  }

  /** Gives a user another host, and lets those who cannot be told see it leave and come back. */
  changeHost(user: User, host: string): void {
    const quit = this.relayAct(user, "QUIT", ["Changing host"]);
    const change = this.relayAct(user, "CHGHOST", [user.username, host]);
    this.toNeighbours(user, change, { having: "chghost" });
    this.toMonitors(user, change, "chghost");
    for (const client of this.neighbours(user)) if (!client.has("chghost")) client.relay(quit);
    user.host = host;
    for (const [channel, member] of user.channels) this.#comeBack(channel, member);
  }

  #comeBack(channel: Channel, { user, op, voice }: Member): void {
    const { account, realname } = user;
    const join = this.relayAct(user, "JOIN", [channel.name]);
    const extended = this.relayAct(user, "JOIN", [channel.name, account ?? "*", realname]);
    const status = `+${op ? "o" : ""}${voice ? "v" : ""}`;
    const nicks = Array<string>(status.length - 1).fill(user.nick);
    const mode = this.relayFromServer("MODE", [channel.name, status, ...nicks]);
    for (const other of channel.members.keys()) {
      for (const client of other === user ? [] : other.clients) {
        if (client.has("chghost")) continue;
        client.relay(client.has("extendedJoin") ? extended : join);
        if (nicks.length > 0) client.relay(mode);
      }
    }
  }

  /** The user of a nick. */
  userNamed(nick: string): User | undefined {
    return this.users.get(nick);
  }

  /** The identity under which history keeps the messages of whoever has this nick, here or as an account. */
  identityOf(nick: string): string | undefined {
    const user = this.users.get(nick);
    if (user !== undefined) return user.identity;
    const key = casefold(nick);
    return this.store.accounts.get(key)?.identity ?? this.store.settings.get(`deleted ${key}`);
  }

  /** What others see instead of an address. */
  cloak(address: string): string {
    let cloak = this.#cloaks.get(address);
    if (cloak === undefined) {
      if (this.#cloaks.size >= this.limits.addresses) this.#cloaks.clear();
      this.#cloaks.set(address, cloak = cloakAddress(address, this.options.secret));
    }
    return cloak;
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

  /** A message about what a user does, with an id of its own, its last parameter cut if it must be to fit a line. */
  relayAct(user: User, command: string, params: readonly string[]): Relay {
    const message = fitMessage({ source: user.source, command, params });
    return new Relay(message, { id: this.clock.next(), account: user.account, bot: user.modes.has("B") });
  }

  /** A message of the server's with an id of its own. */
  relayFromServer(command: string, params: readonly string[]): Relay {
    return new Relay({ source: this.name, command, params }, { id: this.clock.next() });
  }

  /** Relays to the members of a channel. */
  toChannel(channel: Channel, relay: Relay, { except, having }: Audience = {}): void {
    for (const client of channel.clients) {
      if (client !== except && (having === undefined || client.capabilities.has(having))) client.relay(relay);
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
    const watching = [...this.monitors.of(user.nick)];
    if (watching.length === 0) return;
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
      for (const client of channel.clients) clients.add(client);
    }
    for (const client of user.clients) clients.delete(client);
    return clients;
  }

  /**
   * Ends a turn: what it appended is kept before any byte about it leaves. When that fails, and when it works again, the log
   * says so and the operators of the server are told.
   */
  commit(): void {
    const failure = this.store.commit();
    if ((failure !== undefined) === this.#failing) return;
    this.#failing = failure !== undefined;
    this.log(failure === undefined ? "The disk takes messages again" : `error: ${failure.message}`);
    this.tellOperators(
      failure === undefined
        ? "The disk takes messages again, and has all that waited"
        : `${failure.message}. Messages wait in memory until then, and are lost if the server ends before`,
    );
  }

  /** Tells the operators of the server what they should know. */
  tellOperators(text: string): void {
    for (const user of this.users.values()) {
      if (user.isOperator) this.toUser(user, this.relayFromServer("NOTICE", [user.nick, text]));
    }
  }

  /** Keeps an event of a channel. */
  record(channel: Channel, relay: Relay): void {
    this.store.append(entryOf(relay, channel.folded));
  }

  /** Keeps an event that is one of several channels: in each under an id of its own, the first of which is the relay's. */
  recordIn(channels: Iterable<Channel>, relay: Relay): void {
    let id = relay.details.id;
    for (const { folded } of channels) {
      this.store.append(entryOf(relay, folded, id));
      id = this.clock.next();
    }
  }

  /**
   * Keeps a message to a channel or a user, with the lines behind its first. `false`: it cannot be kept, and was refused.
   * What is said to some members only is not kept: who they were then is not known later.
   */
  keep(client: Client, { to, status }: Place, relay: Relay, more: readonly MultilineLine[] = []): boolean {
    if (!isKept(relay) || status !== undefined) return true;
    const target = to instanceof Channel ? to.folded : directTarget(client.user!.identity, to.identity);
    const entry = entryOf(relay, target);
    const lines = more.map(({ text, concat }) => concat ? { text, concat: true as const } : { text });
    if (this.store.append(lines.length > 0 ? { ...entry, lines } : entry)) return true;
    const { command, params } = relay.message;
    client.fail(command, "MESSAGE_ERROR", params[0]!, "The server's disk is full or broken; nothing was sent");
    return false;
  }
}

/** Tags without a text last only if they mean something later: a reaction, or what asks to be kept. */
const LASTING_TAGS = ["+draft/react", "+draft/unreact", "+draft/persist", "+persist"];

function isKept({ message, details }: Relay): boolean {
  return message.command !== "TAGMSG" || LASTING_TAGS.some((tag) => details.clientTags?.has(tag));
}

/** A message as history keeps it. */
function entryOf({ message, body, details }: Relay, target: string, id = details.id): Entry {
  const { account, bot, clientTags } = details;
  if (account === undefined && !bot && clientTags === undefined) return { id, target, message, body };
  const tags = new Map(clientTags);
  if (account !== undefined) tags.set("account", account);
  if (bot) tags.set("bot", "");
  return { id, target, message: { tags, ...message } };
}
