/**
 * Every limit of the server, named, with its default.
 *
 * Limits of the grammar (bytes of a line, characters of a name) stand beside the grammar they belong to, in `protocol.ts`
 * and `protocol/`. A row for each stands in `docs/operating.md`.
 *
 * @module
 */

import { MAX_BODY_BYTES, MAX_CLIENT_TAGS_BYTES } from "../protocol.ts";

/** Bounds of one server. Bytes, unless the name says otherwise. */
export interface Limits {
  /** Clients at once. */
  maxClients: number;
  /** Bytes waiting to be sent to one client. */
  sendq: number;
  /** Connections at once from one address (of IPv6: one /64); loopback excepted. */
  connectionsPerAddress: number;
  /** New connections from one address in {@linkcode Limits.connectionWindow}; loopback excepted. */
  newConnectionsPerAddress: number;
  /** Milliseconds. */
  connectionWindow: number;
  /** Addresses whose counts are remembered. */
  addresses: number;
  /** Commands at once before a client is slowed down. */
  commandBurst: number;
  /** Commands a second after the burst. */
  commandRate: number;
  /** {@linkcode Limits.commandBurst} for loopback: programs of this machine, whose pipes hold thousands of lines. */
  localBurst: number;
  /** {@linkcode Limits.commandRate} for loopback. */
  localRate: number;
  /** Milliseconds a connection may take to encrypt itself. */
  handshakeTime: number;
  /** Milliseconds a client may take to register. */
  registrationTime: number;
  /** Milliseconds of silence after which a client is asked whether it is there. */
  pingAfter: number;
  /** Milliseconds of silence after which a client is given up. */
  pingTimeout: number;
  /** Logins that may fail from one address (of IPv6: one /64) in a minute. */
  loginsPerMinute: number;
  /** Accounts that may be registered from one address in an hour. */
  registrationsPerHour: number;
  /** Milliseconds that a stranger may keep a nick that belongs to an account. */
  nickGrace: number;
  /** Channels one user may be in. */
  channelsPerUser: number;
  /** Channels at once. */
  channels: number;
  /** Masks in one list of a channel. */
  listEntries: number;
  /** Invitations to one channel that are not yet used. */
  invitedPerChannel: number;
  /** Nicks one client may monitor. */
  monitor: number;
  /** Targets whose read marker one user may have. */
  markers: number;
  /** Batches a client may have open at once. */
  openBatches: number;
  /** Bytes of one multiline message. */
  multilineBytes: number;
  /** Lines of one multiline message. */
  multilineLines: number;
  /** Messages in one answer to CHATHISTORY or SEARCH. */
  historyPage: number;
  /** Last messages shown at JOIN to clients that cannot ask for history. */
  historyAtJoin: number;
  /** Nicks remembered after they left. */
  whowas: number;
  /** Clients that share one account's nick. */
  clientsPerUser: number;
  /** Accounts at once. */
  accounts: number;
  /** Invitations at once. */
  invitations: number;
  /** Bans of the server at once. */
  bans: number;
}

/** What a small server begins with; most are what the trusted servers of the field use. */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  maxClients: 10_000,
  sendq: 1 << 20,
  connectionsPerAddress: 16,
  newConnectionsPerAddress: 32,
  connectionWindow: 10 * 60_000,
  addresses: 10_000,
  commandBurst: 5,
  commandRate: 2,
  localBurst: 500,
  localRate: 500,
  handshakeTime: 10_000,
  registrationTime: 60_000,
  pingAfter: 90_000,
  pingTimeout: 150_000,
  loginsPerMinute: 3,
  registrationsPerHour: 20,
  nickGrace: 30_000,
  channelsPerUser: 100,
  channels: 10_000,
  listEntries: 100,
  invitedPerChannel: 100,
  monitor: 100,
  markers: 1000,
  openBatches: 1,
  multilineBytes: 4096,
  multilineLines: 100,
  historyPage: 1000,
  historyAtJoin: 50,
  whowas: 1000,
  clientsPerUser: 16,
  accounts: 100_000,
  invitations: 1000,
  bans: 1000,
};

/** Longest line taken from a client: its tags and its message, each with a bound of its own as well. */
export const MAX_CLIENT_LINE = MAX_CLIENT_TAGS_BYTES + MAX_BODY_BYTES;

// A client that was told its line is too long may go on; one that pours on without an end is let go.
/** Bytes without a line ending after which a client is closed. */
export const MAX_READQ = 16 * 1024;

/** Bytes of texts that people give themselves or a channel. Announced in ISUPPORT; longer ones are cut between characters. */
export const TEXT_LIMITS = { topic: 390, kick: 300, away: 300, realname: 150, quit: 300 } as const;

/** Characters of a username, with the `~` that says nobody vouched for it. */
export const MAX_USERNAME_LENGTH = 18;

/** Characters of the host that others see. */
export const MAX_HOST_LENGTH = 63;

/** Bytes of a channel's key. */
export const MAX_KEY_BYTES = 64;

/** Bytes of a mask in a list. */
export const MAX_MASK_BYTES = 200;

/** Seconds between two messages in slow mode. */
export const MAX_SLOW_SECONDS = 3600;

/** Mode changes with a parameter in one command. */
export const MAX_MODE_CHANGES = 20;

/** Targets of one PRIVMSG, NOTICE or TAGMSG, and users of one KICK. */
export const MAX_TARGETS = 4;

/**
 * A bucket that holds `burst` tokens and gets `rate` a second back: the burst is free, then one waits.
 *
 * @example
 * ```ts
 * import { TokenBucket } from "./limits.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bucket = new TokenBucket(2, 1, 0);
 * assertEquals([bucket.take(1, 0), bucket.take(1, 0), bucket.take(1, 0)], [0, 0, 1000]);
 * ```
 */
export class TokenBucket {
  readonly #burst: number;
  readonly #perMillisecond: number;
  #tokens: number;
  #at: number;

  /** @param now Milliseconds, by the clock that `take` is given. */
  constructor(burst: number, rate: number, now: number) {
    this.#burst = this.#tokens = burst;
    this.#perMillisecond = rate / 1000;
    this.#at = now;
  }

  /** Takes tokens, into debt if need be, and gives the milliseconds to wait until the debt is paid. */
  take(tokens: number, now: number): number {
    // A clock that was set back gives nothing.
    const earned = Math.max(0, now - this.#at) * this.#perMillisecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned) - tokens;
    this.#at = now;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMillisecond;
  }
}
