import { assertEquals, assertMatch, Node } from "./harness.ts";
import { commands } from "./scenes.ts";

// "Upon successful completion of the registration process, the server MUST send, in this order, the RPL_WELCOME,
// RPL_YOURHOST, RPL_CREATED, RPL_MYINFO, and at least one RPL_ISUPPORT numeric to the client. The server SHOULD then respond
// as though the client sent the LUSERS command": https://modern.ircdocs.horse/#connection-registration
Deno.test("registration ends with the numerics of the specification in their order", async () => {
  await using node = new Node({ motd: ["hello"] });
  const ann = node.connect();
  ann.send("NICK ann", "USER ann 0 * :Ann Test");
  const messages = await ann.messages();
  const order = messages.map(({ command }) => command).join(" ");
  assertMatch(order, /^001 002 003 004( 005)+ 251 252 253 254 255 265 266 375 372 376$/);
  assertEquals(messages.every(({ source, params }) => source === "irc.test" && params[0] === "ann"), true);
});

Deno.test("without a message of the day registration ends with 422", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("NICK ann", "USER ann 0 * :Ann Test");
  assertEquals((await commands(ann)).at(-1), "422");
});

// "<client> <servername> <version> <available user modes> <available channel modes> [<channel modes with a parameter>]":
// https://modern.ircdocs.horse/#rplmyinfo-004
Deno.test("004 names the server and the letters of all modes", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("NICK ann", "USER ann 0 * :Ann Test");
  const [mine] = (await ann.messages()).filter(({ command }) => command === "004");
  assertEquals(mine!.params, ["ann", "irc.test", "chat-1", "BRiow", "CHIRSbeiklmnostv", "ISbeklov"]);
});

Deno.test("NICK and USER come in either order, in any case, and in one write", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("user ann 0 * :Ann\r\nnick ann");
  assertEquals((await commands(ann))[0], "001");
});

// "If it is empty, the server SHOULD reject the command with ERR_NEEDMOREPARAMS (even if an empty parameter is provided)":
// https://modern.ircdocs.horse/#user-message
Deno.test("USER without a username or a real name is refused", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("NICK ann", "USER ann 0 * :");
  await ann.expectAll(":irc.test 461 * USER :Not enough parameters");
  ann.send("USER ann 0 *");
  await ann.expectAll(":irc.test 461 * USER :Not enough parameters");
  ann.send("USER ann 0 * :Ann");
  assertEquals((await commands(ann))[0], "001");
});

// "The maximum length of <username> may be specified by the USERLEN RPL_ISUPPORT parameter. If this length is advertised,
// the username MUST be silently truncated to the given length before being used.": https://modern.ircdocs.horse/#user-message
Deno.test("a username is cut at USERLEN, and nobody vouches for it", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("NICK ann", "USER abcdefghijklmnopqrstuvwxyz 0 * :Ann");
  await ann.sync();
  ann.send("USERHOST ann");
  await ann.expectAll(":irc.test 302 ann ann=+~abcdefghijklmnopq@*.hidden");
});

Deno.test("what of a username cannot stand in nick!user@host is left out", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("NICK ann", "USER 😊x@1!0 * * :Ann");
  await ann.sync();
  ann.send("USERHOST ann");
  await ann.expectAll(":irc.test 302 ann ann=+~x10@*.hidden");
});

// "If the server receives a NICK command from a client where the desired nickname is already in use on the network, it
// should issue an ERR_NICKNAMEINUSE numeric and ignore the NICK command.": https://modern.ircdocs.horse/#nick-message
Deno.test("a nick that is taken is refused, and another will do", async () => {
  await using node = new Node();
  await node.client("ann");
  const ben = node.connect();
  ben.send("NICK ann", "USER ben 0 * :Ben");
  await ben.expectAll(":irc.test 433 * ann :Nick is already in use");
  ben.send("NICK ben");
  assertEquals((await commands(ben))[0], "001");
});

Deno.test("of two who ask for one nick before they are registered, the first to finish has it", async () => {
  await using node = new Node();
  const [ann, ben] = [node.connect(), node.connect()];
  ann.send("NICK foo");
  ben.send("NICK foo");
  ann.send("USER ann 0 * :Ann");
  assertEquals((await commands(ann))[0], "001");
  ben.send("USER ben 0 * :Ben");
  await ben.expectAll(":irc.test 433 * foo :Nick is already in use");
});

Deno.test("a nick is free the moment its owner leaves or takes another", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("NICK malice");
  await ann.expectAll(":ann!~ann@*.hidden NICK malice");
  const second = await node.client("ann");
  second.send("QUIT");
  await second.expectEnd("ERROR :Quit: ");
  const third = node.connect();
  third.send("NICK ANN", "USER ann 0 * :Ann");
  assertEquals((await third.messages())[0]!.params[0], "ANN");
});

// "If the server does not accept the new nickname supplied by the client as valid (for instance, due to containing invalid
// characters), it should issue an ERR_ERRONEUSNICKNAME numeric and ignore the NICK command.":
// https://modern.ircdocs.horse/#nick-message
Deno.test("a nick that is none is refused at once, whatever was typed", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("NICK *", "NICK :two words", "NICK ::colon", "NICK 1ann", "NICK a#b", "NICK a!b", "NICK a@b", "NICK a,b");
  const shown = ["*", "*", "*", "1ann", "a#b", "a!b", "a@b", "a,b"];
  await ann.expectAll(...shown.map((nick) => `:irc.test 432 * ${nick} :That nick is not possible: *`));
  ann.send("NICK", "NICK :");
  await ann.expectAll(":irc.test 431 * :No nick given", ":irc.test 431 * :No nick given");
  ann.send("NICK ann", "USER u s e r");
  assertEquals((await commands(ann))[0], "001");
});

// "The NICKLEN parameter indicates the maximum length of a nickname that a client may set.":
// https://modern.ircdocs.horse/#nicklen-parameter
Deno.test("a nick has NICKLEN characters at most, and a longer one is not cut", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send(`NICK ${"a".repeat(32)}`);
  await ann.expectAll(`:ann!~ann@*.hidden NICK ${"a".repeat(32)}`);
  ann.send(`NICK ${"b".repeat(33)}`);
  await ann.expectAll(`:irc.test 432 ${"a".repeat(32)} ${"b".repeat(33)} :That nick is not possible: *`);
});

Deno.test("a nick longer than any is answered with a line that fits", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send(`NICK ${"x".repeat(500)}`);
  await ann.expectAll(
    `:irc.test 432 ann ${"x".repeat(300)} :That nick is not possible: it is too long, the longest has 32 letters`,
  );
});

Deno.test("only the one who asks hears that a nick cannot be had", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ben.send("NICK ann");
  await ben.expectAll(":irc.test 433 ben ann :Nick is already in use");
  await ann.expectNothing();
  ann.send("PRIVMSG ben :still you?");
  await ben.expectAll(":ann!* PRIVMSG ben :still you?");
});

Deno.test("a nick may change its case, and a nick that stays the same is no news", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("NICK Ann");
  await ann.expectAll(":ann!~ann@*.hidden NICK Ann");
  ann.send("NICK Ann");
  await ann.expectNothing();
});

// "Returned to indicate that the connection could not be registered as the password was either incorrect or not supplied.":
// https://modern.ircdocs.horse/#errpasswdmismatch-464
Deno.test("a server with a password takes nobody in without it", async () => {
  await using node = new Node({ password: "open sesame" });
  for (const lines of [[], ["PASS wrong"], ["PASS :open sesame", "PASS wrong"]]) {
    const eve = node.connect();
    eve.send(...lines, "NICK eve", "USER eve 0 * :Eve");
    await eve.expect(":irc.test 464 * :Password incorrect");
    await eve.expectEnd("ERROR :Password missing or incorrect");
  }
  const ann = node.connect();
  ann.send("PASS :open sesame", "NICK ann", "USER ann 0 * :Ann");
  assertEquals((await commands(ann))[0], "001");
});

// "This requires that clients send a PASS command before sending the NICK / USER combination.":
// https://modern.ircdocs.horse/#pass-message
Deno.test("a password that comes after NICK and USER comes too late", async () => {
  await using node = new Node({ password: "sesame" });
  const eve = node.connect();
  eve.send("NICK eve", "USER eve 0 * :Eve", "PASS sesame");
  await eve.expect(":irc.test 464 * :Password incorrect");
  await eve.expectEnd("ERROR :*");
});

// "You may not reregister": https://modern.ircdocs.horse/#erralreadyregistered-462
Deno.test("PASS and USER are for registration only", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("PASS x", "USER a 0 * :b");
  await ann.expectAll(":irc.test 462 ann :You may not reregister", ":irc.test 462 ann :You may not reregister");
});

// "Servers offer only a limited subset of commands until clients are properly registered to the server.":
// https://modern.ircdocs.horse/#errnotregistered-451
Deno.test("before registration only the commands of registration work", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("NICK ann", "JOIN #lobby", "PRIVMSG ann :hi", "ISUPPORT", "AWAY :x", "FROB", "PING now");
  const unregistered = ":irc.test 451 * :You have not registered*";
  await ann.expect(unregistered);
  await ann.expect(unregistered);
  await ann.expect(unregistered);
  await ann.expect(unregistered);
  await ann.expect(":irc.test 421 * FROB :Unknown command");
  await ann.expect(":irc.test PONG irc.test now");
});

// "The server acknowledges this by replying with an ERROR message and closing the connection to the client.":
// https://modern.ircdocs.horse/#quit-message
Deno.test("QUIT is acknowledged with ERROR, before registration too", async () => {
  await using node = new Node();
  const probe = node.connect();
  probe.send("QUIT :checking");
  await probe.expectEnd("ERROR :Quit: checking");
  const ann = await node.client("ann");
  ann.send("LUSERS");
  assertEquals((await ann.messages()).find(({ command }) => command === "253")!.params[1], "0");
});

// "This applies even if <reason> is empty, in which case the reason sent to other clients SHOULD be just this "Quit: "
// string.": https://modern.ircdocs.horse/#quit-message
Deno.test("QUIT without a reason is seen as such", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  for (const each of [ann, ben]) each.send("JOIN #lobby");
  await ben.sync();
  await ann.sync();
  ben.send("QUIT");
  await ben.expectEnd("ERROR :Quit: ");
  await ann.expectAll(":ben!~ben@*.hidden QUIT :Quit: ");
});

// "When receiving a PING message, clients or servers must reply to it with a PONG message with the same <token> value.":
// https://modern.ircdocs.horse/#ping-message
Deno.test("PING is answered with its token", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("PING abcdef", "PING :two words", "PING :", "PING");
  await ann.expectAll(
    ":irc.test PONG irc.test abcdef",
    ":irc.test PONG irc.test :two words",
    ":irc.test PONG irc.test :",
    ":irc.test 409 ann :No origin specified",
  );
});

Deno.test("a PING as long as a line may be is answered with as much of it as fits", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send(`PING ${"x".repeat(505)}`);
  const line = await ann.line();
  assertEquals(line, `:irc.test PONG irc.test ${"x".repeat(510 - 24)}`);
});

// "Indicates a given line does not follow the specified size limits": https://modern.ircdocs.horse/#errinputtoolong-417
Deno.test("a line of 510 bytes is taken, one of 511 is not, and the client stays", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send(`PING ${"x".repeat(506)}`);
  await ann.expectAll(":irc.test 417 ann :Input line was too long*");
});

// "Servers publishing this token MUST NOT relay content (such as PRIVMSG or NOTICE message data, channel topics, or
// realnames) containing non-UTF-8 data to clients.": https://ircv3.net/specs/extensions/utf8-only
Deno.test("a real name that is not UTF-8 is refused by name", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("NICK ann");
  await ann.sync();
  await ann.sendBytes("USER ann 0 * :caf", [0xe9], "\r\n");
  await ann.expectAll(":irc.test FAIL USER INVALID_UTF8 :*");
  ann.send("USER ann 0 * :café");
  assertEquals((await commands(ann))[0], "001");
});

Deno.test("whoever does not finish is let go", async () => {
  await using node = new Node();
  const eve = node.connect();
  eve.send("NICK eve");
  await eve.sync();
  node.pass(60_000);
  await eve.expectEnd("ERROR :Registration timed out");
});
