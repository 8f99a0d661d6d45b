/**
 * `chat backup`: a copy of everything as it is at one moment, while the server runs.
 *
 * @module
 */

import { backupHistory } from "../server/store_sqlite_backup.ts";
import type { CommandLine } from "./command_line.ts";
import { dataFolder, readData } from "./data_folder.ts";
import { explain, Failure } from "./files.ts";
import { Progress } from "./progress.ts";
import { formatSize } from "./sizes.ts";

/** Makes a backup. Gives the exit code. */
export async function runBackup(line: CommandLine, print: (line: string) => void): Promise<number> {
  const folder = dataFolder(line);
  const file = line.operands[0]!;
  (await readData(folder)).close();
  const progress = new Progress(Deno.stderr);
  try {
    await backupHistory(folder, file, (share) => progress.show(() => `Copying: ${Math.floor(share * 100)} %`));
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) await Deno.remove(file).catch(() => {});
    throw new Failure(`Cannot write the backup to ${file}: ${whyNot(error)}`);
  } finally {
    progress.end();
  }
  const { size } = await Deno.stat(file);
  print(`${file} has everything that is in ${folder} (${formatSize(size)}).`);
  print("To go back to it, stop the server, and put it in the place of chat.db in an empty folder.");
  return 0;
}

function whyNot(error: unknown): string {
  return error instanceof Deno.errors.AlreadyExists
    ? "there is a file already, which is left as it is"
    : explain(error);
}
