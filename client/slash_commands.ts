/**
 * What a person may type after a slash: one table, from which the help and the completion are made too.
 *
 * A row says how it is written and what it does; `run` does it through {@linkcode SlashContext}, which the full screen and
 * line mode each provide. Knows nothing of screens and sockets.
 *
 * @module
 */

import { closestString } from "@std/text/closest-string";
import { readEmoji } from "./emoji.ts";
import type { Session } from "./session.ts";
import { isNotify, type Notify, type Settings, SWITCHES } from "./settings.ts";
import { searchAttributes } from "./search_query.ts";

/** A message that something can be done to. */
export interface Picked {
  readonly target: string;
  readonly id: string;
  readonly nick: string;
  readonly self: boolean;
}

/** What a slash command can do. */
export interface SlashContext {
  readonly session: Session;
  /** The channel or nick that is open, `""` for the server. */
  readonly target: string;
  readonly settings: Settings;
  /** Says something to the person, and to nobody else. */
  show(text: string): void;
  fail(text: string): void;
  /** Opens a conversation. */
  open(target: string): void;
  /** Closes a conversation. */
  close(target: string): void;
  /** Says something, in the way that suits where we are. */
  say(target: string, text: string, options?: { kind?: "message" | "action" | "notice"; reply?: string }): void;
  /** Leaves the server and the program. */
  leave(reason?: string): void;
  reconnect(): void;
  /** Shows keys and commands. */
  help(about: string): void;
  /** Clears what is seen of the conversation. */
  clear(): void;
  /** Begins a search whose results will be shown. */
  searching(query: string): void;
  /** The message that is picked, or else the last one of others or of our own. */
  picked(of: "others" | "own"): Picked | undefined;
  /** Asks for something, unseen if it is secret. `undefined` if the person would rather not. */
  ask(prompt: string, secret: boolean): Promise<string | undefined>;
  /** Remembers whom to log in as, and logs in. */
  login(account: string, password: string): Promise<void>;
  /** Registers an account and remembers its password. */
  register(account: string, password: string, email: string): void;
  logout(): void;
  /** Adds or takes away a mask of those who are not shown; lists them without one. */
  ignore(mask: string | undefined, add: boolean): void;
  notify(target: string, how: Notify | undefined): void;
  /** Says how to get in, to hand on to others. */
  save(): void;
}

/** One slash command. */
export interface SlashCommand {
  /** Without the slash. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What stands behind the name. */
  readonly usage: string;
  readonly help: string;
  /** How many words it needs. */
  readonly least?: number;
  /** What the first word is, for the shell and for completion. */
  readonly run: (context: SlashContext, rest: string, words: readonly string[]) => void;
}

/** The words of a text behind the first `count`. */
function after(rest: string, count: number): string {
  return rest.replace(new RegExp(`^(?:\\S+\\s+){0,${count - 1}}\\S+\\s*`), "");
}

function channelHere(context: SlashContext): string | undefined {
  if (context.session.isChannel(context.target)) return context.target;
  context.fail("You are in no channel here. Open one first, or name it.");
  return undefined;
}

/** A channel if the first word names one, else the one that is open; and the words behind it. */
function channelAndRest(context: SlashContext, rest: string): { channel: string; rest: string } | undefined {
  const [first = ""] = rest.split(/\s/, 1);
  if (context.session.isChannel(first)) return { channel: first, rest: after(rest, 1) };
  const channel = channelHere(context);
  return channel === undefined ? undefined : { channel, rest };
}

function asChannel(session: Session, name: string): string {
  return session.isChannel(name) ? name : `#${name}`;
}

function setModes(context: SlashContext, sign: "+" | "-", letter: string, nicks: readonly string[]): void {
  const channel = channelHere(context);
  if (channel === undefined) return;
  for (const nick of nicks) context.session.command("MODE", channel, sign + letter, nick);
}

/** `*!*@host` for somebody whose host is known, else `nick!*@*`; a mask stays as it is. */
function banMask(context: SlashContext, nick: string): string {
  if (/[!@*?$]/.test(nick)) return nick;
  const address = context.session.channels.get(context.target)?.members.get(nick)?.address;
  const host = address?.slice(address.indexOf("@") + 1);
  return host === undefined ? `${nick}!*@*` : `*!*@${host}`;
}

function ban(context: SlashContext, sign: "+" | "-", words: readonly string[]): void {
  const channel = channelHere(context);
  if (channel === undefined) return;
  if (words.length === 0) return context.session.command("MODE", channel, "+b");
  for (const nick of words) context.session.command("MODE", channel, `${sign}b`, banMask(context, nick));
}

function talkTo(context: SlashContext, target: string, text: string, kind: "message" | "notice" = "message"): void {
  const channel = context.session.isChannel(target);
  if (kind === "message" && !channel) context.open(target);
  if (text !== "") context.say(target, text, { kind });
}

function reply(context: SlashContext, text: string): void {
  const message = context.picked("others");
  if (message === undefined) return context.fail("There is no message here to answer.");
  context.say(message.target, text, { reply: message.id });
}

function react(context: SlashContext, word: string, add: boolean): void {
  const message = context.picked("others");
  if (message === undefined) return context.fail("There is no message here to react to.");
  if (!context.session.react(message.target, message.id, readEmoji(word), add)) {
    context.fail("This server does not pass reactions on.");
  }
}

function remove(context: SlashContext, reason: string): void {
  const message = context.picked("own");
  if (message === undefined) return context.fail("There is no message of yours here to delete.");
  if (!context.session.redact(message.target, message.id, reason === "" ? undefined : reason)) {
    context.fail("This server cannot delete messages.");
  }
}

function search(context: SlashContext, rest: string): void {
  const attributes = searchAttributes(rest, context.session.isChannel(context.target) ? context.target : "");
  if (typeof attributes === "string") return context.fail(attributes);
  if (!context.session.search(attributes)) return context.fail("This server cannot search.");
  context.searching(rest);
}

async function register(context: SlashContext, words: readonly string[]): Promise<void> {
  if (!context.session.offered.has("accountRegistration")) {
    return context.fail("This server has no accounts to register.");
  }
  const [account = context.session.nick, email = "*"] = words;
  const password = await context.ask(`A password for ${account}`, true);
  if (password === undefined || password === "") return context.show("Nothing was registered.");
  const again = await context.ask("The same password again", true);
  if (again !== password) return context.fail("The two passwords differ, so nothing was registered.");
  context.register(account, password, email);
}

async function login(context: SlashContext, words: readonly string[]): Promise<void> {
  const [account = context.session.nick] = words;
  if (!context.session.offered.has("sasl")) return context.fail("This server has no accounts to log in to.");
  const password = await context.ask(`The password of ${account}`, true);
  if (password === undefined || password === "") return;
  await context.login(account, password);
}

function set(context: SlashContext, [name, value]: readonly string[]): void {
  const { settings } = context;
  if (name === undefined) {
    for (const [key, help] of SWITCHES) context.show(`${key} is ${settings[key] ? "on" : "off"}: ${help}`);
    return context.show(`highlights are ${settings.highlights.join(", ") || "none"}: words that count as your name`);
  }
  if (name === "highlights") {
    settings.highlights = (value ?? "").split(",").filter((word) => word !== "");
  } else {
    const key = [...SWITCHES.keys()].find((known) => known === name);
    if (key === undefined) return context.fail(`There is no setting "${name}". Type /set to see them all.`);
    if (value !== "on" && value !== "off") return context.fail(`Write /set ${name} on, or off.`);
    settings[key] = value === "on";
  }
  context.save();
  context.show(`${name} is ${value ?? "empty"} now.`);
}

function notify(context: SlashContext, words: readonly string[]): void {
  const how = words.at(-1);
  const target = words.length > 1 ? words[0]! : context.target;
  if (how !== undefined && !isNotify(how)) return context.fail('Write "all", "mentions" or "mute".');
  context.notify(target, how);
}

function raw(context: SlashContext, rest: string): void {
  context.session.options.send(rest.replace(/[\r\n\0]/g, " "));
}

/** Everything that may be typed after a slash, in the order in which the help shows it. */
export const SLASH_COMMANDS: readonly SlashCommand[] = [
  {
    name: "help",
    aliases: ["h", "?"],
    usage: "[COMMAND]",
    help: "show every key and command",
    run: (c, rest) => c.help(rest),
  },
  {
    name: "join",
    aliases: ["j"],
    usage: "CHANNEL [KEY]",
    help: "go into a channel",
    least: 1,
    run: (c, _rest, [names = "", key]) => {
      for (const name of names.split(",").filter((n) => n !== "").map((n) => asChannel(c.session, n))) {
        c.session.join(name, key);
        c.open(name);
      }
    },
  },
  {
    name: "part",
    aliases: ["leave"],
    usage: "[CHANNEL] [REASON]",
    help: "leave a channel",
    run: (c, rest) => {
      const found = channelAndRest(c, rest);
      if (found !== undefined) c.session.part(found.channel, found.rest === "" ? undefined : found.rest);
    },
  },
  {
    name: "close",
    usage: "",
    help: "close this conversation; a channel is left",
    run: (c) => {
      if (c.session.channels.has(c.target)) c.session.part(c.target);
      c.close(c.target);
    },
  },
  {
    name: "msg",
    aliases: ["query", "m"],
    usage: "NICK [TEXT]",
    help: "talk to one person",
    least: 1,
    run: (c, rest, [target = ""]) => talkTo(c, target, after(rest, 1)),
  },
  {
    name: "notice",
    usage: "TARGET TEXT",
    help: "say something as a program would",
    least: 2,
    run: (c, rest, [target = ""]) => talkTo(c, target, after(rest, 1), "notice"),
  },
  {
    name: "me",
    usage: "TEXT",
    help: "say what you do: * ann waves",
    least: 1,
    run: (c, rest) =>
      c.target === "" ? c.fail("Open a conversation first.") : c.say(c.target, rest, { kind: "action" }),
  },
  {
    name: "reply",
    aliases: ["r"],
    usage: "TEXT",
    help: "answer the picked, or the last, message",
    least: 1,
    run: reply,
  },
  {
    name: "react",
    usage: "EMOJI",
    help: "react to the picked, or the last, message: /react :tada:",
    least: 1,
    run: (c, rest) => react(c, rest, true),
  },
  { name: "unreact", usage: "EMOJI", help: "take a reaction back", least: 1, run: (c, rest) => react(c, rest, false) },
  { name: "delete", usage: "[REASON]", help: "delete the picked, or your last, message", run: remove },
  {
    name: "search",
    aliases: ["s"],
    usage: "WORDS [from:NICK] [in:#CHANNEL] [before:DATE] [after:DATE]",
    help: "search what was said; Enter goes there",
    least: 1,
    run: search,
  },
  {
    name: "nick",
    usage: "NICK",
    help: "change your name",
    least: 1,
    run: (c, _rest, [nick = ""]) => c.session.command("NICK", nick),
  },
  {
    name: "topic",
    usage: "[TEXT]",
    help: "show or change what the channel is about; - clears it",
    run: (c, rest) => {
      const found = channelAndRest(c, rest);
      if (found === undefined) return;
      c.session.command("TOPIC", found.channel, ...(found.rest === "" ? [] : [found.rest === "-" ? "" : found.rest]));
    },
  },
  {
    name: "names",
    usage: "[CHANNEL]",
    help: "who is here",
    run: (c, rest) => {
      const found = channelAndRest(c, rest);
      if (found === undefined) return;
      const channel = c.session.channels.get(found.channel);
      if (channel !== undefined) channel.asked = true;
      c.session.command("NAMES", found.channel);
    },
  },
  {
    name: "who",
    usage: "MASK",
    help: "look for people",
    least: 1,
    run: (c, _rest, [mask = ""]) => c.session.command("WHO", mask),
  },
  {
    name: "whois",
    aliases: ["w"],
    usage: "NICK",
    help: "what is known of somebody",
    least: 1,
    run: (c, _rest, [nick = ""]) => c.session.command("WHOIS", nick),
  },
  {
    name: "list",
    usage: "[MASK]",
    help: "channels of this server",
    run: (c, _rest, words) => c.session.command("LIST", ...words),
  },
  {
    name: "away",
    usage: "[REASON]",
    help: "be away; without a reason, be back",
    run: (c, rest) => c.session.command("AWAY", ...(rest === "" ? [] : [rest])),
  },
  {
    name: "invite",
    usage: "NICK [CHANNEL]",
    help: "invite somebody",
    least: 1,
    run: (c, _rest, [nick = "", name]) => {
      const channel = name ?? channelHere(c);
      if (channel !== undefined) c.session.command("INVITE", nick, channel);
    },
  },
  {
    name: "kick",
    usage: "NICK [REASON]",
    help: "remove somebody from the channel",
    least: 1,
    run: (c, rest, [nick = ""]) => {
      const channel = channelHere(c);
      const reason = after(rest, 1);
      if (channel !== undefined) c.session.command("KICK", channel, nick, ...(reason === "" ? [] : [reason]));
    },
  },
  {
    name: "ban",
    usage: "[NICK|MASK...]",
    help: "keep somebody out; without a name, list who is",
    run: (c, _r, words) => ban(c, "+", words),
  },
  {
    name: "unban",
    usage: "MASK...",
    help: "let somebody in again",
    least: 1,
    run: (c, _r, words) => ban(c, "-", words),
  },
  {
    name: "op",
    usage: "NICK...",
    help: "make operators",
    least: 1,
    run: (c, _r, nicks) => setModes(c, "+", "o", nicks),
  },
  {
    name: "deop",
    usage: "NICK...",
    help: "no longer operators",
    least: 1,
    run: (c, _r, nicks) => setModes(c, "-", "o", nicks),
  },
  {
    name: "voice",
    usage: "NICK...",
    help: "let them speak when only some may",
    least: 1,
    run: (c, _r, n) => setModes(c, "+", "v", n),
  },
  { name: "devoice", usage: "NICK...", help: "take that back", least: 1, run: (c, _r, n) => setModes(c, "-", "v", n) },
  {
    name: "mode",
    usage: "[TARGET] [MODES]",
    help: "show or change modes",
    run: (c, rest, [first = ""]) => {
      const named = c.session.isChannel(first) || c.session.isSelf(first);
      const target = named ? first : channelHere(c);
      const words = (named ? after(rest, 1) : rest).split(/\s+/).filter((word) => word !== "");
      if (target !== undefined) c.session.command("MODE", target, ...words);
    },
  },
  {
    name: "ignore",
    usage: "[NICK|MASK]",
    help: "do not show what somebody says; without a name, list who that is",
    run: (c, _rest, [mask]) => c.ignore(mask, true),
  },
  {
    name: "unignore",
    usage: "NICK|MASK",
    help: "show it again",
    least: 1,
    run: (c, _rest, [mask]) => c.ignore(mask, false),
  },
  {
    name: "notify",
    usage: "[TARGET] all|mentions|mute",
    help: "when this conversation calls you",
    run: (c, _rest, words) => notify(c, words),
  },
  {
    name: "register",
    usage: "[ACCOUNT] [EMAIL]",
    help: "make your nick yours: asks for a password and remembers it",
    run: (c, _rest, words) => void register(c, words),
  },
  {
    name: "login",
    usage: "[ACCOUNT]",
    help: "log in; asks for the password",
    run: (c, _rest, words) => void login(c, words),
  },
  { name: "logout", usage: "", help: "forget the account and its password here", run: (c) => c.logout() },
  { name: "set", usage: "[NAME VALUE]", help: "show or change settings", run: (c, _rest, words) => set(c, words) },
  { name: "clear", usage: "", help: "clear the screen; history can bring it back", run: (c) => c.clear() },
  { name: "raw", aliases: ["quote"], usage: "LINE", help: "send a line of the protocol as it is", least: 1, run: raw },
  { name: "reconnect", usage: "", help: "connect anew", run: (c) => c.reconnect() },
  {
    name: "quit",
    aliases: ["exit", "q", "bye"],
    usage: "[REASON]",
    help: "leave the server",
    run: (c, rest) => c.leave(rest === "" ? undefined : rest),
  },
];

const BY_NAME = new Map(
  SLASH_COMMANDS.flatMap((command) => [command.name, ...command.aliases ?? []].map((name) => [name, command] as const)),
);

/** The command of a name or an alias. */
export function findSlashCommand(name: string): SlashCommand | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/**
 * What somebody typed: a slash command, or text to say. `//` says a slash; so does a path such as `/etc/hosts`.
 *
 * @example
 * ```ts
 * import { readTyped } from "./slash_commands.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readTyped("/me waves"), { name: "me", rest: "waves" });
 * assertEquals(readTyped("//me"), { text: "/me" });
 * assertEquals(readTyped("/etc/hosts is a file"), { text: "/etc/hosts is a file" });
 * ```
 */
export function readTyped(typed: string): { text: string } | { name: string; rest: string } {
  if (typed.startsWith("//")) return { text: typed.slice(1) };
  const [, name, rest = ""] = /^\/([^\s/]+)(?:\s+([^]*?))?\s*$/.exec(typed) ?? [];
  return name === undefined ? { text: typed } : { name, rest };
}

/** Runs what somebody typed after a slash. */
export function runSlashCommand(context: SlashContext, name: string, rest: string): void {
  const command = findSlashCommand(name);
  if (command === undefined) {
    const near = nearest(name, SLASH_COMMANDS.map((known) => known.name));
    return context.fail(
      `There is no /${name}.${near === undefined ? "" : ` Did you mean /${near}?`} Type // to say a slash.`,
    );
  }
  const words = rest.split(/\s+/).filter((word) => word !== "");
  if (words.length < (command.least ?? 0)) return context.fail(`Write /${command.name} ${command.usage}`);
  try {
    command.run(context, rest, words);
  } catch (error) {
    // What cannot be written as one line of the protocol, such as a nick that begins with a colon.
    context.fail(error instanceof Error ? error.message : String(error));
  }
}

/**
 * The name that is nearest to what was typed, if one is near.
 *
 * @example
 * ```ts
 * import { nearest } from "./slash_commands.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nearest("jion", ["join", "part"]), "join");
 * assertEquals(nearest("xyzzy", ["join", "part"]), undefined);
 * ```
 */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const best = closestString(typed.toLowerCase(), names);
  // More than half of the letters must be right, else it was another word.
  return common(typed.toLowerCase(), best) * 2 > Math.max(typed.length, best.length) ? best : undefined;
}

/** How many letters two words have in common, whatever their order. */
function common(a: string, b: string): number {
  const left = [...b];
  return [...a].filter((letter) => left.includes(letter) && left.splice(left.indexOf(letter), 1).length > 0).length;
}
