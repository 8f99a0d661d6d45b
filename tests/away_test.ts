// https://modern.ircdocs.horse/#away-message

import { byteLength } from "../protocol.ts";
import { assertEquals, Node } from "./harness.ts";
import { gather } from "./scenes.ts";

// "If this command is sent with a parameter (the 'away message') then the user is set to be away. If this command is sent with no
// parameters, the user is no longer away."
Deno.test("AWAY with a text and without; an empty one is none", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  const back = ":irc.test 305 ann :You are no longer marked as being away";
  ann.send("AWAY :I'm not here right now");
  await ann.expectAll(":irc.test 306 ann :You have been marked as being away");
  ben.send("USERHOST ann");
  await ben.expectAll(":irc.test 302 ben ann=-~ann@*.hidden");
  ann.send("AWAY", "AWAY :");
  await ann.expectAll(back, back);
  ben.send("USERHOST ann");
  await ben.expectAll(":irc.test 302 ben ann=+~ann@*.hidden");
});

// "RPL_AWAY, with the away message, when a PRIVMSG command is directed at the away user (not to a channel they are on)."
Deno.test("whoever writes to somebody who is away is told, once for each message", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ben.send("PRIVMSG ann :hi");
  await ben.expectNothing();
  ann.send("AWAY :gone fishing");
  await ann.sync();
  ben.send("PRIVMSG ann :hi", "NOTICE ann :hi", "PRIVMSG #chan :hi");
  await ben.expectAll(":irc.test 301 ben ann :gone fishing");
});

// "RPL_AWAY, with the away message, in replies to WHOIS messages."
Deno.test("WHOIS shows the text, and only while away", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  const shown = async () => {
    ben.send("WHOIS ann");
    return (await ben.messages()).filter(({ command }) => command === "301").map(({ params }) => params);
  };
  assertEquals(await shown(), []);
  ann.send("AWAY :gone");
  await ann.sync();
  assertEquals(await shown(), [["ben", "ann", "gone"]]);
  ann.send("AWAY");
  await ann.sync();
  assertEquals(await shown(), []);
});

// "it may be silently truncated by the server before being passed on to other clients.": https://modern.ircdocs.horse/#awaylen-parameter
Deno.test("a text is cut at AWAYLEN bytes", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ann.send(`AWAY :${"离".repeat(150)}`);
  await ann.sync();
  ben.send("PRIVMSG ann :hi");
  const [reply] = await ben.messages();
  assertEquals(byteLength(reply!.params[2]!), 300);
});
