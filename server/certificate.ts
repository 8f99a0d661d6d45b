/**
 * The certificate of the server: the one it makes for itself at its first start and keeps, or one from files.
 *
 * A certificate of its own names nobody whom others would trust, so people recognise it by its fingerprint. Knows nothing
 * about sockets.
 *
 * @module
 */

import type { X509Certificate } from "@peculiar/x509";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { rootCertificates } from "node:tls";

/** What a server shows, and what proves that it is its own. */
export interface Certificate {
  /** In PEM: the certificate, and those that lead from it to an authority. */
  readonly cert: string;
  /** Private key in PEM. */
  readonly key: string;
  /** SHA-256 of the certificate, 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** Whether a public authority vouches for it. */
  readonly vouched: boolean;
}

/** File in the data folder that holds key and certificate; one file, so that they always belong together. */
const KEPT = "tls.pem";

const DAY = 24 * 60 * 60_000;

// Who has trusted its fingerprint must not lose it to a calendar; the key is changed by deleting the file.
const LIFETIME = 50 * 365 * DAY;

/**
 * Makes a certificate that only its fingerprint vouches for.
 *
 * @param names Names of the server's machine.
 *
 * @example
 * ```ts
 * import { makeCertificate } from "./certificate.ts";
 * import { assertMatch } from "@std/assert";
 *
 * const { cert, fingerprint } = await makeCertificate(["chat.local"]);
 * assertMatch(cert, /^-----BEGIN CERTIFICATE-----/);
 * assertMatch(fingerprint, /^[0-9a-f]{64}$/);
 * ```
 */
export async function makeCertificate(names: readonly string[]): Promise<Certificate> {
  const x509 = await library();
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const now = Date.now();
  const alternatives = [...new Set(names)].map((value) => ({ type: "dns" as const, value }));
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: [{ CN: [names[0] ?? "chat"] }],
    // Clocks of other machines may be behind.
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + LIFETIME),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(alternatives),
    ],
  });
  const cert = made.toString("pem");
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { cert, key, fingerprint: fingerprintOf(cert), vouched: false };
}

/** The certificate that is kept in a folder; made there, readable by the owner only, if there is none. */
export async function keptCertificate(folder: string, names: readonly string[]): Promise<Certificate> {
  const file = join(folder, KEPT);
  return await readKept(file) ?? await keep(file, await makeCertificate(names));
}

/** A certificate from files as authorities and their tools write them. */
export async function readCertificate(certFile: string, keyFile: string): Promise<Certificate> {
  const [cert, key] = await Promise.all([Deno.readTextFile(certFile), Deno.readTextFile(keyFile)]);
  return { cert, key, fingerprint: fingerprintOf(cert), vouched: await isVouched(cert) };
}

/**
 * SHA-256 of a certificate, in PEM (the first that is there) or as bytes: 64 hexadecimal digits.
 *
 * @throws {SyntaxError} if there is none.
 */
export function fingerprintOf(certificate: string | Uint8Array): string {
  const bytes = typeof certificate === "string" ? bytesOf(certificate) : certificate;
  return createHash("sha256").update(bytes).digest("hex");
}

function bytesOf(pem: string): Uint8Array {
  const [first] = certificatesOf(pem);
  if (first === undefined) throw new SyntaxError("Cannot read certificate: there is none in PEM");
  return Uint8Array.fromBase64(first.replace(/-----[^-]+-----|\s/g, ""));
}

/**
 * Whether a chain of certificates leads to a public authority. Only then may clients be told to insist on it.
 *
 * @param roots Certificates of the authorities, in PEM.
 */
export async function isVouched(
  pem: string,
  roots: readonly string[] = rootCertificates,
  now: number = Date.now(),
): Promise<boolean> {
  const x509 = await library();
  try {
    const [leaf, ...others] = certificatesOf(pem).map((one) => new x509.X509Certificate(one));
    if (leaf === undefined || leaf.issuer === leaf.subject || !isCurrent(leaf, now)) return false;
    const authorities = roots.map((one) => new x509.X509Certificate(one));
    return await leadsTo(leaf, others, authorities, now);
  } catch {
    // What cannot be read vouches for nothing.
    return false;
  }
}

/** Certificates between the server's and an authority's; chains of today have one or two. */
const LONGEST_CHAIN = 6;

async function leadsTo(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  now: number,
): Promise<boolean> {
  const x509 = await library();
  const mayIssue = (one: X509Certificate) => one.getExtension(x509.BasicConstraintsExtension)?.ca === true;
  let current = leaf;
  for (let step = 0; step <= LONGEST_CHAIN; step++) {
    if (await issuerOf(current, roots, now) !== undefined) return true;
    const next = await issuerOf(current, others.filter(mayIssue), now);
    if (next === undefined) return false;
    current = next;
  }
  return false;
}

async function issuerOf(
  one: X509Certificate,
  candidates: readonly X509Certificate[],
  now: number,
): Promise<X509Certificate | undefined> {
  for (const candidate of candidates) {
    if (candidate.subject !== one.issuer || !isCurrent(candidate, now)) continue;
    if (await one.verify({ publicKey: candidate.publicKey, signatureOnly: true })) return candidate;
  }
  return undefined;
}

function isCurrent({ notBefore, notAfter }: X509Certificate, now: number): boolean {
  return notBefore.getTime() <= now && now < notAfter.getTime();
}

function certificatesOf(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

async function readKept(file: string): Promise<Certificate | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  if (Deno.build.os !== "windows") await Deno.chmod(file, 0o600);
  const [key] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(text) ?? [];
  const [cert] = certificatesOf(text);
  if (key === undefined || cert === undefined) throw new SyntaxError(`Cannot read ${file}: no key or no certificate`);
  return { cert, key, fingerprint: fingerprintOf(cert), vouched: false };
}

/** Keeps a certificate, unless another start was faster: then that one counts. */
async function keep(file: string, made: Certificate): Promise<Certificate> {
  await Deno.mkdir(join(file, ".."), { recursive: true, mode: 0o700 });
  const draft = `${file}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, `${made.key}\n${made.cert}\n`, { mode: 0o600, createNew: true });
  try {
    await Deno.link(draft, file);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return (await readKept(file))!;
    await Deno.rename(draft, file);
    return made;
  } finally {
    await Deno.remove(draft).catch(() => {});
  }
  return made;
}

function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  // A serial number is positive.
  bytes[0]! &= 0x7f;
  return bytes.toHex();
}

/** Loaded when it is needed: most starts only read the file. */
async function library(): Promise<typeof import("@peculiar/x509")> {
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}
