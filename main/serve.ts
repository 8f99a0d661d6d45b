/**
 * `chat serve`: from the command line to a server that runs, what it prints, and how it ends.
 *
 * @module
 */

import { join as joinPath } from "node:path";
import { type Plaintext, serve, type ServeOptions, type Server, type TlsOptions } from "../server.ts";
import { type Certificate, keptCertificate, makeCertificate, readCertificate } from "../server/certificate.ts";
import { parseDuration } from "../server/duration.ts";
import type { HubOptions } from "../server/hub.ts";
import { DEFAULT_LIMITS, type Limits } from "../server/limits.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { explain, Failure, readLines, readSecret } from "./files.ts";
import { DEFAULT_HISTORY_SIZE, DEFAULT_RETENTION, FOREVER } from "./history_options.ts";
import { parseSize } from "./sizes.ts";

/** Where `chat serve` prints and how it is stopped. */
export interface Surroundings {
  readonly version: string;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Runs a server until a signal ends it. Gives the exit code. */
export async function runServe(line: CommandLine, { version, print, complain }: Surroundings): Promise<number> {
  const options = { ...await serveOptions(line), version, log: complain };
  let server: Server;
  try {
    server = await serve(options);
  } catch (error) {
    throw new Failure(cannotListen(error, options));
  }
  for (const text of greeting(server, options)) print(text);
  const stopReading = onHangUp(server, print);
  await untilSignal(complain);
  stopReading();
  await server.stop();
  return 0;
}

type Options = ServeOptions & { host: string; port: number };

function cannotListen(error: unknown, { host, port, plaintext, tls }: Options): string {
  if (error instanceof Error && /^Cannot (?:use the data|open the history) in /.test(error.message)) {
    return error.message;
  }
  const shared = tls !== undefined && !tls.orFree;
  const ports = [...(plaintext === "off" ? [] : [port]), ...(shared ? [tls.port] : [])];
  const hint = shared && error instanceof Deno.errors.AddrInUse ? " or --tls-port" : "";
  return `Cannot listen at ${host}:${ports.join(" and ")}: ${explain(error)}${hint}`;
}

async function serveOptions({ values, switches }: CommandLine): Promise<Options> {
  const value = (name: string) => values.get(name)?.[0];
  const name = value("name") ?? machineName();
  // As a person writes an address of IPv6 who has learnt it from links.
  const host = value("host")?.replace(/^\[(.*)\]$/, "$1") ?? "0.0.0.0";
  const icon = value("icon");
  refuseContradictions(value, switches);
  const data = switches.has("ephemeral") ? undefined : value("data") ?? defaultData();
  const reread = () => readFiles(value("motd"), value("password-file"), value("oper-file"));
  if (data !== undefined) await makeFolder(data);
  const tls = await tlsOptions(value, name, data);
  const plaintext = (value("plaintext") ?? "lan") as Plaintext;
  if (tls === undefined && plaintext === "off") {
    throw new UsageError("Nobody could come in: --tls-port and --plaintext are off");
  }
  return {
    host,
    port: Number(value("port") ?? DEFAULT_PORT),
    name,
    network: value("network") ?? name,
    ...(icon !== undefined && { icon }),
    lobby: value("channel") ?? "#lobby",
    throttle: !switches.has("no-throttle"),
    limits: limitsOf(value),
    plaintext,
    inviteOnly: switches.has("invite-only"),
    publicName: value("public-name") ?? reachable(host).at(-1)!,
    ...(tls !== undefined && { tls }),
    ...(data !== undefined && { data }),
    ...keeping(value),
    ...await reread(),
    reread,
  };
}

/** @throws {UsageError} for options that cannot both be meant. */
function refuseContradictions(value: (name: string) => string | undefined, switches: ReadonlySet<string>): void {
  if (switches.has("ephemeral") && value("data") !== undefined) {
    throw new UsageError("--ephemeral keeps nothing, and --data names where to keep it; choose one");
  }
  if (switches.has("ephemeral") && switches.has("invite-only")) {
    throw new UsageError(
      "--invite-only lets in accounts and invited people, and with --ephemeral there can be neither; choose one",
    );
  }
  const port = value("port") ?? `${DEFAULT_PORT}`;
  if (port !== "0" && Number(port) === Number(value("tls-port")) && value("plaintext") !== "off") {
    throw new UsageError(`--port and --tls-port are both ${port}; each needs one of its own`);
  }
}

/** Limits that have an option, by its name. */
export const LIMIT_OPTIONS: Readonly<Record<string, keyof Limits>> = {
  "max-clients": "maxClients",
  "max-per-address": "connectionsPerAddress",
  "max-new-per-address": "newConnectionsPerAddress",
};

function limitsOf(value: (name: string) => string | undefined): Partial<Limits> {
  const given = Object.entries(LIMIT_OPTIONS).map((
    [option, limit],
  ) => [limit, Number(value(option) ?? DEFAULT_LIMITS[limit])]);
  return Object.fromEntries(given);
}

function keeping(value: (name: string) => string | undefined): Pick<ServeOptions, "retention" | "historySize"> {
  const retention = value("retention") ?? DEFAULT_RETENTION;
  return {
    ...(retention !== FOREVER && { retention: parseDuration(retention)! }),
    historySize: parseSize(value("history-size") ?? DEFAULT_HISTORY_SIZE)!,
  };
}

type FileOptions = Partial<Pick<HubOptions, "motd" | "password" | "operators">>;

async function readFiles(motd?: string, password?: string, operators?: string): Promise<FileOptions> {
  return {
    ...(motd !== undefined && { motd: await readLines(motd) }),
    ...(password !== undefined && { password: await readSecret(password) }),
    ...(operators !== undefined && { operators: await readOperators(operators) }),
  };
}

const DEFAULT_PORT = 6667;
const DEFAULT_TLS_PORT = 6697;

async function tlsOptions(
  value: (name: string) => string | undefined,
  name: string,
  data: string | undefined,
): Promise<TlsOptions | undefined> {
  const [cert, key] = [value("tls-cert"), value("tls-key")];
  if ((cert === undefined) !== (key === undefined)) throw new UsageError("--tls-cert and --tls-key belong together");
  // Who takes any free port for one takes any for both.
  const port = value("tls-port") ?? (value("port") === "0" ? "0" : `${DEFAULT_TLS_PORT}`);
  if (port === "off") return undefined;
  const sts = value("sts") ?? "30d";
  const load = () => loadCertificate(cert, key, name, data);
  return {
    port: Number(port),
    orFree: value("tls-port") === undefined,
    certificate: await load(),
    ...(cert !== undefined && { reload: load }),
    ...(sts !== "off" && { sts: Number(sts === "0" ? 0 : parseDuration(sts)! / 1000) }),
  };
}

async function loadCertificate(cert?: string, key?: string, name = "", data?: string): Promise<Certificate> {
  const names = [name, "localhost"];
  try {
    if (cert !== undefined && key !== undefined) return await readCertificate(cert, key);
    return data === undefined ? await makeCertificate(names) : await keptCertificate(data, names);
  } catch (error) {
    const where = cert === undefined ? `the certificate in ${data}` : `${cert} and ${key}`;
    throw new Failure(`Cannot use ${where}: ${explain(error)}`);
  }
}

/** Makes a folder for its owner alone, if it is not there. @throws {Failure} */
async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const why = await isFile(folder) ? "it is a file" : explain(error);
    throw new Failure(`Cannot keep anything in ${folder}: ${why}; name a folder with --data`);
  }
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

/** A name that looks like a host's, as IRC wants it. */
export function machineName(): string {
  let name = "";
  try {
    name = Deno.hostname().replace(/[^A-Za-z0-9.-]/g, "").replace(/^[^A-Za-z0-9]+/, "").slice(0, 55);
  } catch {
    // Not allowed to know: any name will do.
  }
  if (name === "") return "chat.local";
  return name.includes(".") ? name : `${name}.local`;
}

/** The platform's data folder for the user. */
export function defaultData(): string {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".";
  switch (Deno.build.os) {
    case "darwin":
      return joinPath(home, "Library", "Application Support", "chat");
    case "windows":
      return joinPath(Deno.env.get("LOCALAPPDATA") ?? joinPath(home, "AppData", "Local"), "chat");
    default:
      return joinPath(Deno.env.get("XDG_DATA_HOME") || joinPath(home, ".local", "share"), "chat");
  }
}

async function readOperators(file: string): Promise<Map<string, string>> {
  const operators = new Map<string, string>();
  for (const [i, line] of (await readLines(file)).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, name, secret] = /^(\S+)\s+(\S.*)$/.exec(line.trim()) ?? [];
    if (name === undefined || secret === undefined) {
      throw new Failure(`Cannot read operators from ${file}: line ${i + 1} is not a name and a password`);
    }
    operators.set(name, secret);
  }
  return operators;
}

/** What a person needs to know once the server listens. */
function greeting(server: Server, options: Options): string[] {
  const { version, network } = server.hub.options;
  const { address, tlsAddress } = server;
  const host = options.host;
  const ports = [
    address && formatHostPort(host, address.port),
    tlsAddress && `${formatHostPort(host, tlsAddress.port)} (TLS)`,
  ];
  return [
    `chat ${version} listens at ${ports.filter((port) => port !== undefined).join(" and ")} as ${network}.`,
    options.data === undefined ? "History is kept in memory only." : `History is kept in ${options.data}.`,
    "",
    "Others come in with:",
    ...joinLines(server, host).map((line) => `  chat join ${line}`),
    ...hereLines(server, options),
    `or with any IRC client${tlsAddress ? ", over TLS" : ""}${plainHint(server, options)}`,
    ...(options.data === undefined ? [] : ["A link or QR code for others: chat invite"]),
    "Ctrl-C stops the server.",
  ];
}

/** What stands behind `chat join`: encrypted, and with the fingerprint that makes the first use certain, where there is TLS. */
function joinLines({ address, tlsAddress, certificate }: Server, host: string): string[] {
  const fingerprint = certificate === undefined || certificate.vouched ? "" : `#${certificate.fingerprint}`;
  const names = reachable(host);
  // Others are not on this machine, and who is reads the line below.
  const others = names.length > 1 && address !== undefined && tlsAddress !== undefined ? names.slice(1) : names;
  return others.map((name) => {
    if (tlsAddress === undefined) return formatHostPort(name, address!.port);
    return `ircs://${formatHostPort(name, tlsAddress.port)}${fingerprint}`;
  });
}

/** On the machine itself nobody lies between who could show another key, so a short address will do. */
function hereLines({ address, tlsAddress }: Server, { host }: Options): string[] {
  if (address === undefined || tlsAddress === undefined) return [];
  const [here] = reachable(host);
  const isFound = tlsAddress.port === DEFAULT_TLS_PORT && !here!.includes(":");
  return [
    "and on this machine with:",
    `  chat join ${isFound ? here : `ircs://${formatHostPort(here!, tlsAddress.port)}`}`,
  ];
}

function plainHint({ address }: Server, { host, plaintext }: Options): string {
  if (address === undefined) return "";
  const near = { loopback: "on this machine ", lan: "in this network ", any: "", off: "" }[plaintext ?? "lan"];
  return `, or ${near}with: nc ${reachable(host).at(-1)} ${address.port}`;
}

/** The addresses that somebody can join by: those of this machine where it listens everywhere. */
export function reachable(hostname: string): string[] {
  if (hostname !== "0.0.0.0" && hostname !== "::") return [hostname];
  let lan: string[] = [];
  try {
    lan = Deno.networkInterfaces()
      .filter(({ address, family }) => !/^(127\.|::1|fe80)/.test(address) && (family === "IPv4" || hostname === "::"))
      .map(({ address }) => address);
  } catch {
    // Not allowed to know.
  }
  return ["localhost", ...lan];
}

function formatHostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Reads the files again at SIGHUP; but when the terminal goes away that the server was started from, it ends. */
function onHangUp(server: Server, print: (line: string) => void): () => void {
  if (Deno.build.os === "windows") return () => {};
  const started = Deno.stdin.isTerminal();
  const onSignal = () => {
    if (started && !Deno.stdin.isTerminal()) Deno.kill(Deno.pid, "SIGTERM");
    else void server.rehash().then(print);
  };
  Deno.addSignalListener("SIGHUP", onSignal);
  return () => Deno.removeSignalListener("SIGHUP", onSignal);
}

/** Resolves at the first signal that asks to stop; the second ends the process at once. */
function untilSignal(complain: (line: string) => void): Promise<void> {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = false;
  const onSignal = () => {
    if (asked) Deno.exit(1);
    asked = true;
    complain("Stopping; once more to stop at once.");
    resolve();
  };
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  return promise;
}
