/**
 * The front end for a terminal: what happens goes into buffers, what is typed goes out, and `state()` is what is to be seen.
 *
 * Knows no terminal: keys come in as events, and what only a terminal can do goes out through {@linkcode Effects}. Its
 * rooms: `full_screen/news.ts` (events into buffers), `full_screen/catch_up.ts` (history), `full_screen/ui_keys.ts` (what
 * keys do), `full_screen/panels.ts` (help and search results), `full_screen/slash_context.ts` (what slash commands can do).
 *
 * @module
 */

import { matchesMask } from "../protocol/casemapping.ts";
import { Buffer, type Line, type NewLine } from "./buffer.ts";
import { complete, type Completion } from "./completion.ts";
import type { FrontEnd } from "./front_end.ts";
import { catchUp, historyArrived, loadOlder } from "./full_screen/catch_up.ts";
import { handleNews } from "./full_screen/news.ts";
import { PICK_KEYS } from "./full_screen/pick_keys.ts";
import { type Panel, panelKey } from "./full_screen/panels.ts";
import { slashContext } from "./full_screen/slash_context.ts";
import { pressUiKey } from "./full_screen/ui_keys.ts";
import { mentions } from "./formatting.ts";
import type { KeyEvent } from "./keys.ts";
import { LineEditor } from "./line_editor.ts";
import { sanitize } from "./sanitize.ts";
import type { ChatMessage, Session, SessionEvent } from "./session.ts";
import type { Sent } from "./session/outbox.ts";
import type { Notify, ServerSettings, SettingsStore } from "./settings.ts";
import { readTyped, runSlashCommand, SLASH_COMMANDS } from "./slash_commands.ts";
import { type Layout, layoutOf, messageLayout, type Screen, type ViewMember, type ViewState } from "./view.ts";
import { type Anchor, isPickable, scroll, visibleMessages } from "./view/messages.ts";

/** What only a terminal, or the door, can do. */
export interface Effects {
  /** Something changed; draw soon. */
  redraw(): void;
  /** Draw everything anew. */
  repaint(): void;
  bell(): void;
  /** A notification of the desktop. */
  notify(title: string, text: string): void;
  copy(text: string): void;
  openLink(link: string): void;
  suspend(): void;
  /** Connects anew, now. */
  reconnect(): void;
}

/** What a full screen needs. */
export interface FullScreenOptions {
  readonly session: Session;
  readonly store: SettingsStore;
  /** The name of the server in the settings. */
  readonly address: string;
  readonly effects: Effects;
  readonly color?: boolean;
  /** The conversation to begin with; the last one unless told. */
  readonly start?: string;
  readonly now?: () => number;
}

/** Something asked of the person; the input line is its answer. */
interface Question {
  readonly prompt: string;
  readonly secret: boolean;
  readonly editor: LineEditor;
  readonly answer: (text: string | undefined) => void;
}

/** Something said while there was no connection. */
interface Queued {
  readonly target: string;
  readonly text: string;
  readonly options: { kind?: "message" | "action" | "notice"; reply?: string };
}

/** Most messages that wait for a connection. */
const MAX_QUEUED = 100;
/** "a typing notification ... SHOULD be sent at most every 3 seconds": https://ircv3.net/specs/client-tags/typing */
const TYPING_PAUSE = 3000;
/** How often the server is asked whether it is there, in milliseconds; the answer is the lag. */
const PING_PAUSE = 30_000;
/** Read markers go out at most this often while messages stream in. */
const MARK_PAUSE = 5000;

/** The whole of what a person sees and does. */
export class FullScreen implements FrontEnd {
  readonly finished: Promise<number>;
  readonly session: Session;
  readonly effects: Effects;
  readonly store: SettingsStore;
  readonly address: string;
  readonly editor = new LineEditor();
  readonly buffers: Buffer[] = [new Buffer("", "server")];
  current: Buffer = this.buffers[0]!;
  panel: Panel | undefined;
  /** The key of the picked line. */
  selected: number | undefined;
  /** The message that the next one answers. */
  replyTo: { readonly id: string; readonly nick: string; readonly target: string } | undefined;
  completion: (Completion & { selected: number }) | undefined;
  question: Question | undefined;
  focused = true;
  trouble = "connecting";
  encrypted = false;
  /** What the keys do now, for a moment. */
  hint: string | undefined;
  /** Where Alt-A began, to go back to when nothing is unread. */
  origin: Buffer | undefined;
  /** Since when we have been away from the server, for conversations that went on meanwhile. */
  lostAt: number | undefined;
  /** What was searched for last. */
  query = "";
  /** An account that was asked for, until the server has answered. */
  registering: { readonly account: string; readonly password: string } | undefined;
  /** Whether Ctrl-C was pressed once. */
  leaving = false;
  readonly anchors = new Map<Buffer, Anchor>();
  readonly now: () => number;
  #lag: number | undefined;
  #pinged: number | undefined;
  #lastPing = 0;
  #lastTyping = 0;
  #dirtyMarks = new Map<Buffer, number>();
  #members = new Map<string, readonly ViewMember[]>();
  #queued: Queued[] = [];
  #size = { columns: 80, rows: 24 };
  readonly #color: boolean;
  readonly #finish: (code: number) => void;

  constructor(options: FullScreenOptions) {
    this.session = options.session;
    this.effects = options.effects;
    this.store = options.store;
    this.address = options.address;
    this.now = options.now ?? Date.now;
    this.#color = options.color ?? true;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.finished = promise;
    this.#finish = resolve;
    for (const channel of this.session.wantedChannels.names()) this.open(channel, false);
    const last = options.start ?? this.here.current;
    this.current = (last === undefined ? undefined : this.find(last)) ?? this.buffers[1] ?? this.current;
    this.#welcome();
  }

  /** What is remembered of this server. */
  get here(): ServerSettings {
    return this.store.settings.servers[this.address] ??= {};
  }

  // ---- what happens

  event(event: SessionEvent): void {
    this.#members.clear();
    if (event.type === "history") historyArrived(this, event);
    else handleNews(this, event);
    if (event.type === "ready") this.#online();
    this.effects.redraw();
  }

  connected(encrypted: boolean): void {
    this.encrypted = encrypted;
    this.trouble = "registering";
    this.effects.redraw();
  }

  disconnected(why: string, pause: number | undefined, unsettled: readonly Sent[]): void {
    this.lostAt ??= this.now();
    this.trouble = "offline";
    this.#lag = this.#pinged = undefined;
    const again = pause === undefined ? "" : ` Trying again in ${Math.round(pause / 1000)} s.`;
    this.tell(this.buffers[0]!, "error", `${why}${again}`);
    if (this.current !== this.buffers[0]) this.tell(this.current, "error", `${why}${again}`);
    for (const sent of unsettled) this.#unsettled(sent);
    for (const buffer of this.buffers) buffer.typing.clear();
    this.effects.redraw();
  }

  stop(): void {
    this.leave();
  }

  /** Leaves the server and the program. */
  leave(reason?: string): void {
    if (this.session.registered) {
      for (const buffer of this.buffers) this.#sendMark(buffer);
      this.session.quit(reason);
    }
    this.remember();
    this.#finish(0);
  }

  /** Called about once a second: what was believed for a while is no longer. */
  tick(): void {
    const now = this.now();
    for (const buffer of this.buffers) {
      for (const [nick, until] of buffer.typing) {
        if (until <= now && buffer.typing.delete(nick)) this.effects.redraw();
      }
    }
    for (const [buffer, since] of this.#dirtyMarks) if (now - since >= MARK_PAUSE) this.#sendMark(buffer);
    if (this.session.registered && this.#pinged === undefined && now - this.#lastPing >= PING_PAUSE) {
      void this.#ping(now);
    }
    if (this.#pinged !== undefined && now - this.#pinged > 2000) this.#setLag((now - this.#pinged) / 1000);
  }

  async #ping(now: number): Promise<void> {
    this.#pinged = this.#lastPing = now;
    try {
      await this.session.outbox.fence();
      this.#setLag((this.now() - now) / 1000);
    } catch {
      // The connection ended, which is said elsewhere.
    }
    this.#pinged = undefined;
  }

  #setLag(seconds: number): void {
    const before = this.#lag;
    this.#lag = seconds;
    if (before === undefined || Math.abs(before - seconds) >= 0.1) this.effects.redraw();
  }

  #online(): void {
    this.trouble = "";
    this.#lastPing = this.now() - PING_PAUSE;
    catchUp(this);
    const queued = this.#queued;
    this.#queued = [];
    // Joining comes first on the wire, so what waited for a channel finds us in it.
    for (const { target, text, options } of queued) {
      this.buffer(target).pending = [];
      this.say(target, text, options);
    }
    this.remember();
  }

  #unsettled(sent: Sent): void {
    const buffer = this.buffer(sent.target);
    const line = buffer.settle(sent.ref);
    const text = { kind: sent.kind, time: this.now(), nick: this.session.nick, text: sent.text, self: true } as const;
    if (line !== undefined) buffer.append({ ...text, state: "failed" });
    this.tell(buffer, "error", "The last message may not have arrived. Press Up to have it back.");
  }

  // ---- buffers

  /** The buffer of a name, if there is one. */
  find(name: string): Buffer | undefined {
    return this.buffers.find((buffer) => this.session.same(buffer.name, name));
  }

  /** The buffer of a name, made if there is none. */
  buffer(name: string): Buffer {
    const found = this.find(name);
    if (found !== undefined) return found;
    const made = new Buffer(name, this.session.isChannel(name) ? "channel" : "direct");
    const firstDirect = this.buffers.findIndex((buffer) => buffer.kind === "direct");
    this.buffers.splice(made.kind === "direct" || firstDirect < 0 ? this.buffers.length : firstDirect, 0, made);
    return made;
  }

  /** Opens a conversation, and goes there. */
  open(name: string, go = true): Buffer {
    const buffer = this.buffer(name);
    if (go) this.go(buffer);
    return buffer;
  }

  /** Goes to a conversation. */
  go(buffer: Buffer): void {
    if (buffer === this.current) return this.seen();
    this.current.draft = this.editor.text;
    this.current.unreadKey = undefined;
    this.#sendMark(this.current);
    this.selected =
      this.completion =
      this.replyTo =
      this.panel =
        undefined;
    this.current = buffer;
    this.editor.clear();
    if (buffer.draft !== "") this.editor.set(buffer.draft);
    this.seen();
    this.here.current = buffer.name;
    this.effects.redraw();
  }

  /** Closes a conversation. */
  close(name: string): void {
    const buffer = this.find(name);
    if (buffer === undefined || buffer.kind === "server") return;
    const at = this.buffers.indexOf(buffer);
    if (buffer === this.current) this.go(this.buffers[at + 1] ?? this.buffers[at - 1]!);
    this.buffers.splice(at, 1);
    this.anchors.delete(buffer);
    this.remember();
  }

  /** Writes a line that is no message into a buffer. */
  tell(buffer: Buffer, kind: "info" | "error", text: string): void {
    for (const line of text.split("\n")) buffer.append({ kind, time: this.now(), text: line });
    this.effects.redraw();
  }

  /** What is read of the current conversation is marked as read, if somebody is looking. */
  seen(): void {
    if (!this.focused || this.anchors.has(this.current)) return;
    this.current.unread = this.current.highlights = 0;
    const newest = this.current.lines.at(-1);
    if (newest === undefined || newest.time <= this.current.readUntil) return;
    this.current.readUntil = newest.time;
    if (this.current.kind !== "server" && !this.#dirtyMarks.has(this.current)) {
      this.#dirtyMarks.set(this.current, this.now());
    }
  }

  #sendMark(buffer: Buffer): void {
    if (!this.#dirtyMarks.delete(buffer)) return;
    const newest = buffer.newest;
    if (newest !== undefined) this.session.markRead(buffer.name, Math.min(newest.time, buffer.readUntil));
  }

  /** A message as a line. */
  lineOf(message: ChatMessage): NewLine {
    const { kind, time, nick, text, id, self, bot, reply, ref } = message;
    const repliesToMe = reply !== undefined && this.find(message.target)?.byId(reply)?.self === true;
    return {
      kind,
      time,
      nick,
      text,
      self,
      highlight: !self && (repliesToMe || this.isMention(message)),
      ...(id !== undefined && { id }),
      ...(bot !== undefined && { bot }),
      ...(reply !== undefined && { reply }),
      ...(ref !== undefined && { ref }),
    };
  }

  /** Whether a message means us. */
  isMention({ target, text, kind }: ChatMessage): boolean {
    if (target !== "" && !this.session.isChannel(target)) return kind !== "notice";
    return target !== "" && mentions(text, [this.session.nick, ...this.store.settings.highlights]);
  }

  /** How a conversation may call for attention. */
  notifyOf(buffer: Buffer): Notify {
    return this.here.notify?.[this.session.fold(buffer.name)] ?? "mentions";
  }

  /** Whether somebody's messages are not to be shown. */
  isIgnored(source: string): boolean {
    return (this.here.ignore ?? []).some((mask) => matchesMask(mask, source));
  }

  // ---- saying

  /** Says something, now or when there is a connection again. */
  say(target: string, text: string, options: Queued["options"] = {}): void {
    const buffer = this.buffer(target);
    buffer.unreadKey = undefined;
    const { kind = "message", reply } = options;
    const line: NewLine = {
      kind,
      time: this.now(),
      nick: this.session.nick,
      text,
      self: true,
      ...(reply !== undefined && { reply }),
    };
    if (this.trouble !== "") return this.#queue({ target, text, options }, line);
    const ref = this.session.say(target, text, options);
    if (this.session.echoes) buffer.addPending({ ...line, ref });
    else buffer.append({ ...line, ref });
    this.#lastTyping = 0;
    this.anchors.delete(buffer);
    this.effects.redraw();
  }

  #queue(queued: Queued, line: NewLine): void {
    if (this.#queued.length >= MAX_QUEUED) {
      return this.tell(this.current, "error", "Too much waits to be sent already.");
    }
    this.#queued.push(queued);
    this.buffer(queued.target).addPending(line);
    this.hint = "It will be sent when the connection is back.";
    this.effects.redraw();
  }

  /** Sends what was typed. */
  submit(): void {
    this.completion = undefined;
    this.hint = undefined;
    if (this.question !== undefined) return this.#answer(this.question.editor.text);
    const typed = this.editor.text;
    if (typed.trim() === "") return;
    const read = readTyped(typed);
    const { replyTo } = this;
    if (!("name" in read) && this.current.kind === "server") {
      return this.tell(this.current, "error", "Nobody hears you here. /join #channel, or /msg somebody.");
    }
    this.editor.submit();
    this.replyTo = undefined;
    if ("name" in read) runSlashCommand(slashContext(this), read.name, read.rest);
    else this.say(this.current.name, read.text, replyTo === undefined ? {} : { reply: replyTo.id });
    this.selected = undefined;
    this.effects.redraw();
  }

  /** Shows every key and command. */
  help(): void {
    slashContext(this).help("");
  }

  /** Asks for something in the input line. */
  ask(prompt: string, secret: boolean): Promise<string | undefined> {
    this.question?.answer(undefined);
    return new Promise((answer) => {
      this.question = { prompt, secret, editor: new LineEditor(), answer };
      this.effects.redraw();
    });
  }

  #answer(text: string | undefined): void {
    const { question } = this;
    this.question = undefined;
    question?.answer(text);
    this.effects.redraw();
  }

  /** Gives up whatever was begun: a question, a choice, a reply, being scrolled. Returns whether there was anything. */
  escape(): boolean {
    if (this.question !== undefined) this.#answer(undefined);
    else if (this.completion !== undefined) this.completion = undefined;
    else if (this.panel !== undefined) this.panel = undefined;
    else if (this.selected !== undefined) this.selected = undefined;
    else if (this.replyTo !== undefined) this.replyTo = undefined;
    else if (this.anchors.delete(this.current)) this.seen();
    else return false;
    return true;
  }

  // ---- keys

  /** Handles what a person did. */
  key(event: KeyEvent): void {
    if (event.type === "focus") return this.#focus(event.focused);
    if (event.type === "key" && event.key !== "C-c") this.leaving = false;
    this.hint = undefined;
    this.effects.redraw();
    if (this.panel !== undefined && this.question === undefined && panelKey(this, this.panel, event)) return;
    if (event.type === "key") {
      if (pressUiKey(this, event.key)) return;
      this.completion = undefined;
      this.activeEditor.press(event.key);
      return this.#typed();
    }
    if (this.selected !== undefined && this.question === undefined && event.type === "text") {
      return this.#pickText(event.text);
    }
    if (event.text === "?" && this.editor.text === "" && this.question === undefined && event.type === "text") {
      return this.help();
    }
    this.completion = undefined;
    this.activeEditor.insert(this.question === undefined ? event.text : event.text.replaceAll("\n", " "));
    this.#typed();
  }

  get activeEditor(): LineEditor {
    return this.question?.editor ?? this.editor;
  }

  #focus(focused: boolean): void {
    this.focused = focused;
    if (focused) this.seen();
    this.effects.redraw();
  }

  #typed(): void {
    const { current, editor, session } = this;
    if (this.question !== undefined || current.kind === "server" || !this.store.settings.typing) return;
    if (!session.registered || editor.text.startsWith("/")) return;
    if (editor.text === "" && this.#lastTyping > 0) {
      this.#lastTyping = 0;
      return session.typing(current.name, "done");
    }
    if (editor.text === "" || this.now() - this.#lastTyping < TYPING_PAUSE) return;
    this.#lastTyping = this.now();
    session.typing(current.name, "active");
  }

  /** Completes the word before the cursor, or goes on to what else it may become. */
  complete(step: 1 | -1): void {
    const { completion, editor } = this;
    if (this.question !== undefined) return;
    if (completion !== undefined) {
      const selected = (completion.selected + step + completion.items.length) % completion.items.length;
      const to = completion.from + completion.items[completion.selected]!.insert.length;
      editor.replace(completion.from, to, completion.items[selected]!.insert);
      this.completion = { ...completion, selected };
      return;
    }
    const found = complete(editor.text, editor.cursor, {
      nicks: this.#nicksBySpeech(),
      channels: [...this.session.channels.names(), ...this.buffers.map((buffer) => buffer.name)].filter(unique),
      commands: SLASH_COMMANDS.flatMap((command) => [command.name, ...command.aliases ?? []]),
    });
    if (found === undefined) return;
    editor.replace(found.from, found.to, found.items[0]!.insert);
    if (found.items.length > 1) this.completion = { ...found, selected: 0 };
  }

  /** Nicks of the conversation: who spoke last comes first. */
  #nicksBySpeech(): string[] {
    const { current } = this;
    const spoke = current.lines.slice(-300).reverse()
      .filter((line) => !line.self && line.nick !== "" && (line.kind === "message" || line.kind === "action"))
      .map((line) => line.nick);
    const members = this.session.channels.get(current.name)?.members;
    const present = members === undefined ? spoke : spoke.filter((nick) => members.has(nick));
    const others = (members?.names() ?? (current.kind === "direct" ? [current.name] : [])).sort((a, b) =>
      a.localeCompare(b)
    );
    return [...present, ...others].filter(unique).filter((nick) => !this.session.isSelf(nick));
  }

  // ---- picking a message

  /** Picks the next message above (or below) the picked one. */
  pick(direction: -1 | 1): void {
    const lines = this.current.lines.filter(isPickable);
    const at = lines.findIndex((line) => line.key === this.selected);
    const next = this.selected === undefined ? lines.at(-1) : lines[at + direction];
    if (next === undefined && direction > 0) return void (this.selected = undefined);
    if (next === undefined) return this.scroll(3);
    this.selected = next.key;
    this.#showSelected();
    this.effects.redraw();
  }

  /** The picked line. */
  get picked(): Line | undefined {
    return this.selected === undefined ? undefined : this.current.lines.find((line) => line.key === this.selected);
  }

  /** A letter does something to the picked message; what follows, or means nothing, is typed. */
  #pickText(text: string): void {
    const line = this.picked;
    const action = PICK_KEYS.find(({ keys }) => keys.includes(text.slice(0, 1)));
    if (line !== undefined && action !== undefined) action.run(this, line);
    else this.selected = undefined;
    const rest = line !== undefined && action !== undefined ? text.slice(1) : text;
    if (rest !== "") this.key({ type: "text", text: rest });
  }

  #showSelected(): void {
    for (let i = 0; i < 200; i++) {
      const { keys } = this.#visible();
      const [first] = keys;
      if (
        this.selected === undefined || first === undefined ||
        (keys.includes(this.selected) && (keys[0] !== this.selected || i > 0))
      ) return;
      const above = this.current.lines.findIndex((line) => line.key === this.selected) <=
        this.current.lines.findIndex((line) => line.key === first);
      const before = this.anchors.get(this.current);
      this.scroll(above ? 2 : -2);
      const after = this.anchors.get(this.current);
      if (before?.key === after?.key && before?.hidden === after?.hidden) return;
    }
  }

  // ---- scrolling

  /** Scrolls up, or down, some rows, and asks for older messages near the top. */
  scroll(rows: number): void {
    const { layout, state } = this.#laidOut();
    const anchor = scroll(
      this.current,
      messageLayout(state, layout),
      layout.body,
      this.anchors.get(this.current),
      rows,
    );
    if (anchor === undefined) this.anchors.delete(this.current);
    else this.anchors.set(this.current, anchor);
    if (anchor === undefined) this.seen();
    if (rows > 0) this.#wantOlder();
    this.effects.redraw();
  }

  /** Columns of messages. */
  get columns(): number {
    return this.#laidOut().layout.middle;
  }

  /** Rows of messages that are seen at once. */
  get page(): number {
    return Math.max(this.#laidOut().layout.body - 2, 1);
  }

  #wantOlder(): void {
    const { keys, atTop } = this.#visible();
    const lines = this.current.lines;
    const near = lines.findIndex((line) => line.key === keys[0]) < 20;
    const gap = lines.some((line) => line.kind === "gap" && keys.includes(line.key));
    if (near || atTop || gap) loadOlder(this, this.current);
  }

  /** Goes to a message, if it is in the buffer. */
  jumpTo(buffer: Buffer, id: string): boolean {
    const line = buffer.byId(id);
    if (line === undefined) return false;
    this.go(buffer);
    this.selected = line.key;
    const at = buffer.lines.indexOf(line);
    const below = buffer.lines[Math.min(at + Math.floor(this.page / 3), buffer.lines.length - 1)]!;
    if (below === buffer.lines.at(-1)) this.anchors.delete(buffer);
    else this.anchors.set(buffer, { key: below.key, hidden: 0 });
    this.#showSelected();
    this.effects.redraw();
    return true;
  }

  // ---- what is to be seen

  /** The screen has this size from now on. */
  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
  }

  /** Everything that is to be seen. */
  state(): ViewState {
    const { current, session, question, completion, replyTo } = this;
    const channel = session.channels.get(current.name);
    const editor = this.activeEditor;
    return {
      buffers: this.buffers,
      current,
      topic: channel?.topic ?? "",
      members: current.kind === "channel" ? this.#sortedMembers(current.name) : undefined,
      status: {
        nick: session.nick,
        place: session.isupport.network || this.address,
        trouble: this.trouble,
        encrypted: this.encrypted,
        away: session.away,
        lag: this.#lag,
        typing: [...current.typing.keys()],
      },
      input: {
        text: editor.text,
        cursor: editor.cursor,
        prompt: question !== undefined ? `${question.prompt}: ` : replyTo === undefined ? "› " : `↪ ${replyTo.nick} › `,
        secret: question?.secret,
        placeholder: question === undefined && replyTo === undefined && current.lines.length < 5
          ? "Type here. ? shows the keys."
          : undefined,
      },
      completion: completion === undefined
        ? undefined
        : { labels: completion.items.map((item) => item.label), selected: completion.selected },
      hint: this.hint ?? this.#pickHint(),
      panel: this.panel,
      anchor: this.anchors.get(current),
      selected: this.selected,
      fold: session.fold,
      color: this.#color,
    };
  }

  /** What the terminal's title says. */
  get title(): string {
    const unread = this.buffers.reduce((sum, buffer) => sum + buffer.highlights, 0);
    const name = this.current.kind === "server" ? this.address : this.current.name;
    return sanitize(`${unread > 0 ? `(${unread}) ` : ""}${name} - chat`);
  }

  /** What was drawn tells whether older messages are wanted, as at the first look at a short conversation. */
  drawn(screen: Screen): void {
    if (screen.visible.atTop && this.current.kind !== "server" && this.current.oldest !== undefined) {
      loadOlder(this, this.current);
    }
  }

  #pickHint(): string | undefined {
    if (this.selected === undefined) return undefined;
    return PICK_KEYS.map(({ keys, help }) => `${keys[0]} ${help}`).join("  ") + "  Esc back";
  }

  #laidOut(): { state: ViewState; layout: Layout } {
    const state = this.state();
    return { state, layout: layoutOf(state, this.#size.columns, this.#size.rows) };
  }

  #visible(): Screen["visible"] {
    const { layout, state } = this.#laidOut();
    return visibleMessages(this.current, messageLayout(state, layout), layout.body, this.anchors.get(this.current));
  }

  #sortedMembers(name: string): readonly ViewMember[] {
    const known = this.#members.get(name);
    if (known !== undefined) return known;
    const ranks = this.session.isupport.prefixes;
    const rank = (prefix: string) => prefix === "" ? ranks.length : ranks.indexOf(prefix[0]!);
    const members = (this.session.channels.get(name)?.members.values() ?? [])
      .map(({ nick, prefixes, away }) => ({ nick, prefix: prefixes, away }))
      .sort((a, b) => rank(a.prefix) - rank(b.prefix) || COLLATOR.compare(a.nick, b.nick));
    this.#members.set(name, members);
    return members;
  }

  // ---- what is remembered

  /** Remembers places and settings. */
  remember(): void {
    const { here, store } = this;
    store.settings.lastServer = this.address;
    here.channels = [...this.session.wantedChannels.values()];
    here.current = this.current.name;
    void store.save();
  }

  /** Remembers whom to log in as, now and at later connections. */
  async rememberLogin(account: string, password: string): Promise<void> {
    this.here.account = account;
    this.session.credentials = { account, password };
    await this.store.remember(this.address, account, password);
    this.remember();
  }

  #welcome(): void {
    if (this.store.settings.welcomed) return;
    this.store.settings.welcomed = true;
    this.tell(this.current, "info", "Welcome. Type something and press Enter: everybody here reads it.");
    this.tell(
      this.current,
      "info",
      "Tab completes names, Alt-Up picks a message to answer, Alt-A goes to what is new.",
    );
    this.tell(this.current, "info", "? shows every key and command, /quit leaves.");
  }
}

const COLLATOR = new Intl.Collator();

function unique<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(value) === index;
}
