// https://modern.ircdocs.horse/#user-mode

import { assertEquals, Node } from "./harness.ts";
import { signIn } from "./scenes.ts";

// "If <modestring> is not given, the RPL_UMODEIS numeric is sent back containing the current modes of the target user."; "a MODE
// message will be sent to the user containing the changed modes."
Deno.test("a user sets and reads its modes", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("MODE ann", "MODE ANN +iw-i", "MODE ann +w", "MODE ann");
  await ann.expectAll(":irc.test 221 ann +", ":ann!~ann@*.hidden MODE ann +iw-i", ":irc.test 221 ann +w");
});

// "If <target> is a nickname that does not exist on the network, the ERR_NOSUCHNICK numeric is returned. If <target> is a
// different nick than the user who sent the command, the ERR_USERSDONTMATCH numeric is returned."
Deno.test("the modes of others are their own affair", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await node.client("ben");
  ann.send("MODE ben +i", "MODE ben", "MODE nobody +i", "MODE ::", "MODE");
  await ann.expectAll(
    ":irc.test 502 ann :Cannot change or read the modes of others",
    ":irc.test 502 ann :Cannot change or read the modes of others",
    ":irc.test 401 ann nobody :No such nick or channel",
    ":irc.test 401 ann * :No such nick or channel",
    ":irc.test 461 ann MODE :Not enough parameters",
  );
});

// "If one or more modes sent are not implemented on the server, the server MUST apply the modes that are implemented, and then
// send the ERR_UMODEUNKNOWNFLAG in reply along with the MODE message."
Deno.test("unknown modes are named after the others are set", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("MODE ann +iZz");
  await ann.expectAll(":ann!~ann@*.hidden MODE ann +i", ":irc.test 501 ann :Unknown user mode");
});

Deno.test("nobody makes itself an operator of the server", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("MODE ann +o", "WALLOPS :hi");
  await ann.expectAll(":irc.test 481 ann :Permission denied*");
});

Deno.test("+R: only who is signed in to an account may write", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ann.send("MODE ann +R");
  await ann.expectAll(":ann!~ann@*.hidden MODE ann +R");
  ben.send("PRIVMSG ann :hi");
  await ben.expectAll(":irc.test 477 ben ann :*");
  await ann.expectNothing();
  signIn(node, "ben", "ben");
  ben.send("PRIVMSG ann :hi");
  await ben.expectNothing();
  await ann.expectAll(":ben!~ben@*.hidden PRIVMSG ann hi");
});

// "If a user is set to 'invisible', they will not show up in commands such as WHO or NAMES unless they share a channel with the
// user that submitted the command. In addition, some servers hide all channels from the WHOIS reply of an invisible user":
// https://modern.ircdocs.horse/#invisible-user-mode
Deno.test("+i: not found by masks, and WHOIS shows only the channels that both are in", async () => {
  await using node = new Node();
  const [evan, ben] = [await node.client("evan"), await node.client("ben")];
  evan.send("JOIN #shared,#own", "MODE evan +i");
  await evan.sync();
  ben.send("WHO eva*");
  await ben.expectAll(":irc.test 315 ben eva* *");
  ben.send("WHO evan");
  await ben.expectAll(":irc.test 352 ben * ~evan *", ":irc.test 315 ben evan *");
  ben.send("WHOIS evan");
  assertEquals((await ben.sync()).filter((line) => line.includes(" 319 ")), []);
  ben.send("JOIN #shared");
  await ben.sync();
  ben.send("WHO eva*");
  assertEquals((await ben.sync()).length, 2);
  ben.send("WHOIS evan");
  const channels = (await ben.messages()).filter(({ command }) => command === "319").map(({ params }) => params[2]);
  assertEquals(channels, ["@#shared"]);
});
