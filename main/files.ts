/**
 * Files that the command line names, and what can be wrong with them, in words.
 *
 * @module
 */

/** What went wrong, in one line for a person: exit code 1. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** The lines of a text file. @throws {Failure} */
export async function readLines(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    throw new Failure(`Cannot read ${file}: ${explain(error)}`);
  }
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The first line of a file that holds a secret. @throws {Failure} */
export async function readSecret(file: string): Promise<string> {
  const [secret] = await readLines(file);
  if (secret === undefined || secret === "") {
    throw new Failure(`Cannot read a password from ${file}: its first line is empty`);
  }
  return secret;
}

/** A system's error in the words of a person. */
export function explain(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "another program listens there; choose another --port";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address; choose another --host";
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not allow it";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotADirectory) return "what should be a folder is a file";
  if (error instanceof Deno.errors.NotCapable) return "the program was started without the permission for it";
  return error instanceof Error ? error.message : String(error);
}
