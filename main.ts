/**
 * The command line of chat: `serve` opens a place to talk, `join` walks in.
 *
 * The only file that prints, and the one that decides the exit code: 0, 2 for wrong usage, 1 for failure. No stack trace
 * reaches a person.
 *
 * @module
 */

import config from "./deno.json" with { type: "json" };
import { type CommandLine, helpOf, nearest, overview, parseCommandLine, UsageError } from "./main/command_line.ts";
import { Failure, readSecret } from "./main/files.ts";
import { Output } from "./main/output.ts";
import { SUBCOMMANDS } from "./main/subcommands.ts";

const VERSION = config.version;

const stdout = new Output(Deno.stdout);
const stderr = new Output(Deno.stderr);

/** Runs the program. Gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (error instanceof UsageError) {
      complain(error.message);
      return 2;
    }
    complain(error instanceof Failure ? error.message : `Something went wrong in chat itself: ${messageOf(error)}`);
    return 1;
  }
}

function dispatch(args: readonly string[]): number | Promise<number> {
  const [word, ...rest] = args;
  if (word === undefined || word === "--help" || word === "-h") return show(overview(VERSION, SUBCOMMANDS));
  if (word === "--version" || word === "-V") return show(`chat ${VERSION}`);
  if (word === "help") return help(rest);
  const spec = specOf(word);
  if (rest.includes("--help") || rest.includes("-h")) return show(helpOf(spec));
  return RUN[spec.name]!(parseCommandLine(spec, rest));
}

/** What each subcommand does. Each loads its part of the program alone: who joins has no use for the server's memory. */
const RUN: Readonly<Record<string, (line: CommandLine) => Promise<number>>> = {
  serve: async (line) => (await import("./main/serve.ts")).runServe(line, { version: VERSION, print, complain }),
  join: runJoin,
  completions: runCompletions,
  invite: async (line) => (await import("./main/owner.ts")).runInvite(line, print),
  operator: async (line) => (await import("./main/owner.ts")).runOperator(line, print),
  backup: async (line) => (await import("./main/backup.ts")).runBackup(line, print),
  export: async (line) => (await import("./main/export.ts")).runExport(line),
  doctor: async (line) => (await import("./main/doctor.ts")).runDoctor(line, print),
  "hash-password": async () => (await import("./main/hash_password.ts")).runHashPassword(print),
};

function help([topic]: readonly string[]): number {
  return show(topic === undefined || topic === "help" ? overview(VERSION, SUBCOMMANDS) : helpOf(specOf(topic)));
}

/** The subcommand of a name. @throws {UsageError} */
function specOf(name: string): typeof SUBCOMMANDS[number] {
  const spec = SUBCOMMANDS.find((one) => one.name === name);
  if (spec !== undefined) return spec;
  const near = nearest(name, [...SUBCOMMANDS.map((one) => one.name), "help", "--version"]);
  throw new UsageError(
    `chat has no subcommand "${name}"; ${near === undefined ? "see chat help" : `did you mean chat ${near}?`}`,
  );
}

async function runJoin({ operands, values, switches }: CommandLine): Promise<number> {
  const passwordFile = values.get("password-file")?.[0];
  const [address] = operands;
  const nick = values.get("nick")?.[0];
  const { join } = await import("./client.ts");
  return await join({
    channels: values.get("channel") ?? [],
    json: switches.has("json"),
    newKey: switches.has("new-key"),
    quiet: switches.has("quiet"),
    version: VERSION,
    log: complain,
    ...(address !== undefined && { address }),
    ...(nick !== undefined && { nick }),
    ...(passwordFile !== undefined && { password: await readSecret(passwordFile) }),
  });
}

async function runCompletions({ operands }: CommandLine): Promise<number> {
  const { shellCompletion, SHELLS } = await import("./client/shell_completion.ts");
  const shell = SHELLS.find((one) => one === operands[0]);
  if (shell === undefined) {
    throw new UsageError(`There are completions for ${SHELLS.join(", ")}, not for ${operands[0]}`);
  }
  return show(shellCompletion(shell, SUBCOMMANDS).trimEnd());
}

function show(text: string): number {
  print(text);
  return 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function print(line: string): void {
  stdout.print(line);
}

function complain(line: string): void {
  stderr.print(line);
}

if (import.meta.main) {
  const code = await main(Deno.args);
  await stdout.drained();
  await stderr.drained();
  Deno.exit(code);
}
