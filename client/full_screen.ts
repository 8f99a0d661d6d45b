/**
 * The front end for a terminal: what happens goes into buffers, what is typed goes out, and `state()` is what is to be seen.
 *
 * Knows no terminal: keys come in as events, and what only a terminal can do goes out through {@linkcode Effects}. Its
 * rooms: `full_screen/news.ts` (events into buffers), `catch_up.ts`, `pages.ts` and `chores.ts` (history), `quotes.ts` (what
 * is answered), `outgoing.ts` (what is said), `reading.ts` (what was read), `scrolling.ts` (where one is), `keyboard.ts`,
 * `ui_keys.ts` and `pick_keys.ts` (what keys do), `look.ts` (what is to be seen), `panels.ts` (help and search results),
 * `slash_context.ts` (what slash commands can do).
 *
 * @module
 */

import { matchesMask } from "../protocol/casemapping.ts";
import { Buffer, type Line, type NewLine } from "./buffer.ts";
import { mentions } from "./formatting.ts";
import type { Ending, FrontEnd } from "./front_end.ts";
import { forgetSought, loadOlder, noteMissed } from "./full_screen/catch_up.ts";
import { Chores } from "./full_screen/chores.ts";
import { AT_THE_DOOR, Heartbeat } from "./full_screen/heartbeat.ts";
import { MemberLists } from "./full_screen/members.ts";
import { handleNews } from "./full_screen/news.ts";
import { Outgoing } from "./full_screen/outgoing.ts";
import { Keyboard } from "./full_screen/keyboard.ts";
import { titleOf, viewState } from "./full_screen/look.ts";
import { historyArrived } from "./full_screen/pages.ts";
import { helpPanel, type Panel } from "./full_screen/panels.ts";
import type { Search } from "./full_screen/searching.ts";
import { Quotes } from "./full_screen/quotes.ts";
import { Reading } from "./full_screen/reading.ts";
import { Scrolling } from "./full_screen/scrolling.ts";
import type { KeyEvent } from "./keys.ts";
import { sanitize } from "./sanitize.ts";
import type { ChatMessage, Session, SessionEvent } from "./session.ts";
import type { Credentials } from "./session/scram.ts";
import type { Notify, ServerSettings, SettingsStore } from "./settings.ts";
import type { Colors } from "./style.ts";
import type { Screen, ViewState } from "./view.ts";

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
  /** Opens a link with what the system has for that. Returns whether we may. */
  openLink(link: string): boolean;
  /** Goes back to the shell until the person returns. Returns whether we may. */
  suspend(): boolean;
  /** Connects anew, now: as the person wished, or, if `silent`, because the server is not heard any more. */
  reconnect(why: string, silent?: boolean): void;
}

/** What a full screen needs. */
export interface FullScreenOptions {
  readonly session: Session;
  readonly store: SettingsStore;
  /** The name of the server in the settings. */
  readonly address: string;
  readonly effects: Effects;
  readonly colors?: Colors;
  /** The conversation to begin with; the last one unless told. */
  readonly start?: string;
  readonly now?: () => number;
}

/** More conversations than anybody can have; what comes beyond them goes to the server's. */
const MAX_BUFFERS = 1000;

/** The whole of what a person sees and does. */
export class FullScreen implements FrontEnd {
  readonly finished: Promise<number>;
  readonly session: Session;
  readonly effects: Effects;
  readonly store: SettingsStore;
  readonly address: string;
  readonly now: () => number;
  readonly keyboard = new Keyboard(this);
  readonly buffers: Buffer[] = [new Buffer("", "server")];
  current: Buffer = this.buffers[0]!;
  readonly scrolling = new Scrolling(this);
  readonly reading = new Reading(this);
  readonly outgoing = new Outgoing(this);
  readonly chores = new Chores(this);
  readonly quotes = new Quotes(this);
  panel: Panel | undefined;
  /** The message that the next one answers. */
  replyTo: { readonly id: string; readonly nick: string; readonly target: string } | undefined;
  /** Whom we try to log in as, until the server has answered, and whom we were before. */
  loggingIn: (Credentials & { readonly before: Credentials | undefined }) | undefined;
  /** The account that the person knows of, so that it is not told again at every connection. */
  toldAccount: string | undefined;
  /** The nick that was wanted and could not be had, until we are in under another. */
  taken: { readonly tried: string; readonly reason: string } | undefined;
  /** Whether the lists at the sides are hidden. */
  bare = false;
  /** Whether the person looks at the window. */
  focused = true;
  /** Why nothing can be said; empty when all is well. */
  trouble = "connecting";
  /** Whether nobody can read along. */
  encrypted = false;
  /** By which key the server is recognised, where there is one. */
  fingerprint: string | undefined;
  /** Said above the status until the next key. */
  hint: string | undefined;
  /** Where Alt-A began, to go back to when nothing is unread. */
  origin: Buffer | undefined;
  /** Since when we were away from the server, until what was said meanwhile is here. */
  lostAt: number | undefined;
  /** What was searched for last. */
  search: Search | undefined;
  /** An account that was asked for, until the server has answered. */
  registering: { readonly account: string; readonly password: string } | undefined;
  readonly #heartbeat = new Heartbeat(this);
  readonly #members: MemberLists;
  readonly #colors: Colors;
  readonly #finish: (code: number) => void;
  /** Whether the server has ever taken us in. */
  #wasIn = false;
  /** Whether it was said that settings cannot be kept. */
  #unsaved = false;
  /** The lines of the last try in vain, if there was more than the break itself; absent while all is well. */
  #retries: Map<Buffer, Line> | undefined;

  constructor(options: FullScreenOptions) {
    this.session = options.session;
    this.effects = options.effects;
    this.store = options.store;
    this.address = options.address;
    this.now = options.now ?? Date.now;
    this.#colors = options.colors ?? 256;
    this.#members = new MemberLists(this.session);
    const { promise, resolve } = Promise.withResolvers<number>();
    this.finished = promise;
    this.#finish = resolve;
    for (const channel of this.session.wantedChannels.names()) this.buffer(channel);
    const last = options.start ?? this.here.current;
    this.current = (last === undefined ? undefined : this.find(last)) ?? this.buffers[1] ?? this.current;
    this.session.lookedAt = this.current.name;
  }

  /** What is remembered of this server. */
  get here(): ServerSettings {
    return this.store.settings.servers[this.address] ??= {};
  }

  // What happens.

  event(event: SessionEvent): void {
    this.#members.event(event);
    if (event.type === "history") {
      if (!this.quotes.arrived(event)) historyArrived(this, event);
      this.chores.answered();
    } else handleNews(this, event);
    if (event.type === "ready") this.#online();
    this.scrolling.keepPicked();
    this.effects.redraw();
  }

  connected(encrypted: boolean, note?: string, fingerprint?: string): void {
    if (note !== undefined) this.tell(this.current, "info", note);
    this.encrypted = encrypted;
    this.fingerprint = fingerprint;
    this.trouble = AT_THE_DOOR;
    this.effects.redraw();
  }

  disconnected(ending: Ending): void {
    const { why, pause, planned } = ending;
    if (this.#wasIn) this.lostAt ??= this.now();
    this.trouble = planned ? "connecting" : "offline";
    this.#heartbeat.stop();
    if (planned) this.tell(this.buffers[0]!, "info", why);
    else this.#tellBreak(why, pause);
    this.outgoing.disconnected(ending);
    for (const buffer of this.buffers) {
      if (this.#wasIn && buffer.kind !== "server") noteMissed(buffer);
      buffer.asked = undefined;
      buffer.typing.clear();
    }
    this.chores.clear();
    this.quotes.clear();
    forgetSought(this);
    this.effects.redraw();
  }

  /** Says why there is no connection: the first time, and of all later times the last, so that a night fills no screen. */
  #tellBreak(why: string, pause: number | undefined): void {
    const seconds = Math.round((pause ?? 0) / 1000);
    const now = seconds > 5 ? ", /reconnect tries now" : "";
    const text = pause === undefined ? why : `${why} Trying again in ${seconds} s${now}.`;
    for (const [buffer, line] of this.#retries ?? []) buffer.remove(line);
    const told = this.#retries === undefined ? undefined : new Map<Buffer, Line>();
    for (const buffer of new Set([this.buffers[0]!, this.current])) {
      const line = buffer.append({ kind: "error", time: this.now(), text });
      if (line !== undefined) told?.set(buffer, line);
    }
    this.#retries = told ?? new Map();
  }

  stop(): void {
    this.leave();
  }

  lastWords(): string[] {
    const drafts = this.buffers.flatMap((buffer) => {
      const text = buffer === this.current ? this.keyboard.editor.text : buffer.draft;
      return text.trim() === "" ? [] : [`Not sent to ${buffer.name || "anybody"}: ${text}`];
    });
    // What was pasted may be what others wrote.
    return [...this.outgoing.unsent(), ...drafts].map((words) => words.split("\n").map(sanitize).join("\n"));
  }

  /** Leaves the server and the program. */
  leave(reason?: string): void {
    if (this.session.registered) {
      this.reading.tick(true);
      this.session.quit(reason);
    }
    this.remember();
    this.#finish(0);
  }

  /** Called about once a second: what was believed for a while is no longer. */
  tick(): void {
    const now = this.now();
    for (const { typing } of this.buffers) {
      for (const [nick, until] of typing) if (until <= now && typing.delete(nick)) this.effects.redraw();
    }
    this.reading.tick();
    this.outgoing.tick();
    this.chores.tick();
    this.quotes.tick();
    this.#heartbeat.tick();
  }

  #online(): void {
    this.trouble = "";
    this.#wasIn = true;
    this.hint = this.#retries = undefined;
    if (this.lostAt !== undefined) this.tell(this.current, "info", "Connected again.");
    this.chores.begin();
    this.outgoing.online();
    this.#welcome();
    this.remember();
  }

  // Conversations.

  /** The buffer of a name, if there is one. */
  find(name: string): Buffer | undefined {
    return this.buffers.find((buffer) => this.session.same(buffer.name, name));
  }

  /** The buffer of a name, made if there is none. */
  buffer(name: string): Buffer {
    const found = this.find(name) ?? (this.buffers.length < MAX_BUFFERS ? undefined : this.buffers[0]);
    if (found !== undefined) return found;
    const made = new Buffer(name, this.session.isChannel(name) ? "channel" : "direct");
    const firstDirect = this.buffers.findIndex((buffer) => buffer.kind === "direct");
    this.buffers.splice(made.kind === "direct" || firstDirect < 0 ? this.buffers.length : firstDirect, 0, made);
    if (made.kind === "direct") this.#tellGuest(made);
    return made;
  }

  /** Who has no account finds no direct message again, and should know before they look for one. */
  #tellGuest(buffer: Buffer): void {
    const { account, registered, enabled, offered } = this.session;
    if (account !== undefined || !registered) return;
    if (!enabled.has("chathistory") || !offered.has("accountRegistration")) return;
    this.tell(buffer, "info", "You have no account, so you will not find this again after you have left: /register");
  }

  /** Opens a conversation, and goes there. */
  open(name: string): void {
    this.go(this.buffer(name));
  }

  /** Goes to a conversation. */
  go(buffer: Buffer): void {
    if (buffer === this.current) {
      this.panel = undefined;
      return this.reading.seen();
    }
    this.current.draft = this.keyboard.editor.text;
    this.current.unreadKey = undefined;
    this.reading.tell(this.current);
    this.keyboard.completion =
      this.replyTo =
      this.panel =
      this.scrolling.selected =
        undefined;
    this.current = buffer;
    this.session.lookedAt = buffer.name;
    this.keyboard.editor.clear();
    if (buffer.draft !== "") this.keyboard.editor.set(buffer.draft);
    this.reading.seen();
    this.chores.first(buffer);
    this.session.learnAway(buffer.name);
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
    this.scrolling.forget(buffer);
    this.outgoing.forget(buffer);
    this.remember();
  }

  /** Writes a line that is no message into a buffer. */
  tell(buffer: Buffer, kind: "info" | "error", text: string): void {
    for (const line of text.split("\n")) buffer.append({ kind, time: this.now(), text: line });
    this.effects.redraw();
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

  /** Handles what a person did. */
  key(event: KeyEvent): void {
    this.keyboard.key(event);
  }

  /** Shows every key and command, or one command. */
  help(about: string): void {
    this.panel = helpPanel(about, this.scrolling.columns);
  }

  // What is to be seen.

  /** Everything that is to be seen. */
  state(): ViewState {
    return viewState(this, {
      colors: this.#colors,
      lag: this.#heartbeat.lag,
      members: this.current.kind === "channel" ? this.#members.of(this.current.name) : undefined,
    });
  }

  /** What the terminal's title says. */
  get title(): string {
    return titleOf(this);
  }

  /** What was drawn tells whether older messages are wanted, as at the first look at a short conversation. */
  drawn(screen: Screen): void {
    this.quotes.drawn(screen.visible.keys);
    if (screen.visible.atTop && this.current.kind !== "server" && this.current.oldest !== undefined) {
      loadOlder(this, this.current, false);
    }
  }

  // What is remembered.

  /** Remembers places and settings. */
  remember(): void {
    const { here, store } = this;
    store.settings.lastServer = this.address;
    here.channels = [...this.session.wantedChannels.values()];
    here.current = this.current.name;
    here.nick = this.session.wantedNick;
    void store.save(this.address).then((why) => {
      if (why !== undefined && !this.#unsaved) this.tell(this.current, "error", `Settings cannot be kept: ${why}`);
      this.#unsaved = why !== undefined;
    });
  }

  /** Remembers whom to log in as, now and at later connections. */
  async rememberLogin(account: string, password: string): Promise<void> {
    this.here.account = account;
    this.session.credentials = { account, password };
    await this.keepPassword(account, password);
    this.remember();
  }

  /** Keeps a password for the next time, or with `undefined` forgets it; says so where that cannot be. */
  async keepPassword(account: string, password: string | undefined): Promise<void> {
    const why = await this.store.remember(this.address, account, password);
    if (why === undefined) return;
    const what = password === undefined ? "forgotten" : "remembered for the next time";
    this.tell(this.current, "error", `The password cannot be ${what}: ${why}`);
  }

  /** What is enough to begin with, in three rows of the narrowest screen, and below all that was to be said before. */
  #welcome(): void {
    if (this.store.settings.welcomed) return;
    this.store.settings.welcomed = true;
    this.tell(this.current, "info", "Welcome! Type, and Enter says it.");
    this.tell(this.current, "info", `You are ${this.session.nick}. Change: /nick NAME`);
    this.tell(this.current, "info", "? shows every key, /quit leaves.");
  }
}
