// https://modern.ircdocs.horse/#invite-message

import { assertEquals, Node } from "./harness.ts";
import { calm, commands, gather } from "./scenes.ts";

// "When the invite is successful, the server MUST send a RPL_INVITING numeric to the command issuer, and an INVITE message,
// with the issuer as <source>, to the target user. Other channel members SHOULD NOT be notified."
Deno.test("INVITE is told to who invites and who is invited, and to nobody else", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  await gather("#chan", ann, cid);
  cid.send("INVITE ben #Chan");
  await cid.expectAll(":irc.test 341 cid ben #chan");
  await ben.expectAll(":cid!~cid@*.hidden INVITE ben #chan");
  await ann.expectNothing();
});

// "If this mode is set on a channel, a user must have received an INVITE for this channel before being allowed to join it. If
// they have not received an invite, they will receive an ERR_INVITEONLYCHAN reply and the command will fail.":
// https://modern.ircdocs.horse/#invite-only-channel-mode
Deno.test("an invitation opens a channel once", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ann.send("MODE #chan +i");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +i");
  ben.send("JOIN #chan");
  await ben.expectAll(":irc.test 473 ben #chan :Cannot join channel (+i)*");
  ann.send("INVITE ben #chan");
  await calm(ann, ben);
  ben.send("JOIN #chan");
  assertEquals(await commands(ben), ["JOIN", "353", "366"]);
  ann.send("KICK #chan ben");
  await calm(ann, ben);
  ben.send("JOIN #chan");
  assertEquals(await commands(ben), ["473"]);
});

Deno.test("an invitation opens every other lock as well", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  for (const lock of ["+b ben!*@*", "+k key", "+l 1", "+R"]) {
    ann.send(`MODE #chan ${lock}`);
    await ann.sync();
    ben.send("JOIN #chan");
    assertEquals((await commands(ben)).length, 1);
    ann.send("INVITE ben #chan");
    await calm(ann, ben);
    ben.send("JOIN #chan");
    assertEquals((await commands(ben))[0], "JOIN");
    ben.send("PART #chan");
    await calm(ann, ben);
  }
});

// "Servers MAY reject the command with the ERR_CHANOPRIVSNEEDED numeric. In particular, they SHOULD reject it when the channel
// has invite-only mode set, and the user is not a channel operator."
Deno.test("into a channel by invitation only operators invite", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  await gather("#chan", ann, cid);
  ann.send("MODE #chan +i");
  await calm(ann, cid);
  cid.send("INVITE ben #chan");
  await cid.expectAll(":irc.test 482 cid #chan :You're not a channel operator");
  await ben.expectNothing();
});

// "The target channel SHOULD exist (at least one user is on it). Otherwise, the server SHOULD reject the command with the
// ERR_NOSUCHCHANNEL numeric. Only members of the channel are allowed to invite other users. Otherwise, the server MUST reject
// the command with the ERR_NOTONCHANNEL numeric."; "If the user is already on the target channel, the server MUST reject the
// command with the ERR_USERONCHANNEL numeric."
Deno.test("INVITE of nobody, to nowhere, from outside, or of a member is refused", async () => {
  await using node = new Node();
  const [ann, ben, eve] = [await node.client("ann"), await node.client("ben"), await node.client("eve")];
  await gather("#chan", ann);
  ann.send("INVITE nobody #chan", "INVITE ben #nowhere", "INVITE ann #chan", "INVITE ben", "INVITE :two words #chan");
  await ann.expectAll(
    ":irc.test 401 ann nobody :No such nick or channel",
    ":irc.test 403 ann #nowhere :No such channel",
    ":irc.test 443 ann ann #chan :is already on channel",
    ":irc.test 461 ann INVITE :Not enough parameters",
    ":irc.test 461 ann INVITE :Not enough parameters",
  );
  eve.send("INVITE ben #chan");
  await eve.expectAll(":irc.test 442 eve #chan :You're not on that channel");
  await ben.expectNothing();
});

// "Sent to a client as a reply to the INVITE command when used with no parameter, to indicate a channel the client was invited
// to.": https://modern.ircdocs.horse/#rplinvitelist-336
Deno.test("INVITE alone lists where one is invited", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ben.send("INVITE");
  await ben.expectAll(":irc.test 337 ben :End of INVITE list");
  await gather("#one,#two", ann);
  ann.send("INVITE ben #one", "INVITE ben #two");
  await calm(ann, ben);
  ben.send("INVITE");
  await ben.expectAll(":irc.test 336 ben #one", ":irc.test 336 ben #two", ":irc.test 337 ben :End of INVITE list");
  await gather("#one", ben);
  ben.send("INVITE");
  await ben.expectAll(":irc.test 336 ben #two", ":irc.test 337 ben :End of INVITE list");
});

Deno.test("INVITE of somebody who is away says so", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ben.send("AWAY :lunch");
  await ben.sync();
  ann.send("INVITE ben #chan");
  await ann.expectAll(":irc.test 341 ann ben #chan", ":irc.test 301 ann ben lunch");
});

Deno.test("of too many invitations the oldest are forgotten", async () => {
  await using node = new Node({ limits: { invitedPerChannel: 2 } });
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("MODE #chan +i");
  const guests = [await node.client("ben"), await node.client("cid"), await node.client("dan")];
  for (const guest of guests) ann.send(`INVITE ${guest.nick} #chan`);
  await calm(ann, ...guests);
  const answers: (string | undefined)[] = [];
  for (const guest of guests) {
    guest.send("JOIN #chan");
    answers.push((await commands(guest))[0]);
  }
  assertEquals(answers, ["473", "JOIN", "JOIN"]);
});
