// https://modern.ircdocs.horse/#channel-mode

import { byteLength } from "../protocol.ts";
import { assertEquals, Node } from "./harness.ts";
import { calm, commands, gather, signIn } from "./scenes.ts";

// "If <modestring> is not given, the RPL_CHANNELMODEIS numeric is returned. Servers MAY choose to hide sensitive information
// such as channel keys when sending the current modes. Servers MAY also return the RPL_CREATIONTIME numeric"
Deno.test("MODE alone tells the modes, the key to members only", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ann.send("MODE #chan +ikl key 5");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +ikl key 5");
  ann.send("MODE #CHAN");
  await ann.expectAll(":irc.test 324 ann #chan +intkl key 5", ":irc.test 329 ann #chan 1767268800");
  ben.send("MODE #chan");
  await ben.expectAll(":irc.test 324 ben #chan +intkl * 5", ":irc.test 329 ben #chan 1767268800");
});

Deno.test("without modes they are a plus", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("MODE #chan +i", "MODE #chan -int", "MODE #chan");
  await ann.expectAll(
    ":ann!~ann@*.hidden MODE #chan +i",
    ":ann!~ann@*.hidden MODE #chan -int",
    ":irc.test 324 ann #chan +",
    ":irc.test 329 ann #chan 1767268800",
  );
});

// "If <target> is a channel that does not exist on the network, the ERR_NOSUCHCHANNEL numeric is returned."; "If a user does not
// have appropriate privileges to change modes on the target channel, the server MUST not process the message, and
// ERR_CHANOPRIVSNEEDED numeric is returned."
Deno.test("modes are changed by operators of the channel only, and one refusal is enough", async () => {
  await using node = new Node();
  const [ann, ben, eve] = [await node.client("ann"), await node.client("ben"), await node.client("eve")];
  await gather("#chan", ann, ben);
  ben.send("MODE #chan +imo ben", "MODE #nowhere +i", "MODE #nowhere");
  await ben.expectAll(
    ":irc.test 482 ben #chan :You're not a channel operator",
    ":irc.test 403 ben #nowhere :No such channel",
    ":irc.test 403 ben #nowhere :No such channel",
  );
  eve.send("MODE #chan +o eve", "MODE #chan +o ann");
  await eve.expectAll(
    ":irc.test 442 eve #chan :You're not on that channel",
    ":irc.test 442 eve #chan :You're not on that channel",
  );
  await ann.expectNothing();
});

// "When the server is done processing the modes, a MODE command is sent to all members of the channel containing the mode
// changes."
Deno.test("several changes are told in one line, and what changes nothing is not", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("MODE #chan +ov-n+im BEN ben", "MODE #chan +ovi-n ben ben", "MODE #chan -o+m ben");
  const lines = [":ann!~ann@*.hidden MODE #chan +ov-n+im ben ben", ":ann!~ann@*.hidden MODE #chan -o ben"];
  await ann.expectAll(...lines);
  await ben.expectAll(...lines);
});

// "Indicates that a mode character used by a client is not recognized by the server.":
// https://modern.ircdocs.horse/#errunknownmode-472
Deno.test("an unknown letter in the middle of a line is named, and the others work", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("MODE #chan +iZ-t+m :", "MODE #chan :+😀:");
  await ann.expectAll(
    ":irc.test 472 ann Z :is not a mode of channels here",
    ":ann!~ann@*.hidden MODE #chan +i-t+m",
    ":irc.test 472 ann 😀 :is not a mode of channels here",
    ":irc.test 472 ann * :is not a mode of channels here",
  );
});

// "For type A, B, and C modes, arguments will be sequentially obtained from <mode arguments>. If a type B or C mode does not
// have a parameter when being set, the server MUST ignore that mode."
Deno.test("a letter whose parameter is missing is passed over", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("MODE #chan +k", "MODE #chan +l", "MODE #chan +o", "MODE #chan -v", "MODE #chan +vkli ben");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +vi ben");
});

Deno.test("MODE +o of who is not there is refused with one line", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await node.client("ben");
  await gather("#chan", ann);
  ann.send("MODE #chan +o ben", "MODE #chan +o nobody", "MODE #chan +v :two words");
  await ann.expectAll(
    ":irc.test 441 ann ben #chan :They aren't on that channel",
    ":irc.test 401 ann nobody :No such nick or channel",
    ":irc.test 401 ann * :No such nick or channel",
  );
});

// "If a client sends a JOIN request for this channel, they must supply <key> in order for the command to succeed. If they do
// not supply a <key>, or the key they supply does not match the value of this mode, they will receive an ERR_BADCHANNELKEY
// reply": https://modern.ircdocs.horse/#key-channel-mode
Deno.test("+k: no way in without the key", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ann.send("MODE #chan +k beer");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +k beer");
  ben.send("JOIN #chan", "JOIN #chan Beer", "JOIN #chan beer");
  assertEquals(await commands(ben), ["475", "475", "JOIN", "353", "366"]);
  await ann.sync();
  ann.send("MODE #chan -k whatever");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan -k beer");
});

// "Servers may validate the value (eg. to forbid spaces, as they make it harder to use the key in JOIN messages). If the value
// is invalid, they SHOULD return ERR_INVALIDMODEPARAM."
Deno.test("+k with what cannot be a key is refused, and never repeats it", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  for (const key of ["passphrase with spaces", "long".repeat(100), "", ":colon", "a,b"]) {
    ann.send(`MODE #chan +k :${key}`);
    await ann.expectAll(":irc.test 696 ann #chan k * :A key has no spaces*");
  }
  ben.send("JOIN #chan");
  assertEquals((await commands(ben))[0], "JOIN");
});

// "If this mode is set on a channel, and the number of users joined to that channel matches or exceeds the value of this mode,
// new users cannot join that channel.": https://modern.ircdocs.horse/#client-limit-channel-mode
Deno.test("+l: no more than so many", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  await gather("#chan", ann, ben);
  ann.send("MODE #chan +l 2", "MODE #chan +l 2", "MODE #chan +l 1");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +l 2", ":ann!~ann@*.hidden MODE #chan +l 1");
  cid.send("JOIN #chan");
  await cid.expectAll(":irc.test 471 cid #chan :Cannot join channel (+l)*");
  ann.send("MODE #chan -l 7");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan -l");
  cid.send("JOIN #chan");
  assertEquals((await commands(cid))[0], "JOIN");
});

// "Indicates that there was a problem with a mode parameter.": https://modern.ircdocs.horse/#errinvalidmodeparam-696
Deno.test("+l with what is no number from 1 on is refused", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("MODE #chan +l :0", "MODE #chan +l :-1", "MODE #chan +l :abc", "MODE #chan +l :", "MODE #chan +l 1e3");
  const shown = ["0", "-1", "abc", "*", "1e3"];
  await ann.expectAll(...shown.map((value) => `:irc.test 696 ann #chan l ${value} :A limit is a number from 1 on`));
});

// "If this mode is set on a channel, only users who have channel privileges may send messages to that channel.":
// https://modern.ircdocs.horse/#moderated-channel-mode
Deno.test("+m: only operators and voiced members speak", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("MODE #chan +m");
  await calm(ann, ben);
  ben.send("PRIVMSG #chan :no");
  await ben.expectAll(":irc.test 404 ben #chan :Cannot send to channel (+m)*");
  await ann.expectNothing();
  ann.send("MODE #chan +v ben");
  await calm(ann, ben);
  ben.send("PRIVMSG #chan :yes");
  await ben.expectNothing();
  await ann.expectAll(":ben!~ben@*.hidden PRIVMSG #chan yes");
});

// "If this mode is enabled, users MUST be joined to the channel in order to send private messages and notices to the channel.":
// https://modern.ircdocs.horse/#no-external-messages-mode
Deno.test("+n: only members speak; without it everybody", async () => {
  await using node = new Node();
  const [ann, eve] = [await node.client("ann"), await node.client("eve")];
  await gather("#chan", ann);
  eve.send("PRIVMSG #chan :no");
  await eve.expectAll(":irc.test 404 eve #chan :Cannot send to channel (+n)*");
  await ann.expectNothing();
  ann.send("MODE #chan -n");
  await ann.sync();
  eve.send("PRIVMSG #chan :yes");
  await eve.expectNothing();
  await ann.expectAll(":eve!~eve@*.hidden PRIVMSG #chan yes");
});

Deno.test("+C: no CTCP but ACTION, for operators too", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("MODE #chan +C");
  await calm(ann, ben);
  ann.send("PRIVMSG #chan :\x01ACTION waves\x01", "PRIVMSG #chan :\x01VERSION\x01");
  await ann.expectAll(":irc.test 404 ann #chan :Cannot send to channel (+C)*");
  await ben.expectAll(":ann!~ann@*.hidden PRIVMSG #chan :\x01ACTION waves\x01");
});

Deno.test("+R: no way in without an account", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ann.send("MODE #chan +R");
  await ann.sync();
  ben.send("JOIN #chan");
  await ben.expectAll(":irc.test 477 ben #chan :Cannot join channel (+R)*");
  signIn(node, "ben", "ben");
  ben.send("JOIN #chan");
  assertEquals((await commands(ben))[0], "JOIN");
});

// "The MODES parameter specifies how many 'variable' modes may be set on a channel by a single MODE command from a client.":
// https://modern.ircdocs.horse/#modes-parameter
Deno.test("a MODE with more than fits a line is told in several, each of which fits", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  const masks = Array.from({ length: 20 }, (_, i) => `${"x".repeat(18)}${i}`);
  ann.send(`MODE #chan +${"b".repeat(20)} ${masks.join(" ")}`);
  const lines = await ann.sync();
  assertEquals(lines.length, 2);
  assertEquals(lines.every((line) => byteLength(line) <= 510), true);
  ann.send("MODE #chan b");
  const set = (await ann.messages()).filter(({ command }) => command === "367").map(({ params }) => params[2]);
  assertEquals(set, masks.map((mask) => `${mask}!*@*`));
});

Deno.test("a list that is asked for many times in one line is shown once", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("MODE #chan bbb+b-bIe");
  assertEquals(await commands(ann), ["368", "347", "349"]);
});
