// Coming back when the connection breaks: how long is waited between the tries, and what a person reads meanwhile.

import { assert, assertEquals } from "@std/assert";
import { join, type JoinOptions } from "../client.ts";
import { parseMessage } from "../protocol.ts";
import { Connection, wirePair } from "../protocol/connection.ts";
import { Seat } from "./client_screen.ts";

/** What comes of dialling once: nobody is there, the door is shut again, or we are let in and then hung up on. */
type Try = "nobody" | "shut" | "in";

/** Tries until a connection lasts, without waiting: the pauses in seconds, what was read, and what was said in the end. */
async function tries(...outcomes: Try[]): Promise<{ pauses: number[]; log: string[]; said: string[] }> {
  const pauses: number[] = [];
  const log: string[] = [];
  const said: string[] = [];
  const input = endless();
  const code = await join({
    address: "tea.example",
    nick: "ann",
    settings: null,
    input,
    output: { write: (bytes) => Promise.resolve(bytes.length) },
    log: (line) => log.push(line),
    dial: () => dial(outcomes.shift(), (text) => said.push(text)),
    pause: (milliseconds) => {
      pauses.push(milliseconds / 1000);
      if (outcomes.length === 0) input.says("back again");
      return Promise.resolve();
    },
  });
  assertEquals(code, 0);
  return { pauses, log, said };
}

function dial(outcome: Try | undefined, say: (text: string) => void): ReturnType<NonNullable<JoinOptions["dial"]>> {
  if (outcome === "nobody") return Promise.reject(new Deno.errors.ConnectionRefused("refused"));
  const [wire, theirs] = wirePair();
  if (outcome === "shut") theirs.close();
  else void hear(new Connection(theirs), outcome === "in", say);
  return Promise.resolve({ wire, encrypted: false });
}

/** Lets somebody in, and perhaps hangs up when they are in their channel. */
async function hear(connection: Connection, hangsUp: boolean, say: (text: string) => void): Promise<void> {
  for await (const line of connection) {
    const { command, params } = parseMessage(line);
    if (command === "CAP" && params[0] === "LS") connection.send(":irc CAP * LS :");
    if (command === "USER") connection.send(":irc 001 ann :Welcome\r\n:irc 422 ann :none");
    if (command === "JOIN") connection.send(":ann!a@h JOIN #lobby");
    if (command === "JOIN" && hangsUp) connection.close();
    if (command === "PRIVMSG") say(params[1]!);
    if (command === "PING") connection.send(`:irc PONG irc ${params[0]}`);
    if (command === "QUIT") connection.close();
  }
}

/** An input that has nothing to say for a long time, then one line, and ends. */
function endless(): NonNullable<JoinOptions["input"]> & { says(line: string): void } {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | null>();
  let line: Promise<Uint8Array | null> = promise;
  return {
    says: (text) => resolve(new TextEncoder().encode(text)),
    async read(buffer) {
      const bytes = await line;
      line = Promise.resolve(null);
      if (bytes !== null) buffer.set(bytes);
      return bytes?.length ?? null;
    },
  };
}

const SECONDS = [1, 2, 4, 8, 16, 32, 60, 60];

Deno.test("between tries the pause doubles from a second to a minute, and begins anew once we were let in", async () => {
  const nights = Array<Try>(7).fill("nobody");
  const { pauses } = await tries("in", ...nights, "in", "nobody", "nobody");
  assertEquals(pauses, [...SECONDS, 1, 2, 4]);
});

Deno.test("a server that hangs up before it lets us in is no reason to hurry", async () => {
  const { pauses } = await tries("in", "shut", "nobody", "shut", "shut", "in");
  assertEquals(pauses, [1, 2, 4, 8, 16, 1]);
});

Deno.test("in a pipe each try is a line that says why and when the next one is, and what comes then is said", async () => {
  const { log, said } = await tries("in", "nobody", "in");
  assertEquals(log, [
    "The connection was lost. Trying again in 1 s.",
    "Cannot reach tea.example: nobody listens there (connection refused). Trying again in 2 s.",
    "The connection was lost. Trying again in 1 s.",
  ]);
  assertEquals(said, ["back again"]);
});

Deno.test("on the screen the pauses stand in one line, which offers to try now once waiting is long", async () => {
  const ann = new Seat();
  ann.breaks();
  for (const seconds of SECONDS.slice(1)) {
    ann.breaks({ why: "Cannot reach tea.example: no answer.", pause: seconds * 1000 });
    const lines = ann.screen.current.lines.map(({ text }) => text);
    const now = seconds > 5 ? ", /reconnect tries now" : "";
    assertEquals(lines, [
      "The connection was lost. Trying again in 1 s.",
      `Cannot reach tea.example: no answer. Trying again in ${seconds} s${now}.`,
    ]);
  }
  assert((await ann.rows()).at(-2)!.startsWith(" ann @ Tea · offline"));
});
