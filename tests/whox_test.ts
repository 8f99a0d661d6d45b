// https://ircv3.net/specs/extensions/whox

import { assertEquals, assertMatch, Node } from "./harness.ts";
import { gather, signIn } from "./scenes.ts";

// "Servers MUST send the fields in the order specified above. Servers MUST include in their reply all of the standard fields
// requested by the client, and MUST NOT add any additional field not requested by the client."
Deno.test("WHOX: the fields come in one order, whatever the order of the letters", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  node.now += 5000;
  for (const fields of ["tcuihsnfdlaor", "roaldfnshiuct"]) {
    ben.send(`WHO ann %${fields},123`);
    await ben.expectAll(
      ":irc.test 354 ben 123 * ~ann 255.255.255.255 *.hidden irc.test ann H 0 5 0 n/a :ann Test",
      ":irc.test 315 ben ann :End of WHO list",
    );
  }
});

Deno.test("WHOX: each field alone is one word", async () => {
  await using node = new Node();
  await node.client("ann");
  const ben = await node.client("ben");
  for (const field of "cuihsnfdlaor") {
    ben.send(`WHO ann %${field}`);
    const [reply, end, ...more] = await ben.messages();
    assertEquals([reply!.command, reply!.params.length, end!.command, more], ["354", 2, "315", []]);
    assertMatch(reply!.params[1]!, /./);
  }
});

// "Clients can also specify a token which will be returned by the server in the replies."
Deno.test("WHOX: the token comes back; what is no token of three digits is 0", async () => {
  await using node = new Node();
  await node.client("ann");
  const ben = await node.client("ben");
  for (const [sent, back] of [["321", "321"], ["7", "7"], ["1234", "0"], ["abc", "0"], ["", "0"]]) {
    ben.send(`WHO ann %tn,${sent}`);
    await ben.expectAll(`:irc.test 354 ben ${back} ann`, ":irc.test 315 ben ann :End of WHO list");
  }
});

// ""0" is used for [account] when the user is logged out"; ""255.255.255.255" is used for [ip] when the server refuses to
// disclose the IP address"
Deno.test("WHOX: accounts are shown to all, addresses to their owner and to operators of the server", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  signIn(node, "ann", "Annie");
  ben.send("WHO ann %nai", "WHO ben %nai");
  await ben.expectAll(
    ":irc.test 354 ben 255.255.255.255 ann Annie",
    ":irc.test 315 *",
    ":irc.test 354 ben 192.0.2.1 ben 0",
    ":irc.test 315 *",
  );
  ann.send("OPER root secret");
  await ann.sync();
  ann.send("WHO ben %ni");
  await ann.expect(":irc.test 354 ann 192.0.2.1 ben");
});

Deno.test("WHOX: an IPv6 address that begins with a colon can be told", async () => {
  await using node = new Node();
  const ann = node.connect({ address: "::1" });
  ann.send("NICK ann", "USER ann 0 * :Ann");
  await ann.sync();
  ann.send("WHO ann %in", "WHOIS ann");
  await ann.expect(":irc.test 354 ann 0::1 ann");
  assertEquals((await ann.sync()).some((line) => line.startsWith(":irc.test 338 ann ann 0::1 ")), true);
});

// "Servers MUST ignore any non-standard field they don't support."
Deno.test("WHOX: unknown letters are passed over, and a channel is named", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("WHO #chan %zcnxq");
  await ann.expectAll(":irc.test 354 ann #chan ann", ":irc.test 315 ann #chan :End of WHO list");
});
