/**
 * Where one is in the messages: scrolled up or at the bottom, and which message is picked.
 *
 * @module
 */

import { type Buffer, isSpeech, type Line } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import { type Layout, layoutOf, messageLayout, type Screen, type ViewState } from "../view.ts";
import { type Anchor, beginning, isPickable, scroll, visibleMessages } from "../view/messages.ts";
import { loadHole } from "./catch_up.ts";

/** Older messages are asked for when so few lines are left above what is seen. */
const NEAR_TOP = 20;

/** The place in the messages. */
export class Scrolling {
  readonly #screen: FullScreen;
  /** Where conversations are scrolled to; those that are not here are at their newest line. */
  readonly anchors = new Map<Buffer, Anchor>();
  /** The newest line, and the time of the newest message, when conversations were scrolled up. */
  readonly #left = new Map<Buffer, { readonly key: number; readonly time: number }>();
  /** The key of the picked line. */
  selected: number | undefined;
  #size = { columns: 80, rows: 24 };

  constructor(screen: FullScreen) {
    this.#screen = screen;
  }

  /** The screen has this size from now on. */
  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
  }

  /** Columns of messages. */
  get columns(): number {
    return this.#laidOut().layout.middle;
  }

  /** Rows to scroll by when a page is asked for. */
  get page(): number {
    return Math.max(this.#laidOut().layout.body - 2, 1);
  }

  /** The picked line. */
  get picked(): Line | undefined {
    if (this.selected === undefined) return undefined;
    return this.#screen.current.lines.find((line) => line.key === this.selected);
  }

  /** How many messages have come below what is seen since it was scrolled up. */
  get below(): number {
    const { current } = this.#screen;
    const [anchor, left] = [this.anchors.get(current), this.#left.get(current)];
    if (anchor === undefined || left === undefined) return 0;
    const at = current.lines.findLastIndex((line) => line.key === anchor.key);
    // Older messages that were fetched meanwhile have come since, too, but are not new.
    const isNew = (line: Line) => line.key > left.key && line.time >= left.time && isSpeech(line) && !line.self;
    return current.lines.slice(at + 1).filter(isNew).length;
  }

  #scrollTo(buffer: Buffer, anchor: Anchor): void {
    if (!this.anchors.has(buffer)) {
      const key = Math.max(...buffer.lines.slice(-100).map((line) => line.key));
      this.#left.set(buffer, { key, time: buffer.newest?.time ?? 0 });
    }
    this.anchors.set(buffer, anchor);
    buffer.readBack = true;
  }

  /** A conversation is at its newest line. Returns whether it was scrolled. */
  #release(buffer: Buffer): boolean {
    buffer.readBack = false;
    return this.anchors.delete(buffer);
  }

  /** A conversation was closed. */
  forget(buffer: Buffer): void {
    this.#release(buffer);
    this.#left.delete(buffer);
  }

  /** Scrolls up, or down, some rows, and asks for what is missing near what is seen. What is out of sight is picked no more. */
  by(rows: number): void {
    this.#by(rows);
    if (this.picked !== undefined && !this.#visible().keys.includes(this.picked.key)) this.selected = undefined;
  }

  #by(rows: number): void {
    const { current } = this.#screen;
    const { layout, state } = this.#laidOut();
    const anchor = scroll(current, messageLayout(state, layout), layout.body, this.anchors.get(current), rows);
    if (anchor === undefined) this.toBottom(current);
    else this.#scrollTo(current, anchor);
    if (rows !== 0) this.#wantMore(rows > 0);
    this.#screen.effects.redraw();
  }

  /** Goes to the newest line. Returns whether it was scrolled. */
  toBottom(buffer: Buffer): boolean {
    const was = this.#release(buffer);
    if (buffer === this.#screen.current) this.#screen.reading.seen();
    return was;
  }

  /** Picks the next message above (or below) the picked one. */
  pick(direction: -1 | 1): void {
    const lines = this.#screen.current.lines.filter(isPickable);
    if (lines.length === 0) return this.#sayNothingToPick();
    const at = lines.findIndex((line) => line.key === this.selected);
    const next = this.selected === undefined ? lines.at(-1) : lines[at + direction];
    if (next === undefined && direction < 0) return this.#by(3);
    this.selected = next?.key;
    this.#showPicked();
    this.#screen.effects.redraw();
  }

  #sayNothingToPick(): void {
    this.selected = undefined;
    this.#screen.hint = "There is no message here to pick.";
  }

  /** Goes to a message and picks it, if it is in the buffer. */
  jumpTo(buffer: Buffer, id: string): boolean {
    const line = buffer.byId(id);
    if (line === undefined) return false;
    this.#screen.go(buffer);
    this.selected = line.key;
    const below = buffer.lines[buffer.lines.indexOf(line) + Math.floor(this.page / 3)];
    if (below === undefined) this.#release(buffer);
    else this.#scrollTo(buffer, { key: below.key, hidden: 0 });
    this.#showPicked();
    this.#screen.effects.redraw();
    return true;
  }

  /** A message is deleted, by somebody: nothing can be done to it any more. */
  deleted(id: string, by: string): void {
    const { picked } = this;
    if (picked?.id !== id || picked.deleted !== undefined || this.#screen.session.isSelf(by)) return;
    this.selected = undefined;
    this.#screen.hint = "The message that was picked has just been deleted.";
  }

  /** What has come pushes the picked message from the screen no more than what is typed does: `d` must mean what is seen. */
  keepPicked(): void {
    if (this.picked !== undefined && !this.#visible().keys.includes(this.picked.key)) this.#showPicked();
  }

  #visible(): Screen["visible"] {
    const { current } = this.#screen;
    const { layout, state } = this.#laidOut();
    return visibleMessages(current, messageLayout(state, layout), layout.body, this.anchors.get(current));
  }

  #laidOut(): { state: ViewState; layout: Layout } {
    const state = this.#screen.state();
    return { state, layout: layoutOf(state, this.#size.columns, this.#size.rows) };
  }

  #wantMore(up: boolean): void {
    const { keys, atTop } = this.#visible();
    const { current } = this.#screen;
    const place = (key: number | undefined) => current.lines.findIndex((line) => line.key === key);
    const from = place(keys[0]) - (up ? NEAR_TOP : 0);
    const to = place(keys.at(-1)) + (up ? 0 : NEAR_TOP);
    const near = current.lines.slice(Math.max(from, 0), to + 1).filter(({ kind }) => kind === "gap");
    const gap = near.at(up ? -1 : 0);
    if (gap !== undefined) loadHole(this.#screen, current, gap, up ? "below" : "above");
    else if (up && (from < 0 || atTop) && !current.complete) loadHole(this.#screen, current, undefined, "below");
  }

  /**
   * Scrolls until the picked line is seen, and not only its last rows at the top or its first at the bottom; of one that is
   * longer than the screen, its beginning.
   */
  #showPicked(): void {
    const { current } = this.#screen;
    if (this.selected === undefined) return;
    const { layout, state } = this.#laidOut();
    const long = beginning(current, messageLayout(state, layout), layout.body, this.selected);
    if (long !== undefined) return this.#scrollTo(current, long);
    const place = (key: number | undefined) => current.lines.findIndex((line) => line.key === key);
    const target = place(this.selected);
    for (let moved = true; moved && target >= 0;) {
      const { keys } = this.#visible();
      const [first, last] = [place(keys[0]), place(keys.at(-1))];
      const before = this.anchors.get(current);
      const cut = before?.key === this.selected && before !== undefined && before.hidden > 0;
      if (target > first && target <= last && !cut) return;
      this.#by(target <= first ? 2 : cut ? -1 : -2);
      const after = this.anchors.get(current);
      moved = before?.key !== after?.key || before?.hidden !== after?.hidden;
      if (target === first) return;
    }
  }
}
