/**
 * A server: it listens, accepts, and composes the parts of `server/`.
 *
 * The only file of the server that opens sockets. It prints nothing; what its operator should know goes to `log`.
 *
 * @module
 */

import { join } from "node:path";
import { Connection, type Wire } from "./protocol/connection.ts";
import { Turn } from "./protocol/turn.ts";
import { banText } from "./server/admission.ts";
import type { Certificate } from "./server/certificate.ts";
import type { Remote } from "./server/client.ts";
import { Clock } from "./server/clock.ts";
import { Door } from "./server/door.ts";
import { Gate } from "./server/gate.ts";
import { Hub, type HubOptions } from "./server/hub.ts";
import { DEFAULT_LIMITS, type Limits, MAX_CLIENT_LINE, MAX_READQ } from "./server/limits.ts";
import { dismissOperators } from "./server/operators.ts";
import { answerOwner, OWNER_SOCKET, parseOwnerRequest, type Whereabouts } from "./server/owner.ts";
import { isLoopback, isPrivate, plainAddress } from "./server/network.ts";
import { Maintenance } from "./server/maintenance.ts";
import { host, watchSilence } from "./server/reception.ts";
import { MemoryStore, type Store } from "./server/store.ts";
import { canListen, TlsListener } from "./server/tls_listener.ts";
import { SqliteStore } from "./server/store_sqlite.ts";

/** How often silence is looked at, in milliseconds. */
const TICK = 500;

/** How often channels are looked for that nobody uses any more, in milliseconds. */
const SWEEP = 60 * 60_000;

/** How long clients are given to take their last lines when the server stops, in milliseconds. */
const GOODBYE = 2000;

/** From where plain text is taken: this machine, private networks too, anywhere, nowhere. */
export type Plaintext = "loopback" | "lan" | "any" | "off";

/** How a server encrypts. */
export interface TlsOptions {
  /** Port; 0 takes a free one. */
  readonly port: number;
  /** Takes a free port where that one is in use. */
  readonly orFree?: boolean;
  readonly certificate: Certificate;
  /** Seconds for which clients shall insist on encryption, if a public authority vouches for it; never unless told. */
  readonly sts?: number;
  /** Reads the certificate again. */
  readonly reload?: () => Promise<Certificate>;
}

/** What a server can be told; what is left out has a default. */
export interface ServeOptions extends Partial<Omit<HubOptions, "limits" | "sts" | "where">> {
  /** Address to listen at; every address unless told. */
  host?: string;
  /** Port for plain text; 0 takes a free one. */
  port?: number;
  /** From where plain text is taken; from this machine and private networks unless told. */
  plaintext?: Plaintext;
  /** Listens for TLS too. */
  tls?: TlsOptions;
  /** Reads the files again that some of these options come from. */
  reread?: () => Promise<Partial<Pick<HubOptions, "motd" | "password" | "operators">>>;
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
  /** Where it listens for plain text; absent where that is off. */
  readonly address: Deno.NetAddr | undefined;
  /** Where it listens for TLS. */
  readonly tlsAddress: Deno.NetAddr | undefined;
  /** The certificate that it shows. */
  readonly certificate: Certificate | undefined;
  /** Reads the files again that it was started with, without dropping anybody. Gives what is to be said of it. */
  rehash(): Promise<string>;
  /** Says goodbye to everybody and stops. Resolves when nothing of it is left. */
  stop(reason?: string): Promise<void>;
}

/**
 * Starts a server, and resolves when it listens.
 *
 * @throws {Deno.errors.AddrInUse} and whatever else listening throws.
 */
export async function serve(options: ServeOptions = {}): Promise<Server> {
  const log = options.log ?? (() => {});
  const store = openStore(options);
  const server = new RunningServer(options, store, log);
  try {
    await server.listen();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** After so many callbacks in a row the runtime (Deno 2.9, by way of tokio's event interval of 61) looks at its sockets. */
const CALLBACKS = 64;

/** Runs something when the system was asked what has arrived: 0.1 ms later, where a timer takes 2. */
function pause(run: () => void): void {
  let callbacks = 0;
  const next = () => ++callbacks < CALLBACKS ? setImmediate(next) : run();
  next();
}

class RunningServer implements Server {
  readonly hub: Hub;
  readonly #options: ServeOptions;
  readonly #store: Store;
  readonly #turn: Turn;
  readonly #gate: Gate;
  readonly #ticking: ReturnType<typeof setInterval>;
  readonly #maintenance: Maintenance;
  readonly #sweeping: ReturnType<typeof setInterval>;
  #plain: Door<Deno.TcpConn> | undefined;
  #tls: TlsListener | Door<Deno.TlsConn> | undefined;
  #certificate: Certificate | undefined;
  #rehashing: Promise<string> | undefined;
  #owner: Door<Deno.UnixConn> | undefined;

  constructor(options: ServeOptions, store: Store, log: (line: string) => void) {
    this.#options = options;
    this.#store = store;
    const turn = this.#turn = new Turn({
      before: () => this.hub.commit(),
      defer: setImmediate,
      pause,
    });
    const parts = { store, clock: new Clock(store.lastId), turn, log, rehash: () => this.rehash() };
    const hub = this.hub = new Hub(hubOptions(options, store), parts);
    this.#gate = new Gate(hub.limits, hub.options.throttle);
    hub.restore();
    this.#ticking = setInterval(() => watchSilence(hub), TICK);
    this.#maintenance = new Maintenance(store);
    this.#sweeping = setInterval(() => hub.channels.forgetDeserted(), SWEEP);
  }

  get address(): Deno.NetAddr | undefined {
    return this.#plain?.addr as Deno.NetAddr | undefined;
  }

  get tlsAddress(): Deno.NetAddr | undefined {
    return this.#tls?.addr as Deno.NetAddr | undefined;
  }

  get certificate(): Certificate | undefined {
    return this.#certificate;
  }

  rehash(): Promise<string> {
    return this.#rehashing ??= this.#readAgain().finally(() => this.#rehashing = undefined);
  }

  async stop(reason = "The server is shutting down"): Promise<void> {
    await this.#rehashing;
    clearInterval(this.#ticking);
    clearInterval(this.#sweeping);
    this.#maintenance.stop();
    await Promise.all([this.#plain?.close(), this.#tls?.close(), this.#owner?.close()]);
    await goodbye(this.hub, reason);
    this.#turn.flush();
    this.#store.close();
  }

  /** Opens the doors. */
  async listen(): Promise<void> {
    const { port = 6667, plaintext, tls } = this.#options;
    const hostname = this.#options.host ?? "0.0.0.0";
    if (plaintext !== "off") {
      this.#plain = new Door(Deno.listen({ hostname, port }), (conn) => this.#admitPlain(conn), this.hub.log);
    }
    if (tls !== undefined) await this.#openTls(hostname, tls);
    this.hub.reconfigure({ where: this.#where() });
    this.#owner = listenToOwner(this.#options.data, this.hub.log, (line) => this.#obeyOwner(line));
  }

  async #openTls(hostname: string, { port, orFree, certificate }: TlsOptions): Promise<void> {
    try {
      await this.#listenTls(hostname, port, certificate);
    } catch (error) {
      if (!orFree || !(error instanceof Deno.errors.AddrInUse)) throw error;
      this.hub.log(`Port ${port} is in use; TLS takes a free one. --tls-port chooses another.`);
      await this.#listenTls(hostname, 0, certificate);
    }
  }

  #where(): Whereabouts {
    const certificate = this.#certificate;
    return {
      port: this.address?.port,
      tlsPort: this.tlsAddress?.port,
      fingerprint: certificate?.vouched ? undefined : certificate?.fingerprint,
    };
  }

  /** Does what the owner of the machine asks for, and gives the answer once it is kept. */
  #obeyOwner(line: string): string {
    const { store, limits, clock, options, log } = this.hub;
    const request = parseOwnerRequest(line);
    const answer = answerOwner(store, request, limits.invitations, clock.now());
    const failure = store.commit();
    log(`the owner of this machine asked for: ${request.ask}`);
    if (request.ask === "operator" && request.change === "remove") dismissOperators(this.hub);
    return JSON.stringify(failure === undefined ? { ...answer, where: options.where } : { error: failure.message });
  }

  async #listenTls(hostname: string, port: number, certificate: Certificate): Promise<void> {
    const { log, limits: { handshakeTime } } = this.hub;
    if (canListen()) {
      this.#tls = await TlsListener.listen({
        ...{ hostname, port, certificate, handshakeTime, log },
        enter: (address) => this.#enter(address) === undefined,
        leave: (address) => this.#gate.leave(address),
        seat: (wire, remote) => void this.#seat(wire, remote),
      });
    } else {
      const { cert, key } = certificate;
      this.#tls = new Door(Deno.listenTls({ hostname, port, cert, key }), (conn) => this.#admitTls(conn), log);
    }
    this.#showed(certificate);
  }

  /** A certificate is shown from now on. */
  #showed(certificate: Certificate): void {
    this.#certificate = certificate;
    const duration = this.#options.tls?.sts;
    const strict = certificate.vouched && duration !== undefined;
    this.hub.reconfigure({ where: this.#where() });
    this.hub.reconfigure({ sts: strict ? { port: this.tlsAddress!.port, duration } : undefined });
  }

  async #readAgain(): Promise<string> {
    try {
      this.hub.reconfigure(await this.#options.reread?.() ?? {});
      const certificate = await this.#options.tls?.reload?.();
      if (certificate !== undefined) await this.#showCertificate(certificate);
      return "The files were read again";
    } catch (error) {
      const text = `Not everything could be read again: ${error instanceof Error ? error.message : error}`;
      this.hub.log(text);
      return text;
    }
  }

  /** Who is connected stays, whatever is shown to who comes. */
  async #showCertificate(certificate: Certificate): Promise<void> {
    const [door, before] = [this.#tls, this.#certificate];
    if (door === undefined || before === undefined) return;
    if (before.cert === certificate.cert && before.key === certificate.key) return;
    if (door instanceof TlsListener) {
      door.show(certificate);
      return this.#showed(certificate);
    }
    const { hostname, port } = this.tlsAddress!;
    await door.close();
    try {
      await this.#listenTls(hostname, port, certificate);
    } catch (error) {
      await this.#listenTls(hostname, port, before);
      throw error;
    }
  }

  #admitPlain(conn: Deno.TcpConn): void {
    const address = addressOf(conn);
    const refusal = this.#refusesPlain(address) ?? this.#enter(address);
    if (refusal !== undefined) return turnAway(conn, refusal);
    void this.#seat(new PlainWire(conn), { address, secure: false }).then(() => this.#gate.leave(address));
  }

  /** Lets one more in from an address, or says why not. */
  #enter(address: string): string | undefined {
    const ban = this.hub.bans.find({ address });
    return ban === undefined ? this.#gate.enter(address) : banText(ban);
  }

  /** Why plain text from there is not taken, or `undefined`. */
  #refusesPlain(address: string): string | undefined {
    const { plaintext = "lan" } = this.#options;
    const near = { loopback: isLoopback, lan: isPrivate, any: () => true, off: () => false }[plaintext];
    if (near(address)) return undefined;
    const { tlsAddress } = this;
    return `Plain text is not taken from where you are${tlsAddress ? `; use TLS at port ${tlsAddress.port}` : ""}`;
  }

  /** For runtimes before Deno 2.9: there a socket stays open until its other end is tired of a handshake it never finishes. */
  #admitTls(conn: Deno.TlsConn): void {
    const address = addressOf(conn);
    if (this.#enter(address) !== undefined) return hangUp(conn);
    const { handshakeTime } = this.hub.limits;
    void shakeHands(conn, handshakeTime).then(async (done) => {
      if (done) await this.#seat(conn, { address, secure: true });
      else hangUp(conn);
      this.#gate.leave(address);
    });
  }

  /** Gives a socket that was let in its connection, until that ends. */
  #seat(wire: Wire, remote: Remote): Promise<void> {
    const { hub } = this;
    const options = { turn: this.#turn, maxLine: MAX_CLIENT_LINE, maxReadq: MAX_READQ, maxSendq: hub.limits.sendq };
    return host(hub, new Connection(wire, options), remote)
      .catch((error) => hub.log(`error: ${error instanceof Error ? error.message : error}`));
  }
}

/**
 * Listens to the owner of the folder of data, who alone may open the socket in it. Where the system has no such sockets,
 * the owner has to stop the server first.
 */
function listenToOwner(
  data: string | undefined,
  log: (line: string) => void,
  obey: (line: string) => string,
): Door<Deno.UnixConn> | undefined {
  if (data === undefined || Deno.build.os === "windows") return undefined;
  const path = join(data, OWNER_SOCKET);
  try {
    removeIfThere(path);
    const listener = Deno.listen({ transport: "unix", path });
    Deno.chmodSync(path, 0o600);
    return new Door(listener, (conn) => void answerOnce(conn, obey), log);
  } catch (error) {
    log(`chat invite and chat operator will not reach this server: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** One that was killed has left its socket behind; the lock of the store says that nobody uses it. */
function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function answerOnce(conn: Deno.UnixConn, obey: (line: string) => string): Promise<void> {
  const connection = new Connection(conn, { maxLine: MAX_OWNER_LINE });
  for await (const line of connection) {
    let answer: string;
    try {
      answer = obey(line);
    } catch (error) {
      answer = JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
    }
    connection.close(answer);
  }
  connection.close();
}

/** Longest request of the owner, in bytes. */
const MAX_OWNER_LINE = 4096;

function addressOf(conn: Deno.Conn): string {
  return plainAddress((conn.remoteAddr as Deno.NetAddr).hostname);
}

/** Encrypts a connection. `false`: the other end does not, or not in time. */
async function shakeHands(conn: Deno.TlsConn, time: number): Promise<boolean> {
  const timer = setTimeout(() => hangUp(conn), time);
  try {
    await conn.handshake();
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Says why, if the system takes it at once, and hangs up. */
function turnAway(conn: Deno.Conn, why: string): void {
  void conn.write(new TextEncoder().encode(`ERROR :${why}\r\n`)).catch(() => {}).finally(() => hangUp(conn));
}

/** Small messages do not wait for larger ones, and the system finds out when the other end is no more. */
function sendAtOnce(conn: Deno.TcpConn): void {
  try {
    conn.setNoDelay(true);
    // People with nc are never asked PING.
    conn.setKeepAlive(true);
  } catch {
    // It was reset already, which the first read will tell.
  }
}

function hangUp(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}

/** First byte of whoever wants to speak TLS, and what tells them that nobody does here: https://datatracker.ietf.org/doc/html/rfc8446#section-6 */
const TLS_HANDSHAKE = 0x16;
const TLS_ALERT = new Uint8Array([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28]);

/** A wire for plain text that ends when it sees TLS, instead of waiting for a line that never comes. */
class PlainWire implements Wire {
  readonly #conn: Deno.TcpConn;
  #looked = false;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    sendAtOnce(conn);
  }

  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    return this.#looked ? this.#conn.read(buffer) : this.#look(buffer);
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    return this.#conn.write(bytes);
  }

  close(): void {
    this.#conn.close();
  }

  async #look(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    const read = await this.#conn.read(buffer);
    this.#looked = true;
    if (read === null || buffer[0] !== TLS_HANDSHAKE) return read;
    await this.#conn.write(TLS_ALERT);
    return null;
  }
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
    ...(options.publicName !== undefined && { publicName: options.publicName }),
    ...(options.inviteOnly !== undefined && { inviteOnly: options.inviteOnly }),
    ...(options.icon !== undefined && { icon: options.icon }),
  };
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
