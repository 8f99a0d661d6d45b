/**
 * Accounts for tests: how a client makes one and signs in, in the lines that it sends.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Remote } from "../server/client.ts";
import type { Node, TestClient } from "./harness.ts";

/** A password that is good enough for all tests. */
export const PASSWORD = "correct horse";

/** Text as a client sends it in AUTHENTICATE. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The response of SASL PLAIN. */
export function plain(account: string, password = PASSWORD): string {
  return base64(`\0${account}\0${password}`);
}

/** Somebody comes in and registers an account of its nick. */
export async function registered(node: Node, nick: string, ...capabilities: string[]): Promise<TestClient> {
  const client = await node.client(nick, ...capabilities);
  client.send(`REGISTER * * :${PASSWORD}`);
  await client.expect("*REGISTER SUCCESS*");
  await client.sync();
  return client;
}

/** An account is made, and whoever made it leaves. */
export async function account(node: Node, nick: string): Promise<void> {
  const client = await registered(node, nick);
  client.send("QUIT");
  await client.expectEnd("ERROR *");
}

/** How {@linkcode signedIn} comes in. */
export interface SignInOptions {
  readonly account?: string;
  readonly capabilities?: readonly string[];
  readonly remote?: Partial<Remote>;
}

/** Somebody signs in and then comes in; what the server says from 001 on is still to be read. */
export async function signingIn(node: Node, nick: string, options: SignInOptions = {}): Promise<TestClient> {
  const { account = nick, capabilities = [], remote } = options;
  const client = node.connect(remote);
  client.nick = nick;
  client.send(`CAP REQ :${["sasl", ...capabilities].join(" ")}`, `NICK ${nick}`, `USER ${nick} 0 * :${nick} Test`);
  client.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain(account)}`, "CAP END");
  await client.expect("*CAP * ACK *");
  await client.expect("AUTHENTICATE +", "@time=* AUTHENTICATE +");
  await client.expect(`*:irc.test 900 * ${account} *`);
  await client.expect("*:irc.test 903 *");
  return client;
}

/** Somebody signs in and comes in; what the server says on the way is read. */
export async function signedIn(node: Node, nick: string, options: SignInOptions = {}): Promise<TestClient> {
  const client = await signingIn(node, nick, options);
  await client.sync();
  return client;
}
