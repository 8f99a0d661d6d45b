/**
 * The program as a person runs it: as a child process, with its output and its end.
 *
 * @module
 */

import { assert } from "@std/assert";

const root = new URL("../..", import.meta.url).pathname;

/** How the program is started: from the sources unless told. Quiet, or what Deno downloads the first time stands in stderr. */
export const FROM_SOURCES: readonly string[] = [Deno.execPath(), "run", "--quiet", "-A", `${root}main.ts`];

/** What came of a run. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Settings of a run. */
export interface RunOptions {
  readonly input?: string;
  readonly env?: Record<string, string>;
  readonly program?: readonly string[];
  /** Address to listen at; 127.0.0.1 unless told. */
  readonly host?: string;
}

/** Runs the program to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [command, ...before] = options.program ?? FROM_SOURCES;
  const child = new Deno.Command(command!, {
    args: [...before, ...args],
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...options.env },
  }).spawn();
  if (options.input !== undefined) await write(child.stdin, options.input);
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function write(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  // A program that ends before it has read everything is for the test to judge.
  await writer.write(new TextEncoder().encode(text)).catch(() => {});
  await writer.close().catch(() => {});
}

/** A server that runs as a child process, in a folder of its own, at a port of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  /** What it printed when it began to listen. */
  readonly greeting: string;
  readonly #host: string;
  readonly #child: Deno.ChildProcess;
  readonly #rest: Promise<string>;
  #ended = false;
  /** What it said to its operator; known at its end. */
  log = "";

  private constructor(
    host: string,
    child: Deno.ChildProcess,
    folder: string,
    greeting: string,
    rest: Promise<string>,
  ) {
    this.#host = host.includes(":") ? `[${host}]` : host;
    this.#child = child;
    this.folder = folder;
    this.greeting = greeting;
    this.#rest = rest;
    this.port = Number(/listens at \S+:(\d+)/.exec(greeting)?.[1]);
    assert(this.port > 0, `no port in ${greeting}`);
  }

  /** Starts one at a free port of loopback and waits until it listens. */
  static async start(args: readonly string[] = [], options: RunOptions = {}): Promise<ServerProcess> {
    const folder = await Deno.makeTempDir({ prefix: "chat-test-" });
    const { host = "127.0.0.1", program = FROM_SOURCES } = options;
    const [command, ...before] = program;
    const child = new Deno.Command(command!, {
      args: [...before, "serve", "--host", host, "--port", "0", "--data", `${folder}/data`, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", HOME: folder, ...options.env },
    }).spawn();
    const errors = new Response(child.stderr).text();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let greeting = "";
    while (!greeting.includes("Ctrl-C")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the server ended: ${greeting}${await errors}`);
      greeting += value;
    }
    const rest = Promise.all([errors, drain(reader)]).then(([text]) => text);
    return new ServerProcess(host, child, folder, greeting, rest);
  }

  /** As `chat join` takes it. */
  get address(): string {
    return `${this.#host}:${this.port}`;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Ends it with a signal and gives its exit code. */
  async end(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    if (!this.#ended) this.#child.kill(signal);
    this.#ended = true;
    const { code } = await this.#child.status;
    this.log = await this.#rest;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}
