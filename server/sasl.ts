/**
 * SASL, the server's side: what each mechanism answers, and responses that come in pieces.
 *
 * Text in, text out. Knows nothing about connections and numerics, and reads accounts only through what it is handed.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { verifyPassword } from "./password.ts";
import type { Account } from "./records.ts";
import { pretendedKeys, readClientFirst, type ScramExchange } from "./scram.ts";

// "The response is encoded in Base64 (RFC 4648), then split to 400-byte chunks":
// https://ircv3.net/specs/extensions/sasl-3.1#the-authenticate-command
/** Bytes of one piece of a response. */
export const SASL_CHUNK = 400;

// "The server MAY place a limit on the total length of a response."
/** Most bytes of a response, in base64: a name, another name and a password all as long as can be. */
export const MAX_SASL_RESPONSE = 2048;

/** Where a mechanism looks up what it needs. */
export interface SaslSources {
  /** The account of a name. */
  readonly account: (name: string) => Account | undefined;
  /** The account that a certificate signs in to. */
  readonly certified: (fingerprint: string) => Account | undefined;
  /** Fingerprint of the certificate that this client showed. */
  readonly fingerprint: string | undefined;
  /** The server's own. */
  readonly secret: string;
}

/** Where an exchange has come to: on to the next message, or at its end. */
export type SaslStep =
  | { readonly challenge: string }
  /** `password` is there when the client has just told it. */
  | { readonly account: Account; readonly password?: string }
  | { readonly failure: string };

/** An exchange that has begun. */
export interface SaslExchange {
  /** Answers the client's next message. */
  next(message: string): SaslStep | Promise<SaslStep>;
}

const FAILED: SaslStep = { failure: "SASL authentication failed: that account, or that password, is not right" };

/** The mechanisms there are, the one that is best for most first. */
const MECHANISMS: Readonly<Record<string, (sources: SaslSources) => SaslExchange>> = {
  "PLAIN": plain,
  "SCRAM-SHA-256": scram,
  "EXTERNAL": external,
};

/** The mechanisms for a client; EXTERNAL only for one with a certificate. */
export function saslMechanisms(fingerprint: string | undefined): string[] {
  return Object.keys(MECHANISMS).filter((name) => name !== "EXTERNAL" || fingerprint !== undefined);
}

/** Begins an exchange; `undefined` if there is no such mechanism for this client. */
export function beginSasl(mechanism: string, sources: SaslSources): SaslExchange | undefined {
  const name = mechanism.toUpperCase();
  return saslMechanisms(sources.fingerprint).includes(name) ? MECHANISMS[name]!(sources) : undefined;
}

/** https://datatracker.ietf.org/doc/html/rfc4616 */
function plain({ account }: SaslSources): SaslExchange {
  return {
    async next(message) {
      const [authzid, authcid, password, ...more] = message.split("\0");
      if (!authcid || !password || more.length > 0 || !isSelf(authzid!, authcid, account)) return FAILED;
      const known = account(authcid);
      const right = await verifyPassword(password, known?.password);
      // Looked up anew: it may have been deleted, or got another password, while the hash was made.
      const now = account(authcid);
      return right && now !== undefined && now.password === known?.password ? { account: now, password } : FAILED;
    },
  };
}

/** Nobody acts for another: who is named must be who proves it. */
function isSelf(authzid: string, authcid: string, account: SaslSources["account"]): boolean {
  if (authzid === "" || authzid === authcid) return true;
  const self = account(authcid);
  return self !== undefined && account(authzid)?.identity === self.identity;
}

function scram({ account, secret }: SaslSources): SaslExchange {
  let next = begin;
  return { next: (message) => readable(() => next(message)) };

  function begin(message: string): SaslStep {
    const { username, authzid = "", begin } = readClientFirst(message);
    if (!isSelf(authzid, username, account)) return FAILED;
    const known = account(username);
    const exchange = begin(known?.scram ?? pretendedKeys(username, secret));
    next = (message) => prove(message, exchange, known);
    return { challenge: exchange.challenge };
  }

  function prove(message: string, exchange: ScramExchange, known: Account | undefined): SaslStep {
    const { proved, reply } = exchange.finish(message);
    const now = known && account(known.name);
    if (!proved || now === undefined || now.scram?.storedKey !== known?.scram?.storedKey) return FAILED;
    next = (message) => message === "" ? { account: now } : FAILED;
    return { challenge: reply };
  }
}

function readable(run: () => SaslStep): SaslStep {
  try {
    return run();
  } catch (error) {
    if (error instanceof SyntaxError) return { failure: `SASL authentication failed: ${error.message}` };
    throw error;
  }
}

/** https://datatracker.ietf.org/doc/html/rfc4422#appendix-A */
function external({ account, certified, fingerprint }: SaslSources): SaslExchange {
  return {
    next(authzid) {
      const known = fingerprint === undefined ? undefined : certified(fingerprint);
      if (known === undefined) return { failure: "SASL authentication failed: no account knows your certificate" };
      return authzid === "" || account(authzid)?.identity === known.identity ? { account: known } : FAILED;
    },
  };
}

/** A response of a client, put together from its pieces. */
export class SaslResponse {
  #text = "";

  /**
   * Adds a piece; gives the whole response, decoded, when it was the last.
   *
   * @throws {RangeError} if a piece or the whole is too long.
   * @throws {SyntaxError} if it is no base64 of UTF-8.
   */
  add(piece: string): string | undefined {
    if (piece.length > SASL_CHUNK) throw new RangeError(`Cannot take a response in pieces over ${SASL_CHUNK} bytes`);
    if (piece !== "+") this.#text += piece;
    if (this.#text.length > MAX_SASL_RESPONSE) {
      throw new RangeError(`Cannot take a response of more than ${MAX_SASL_RESPONSE} bytes`);
    }
    if (piece.length === SASL_CHUNK) return undefined;
    const text = this.#text;
    this.#text = "";
    return decode(text);
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decode(text: string): string {
  if (!BASE64.test(text)) throw new SyntaxError("Cannot read a response: it is no base64");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, "base64"));
  } catch (cause) {
    throw new SyntaxError("Cannot read a response: it is not UTF-8", { cause });
  }
}

/**
 * A message as the pieces in which it is sent.
 *
 * @example
 * ```ts
 * import { saslPieces } from "./sasl.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(saslPieces(""), ["+"]);
 * assertEquals(saslPieces("ann"), ["YW5u"]);
 * assertEquals(saslPieces("x".repeat(300)).at(-1), "+");
 * ```
 */
export function saslPieces(message: string): string[] {
  const text = Buffer.from(message).toString("base64");
  const pieces: string[] = [];
  for (let from = 0; from < text.length; from += SASL_CHUNK) pieces.push(text.slice(from, from + SASL_CHUNK));
  // "If the last chunk was exactly 400 bytes long, it must also be followed by AUTHENTICATE + to signal end of response."
  return text.length % SASL_CHUNK === 0 ? [...pieces, "+"] : pieces;
}
