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
    channels: channelsByUse(screen),
    topic: screen.session.channels.get(screen.current.name)?.topic ?? "",
    commands: SLASH_COMMANDS,
  });
}

/** Channels: the one at hand, those that are open, and those that were spoken of here lately. */
function channelsByUse({ current, buffers, session }: FullScreen): string[] {
  const open = [current, ...buffers].filter((buffer) => buffer.kind === "channel").map((buffer) => buffer.name);
  const known = [...open, ...session.channels.names()];
  const named = current.lines.slice(-RECENT).flatMap(({ text }) => text.match(/(?<![^\s(])[#&][^\s,]+/g) ?? [])
    .map((name) => name.replace(/[.:;!?)]+$/, ""))
    .filter((name) => name.length > 1 && session.isChannel(name));
  return unique([...known, ...named]);
}

function next(screen: FullScreen, completion: OfferedCompletion, step: 1 | -1): void {
  const { from, items } = completion;
  const selected = (completion.selected + step + items.length) % items.length;
  screen.keyboard.activeEditor.replace(from, from + items[completion.selected]!.insert.length, items[selected]!.insert);
  screen.keyboard.completion = { ...completion, selected };
}

/** Nicks of the conversation, who spoke last first; then those whom one speaks with alone, and in no channel everybody. */
function nicksBySpeech({ current, buffers, session }: FullScreen): string[] {
  const members = session.channels.get(current.name)?.members;
  const spoke = current.lines.slice(-RECENT).reverse()
    .filter(({ kind, nick }) => (kind === "message" || kind === "action") && (members?.has(nick) ?? true))
    .map((line) => line.nick);
  const direct = buffers.filter((buffer) => buffer.kind === "direct").map((buffer) => buffer.name);
  const others = members?.names() ?? session.channels.values().flatMap((channel) => channel.members.names());
  const here = current.kind === "direct" ? [current.name] : [];
  return unique([...spoke, ...here, ...others.sort(nameOrder(others)), ...direct]).filter((nick) =>
    !session.isSelf(nick)
  );
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
