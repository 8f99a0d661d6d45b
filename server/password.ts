/**
 * Passwords: kept as a hash that is slow to guess, and never on the path of a message.
 *
 * scrypt (https://datatracker.ietf.org/doc/html/rfc7914) of the runtime: it needs memory, so that guessing by graphics
 * cards does not pay, and it runs on threads of its own. Only so many run at once that the loop keeps a core, and only so
 * many wait. The hash is a PHC string and says how it was made, so the cost can grow later.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { byteLength } from "../protocol.ts";
import { preparePassword } from "../protocol/password.ts";

/** Fewest characters of a password. */
export const MIN_PASSWORD_LENGTH = 6;

// "300 bytes should be a safe reasonable limit": https://ircv3.net/specs/extensions/account-registration
/** Most bytes of a password. */
export const MAX_PASSWORD_BYTES = 300;

/** What a hash costs. */
export interface PasswordCost {
  /** Binary logarithm of the number of rounds; memory is 2^logN * r * 128 bytes. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and some 100 ms: twice what libsodium calls interactive. */
export const PASSWORD_COST: PasswordCost = { logN: 15, r: 8, p: 1 };

/** Most hashes that wait for a thread. */
export const MAX_WAITING_HASHES = 200;

/**
 * What is wrong with a new password, in words for its owner; `undefined` if nothing is.
 *
 * @example
 * ```ts
 * import { passwordProblem } from "./password.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(passwordProblem("correct horse"), undefined);
 * assertEquals(passwordProblem("12345"), "A password needs at least 6 characters");
 * ```
 */
export function passwordProblem(password: string): string | undefined {
  if ([...password].length < MIN_PASSWORD_LENGTH) return `A password needs at least ${MIN_PASSWORD_LENGTH} characters`;
  if (byteLength(password) > MAX_PASSWORD_BYTES) return `A password has at most ${MAX_PASSWORD_BYTES} bytes`;
  if (/\p{Cc}|\p{Cs}|\p{Cn}/u.test(password)) return "A password holds no control characters";
  return undefined;
}

/**
 * The hash to keep of a password, as a PHC string.
 *
 * @throws {RangeError} if too many hashes wait already.
 *
 * @example
 * ```ts
 * import { hashPassword, verifyPassword } from "./password.ts";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const hash = await hashPassword("correct horse", { logN: 10, r: 8, p: 1 });
 * assert(await verifyPassword("correct horse", hash));
 * assertFalse(await verifyPassword("battery staple", hash));
 * ```
 */
export async function hashPassword(password: string, cost: PasswordCost = PASSWORD_COST): Promise<string> {
  const salt = randomBytes(16);
  const key = await deriveKey(password, salt, cost);
  return `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(key)}`;
}

/**
 * Whether a password is the one that was hashed. Without a hash (there is no such account) it takes as long and says no.
 *
 * @throws {RangeError} if too many hashes wait already.
 * @throws {SyntaxError} if the hash is none.
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  if (byteLength(password) > MAX_PASSWORD_BYTES) return false;
  const { cost, salt, key } = hash === undefined ? NOBODY : parseHash(hash);
  const same = timingSafeEqual(await deriveKey(password, salt, cost), key);
  return same && hash !== undefined;
}

/** Whether a hash was made with less effort than is asked for today: then make it anew at the next sign-in. */
export function needsRehash(hash: string, cost: PasswordCost = PASSWORD_COST): boolean {
  const { logN, r, p } = parseHash(hash).cost;
  return logN < cost.logN || r < cost.r || p < cost.p;
}

interface Hash {
  cost: PasswordCost;
  salt: Buffer;
  key: Buffer;
}

const KEY_BYTES = 32;

// No password has this key.
const NOBODY: Hash = { cost: PASSWORD_COST, salt: Buffer.alloc(16), key: Buffer.alloc(KEY_BYTES) };

const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,})\$([A-Za-z0-9+/]{43})$/;

function parseHash(hash: string): Hash {
  const match = PHC.exec(hash);
  if (match === null) throw new SyntaxError("Cannot read a password's hash: it is no PHC string of scrypt");
  const [, logN, r, p, salt, key] = match;
  return {
    cost: { logN: Number(logN), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt!, "base64"),
    key: Buffer.from(key!, "base64"),
  };
}

function deriveKey(password: string, salt: Buffer, { logN, r, p }: PasswordCost): Promise<Buffer> {
  const N = 2 ** logN;
  return onThread((resolve, reject) => {
    const done = (error: Error | null, key: Buffer) => error === null ? resolve(key) : reject(error);
    scrypt(preparePassword(password), salt, KEY_BYTES, { N, r, p, maxmem: N * r * 256 }, done);
  });
}

const waiting: (() => void)[] = [];
let free = Math.max(1, navigator.hardwareConcurrency - 1);

/**
 * Runs what burdens a thread: never so many that the loop has no core of its own, the others wait in line.
 *
 * @throws {RangeError} if the line is full.
 */
export async function onThread<T>(
  run: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  if (waiting.length >= MAX_WAITING_HASHES) throw new RangeError("Cannot check a password now: too many are waiting");
  if (free === 0) await new Promise<void>((turn) => waiting.push(turn));
  else free--;
  try {
    return await new Promise<T>(run);
  } finally {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
