/**
 * What the server says it supports (numeric 005), read with the defaults that hold until it does.
 *
 * https://modern.ircdocs.horse/#rplisupport-005
 *
 * @module
 */

import { readIsupport } from "../../protocol/isupport.ts";
import type { ModeTypes } from "../../protocol/mode.ts";

/** The tokens of one server. */
export class Isupport {
  readonly #tokens = new Map<string, string>();

  /** Takes the tokens of one 005 line; `-NAME` takes one back. */
  learn(tokens: readonly string[]): void {
    readIsupport(this.#tokens, tokens);
  }

  has(name: string): boolean {
    return this.#tokens.has(name);
  }
  /** The value of a token, `""` for one without a value. */
  get(name: string): string | undefined {
    return this.#tokens.get(name);
  }
  /** The value of a token as a number, or what holds without it. */
  number(name: string, otherwise: number): number {
    const value = this.#tokens.get(name);
    return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : otherwise;
  }

  get casemapping(): string {
    return this.#tokens.get("CASEMAPPING") ?? "rfc1459";
  }
  get network(): string {
    return this.#tokens.get("NETWORK") ?? "";
  }
  /** First characters of channel names. */
  get channelTypes(): string {
    return this.#tokens.get("CHANTYPES") ?? "#&";
  }
  /** Prefixes of members, highest first, such as `@+`. */
  get prefixes(): string {
    return this.#prefix.symbols;
  }
  /** Prefixes that may stand before a channel to mean only its members of that status. */
  get statusMessagePrefixes(): string {
    return this.#tokens.get("STATUSMSG") ?? "";
  }
  get modes(): ModeTypes {
    const [list = "", always = "", whenSet = "", never = ""] = (this.#tokens.get("CHANMODES") ?? "b,k,l,imnpst").split(
      ",",
    );
    return { list, always, whenSet, never, statuses: this.#prefix.letters };
  }
  /** The member's prefix that a mode letter gives, such as `@` for `o`. */
  prefixOf(letter: string): string | undefined {
    const at = this.#prefix.letters.indexOf(letter);
    return at < 0 ? undefined : this.#prefix.symbols[at];
  }

  get #prefix(): { letters: string; symbols: string } {
    const [, letters = "", symbols = ""] = /^\(([^)]*)\)(.*)$/.exec(this.#tokens.get("PREFIX") ?? "(ov)@+") ?? [];
    return { letters, symbols };
  }
}
