/**
 * Slash commands where there is no screen: a person at a terminal that can only print.
 *
 * @module
 */

import type { Session } from "./session.ts";
import { defaultSettings } from "./settings.ts";
import { findSlashCommand, readTyped, runSlashCommand, SLASH_COMMANDS, type SlashContext } from "./slash_commands.ts";

/** What line mode lends to slash commands. */
export interface LineSlashOptions {
  readonly session: Session;
  /** The channel that lines go to. */
  readonly target: string;
  readonly encrypted: boolean;
  readonly fingerprint: string | undefined;
  readonly print: (line: string) => void;
  readonly log: (line: string) => void;
  readonly leave: (reason?: string) => void;
}

/** Handles a line that begins with a slash. Returns the text to say if it is none of the commands. */
export function lineSlash(options: LineSlashOptions, line: string): string | undefined {
  const read = readTyped(line);
  if (!("name" in read)) return read.text;
  runSlashCommand(lineContext(options), read.name, read.rest);
  return undefined;
}

/** What needs a screen says so. */
function lineContext(options: LineSlashOptions): SlashContext {
  const { session, target, encrypted, fingerprint, print, log, leave } = options;
  const needsScreen = () => log("That needs a terminal that can do more than print.");
  return {
    session,
    target,
    encrypted,
    fingerprint,
    settings: defaultSettings(),
    show: print,
    fail: log,
    open: () => {},
    close: () => {},
    say: (to, text, how) => void session.say(to, text, how),
    leave,
    reconnect: needsScreen,
    help: (about) => {
      const one = findSlashCommand(about.replace(/^\//, ""));
      for (const { name, usage, help } of one === undefined ? SLASH_COMMANDS : [one]) {
        print(`/${name} ${usage}  ${help}`);
      }
    },
    clear: () => {},
    searching: () => {},
    picked: () => undefined,
    remove: () => log("There is no message here to delete."),
    ask: () => {
      needsScreen();
      return Promise.resolve(undefined);
    },
    login: () => Promise.resolve(),
    register: () => {},
    changePassword: () => {},
    logout: needsScreen,
    ignore: needsScreen,
    notify: needsScreen,
    save: () => {},
  };
}
