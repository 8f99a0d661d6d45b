/**
 * A server: it listens, accepts, and composes the parts of `server/`.
 *
 * The only file of the server that opens sockets. It prints nothing; what its operator should know goes to `log`.
 *
 * @module
 */

import { Connection, Turn } from "./protocol/connection.ts";
import type { Remote } from "./server/client.ts";
import { Clock } from "./server/clock.ts";
import { Hub, type HubOptions } from "./server/hub.ts";
import { DEFAULT_LIMITS, type Limits, MAX_CLIENT_LINE } from "./server/limits.ts";
import { host, watchSilence } from "./server/reception.ts";
import { MemoryStore, type Store } from "./server/store.ts";
import { SqliteStore } from "./server/store_sqlite.ts";

/** How often silence and unfinished work are looked at, in milliseconds. */
const TICK = 500;

/** How often channels are looked for that nobody uses any more, in milliseconds. */
const SWEEP = 60 * 60_000;

/** Most milliseconds of each tick for work that the store has put off. */
const MAINTENANCE = 20;

/** How long clients are given to take their last lines when the server stops, in milliseconds. */
const GOODBYE = 2000;

/** What a server can be told; what is left out has a default. */
export interface ServeOptions extends Partial<Omit<HubOptions, "limits">> {
  /** Address to listen at; every address unless told. */
  host?: string;
  /** Port; 0 takes a free one. */
  port?: number;
  limits?: Partial<Limits>;
  /** Most bytes of history on disk; the oldest goes when there is more. Unbounded unless told. */
  historySize?: number;
  /** Folder where history and accounts are kept; in memory unless told. */
  data?: string;
  log?: (line: string) => void;
}

/** A server that runs. */
export interface Server {
  readonly hub: Hub;
  /** Where it listens. */
  readonly address: Deno.NetAddr;
  /** Says goodbye to everybody and stops. Resolves when nothing of it is left. */
  stop(reason?: string): Promise<void>;
}

/**
 * Starts a server and resolves when it listens.
 *
 * @throws {Deno.errors.AddrInUse} and whatever else listening throws.
 */
export function serve(options: ServeOptions = {}): Server {
  const log = options.log ?? (() => {});
  const store = openStore(options);
  const turn = newTurn(store, log);
  const hub = new Hub(hubOptions(options, store), { store, clock: new Clock(store.lastId), turn, log });
  hub.restore();
  const listener = Deno.listen({ hostname: options.host ?? "0.0.0.0", port: options.port ?? 6667 });
  const accepting = accept(listener, hub);
  const ticking = setInterval(() => {
    watchSilence(hub);
    store.maintain(MAINTENANCE);
  }, TICK);
  const sweeping = setInterval(() => hub.forgetDeserted(), SWEEP);
  return {
    hub,
    address: listener.addr as Deno.NetAddr,
    async stop(reason = "The server is shutting down") {
      clearInterval(ticking);
      clearInterval(sweeping);
      listener.close();
      await accepting;
      await goodbye(hub, reason);
      turn.flush();
      store.close();
    },
  };
}

/** A turn of the server: what it appended is committed before any byte of it leaves. */
function newTurn(store: Store, log: (line: string) => void): Turn {
  let failing = false;
  return new Turn(() => {
    const failure = store.commit();
    if (failure !== undefined && !failing) log(`error: ${failure.message}`);
    if (failure === undefined && failing) log("The disk takes messages again");
    failing = failure !== undefined;
  }, setImmediate);
}

function openStore({ data, retention, historySize }: ServeOptions): Store {
  if (data === undefined) return new MemoryStore();
  return new SqliteStore(data, {
    ...(retention !== undefined && { retention }),
    ...(historySize !== undefined && { maxBytes: historySize }),
  });
}

/** The server's secret: the same after a restart, or cloaks and the bans on them would change. */
function lastingSecret(store: Store): string {
  const secret = store.settings.get("secret") ?? crypto.randomUUID();
  store.settings.put("secret", secret);
  return secret;
}

function hubOptions(options: ServeOptions, store: Store): HubOptions {
  const { name = "chat.local" } = options;
  return {
    name,
    network: options.network ?? name,
    version: options.version ?? "dev",
    lobby: options.lobby ?? "#lobby",
    throttle: options.throttle ?? true,
    secret: options.secret ?? lastingSecret(store),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    ...(options.motd !== undefined && { motd: options.motd }),
    ...(options.password !== undefined && { password: options.password }),
    ...(options.operators !== undefined && { operators: options.operators }),
    ...(options.retention !== undefined && { retention: options.retention }),
    ...(options.icon !== undefined && { icon: options.icon }),
  };
}

async function accept(listener: Deno.TcpListener, hub: Hub): Promise<void> {
  for await (const conn of listener) {
    const remote = { address: (conn.remoteAddr as Deno.NetAddr).hostname, secure: false };
    conn.setNoDelay(true);
    seat(hub, conn, remote);
  }
}

/** Gives a socket its connection, unless the house is full. */
function seat(hub: Hub, conn: Deno.Conn, remote: Remote): void {
  const { turn, limits } = hub;
  const connection = new Connection(conn, { turn, maxLine: MAX_CLIENT_LINE, maxSendq: limits.sendq });
  if (hub.clients.size >= limits.maxClients) {
    connection.close("ERROR :This server is full; try again later");
    return;
  }
  host(hub, connection, remote).catch((error) => hub.log(`error: ${error instanceof Error ? error.message : error}`));
}

async function goodbye(hub: Hub, reason: string): Promise<void> {
  const connections = [...hub.clients].map(({ connection }) => connection);
  for (const client of [...hub.clients]) client.close(reason);
  const all = Promise.all(connections.map(({ closed }) => closed));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => timer = setTimeout(resolve, GOODBYE));
  await Promise.race([all, late]);
  clearTimeout(timer);
}
