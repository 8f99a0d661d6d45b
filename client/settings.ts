/**
 * What is remembered from one time to the next: settings, the last server, places, what is ignored; and, in a file of its
 * own that only the user can read, passwords.
 *
 * Both are JSON that a person can read and change. They are written whole to a new file that then takes the old one's
 * place, so that a crash leaves the old or the new and nothing between. A file that cannot be read is kept aside.
 *
 * @module
 */

import { replaceFile } from "./kept_file.ts";

/** When a conversation calls for attention. */
export type Notify = "all" | "mentions" | "mute";

/** What is remembered of one server. */
export interface ServerSettings {
  nick?: string;
  /** Channels to be in. */
  channels?: string[];
  /** The conversation that was open last. */
  current?: string;
  /** Masks of those whose messages are not shown. */
  ignore?: string[];
  /** By channel or nick, where it is not the default. */
  notify?: Record<string, Notify>;
  /** The account to log in as. */
  account?: string;
}

/** What is remembered. */
export interface Settings {
  /** The address of the server that was joined last. */
  lastServer?: string;
  /** By address. */
  servers: Record<string, ServerSettings>;
  /** Rings the terminal's bell. */
  bell: boolean;
  /** Shows notifications of the desktop through the terminal. */
  notifications: boolean;
  /** Tells others that we are typing. */
  typing: boolean;
  /** Words that count as a mention, besides the nick. */
  highlights: string[];
  /** Whether the words for the first start were shown. */
  welcomed: boolean;
}

/** What holds before anybody changes anything. */
export function defaultSettings(): Settings {
  return {
    servers: {},
    bell: true,
    notifications: true,
    typing: true,
    highlights: [],
    welcomed: false,
  };
}

/** Settings that `/set` changes, and what they are. */
export const SWITCHES: ReadonlyMap<"bell" | "notifications" | "typing", string> = new Map([
  ["bell", "ring the terminal's bell when somebody means you"],
  ["notifications", "show notifications on the desktop, where the terminal can"],
  ["typing", "let others see that you are typing"],
]);

/** Where settings are kept between runs. */
export interface SettingsStore {
  readonly settings: Settings;
  /**
   * Writes the settings; of the servers, only what is known of this one, because others may be open elsewhere. Returns why
   * it could not: a folder that cannot be written is no reason to stop talking.
   */
  save(server: string): Promise<string | undefined>;
  /** The password of an account on a server, if it was remembered. */
  password(server: string, account: string): Promise<string | undefined>;
  /** Remembers a password, or with `undefined` forgets it. Returns why it could not. */
  remember(server: string, account: string, password: string | undefined): Promise<string | undefined>;
}

/**
 * Reads settings as they are written; what is missing or makes no sense is as it is by default.
 *
 * @example
 * ```ts
 * import { readSettings } from "./settings.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readSettings('{"bell": false, "typing": 7}').bell, false);
 * assertEquals(readSettings('{"bell": false, "typing": 7}').typing, true);
 * ```
 *
 * @throws {SyntaxError} if it is no JSON object.
 */
export function readSettings(text: string): Settings {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new SyntaxError("Cannot read settings: they are no JSON object");
  const settings = defaultSettings();
  for (const name of ["bell", "notifications", "typing", "welcomed"] as const) {
    if (typeof value[name] === "boolean") settings[name] = value[name];
  }
  if (typeof value.lastServer === "string") settings.lastServer = value.lastServer;
  if (isStrings(value.highlights)) settings.highlights = value.highlights;
  if (isObject(value.servers)) {
    for (const [address, server] of Object.entries(value.servers)) settings.servers[address] = readServer(server);
  }
  return settings;
}

function readServer(value: unknown): ServerSettings {
  const server: ServerSettings = {};
  if (!isObject(value)) return server;
  for (const name of ["nick", "current", "account"] as const) {
    if (typeof value[name] === "string") server[name] = value[name];
  }
  for (const name of ["channels", "ignore"] as const) if (isStrings(value[name])) server[name] = value[name];
  if (isObject(value.notify)) {
    const known = Object.entries(value.notify).filter((entry): entry is [string, Notify] => isNotify(entry[1]));
    server.notify = Object.fromEntries(known);
  }
  return server;
}

/**
 * What is written: ours in the place of what is there, of the servers only this one, and what we do not know as it is,
 * because a newer version may have written it.
 */
export function mergeSettings(
  theirs: Record<string, unknown>,
  ours: Settings,
  server: string,
): Record<string, unknown> {
  const servers = isObject(theirs.servers) ? theirs.servers : {};
  const here = ours.servers[server];
  const before = servers[server];
  return {
    ...without(theirs, SETTINGS),
    ...ours,
    servers: {
      ...servers,
      ...(here && { [server]: { ...(isObject(before) && without(before, SERVER_SETTINGS)), ...here } }),
    },
  };
}

// As records, so that none that the interfaces name can be forgotten here.
const SETTINGS: Readonly<Record<keyof Settings, true>> = {
  lastServer: true,
  servers: true,
  bell: true,
  notifications: true,
  typing: true,
  highlights: true,
  welcomed: true,
};
const SERVER_SETTINGS: Readonly<Record<keyof ServerSettings, true>> = {
  nick: true,
  channels: true,
  current: true,
  ignore: true,
  notify: true,
  account: true,
};

function without(value: Record<string, unknown>, names: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !Object.hasOwn(names, name)));
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function setAside(path: string): Promise<void> {
  await Deno.rename(path, `${path}.bad`).catch(() => {});
}

/** Why a file could not be written, or `undefined`. */
async function outcome(writing: Promise<void>, path: string): Promise<string | undefined> {
  try {
    await writing;
    return undefined;
  } catch (error) {
    // The runtime names the draft that was to become the file, which tells nobody anything.
    const why = error instanceof Error ? error.message.replace(/ \(os error \d+\)|: \w+ '.*$/gs, "") : String(error);
    return `${path}: ${why}`;
  }
}

/** Whether a word is one of the ways to be notified. */
export function isNotify(value: unknown): value is Notify {
  return value === "all" || value === "mentions" || value === "mute";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Settings in a folder of files. */
export class SettingsFolder implements SettingsStore {
  readonly settings: Settings;
  readonly #folder: string;
  #saving: Promise<string | undefined> = Promise.resolve(undefined);

  private constructor(folder: string, settings: Settings) {
    this.#folder = folder;
    this.settings = settings;
  }

  /** Opens the folder, which need not exist. What is in it and cannot be read is set aside, and said through `log`. */
  static async open(folder: string, log: (line: string) => void): Promise<SettingsFolder> {
    const path = `${folder}/settings.json`;
    try {
      return new SettingsFolder(folder, readSettings(await Deno.readTextFile(path)));
    } catch (error) {
      if (error instanceof SyntaxError) {
        log(`${path} cannot be read, so it was set aside as settings.json.bad: ${error.message}`);
        await setAside(path);
      }
      return new SettingsFolder(folder, defaultSettings());
    }
  }

  save(server: string): Promise<string | undefined> {
    const ours = structuredClone(this.settings);
    return this.#saving = this.#saving.then(() => outcome(this.#merge(ours, server), `${this.#folder}/settings.json`));
  }

  async #merge(ours: Settings, server: string): Promise<void> {
    const path = `${this.#folder}/settings.json`;
    const text = await Deno.readTextFile(path).catch(() => "{}");
    const theirs = readObject(text);
    // Somebody has just written it, and will look for what they wrote.
    if (theirs === undefined) await setAside(path);
    const merged = mergeSettings(theirs ?? {}, ours, server);
    await replaceFile(this.#folder, "settings.json", `${JSON.stringify(merged, null, 2)}\n`, 0o644);
  }

  async password(server: string, account: string): Promise<string | undefined> {
    const text = await Deno.readTextFile(`${this.#folder}/passwords.json`).catch(() => "{}");
    const password = readObject(text)?.[`${server} ${account}`];
    return typeof password === "string" ? password : undefined;
  }

  async remember(server: string, account: string, password: string | undefined): Promise<string | undefined> {
    return await outcome(this.#keep(`${server} ${account}`, password), `${this.#folder}/passwords.json`);
  }

  async #keep(name: string, password: string | undefined): Promise<void> {
    const path = `${this.#folder}/passwords.json`;
    const text = await Deno.readTextFile(path).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return "{}";
      throw error;
    });
    const passwords = readObject(text);
    // It may hold the only copy of the others.
    if (passwords === undefined) await setAside(path);
    const { [name]: _, ...others } = passwords ?? {};
    const kept = password === undefined ? others : { ...others, [name]: password };
    await replaceFile(this.#folder, "passwords.json", `${JSON.stringify(kept, null, 2)}\n`, 0o600);
  }
}

/** Settings that are gone when the program ends: for tests, and where no folder can be had, for the reason that is told. */
export class SettingsInMemory implements SettingsStore {
  readonly settings: Settings = defaultSettings();
  readonly #passwords = new Map<string, string>();
  readonly #why: string | undefined;

  constructor(why?: string) {
    this.#why = why;
  }

  save(_server: string): Promise<string | undefined> {
    return Promise.resolve(this.#why);
  }
  password(server: string, account: string): Promise<string | undefined> {
    return Promise.resolve(this.#passwords.get(`${server} ${account}`));
  }
  remember(server: string, account: string, password: string | undefined): Promise<string | undefined> {
    if (password === undefined) this.#passwords.delete(`${server} ${account}`);
    else this.#passwords.set(`${server} ${account}`, password);
    return Promise.resolve(password === undefined ? undefined : this.#why);
  }
}
