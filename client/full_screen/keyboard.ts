/**
 * What a person types: into the message, into the answer to a question, or as a key that does something.
 *
 * @module
 */

import type { FullScreen } from "../full_screen.ts";
import type { KeyEvent } from "../keys.ts";
import { isEditorKey, LineEditor } from "../line_editor.ts";
import { readTyped, runSlashCommand, whyNotNow } from "../slash_commands.ts";
import type { OfferedCompletion } from "./completing.ts";
import { isHelpKey, panelKey, turnWheel } from "./panels.ts";
import { PICK_KEYS } from "./pick_keys.ts";
import { slashContext } from "./slash_context.ts";
import { pressUiKey } from "./ui_keys.ts";

/** Something asked of the person; the input line is its answer. */
interface Question {
  readonly prompt: string;
  readonly secret: boolean;
  /** Whether the answer is an emoji, so that Tab completes its name. */
  readonly emoji: boolean;
  readonly editor: LineEditor;
  readonly answer: (text: string | undefined) => void;
}

/** How closely arrow keys follow each other while a wheel is turned, in milliseconds. */
const WHEEL_RUN = 150;

type Arrow = KeyEvent & { type: "key" };

/** The hands of the person. */
export class Keyboard {
  readonly #screen: FullScreen;
  /** The message that is being typed. */
  readonly editor = new LineEditor();
  completion: OfferedCompletion | undefined;
  question: Question | undefined;
  /** Whether Ctrl-C was pressed once. */
  leaving = false;
  /** When the wheel was last turned. */
  #wheeled = -Infinity;

  constructor(screen: FullScreen) {
    this.#screen = screen;
  }

  /** The line that is being typed: the answer to a question, or a message. */
  get activeEditor(): LineEditor {
    return this.question?.editor ?? this.editor;
  }

  /** Whether letters do something to the picked message. They do not within a command, which may be about it. */
  get pickKeysHold(): boolean {
    const picked = this.#screen.scrolling.selected !== undefined;
    return picked && this.question === undefined && !this.editor.text.startsWith("/");
  }

  /** Handles what a person did. */
  key(event: KeyEvent): void {
    const screen = this.#screen;
    screen.effects.redraw();
    if (event.type === "focus") return this.#focus(event.focused);
    if (event.type === "wheel" || this.#follows(event)) return this.#wheel(event);
    screen.hint = undefined;
    if (event.type !== "key" || event.key !== "C-c") this.leaving = false;
    const asking = this.question !== undefined;
    if (screen.panel !== undefined && !asking && panelKey(screen, screen.panel, event)) return;
    if (event.type === "key") return this.#press(event.key);
    if (this.activeEditor.search !== undefined) return void this.activeEditor.insert(event.text);
    if (event.type === "text" && this.pickKeysHold) return this.#pickText(event.text);
    if (event.type === "text" && !asking && isHelpKey(event.text) && this.editor.text === "") return screen.help("");
    this.#type(event);
  }

  #type(event: KeyEvent & { text: string }): void {
    const screen = this.#screen;
    const asking = this.question !== undefined;
    this.completion = undefined;
    const taken = this.activeEditor.insert(asking ? event.text.replaceAll("\n", " ") : event.text);
    if (!taken) screen.hint = "That is too much for one message, so it was not put in.";
    if (!asking) screen.outgoing.typed();
    if (event.type === "paste" && !asking && taken) this.#sayHowMany();
  }

  /** Who pasted several lines should know what Enter will do with them. */
  #sayHowMany(): void {
    const lines = this.editor.text.trim().split("\n").length;
    if (lines < 2) return;
    const { session } = this.#screen;
    const as = session.enabled.has("multiline") ? "one message" : `${lines} messages`;
    this.#screen.hint = `${lines} lines: Enter sends them as ${as}, Ctrl-C puts them away.`;
  }

  /** Sends what was typed. */
  submit(): void {
    const screen = this.#screen;
    this.completion = undefined;
    screen.hint = undefined;
    if (this.question !== undefined) return this.#answer(this.question.editor.text);
    const typed = this.editor.text;
    if (typed.trim() === "") return;
    const read = readTyped(typed);
    const { replyTo, current } = screen;
    if (!("name" in read) && current.kind === "server") {
      return screen.tell(current, "error", "Nobody hears you here. /join #channel, or /msg somebody.");
    }
    // A command that does not exist stays, to be corrected, and one that needs a connection until there is one.
    if (!("name" in read) || whyNotNow(read.name, screen.session.registered) === undefined) this.editor.submit();
    screen.replyTo = undefined;
    if ("name" in read) {
      const begun = runSlashCommand(slashContext(screen), read.name, read.rest);
      if (!begun && this.editor.text === "") this.editor.set(typed);
    } else screen.outgoing.say(current.name, read.text, replyTo === undefined ? {} : { reply: replyTo.id });
    // A question that a command has asked may be about the picked message.
    if (this.question === undefined) screen.scrolling.selected = undefined;
    screen.effects.redraw();
  }

  /** Asks for something in the input line. */
  ask(prompt: string, { secret = false, emoji = false } = {}): Promise<string | undefined> {
    this.question?.answer(undefined);
    return new Promise((answer) => {
      this.question = { prompt, secret, emoji, editor: new LineEditor(), answer };
      this.#screen.effects.redraw();
    });
  }

  #answer(text: string | undefined): void {
    const { question } = this;
    this.question = undefined;
    question?.answer(text);
    this.#screen.effects.redraw();
  }

  /** Gives up whatever was begun: a question, a choice, a reply, being scrolled. Returns whether there was anything. */
  escape(): boolean {
    const screen = this.#screen;
    if (this.completion !== undefined) this.completion = undefined;
    else if (this.question !== undefined) this.#answer(undefined);
    else if (screen.panel !== undefined) screen.panel = undefined;
    else if (screen.scrolling.selected !== undefined) screen.scrolling.selected = undefined;
    else if (screen.replyTo !== undefined) screen.replyTo = undefined;
    else return screen.scrolling.toBottom(screen.current);
    return true;
  }

  #press(key: string): void {
    if (this.activeEditor.search !== undefined && this.activeEditor.press(key)) return;
    if (pressUiKey(this.#screen, key)) return;
    // Escape and a letter in quick succession look like Alt and that letter.
    const [, text] = /^M-(\S)$/u.exec(key) ?? [];
    if (text !== undefined && !isEditorKey(key) && this.escape()) return this.key({ type: "text", text });
    this.completion = undefined;
    this.activeEditor.press(key);
    if (this.question === undefined) this.#screen.outgoing.typed();
  }

  /** What closely follows a turn of the wheel belongs to it: terminals send the last rows of a slow turn one by one. */
  #follows(event: KeyEvent): event is Arrow {
    const arrow = event.type === "key" && (event.key === "Up" || event.key === "Down");
    return arrow && this.#screen.now() - this.#wheeled < WHEEL_RUN;
  }

  #wheel(event: Arrow | (KeyEvent & { type: "wheel" })): void {
    this.#wheeled = this.#screen.now();
    turnWheel(this.#screen, event.type === "wheel" ? event.rows : event.key === "Up" ? 1 : -1);
  }

  #focus(focused: boolean): void {
    this.#screen.focused = focused;
    if (focused) this.#screen.reading.seen();
  }

  /** A letter does something to the picked message; what follows, or means nothing, is typed. */
  #pickText(text: string): void {
    const screen = this.#screen;
    const line = screen.scrolling.picked;
    const action = line === undefined ? undefined : PICK_KEYS.find(({ keys }) => keys.includes(text.slice(0, 1)));
    if (line !== undefined) action?.run(screen, line);
    if (action === undefined && text.startsWith("/")) return this.#type({ type: "text", text });
    if (action === undefined) screen.scrolling.selected = undefined;
    const rest = action === undefined ? text : text.slice(1);
    if (rest !== "") this.key({ type: "text", text: rest });
  }
}
