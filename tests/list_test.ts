// https://modern.ircdocs.horse/#list-message

import { assertEquals, Node, type TestClient } from "./harness.ts";
import { gather } from "./scenes.ts";

/** Names of the channels that LIST shows. */
async function listed(client: TestClient, line: string): Promise<string[]> {
  client.send(line);
  const messages = await client.messages();
  assertEquals(messages.at(0)!.command, "321");
  assertEquals(messages.at(-1)!.command, "323");
  return messages.slice(1, -1).map(({ command, params }) => {
    assertEquals([command, params.length], ["322", 4]);
    return params[1]!;
  });
}

// "In response to a successful LIST command, the server MAY send one RPL_LISTSTART numeric, MUST send back zero or more
// RPL_LIST numerics, and MUST send back one RPL_LISTEND numeric."
Deno.test("LIST shows channels with users and topic, and nothing where nothing is", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  assertEquals(await listed(ben, "LIST"), []);
  await gather("#one", ann);
  ann.send("TOPIC #one :the first");
  await gather("#two", ann, ben);
  ben.send("LIST");
  await ben.expectAll(
    ":irc.test 321 ben Channel :Users  Topic",
    ":irc.test 322 ben #one 1 :the first",
    ":irc.test 322 ben #two 2 :",
    ":irc.test 323 ben :End of LIST",
  );
});

// "If this parameter is given, the information for only the given channels is returned."
Deno.test("LIST of names shows these", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan1,#chan2,#chan3", ann);
  assertEquals(await listed(ben, "LIST #CHAN1,#chan3"), ["#chan1", "#chan3"]);
  assertEquals(await listed(ben, "LIST #nonexistent"), []);
});

// "A channel that is set to secret will not show up in responses to the LIST or NAMES command unless the client sending the
// command is joined to the channel.": https://modern.ircdocs.horse/#secret-channel-mode
Deno.test("LIST shows secret channels to their members", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#gen", ann);
  ann.send("MODE #gen +s");
  await ann.sync();
  assertEquals(await listed(ann, "LIST"), ["#gen"]);
  assertEquals(await listed(ben, "LIST"), []);
  assertEquals(await listed(ben, "LIST #gen"), []);
  await gather("#gen", ben);
  assertEquals(await listed(ben, "LIST"), ["#gen"]);
});

// "M: Searching based on a mask. N: Searching based on a non-matching !mask.": https://modern.ircdocs.horse/#elist-parameter
Deno.test("LIST takes masks and their opposite", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan1,#chan2", ann);
  assertEquals(await listed(ben, "LIST *an1"), ["#chan1"]);
  assertEquals(await listed(ben, "LIST *an1,*an2"), ["#chan1", "#chan2"]);
  assertEquals(await listed(ben, "LIST #c*n2"), ["#chan2"]);
  assertEquals(await listed(ben, "LIST !*an1"), ["#chan2"]);
  assertEquals(await listed(ben, "LIST !#ch*"), []);
  assertEquals(await listed(ben, "LIST #ch*,!*1"), ["#chan2"]);
});

// "U: Searching based on user count within the channel, via the "<val" and ">val" modifiers to search for a channel that has
// less or more than val users, respectively."
Deno.test("LIST takes numbers of users, alone or with names", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan1", ann);
  await gather("#chan2", ann, ben);
  assertEquals(await listed(ben, "LIST >0"), ["#chan1", "#chan2"]);
  assertEquals(await listed(ben, "LIST <1"), []);
  assertEquals(await listed(ben, "LIST >1"), ["#chan2"]);
  assertEquals(await listed(ben, "LIST <2"), ["#chan1"]);
  assertEquals(await listed(ben, "LIST >0,<2"), ["#chan1"]);
  assertEquals(await listed(ben, "LIST #chan1 >0"), ["#chan1"]);
  assertEquals(await listed(ben, "LIST #chan1,#chan2 <1"), []);
});

// "C: Searching based on channel creation time, via the "C<val" and "C>val" modifiers to search for a channel that was
// created either less than val minutes ago, or more than val minutes ago, respectively"
Deno.test("LIST takes the age of channels", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#old", ann);
  node.now += 2 * 60_000;
  await gather("#new", ann);
  node.now += 60_000;
  assertEquals(await listed(ann, "LIST C>2"), ["#old"]);
  assertEquals(await listed(ann, "LIST c<2"), ["#new"]);
  assertEquals(await listed(ann, "LIST C<0"), []);
  assertEquals(await listed(ann, "LIST C>0"), ["#old", "#new"]);
  assertEquals(await listed(ann, "LIST C<10"), ["#old", "#new"]);
});

// "T: Searching based on topic set time, via the "T<val" and "T>val" modifiers to search for a topic time that was set less
// than val minutes ago, or more than val minutes ago, respectively."
Deno.test("LIST takes the age of topics", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#old,#new,#none", ann);
  ann.send("TOPIC #old :x");
  await ann.sync();
  node.now += 2 * 60_000;
  ann.send("TOPIC #new :x");
  await ann.sync();
  node.now += 60_000;
  assertEquals(await listed(ann, "LIST T>2"), ["#old"]);
  assertEquals(await listed(ann, "LIST T<2"), ["#new"]);
  assertEquals(await listed(ann, "LIST T<0"), []);
  assertEquals(await listed(ann, "LIST T<10"), ["#old", "#new"]);
});

// "If SAFELIST parameter is advertised, the server ensures that a client may perform the LIST command without being disconnected due
// to the large volume of data the LIST command generates.": https://modern.ircdocs.horse/#safelist-parameter
for (const label of ["", "@label=1 "]) {
  Deno.test(`LIST of more than the sendq holds says so${label && ", labeled too"}, and WHO ends`, async () => {
    await using node = new Node({ limits: { sendq: 16_000 } });
    const ann = await node.client("ann", "batch", "labeled-response");
    for (let i = 0; i < 100; i++) {
      ann.send(`JOIN #channel${i}`, `TOPIC #channel${i} :${"x".repeat(300)}`);
      await ann.sync();
    }
    ann.send(`${label}LIST`);
    const commands = (await ann.messages()).map(({ command }) => command);
    assertEquals(commands.filter((command) => command === "322").length > 20, true);
    assertEquals(commands.slice(label === "" ? -2 : -3, label === "" ? undefined : -1), ["NOTICE", "323"]);
    for (let i = 0; i < 150; i++) await node.client(`user-${i}`);
    ann.send(`${label}WHO *`);
    const who = (await ann.messages()).map(({ command }) => command).filter((command) => command !== "BATCH");
    assertEquals(who.length > 50 && who.length < 151, true);
    assertEquals(who.at(-1), "315");
  });
}
