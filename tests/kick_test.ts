// https://modern.ircdocs.horse/#kick-message

import { Node } from "./harness.ts";
import { calm, gather } from "./scenes.ts";

// "It causes the <user> to be removed from the <channel> by force."
Deno.test("KICK puts a member out, and everybody sees it", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  await gather("#chan", ann, ben, cid);
  ann.send("KICK #CHAN BEN :bye");
  for (const each of [ann, ben, cid]) await each.expectAll(":ann!~ann@*.hidden KICK #chan ben bye");
  ben.send("PRIVMSG #chan :still here?");
  await ben.expectAll(":irc.test 404 ben #chan :Cannot send to channel*");
});

// "If no comment is given, the server SHOULD use a default message instead."
Deno.test("KICK without a comment has the kicker's nick for one", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("KICK #chan ben");
  await ben.expectAll(":ann!~ann@*.hidden KICK #chan ben ann");
  await gather("#chan", ben);
  await ann.sync();
  ann.send("KICK #chan ben :");
  await ben.expectAll(":ann!~ann@*.hidden KICK #chan ben ann");
});

Deno.test("KICK is for operators of the channel who are in it", async () => {
  await using node = new Node();
  const [ann, ben, eve] = [await node.client("ann"), await node.client("ben"), await node.client("eve")];
  await gather("#chan", ann, ben);
  ben.send("KICK #chan ann", "KICK #nowhere ann", "KICK #chan", "KICK #chan,#chan ann,ann,ann");
  await ben.expectAll(
    ":irc.test 482 ben #chan :You're not a channel operator",
    ":irc.test 403 ben #nowhere :No such channel",
    ":irc.test 461 ben KICK :Not enough parameters",
    ":irc.test 461 ben KICK :Not enough parameters",
  );
  eve.send("KICK #chan ben");
  await eve.expectAll(":irc.test 442 eve #chan :You're not on that channel");
  await ann.expectNothing();
  ann.send("MODE #chan +o ben");
  await calm(ann, ben);
  ben.send("KICK #chan ann :so there");
  await ann.expectAll(":ben!~ben@*.hidden KICK #chan ann :so there");
});

Deno.test("KICK of who is not there is refused", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await node.client("ben");
  await gather("#chan", ann);
  ann.send("KICK #chan ben", "KICK #chan nobody", "KICK #chan ::");
  await ann.expectAll(
    ":irc.test 441 ann ben #chan :They aren't on that channel",
    ":irc.test 401 ann nobody :No such nick or channel",
    ":irc.test 401 ann * :No such nick or channel",
  );
});

// "there MUST be either one channel parameter and multiple user parameter, or as many channel parameters as there are user
// parameters."; "The server MUST NOT send KICK messages with multiple channels or users to clients."
Deno.test("KICK takes several users of one channel, or as many channels as users", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  await gather("#a,#b", ann, ben, cid);
  ann.send("KICK #a ben,cid :bye");
  await ann.expectAll(":ann!~ann@*.hidden KICK #a ben bye", ":ann!~ann@*.hidden KICK #a cid bye");
  await gather("#a", ben, cid);
  await ann.sync();
  ann.send("KICK #a,#b,#nowhere ben,cid,ben :bye");
  await ann.expectAll(
    ":ann!~ann@*.hidden KICK #a ben bye",
    ":ann!~ann@*.hidden KICK #b cid bye",
    ":irc.test 403 ann #nowhere :No such channel",
  );
});

// "Servers MAY limit the number of target users per KICK command via the TARGMAX parameter of RPL_ISUPPORT"
Deno.test("KICK has TARGMAX users at most", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const others = [];
  for (const nick of ["b", "c", "d", "e", "f"]) others.push(await node.client(nick));
  await gather("#chan", ann, ...others);
  ann.send("KICK #chan b,c,d,e,f :bye");
  await ann.expectAll(
    ...["b", "c", "d", "e"].map((nick) => `:ann!~ann@*.hidden KICK #chan ${nick} bye`),
    ":irc.test 407 ann f :Too many targets*",
  );
});

Deno.test("an operator may kick itself", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("KICK #chan ann,ben :enough");
  await ann.expectAll(
    ":ann!~ann@*.hidden KICK #chan ann enough",
    ":irc.test 442 ann #chan :You're not on that channel",
  );
  await ben.expectAll(":ann!~ann@*.hidden KICK #chan ann enough");
});
