/**
 * Lists that lie over the messages, and the help. What a search found is in `searching.ts`.
 *
 * @module
 */

import type { FullScreen } from "../full_screen.ts";
import { type KeyEvent, keyLabel } from "../keys.ts";
import { EDITOR_KEYS } from "../line_editor.ts";
import { findSlashCommand, SLASH_COMMANDS, type SlashCommand } from "../slash_commands.ts";
import { DIM, type Span, span } from "../style.ts";
import { pad, wrap } from "../text.ts";
import { PICK_KEYS } from "./pick_keys.ts";
import { UI_KEYS } from "./ui_keys.ts";

/** A list that lies over the messages. */
export interface Panel {
  readonly title: string;
  readonly rows: Span[][];
  top: number;
  /** The picked row, in lists from which one is chosen. */
  selected?: number;
  /** What Enter does to the picked row. */
  readonly choose?: (row: number) => void;
  /** Whoever is at the last row wants more. */
  more?: (() => void) | undefined;
}

/** Every key and command, or one command. Made from the tables that implement them. */
export function helpPanel(about: string, columns: number): Panel {
  const command = findSlashCommand(about.replace(/^\//, ""));
  const help = command === undefined ? allHelp() : commandHelp(command);
  const rows = help.flatMap((row) => typeof row === "string" ? [heading(row)] : helpRows(row, columns - 1));
  return { title: "help: arrows scroll, Esc goes back", rows, top: 0 };
}

/** A heading, or what something is called and what it does. */
type Help = string | readonly [string, string];

function allHelp(): Help[] {
  const keys = (table: readonly { keys: readonly string[]; help: string }[]) =>
    table.map(({ keys, help }): Help => [shortKeys(keys), help]);
  return [
    "Keys",
    ...keys(UI_KEYS),
    ["the mouse", "its wheel scrolls; select and copy as everywhere (F2 hides the lists)"],
    "A picked message (Alt-Up)",
    ...keys(PICK_KEYS),
    "Editing",
    ...keys(EDITOR_KEYS),
    "Commands",
    ...SLASH_COMMANDS.map(({ name, usage, help }): Help => [`/${name} ${usage}`, help]),
    "Signs",
    ["@ann", "keeps order here: may remove people, set the topic, let in and keep out"],
    ["+ann", "may speak where only some may"],
    ["2, !2", "so many new messages; so many that mean you"],
    ["delay", "how long the server takes to answer"],
    "Writing",
    ["*bold* _italic_", "and ~struck~ and `code` look like it; the marks stay"],
    ["//text", "says /text"],
  ];
}

function commandHelp({ name, usage, help, aliases = [] }: SlashCommand): Help[] {
  const rows: Help[] = [[`/${name} ${usage}`, help]];
  if (aliases.length > 0) rows.push(["", `also ${aliases.map((alias) => `/${alias}`).join(", ")}`]);
  return rows;
}

function shortKeys(keys: readonly string[]): string {
  return keys.length > 4 ? `${keyLabel(keys[0]!)} to ${keyLabel(keys.at(-1)!)}` : keys.map(keyLabel).join(", ");
}

function heading(text: string): Span[] {
  return [span(` ${text}`, { bold: true })];
}

/** Columns of what something is called, and those of the least that may stand beside it. */
const NAME_COLUMNS = 27;
const HELP_COLUMNS = 20;

/** Two columns where there is room, else one below the other. */
function helpRows([left, right]: readonly [string, string], columns: number): Span[][] {
  const beside = left.length < NAME_COLUMNS - 3 && columns >= NAME_COLUMNS + HELP_COLUMNS;
  const indent = columns >= NAME_COLUMNS + HELP_COLUMNS ? NAME_COLUMNS : 5;
  const what = wrap([span(right, DIM)], columns - indent).map((row) => [span(" ".repeat(indent)), ...row]);
  if (beside) return [[span(pad(`   ${left}`, indent)), ...what[0]!.slice(1)], ...what.slice(1)];
  return [...wrap([span(left)], columns - 3).map((row) => [span("   "), ...row]), ...what];
}

/** Whether a text is the key for help, which input methods of Chinese and Japanese make wide. */
export function isHelpKey(text: string): boolean {
  return text === "?" || text === "？";
}

/** Handles what a person did while a panel is open. Returns whether that was for the panel. */
export function panelKey(screen: FullScreen, panel: Panel, event: KeyEvent): boolean {
  if (event.type !== "key") {
    if (event.type === "text" && event.text === "q") {
      screen.panel = undefined;
      return true;
    }
    // Whoever goes on typing wants to talk.
    screen.panel = undefined;
    if (event.type !== "text" || !isHelpKey(event.text)) return false;
    screen.keyboard.editor.insert(event.text);
    return true;
  }
  const { page } = screen.scrolling;
  switch (event.key) {
    case "Up":
      move(panel, -1, page);
      return true;
    case "Down":
      move(panel, 1, page);
      return true;
    case "PageUp":
      move(panel, -page, page);
      return true;
    case "PageDown":
      move(panel, page, page);
      return true;
    case "Home":
      move(panel, -Infinity, page);
      return true;
    case "End":
      move(panel, Infinity, page);
      return true;
    case "Enter":
      screen.panel = undefined;
      if (panel.selected !== undefined) panel.choose?.(panel.selected);
      return true;
    default:
      return false;
  }
}

/** The wheel was turned up, or down, some rows: moves what is seen. */
export function turnWheel(screen: FullScreen, rows: number): void {
  if (screen.panel === undefined) screen.scrolling.by(rows);
  else move(screen.panel, -rows, screen.scrolling.page);
}

function move(panel: Panel, by: number, page: number): void {
  const last = panel.rows.length - 1;
  if (panel.selected === undefined) {
    panel.top = Math.max(0, Math.min(panel.top + by, last - page + 1));
    return;
  }
  panel.selected = Math.max(0, Math.min(panel.selected + by, last));
  panel.top = Math.max(panel.selected - page + 1, Math.min(panel.top, panel.selected));
  if (by > 0 && panel.selected === last) panel.more?.();
}
