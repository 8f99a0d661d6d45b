import { assert, assertEquals } from "@std/assert";
import { watchSilence } from "../server/reception.ts";
import { Node } from "./harness.ts";

const YEAR = 365 * 24 * 60 * 60_000;

Deno.test("the clock is set forward and back: nobody times out, ids grow, history keeps its order", async () => {
  let elapsed = 0;
  await using node = new Node({ elapsed: () => elapsed });
  const [ann, ben] = [await node.client("ann", "message-tags", "echo-message"), await node.client("ben")];
  const newcomer = node.connect();
  newcomer.send("CAP LS 302");
  ann.send("JOIN #lobby");
  await ann.sync();
  const ids: string[] = [];
  for (const jump of [0, YEAR, -2 * YEAR, 1]) {
    node.now += jump;
    elapsed += 1000;
    watchSilence(node.hub);
    ann.send(`PRIVMSG #lobby :${jump}`);
    ids.push(/msgid=(\w+)/.exec((await ann.sync()).join("\n"))![1]!);
  }
  assertEquals([...ids].sort(), ids);
  await ben.expectNothing();
  await newcomer.sync();
  assertEquals(
    node.hub.store.history("#lobby", { limit: 10 }).map(({ message }) => message.params[1]),
    ["0", `${YEAR}`, `${-2 * YEAR}`, "1"],
  );
  node.now += 1;
  elapsed += node.hub.limits.pingAfter;
  watchSilence(node.hub);
  await ben.expect("PING irc.test");
});

Deno.test("the clock is set back over a restart: ids still grow", async () => {
  const { MemoryStore } = await import("../server/store.ts");
  const store = new MemoryStore();
  const said: number[] = [];
  for (const now of [YEAR * 60, YEAR * 50]) {
    await using node = new Node({ store });
    node.now = now;
    const ann = await node.client("ann");
    ann.send("JOIN #lobby", "PRIVMSG #lobby :hello");
    await ann.sync();
    said.push(store.lastId);
  }
  assert(said[0]! < said[1]!);
});

Deno.test("whoever is cut off in the middle of a line has not said it", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  for (const client of [ann, ben]) {
    client.send("JOIN #lobby");
    await client.sync();
  }
  await ann.sync();
  await ben.sendBytes("PRIVMSG #lobby :I never mean");
  await ben.close();
  await ann.expect(":ben!~ben@*.hidden QUIT *");
  await ann.expectNothing();
});

Deno.test("whoever is cut off while it waits for its password's hash leaves nothing behind", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("NICK ann", "USER ann 0 * :ann", "REGISTER * * :correct horse");
  await ann.expect("*001*");
  await ann.close();
  const ben = await node.client("ben");
  for (let left = false; !left;) {
    ben.send("WHOIS ann");
    left = (await ben.sync()).some((line) => line.includes(" 401 ben ann "));
  }
  assertEquals([...node.hub.users.values()].map(({ nick }) => nick), ["ben"]);
});
