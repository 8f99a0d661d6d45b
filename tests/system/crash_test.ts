// The promise of the store, kept by the whole server: whatever anybody saw is in the history after `kill -9`.
//
// CHAT_KILLS=500 deno test -A tests/system/crash_test.ts    kills more often than the 20 times of every run

import { assert, assertEquals } from "@std/assert";
import { parseMessage } from "../../protocol.ts";
import { Connection } from "../../protocol/connection.ts";
import { TestClient } from "../harness.ts";

const KILLS = Number(Deno.env.get("CHAT_KILLS") ?? 20);
const WRITERS = 6;
/** Messages of one writer that are under way at once. */
const WINDOW = 8;
const PAGE = 100;

interface RunningServer {
  readonly port: number;
  readonly process: Deno.ChildProcess;
}

Deno.test(`whatever anybody saw is replayed after kill -9, once and in order, ${KILLS} times`, async () => {
  const folder = Deno.makeTempDirSync();
  let server = await start(folder);
  let last = "timestamp=1970-01-01T00:00:00.000Z";
  try {
    for (let round = 1; round <= KILLS; round++) {
      const seen = await talkUntilKilled(server, round * 37 % 500 + 50);
      server = await start(folder);
      const replayed = await replay(server, last);
      for (const messages of seen) assertSubsequence(messages, replayed);
      last = `msgid=${replayed.at(-1)!.split(" ")[0]}`;
    }
  } finally {
    server.process.kill("SIGKILL");
    await server.process.status;
    Deno.removeSync(folder, { recursive: true });
  }
});

/** Starts a server and waits until it says where it listens. */
async function start(folder: string): Promise<RunningServer> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "main.ts", "serve", "--host", "127.0.0.1", "--port", "0", "--no-throttle"]
      .concat("--data", folder),
    stdout: "piped",
  }).spawn();
  let text = "";
  for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const port = /listens at 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    // Leaving the loop closes the pipe, which has room for all that a server prints.
    if (port !== undefined) return { port: Number(port), process };
  }
  throw new Error(`The server did not start: ${text}`);
}

async function connect({ port }: RunningServer, nick: string): Promise<TestClient> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const client = new TestClient(new Connection(conn), conn);
  client.send("CAP REQ :message-tags server-time echo-message batch", "CAP REQ draft/chathistory");
  client.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`, "CAP END", "JOIN #lobby");
  await client.sync();
  return client;
}

/** Writers talk; when so many messages were seen the server is killed. Gives what each writer saw. */
async function talkUntilKilled(server: RunningServer, enough: number): Promise<string[][]> {
  const names = Array.from({ length: WRITERS }, (_, i) => `writer${i}`);
  const writers = await Promise.all(names.map((nick) => connect(server, nick)));
  let count = 0;
  const onMessage = () => {
    if (++count === enough) server.process.kill("SIGKILL");
  };
  const seen = await Promise.all(writers.map((writer, i) => talk(writer, names[i]!, onMessage)));
  await server.process.status;
  await Promise.all(writers.map((writer) => writer.close()));
  assert(count >= enough, `only ${count} messages were seen`);
  return seen;
}

/** Sends a message for each that comes back, and gives all that were seen until the connection broke. */
async function talk(writer: TestClient, nick: string, onMessage: () => void): Promise<string[]> {
  const seen: string[] = [];
  let sent = 0;
  const send = () => writer.send(`PRIVMSG #lobby :${nick} says ${++sent}`);
  for (let i = 0; i < WINDOW; i++) send();
  for (let line; (line = await writer.line()) !== undefined;) {
    const message = said(line);
    if (message === undefined) continue;
    seen.push(message);
    onMessage();
    if (message.includes(` ${nick} says `)) send();
  }
  return seen;
}

/** Id and text of a message to the channel. */
function said(line: string): string | undefined {
  const { tags, command, params } = parseMessage(line);
  return command === "PRIVMSG" ? `${tags?.get("msgid")} ${params[1]}` : undefined;
}

/** All of the channel's history behind a selector, page by page. */
async function replay(server: RunningServer, after: string): Promise<string[]> {
  const reader = await connect(server, "reader");
  const replayed: string[] = [];
  for (let from = after;;) {
    reader.send(`CHATHISTORY AFTER #lobby ${from} ${PAGE}`);
    const page = (await reader.sync()).map(said).filter((message) => message !== undefined);
    replayed.push(...page);
    if (page.length < PAGE) break;
    from = `msgid=${page.at(-1)!.split(" ")[0]}`;
  }
  await reader.close();
  assertEquals(new Set(replayed).size, replayed.length, "something was replayed twice");
  return replayed;
}

/** Every one of `some` is among `all`, in the same order. */
function assertSubsequence(some: readonly string[], all: readonly string[]): void {
  const places = new Map(all.map((message, i) => [message, i]));
  let before = -1;
  for (const message of some) {
    const place = places.get(message);
    assert(place !== undefined, `lost: ${message}`);
    assert(place > before, `out of order: ${message}`);
    before = place;
  }
}
