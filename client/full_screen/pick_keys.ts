/**
 * What can be done to a message that was picked: one table for the keys, the hint and the help.
 *
 * @module
 */

import type { Line } from "../buffer.ts";
import { readEmoji } from "../emoji.ts";
import { findLinks } from "../formatting.ts";
import type { FullScreen } from "../full_screen.ts";
import { lookAround } from "./catch_up.ts";
import { stripFormatting } from "../sanitize.ts";
import { noConnection } from "../slash_commands.ts";
import { fit, graphemes } from "../text.ts";

/** A key that does something to the picked message. */
export interface PickKey {
  readonly keys: readonly string[];
  readonly help: string;
  /** Whether it can be done to this message, and so is offered. Who presses it all the same is told why not. */
  readonly suits?: (screen: FullScreen, line: Line) => boolean;
  readonly run: (screen: FullScreen, line: Line) => void;
}

/** What can be done. */
export const PICK_KEYS: readonly PickKey[] = [
  { keys: ["r"], help: "reply", suits: (_screen, line) => line.id !== undefined, run: reply },
  { keys: ["e", "+"], help: "react", suits: mayReact, run: (screen, line) => void react(screen, line) },
  { keys: ["s"], help: "send again", suits: (_screen, line) => isLost(line), run: again },
  { keys: ["d"], help: "delete", suits: mayDelete, run: (screen, line) => void remove(screen, line) },
  { keys: ["c", "y"], help: "copy", run: copy },
  { keys: ["g"], help: "go to what it answers", suits: (_screen, line) => line.reply !== undefined, run: goToAnswered },
  { keys: ["o"], help: "open link", suits: (_screen, line) => findLinks(line.text).length > 0, run: openLink },
];

/** Columns of a message that a question quotes. */
const QUESTION_COLUMNS = 30;

/** What the keys do to this message, in a line. */
export function pickHint(screen: FullScreen, line: Line): string {
  if (!screen.keyboard.pickKeysHold) return "/reply, /react, /delete: this message";
  const fitting = PICK_KEYS.filter(({ suits }) => suits?.(screen, line) ?? true);
  return [...fitting.map(({ keys, help }) => `${keys[0]} ${help}`), "Esc back"].join("  ");
}

/** The next message answers this one. */
export function reply(screen: FullScreen, line: Line): void {
  if (line.id === undefined) return hint(screen, "This server gives messages no names, so they cannot be answered.");
  screen.replyTo = { id: line.id, nick: line.nick, target: screen.current.name };
  screen.scrolling.selected = undefined;
}

async function react(screen: FullScreen, line: Line): Promise<void> {
  const { current } = screen;
  if (!screen.session.registered) return hint(screen, noConnection("reacting"));
  if (line.id === undefined || !mayReact(screen, line)) {
    return hint(screen, "This server does not pass reactions on.");
  }
  const typed = await screen.keyboard.ask("React with (Tab lists)", { emoji: true });
  screen.scrolling.selected = undefined;
  if (typed === undefined || typed.trim() === "") return;
  if (line.deleted !== undefined) return hint(screen, "That message has been deleted meanwhile.");
  const emoji = readEmoji(typed);
  if (graphemes(emoji).length > 1) {
    return hint(screen, `There is no emoji "${emoji}"; Tab shows those that there are.`);
  }
  const mine = line.reactions.get(emoji)?.has(screen.session.nick) ?? false;
  screen.session.react(current.name, line.id, emoji, !mine);
}

function mayReact({ session }: FullScreen, { id }: Line): boolean {
  return id !== undefined && session.registered && session.enabled.has("messageTags");
}

/** Authors may, and operators of the channel. */
function mayDelete({ session, current }: FullScreen, line: Line): boolean {
  if (isLost(line)) return true;
  if (line.id === undefined || !session.registered || !session.enabled.has("messageRedaction")) return false;
  const prefixes = session.channels.get(current.name)?.members.get(session.nick)?.prefixes ?? "";
  return line.self || /[~&@]/.test(prefixes);
}

function isLost(line: Line): boolean {
  return line.state === "failed" || line.state === "doubtful";
}

function again(screen: FullScreen, line: Line): void {
  if (!isLost(line)) return hint(screen, "That message was sent.");
  screen.scrolling.selected = undefined;
  screen.outgoing.again(screen.current, line);
}

/** Deletes a message, if the person, who is shown which it is, agrees. */
export async function remove(screen: FullScreen, line: Line, reason = ""): Promise<void> {
  const { current } = screen;
  if (isLost(line)) {
    screen.scrolling.selected = undefined;
    return current.remove(line);
  }
  if (!screen.session.registered) return hint(screen, noConnection("deleting"));
  if (line.id === undefined || !screen.session.enabled.has("messageRedaction")) {
    return hint(screen, "This server cannot delete messages.");
  }
  const words = fit(stripFormatting(line.text).replace(/\s+/g, " "), QUESTION_COLUMNS);
  screen.scrolling.selected = line.key;
  const typed = await screen.keyboard.ask(`Delete for everybody, y or n? "${words}"`);
  screen.scrolling.selected = undefined;
  if (typed?.trim().toLowerCase() !== "y") return hint(screen, "Nothing was deleted.");
  screen.session.redact(current.name, line.id, reason === "" ? undefined : reason);
}

function copy(screen: FullScreen, line: Line): void {
  screen.effects.copy(stripFormatting(line.text));
  screen.scrolling.selected = undefined;
  // No terminal says whether it did.
  hint(screen, "Copied, if the terminal lets programs copy. Else F2, and select with the mouse.");
}

function goToAnswered(screen: FullScreen, line: Line): void {
  if (line.reply === undefined) return hint(screen, "This message answers no other.");
  lookAround(screen, { target: screen.current.name, id: line.reply, time: line.time });
}

function openLink(screen: FullScreen, line: Line): void {
  const [link] = findLinks(line.text);
  if (link === undefined) return hint(screen, "There is no link in this message.");
  const opened = screen.effects.openLink(/^www\./i.test(link) ? `https://${link}` : link);
  screen.scrolling.selected = undefined;
  if (!opened) hint(screen, "No program may be started from here; most terminals open links by a click.");
}

function hint(screen: FullScreen, text: string): void {
  screen.hint = text;
  screen.effects.redraw();
}
