/**
 * AUTHENTICATE REGISTER VERIFY, and who sits beside whom.
 *
 * https://ircv3.net/specs/extensions/sasl-3.1, https://ircv3.net/specs/extensions/account-registration. What an account
 * is and who is told of it stands in `accounts.ts`; the mechanisms, in `sasl.ts`.
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import { CAPABILITIES } from "../../protocol/capability.ts";
import { casefold } from "../../protocol/casemapping.ts";
import * as numeric from "../../protocol/numerics.ts";
import {
  accountNamed,
  createAccount,
  HASHING_COST,
  makeSecrets,
  putAccount,
  registersEarly,
  signIn,
} from "../accounts.ts";
import { isLockedDown } from "../admission.ts";
import { comeBack } from "../always_on.ts";
import type { Client, RegisteredClient } from "../client.ts";
import type { CommandTable, Outcome } from "../command.ts";
import type { Hub } from "../hub.ts";
import { accountOf, isServiceNick, reclaimNick } from "../nick_ownership.ts";
import { MIN_PASSWORD_LENGTH, needsRehash, passwordProblem } from "../password.ts";
import type { Account } from "../records.ts";
import { beginSasl, SASL_CHUNK, saslMechanisms, saslPieces, SaslResponse, type SaslStep } from "../sasl.ts";
import type { User } from "../user.ts";
import { accountSettingsCommands } from "./account_settings.ts";
import { greet } from "./channel.ts";
import { shown, welcome } from "./welcome.ts";

/** Rows of this file. */
export const accountCommands: CommandTable = {
  AUTHENTICATE: {
    usage: "AUTHENTICATE <mechanism or response>",
    description: "Sign in to an account",
    spec: CAPABILITIES.sasl.spec,
    minimum: 1,
    early: true,
    run: authenticate,
  },
  REGISTER: {
    usage: "REGISTER <account or *> <email or *> <password>",
    description: "Make an account of your nick",
    spec: CAPABILITIES.accountRegistration.spec,
    minimum: 3,
    cost: 3,
    early: true,
    run: register,
  },
  VERIFY: {
    usage: "VERIFY <account> <code>",
    description: "Not needed here: accounts are made without mail",
    spec: CAPABILITIES.accountRegistration.spec,
    minimum: 2,
    early: true,
    run: verify,
  },
  ...accountSettingsCommands,
};

// AUTHENTICATE <mechanism> | <response> | *
function authenticate(client: Client, { params }: Message): Outcome {
  const word = params[0]!;
  if (word === "*") return abortSasl(client);
  if (word.length > SASL_CHUNK) return endSasl(client, numeric.ERR_SASLTOOLONG);
  if (client.sasl === undefined) return beginExchange(client, word);
  let response: string | undefined;
  try {
    response = client.sasl.response.add(word);
  } catch (error) {
    return endSasl(client, error instanceof RangeError ? numeric.ERR_SASLTOOLONG : numeric.ERR_SASLFAIL);
  }
  return response === undefined ? undefined : answerResponse(client, client.sasl, response);
}

function beginExchange(client: Client, mechanism: string): void {
  const { hub, remote } = client;
  const { fingerprint } = remote;
  const exchange = beginSasl(mechanism, {
    account: (name) => accountNamed(hub, name),
    certified: (fingerprint) => accountNamed(hub, hub.store.certificates.get(fingerprint) ?? ""),
    fingerprint,
    secret: hub.options.secret,
  });
  if (exchange === undefined) {
    client.numeric(numeric.RPL_SASLMECHS, saslMechanisms(fingerprint).join(","), "are available SASL mechanisms");
    return client.error(numeric.ERR_SASLFAIL);
  }
  const wait = hub.logins.wait(remote.address, hub.clock.elapsed());
  if (wait > 0) return client.numeric(numeric.ERR_SASLFAIL, tooOften(wait));
  client.sasl = { exchange, response: new SaslResponse() };
  client.deliver({ command: "AUTHENTICATE", params: ["+"] });
}

function tooOften(wait: number): string {
  return `Too many sign-ins from your address have failed: try again in ${Math.ceil(wait / 1000)} seconds`;
}

function answerResponse(client: Client, sasl: NonNullable<Client["sasl"]>, response: string): Outcome {
  const step = sasl.exchange.next(response);
  if (!(step instanceof Promise)) return takeStep(client, step);
  return step.catch((error): SaslStep => ({ failure: explainBusy(error) })).then((step) => () => {
    if (client.sasl === sasl) takeStep(client, step);
  });
}

/** What too many hashes at once mean to whoever waits for one. Anything else is a mistake of our own. */
function explainBusy(error: unknown): string {
  if (!(error instanceof RangeError)) throw error;
  return "Too many people are signing in right now: try again in a moment";
}

function takeStep(client: Client, step: SaslStep): void {
  const { hub, remote } = client;
  if ("challenge" in step) {
    for (const piece of saslPieces(step.challenge)) client.deliver({ command: "AUTHENTICATE", params: [piece] });
    return;
  }
  client.sasl = undefined;
  if ("failure" in step) {
    hub.logins.count(remote.address, hub.clock.elapsed());
    return client.numeric(numeric.ERR_SASLFAIL, step.failure);
  }
  if (client.user?.account !== undefined && client.user.identity !== step.account.identity) {
    return client.error(numeric.ERR_SASLALREADY);
  }
  signIn(client, step.account, { bySasl: true });
  if (step.password !== undefined) strengthen(hub, step.account, step.password);
}

/** Makes the hash anew if it was made with less effort than is asked for today; nobody waits for that. */
function strengthen(hub: Hub, account: Account, password: string): void {
  const { hashing = HASHING_COST } = hub.options;
  if (account.password === undefined || !needsRehash(account.password, hashing.password)) return;
  makeSecrets(password, hashing).then((secrets) => {
    const now = accountNamed(hub, account.name);
    if (now !== undefined && now.password === account.password) putAccount(hub, { ...now, ...secrets });
  }, () => {});
}

function abortSasl(client: Client): void {
  endSasl(client, numeric.ERR_SASLABORTED);
}

function endSasl(client: Client, code: string): void {
  client.sasl = undefined;
  client.error(code);
}

// "If the client completes registration ... while the SASL authentication is still in progress, the server SHOULD abort it
// and send a 906 numeric, then register the client without authentication."
/** Ends an exchange that is under way when a client registers. */
export function abandonSasl(client: Client): void {
  if (client.sasl !== undefined) abortSasl(client);
}

// REGISTER <account> <email> <password>
function register(client: Client, { params }: Message): Outcome {
  const { hub } = client;
  const [wanted, , password] = params as [string, string, string];
  const name = client.user?.nick ?? client.registration?.nick;
  const refuse = (code: string, ...context: string[]) => client.fail("REGISTER", code, ...context);
  if (client.user === undefined && !registersEarly(hub)) {
    return refuse("COMPLETE_CONNECTION_REQUIRED", "Come in first, with the server's password");
  }
  if (name === undefined) return refuse("NEED_NICK", "*", "Choose a nick first");
  if (wanted !== "*" && casefold(wanted) !== casefold(name)) {
    return refuse("ACCOUNT_NAME_MUST_BE_NICK", wanted || "*", "The account must have the name of your nick");
  }
  const refusal = whyNotRegister(client, name) ?? whyNotPassword(password);
  if (refusal !== undefined) return refuse(refusal[0], name, refusal[1]);
  hub.registrations.count(client.remote.address, hub.clock.elapsed());
  return makeSecrets(password, hub.options.hashing ?? HASHING_COST).then((secrets) => () => {
    // Somebody else may have been faster.
    const refusal = whyNotRegister(client, name, { counted: true });
    if (refusal !== undefined) return refuse(refusal[0], name, refusal[1]);
    const account = createAccount(hub, name, secrets);
    client.say("REGISTER", "SUCCESS", account.name, "Account successfully registered");
    signIn(client, account);
  }, (error) => () => refuse("TEMPORARILY_UNAVAILABLE", name, explainBusy(error)));
}

function whyNotRegister(client: Client, name: string, { counted = false } = {}): [string, string] | undefined {
  const { hub, user, remote } = client;
  if (accountOf(client) !== undefined) return ["ALREADY_AUTHENTICATED", "You are signed in to an account already"];
  if (isLockedDown(hub)) return ["TEMPORARILY_UNAVAILABLE", "No accounts are made right now"];
  if (isServiceNick(name)) return ["BAD_ACCOUNT_NAME", "That name is kept free: elsewhere it belongs to a service"];
  if (accountNamed(hub, name) !== undefined) return ["ACCOUNT_EXISTS", "There is an account of that name already"];
  if (hub.users.get(name) !== user) return ["USERNAME_EXISTS", "Somebody else has that nick right now"];
  if (hub.accountCount >= hub.limits.accounts) return ["TEMPORARILY_UNAVAILABLE", "There are too many accounts here"];
  if (!counted && hub.registrations.wait(remote.address, hub.clock.elapsed()) > 0) {
    return ["TEMPORARILY_UNAVAILABLE", "Too many accounts were registered from your address: try again later"];
  }
  return undefined;
}

function whyNotPassword(password: string): [string, string] | undefined {
  const problem = passwordProblem(password);
  if (problem === undefined) return undefined;
  return [[...password].length < MIN_PASSWORD_LENGTH ? "WEAK_PASSWORD" : "UNACCEPTABLE_PASSWORD", problem];
}

// VERIFY <account> <code>
function verify(client: Client, { params }: Message): void {
  const account = params[0] || "*";
  if (accountOf(client) !== undefined) {
    return client.fail("VERIFY", "ALREADY_AUTHENTICATED", account, "You are signed in to an account already");
  }
  client.fail("VERIFY", "INVALID_CODE", account, "Accounts need no verification here: sign in with your password");
}

/** Seats a client beside the others of its account; `true` once it is dealt with, also if there is no room. */
export function joinAccount(client: Client, nick: string): boolean {
  const { hub, registration } = client;
  reclaimNick(client, nick);
  const user = hub.users.get(nick);
  const account = registration?.account === undefined ? undefined : accountNamed(hub, registration.account);
  if (user === undefined || account === undefined || user.identity !== account.identity) return false;
  if (user.clients.length >= hub.limits.clientsPerUser) {
    client.numeric(numeric.ERR_NICKNAMEINUSE, nick, `Your account has ${user.clients.length} clients here already`);
    client.registration = { ...registration!, nick: undefined };
    return true;
  }
  hub.seat(client, user);
  user.address = shown(client.remote.address);
  welcome(client as RegisteredClient);
  catchUp(client, user);
  return true;
}

/** Shows a client where its user is already. */
function catchUp(client: Client, user: User): void {
  comeBack(client.hub, user);
  if (user.modes.size > 0) client.numeric(numeric.RPL_UMODEIS, `+${[...user.modes].sort().join("")}`);
  if (user.away !== undefined) client.numeric(numeric.RPL_NOWAWAY, "You have been marked as being away");
  for (const channel of user.channels.keys()) {
    const more = client.has("extendedJoin") ? [user.account ?? "*", user.realname] : [];
    client.deliver({ source: user.source, command: "JOIN", params: [channel.name, ...more] });
    greet(client, channel);
  }
}
