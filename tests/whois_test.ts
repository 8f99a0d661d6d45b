// https://modern.ircdocs.horse/#whois-message

import { assertEquals, Node } from "./harness.ts";
import { calm, gather, signIn } from "./scenes.ts";

Deno.test("WHOIS tells who somebody is, in whichever of its three forms", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("Ben")];
  await gather("#one,#two", ben);
  node.now += 7000;
  for (const line of ["WHOIS  Ben", "WHOIS irc.test Ben", "WHOIS Ben Ben"]) {
    ann.send(line);
    await ann.expectAll(
      ":irc.test 311 ann Ben ~Ben *.hidden * :Ben Test",
      ":irc.test 319 ann Ben :@#one @#two",
      ":irc.test 312 ann Ben irc.test Test",
      ":irc.test 317 ann Ben 7 1767268800 :seconds idle, signon time",
      ":irc.test 318 ann Ben :End of WHOIS",
    );
  }
});

// "<nick> MUST be exactly the <nick> parameter sent by the client in its WHOIS message. This means the case MUST be preserved":
// https://modern.ircdocs.horse/#rplendofwhois-318
Deno.test("the end of WHOIS repeats the nick as it was typed", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await node.client("Ben");
  ann.send("WHOIS bEN");
  const messages = await ann.messages();
  assertEquals(messages[0]!.params[1], "Ben");
  assertEquals(messages.at(-1)!.params, ["ann", "bEN", "End of WHOIS"]);
});

Deno.test("WHOIS of nobody is 401 and the end", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("WHOIS nobody", "WHOIS ::", "WHOIS", "WHOIS :");
  await ann.expectAll(
    ":irc.test 401 ann nobody :No such nick or channel",
    ":irc.test 318 ann nobody :End of WHOIS",
    ":irc.test 401 ann * :No such nick or channel",
    ":irc.test 318 ann * :End of WHOIS",
    ":irc.test 431 ann :No nick given",
    ":irc.test 431 ann :No nick given",
  );
});

Deno.test("WHOIS shows away, account, bot, security and operator", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const ann = await node.client("ann");
  const ben = node.connect({ secure: true });
  ben.send("NICK ben", "USER ben 0 * :Ben", "OPER root secret", "AWAY :I'm on a break", "MODE ben +B");
  await calm(ben);
  signIn(node, "ben", "Benjamin");
  ann.send("WHOIS ben");
  await ann.expectAll(
    ":irc.test 311 ann ben ~ben *.hidden * Ben",
    ":irc.test 312 ann ben irc.test Test",
    ":irc.test 313 ann ben :is an operator of this server",
    ":irc.test 330 ann ben Benjamin :is signed in as",
    ":irc.test 671 ann ben :is using a secure connection",
    ":irc.test 335 ann ben :is a bot",
    ":irc.test 301 ann ben :I'm on a break",
    ":irc.test 317 ann ben 0 1767268800 :seconds idle, signon time",
    ":irc.test 318 ann ben :End of WHOIS",
  );
});

// "Servers typically send some of these numerics only to the client itself and to servers operators, as they contain
// privacy-sensitive information that should not be revealed to other users."
Deno.test("WHOIS shows an address to its owner and to operators of the server", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  const address = async (line: string) => {
    ann.send(line);
    return (await ann.messages()).find(({ command }) => command === "338")?.params;
  };
  assertEquals(await address("WHOIS ben"), undefined);
  assertEquals(await address("WHOIS ann"), ["ann", "ann", "192.0.2.1", "is connecting from"]);
  ann.send("OPER root secret");
  await calm(ann, ben);
  assertEquals(await address("WHOIS ben"), ["ann", "ben", "192.0.2.1", "is connecting from"]);
});

// "secret channels will not show up in the RPL_WHOISCHANNELS numeric unless the user the numeric is being sent to is joined to
// that channel.": https://modern.ircdocs.horse/#secret-channel-mode
Deno.test("WHOIS keeps secret channels secret", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#open,#secret", ben);
  ben.send("MODE #secret +s");
  await ben.sync();
  const channels = async () => {
    ann.send("WHOIS ben");
    return (await ann.messages()).filter(({ command }) => command === "319").map(({ params }) => params[2]);
  };
  assertEquals(await channels(), ["@#open"]);
  await gather("#secret", ann);
  assertEquals(await channels(), ["@#open @#secret"]);
});

// "RPL_WHOISCHANNELS can be sent multiple times in the same whois reply, if the target is on too many channels to fit in a
// single message.": https://modern.ircdocs.horse/#rplwhoischannels-319
Deno.test("WHOIS of somebody in many channels takes many lines", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  const names = Array.from({ length: 30 }, (_, i) => `#channel-with-a-long-name-${i}`);
  for (const name of names) await gather(name, ben);
  ann.send("WHOIS ben");
  const lines = (await ann.messages()).filter(({ command }) => command === "319").map(({ params }) => params[2]!);
  assertEquals(lines.length > 1, true);
  assertEquals(lines.flatMap((line) => line.split(" ")), names.map((name) => `@${name}`));
});
