/**
 * Strict transport: hosts that have asked, over TLS, to be spoken to over TLS only, and until when.
 *
 * https://ircv3.net/specs/extensions/sts. One line a host, in a file beside the known hosts: the host, the port at which it
 * takes TLS, the seconds it asked for, and when they are over. A line that makes no sense is an error rather than passed
 * over, since passing over it would mean plain text.
 *
 * @module
 */

import { KeptFile } from "./kept_file.ts";

/** What a host asked for. */
export interface Policy {
  readonly port: number;
  /** Seconds, counted from the last moment of the last connection. */
  readonly duration: number;
  /** When they are over, in milliseconds since 1970. */
  readonly until: number;
}

const FILE = "strict_transport";

const HEAD = "# Hosts that asked to be spoken to over TLS only: host, port, seconds, until when.";

// A duration is at most ten digits, and a Date reaches that far.
const LINE = /^(\S+) (\d{1,5}) (\d{1,10}) (\S+)$/;

/** The policies of one user; `null` as folder remembers nothing beyond this run. */
export class StrictTransport {
  readonly #file: KeptFile;
  readonly #now: () => number;
  #policies = new Map<string, Policy>();

  /** @param now Milliseconds since 1970. */
  constructor(folder: string | null, now: () => number = Date.now) {
    this.#file = new KeptFile(folder, FILE);
    this.#now = now;
  }

  /** The file, for a person who wants to change it. */
  get file(): string {
    return this.#file.path;
  }

  /** Reads the file again, which another `chat` may have written. @throws {SyntaxError} for what makes no sense. */
  async read(): Promise<void> {
    const text = await this.#file.read();
    if (text !== undefined) this.#policies = parsePolicies(text, this.file);
  }

  /** What holds for a host now. */
  find(host: string): Policy | undefined {
    const policy = this.#policies.get(keyOf(host));
    return policy !== undefined && policy.until > this.#now() ? policy : undefined;
  }

  /** Keeps what a host has asked for, from now on; a duration of 0 forgets it. */
  async keep(host: string, port: number, duration: number): Promise<void> {
    await this.read();
    const now = this.#now();
    if (duration === 0) this.#policies.delete(keyOf(host));
    else this.#policies.set(keyOf(host), { port, duration, until: now + duration * 1000 });
    const lines = [...this.#policies].filter(([, { until }]) => until > now).map(formatLine);
    await this.#file.write([HEAD, ...lines]);
  }
}

function keyOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

function formatLine([host, { port, duration, until }]: [string, Policy]): string {
  return `${host} ${port} ${duration} ${new Date(until).toISOString()}`;
}

function parsePolicies(text: string, file: string): Map<string, Policy> {
  const policies = new Map<string, Policy>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, host, port, duration, time = ""] = LINE.exec(line.trim()) ?? [];
    const until = Date.parse(time);
    if (host === undefined || Number.isNaN(until)) {
      throw new SyntaxError(`Cannot read ${file}: line ${i + 1} makes no sense; correct or delete it`);
    }
    policies.set(keyOf(host), { port: Number(port), duration: Number(duration), until });
  }
  return policies;
}
