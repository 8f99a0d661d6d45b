import { assert, assertEquals } from "@std/assert";
import { Node, type TestClient } from "./harness.ts";

const FLOODERS = 4;
const LINES = 400;

/** The lines that a client is sent until it gets the answer to its PING. */
async function linesBeforePong(client: TestClient): Promise<number> {
  for (let count = 0;; count++) {
    const line = await client.line();
    assert(line !== undefined, "the connection was closed");
    if (line.includes(" PONG ")) return count;
  }
}

Deno.test("a channel that is flooded starves nobody: each is heard once before anybody is heard twice", async () => {
  await using node = new Node();
  const quiet = await node.client("quiet", "echo-message");
  const flooders: TestClient[] = [];
  for (let i = 0; i < FLOODERS; i++) flooders.push(await node.client(`flooder${i}`));
  for (const client of [quiet, ...flooders]) client.send("JOIN #flood");
  for (const client of [quiet, ...flooders]) await client.sync();
  await quiet.sync();

  for (const client of flooders) {
    for (let i = 0; i < LINES; i++) client.send(`PRIVMSG #flood :${i} ${"x".repeat(80)}`);
  }
  quiet.send("PING now");
  const before = await linesBeforePong(quiet);
  assert(before < FLOODERS * LINES / 4, `${before} lines of the flood came before the answer`);

  let rest = 0;
  for (; rest < FLOODERS * LINES - before; rest++) assert((await quiet.line())?.includes(" PRIVMSG #flood "));
  await quiet.expectNothing();
  assertEquals(before + rest, FLOODERS * LINES);
});

Deno.test("whoever comes late in a flood still gets every line in order", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  for (const client of [ann, ben]) client.send("JOIN #flood");
  await ann.sync();
  await ben.sync();
  await ann.sync();
  for (let i = 0; i < LINES; i++) ann.send(`PRIVMSG #flood ${i}`);
  const said = (await ann.sync(), await ben.messages()).filter(({ command }) => command === "PRIVMSG");
  assertEquals(said.map(({ params }) => Number(params[1])), Array.from({ length: LINES }, (_, i) => i));
});
