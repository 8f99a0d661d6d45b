/**
 * `chat hash-password`: reads a password and prints its hash, for a file of operators.
 *
 * @module
 */

import { hashPassword, passwordProblem } from "../server/password.ts";
import { Failure } from "./files.ts";

/** Reads a password from stdin and prints its hash. Gives the exit code. */
export async function runHashPassword(print: (line: string) => void): Promise<number> {
  const password = await readPassword();
  const problem = passwordProblem(password);
  if (problem !== undefined) throw new Failure(problem);
  print(await hashPassword(password));
  return 0;
}

async function readPassword(): Promise<string> {
  if (!Deno.stdin.isTerminal()) {
    const text = await new Response(Deno.stdin.readable).text();
    return text.split(/\r?\n/, 1)[0]!;
  }
  say("Password: ");
  Deno.stdin.setRaw(true, { cbreak: true });
  try {
    return await readHidden();
  } finally {
    Deno.stdin.setRaw(false);
    say("\n");
  }
}

/** What is typed up to Enter, which is not shown; Backspace takes a character back. */
async function readHidden(): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(256);
  let typed: string[] = [];
  for (let read; (read = await Deno.stdin.read(buffer)) !== null;) {
    for (const key of decoder.decode(buffer.subarray(0, read), { stream: true })) {
      if (key === "\r" || key === "\n") return typed.join("");
      if (key === "\x7f" || key === "\b") typed = typed.slice(0, -1);
      else typed.push(key);
    }
  }
  return typed.join("");
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
