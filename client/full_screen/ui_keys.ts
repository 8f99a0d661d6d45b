/**
 * What keys do that do not edit the text: one table, from which the help is made too.
 *
 * @module
 */

import type { Buffer } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import { completeHere } from "./completing.ts";
import { reply } from "./pick_keys.ts";

/** A key, or several that do the same. */
export interface UiKey {
  readonly keys: readonly string[];
  readonly help: string;
  /** Returns `false` if the key means nothing now, so that the text may have it. */
  readonly run: (screen: FullScreen, key: string) => boolean | void;
}

/** What keys do. */
export const UI_KEYS: readonly UiKey[] = [
  { keys: ["Enter"], help: "send", run: enter },
  {
    keys: ["Tab"],
    help: "complete a name, a channel, a command or an :emoji:",
    run: (screen) => completeHere(screen, 1),
  },
  { keys: ["S-Tab"], help: "the completion before", run: (screen) => completeHere(screen, -1) },
  { keys: ["M-a"], help: "next conversation with something new", run: nextUnread },
  { keys: ["M-Left", "C-p"], help: "conversation above", run: (screen) => step(screen, -1) },
  { keys: ["M-Right", "C-n"], help: "conversation below", run: (screen) => step(screen, 1) },
  { keys: [..."1234567890"].map((digit) => `M-${digit}`), help: "conversation of that number", run: numbered },
  {
    keys: ["PageUp"],
    help: "scroll up; older messages are loaded",
    run: (screen) => screen.scrolling.by(screen.scrolling.page),
  },
  { keys: ["PageDown"], help: "scroll down", run: (screen) => screen.scrolling.by(-screen.scrolling.page) },
  { keys: ["End"], help: "when scrolled up: to the newest message", run: toBottom },
  { keys: ["M-PageUp", "C-Up"], help: "scroll up a little", run: (screen) => screen.scrolling.by(3) },
  { keys: ["M-PageDown", "C-Down"], help: "scroll down a little", run: (screen) => screen.scrolling.by(-3) },
  {
    keys: ["M-Up", "M-k"],
    help: "pick a message: reply, react, delete, copy, open",
    run: (screen) => pick(screen, -1),
  },
  { keys: ["M-Down", "M-j"], help: "pick the message below", run: (screen) => pick(screen, 1) },
  { keys: ["Up"], help: "while picking: the message above", run: (screen) => whilePicking(screen, -1) },
  { keys: ["Down"], help: "while picking: the message below", run: (screen) => whilePicking(screen, 1) },
  {
    keys: ["Escape", "C-g"],
    help: "back: from a choice, a list, a reply, from scrolling",
    run: (screen) => void screen.keyboard.escape(),
  },
  { keys: ["F1"], help: "this help", run: (screen) => screen.help("") },
  {
    keys: ["F2"],
    help: "hide the lists at the sides, or show them: then the mouse selects only text",
    run: (screen) => void (screen.bare = !screen.bare),
  },
  { keys: ["C-l"], help: "draw the screen anew", run: (screen) => screen.effects.repaint() },
  { keys: ["C-z"], help: "back to the shell; fg returns", run: suspend },
  { keys: ["C-c"], help: "empty the line; twice, leave", run: interrupt },
];

const ACTIONS = new Map(
  [...UI_KEYS].reverse().flatMap(({ keys, run }) => keys.map((key) => [key, run] as const)),
);

/** Handles a key. Returns whether it meant anything. */
export function pressUiKey(screen: FullScreen, key: string): boolean {
  const action = ACTIONS.get(key);
  return action !== undefined && action(screen, key) !== false;
}

/** With the cursor at the end of the text, where it does nothing else. */
function toBottom({ scrolling, current, keyboard }: FullScreen): boolean {
  const { cursor, text } = keyboard.activeEditor;
  return cursor === text.length && scrolling.toBottom(current);
}

function suspend(screen: FullScreen): void {
  if (!screen.effects.suspend()) screen.hint = "This program may not stop itself here.";
}

function enter(screen: FullScreen): void {
  const { picked } = screen.scrolling;
  if (picked !== undefined && screen.keyboard.question === undefined && screen.keyboard.editor.text === "") {
    return reply(screen, picked);
  }
  screen.keyboard.submit();
}

/** Not while a question is open, which may be about the picked message. */
function pick(screen: FullScreen, direction: -1 | 1): boolean {
  if (screen.keyboard.question !== undefined) return false;
  screen.scrolling.pick(direction);
  return true;
}

function whilePicking(screen: FullScreen, direction: -1 | 1): boolean {
  return screen.scrolling.selected !== undefined && pick(screen, direction);
}

function step(screen: FullScreen, by: -1 | 1): void {
  const { buffers } = screen;
  const at = buffers.indexOf(screen.current) + by;
  screen.go(buffers[(at + buffers.length) % buffers.length]!);
}

function numbered(screen: FullScreen, key: string): void {
  const number = Number(key.at(-1)) || 10;
  const buffer = screen.buffers[number - 1];
  if (buffer !== undefined) screen.go(buffer);
}

/** Highlights first, then what is unread; when there is nothing left, back to where it began. */
function nextUnread(screen: FullScreen): void {
  const others = screen.buffers.filter((buffer) => buffer !== screen.current && screen.notifyOf(buffer) !== "mute");
  const most = (count: (buffer: Buffer) => number) => others.find((buffer) => count(buffer) > 0);
  const next = most((buffer) => buffer.highlights) ?? most((buffer) => buffer.kind === "direct" ? buffer.unread : 0) ??
    most((buffer) => buffer.unread);
  if (next !== undefined) {
    screen.origin ??= screen.current;
    return screen.go(next);
  }
  if (screen.origin !== undefined && screen.buffers.includes(screen.origin)) screen.go(screen.origin);
  else screen.hint = "Nothing is new.";
  screen.origin = undefined;
}

function interrupt(screen: FullScreen): void {
  // What was completed is part of the line.
  screen.keyboard.completion = undefined;
  if (screen.keyboard.escape()) return;
  if (screen.keyboard.editor.text !== "") {
    screen.keyboard.editor.addHistory(screen.keyboard.editor.text);
    return screen.keyboard.editor.clear();
  }
  if (screen.keyboard.leaving) return screen.leave();
  screen.keyboard.leaving = true;
  screen.hint = "Press Ctrl-C again to leave.";
}
