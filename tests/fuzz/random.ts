/**
 * Chance that can be repeated: one seed, one run.
 *
 * @module
 */

/** A stream of chance from a seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to and without 1. */
  next(): number {
    // Mulberry32: small, and good enough to shake a server.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from 0 up to and without `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** Whether something happens that happens `share` of the time. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  /** So many of them, perhaps the same again. */
  some<T>(from: readonly T[], most: number): T[] {
    return Array.from({ length: 1 + this.below(most) }, () => this.pick(from));
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

/** First characters of Unicode's blocks, and those that have made programs stumble. */
const STARTS = [
  ...Array.from({ length: 0x330 }, (_, i) => i * 0x100).filter((code) => code < 0xd800 || code > 0xdfff),
  ...[0x00, 0x01, 0x07, 0x0b, 0x1b, 0x7f, 0x85, 0xa0, 0xad, 0x130, 0x131, 0x1e9e, 0x2028, 0x202e, 0x200b, 0x200d],
  ...[0xfe0f, 0xfeff, 0xfffd, 0xffff, 0x1f468, 0xe0001, 0xf0000, 0x10ffff],
];

/** A character of any block. */
export function anyCharacter(random: Random): string {
  return String.fromCodePoint(Math.min(random.pick(STARTS) + random.below(4), 0x10ffff));
}

/** A text of any blocks, without line endings. */
export function anyText(random: Random, most: number): string {
  const text = Array.from({ length: random.below(most) }, () => {
    return random.chance(0.6) ? random.pick([..."abc xyz019:,#@!*?-_[]{}|^`\x01\x02\x03\x0f"]) : anyCharacter(random);
  }).join("");
  return text.replace(/[\r\n\0]/g, "").toWellFormed();
}

/** A text with a few characters changed. */
export function mutate(random: Random, text: string): string {
  const letters = [...text];
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(letters.length + 1);
    if (random.chance(0.4)) letters.splice(at, 1);
    else if (random.chance(0.3)) letters.splice(at, 0, ...letters.slice(0, random.below(200)));
    else letters.splice(at, random.below(2), anyCharacter(random));
  }
  return letters.join("").replace(/[\r\n]/g, " ");
}
