/**
 * What a person may type after a slash: one table, from which the help and the completion are made too.
 *
 * A row says how it is written and what it does; `run` does it through {@linkcode SlashContext}, which the full screen and
 * line mode each provide. Knows nothing of screens and sockets.
 *
 * @module
 */

import { SWITCHES } from "./settings.ts";
import * as actions from "./slash_commands/actions.ts";
import { ban, unban } from "./slash_commands/bans.ts";
import type { SlashContext } from "./slash_commands/context.ts";

export type { Picked, SlashContext } from "./slash_commands/context.ts";

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
  /** Whether it can be done, or waits by itself, while there is no connection. */
  readonly offline?: true;
  /** Does it: with all that stands behind the name, as it is and as words. */
  readonly run: (context: SlashContext, rest: string, words: readonly string[]) => void | Promise<void>;
}

/** Everything that may be typed after a slash, in the order in which the help shows it. */
export const SLASH_COMMANDS: readonly SlashCommand[] = [
  {
    name: "help",
    aliases: ["h", "?"],
    usage: "[COMMAND]",
    help: "show every key and command",
    offline: true,
    run: (c, rest) => c.help(rest),
  },
  {
    name: "join",
    aliases: ["j"],
    usage: "CHANNEL [KEY]",
    help: "go into a channel; a name that is new opens one",
    least: 1,
    offline: true,
    run: (c, _rest, [names = "", key]) => {
      for (const name of names.split(",").filter((n) => n !== "").map((n) => actions.asChannel(c.session, n))) {
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
    offline: true,
    run: (c, rest) => {
      const found = actions.channelAndRest(c, rest);
      if (found === undefined) return;
      c.session.part(found.channel, found.rest === "" ? undefined : found.rest);
      if (!c.session.registered) c.close(found.channel);
    },
  },
  {
    name: "close",
    usage: "",
    help: "close this conversation; a channel is left",
    offline: true,
    run: (c) => {
      if (c.session.channels.has(c.target)) c.session.part(c.target);
      else c.session.wantedChannels.delete(c.target);
      c.close(c.target);
    },
  },
  {
    name: "msg",
    aliases: ["query", "m"],
    usage: "NICK [TEXT]",
    help: "talk to one person",
    least: 1,
    offline: true,
    run: (c, rest, [target = ""]) => actions.talkTo(c, target, actions.after(rest, 1)),
  },
  {
    name: "notice",
    usage: "TARGET TEXT",
    help: "say something as a program would",
    least: 2,
    offline: true,
    run: (c, rest, [target = ""]) => actions.talkTo(c, target, actions.after(rest, 1), "notice"),
  },
  {
    name: "me",
    usage: "TEXT",
    help: "say what you do: * ann waves",
    least: 1,
    offline: true,
    run: (c, rest) =>
      c.target === "" ? c.fail("Open a conversation first.") : c.say(c.target, rest, { kind: "action" }),
  },
  {
    name: "reply",
    aliases: ["r"],
    usage: "TEXT",
    help: "answer the picked, or the last, message",
    least: 1,
    offline: true,
    run: actions.reply,
  },
  {
    name: "react",
    usage: "EMOJI",
    help: "react to the picked, or the last, message: /react :tada:",
    least: 1,
    run: (c, rest) => actions.react(c, rest, true),
  },
  {
    name: "unreact",
    usage: "EMOJI",
    help: "take a reaction back",
    least: 1,
    run: (c, rest) => actions.react(c, rest, false),
  },
  {
    name: "delete",
    usage: "[REASON]",
    help: "delete the picked, or your last, message; asks first",
    run: (c, rest) => c.remove(rest),
  },
  {
    name: "search",
    aliases: ["s"],
    usage: "[WORDS] [from:NICK] [in:#CHANNEL] [before:DATE] [after:DATE]",
    help: "search what was said; Enter goes there",
    least: 1,
    run: actions.search,
  },
  {
    name: "nick",
    usage: "NAME",
    help: "change your name",
    least: 1,
    run: (c, _rest, [nick = "", ...more]) =>
      more.length === 0
        ? c.session.changeNick(nick)
        : c.fail(`A name has no spaces: /nick ${[nick, ...more].join("_")}`),
  },
  {
    name: "topic",
    usage: "[CHANNEL] [TOPIC]",
    help: "show or change what the channel is about (Tab: to edit it); - clears it",
    run: (c, rest) => {
      const found = actions.channelAndRest(c, rest);
      if (found === undefined) return;
      const known = c.session.channels.get(found.channel);
      if (found.rest === "" && known !== undefined) return actions.showTopic(c, known.topic);
      c.session.command("TOPIC", found.channel, ...(found.rest === "" ? [] : [found.rest === "-" ? "" : found.rest]));
    },
  },
  {
    name: "names",
    usage: "[CHANNEL]",
    help: "who is here",
    run: (c, rest) => {
      const found = actions.channelAndRest(c, rest);
      if (found === undefined) return;
      const channel = c.session.channels.get(found.channel);
      if (channel !== undefined) channel.asked = true;
      c.session.command("NAMES", found.channel);
    },
  },
  {
    name: "who",
    usage: "NICK|CHANNEL|MASK",
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
      const channel = name ?? actions.channelHere(c);
      if (channel !== undefined) c.session.command("INVITE", nick, channel);
    },
  },
  {
    name: "invite-link",
    usage: "[TIME] [PEOPLE]",
    help: "get a link that lets others into this channel, for so long and so many",
    run: (c, _rest, words) => {
      const channel = actions.channelHere(c);
      if (channel !== undefined) c.session.command("INVITELINK", channel, ...words.slice(0, 2));
    },
  },
  {
    name: "kick",
    usage: "NICK [REASON]",
    help: "remove somebody from the channel",
    least: 1,
    run: (c, rest, [nick = ""]) => {
      const channel = actions.channelHere(c);
      const reason = actions.after(rest, 1);
      if (channel !== undefined) c.session.command("KICK", channel, nick, ...(reason === "" ? [] : [reason]));
    },
  },
  {
    name: "ban",
    usage: "[NICK|MASK...]",
    help: "keep somebody out, and nobody else who is here; without a name, list who is kept out",
    run: (c, _r, words) => ban(c, words),
  },
  {
    name: "unban",
    usage: "NICK|MASK...",
    help: "let somebody in again",
    least: 1,
    run: (c, _r, words) => unban(c, words),
  },
  {
    name: "op",
    usage: "NICK...",
    help: "make operators",
    least: 1,
    run: (c, _r, nicks) => actions.setModes(c, "+", "o", nicks),
  },
  {
    name: "deop",
    usage: "NICK...",
    help: "no longer operators",
    least: 1,
    run: (c, _r, nicks) => actions.setModes(c, "-", "o", nicks),
  },
  {
    name: "voice",
    usage: "NICK...",
    help: "let them speak when only some may",
    least: 1,
    run: (c, _r, n) => actions.setModes(c, "+", "v", n),
  },
  {
    name: "devoice",
    usage: "NICK...",
    help: "take that back",
    least: 1,
    run: (c, _r, n) => actions.setModes(c, "-", "v", n),
  },
  {
    name: "mode",
    usage: "[TARGET] [MODES]",
    help: "show or change modes",
    run: (c, rest, [first = ""]) => {
      const named = c.session.isChannel(first) || c.session.isSelf(first);
      const target = named ? first : actions.channelHere(c);
      const words = (named ? actions.after(rest, 1) : rest).split(/\s+/).filter((word) => word !== "");
      if (target !== undefined) c.session.command("MODE", target, ...words);
    },
  },
  {
    name: "ignore",
    usage: "[NICK|MASK]",
    help: "do not show what somebody says; without a name, list who that is",
    offline: true,
    run: (c, _rest, [mask]) => c.ignore(mask, true),
  },
  {
    name: "unignore",
    usage: "NICK|MASK",
    help: "show it again",
    least: 1,
    offline: true,
    run: (c, _rest, [mask]) => c.ignore(mask, false),
  },
  {
    name: "notify",
    usage: "[TARGET] all|mentions|mute",
    help: "when this conversation calls you",
    offline: true,
    run: (c, _rest, words) => actions.notify(c, words),
  },
  {
    name: "register",
    usage: "[ACCOUNT] [EMAIL]",
    help: "make your nick yours: asks for a password and remembers it",
    run: (c, _rest, words) => actions.register(c, words),
  },
  {
    name: "login",
    usage: "[ACCOUNT]",
    help: "log in; asks for the password",
    offline: true,
    run: (c, _rest, words) => actions.login(c, words),
  },
  {
    name: "password",
    usage: "",
    help: "change the password of your account",
    run: (c) => actions.changePassword(c),
  },
  {
    name: "account",
    usage: "[SETTING VALUE]",
    help: "what your account is like on the server, such as always-on on",
    run: (c, _rest, words) => actions.account(c, words),
  },
  {
    name: "logout",
    usage: "",
    help: "forget the account and its password here",
    offline: true,
    run: (c) => c.logout(),
  },
  {
    name: "oper",
    usage: "[NAME] [PASSWORD]",
    help: "become an operator of the server; asks for the password, and needs neither for an operator's account",
    run: (c, _rest, words) => actions.becomeOperator(c, words),
  },
  {
    name: "set",
    usage: `[${[...SWITCHES.keys()].join("|")}|highlights on|off|NAMES]`,
    help: "show or change settings",
    offline: true,
    run: (c, _rest, words) => actions.set(c, words),
  },
  {
    name: "clear",
    usage: "",
    help: "clear the screen; history can bring it back",
    offline: true,
    run: (c) => c.clear(),
  },
  {
    name: "raw",
    aliases: ["quote"],
    usage: "LINE",
    help: "send a line of the protocol as it is",
    least: 1,
    run: actions.raw,
  },
  {
    name: "fingerprint",
    usage: "",
    help: "how to be sure that this is the right server",
    run: actions.showFingerprint,
  },
  { name: "reconnect", usage: "", help: "connect anew", offline: true, run: (c) => c.reconnect() },
  {
    name: "quit",
    aliases: ["exit", "q", "bye"],
    usage: "[REASON]",
    help: "leave the server",
    offline: true,
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
 * What somebody typed: a slash command, or text to say. `//` says a slash; so do a path such as `/etc/hosts` and code such
 * as `/^this/`.
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
  const [, name, rest = ""] = /^\/([\p{L}\p{N}?][^\s/]*)(?:\s+([^]*?))?\s*$/u.exec(typed) ?? [];
  return name === undefined ? { text: typed } : { name, rest };
}

/** What somebody is told who wants to do what needs a connection. */
export function noConnection(what: string): string {
  return `There is no connection now; ${what} needs one.`;
}

/** Why a command cannot be done now, whatever stands behind it; `undefined` if it can. */
export function whyNotNow(name: string, connected: boolean): string | undefined {
  const command = findSlashCommand(name);
  if (command !== undefined) {
    const able = connected || command.offline === true;
    return able ? undefined : noConnection(`/${command.name}`);
  }
  const near = nearest(name, SLASH_COMMANDS.map((known) => known.name));
  return `There is no /${name}.${near === undefined ? "" : ` Did you mean /${near}?`} Type // to say a slash.`;
}

/** Runs what somebody typed after a slash. `false`: it could not even be begun, and may be corrected. */
export function runSlashCommand(context: SlashContext, name: string, rest: string): boolean {
  const trouble = whyNotNow(name, context.session.registered);
  if (trouble !== undefined) return failed(context, trouble);
  const command = findSlashCommand(name)!;
  const words = rest.split(/\s+/).filter((word) => word !== "");
  if (words.length < (command.least ?? 0)) return failed(context, `Write /${command.name} ${command.usage}`);
  // What cannot be written as one line of the protocol, such as a nick that begins with a colon.
  const fail = (error: unknown) => context.fail(error instanceof Error ? error.message : String(error));
  try {
    Promise.resolve(command.run(context, rest, words)).catch(fail);
  } catch (error) {
    fail(error);
    return false;
  }
  return true;
}

function failed(context: SlashContext, why: string): false {
  context.fail(why);
  return false;
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
  const likeness = (name: string) => 2 * common(typed.toLowerCase(), name) / (typed.length + name.length);
  const [best] = [...names].sort((a, b) => likeness(b) - likeness(a));
  return best !== undefined && likeness(best) > 0.6 ? best : undefined;
}

/** How many letters two words have in common, in whatever order: typing errors swap them more often than not. */
function common(a: string, b: string): number {
  const left = [...b];
  return [...a].filter((letter) => left.includes(letter) && left.splice(left.indexOf(letter), 1).length > 0).length;
}
