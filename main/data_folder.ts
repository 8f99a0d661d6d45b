/**
 * The folder of a server's data, for the tools that read it beside the server.
 *
 * @module
 */

import { join } from "node:path";
import { SqliteStore, STORE_FILE } from "../server/store_sqlite.ts";
import type { CommandLine } from "./command_line.ts";
import { explain, Failure } from "./files.ts";
import { defaultData } from "./serve.ts";

/** The folder that `--data` names, or the one that `chat serve` takes by itself. */
export function dataFolder({ values }: CommandLine): string {
  return values.get("data")?.[0] ?? defaultData();
}

/** Whether a file is there. */
export async function exists(file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The same, for whoever cannot go on without knowing. @throws {Failure} */
export function isThere(file: string): Promise<boolean> {
  return exists(file).catch((error) => {
    throw new Failure(`Cannot look at ${file}: ${explain(error)}`, { cause: error });
  });
}

/** Opens what a server has kept, for reading; the server may run meanwhile. @throws {Failure} */
export async function readData(folder: string): Promise<SqliteStore> {
  if (!await isThere(join(folder, STORE_FILE))) {
    throw new Failure(`There is no history in ${folder}; name the folder of the server with --data`);
  }
  try {
    return new SqliteStore(folder, { readOnly: true });
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error(String(error));
    throw new Failure(message, { cause });
  }
}
