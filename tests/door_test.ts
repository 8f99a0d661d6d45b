import { assertEquals } from "@std/assert";
import { Complaint, Door } from "../server/door.ts";

/** A listener that gives what it is told, and then waits to be closed. */
class Scripted {
  readonly addr: Deno.Addr = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  readonly #closed = Promise.withResolvers<never>();
  readonly #script: (Error | Deno.Conn)[];

  constructor(script: readonly (Error | Deno.Conn)[]) {
    this.#script = [...script];
  }

  async accept(): Promise<Deno.Conn> {
    const next = this.#script.shift() ?? await this.#closed.promise;
    if (next instanceof Error) throw next;
    return next;
  }

  close(): void {
    this.#closed.reject(new Deno.errors.BadResource("closed"));
  }
}

const visitor = {} as Deno.Conn;

/** Resolves when somebody is let in; gives what was logged until then. */
async function letIn(script: readonly (Error | Deno.Conn)[]): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<Deno.Conn>();
  const log: string[] = [];
  const door = new Door<Deno.Conn>(new Scripted(script), resolve, (line) => void log.push(line));
  assertEquals(await promise, visitor);
  await door.close();
  return log;
}

Deno.test("connections that are reset before they are taken keep nobody waiting and are not worth a line", async () => {
  const { NotConnected, ConnectionAborted, ConnectionReset } = Deno.errors;
  const gone = [NotConnected, ConnectionAborted, ConnectionReset].map((kind) => new kind("gone"));
  const timers: number[] = [];
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((run: () => void, time: number) => (timers.push(time), setTimeout(run, time))) as never;
  try {
    assertEquals(await letIn([...gone, ...gone, visitor]), []);
    assertEquals(timers, []);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});

Deno.test("a system without sockets to give is said once, and taking goes on", async () => {
  const none = new Error("Too many open files");
  assertEquals(await letIn([none, none, visitor]), ["error: cannot take connections: Too many open files"]);
});

Deno.test("whoever uses up all sockets again and again does not fill the log", () => {
  let now = 0;
  const log: string[] = [];
  const complaint = new Complaint((line) => void log.push(line), () => now);
  for (; now < 120_000; now += 100) complaint.make(new Error("Too many open files"));
  assertEquals(log.length, 2);
});
