// What a server tells of itself: https://modern.ircdocs.horse/#server-queries-and-commands

import { assertEquals, Node } from "./harness.ts";
import { commands } from "./scenes.ts";

// "If the MOTD can be found, one RPL_MOTDSTART numeric is returned, followed by one or more RPL_MOTD numeric, then one RPL_ENDOFMOTD
// numeric. If the MOTD does not exist or could not be found, the ERR_NOMOTD numeric is returned."
Deno.test("MOTD shows the message of the day, and says so if there is none", async () => {
  await using node = new Node({ motd: ["hello", "", "x".repeat(600)] });
  const ann = await node.client("ann");
  ann.send("MOTD", "MOTD elsewhere.example");
  await ann.expectAll(
    ":irc.test 375 ann :- irc.test message of the day -",
    ":irc.test 372 ann :- hello",
    ":irc.test 372 ann :- ",
    `:irc.test 372 ann :- ${"x".repeat(398)}`,
    ":irc.test 376 ann :End of the message of the day",
    ":irc.test 402 ann elsewhere.example :No such server",
  );
  await using bare = new Node();
  const ben = await bare.client("ben");
  ben.send("MOTD");
  await ben.expectAll(":irc.test 422 ben :There is no message of the day");
});

// ""<client> <version> <server> :<comments>"": https://modern.ircdocs.horse/#rplversion-351
Deno.test("VERSION names program and server", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("VERSION");
  assertEquals((await ann.messages())[0]!.params.slice(0, 3), ["ann", "chat-1", "irc.test"]);
});

// "the given server will respond with zero or more RPL_INFO replies, followed by one RPL_ENDOFINFO numeric."; "If <target> is given
// and a matching server cannot be found, the server will respond with the ERR_NOSUCHSERVER numeric and the command will fail."
Deno.test("INFO is lines and an end", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("INFO");
  const messages = await ann.messages();
  assertEquals(messages.map(({ command, params }) => [command, params.length]), [
    ["371", 2],
    ["371", 2],
    ["371", 2],
    ["374", 2],
  ]);
  ann.send("INFO irc.*", "INFO ann", "INFO elsewhere.example", "INFO :two words");
  assertEquals(await commands(ann), ["371", "371", "371", "374", "371", "371", "371", "374", "402", "402"]);
});

// ""<client> <server> [<timestamp> [<TS offset>]] :<human-readable time>"": https://modern.ircdocs.horse/#rpltime-391
Deno.test("TIME is the server's clock", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("TIME", "TIME elsewhere.example");
  await ann.expectAll(
    ":irc.test 391 ann irc.test :Thu, 01 Jan 2026 12:00:00 GMT",
    ":irc.test 402 ann elsewhere.example :No such server",
  );
});

// "the given server SHOULD respond with the RPL_ADMINME, RPL_ADMINLOC1, RPL_ADMINLOC2, and RPL_ADMINEMAIL replies."
Deno.test("ADMIN is four lines", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("ADMIN", "ADMIN elsewhere.example");
  assertEquals(await commands(ann), ["256", "257", "258", "259", "402"]);
});

// "In replying to the LINKS message, a server MUST send replies back using zero or more RPL_LINKS messages and mark the end of the
// list using a RPL_ENDOFLINKS message. Servers MAY omit some or all servers on the network, including itself."
Deno.test("LINKS is only an end", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("LINKS");
  await ann.expectAll(":irc.test 365 ann * :End of LINKS");
});

// ""<client> :Server Up <days> days <hours>:<minutes>:<seconds>"": https://modern.ircdocs.horse/#rplstatsuptime-242
Deno.test("STATS u tells how long the server runs; other letters tell nothing", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  node.now += (2 * 86_400 + 3661) * 1000;
  ann.send("STATS u", "STATS k", "STATS 😀", "STATS :", "STATS");
  await ann.expectAll(
    ":irc.test 242 ann :Server up 2 days 01:01:01",
    ":irc.test 219 ann u :*",
    ":irc.test 219 ann k :*",
    ":irc.test 219 ann 😀 :*",
    ":irc.test 219 ann * :*",
    ":irc.test 461 ann STATS :Not enough parameters",
  );
});

// "The USERHOST command takes up to five nicknames, each a separate parameters."; "<isop> is included if the user with the nickname
// of <nickname> has registered as an operator.": https://modern.ircdocs.horse/#rpluserhost-302
Deno.test("USERHOST tells of up to five users", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ben.send("OPER root secret", "AWAY :gone");
  await ben.sync();
  ann.send("USERHOST BEN nobody ann", "USERHOST nobody", "USERHOST", "USERHOST a b c d e ann");
  await ann.expectAll(
    ":irc.test 302 ann :ben*=-~ben@*.hidden ann=+~ann@*.hidden",
    ":irc.test 302 ann :",
    ":irc.test 461 ann USERHOST :Not enough parameters",
    ":irc.test 302 ann :",
  );
});

// "RPL_ISON ":*1<nick> *( " " <nick> )"": https://datatracker.ietf.org/doc/html/rfc2812#section-4.9
Deno.test("ISON tells which of the nicks are here", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await node.client("Ben");
  ann.send("ISON ben nobody ANN", "ISON :ben nobody", "ISON nobody");
  await ann.expectAll(":irc.test 303 ann :Ben ann", ":irc.test 303 ann Ben", ":irc.test 303 ann :");
});

// "Sent to a registered client to indicate that the command they sent isn't known by the server.":
// https://modern.ircdocs.horse/#errunknowncommand-421
Deno.test("what is no command is named", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("FROBNICATE x", "squit a b", "SERVICE a", "what_is this", "12", ":ann 中文", "@a=b", ":ann", "  ", "A\0B");
  await ann.expectAll(
    ":irc.test 421 ann FROBNICATE :Unknown command",
    ":irc.test 421 ann SQUIT :Unknown command",
    ":irc.test 421 ann SERVICE :Unknown command",
    ":irc.test 421 ann what_is :Unknown command",
    ":irc.test 421 ann 12 :Unknown command",
    ":irc.test 421 ann 中文 :Unknown command",
    ":irc.test 421 ann @a=b :Unknown command",
    ":irc.test 421 ann * :Unknown command",
    ":irc.test 400 ann * :A line holds no control characters",
  );
});
