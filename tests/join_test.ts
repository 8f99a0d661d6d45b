// https://modern.ircdocs.horse/#join-message

import { assertEquals, Node } from "./harness.ts";
import { calm, commands, gather } from "./scenes.ts";

// "If a client's JOIN command to the server is successful, they receive a JOIN message from the server with their client as
// the message <source> and the channel they have joined as the first parameter of the message. After this, they are sent the
// channel's topic (with RPL_TOPIC), and no message if the channel does not have a topic."
Deno.test("JOIN makes a channel, tells its names, and says nothing of a topic that is not there", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ann.send("JOIN #chan");
  await ann.expectAll(
    ":ann!~ann@*.hidden JOIN #chan",
    ":irc.test 353 ann = #chan @ann",
    ":irc.test 366 ann #chan :End of NAMES list",
  );
  ben.send("JOIN #chan");
  await ben.expectAll(
    ":ben!~ben@*.hidden JOIN #chan",
    ":irc.test 353 ben = #chan :@ann ben",
    ":irc.test 366 ben #chan :End of NAMES list",
  );
  await ann.expectAll(":ben!~ben@*.hidden JOIN #chan");
});

Deno.test("JOIN tells the topic, who set it and when", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ann.send("TOPIC #chan :hello there");
  await ann.sync();
  ben.send("JOIN #chan");
  await ben.expectAll(
    ":ben!~ben@*.hidden JOIN #chan",
    ":irc.test 332 ben #chan :hello there",
    ":irc.test 333 ben #chan ann!~ann@*.hidden 1767268800",
    ":irc.test 353 ben = #chan :@ann ben",
    ":irc.test 366 ben #chan :End of NAMES list",
  );
});

Deno.test("JOIN of a channel one is in changes nothing", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("JOIN #chan", "JOIN #CHAN");
  await ann.expectNothing();
  await ben.expectNothing();
});

// "Servers MUST process the parameters of this command as lists on incoming commands from clients, with the first <key> being
// used for the first <channel>, the second <key> being used for the second <channel>, etc."
Deno.test("JOIN takes lists of channels and keys", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#one,#two,#three", ann);
  ann.send("MODE #one +k first", "MODE #two +k second");
  await ann.sync();
  ben.send("JOIN #one,#two,#three first,wrong");
  assertEquals(await commands(ben), ["JOIN", "353", "366", "475", "JOIN", "353", "366"]);
  ben.send("JOIN #two ,second", "JOIN #two,#two second");
  assertEquals(await commands(ben), ["475", "JOIN", "353", "366"]);
});

// "Servers SHOULD NOT send multiple channels in this message to clients, and SHOULD distribute these multiple-channel JOIN
// messages as a series of messages with a single channel name on each."
Deno.test("of several channels, one whose name is wrong keeps nobody from the others", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("JOIN #valid,inv@lid,,#more");
  const messages = await ann.messages();
  assertEquals(messages.map(({ command }) => command), ["JOIN", "353", "366", "403", "JOIN", "353", "366"]);
  assertEquals(messages[0]!.params, ["#valid"]);
  assertEquals(messages[3]!.params, ["ann", "inv@lid", "No such channel"]);
  assertEquals(messages[4]!.params, ["#more"]);
});

// "The value MUST be specified and MUST be a positive integer.": https://modern.ircdocs.horse/#channellen-parameter
Deno.test("a channel's name has CHANNELLEN characters at most, and is not cut", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const [fits, longer] = [`#${"c".repeat(63)}`, `#${"c".repeat(64)}`];
  ann.send(`JOIN ${fits}`);
  assertEquals((await ann.messages())[0]!.params, [fits]);
  ann.send(`JOIN ${longer}`);
  await ann.expectAll(`:irc.test 403 ann ${longer} :No such channel`);
});

// "the only restriction on a channel name is that it may not contain any spaces (' ', 0x20), a control G / BELL ('^G', 0x07),
// or a comma": https://modern.ircdocs.horse/#channels. Ours are stricter: what cannot be seen cannot be in a name.
Deno.test("names that cannot be are refused with 403, whatever was typed", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  for (const name of ["#a\x07b", "#", "#a\u200bb", "#a\u202eb", "&local", "lobby"]) {
    ann.send(`JOIN ${name}`);
    await ann.expectAll(`:irc.test 403 ann ${name} :No such channel`);
  }
  ann.send("JOIN :#two words", "JOIN ::", "JOIN :");
  await ann.expectAll(":irc.test 403 ann * :No such channel", ":irc.test 403 ann * :No such channel");
  ann.send("JOIN");
  await ann.expectAll(":irc.test 461 ann JOIN :Not enough parameters");
});

// "If the client cannot join this channel because they would be over their limit, they will receive an ERR_TOOMANYCHANNELS
// reply and the command will fail."
Deno.test("a user is in CHANLIMIT channels at most", async () => {
  await using node = new Node({ limits: { channelsPerUser: 3 } });
  const ann = await node.client("ann");
  await gather("#a,#b,#c", ann);
  ann.send("JOIN #d");
  await ann.expectAll(":irc.test 405 ann #d :You have joined too many channels");
  ann.send("PART #a", "JOIN #d");
  assertEquals(await commands(ann), ["PART", "JOIN", "353", "366"]);
});

Deno.test("a server holds only so many channels", async () => {
  await using node = new Node({ limits: { channels: 2 } });
  const ann = await node.client("ann");
  await gather("#a,#b", ann);
  ann.send("JOIN #c");
  await ann.expectAll(":irc.test 400 ann JOIN #c :There are too many channels on this server");
});

// "Note that this command also accepts the special argument of ("0", 0x30) instead of any of the usual parameters, which
// requests that the sending client leave all channels they are currently connected to. The server will process this command
// as though the client had sent a PART command for each channel they are a member of."
Deno.test("JOIN 0 leaves every channel", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#a,#b,#c", ann, ben);
  ann.send("JOIN 0");
  const lines = ["#a", "#b", "#c"].map((channel) => `:ann!~ann@*.hidden PART ${channel}`);
  await ann.expectAll(...lines);
  await ben.expectAll(...lines);
  ann.send("JOIN 0");
  await ann.expectNothing();
});

Deno.test("0 among other channels is no channel", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("JOIN #a,0");
  assertEquals(await commands(ann), ["JOIN", "353", "366", "403"]);
});

Deno.test("whoever founds a channel is its operator, whoever comes later is not", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  await gather("#chan", ann, ben);
  ann.send("PART #chan");
  await calm(ann, ben);
  cid.send("JOIN #chan");
  await cid.expectAll(
    ":cid!~cid@*.hidden JOIN #chan",
    ":irc.test 353 cid = #chan :ben cid",
    ":irc.test 366 cid #chan :End of NAMES list",
  );
});
