/**
 * The command line: its subcommands and options as one table, read, checked and explained.
 *
 * Parsing, `--help` and the shells' completions all come from the table, so they cannot disagree. Pure: it prints nothing
 * and opens nothing.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";

/** One option. */
export interface OptionSpec {
  readonly name: string;
  /** What its value is called in the help; an option without it is a switch. */
  readonly value?: string;
  readonly description: string;
  /** May be given more than once. */
  readonly repeats?: true;
  /** Why a value cannot be, or `undefined` if it can. */
  readonly check?: (value: string) => string | undefined;
}

/** One subcommand. */
export interface SubcommandSpec {
  readonly name: string;
  /** What stands behind the name besides options, such as `HOST[:PORT]`. */
  readonly operands: string;
  readonly minOperands: number;
  readonly maxOperands: number;
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  /** Lines below the options in the help. */
  readonly examples: readonly string[];
}

/** A command line that was understood. */
export interface CommandLine {
  readonly subcommand: string;
  readonly operands: readonly string[];
  /** Switches that were given, and values by option. */
  readonly switches: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** A command line that was not: one line that says what is wrong and what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads the arguments of one subcommand.
 *
 * @throws {UsageError} for what it does not know, and for values that are missing or cannot be.
 *
 * @example
 * ```ts
 * import { parseCommandLine } from "./command_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const serve = {
 *   name: "serve", operands: "", minOperands: 0, maxOperands: 0, summary: "Start", examples: [],
 *   options: [{ name: "port", value: "PORT", description: "port" }],
 * };
 * assertEquals(parseCommandLine(serve, ["--port", "6667"]).values.get("port"), ["6667"]);
 * ```
 */
export function parseCommandLine(spec: SubcommandSpec, args: readonly string[]): CommandLine {
  const valued = spec.options.filter(({ value }) => value !== undefined);
  const parsed = parseArgs(args, {
    string: ["_", ...valued.map(({ name }) => name)],
    boolean: spec.options.filter(({ value }) => value === undefined).map(({ name }) => name),
    collect: valued.map(({ name }) => name),
    unknown: (argument, key) => {
      if (key !== undefined) throw new UsageError(unknownOption(spec, argument));
      return true;
    },
  });
  const values = new Map<string, readonly string[]>();
  for (const option of valued) {
    const given = parsed[option.name] as string[];
    if (given.length > 0) values.set(option.name, checkValues(option, given));
  }
  const switches = new Set(spec.options.map(({ name }) => name).filter((name) => parsed[name] === true));
  return { subcommand: spec.name, operands: checkOperands(spec, parsed._.map(String)), switches, values };
}

function checkValues(option: OptionSpec, given: readonly string[]): readonly string[] {
  const { name, value, repeats, check } = option;
  if (given.length > 1 && !repeats) throw new UsageError(`--${name} is given more than once: ${given.join(", ")}`);
  for (const text of given) {
    if (text === "") throw new UsageError(`--${name} needs a value: --${name} ${value}`);
    const why = check?.(text);
    if (why !== undefined) throw new UsageError(`--${name} ${text}: ${why}`);
  }
  return given;
}

function checkOperands(spec: SubcommandSpec, operands: readonly string[]): readonly string[] {
  const { name, minOperands, maxOperands } = spec;
  const excess = operands[maxOperands];
  if (excess !== undefined) throw new UsageError(`"${excess}" is more than chat ${name} takes; see chat help ${name}`);
  if (operands.length < minOperands) throw new UsageError(`chat ${name} needs ${spec.operands}; see chat help ${name}`);
  return operands;
}

function unknownOption(spec: SubcommandSpec, argument: string): string {
  const name = argument.replace(/^-+/, "").replace(/=.*$/s, "");
  const near = nearest(name, [...spec.options.map((option) => option.name), "help"]);
  const hint = near === undefined ? `see chat help ${spec.name}` : `did you mean --${near}?`;
  return `chat ${spec.name} has no option ${argument.replace(/=.*$/s, "")}; ${hint}`;
}

/** The known word nearest to one that is not known, if any is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word === "") return undefined;
  const near = closestString(word, known);
  const shared = [...near].filter((letter) => word.includes(letter)).length;
  return shared * 2 >= Math.max(near.length, word.length) ? near : undefined;
}

/** The help of one subcommand. */
export function helpOf(spec: SubcommandSpec): string {
  const options = [...spec.options, { name: "help", description: "show this" } satisfies OptionSpec];
  const names = options.map(({ name, value }: OptionSpec) => value === undefined ? `--${name}` : `--${name} ${value}`);
  const width = Math.max(...names.map((name) => name.length));
  const rows = options.map(({ description }, i) => `  ${names[i]!.padEnd(width)}  ${description}`);
  const usage = ["chat", spec.name, spec.operands, "[options]"].filter((word) => word !== "").join(" ");
  const examples = spec.examples.length === 0 ? [] : ["", "Examples:", ...spec.examples.map((line) => `  ${line}`)];
  return [spec.summary, "", `Usage: ${usage}`, "", "Options:", ...rows, ...examples].join("\n");
}

/** The help of the program. */
export function overview(version: string, specs: readonly SubcommandSpec[]): string {
  const width = Math.max(...specs.map(({ name, operands }) => `${name} ${operands}`.length));
  const rows = specs.map(({ name, operands, summary }) => `  chat ${`${name} ${operands}`.padEnd(width)}  ${summary}`);
  return [
    `chat ${version}: a place to talk, in one program`,
    "",
    "Usage:",
    ...rows,
    `  chat ${"help [SUBCOMMAND]".padEnd(width)}  Show this, or the options of a subcommand`,
    "",
    "Begin: chat serve    and in another terminal: chat join localhost",
  ].join("\n");
}

/** Why a text is no whole number between two bounds, or `undefined`. */
export function wholeNumber(least: number, most: number): (text: string) => string | undefined {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    return value >= least && value <= most ? undefined : `it must be a whole number from ${least} to ${most}`;
  };
}
