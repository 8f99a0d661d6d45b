/**
 * The words of a text, as search sees them: without case, accents and width, one way for every script.
 *
 * Scripts that write without spaces between words (Chinese, Japanese, Thai, ...) are taken apart into characters, so that
 * a word inside a sentence is found as the run of its characters; emoji count as words too. The in-memory search and the
 * full-text index use the same words, so both find the same.
 *
 * @module
 */

/** Words that occur one directly behind the other. */
export interface Phrase {
  readonly words: readonly string[];
  /** The last word may go on: `deploy*` finds "deployed". */
  readonly prefix: boolean;
}

/**
 * Takes a text apart.
 *
 * @example
 * ```ts
 * import { wordsOf } from "./words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(wordsOf("The Café, v2!"), ["the", "cafe", "v2"]);
 * assertEquals(wordsOf("我们在ｔｅｓｔ🎉"), ["我", "们", "在", "test", "🎉"]);
 * ```
 */
export function wordsOf(text: string): string[] {
  return (ASCII.test(text) ? text.toLowerCase().match(ASCII_WORD) : plain(text).match(WORD)) ?? [];
}

/**
 * What a person asks for: words apart from each other, or `"in quotes"` one behind the other; a `*` behind a word finds
 * what begins with it.
 *
 * @example
 * ```ts
 * import { phrasesOf } from "./words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(phrasesOf('"good morning" deploy* 世界'), [
 *   { words: ["good", "morning"], prefix: false },
 *   { words: ["deploy"], prefix: true },
 *   { words: ["世", "界"], prefix: false },
 * ]);
 * ```
 */
export function phrasesOf(query: string): Phrase[] {
  const phrases: Phrase[] = [];
  for (const [part] of query.matchAll(/"[^"]*"?|[^\s"]+/g)) {
    const words = wordsOf(part);
    if (words.length > 0) phrases.push({ words, prefix: part.endsWith("*") });
  }
  return phrases;
}

/**
 * Whether all phrases occur among the words, anywhere and in any order.
 *
 * @example
 * ```ts
 * import { hasPhrases, phrasesOf, wordsOf } from "./words.ts";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const words = wordsOf("明天我们在服务器上部署 deployment");
 * assert(hasPhrases(words, phrasesOf("deploy* 服务器")));
 * assertFalse(hasPhrases(words, phrasesOf("务服")));
 * ```
 */
export function hasPhrases(words: readonly string[], phrases: readonly Phrase[]): boolean {
  return phrases.every((phrase) => words.some((_, at) => beginsAt(words, at, phrase)));
}

function beginsAt(words: readonly string[], at: number, { words: wanted, prefix }: Phrase): boolean {
  const last = wanted.length - 1;
  return wanted.every((word, i) => {
    const found = words[at + i];
    return found === word || (prefix && i === last && found?.startsWith(word) === true);
  });
}

function plain(text: string): string {
  return text.toLowerCase().normalize("NFKD").replace(ACCENT, "").normalize("NFKC");
}

const ASCII = /^\p{ASCII}*$/u;
const ASCII_WORD = /[a-z0-9]+/g;
// Combining diacritical marks, and the selectors that only say whether a symbol is drawn in colour.
const ACCENT = /[\u0300-\u036f\ufe0e\ufe0f]/g;
const SPACELESS = ["Han", "Hira", "Kana", "Hang", "Thai", "Laoo", "Khmr", "Mymr"].map((s) => `\\p{scx=${s}}`).join("");
const LETTER = "\\p{L}\\p{N}\\p{M}";
const WORD = new RegExp(
  `[[${SPACELESS}]&&[${LETTER}]]|\\p{Extended_Pictographic}|[[${LETTER}]--[${SPACELESS}]]+`,
  "gv",
);
