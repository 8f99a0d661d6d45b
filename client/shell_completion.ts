/**
 * Completion in the shell: scripts for bash, zsh and fish, made from the table that the command line is read by.
 *
 * Pure: a table in, a script out.
 *
 * @module
 */

/** What there is to complete. The rows of the command line's own table are such. */
export interface CompletableCommand {
  readonly name: string;
  /** What stands behind the name besides options: words in small letters stand for themselves. */
  readonly operands: string;
  readonly summary: string;
  readonly options: readonly { readonly name: string; readonly value?: string; readonly description: string }[];
}

/** Shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell that there is a script for. */
export type Shell = typeof SHELLS[number];

/**
 * The script for a shell, to be read at its start: `eval "$(chat completions bash)"`, the same for zsh, and
 * `chat completions fish | source`.
 *
 * @example
 * ```ts
 * import { shellCompletion } from "./shell_completion.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const options = [{ name: "nick", value: "NAME", description: "who you are" }];
 * const table = [{ name: "join", operands: "here|there", summary: "Walk in", options }];
 * assertStringIncludes(shellCompletion("fish", table), "-l nick -x -d 'who you are'");
 * assertStringIncludes(shellCompletion("fish", table), "-a 'here there'");
 * ```
 */
export function shellCompletion(shell: Shell, commands: readonly CompletableCommand[]): string {
  return { bash, zsh, fish }[shell](commands);
}

/** Values of which the shell knows more than we do. */
function isPath(value: string | undefined): boolean {
  return value === "FILE" || value === "DIR";
}

/**
 * The words that may be typed as they stand, of such as `PORT|off` and `add NAME | list`.
 *
 * @example
 * ```ts
 * import { choicesOf } from "./shell_completion.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(choicesOf("PORT|off"), ["off"]);
 * assertEquals(choicesOf("add NAME | list"), ["add", "list"]);
 * ```
 */
export function choicesOf(usage: string): string[] {
  return usage.split(/[\s|]+/).filter((word) => /^[a-z]+$/.test(word));
}

/** A text between single quotes, as all three shells read it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function bash(commands: readonly CompletableCommand[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const cases = commands.map(({ name, options, operands }) => {
    const words = choicesOf(operands).join(" ");
    return `    ${name}) options="${options.map((o) => `--${o.name}`).join(" ")} --help"${
      words === "" ? "" : ` first="${words}"`
    } ;;`;
  });
  const options = commands.flatMap(({ options }) => options.filter((option) => option.value !== undefined));
  const paths = options.filter(({ value }) => isPath(value)).map(({ name }) => `--${name}`);
  const files = commands.filter(({ operands }) => isPath(operands)).map(({ name }) => name);
  const words = new Map(options.map(({ name, value }) => [name, choicesOf(value!).join(" ")]));
  const choices = [...words].filter(([, words]) => words !== "").map(([name, words]) =>
    `    --${name}) COMPREPLY=($(compgen -W "${words}" -- "$word")); return ;;`
  );
  return `# bash completion for chat: eval "$(chat completions bash)"
_chat() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options="" first=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} help --help --version" -- "$word"))
    return
  fi
  case "$before" in
    ${alternatives(paths)}) COMPREPLY=($(compgen -f -- "$word")); return ;;
${choices.join("\n")}
    ${alternatives(options.map(({ name }) => `--${name}`))}) return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    help) first="${names}" ;;
  esac
  case "\${COMP_WORDS[1]} $word" in
    *" -"*) ;;
${files.map((name) => `    ${quote(`${name} `)}*) COMPREPLY=($(compgen -f -- "$word")); return ;;`).join("\n")}
    *) if [ -n "$first" ] && [ "$COMP_CWORD" -eq 2 ]; then options="$first"; fi ;;
  esac
  COMPREPLY=($(compgen -W "$options" -- "$word"))
}
complete -o filenames -F _chat chat
`;
}

function alternatives(names: readonly string[]): string {
  const unique = [...new Set(names)];
  return unique.length === 0 ? "--" : unique.join("|");
}

function zsh(commands: readonly CompletableCommand[]): string {
  const escape = (text: string) => text.replace(/[[\]:\\]/g, "\\$&");
  const subcommands = commands.map(({ name, summary }) => `    ${quote(`${name}:${escape(summary)}`)}`);
  const action = (usage: string) => {
    const words = choicesOf(usage).join(" ");
    return `:${escape(usage)}:${isPath(usage) ? "_files" : words === "" ? " " : `(${words})`}`;
  };
  const cases = commands.map(({ name, options, operands }) => {
    const specs = options.map(({ name, value, description }) =>
      `        ${quote(`*--${name}[${escape(description)}]${value === undefined ? "" : action(value)}`)}`
    );
    if (operands !== "") specs.push(`        ${quote(`1${action(operands)}`)}`);
    return `    ${name})\n      _arguments \\\n${
      [...specs, "        '--help[how to use it]'"].join(" \\\n")
    }\n      ;;`;
  });
  return `#compdef chat
# zsh completion for chat: eval "$(chat completions zsh)"
_chat() {
  local -a subcommands=(
${subcommands.join("\n")}
    'help:how to use it'
  )
  if (( CURRENT == 2 )); then
    _describe subcommand subcommands
    return
  fi
  local subcommand=$words[2]
  shift words
  (( CURRENT-- ))
  case $subcommand in
${cases.join("\n")}
    help) _describe subcommand subcommands ;;
  esac
}
compdef _chat chat
`;
}

function fish(commands: readonly CompletableCommand[]): string {
  const lines = ["# fish completion for chat: chat completions fish | source", "complete -c chat -f"];
  for (const { name, summary, options, operands } of commands) {
    lines.push(`complete -c chat -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`);
    const words = choicesOf(operands).join(" ");
    const seen = `__fish_seen_subcommand_from ${name}`;
    const first = words === "" ? seen : `${seen}; and not __fish_seen_subcommand_from ${words}`;
    if (words !== "") lines.push(`complete -c chat -n ${quote(first)} -a ${quote(words)}`);
    if (isPath(operands)) lines.push(`complete -c chat -n ${quote(seen)} -F`);
    for (const option of options) {
      const choices = choicesOf(option.value ?? "").join(" ");
      const value = option.value === undefined
        ? ""
        : isPath(option.value)
        ? " -r -F"
        : choices === ""
        ? " -x"
        : ` -x -a ${quote(choices)}`;
      lines.push(
        `complete -c chat -n '__fish_seen_subcommand_from ${name}' -l ${option.name}${value} -d ${
          quote(option.description)
        }`,
      );
    }
  }
  const names = commands.map(({ name }) => name).join(" ");
  lines.push(
    "complete -c chat -n __fish_use_subcommand -a help -d 'how to use it'",
    `complete -c chat -n '__fish_seen_subcommand_from help; and not __fish_seen_subcommand_from ${names}' -a ${
      quote(names)
    }`,
    "complete -c chat -l help -d 'how to use it'",
  );
  return `${lines.join("\n")}\n`;
}
