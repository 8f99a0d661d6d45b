/**
 * What a command is: a row of the table, and the shape of its handler.
 *
 * @module
 */

import type { Message } from "../protocol.ts";
import type { Client, RegisteredClient } from "./client.ts";

/**
 * What a handler gives back: nothing, or, for slow work that runs beside the event loop, a promise of the change that it
 * leads to. The change runs later and at once, like a handler of its own.
 */
export type Outcome = void | Promise<() => void>;

interface Row {
  /** Grammar, for HELP and the documentation. */
  readonly usage: string;
  /** One line that says what it is for. */
  readonly description: string;
  /** Where it is specified. */
  readonly spec: string;
  /** Least number of parameters. */
  readonly minimum: number;
  /** Tokens of the rate limit that it takes; 1 unless told. */
  readonly cost?: number;
}

/** A command that works at any time, also before registration. */
export interface EarlyCommand extends Row {
  readonly early: true;
  readonly run: (client: Client, message: Message) => Outcome;
}

/** A command for registered users. */
export interface UserCommand extends Row {
  readonly early?: false;
  /** Only for operators of the server. */
  readonly operator?: true;
  readonly run: (client: RegisteredClient, message: Message) => Outcome;
}

/** A row of the table of commands. */
export type Command = EarlyCommand | UserCommand;

/** Commands by name. */
export type CommandTable = Readonly<Record<string, Command>>;

/** The document that most commands come from. */
export const MODERN = "https://modern.ircdocs.horse/";
