/**
 * Reactions to one message. Pages of history bring them in any order, the newest page first, so of what one person said with
 * one emoji the newest word counts, whenever it comes.
 *
 * @module
 */

import type { HistoryEvent, ReactionEvent } from "../session/events.ts";

/** Nicks by emoji. */
export type Reactions = ReadonlyMap<string, ReadonlySet<string>>;

/** What nearly every line has of them: a map of its own would be a third of what is kept of a message. */
export const NO_REACTIONS: Reactions = new Map();

/** Kinds of reactions to one message, and people who gave the same one; nobody can look at more. */
const MAX_REACTIONS = 50;
const MAX_REACTORS = 500;

/** That somebody put an emoji to a message, or took it back. */
export type Word = Pick<ReactionEvent, "nick" | "emoji" | "add" | "time">;

/** The reactions after one more word. */
export function withWord(reactions: Reactions, { nick, emoji, add }: Word): Reactions {
  const before = reactions.get(emoji);
  if (add && before === undefined && reactions.size >= MAX_REACTIONS) return reactions;
  if ((before?.has(nick) ?? false) === add) return reactions;
  if (add && before !== undefined && before.size >= MAX_REACTORS) return reactions;
  const nicks = new Set(before);
  if (add) nicks.add(nick);
  else nicks.delete(nick);
  const after = new Map(reactions).set(emoji, nicks);
  if (nicks.size === 0) after.delete(emoji);
  return after;
}

/** Of a page that is older than what is known: without reactions that a later line of it takes back or repeats. */
export function lastWords(events: readonly HistoryEvent[]): HistoryEvent[] {
  const seen = new Set<string>();
  const isLast = (event: HistoryEvent) => {
    if (event.type !== "reaction") return true;
    const key = `${event.id} ${keyOf(event)}`;
    return !seen.has(key) && seen.add(key).size > 0;
  };
  return events.toReversed().filter(isLast).reverse();
}

function keyOf({ nick, emoji }: Word): string {
  return `${nick} ${emoji}`;
}

/** The newest word of each person with each emoji, about one message. */
export class Words {
  readonly #newest = new Map<string, Word>();

  /**
   * Keeps a word, if there are fewer than `most`: of those beyond it is not known whether they are the newest.
   *
   * @param options `older`: it comes of a page that is older than what is known, which decides where the times are the same.
   * @returns Whether it is the newest.
   */
  take(word: Word, { older, most }: { older: boolean; most: number }): boolean {
    const key = keyOf(word);
    const { nick, emoji, add, time } = word;
    const known = this.#newest.get(key);
    if (known !== undefined && (known.time > time || (older && known.time === time))) return false;
    if (known !== undefined || this.#newest.size < most) {
      this.#newest.set(key, { nick: own(nick), emoji: own(emoji), add, time });
    }
    return true;
  }

  /** What all of them come to. */
  reactions(): Reactions {
    return [...this.#newest.values()].sort((a, b) => a.time - b.time).reduce(withWord, NO_REACTIONS);
  }
}

/** A copy for keeping: what was cut out of a text that arrived would hold all that arrived with it in memory. */
export function own(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
