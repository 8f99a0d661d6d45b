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
export type Phrase = readonly string[];

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
 * What a person asks for: words apart from each other, or `"in quotes"` one behind the other.
 *
 * @example
 * ```ts
 * import { phrasesOf } from "./words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(phrasesOf('"good morning" all 世界'), [["good", "morning"], ["all"], ["世", "界"]]);
 * ```
 */
export function phrasesOf(query: string): Phrase[] {
  return Array.from(query.matchAll(/"[^"]*"?|[^\s"]+/g), ([part]) => wordsOf(part)).filter((words) => words.length > 0);
}

/**
 * Whether a text may hold words; `false` is certain. Much quicker than to take it apart.
 *
 * @example
 * ```ts
 * import { mayHaveWords } from "./words.ts";
 * import { assert, assertFalse } from "@std/assert";
 *
 * assert(mayHaveWords("The Deployment", ["deploy"]));
 * assertFalse(mayHaveWords("The Deployment", ["部", "署"]));
 * ```
 */
export function mayHaveWords(text: string, words: readonly string[]): boolean {
  if (!ASCII.test(text)) return true;
  const plain = text.toLowerCase();
  return words.every((word) => plain.includes(word));
}

/**
 * Whether all phrases occur among the words, anywhere and in any order.
 *
 * @example
 * ```ts
 * import { hasPhrases, phrasesOf, wordsOf } from "./words.ts";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const words = wordsOf("明天我们在服务器上部署 the new build");
 * assert(hasPhrases(words, phrasesOf("build 服务器")));
 * assertFalse(hasPhrases(words, phrasesOf("务服")));
 * ```
 */
export function hasPhrases(words: readonly string[], phrases: readonly Phrase[]): boolean {
  return phrases.every((phrase) => words.some((_, at) => phrase.every((word, i) => words[at + i] === word)));
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
