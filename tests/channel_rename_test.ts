// https://ircv3.net/specs/extensions/channel-rename

import { assertEquals, Node } from "./harness.ts";
import { calm, commands, gather, signIn } from "./scenes.ts";

// "A channel rename preserves all channel state, such as membership, mode and topic."; "The server to client command MUST always
// include the third parameter, an empty string MAY be used if no reason is provided."
Deno.test("draft/channel-rename: RENAME is seen as such, and all is as it was", async () => {
  await using node = new Node();
  const [ann, ben] = [
    await node.client("ann", "draft/channel-rename"),
    await node.client("ben", "draft/channel-rename"),
  ];
  await gather("#boaring", ann, ben);
  ann.send("MODE #boaring +imv ben", "TOPIC #boaring :the topic");
  await calm(ann, ben);
  ann.send("RENAME #boaring #boring :Typo fix");
  await ann.expectAll(":ann!~ann@*.hidden RENAME #boaring #boring :Typo fix");
  await ben.expectAll(":ann!~ann@*.hidden RENAME #boaring #boring :Typo fix");
  ben.send("MODE #boring", "TOPIC #boring", "NAMES #boring", "MODE #boaring");
  await ben.expectAll(
    ":irc.test 324 ben #boring +imnt",
    ":irc.test 329 ben #boring *",
    ":irc.test 332 ben #boring :the topic",
    ":irc.test 333 ben #boring *",
    ":irc.test 353 ben = #boring :@ann +ben",
    ":irc.test 366 ben #boring *",
    ":irc.test 403 ben #boaring :No such channel",
  );
  ann.send("RENAME #boring #programming");
  await ann.expectAll(":ann!~ann@*.hidden RENAME #boring #programming :");
});

// "Send the client a PART message for the old channel name, with part message matching the rename reason if given"; "Send the
// client a JOIN message followed by the usual messages that would be sent if the client had joined the new channel normally"
Deno.test("without the capability it is leaving and coming in", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann", "draft/channel-rename"), await node.client("ben")];
  await gather("#old", ann, ben);
  ann.send("TOPIC #old :the topic");
  await calm(ann, ben);
  ann.send("RENAME #old #new :no reason");
  await ben.expectAll(
    ":ben!~ben@*.hidden PART #old :no reason",
    ":ben!~ben@*.hidden JOIN #new",
    ":irc.test 332 ben #new :the topic",
    ":irc.test 333 ben #new *",
    ":irc.test 353 ben = #new :@ann ben",
    ":irc.test 366 ben #new *",
  );
});

// "If a client sends a valid RENAME command without having negotiated the capability, the server SHOULD rename the channel, but
// use the fallback mechanism to report the name change to that client."
Deno.test("without the capability RENAME works all the same", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#old", ann);
  ann.send("RENAME #old #new");
  assertEquals(await commands(ann), ["PART", "JOIN", "353", "366"]);
});

// "Implementations MUST allow channels to be renamed while only changing the casing of a channel name."; "This fallback SHOULD NOT
// be used if the rename only changes the case of the channel name"
Deno.test("RENAME may change the case alone, and that is no leaving", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann", "draft/channel-rename"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("RENAME #chan #Chan :looks better");
  await ann.expectAll(":ann!~ann@*.hidden RENAME #chan #Chan :looks better");
  await ben.expectNothing();
  ben.send("TOPIC #chan");
  await ben.expectAll(":irc.test 331 ben #Chan :No topic is set");
});

// "FAIL RENAME CHANNEL_NAME_IN_USE <old-channel> <new-channel> :The channel name is already taken"; "If existing error numerics
// (such as ERR_CHANOPRIVSNEEDED, ERR_NOTONCHANNEL, ERR_NEEDMOREPARAMS) are more appropriate, they SHOULD be used instead."
Deno.test("RENAME is refused where it cannot be", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  await gather("#other", ben);
  ann.send("RENAME #chan #OTHER", "RENAME #chan #chan", "RENAME #chan &local", "RENAME #chan ::", "RENAME #nowhere #x");
  ann.send("RENAME #other #x", "RENAME #chan");
  await ann.expectAll(
    ":irc.test FAIL RENAME CHANNEL_NAME_IN_USE #chan #OTHER :*",
    ":irc.test FAIL RENAME CHANNEL_NAME_IN_USE #chan #chan :*",
    ":irc.test FAIL RENAME CANNOT_RENAME #chan &local :*",
    ":irc.test FAIL RENAME CANNOT_RENAME #chan * :*",
    ":irc.test 403 ann #nowhere :No such channel",
    ":irc.test 442 ann #other :You're not on that channel",
    ":irc.test 461 ann RENAME :Not enough parameters",
  );
  ben.send("RENAME #chan #x");
  await ben.expectAll(":irc.test 482 ben #chan :You're not a channel operator");
});

Deno.test("the old name is free for others, who found another channel", async () => {
  await using node = new Node();
  const [ann, baz] = [await node.client("ann"), await node.client("baz")];
  await gather("#bar", ann);
  ann.send("RENAME #bar #qux");
  await ann.sync();
  await gather("#bar", baz);
  baz.send("MODE #bar +k beer");
  await baz.expectAll(":baz!~baz@*.hidden MODE #bar +k beer");
});

Deno.test("whoever takes the old name of a closed channel cannot read what was said in it", async () => {
  await using node = new Node();
  const [ann, eve] = [await node.client("ann"), await node.client("eve", "draft/chathistory", "batch")];
  await gather("#private", ann);
  ann.send("MODE #private +i", "PRIVMSG #private :a secret", "RENAME #private #elsewhere");
  await ann.sync();
  await gather("#private", eve);
  eve.send("CHATHISTORY LATEST #private * 10");
  const lines = await eve.sync();
  assertEquals(lines.some((line) => line.includes(" BATCH +")), true);
  assertEquals(lines.filter((line) => line.includes("secret")), []);
});

Deno.test("a channel that takes over a name does not open what was closed under it", async () => {
  await using node = new Node();
  const [ann, eve] = [await node.client("ann"), await node.client("eve", "draft/chathistory", "batch")];
  signIn(node, "eve", "eve");
  await gather("#private", ann);
  ann.send("MODE #private +i", "PRIVMSG #private :a secret", "PART #private");
  await ann.sync();
  await gather("#mine", eve);
  eve.send("RENAME #mine #private", "CHATHISTORY LATEST #private * 10");
  const lines = await eve.sync();
  assertEquals(lines.some((line) => line.includes(" BATCH +")), true);
  assertEquals(lines.filter((line) => line.includes("secret")), []);
});
