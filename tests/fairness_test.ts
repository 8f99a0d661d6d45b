import { assert, assertEquals, assertRejects } from "@std/assert";
import { Pace } from "../server/pace.ts";
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

Deno.test("what is costly waits in line once others have waited for it, and in its order", async () => {
  const pace = new Pace();
  const done: string[] = [];
  // The first is done at once, however long it takes.
  assertEquals(pace.run(() => (spin(30), void done.push("first"))), undefined);
  const rest = ["second", "third"].map((name) => pace.run(() => void done.push(name)));
  assertEquals(done, ["first"]);
  await Promise.all(rest);
  assertEquals(done, ["first", "second", "third"]);
});

Deno.test("what goes wrong when its time has come meets who waits for it, and the next have their time", async () => {
  const pace = new Pace();
  pace.run(() => spin(30));
  const wrong = pace.run(() => {
    throw new Error("wrong");
  });
  const next = pace.run(() => {});
  await assertRejects(() => Promise.resolve(wrong), Error, "wrong");
  await next;
});

Deno.test("a client's lines are answered in order, also when one of them is costly and has to wait", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  node.hub.pace.run(() => spin(60));
  ann.send("MONITOR + ben");
  await ann.expectAll(":irc.test 731 ann ben");
});

Deno.test("what waited for its time is not done for who is gone by then", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const [client] = node.hub.clients;
  node.hub.pace.run(() => spin(60));
  ann.send("MONITOR + ben");
  while (client?.busy === undefined) await tick();
  node.hub.quit(node.hub.userNamed("ann")!, "gone");
  await ann.expectEnd("*");
  await node.hub.pace.run(() => {});
  assertEquals([...node.hub.monitors.of("ben")], []);
});

/** Keeps everybody waiting. */
function spin(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
