/**
 * Mode strings such as `+o-v ann ben`: the letters there are, and how their changes are read and written.
 *
 * https://modern.ircdocs.horse/#mode-message. Browser compatible. Knows no channels; what a change does is decided where
 * the channel lives.
 *
 * @module
 */

import { byteLength } from "../protocol.ts";

/** Which letters take a parameter, by the four types of `CHANMODES`, and the statuses of `PREFIX`. */
export interface ModeTypes {
  /** A: lists; a parameter adds to or removes from the list, without one the list is asked for. */
  list: string;
  /** B: always with a parameter. */
  always: string;
  /** C: with a parameter when set, without when unset. */
  whenSet: string;
  /** D: never with a parameter. */
  never: string;
  /** Statuses of members, highest first; always with a nick. */
  statuses: string;
}

/** One letter of a mode string. */
export interface ModeChange {
  readonly add: boolean;
  readonly letter: string;
  readonly param?: string;
}

/**
 * Reads a mode string and its parameters. Letters that no type knows come back without a parameter, for the caller to
 * refuse by name; of type A a letter without a parameter left asks for the list.
 *
 * @example
 * ```ts
 * import { parseModes } from "./mode.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const types = { list: "b", always: "k", whenSet: "l", never: "imnst", statuses: "ov" };
 * assertEquals(parseModes(["+o-v", "ann", "ben"], types), [
 *   { add: true, letter: "o", param: "ann" },
 *   { add: false, letter: "v", param: "ben" },
 * ]);
 * ```
 */
export function parseModes(params: readonly string[], types: ModeTypes): ModeChange[] {
  const changes: ModeChange[] = [];
  let next = 1;
  let add = true;
  for (const letter of params[0] ?? "") {
    if (letter === "+" || letter === "-") {
      add = letter === "+";
      continue;
    }
    const param = takesParam(letter, add, types) ? params[next++] : undefined;
    changes.push({ add, letter, ...(param !== undefined && { param }) });
  }
  return changes;
}

/**
 * Writes changes as the parameters of a MODE message.
 *
 * @example
 * ```ts
 * import { formatModes } from "./mode.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   formatModes([{ add: true, letter: "o", param: "ann" }, { add: true, letter: "n" }, { add: false, letter: "i" }]),
 *   ["+on-i", "ann"],
 * );
 * ```
 */
export function formatModes(changes: readonly ModeChange[]): string[] {
  let text = "";
  let sign = "";
  const params: string[] = [];
  for (const { add, letter, param } of changes) {
    const wanted = add ? "+" : "-";
    if (wanted !== sign) text += sign = wanted;
    text += letter;
    if (param !== undefined) params.push(param);
  }
  return [text, ...params];
}

/**
 * Changes in groups, each of which takes at most so many bytes as the parameters of one MODE message.
 *
 * @example
 * ```ts
 * import { groupModes } from "./mode.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bans = ["a!*@*", "b!*@*"].map((param) => ({ add: true, letter: "b", param }));
 * assertEquals(groupModes(bans, 510), [bans]);
 * assertEquals(groupModes(bans, 10), bans.map((ban) => [ban]));
 * ```
 */
export function groupModes(changes: readonly ModeChange[], room: number): ModeChange[][] {
  const groups: ModeChange[][] = [[]];
  let bytes = 0;
  for (const change of changes) {
    // A sign, a letter, and the space and colon before a parameter.
    const size = 2 + (change.param === undefined ? 0 : byteLength(change.param) + 2);
    if (bytes + size > room && bytes > 0) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(change);
    bytes += size;
  }
  return groups;
}

/** Whether a letter is followed by a parameter. */
export function takesParam(letter: string, add: boolean, types: ModeTypes): boolean {
  return types.list.includes(letter) || types.always.includes(letter) || types.statuses.includes(letter) ||
    (add && types.whenSet.includes(letter));
}
