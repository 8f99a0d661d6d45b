/**
 * SASL: what we answer when the server asks who we are.
 *
 * SCRAM-SHA-256 proves that we know the password without sending it, and that the server knows it too. PLAIN sends it.
 * https://ircv3.net/specs/extensions/sasl-3.1, https://datatracker.ietf.org/doc/html/rfc7677
 *
 * @module
 */

import { preparePassword } from "../../protocol/password.ts";

/** Name and password of an account. */
export interface Credentials {
  readonly account: string;
  readonly password: string;
}

/** One way to log in: each thing the server says is answered with one of ours. */
export interface Mechanism {
  readonly name: string;
  /** @throws {Error} if what the server says does not prove that it knows the password. */
  answer(challenge: string): Promise<string>;
}

/** Ways to log in, best first. */
const MECHANISMS: readonly [string, (credentials: Credentials, nonce: string) => Mechanism][] = [
  ["SCRAM-SHA-256", (credentials, nonce) => new ScramSha256(credentials, nonce)],
  ["PLAIN", plain],
];

/** Names of the ways to log in that both we and the server know, best first. `offered` is the value of `sasl`. */
export function commonMechanisms(offered: string): string[] {
  const theirs = offered.toUpperCase().split(",");
  return MECHANISMS.map(([name]) => name).filter((name) => offered === "" || theirs.includes(name));
}

/** Begins to log in. @throws {TypeError} if there is no such way. */
export function startMechanism(name: string, credentials: Credentials, nonce: string = crypto.randomUUID()): Mechanism {
  const found = MECHANISMS.find(([known]) => known === name);
  if (found === undefined) throw new TypeError(`Cannot log in by ${name}`);
  return found[1](credentials, nonce);
}

function plain({ account, password }: Credentials): Mechanism {
  return { name: "PLAIN", answer: () => Promise.resolve(`\0${account}\0${password}`) };
}

/** https://datatracker.ietf.org/doc/html/rfc5802#section-3 */
class ScramSha256 implements Mechanism {
  readonly name = "SCRAM-SHA-256";
  readonly #password: string;
  readonly #first: string;
  readonly #nonce: string;
  #expected: string | undefined;
  #step = 0;

  constructor({ account, password }: Credentials, nonce: string) {
    this.#password = preparePassword(password);
    this.#nonce = nonce.replaceAll(",", "");
    const name = account.replaceAll("=", "=3D").replaceAll(",", "=2C");
    this.#first = `n=${name},r=${this.#nonce}`;
  }

  async answer(challenge: string): Promise<string> {
    this.#step++;
    if (this.#step === 1) return `n,,${this.#first}`;
    if (this.#step === 2) return await this.#prove(challenge);
    if (this.#expected === undefined || attributes(challenge).get("v") !== this.#expected) {
      throw new Error("Cannot log in: the server does not know the password");
    }
    return "";
  }

  async #prove(challenge: string): Promise<string> {
    const said = attributes(challenge);
    const [nonce, salt, iterations] = [said.get("r") ?? "", said.get("s") ?? "", Number(said.get("i"))];
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce || !(iterations >= 1 && iterations <= MAX_ITERATIONS)) {
      throw new Error("Cannot log in: the server's challenge makes no sense");
    }
    const salted = await pbkdf2(this.#password, fromBase64(salt), iterations);
    const clientKey = await hmac(salted, "Client Key");
    const storedKey = new Uint8Array(await crypto.subtle.digest("SHA-256", clientKey));
    const withoutProof = `c=biws,r=${nonce}`;
    const auth = `${this.#first},${challenge},${withoutProof}`;
    const signature = await hmac(storedKey, auth);
    this.#expected = toBase64(await hmac(await hmac(salted, "Server Key"), auth));
    return `${withoutProof},p=${toBase64(clientKey.map((byte, i) => byte ^ signature[i]!))}`;
  }
}

/** A server could ask for so many rounds that we never come back. */
const MAX_ITERATIONS = 1_000_000;

function attributes(text: string): Map<string, string> {
  return new Map(text.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
}

async function pbkdf2(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", ENCODER.encode(password), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 256),
  );
}

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, ENCODER.encode(text)));
}

const ENCODER = new TextEncoder();

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Base64 as bytes. @throws {DOMException} if it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
