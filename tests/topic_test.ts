// https://modern.ircdocs.horse/#topic-message

import { byteLength } from "../protocol.ts";
import { assertEquals, Node } from "./harness.ts";
import { gather } from "./scenes.ts";

// "If the topic of a channel is changed or cleared, every client in that channel (including the author of the topic change)
// will receive a TOPIC command with the new topic as argument (or an empty argument if the topic was cleared)"
Deno.test("TOPIC sets and clears, and everybody in the channel is told", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("TOPIC #chan :new topic");
  await ann.expectAll(":ann!~ann@*.hidden TOPIC #chan :new topic");
  await ben.expectAll(":ann!~ann@*.hidden TOPIC #chan :new topic");
  ann.send("TOPIC #chan :");
  await ann.expectAll(":ann!~ann@*.hidden TOPIC #chan :");
  await ben.expectAll(":ann!~ann@*.hidden TOPIC #chan :");
});

// "If <topic> is not given, either RPL_TOPIC or RPL_NOTOPIC is returned specifying the current channel topic or lack of one.";
// "If RPL_TOPIC is returned to the client sending this command, RPL_TOPICWHOTIME SHOULD also be sent to that client."
Deno.test("TOPIC alone reads, also from outside", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ben.send("TOPIC #chan");
  await ben.expectAll(":irc.test 331 ben #chan :No topic is set");
  ann.send("TOPIC #chan :here");
  await ann.sync();
  ben.send("TOPIC #CHAN");
  await ben.expectAll(":irc.test 332 ben #chan here", ":irc.test 333 ben #chan ann!~ann@*.hidden 1767268800");
});

Deno.test("the topic that is there already is no news", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("TOPIC #chan :same", "TOPIC #chan :same");
  await ann.expectAll(":ann!~ann@*.hidden TOPIC #chan same");
  await ben.expectAll(":ann!~ann@*.hidden TOPIC #chan same");
});

// "If the protected topic mode is set on a channel, then clients MUST have appropriate channel permissions to modify the
// topic of that channel. If a client does not have appropriate channel permissions and tries to change the topic, the
// ERR_CHANOPRIVSNEEDED numeric is returned and the command will fail."
Deno.test("with +t only operators set the topic, without it every member", async () => {
  await using node = new Node();
  const [ann, ben, eve] = [await node.client("ann"), await node.client("ben"), await node.client("eve")];
  await gather("#chan", ann, ben);
  ann.send("MODE #chan +v ben");
  await ann.sync();
  await ben.sync();
  ben.send("TOPIC #chan :mine");
  await ben.expectAll(":irc.test 482 ben #chan :You're not a channel operator");
  await ann.expectNothing();
  ann.send("MODE #chan -t");
  await ann.sync();
  await ben.sync();
  ben.send("TOPIC #chan :mine");
  await ben.expectAll(":ben!~ben@*.hidden TOPIC #chan mine");
  eve.send("TOPIC #chan :hers");
  await eve.expectAll(":irc.test 442 eve #chan :You're not on that channel");
});

Deno.test("TOPIC of what is not there, or must not be known, is 403", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ann.send("MODE #chan +s", "TOPIC #chan :secret");
  await ann.sync();
  ben.send("TOPIC #chan", "TOPIC #chan :x", "TOPIC #nowhere", "TOPIC");
  await ben.expectAll(
    ":irc.test 403 ben #chan :No such channel",
    ":irc.test 403 ben #chan :No such channel",
    ":irc.test 403 ben #nowhere :No such channel",
    ":irc.test 461 ben TOPIC :Not enough parameters",
  );
});

// "The TOPICLEN parameter indicates the maximum length of a topic that a client may set on a channel.":
// https://modern.ircdocs.horse/#topiclen-parameter
Deno.test("a topic is cut at TOPICLEN bytes, between characters", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send(`TOPIC #chan :${"词".repeat(150)}`);
  const [topic] = await ann.messages();
  assertEquals(topic!.params[1], "词".repeat(130));
  assertEquals(byteLength(topic!.params[1]!), 390);
});

Deno.test("the topic of a channel with a long name still fits a line", async () => {
  await using node = new Node();
  const ann = await node.client("安".repeat(32));
  const channel = `#${"频".repeat(63)}`;
  await gather(channel, ann);
  ann.send(`TOPIC ${channel} :${"x".repeat(200)}`);
  const line = await ann.line();
  assertEquals(byteLength(line!), 510);
});
