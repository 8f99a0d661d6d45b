// PRIVMSG and NOTICE: who gets what, and what those who may not are told. https://modern.ircdocs.horse/#sending-messages

import { assert, assertEquals } from "@std/assert";
import { byteLength } from "../protocol.ts";
import { Node } from "./harness.ts";
import { inLobby } from "./lobby.ts";

Deno.test("a message without a text or without a target is refused", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", "ben");
  ann.send("PRIVMSG #lobby :", "PRIVMSG #lobby", "PRIVMSG", "NOTICE", "NOTICE #lobby :");
  await ann.expectAll(
    ":irc.test 412 ann :No text to send",
    ":irc.test 412 ann :No text to send",
    ":irc.test 411 ann :No recipient given (PRIVMSG)",
  );
  await ben.expectNothing();
});

Deno.test("a message to nobody is answered, a notice is not", async () => {
  // "they must not send any error back to the client on receipt of a NOTICE command"
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("PRIVMSG nobody :hi", "PRIVMSG #nowhere :hi", "NOTICE nobody :hi", "NOTICE #nowhere :hi");
  await ann.expectAll(
    ":irc.test 401 ann nobody :There is nobody of that name here",
    ":irc.test 403 ann #nowhere :No such channel",
  );
});

Deno.test("targets that cannot be names are answered without harm", async () => {
  await using node = new Node();
  const ann = await node.client("ann", "message-tags");
  ann.send("PRIVMSG a,,b :hi", "@+x TAGMSG ::two words", "PRIVMSG @ :hi", "PRIVMSG ,, :hi");
  await ann.expectAll(
    ":irc.test 401 ann a :There is nobody of that name here",
    ":irc.test 401 ann b :There is nobody of that name here",
    ":irc.test 401 ann * :There is nobody of that name here",
    ":irc.test 401 ann @ :There is nobody of that name here",
  );
  assertEquals(node.log, []);
});

Deno.test("a message goes to four targets at most, and the others are named", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const clients = [];
  for (const nick of ["b1", "b2", "b3", "b4", "b5"]) clients.push(await node.client(nick));
  ann.send("PRIVMSG b1,b2,b3,b4,b5 :hi", "NOTICE b5,b4,b3,b2,b1 :ho");
  await ann.expectAll(":irc.test 407 ann b5 :Too many targets; the message was not sent to this one");
  await clients[0]!.expectAll(":ann!~ann@*.hidden PRIVMSG b1 hi");
  await clients[4]!.expectAll(":ann!~ann@*.hidden NOTICE b5 ho");
});

Deno.test("a nick is written as its owner writes it", async () => {
  await using node = new Node();
  const ann = await node.client("ann", "echo-message");
  const ben = await node.client("Ben");
  ann.send("PRIVMSG bEN :hi");
  await ann.expectAll(":ann!~ann@*.hidden PRIVMSG Ben hi");
  await ben.expectAll(":ann!~ann@*.hidden PRIVMSG Ben hi");
});

Deno.test("a message that would be too long for its receivers is refused whole", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", "ben");
  ann.send("PRIVMSG #lobby x");
  const { source } = await ben.expect(":ann!* PRIVMSG #lobby x");
  const head = `:${source} PRIVMSG #lobby `;
  const fits = "x".repeat(510 - byteLength(head));
  ann.send(`PRIVMSG #lobby ${fits}`, `PRIVMSG #lobby ${fits}x`, `NOTICE #lobby ${fits}xxx`);
  await ann.expectAll(":irc.test 417 ann :Input line was too long, nothing was done");
  await ben.expectAll(head + fits);
});

Deno.test("emoji at the limit are relayed whole or refused, never cut", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", "ben");
  for (let count = 90; count < 125; count++) ann.send(`PRIVMSG #lobby ${"😃".repeat(count)}`);
  const refused = (await ann.sync()).length;
  const relayed = await ben.messages();
  assert(refused > 0 && relayed.length > 0);
  assertEquals(relayed.map(({ params }) => params[1]), relayed.map((_, i) => "😃".repeat(90 + i)));
  assertEquals(refused + relayed.length, 35);
});

Deno.test("a line too long for any message is refused whatever it is cut within", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", "ben");
  ann.send(`PRIVMSG #lobby ${"明".repeat(2000)}`, `PRIVMSG #lobby :${"明".repeat(2001)}`);
  await ann.expectAll(
    ":irc.test 417 ann :Input line was too long, nothing was done",
    ":irc.test 417 ann :Input line was too long, nothing was done",
  );
  await ben.expectNothing();
});

Deno.test("who writes to somebody away is told so, but for notices", async () => {
  // "If `<target>` is a user and that user has been set as away, the server may reply with an RPL_AWAY numeric and the
  // command will continue."
  await using node = new Node();
  const ann = await node.client("ann");
  const ben = await node.client("ben");
  ben.send("AWAY :at lunch");
  await ben.sync();
  ann.send("PRIVMSG ben :hi", "NOTICE ben :hi");
  await ann.expectAll(":irc.test 301 ann ben :at lunch");
  await ben.expectAll(":ann!~ann@*.hidden PRIVMSG ben hi", ":ann!~ann@*.hidden NOTICE ben hi");
});

Deno.test("+n keeps those outside from speaking in a channel", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, "ann");
  const ben = await node.client("ben");
  ben.send("PRIVMSG #lobby :hi");
  await ben.expectAll(":irc.test 404 ben #lobby :Cannot send to channel (+n): join it first");
  ann.send("MODE #lobby -n");
  await ann.sync();
  ben.send("PRIVMSG #lobby :hi");
  await ben.expectNothing();
  await ann.expectAll(":ben!~ben@*.hidden PRIVMSG #lobby hi");
});

Deno.test("+m lets only those with a voice speak", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", ["ben", "echo-message"]);
  ann.send("MODE #lobby +m");
  await ben.expect(":ann!* MODE #lobby +m");
  ben.send("PRIVMSG #lobby :hi");
  await ben.expectAll(":irc.test 404 ben #lobby :Cannot send to channel (+m): only voiced members may speak");
  ann.send("MODE #lobby +v ben");
  await ann.sync();
  ben.send("PRIVMSG #lobby :hi");
  await ben.expectAll(":ann!* MODE #lobby +v ben", ":ben!~ben@*.hidden PRIVMSG #lobby hi");
});

Deno.test("+C keeps CTCP out, but not what people do", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", "ben");
  ann.send("MODE #lobby +C", "PRIVMSG #lobby :\x01PING 1\x01", "PRIVMSG #lobby :\x01ACTION waves\x01");
  await ann.expectAll(":ann!* MODE #lobby +C", ":irc.test 404 ann #lobby :Cannot send to channel (+C): no CTCP here");
  await ben.expectAll(":ann!* MODE #lobby +C", ":ann!* PRIVMSG #lobby :\x01ACTION waves\x01");
});

Deno.test("who is muted or banned is not heard", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", ["ben", "echo-message"]);
  ann.send("MODE #lobby +b m:ben!*@*");
  await ben.expect(":ann!* MODE #lobby +b m:ben!*@*");
  ben.send("PRIVMSG #lobby :hi", "NOTICE #lobby :hi");
  await ben.expectAll(":irc.test 404 ben #lobby :Cannot send to channel (+b m:): you are muted");
  ann.send("MODE #lobby -b+b m:ben!*@* ben!*@*");
  await ann.sync();
  ben.send("PRIVMSG #lobby :hi");
  await ben.expectAll(
    ":ann!* MODE #lobby -b+b m:ben!*@* ben!*@*",
    ":irc.test 404 ben #lobby :Cannot send to channel (+b): you are banned",
  );
  await ann.expectNothing();
});

Deno.test("a membership prefix addresses those with that status or a higher one", async () => {
  // "the message will be delivered only to the members of that channel with the given or higher status in the channel"
  await using node = new Node();
  const [ann, ben, cid] = await inLobby(node, "ann", "ben", "cid");
  ann.send("MODE #lobby +v ben");
  for (const client of [ann, ben, cid]) await client.sync();
  cid.send("PRIVMSG @#lobby :for operators", "PRIVMSG +#lobby :with a voice", "PRIVMSG @+#lobby :both");
  await cid.expectNothing();
  await ann.expectAll(
    ":cid!* PRIVMSG @#lobby :for operators",
    ":cid!* PRIVMSG +#lobby :with a voice",
    ":cid!* PRIVMSG @+#lobby both",
  );
  await ben.expectAll(":cid!* PRIVMSG +#lobby :with a voice", ":cid!* PRIVMSG @+#lobby both");
});

Deno.test("what is said to operators only is in nobody's history", async () => {
  await using node = new Node();
  const [ann, ben] = await inLobby(node, "ann", "ben");
  ben.send("PRIVMSG @#lobby :a secret", "PRIVMSG #lobby :for all");
  await ben.sync();
  await ann.sync();
  for (const client of [ann, ben]) {
    client.send("CHATHISTORY LATEST #lobby * 10");
    await client.expectAll(":ben!* PRIVMSG #lobby :for all");
  }
});
