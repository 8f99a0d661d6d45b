/**
 * `chat export`: the history of a channel as text or JSON, a line a message, while the server runs.
 *
 * @module
 */

import { casefold } from "../protocol/casemapping.ts";
import { formatMsgid, idTime, timeId } from "../server/clock.ts";
import { harmless, plainText } from "../server/plain_text.ts";
import type { Entry, MessageId, Store } from "../server/store.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { dataFolder, readData } from "./data_folder.ts";
import { Failure } from "./files.ts";
import { parseDate } from "./history_options.ts";
import { Progress } from "./progress.ts";

/** Entries that are read at once. */
const PAGE = 1000;

/** Where an export goes. */
interface Sink {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
}

/** Exports a channel to stdout. Gives the exit code. */
export async function runExport(line: CommandLine): Promise<number> {
  const channel = line.values.get("channel")?.[0];
  const since = line.values.get("since")?.[0];
  if (channel === undefined) throw new UsageError("Say which channel: chat export --channel '#lobby'");
  const format = line.switches.has("json") ? asJson : asText;
  const store = await readData(dataFolder(line));
  const progress = new Progress(Deno.stderr);
  let count = 0;
  try {
    for (const entries of pages(store, casefold(channel), since === undefined ? 0 : timeId(parseDate(since)!) - 1)) {
      count += entries.length;
      if (!await writeAll(Deno.stdout, entries.map(format).join(""))) return 1;
      progress.show(() => `${count} messages, up to ${isoTime(entries.at(-1)!)}`);
    }
  } finally {
    progress.end();
    store.close();
  }
  if (count === 0) throw new Failure(`There is nothing of ${channel}${since === undefined ? "" : ` since ${since}`}`);
  return 0;
}

function* pages(store: Store, target: string, after: MessageId): Iterable<Entry[]> {
  for (let last = after;;) {
    const entries = store.history(target, { after: last, from: "oldest", limit: PAGE, events: true });
    if (entries.length === 0) return;
    yield entries;
    last = entries.at(-1)!.id;
  }
}

function asText(entry: Entry): string {
  const { message, lines = [], redacted } = entry;
  const text = redacted ? `* A message of ${harmless(nickOf(entry))} was deleted` : plainText(message);
  if (text === "") return "";
  const more = lines.map(({ text, concat }) => (concat ? "" : "\n  ") + harmless(text));
  return `${isoTime(entry)} ${text}${more.join("")}\n`;
}

function asJson(entry: Entry): string {
  const { id, message, lines, redacted } = entry;
  const { tags, source, command, params } = message;
  const text = lines?.reduce((all, { text, concat }) => all + (concat ? "" : "\n") + text, params.at(-1) ?? "");
  return JSON.stringify({
    time: isoTime(entry),
    msgid: formatMsgid(id),
    from: nickOf(entry),
    source,
    command,
    params: text === undefined ? params : [...params.slice(0, -1), text],
    ...(tags !== undefined && { tags: Object.fromEntries(tags) }),
    ...(redacted && { redacted }),
  }) + "\n";
}

function nickOf({ message }: Entry): string {
  return message.source?.split("!", 1)[0] ?? "";
}

function isoTime({ id }: Entry): string {
  return new Date(idTime(id)).toISOString();
}

/** `false`: nobody reads any more. */
async function writeAll(sink: Sink, text: string): Promise<boolean> {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += await sink.write(bytes.subarray(at));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}
