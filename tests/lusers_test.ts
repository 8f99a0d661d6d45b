// https://modern.ircdocs.horse/#lusers-message

import { assertEquals, assertMatch, Node, type TestClient } from "./harness.ts";

/** Numbers that LUSERS tells: users, invisible ones, operators, unregistered, channels, now and most. */
async function counts(client: TestClient): Promise<Record<string, number>> {
  client.send("LUSERS");
  const messages = await client.messages();
  assertEquals(messages.map(({ command }) => command), ["251", "252", "253", "254", "255", "265", "266"]);
  const [all, operators, unknown, channels, me, local, global] = messages.map(({ params }) => params);
  const [visible, invisible] = /There \w+ (\d+) \w+ and (\d+) invisible on 1 server$/.exec(all![1]!)!.slice(1).map(
    Number,
  );
  assertMatch(me![1]!, new RegExp(`^I have ${visible! + invisible!} clients? and 0 servers$`));
  assertEquals(local!.slice(1, 3), global!.slice(1, 3));
  assertEquals(Number(local![1]), visible! + invisible!);
  return {
    visible: visible!,
    invisible: invisible!,
    operators: Number(operators![1]),
    unknown: Number(unknown![1]),
    channels: Number(channels![1]),
    most: Number(local![2]),
  };
}

// ""<client> :There are <u> users and <i> invisible on <s> servers"": https://modern.ircdocs.horse/#rplluserclient-251
Deno.test("LUSERS counts who comes and goes", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const none = { visible: 1, invisible: 0, operators: 0, unknown: 0, channels: 0, most: 1 };
  assertEquals(await counts(ann), none);
  const ben = await node.client("ben");
  ben.send("JOIN #chan");
  await ben.sync();
  assertEquals(await counts(ann), { ...none, visible: 2, channels: 1, most: 2 });
  ben.send("QUIT");
  await ben.expectEnd("ERROR *");
  assertEquals(await counts(ann), { ...none, most: 2 });
});

// "<connections> is a positive integer and represents the number of connections to this server that are currently in an unknown
// state.": https://modern.ircdocs.horse/#rplluserunknown-253
Deno.test("LUSERS counts who is not registered yet", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const [ben, cid] = [node.connect(), node.connect()];
  ben.send("NICK ben");
  cid.send("NICK cid");
  await ben.sync();
  await cid.sync();
  assertEquals((await counts(ann)).unknown, 2);
  ben.send("USER ben 0 * :Ben");
  await ben.sync();
  cid.send("QUIT");
  await cid.expectEnd("ERROR *");
  const { unknown, visible } = await counts(ann);
  assertEquals([unknown, visible], [0, 2]);
});

Deno.test("LUSERS counts invisible users and operators, and forgets those who leave", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ben.send("OPER root secret", "MODE ben +ii", "OPER root secret");
  await ben.sync();
  const { visible, invisible, operators } = await counts(ann);
  assertEquals([visible, invisible, operators], [1, 1, 1]);
  ben.send("MODE ben -o-i");
  await ben.sync();
  assertEquals((await counts(ann)).operators, 0);
  ben.send("OPER root secret", "MODE ben +i", "KILL ben :enough");
  await ben.expectEnd("ERROR *");
  const after = await counts(ann);
  assertEquals([after.visible, after.invisible, after.operators, after.unknown], [1, 0, 0, 0]);
});

Deno.test("LUSERS speaks of one as of one", async () => {
  await using node = new Node();
  const words = async (client: TestClient) => {
    client.send("LUSERS");
    return (await client.messages()).slice(0, 5).map(({ params }) => params.slice(1).join(" "));
  };
  const ann = await node.client("ann");
  ann.send("JOIN #chan");
  await ann.sync();
  assertEquals(await words(ann), [
    "There is 1 user and 0 invisible on 1 server",
    "0 operators online",
    "0 connections not registered",
    "1 channel formed",
    "I have 1 client and 0 servers",
  ]);
  const ben = await node.client("ben");
  assertEquals(await words(ben), [
    "There are 2 users and 0 invisible on 1 server",
    "0 operators online",
    "0 connections not registered",
    "1 channel formed",
    "I have 2 clients and 0 servers",
  ]);
});
