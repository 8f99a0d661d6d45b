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
 * const table = [{ name: "join", summary: "Walk in", options: [{ name: "nick", value: "NAME", description: "who you are" }] }];
 * assertStringIncludes(shellCompletion("fish", table), "-l nick -r -d 'who you are'");
 * ```
 */
export function shellCompletion(shell: Shell, commands: readonly CompletableCommand[]): string {
  return { bash, zsh, fish }[shell](commands);
}

/** Values of which the shell knows more than we do. */
function isPath(value: string | undefined): boolean {
  return value === "FILE" || value === "DIR";
}

/** A text between single quotes, as all three shells read it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function bash(commands: readonly CompletableCommand[]): string {
  const cases = commands.map(({ name, options }) =>
    `    ${name}) options="${options.map((o) => `--${o.name}`).join(" ")} --help" ;;`
  );
  const paths = commands.flatMap(({ options }) => options.filter((o) => isPath(o.value)).map((o) => `--${o.name}`));
  const valued = commands.flatMap(({ options }) =>
    options.filter((o) => o.value !== undefined).map((o) => `--${o.name}`)
  );
  return `# bash completion for chat: eval "$(chat completions bash)"
_chat() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} help --help --version" -- "$word"))
    return
  fi
  case "$before" in
    ${alternatives(paths)}) COMPREPLY=($(compgen -f -- "$word")); return ;;
    ${alternatives(valued)}) return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    help) COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")}" -- "$word")); return ;;
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
  const cases = commands.map(({ name, options }) => {
    const specs = options.map((option) => {
      const value = option.value === undefined
        ? ""
        : `:${escape(option.value)}:${isPath(option.value) ? "_files" : " "}`;
      return `        ${quote(`*--${option.name}[${escape(option.description)}]${value}`)}`;
    });
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
  for (const { name, summary, options } of commands) {
    lines.push(`complete -c chat -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`);
    for (const option of options) {
      const value = option.value === undefined ? "" : isPath(option.value) ? " -r -F" : " -r";
      lines.push(
        `complete -c chat -n '__fish_seen_subcommand_from ${name}' -l ${option.name}${value} -d ${
          quote(option.description)
        }`,
      );
    }
  }
  lines.push("complete -c chat -n __fish_use_subcommand -a help -d 'how to use it'");
  return `${lines.join("\n")}\n`;
}
