// https://modern.ircdocs.horse/#part-message

import { assertEquals, Node } from "./harness.ts";
import { gather } from "./scenes.ts";

// "On sending a successful PART command, the user will receive a PART message from the server for each channel they have been
// removed from. <reason> is the reason that the client has left the channel(s)."
Deno.test("PART is seen by all, with the reason as it was given", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#a,#b", ann, ben);
  ann.send("PART #A :bye everyone");
  await ann.expectAll(":ann!~ann@*.hidden PART #a :bye everyone");
  await ben.expectAll(":ann!~ann@*.hidden PART #a :bye everyone");
  ann.send("PART #b");
  await ann.expectAll(":ann!~ann@*.hidden PART #b");
  await ben.expectAll(":ann!~ann@*.hidden PART #b");
});

// "If a PART message is distributed in this way, <reason> (if it exists) should be on each of these messages."
Deno.test("PART of several channels gives the reason in each", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#a,#b", ann);
  ann.send("PART #a,,#b :bye");
  await ann.expectAll(":ann!~ann@*.hidden PART #a bye", ":ann!~ann@*.hidden PART #b bye");
});

// "For each channel in the parameter of this command, if the channel exists and the client is not joined to it, they will
// receive an ERR_NOTONCHANNEL reply and that channel will be ignored. If the channel does not exist, the client will receive
// an ERR_NOSUCHCHANNEL reply and that channel will be ignored."
Deno.test("PART of a channel one is not in is refused", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ben.send("PART #chan,#nowhere :bye", "PART ::", "PART");
  await ben.expectAll(
    ":irc.test 442 ben #chan :You're not on that channel",
    ":irc.test 403 ben #nowhere :No such channel",
    ":irc.test 403 ben * :No such channel",
    ":irc.test 461 ben PART :Not enough parameters",
  );
  await ann.expectNothing();
});

Deno.test("a secret channel is not given away by PART", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ann.send("MODE #chan +s");
  await ann.sync();
  ben.send("PART #chan");
  await ben.expectAll(":irc.test 403 ben #chan :No such channel");
});

// "The channel is created implicitly when the first client joins it, and the channel ceases to exist when the last client
// leaves it.": https://modern.ircdocs.horse/#channels
Deno.test("a channel that everybody has left is gone, with its modes and its topic", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ann.send("MODE #chan +mk key", "TOPIC #chan :old", "PART #chan");
  await ann.sync();
  ben.send("JOIN #chan", "MODE #chan");
  const messages = await ben.messages();
  assertEquals(messages.map(({ command }) => command), ["JOIN", "353", "366", "324", "329"]);
  assertEquals(messages[3]!.params, ["ben", "#chan", "+nt"]);
});
