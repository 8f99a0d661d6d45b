/**
 * What slash commands can do on the full screen.
 *
 * @module
 */

import { toBase64 } from "../session/scram.ts";
import type { Line } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import type { Notify } from "../settings.ts";
import type { SlashContext } from "../slash_commands.ts";
import { isPickable } from "../view/messages.ts";
import { remove } from "./pick_keys.ts";

/** The hands of a slash command. */
export function slashContext(screen: FullScreen): SlashContext {
  const { session, store, current } = screen;
  return {
    session,
    target: current.name,
    settings: store.settings,
    encrypted: screen.encrypted,
    fingerprint: screen.fingerprint,
    show: (text) => screen.tell(screen.current, "info", text),
    fail: (text) => screen.tell(screen.current, "error", text),
    open: (target) => void screen.open(target),
    close: (target) => screen.close(target),
    say: (target, text, options = {}) => screen.outgoing.say(target, text, options),
    leave: (reason) => screen.leave(reason),
    reconnect: () => {
      tellBesidesServer(screen, "Connecting anew.");
      screen.effects.reconnect("Connecting anew, as you asked.");
    },
    help: (about) => screen.help(about),
    clear: () => current.clear(),
    searching: (query, attributes) => {
      screen.search = { query, attributes, found: [], panel: undefined };
    },
    picked: () => {
      const line = pickedLine(screen, false);
      return line?.id === undefined
        ? undefined
        : { target: current.name, id: line.id, nick: line.nick, self: line.self };
    },
    remove: (reason) => {
      const line = pickedLine(screen, true);
      if (line !== undefined) return void remove(screen, line, reason);
      screen.tell(screen.current, "error", "There is no message of yours here to delete.");
    },
    ask: (prompt, secret) => screen.keyboard.ask(prompt, { secret }),
    login: (account, password) => {
      login(screen, account, password);
      return Promise.resolve();
    },
    register: (account, password, email) => {
      screen.registering = { account, password };
      session.command("REGISTER", session.same(account, session.nick) ? "*" : account, email, password);
    },
    changePassword: (account, old, password) => {
      screen.registering = { account, password };
      session.command("ACCOUNT", "PASSWORD", encoded(old), encoded(password));
    },
    logout: () => logout(screen),
    ignore: (mask, add) => ignore(screen, mask, add),
    notify: (target, how) => {
      const name = session.fold(target === "" ? current.name : target);
      if (how !== undefined) (screen.here.notify ??= {})[name] = how;
      screen.remember();
      const now = screen.notifyOf(screen.buffer(name));
      screen.tell(screen.current, "info", `${name}: ${now}: ${NOTIFY_WORDS[now]}.`);
    },
    save: () => screen.remember(),
  };
}

const NOTIFY_WORDS: Readonly<Record<Notify, string>> = {
  all: "every message here calls you",
  mentions: "messages that mean you call you, others are counted",
  mute: "nothing here calls you, and nothing is counted",
};

/** The picked line, or else the last message that is, or is not, ours. */
function pickedLine({ scrolling, current }: FullScreen, own: boolean): Line | undefined {
  const suits = (line: Line) => isPickable(line) && line.id !== undefined && line.self === own;
  return scrolling.picked ?? current.lines.findLast(suits);
}

/** The password is remembered when the server has agreed to it. */
function login(screen: FullScreen, account: string, password: string): void {
  const { session } = screen;
  screen.loggingIn = { account, password, before: session.credentials };
  session.credentials = { account, password };
  tellBesidesServer(screen, `Connecting anew to log in as ${account}.`);
  screen.effects.reconnect(`Connecting anew to log in as ${account}.`);
}

/** The server's own window is told of connections anyway. */
function tellBesidesServer(screen: FullScreen, text: string): void {
  if (screen.current.kind !== "server") screen.tell(screen.current, "info", text);
}

/** Forgets whom to log in as. On the server we are logged in for as long as the connection lasts. */
function logout(screen: FullScreen): void {
  const { session, here } = screen;
  const { account } = here;
  const until = session.account === undefined ? "" : ` You stay logged in as ${session.account} until /reconnect.`;
  if (account !== undefined) void screen.keepPassword(account, undefined);
  delete here.account;
  session.credentials = undefined;
  screen.remember();
  const what = account === undefined
    ? "There is no account to forget here."
    : `The account ${account} and its password are forgotten here.`;
  screen.tell(screen.current, "info", what + until);
}

function ignore(screen: FullScreen, mask: string | undefined, add: boolean): void {
  const list = screen.here.ignore ?? [];
  const told = (text: string) => screen.tell(screen.current, "info", text);
  if (mask === undefined) {
    return told(list.length === 0 ? "Nobody is ignored." : `Ignored: ${list.map(ignoredName).join(", ")}`);
  }
  const full = /[!@*]/.test(mask) ? mask : `${mask}!*@*`;
  const name = ignoredName(full);
  const rest = list.filter((known) => known.toLowerCase() !== full.toLowerCase());
  if (!add && rest.length === list.length) return told(`${name} was not ignored.`);
  screen.here.ignore = add ? [...rest, full] : rest;
  screen.remember();
  told(add ? `${name} is not shown any more. /unignore ${name} takes that back.` : `${name} is shown again.`);
}

/** Whom a mask means, as a person would write it. */
function ignoredName(mask: string): string {
  return mask.replace(/!\*@\*$/, "");
}

/** A password as our server takes it where it may hold spaces (docs/protocol.md#accounts). */
function encoded(password: string): string {
  return `base64:${toBase64(new TextEncoder().encode(password))}`;
}
