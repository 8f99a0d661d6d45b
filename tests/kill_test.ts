// https://modern.ircdocs.horse/#kill-message

import { Node } from "./harness.ts";
import { calm, gather } from "./scenes.ts";

// "When a KILL command is used, the client being killed receives the KILL message, and the <source> of the message SHOULD be the
// operator who performed the command. The user being killed and every user sharing a channel with them receives a QUIT message
// representing that they are leaving the network."
Deno.test("KILL puts somebody off the server, and says who and why", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  await gather("#chan", ben, cid);
  ann.send("OPER root secret", "KILL BEN :some arbitrary reason");
  await ann.sync();
  await ben.expect(":ann!~ann@*.hidden KILL ben :some arbitrary reason");
  await ben.expectEnd("ERROR :Killed by ann: some arbitrary reason");
  await cid.expectAll(":ben!~ben@*.hidden QUIT :Killed by ann: some arbitrary reason");
});

Deno.test("KILL works without a reason, on oneself, and not on who is not there", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ann.send("OPER root secret");
  await calm(ann);
  ann.send("KILL ben", "KILL nobody :x", "KILL ::", "KILL");
  await ann.expectAll(
    ":irc.test 401 ann nobody :No such nick or channel",
    ":irc.test 401 ann * :No such nick or channel",
    ":irc.test 461 ann KILL :Not enough parameters",
  );
  await ben.expectEnd("ERROR :Killed by ann: No reason given");
  ann.send("KILL ann :me");
  await ann.expectEnd("ERROR :Killed by ann: me");
});

// "KILL is a privileged command and is available only to IRC Operators."
Deno.test("KILL by anybody else kills nobody", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ann.send("KILL ben :reason", "KILL ann :reason");
  await ann.expectAll(":irc.test 481 ann :Permission denied*", ":irc.test 481 ann :Permission denied*");
  await ben.expectNothing();
});
