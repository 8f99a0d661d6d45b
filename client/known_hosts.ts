/**
 * Which servers are known, and by which key: who was met once is recognised ever after.
 *
 * One line a server, in a file that only its owner can read and that a person can edit: `host:port`, then `key`, the
 * SHA-256 of the certificate and the certificate itself; or `authority`, where a public authority vouches for the server.
 * A line that makes no sense is an error rather than passed over, since passing over it would mean to trust anybody.
 *
 * @module
 */

import { KeptFile } from "./kept_file.ts";

/** What a server is recognised by. */
export type KnownHost = KnownKey | { readonly by: "authority" };

/** A certificate that was met before. */
export interface KnownKey {
  readonly by: "key";
  /** SHA-256 of the certificate, in lower case. */
  readonly fingerprint: string;
  /** In PEM. */
  readonly certificate: string;
}

/** The file's name in the folder of settings. */
const FILE = "known_hosts";

const HEAD = "# Servers that chat has met over TLS. To forget one, delete its line.";

/** The known servers of one user; `null` as folder remembers nothing beyond this run. */
export class KnownHosts {
  /** Whether what is remembered is known the next time, too. */
  readonly lasts: boolean;
  readonly #file: KeptFile;
  #hosts = new Map<string, KnownHost>();

  constructor(folder: string | null) {
    this.lasts = folder !== null;
    this.#file = new KeptFile(folder, FILE);
  }

  /** The file, for a person who wants to change it. */
  get file(): string {
    return this.#file.path;
  }

  /** Reads the file again, which another `chat` may have written. @throws {SyntaxError} for what makes no sense. */
  async read(): Promise<void> {
    const text = await this.#file.read();
    if (text !== undefined) this.#hosts = await parseKnownHosts(text, this.file);
  }

  /** What a server is recognised by, if it was met. */
  find(host: string, port: number): KnownHost | undefined {
    return this.#hosts.get(placeOf(host, port));
  }

  /** What a person does to have a server forgotten, as an imperative. */
  howToForget(host: string, port: number): string {
    return this.lasts ? `delete the line of ${placeOf(host, port)} in ${this.file}` : "leave, and join anew";
  }

  /** A port at which a host was met over TLS, if there is any. */
  encryptedPort(host: string): number | undefined {
    const prefix = placeOf(host, "");
    const place = this.#hosts.keys().find((one) => one.slice(0, one.lastIndexOf(":") + 1) === prefix);
    return place === undefined ? undefined : Number(place.slice(prefix.length));
  }

  /** Remembers a server. */
  async remember(host: string, port: number, known: KnownHost): Promise<void> {
    await this.read();
    this.#hosts.set(placeOf(host, port), known);
    await this.#write();
  }

  /** Forgets a server. `false`: it was not known. */
  async forget(host: string, port: number): Promise<boolean> {
    await this.read();
    if (!this.#hosts.delete(placeOf(host, port))) return false;
    await this.#write();
    return true;
  }

  async #write(): Promise<void> {
    await this.#file.write([HEAD, ...[...this.#hosts].map(([place, known]) => formatLine(place, known))]);
  }
}

function placeOf(host: string, port: number | ""): string {
  const name = host.toLowerCase().replace(/\.$/, "");
  return `${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function formatLine(place: string, known: KnownHost): string {
  if (known.by === "authority") return `${place} authority`;
  return `${place} key ${known.fingerprint} ${known.certificate.replace(/-----[^-]+-----|\s/g, "")}`;
}

/**
 * Reads the lines of known hosts.
 *
 * @param file Its name, for what is said of a line that makes no sense.
 * @throws {SyntaxError}
 */
export async function parseKnownHosts(text: string, file = FILE): Promise<Map<string, KnownHost>> {
  const hosts = new Map<string, KnownHost>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [place = "", by, fingerprint, certificate, ...more] = line.trim().split(/\s+/);
    const known = more.length > 0 ? undefined : await readKnown(by, fingerprint, certificate);
    if (known === undefined || !/.:\d+$/.test(place)) {
      throw new SyntaxError(`Cannot read ${file}: line ${i + 1} makes no sense; correct or delete it`);
    }
    hosts.set(place.toLowerCase(), known);
  }
  return hosts;
}

async function readKnown(by?: string, fingerprint?: string, certificate?: string): Promise<KnownHost | undefined> {
  if (by === "authority" && fingerprint === undefined) return { by };
  if (by !== "key" || certificate === undefined || !/^[A-Za-z0-9+/]+=*$/.test(certificate)) return undefined;
  const key = await knownKey(Uint8Array.fromBase64(certificate));
  return key.fingerprint === fingerprint ? key : undefined;
}

/** A certificate's bytes as something to recognise a server by. */
export async function knownKey(der: Uint8Array): Promise<KnownKey> {
  const bytes = new Uint8Array(der);
  const lines = bytes.toBase64().match(/.{1,64}/g) ?? [];
  return {
    by: "key",
    fingerprint: new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex(),
    certificate: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
  };
}
