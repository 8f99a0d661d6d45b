/**
 * SCRAM-SHA-256, the server's side: a client proves that it knows the password without sending it, and the server proves
 * that it knows it too (https://datatracker.ietf.org/doc/html/rfc5802, https://datatracker.ietf.org/doc/html/rfc7677).
 *
 * Text in, text out: knows nothing about connections, base64 of SASL lines, or where accounts are kept. What is kept of a
 * password for SCRAM is as easy to guess as its iterations are few, so these are many.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { preparePassword } from "../protocol/password.ts";
import { onThread } from "./password.ts";
import type { ScramKeys } from "./records.ts";

// "hash iteration-count ... the minimum ... SHOULD be at least 4096": https://datatracker.ietf.org/doc/html/rfc7677#section-4
// Today's advice is more: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#pbkdf2
/** Iterations of new keys. */
export const SCRAM_ITERATIONS = 600_000;

/** Derives what a server keeps of a password. Takes some 400 ms on a thread of its own. */
export async function scramKeys(
  password: string,
  { iterations = SCRAM_ITERATIONS, salt = randomBytes(16) }: { iterations?: number; salt?: Uint8Array } = {},
): Promise<ScramKeys> {
  const salted = await onThread<Buffer>((resolve, reject) => {
    const done = (error: Error | null, key: Buffer) => error === null ? resolve(key) : reject(error);
    pbkdf2(preparePassword(password), salt, iterations, 32, "sha256", done);
  });
  return {
    salt: Buffer.from(salt).toString("base64"),
    iterations,
    storedKey: hash(hmac(salted, "Client Key")).toString("base64"),
    serverKey: hmac(salted, "Server Key").toString("base64"),
  };
}

/**
 * Keys for a name that has no account, always the same for it, so that nobody finds out by asking. `secret` is the
 * server's own.
 */
export function pretendedKeys(name: string, secret: string): ScramKeys {
  return {
    salt: hmac(Buffer.from(secret), `salt ${name}`).subarray(0, 16).toString("base64"),
    iterations: SCRAM_ITERATIONS,
    storedKey: hmac(Buffer.from(secret), `stored ${name}`).toString("base64"),
    serverKey: hmac(Buffer.from(secret), `server ${name}`).toString("base64"),
  };
}

/** An exchange that has begun. */
export interface ScramExchange {
  /** What to send to the client. */
  readonly challenge: string;
  /**
   * Checks the client's last message: what to send to it then, and whether it has proved that it knows the password.
   *
   * @throws {SyntaxError} if the message is none.
   */
  finish(clientFinal: string): { readonly reply: string; readonly proved: boolean };
}

/** A client's first message, read. */
export interface ClientFirst {
  /** The account. */
  readonly username: string;
  /** On whose behalf, when that is said. */
  readonly authzid: string | undefined;
  /** Goes on with the keys of that account. */
  begin(keys: ScramKeys, serverNonce?: string): ScramExchange;
}

/**
 * Reads a client's first message.
 *
 * @throws {SyntaxError} if it is none, or asks for what is not offered: channel binding, an extension.
 *
 * @example
 * ```ts
 * import { readClientFirst, scramKeys } from "./scram.ts";
 * import { assertEquals, assertMatch } from "@std/assert";
 *
 * const first = readClientFirst("n,,n=ann,r=abcdef");
 * assertEquals(first.username, "ann");
 * const exchange = first.begin(await scramKeys("correct horse", { iterations: 4096 }));
 * assertMatch(exchange.challenge, /^r=abcdef.+,s=.+,i=4096$/);
 * assertEquals(exchange.finish(`c=biws,r=abcdef,p=${btoa("x".repeat(32))}`).proved, false);
 * ```
 */
export function readClientFirst(message: string): ClientFirst {
  const match = CLIENT_FIRST.exec(message);
  if (match === null) throw new SyntaxError("Cannot read the client's first message of SCRAM");
  const [, header, binding, authzid, bare, username, nonce] = match as unknown as string[];
  if (binding!.startsWith("p=")) throw new SyntaxError("Cannot bind SCRAM to the channel: it is not offered");
  return {
    username: decodeName(username!),
    authzid: authzid === undefined ? undefined : decodeName(authzid),
    begin(keys, serverNonce = randomBytes(18).toString("base64")) {
      const both = nonce! + serverNonce;
      const challenge = `r=${both},s=${keys.salt},i=${keys.iterations}`;
      return {
        challenge,
        finish: (final) => finish(final, keys, { header: header!, nonce: both, said: `${bare},${challenge}` }),
      };
    },
  };
}

/** What a client's last message must fit to. */
interface Begun {
  header: string;
  nonce: string;
  said: string;
}

// https://datatracker.ietf.org/doc/html/rfc5802#section-7: no mandatory extension ("m="), others are ignored.
const CLIENT_FIRST = /^((n|y|p=[^,]+),(?:a=([^,]+))?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,]+)*)$/;
const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,]+)*),p=([A-Za-z0-9+/]+=*)$/;

function finish(final: string, keys: ScramKeys, begun: Begun): { reply: string; proved: boolean } {
  const match = CLIENT_FINAL.exec(final);
  if (match === null) throw new SyntaxError("Cannot read the client's last message of SCRAM");
  const [, withoutProof, binding, nonce, proof] = match as unknown as string[];
  if (Buffer.from(binding!, "base64").toString() !== begun.header) return refuse("channel-bindings-dont-match");
  if (nonce !== begun.nonce) return refuse("other-error");
  const said = `${begun.said},${withoutProof}`;
  if (!proves(Buffer.from(proof!, "base64"), keys, said)) return refuse("invalid-proof");
  return { reply: `v=${hmac(Buffer.from(keys.serverKey, "base64"), said).toString("base64")}`, proved: true };
}

function proves(proof: Buffer, keys: ScramKeys, said: string): boolean {
  const storedKey = Buffer.from(keys.storedKey, "base64");
  const signature = hmac(storedKey, said);
  if (proof.length !== signature.length) return false;
  // The client's key is in the proof, hidden by a signature that only who has the stored key can make.
  const clientKey = Buffer.from(proof.map((byte, i) => byte ^ signature[i]!));
  return timingSafeEqual(hash(clientKey), storedKey);
}

function refuse(error: string): { reply: string; proved: boolean } {
  return { reply: `e=${error}`, proved: false };
}

function decodeName(name: string): string {
  if (/=(?!2C|3D)/.test(name)) throw new SyntaxError("Cannot read a name of SCRAM: a wrong escape");
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function hash(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
