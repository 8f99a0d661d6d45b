/**
 * Tab: what the word before the cursor may become here.
 *
 * @module
 */

import { complete, completeEmoji, type Completion } from "../completion.ts";
import type { FullScreen } from "../full_screen.ts";
import { nameOrder } from "../session/names.ts";
import { SLASH_COMMANDS } from "../slash_commands.ts";

/** What was offered, and which of it stands in the text now. */
export type OfferedCompletion = Completion & { readonly selected: number };

/** How many of the last lines tell who spoke lately. */
const RECENT = 300;

/** Completes the word before the cursor, or goes on to what else it may become. */
export function completeHere(screen: FullScreen, step: 1 | -1): void {
  const { completion, activeEditor: editor, question } = screen.keyboard;
  if (completion !== undefined) return next(screen, completion, step);
  const found = question === undefined
    ? completeMessage(screen)
    : question.emoji
    ? completeEmoji(editor.text, editor.cursor)
    : undefined;
  if (found === undefined) return;
  editor.replace(found.from, found.to, found.items[0]!.insert);
  if (found.items.length > 1) screen.keyboard.completion = { ...found, selected: 0 };
}

function completeMessage(screen: FullScreen): Completion | undefined {
  const { text, cursor } = screen.keyboard.editor;
  return complete(text, cursor, {
    nicks: nicksBySpeech(screen),
    channels: unique([...screen.session.channels.names(), ...screen.buffers.map((buffer) => buffer.name)]),
    commands: SLASH_COMMANDS.flatMap((command) => [command.name, ...command.aliases ?? []]),
  });
}

function next(screen: FullScreen, completion: OfferedCompletion, step: 1 | -1): void {
  const { from, items } = completion;
  const selected = (completion.selected + step + items.length) % items.length;
  screen.keyboard.activeEditor.replace(from, from + items[completion.selected]!.insert.length, items[selected]!.insert);
  screen.keyboard.completion = { ...completion, selected };
}

/** Nicks of the conversation: who spoke last comes first. */
function nicksBySpeech({ current, session }: FullScreen): string[] {
  const members = session.channels.get(current.name)?.members;
  const spoke = current.lines.slice(-RECENT).reverse()
    .filter(({ kind, nick }) => (kind === "message" || kind === "action") && (members?.has(nick) ?? true))
    .map((line) => line.nick);
  const others = members?.names() ?? (current.kind === "direct" ? [current.name] : []);
  return unique([...spoke, ...others.sort(nameOrder(others))]).filter((nick) => !session.isSelf(nick));
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
