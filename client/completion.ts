/**
 * Completion: what the word before the cursor may become.
 *
 * Pure. Who calls it shows the list and puts the chosen one into the text.
 *
 * @module
 */

import { EMOJI } from "./emoji.ts";

/** What there is to complete from. */
export interface CompletionSources {
  /** Nicks, the likeliest first. */
  readonly nicks: readonly string[];
  readonly channels: readonly string[];
  /** Names of slash commands without their slash. */
  readonly commands: readonly string[];
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
 * const sources = { nicks: ["ann", "anton"], channels: ["#lobby"], commands: ["join"] };
 * assertEquals(complete("an", 2, sources)?.items.map((item) => item.insert), ["ann: ", "anton: "]);
 * assertEquals(complete("hi :tad", 7, sources)?.items, [{ insert: "🎉", label: "🎉 tada" }]);
 * ```
 */
export function complete(text: string, cursor: number, sources: CompletionSources): Completion | undefined {
  const word = /\S*$/.exec(text.slice(0, cursor))?.[0] ?? "";
  const from = cursor - word.length;
  const found = itemsFor(word, from === 0, text, sources).slice(0, MAX_ITEMS);
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
  return begins([...EMOJI.keys()], start).map((name) => ({
    insert: EMOJI.get(name)!,
    label: `${EMOJI.get(name)!} ${name}`,
  }));
}

function itemsFor(word: string, first: boolean, text: string, sources: CompletionSources): CompletionItem[] {
  if (first && word.startsWith("/")) {
    return begins(sources.commands, word.slice(1)).map((name) => ({ insert: `/${name} `, label: `/${name}` }));
  }
  if (/^:[+\-\w]+$/.test(word)) return emojiItems(word.slice(1));
  if (/^[#&]/.test(word)) return begins(sources.channels, word).map((name) => ({ insert: `${name} `, label: name }));
  if (word === "" && text.trim() !== "" && !text.startsWith("/")) return [];
  // At the beginning of a message a nick is whom it is for.
  const at = word.startsWith("@") ? "@" : "";
  const suffix = first ? ": " : " ";
  return begins(sources.nicks, word.slice(at.length)).map((nick) => ({ insert: `${at}${nick}${suffix}`, label: nick }));
}

function begins(names: readonly string[], start: string): string[] {
  const lower = start.toLowerCase();
  return names.filter((name) => name.toLowerCase().startsWith(lower));
}
