/**
 * What slash commands can do: the hands that the full screen and line mode lend them.
 *
 * @module
 */

import type { Session } from "../session.ts";
import type { Notify, Settings } from "../settings.ts";

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
  /** Whether nobody can read along, and by which key the server is recognised, if by one. */
  readonly encrypted: boolean;
  readonly fingerprint: string | undefined;
  /** Says something to the person, and to nobody else. */
  show(text: string): void;
  /** Says what went wrong. */
  fail(text: string): void;
  /** Opens a conversation. */
  open(target: string): void;
  /** Closes a conversation. */
  close(target: string): void;
  /** Says something, in the way that suits where we are. */
  say(target: string, text: string, options?: { kind?: "message" | "action" | "notice"; reply?: string }): void;
  /** Leaves the server and the program. */
  leave(reason?: string): void;
  /** Connects anew. */
  reconnect(): void;
  /** Shows keys and commands. */
  help(about: string): void;
  /** Clears what is seen of the conversation. */
  clear(): void;
  /** Begins a search whose results will be shown. */
  searching(query: string, attributes: ReadonlyMap<string, string>): void;
  /** The message that is picked, or else the last one of others. */
  picked(): Picked | undefined;
  /** Deletes the message that is picked, or else our last one, if the person agrees. */
  remove(reason: string): void;
  /** Asks for something, unseen if it is secret. `undefined` if the person would rather not. */
  ask(prompt: string, secret: boolean): Promise<string | undefined>;
  /** Remembers whom to log in as, and logs in. */
  login(account: string, password: string): Promise<void>;
  /** Registers an account and remembers its password. */
  register(account: string, password: string, email: string): void;
  /** Changes the password of the account that we are logged in to, and remembers the new one. */
  changePassword(account: string, old: string, password: string): void;
  /** Forgets whom to log in as. */
  logout(): void;
  /** Adds or takes away a mask of those who are not shown; lists them without one. */
  ignore(mask: string | undefined, add: boolean): void;
  /** Sets, or shows, when a conversation calls for attention. */
  notify(target: string, how: Notify | undefined): void;
  /** Keeps the settings that were changed. */
  save(): void;
}
