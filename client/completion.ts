/**
 * Completion: what the word before the cursor may become.
 *
 * Pure. Who calls it shows the list and puts the chosen one into the text.
 *
 * @module
 */

import { EMOJI } from "./emoji.ts";
import { kindsAt } from "./slash_commands/usage.ts";

/** What there is to complete from. */
export interface CompletionSources {
  /** Nicks, the likeliest first. */
  readonly nicks: readonly string[];
  readonly channels: readonly string[];
  /** What the channel at hand is about. */
  readonly topic?: string;
  /** The rows of the slash commands' own table. */
  readonly commands: readonly CompletableSlashCommand[];
}

/** A slash command. What is completed behind it follows from its usage. */
export interface CompletableSlashCommand {
  /** Without the slash. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly usage: string;
}

/** What a word may become. */
export interface Completion {
  /** Where the word begins and ends, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly CompletionItem[];
}

/** One thing that a word may become. */
export interface CompletionItem {
  /** What is put into the text. */
  readonly insert: string;
  /** What the list shows. */
  readonly label: string;
}

/** Most items of a list; nobody reads more. */
const MAX_ITEMS = 50;

/**
 * What the word before the cursor may become; `undefined` if nothing fits.
 *
 * @example
 * ```ts
 * import { complete } from "./completion.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const commands = [{ name: "join", usage: "CHANNEL [KEY]" }];
 * const sources = { nicks: ["ann", "anton"], channels: ["#lobby"], commands };
 * assertEquals(complete("an", 2, sources)?.items.map((item) => item.insert), ["ann: ", "anton: "]);
 * assertEquals(complete("/join ", 6, sources)?.items.map((item) => item.insert), ["#lobby "]);
 * assertEquals(complete("hi :tad", 7, sources)?.items, [{ insert: "🎉", label: "🎉 tada" }]);
 * ```
 */
export function complete(text: string, cursor: number, sources: CompletionSources): Completion | undefined {
  const word = /\S*$/.exec(text.slice(0, cursor))?.[0] ?? "";
  const from = cursor - word.length;
  const found = itemsFor(word, from === 0, text.slice(0, cursor), sources).slice(0, MAX_ITEMS);
  // In the middle of a text the space may be there already.
  const items = text[cursor] === " " ? found.map((item) => ({ ...item, insert: item.insert.trimEnd() })) : found;
  return items.length === 0 ? undefined : { from, to: cursor, items };
}

/**
 * Emoji that a name being typed may become, with or without its colon; all of them for an empty one.
 *
 * @example
 * ```ts
 * import { completeEmoji } from "./completion.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(completeEmoji("tad", 3)?.items, [{ insert: "🎉", label: "🎉 tada" }]);
 * assertEquals(completeEmoji(":tad", 4)?.items, [{ insert: "🎉", label: "🎉 tada" }]);
 * ```
 */
export function completeEmoji(text: string, cursor: number): Completion | undefined {
  const items = emojiItems(text.slice(0, cursor).trim().replace(/^:/, "")).slice(0, MAX_ITEMS);
  return items.length === 0 ? undefined : { from: 0, to: cursor, items };
}

function emojiItems(start: string): CompletionItem[] {
  // The plain ones have short names: heart before headphones.
  const names = begins([...EMOJI.keys()], start).sort((a, b) => a.length - b.length);
  return names.map((name) => ({
    insert: EMOJI.get(name)!,
    label: `${EMOJI.get(name)!} ${name}`,
  }));
}

function itemsFor(word: string, first: boolean, text: string, sources: CompletionSources): CompletionItem[] {
  if (first && word.startsWith("/")) {
    return begins(commandNames(sources), word.slice(1)).map((name) => ({ insert: `/${name} `, label: `/${name}` }));
  }
  const kinds = first ? [] : kindsOf(text, sources);
  // What is few comes before what is many.
  const ordered = [...kinds.filter((kind) => !MANY.has(kind)), ...kinds.filter((kind) => MANY.has(kind))];
  const items = ordered.flatMap((kind) => itemsOfKind(kind, word, sources));
  if (items.length > 0) return items.filter(({ insert }, i) => items.findIndex((item) => item.insert === insert) === i);
  if (/^:[+\-\w]+$/.test(word)) return emojiItems(word.slice(1));
  if (/^[#&]/.test(word)) return begins(sources.channels, word).map(asWord);
  if (word === "" && text.trim() !== "") return [];
  // At the beginning of a message a nick is whom it is for.
  const at = word.startsWith("@") ? "@" : "";
  const suffix = first ? ": " : " ";
  return begins(sources.nicks, word.slice(at.length)).map((nick) => ({ insert: `${at}${nick}${suffix}`, label: nick }));
}

const MANY: ReadonlySet<string> = new Set(["NICK", "CHANNEL", "TARGET"]);

/** What a slash command has in the place of the last word of a text; nothing where the text is none. */
function kindsOf(text: string, { commands }: CompletionSources): string[] {
  const [, name, rest] = /^\/([^\s/]+)\s+([^]*)$/.exec(text) ?? [];
  if (name === undefined || rest === undefined) return [];
  const command = commands.find((known) => [known.name, ...known.aliases ?? []].includes(name.toLowerCase()));
  return command === undefined ? [] : kindsAt(command.usage, rest.split(/\s+/).length - 1);
}

function itemsOfKind(kind: string, word: string, sources: CompletionSources): CompletionItem[] {
  // Such as from:NICK.
  const [, prefix, inner] = /^([a-z]+:)#?([A-Z]+)$/.exec(kind) ?? [];
  if (prefix !== undefined && inner !== undefined) {
    if (!word.startsWith(prefix)) return begins([prefix], word).map((name) => ({ insert: name, label: name }));
    return itemsOfKind(inner, word.slice(prefix.length), sources)
      .map(({ insert, label }) => ({ insert: prefix + insert, label }));
  }
  switch (kind) {
    case "NICK":
      return begins(sources.nicks, word).map(asWord);
    case "CHANNEL":
      return begins(sources.channels, word).map(asWord);
    case "TARGET":
      return begins([...sources.nicks, ...sources.channels], word).map(asWord);
    case "COMMAND":
      return begins(commandNames(sources), word.replace(/^\//, "")).map(asWord);
    case "EMOJI":
      return emojiItems(word.replace(/^:/, ""));
    case "TOPIC":
      return begins(sources.topic ? [sources.topic] : [], word).map((topic) => ({ insert: topic, label: topic }));
    default:
      return /^[a-z]/.test(kind) ? begins([kind], word).map(asWord) : [];
  }
}

function commandNames({ commands }: CompletionSources): string[] {
  return commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
}

function asWord(name: string): CompletionItem {
  return { insert: `${name} `, label: name };
}

function begins(names: readonly string[], start: string): string[] {
  const lower = start.toLowerCase();
  return names.filter((name) => name.toLowerCase().startsWith(lower));
}
