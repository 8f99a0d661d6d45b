// Completion in the shells themselves: the script is read, a line is begun, and what the shell offers is looked at.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { shellCompletion, SHELLS } from "../../client/shell_completion.ts";
import { SUBCOMMANDS } from "../../main/subcommands.ts";
import { needing } from "../needs.ts";
import { run } from "./program.ts";
import { Terminal } from "./tmux.ts";

/** What is typed before Tab, and what is offered then. */
const OFFERED: readonly (readonly [typed: string, ...words: string[]])[] = [
  ["completions ", "bash", "fish", "zsh"],
  ["completions f", "fish"],
  ["operator ", "add", "list", "remove"],
  ["serve --plaintext ", "any", "lan", "loopback", "off"],
  ["invite --expires ", "never"],
  ["comp", "completions"],
  ["help do", "doctor"],
  ["completions --", "--help"],
];

const BASH = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _chat; printf '%s\\n' "\${COMPREPLY[@]}"`;

Deno.test(needing(["bash"], "bash offers subcommands, options and the words that may stand there", async () => {
  for (const [typed, ...words] of OFFERED) {
    const script = `${shellCompletion("bash", SUBCOMMANDS)}\n${BASH}`;
    const { stdout } = await run(["-c", script, "bash", "chat", ...typed.split(" ")], { program: ["bash"] });
    assertEquals(stdout.trim().split("\n").sort(), words, typed);
  }
}));

Deno.test(needing(["fish"], "fish offers subcommands, options and the words that may stand there", async () => {
  const home = await Deno.makeTempDir();
  try {
    for (const [typed, ...words] of OFFERED) {
      const script = `${shellCompletion("fish", SUBCOMMANDS)}\ncomplete -C 'chat ${typed}'`;
      const env = { HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
      const { stdout } = await run(["--no-config", "-c", script], { program: ["fish"], env });
      const offered = stdout.trim().split("\n").map((line) => line.split("\t")[0]!).filter((word) => word !== "");
      assertEquals(offered.sort(), words, typed);
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}));

Deno.test(needing(["zsh", "tmux"], "zsh offers the words that may stand there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/chat.zsh`, shellCompletion("zsh", SUBCOMMANDS));
    await using terminal = await Terminal.start(["zsh", "-f"], { env: { HOME: folder, PS1: "> " } });
    await terminal.type(`autoload -U compinit; compinit -D; source ${folder}/chat.zsh; echo rea""dy`, "Enter");
    await terminal.shows(/^ready/m);
    await terminal.type("clear", "Enter");
    for (const [typed, ...words] of OFFERED.filter(([, ...words]) => words.length > 1)) {
      await terminal.type(`chat ${typed}`, "Tab");
      const screen = await terminal.shows(new RegExp(words.join("\\s+")));
      assertStringIncludes(screen, `chat ${typed.trim()}`);
      await terminal.type("", "C-u", "C-l");
    }
    await terminal.type("chat completions f", "Tab");
    await terminal.shows(/chat completions fish/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}));

Deno.test("the shells that are offered are those that there is a script for", () => {
  assertEquals(SUBCOMMANDS.find(({ name }) => name === "completions")?.operands, SHELLS.join("|"));
});
