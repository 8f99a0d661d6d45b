// https://modern.ircdocs.horse/#names-message

import { byteLength } from "../protocol.ts";
import { assertEquals, Node } from "./harness.ts";
import { calm, gather } from "./scenes.ts";

// "("=", 0x3D) - Public channel. ("@", 0x40) - Secret channel": https://modern.ircdocs.horse/#rplnamreply-353
Deno.test("NAMES lists members with their highest prefix", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  await gather("#chan", ann, ben, cid);
  ann.send("MODE #chan +vv ann ben");
  await calm(ann, ben, cid);
  cid.send("NAMES #CHAN");
  await cid.expectAll(":irc.test 353 cid = #chan :@ann +ben cid", ":irc.test 366 cid #chan :End of NAMES list");
  ann.send("MODE #chan +s");
  await calm(ann, cid);
  cid.send("NAMES #chan");
  await cid.expectAll(":irc.test 353 cid @ #chan :@ann +ben cid", ":irc.test 366 cid #chan :End of NAMES list");
});

// "If the channel name is invalid or the channel does not exist, one RPL_ENDOFNAMES numeric containing the given channel name
// should be returned. If the given channel has the secret channel mode set and the user is not joined to that channel, one
// RPL_ENDOFNAMES numeric is returned."
Deno.test("NAMES of what is not there, or must not be known, is only the end", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ann.send("MODE #chan +s");
  await ann.sync();
  ben.send("NAMES invalid", "NAMES #nowhere", "NAMES #chan", "NAMES :two words");
  await ben.expectAll(
    ":irc.test 366 ben invalid :End of NAMES list",
    ":irc.test 366 ben #nowhere :End of NAMES list",
    ":irc.test 366 ben #chan :End of NAMES list",
    ":irc.test 366 ben * :End of NAMES list",
  );
});

// "Servers MAY only return information about the first <channel> and silently ignore the others."
Deno.test("NAMES tells of the first channel, as TARGMAX says", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#a,#b", ann);
  ann.send("NAMES #b,#a");
  await ann.expectAll(":irc.test 353 ann = #b @ann", ":irc.test 366 ann #b :End of NAMES list");
});

// "If no parameter is given for this command, servers SHOULD return one RPL_ENDOFNAMES numeric with the <channel> parameter
// set to an asterisk character ('*', 0x2A)."
Deno.test("NAMES alone tells of one's own channels, and ends once", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#a,#b", ann);
  await gather("#c", ben);
  ann.send("NAMES");
  await ann.expectAll(
    ":irc.test 353 ann = #a @ann",
    ":irc.test 353 ann = #b @ann",
    ":irc.test 366 ann * :End of NAMES list",
  );
});

// "Users with the invisible user mode set are not shown in channel responses unless the requesting client is also joined to
// that channel."
Deno.test("invisible members are named to members only", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  await gather("#chan", ann, ben);
  ben.send("MODE ben +i");
  await ben.sync();
  cid.send("NAMES #chan");
  await cid.expectAll(":irc.test 353 cid = #chan @ann", ":irc.test 366 cid #chan :End of NAMES list");
  ann.send("NAMES #chan");
  await ann.expectAll(":irc.test 353 ann = #chan :@ann ben", ":irc.test 366 ann #chan :End of NAMES list");
});

Deno.test("many names come in many lines that fit", async () => {
  await using node = new Node();
  const nicks = Array.from({ length: 40 }, (_, i) => `名字很长的人们${i}`);
  for (const nick of nicks) await gather("#chan", await node.client(nick));
  const ann = await node.client("ann");
  ann.send("NAMES #chan");
  const lines = await ann.sync();
  assertEquals(lines.every((line) => byteLength(line) <= 510), true);
  assertEquals(lines.length > 2, true);
  const names = lines.slice(0, -1).flatMap((line) => line.split(" :")[1]!.split(" "));
  assertEquals(names, [`@${nicks[0]}`, ...nicks.slice(1)]);
});
