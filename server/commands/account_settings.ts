/**
 * ACCOUNT: what the owner of an account may ask and change. A command of our own, answered with standard replies.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Message } from "../../protocol.ts";
import { accountNamed, deleteAccount, HASHING_COST, makeSecrets, putAccount, redactEverything } from "../accounts.ts";
import { setAlwaysOn } from "../always_on.ts";
import type { RegisteredClient } from "../client.ts";
import type { CommandTable, Outcome } from "../command.ts";
import { passwordProblem, verifyPassword } from "../password.ts";
import type { Account } from "../records.ts";

/** Rows of this file. */
export const accountSettingsCommands: CommandTable = {
  ACCOUNT: {
    usage: "ACCOUNT GET | SET <setting> <value> | PASSWORD <old> <new> | DELETE <password> [redact] | " +
      "CERT LIST | CERT ADD [<fingerprint>] | CERT DEL <fingerprint>; operators: RESET <account> <password>",
    description: "Your account: its settings, its password, its certificates, its end",
    spec: "docs/protocol.md#accounts",
    minimum: 1,
    cost: 2,
    run: account,
  },
};

type Handler = (client: RegisteredClient, account: Account, params: readonly string[]) => Outcome;

const SUBCOMMANDS: Readonly<Record<string, { readonly minimum: number; readonly run: Handler }>> = {
  GET: { minimum: 0, run: get },
  SET: { minimum: 2, run: set },
  PASSWORD: { minimum: 2, run: changePassword },
  DELETE: { minimum: 1, run: remove },
  CERT: { minimum: 1, run: certificate },
};

// ACCOUNT <subcommand> [<parameter>...]
function account(client: RegisteredClient, { params: [word = "", ...rest] }: Message): Outcome {
  const name = word.toUpperCase();
  if (name === "RESET" && client.user.isOperator) return reset(client, rest);
  const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (subcommand === undefined) {
    return fail(client, "INVALID_PARAMS", word || "*", "It takes GET, SET, PASSWORD, DELETE or CERT");
  }
  const own = ownAccount(client);
  if (own === undefined) return fail(client, "ACCOUNT_REQUIRED", "Sign in to an account first");
  if (rest.length < subcommand.minimum) return fail(client, "NEED_MORE_PARAMS", name, "Parameters are missing");
  return subcommand.run(client, own, rest);
}

function ownAccount({ hub, user }: RegisteredClient): Account | undefined {
  return user.account === undefined ? undefined : accountNamed(hub, user.account);
}

function fail(client: RegisteredClient, code: string, ...context: string[]): void {
  client.fail("ACCOUNT", code, ...context);
}

function note(client: RegisteredClient, code: string, ...context: string[]): void {
  client.say("NOTE", "ACCOUNT", code, ...context);
}

/** A setting: how it reads and is written. */
interface Setting {
  readonly description: string;
  readonly get: (account: Account) => string;
  readonly set: (client: RegisteredClient, account: Account, value: string) => Account | undefined;
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  "always-on": {
    description: "on, you stay in your channels while you are away, and find your messages when you return",
    get: ({ alwaysOn }) => alwaysOn ? "on" : "off",
    set: ({ hub }, account, value) =>
      value === "on" || value === "off" ? setAlwaysOn(hub, account, value === "on") : undefined,
  },
};

// ACCOUNT GET
function get(client: RegisteredClient, account: Account): void {
  for (const [name, setting] of Object.entries(SETTINGS)) {
    tell(client, name, setting, account);
  }
}

// ACCOUNT SET <setting> <value>
function set(client: RegisteredClient, account: Account, [name = "", value = ""]: readonly string[]): void {
  const key = name.toLowerCase();
  const setting = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
  if (setting === undefined) return fail(client, "INVALID_PARAMS", name || "*", "There is no such setting");
  const changed = setting.set(client, account, value.toLowerCase());
  if (changed === undefined) return fail(client, "INVALID_PARAMS", key, `It is on or off (${setting.description})`);
  tell(client, key, setting, changed);
}

function tell(client: RegisteredClient, name: string, { get, description }: Setting, account: Account): void {
  const value = get(account);
  note(client, "SETTING", name, value, `${name} is ${value} (${description})`);
}

/**
 * A password as it was meant: one that holds spaces can stand before other parameters as `base64:` and its base64.
 */
function secretOf(param: string): string {
  const encoded = /^base64:([A-Za-z0-9+/]+=*)$/.exec(param)?.[1];
  return encoded === undefined ? param : Buffer.from(encoded, "base64").toString();
}

// ACCOUNT PASSWORD <old> <new>
function changePassword(
  client: RegisteredClient,
  { name }: Account,
  [old = "", wanted = ""]: readonly string[],
): Outcome {
  const { hub } = client;
  const secret = secretOf(wanted);
  const problem = passwordProblem(secret);
  if (problem !== undefined) return fail(client, "UNACCEPTABLE_PASSWORD", problem);
  return withPassword(client, old, async () => {
    const secrets = await makeSecrets(secret, hub.options.hashing ?? HASHING_COST);
    return (account) => {
      putAccount(hub, { ...account, ...secrets });
      note(client, "PASSWORD_CHANGED", name, "Your password is changed; whoever is signed in stays so");
    };
  });
}

// ACCOUNT RESET <account> <password>
/** For who has forgotten a password: an operator of the server gives the account another. */
function reset(client: RegisteredClient, [name = "", wanted = ""]: readonly string[]): Outcome {
  const { hub } = client;
  const password = secretOf(wanted);
  const known = accountNamed(hub, name);
  if (known === undefined) return fail(client, "ACCOUNT_UNKNOWN", name || "*", "There is no account of that name");
  const problem = passwordProblem(password);
  if (problem !== undefined) return fail(client, "UNACCEPTABLE_PASSWORD", problem);
  return busyAsAnswer(client, async () => {
    const secrets = await makeSecrets(password, hub.options.hashing ?? HASHING_COST);
    return () => {
      const account = accountNamed(hub, name);
      if (account?.identity !== known.identity) return fail(client, "ACCOUNT_UNKNOWN", name, "It was just deleted");
      putAccount(hub, { ...account, ...secrets });
      hub.log(`${client.user.source} gave the account ${account.name} another password`);
      note(client, "PASSWORD_RESET", account.name, `${account.name} has another password now`);
    };
  });
}

// ACCOUNT DELETE <password> [redact]
function remove(client: RegisteredClient, account: Account, [password = "", how = ""]: readonly string[]): Outcome {
  const redact = how.toLowerCase() === "redact";
  if (how !== "" && !redact) return fail(client, "INVALID_PARAMS", how, "It takes redact or nothing");
  return withPassword(client, password, async () => {
    if (redact) await redactEverything(client.hub, account);
    return (account) => {
      const { clients } = client.user;
      const text = redact
        ? "Your account is deleted, and the text of everything it said"
        : "Your account is deleted; what it said stays under its nick, and nobody inherits its messages";
      for (const each of clients) each.say("NOTE", "ACCOUNT", "DELETED", account.name, text);
      deleteAccount(client.hub, account);
    };
  });
}

type Change = (account: Account) => void;

/** Does what takes the account's password, once that has been checked. */
async function withPassword(
  client: RegisteredClient,
  password: string,
  prepare: () => Promise<Change>,
): Promise<() => void> {
  const { hub, remote } = client;
  const wait = hub.logins.wait(remote.address, hub.clock.elapsed());
  if (wait > 0) {
    return () => fail(client, "RATE_LIMITED", `Wrong too often: try again in ${Math.ceil(wait / 1000)} seconds`);
  }
  return await busyAsAnswer(client, async () => {
    const known = ownAccount(client);
    if (!await verifyPassword(secretOf(password), known?.password)) return () => refuseWrong(client);
    const change = await prepare();
    return () => {
      const now = ownAccount(client);
      if (now === undefined || now.identity !== known?.identity || now.password !== known.password) {
        return fail(client, "TEMPORARILY_UNAVAILABLE", "Your account was changed meanwhile: try again");
      }
      change(now);
    };
  });
}

/** Says so if there are too many passwords to hash. */
async function busyAsAnswer(client: RegisteredClient, prepare: () => Promise<() => void>): Promise<() => void> {
  try {
    return await prepare();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const text = "Too many people are signing in right now: try again in a moment";
    return () => fail(client, "TEMPORARILY_UNAVAILABLE", text);
  }
}

function refuseWrong(client: RegisteredClient): void {
  const { hub, remote } = client;
  hub.logins.count(remote.address, hub.clock.elapsed());
  fail(client, "INVALID_CREDENTIALS", "That is not the password of your account");
}

/** Most certificates of one account. */
export const MAX_CERTIFICATES = 10;

// ACCOUNT CERT LIST | CERT ADD [<fingerprint>] | CERT DEL <fingerprint>
function certificate(client: RegisteredClient, account: Account, [word = "", given]: readonly string[]): void {
  const subcommand = word.toUpperCase();
  if (subcommand === "LIST") {
    for (const each of account.certificates) note(client, "CERTIFICATE", each, `${each} signs you in`);
    if (account.certificates.length === 0) note(client, "NO_CERTIFICATES", "No certificate signs you in");
    return;
  }
  const fingerprint = given?.replaceAll(":", "").toLowerCase() ?? client.remote.fingerprint;
  if (fingerprint === undefined || !/^[0-9a-f]{64}$/.test(fingerprint)) {
    const what = "A fingerprint is a SHA-256 in 64 hexadecimal digits; you may leave out that of this connection";
    return fail(client, "INVALID_PARAMS", subcommand || "*", what);
  }
  if (subcommand === "ADD") return addCertificate(client, account, fingerprint);
  if (subcommand === "DEL") return deleteCertificate(client, account, fingerprint);
  fail(client, "INVALID_PARAMS", word || "*", "It takes LIST, ADD or DEL");
}

function addCertificate(client: RegisteredClient, account: Account, fingerprint: string): void {
  const { hub } = client;
  if (hub.store.certificates.get(fingerprint) !== undefined) {
    return fail(client, "CERTIFICATE_IN_USE", fingerprint, "That certificate signs in to an account already");
  }
  if (account.certificates.length >= MAX_CERTIFICATES) {
    return fail(
      client,
      "TOO_MANY_CERTIFICATES",
      fingerprint,
      `An account has at most ${MAX_CERTIFICATES} certificates`,
    );
  }
  putAccount(hub, { ...account, certificates: [...account.certificates, fingerprint] });
  hub.store.certificates.put(fingerprint, account.name);
  note(client, "CERTIFICATE_ADDED", fingerprint, "That certificate signs you in from now on");
}

function deleteCertificate(client: RegisteredClient, account: Account, fingerprint: string): void {
  const { hub } = client;
  if (!account.certificates.includes(fingerprint)) {
    return fail(client, "NO_SUCH_CERTIFICATE", fingerprint, "That certificate does not sign in to your account");
  }
  putAccount(hub, { ...account, certificates: account.certificates.filter((each) => each !== fingerprint) });
  hub.store.certificates.delete(fingerprint);
  note(client, "CERTIFICATE_DELETED", fingerprint, "That certificate signs nobody in any more");
}
