/**
 * `chat serve`: from the command line to a server that runs, what it prints, and how it ends.
 *
 * @module
 */

import { join as joinPath } from "node:path";
import { serve, type ServeOptions, type Server } from "../server.ts";
import { DEFAULT_LIMITS } from "../server/limits.ts";
import type { CommandLine } from "./command_line.ts";
import { explain, Failure, readLines, readSecret } from "./files.ts";

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
    server = serve(options);
  } catch (error) {
    throw new Failure(`Cannot listen at ${options.host}:${options.port}: ${explain(error)}`);
  }
  for (const text of greeting(server, options)) print(text);
  await untilSignal(complain);
  await server.stop();
  return 0;
}

async function serveOptions({ values, switches }: CommandLine): Promise<ServeOptions & { host: string; port: number }> {
  const value = (name: string) => values.get(name)?.[0];
  const [motd, passwordFile, operators] = [value("motd"), value("password-file"), value("oper-file")];
  const name = value("name") ?? machineName();
  return {
    host: value("host") ?? "0.0.0.0",
    port: Number(value("port") ?? 6667),
    name,
    network: value("network") ?? name,
    lobby: value("channel") ?? "#lobby",
    throttle: !switches.has("no-throttle"),
    limits: { maxClients: Number(value("max-clients") ?? DEFAULT_LIMITS.maxClients) },
    ...(!switches.has("ephemeral") && { data: value("data") ?? defaultData() }),
    ...(motd !== undefined && { motd: await readLines(motd) }),
    ...(passwordFile !== undefined && { password: await readSecret(passwordFile) }),
    ...(operators !== undefined && { operators: await readOperators(operators) }),
  };
}

/** A name that looks like a host's, as IRC wants it. */
function machineName(): string {
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
function greeting({ address, hub }: Server, options: ServeOptions): string[] {
  const { version, network } = hub.options;
  const addresses = reachable(address.hostname);
  const first = addresses.at(-1)!;
  return [
    `chat ${version} listens at ${formatHostPort(address.hostname, address.port)} as ${network}.`,
    options.data === undefined ? "History is kept in memory only." : `History is kept in ${options.data}.`,
    "",
    "Others come in with:",
    ...addresses.map((host) => `  chat join ${formatHostPort(host, address.port)}`),
    `or with any IRC client, or with: nc ${first} ${address.port}`,
    "Ctrl-C stops the server.",
  ];
}

/** The addresses that somebody can join by: those of this machine where it listens everywhere. */
function reachable(hostname: string): string[] {
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
