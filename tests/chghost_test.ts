// https://ircv3.net/specs/extensions/chghost

import { assertEquals, Node } from "./harness.ts";
import { calm, gather } from "./scenes.ts";

const OPERATORS = new Map([["root", "secret"]]);

// "When a client username or host is changed, servers MUST send the CHGHOST message to other clients who share channels with the
// target client and who have enabled the chghost capability. Servers SHOULD also send the CHGHOST message to the client whose own
// username or host changed, if that client also supports the chghost capability."
Deno.test("chghost: those who asked see a host change, also their own", async () => {
  await using node = new Node({ operators: OPERATORS });
  const [ann, ben, root] = [
    await node.client("ann", "chghost"),
    await node.client("ben", "chghost"),
    await node.client("root"),
  ];
  await gather("#one,#two", ann, ben);
  root.send("OPER root secret", "CHGHOST ben vhost.example.com");
  await root.sync();
  await ann.expectAll(":ben!~ben@*.hidden CHGHOST ~ben vhost.example.com");
  await ben.expectAll(":ben!~ben@*.hidden CHGHOST ~ben vhost.example.com");
  ben.send("PRIVMSG ann :hi");
  await ann.expectAll(":ben!~ben@vhost.example.com PRIVMSG ann hi");
});

// "When the capability is not enabled for other clients who share channels with the changed client, servers SHOULD send fallback
// messages to simulate the client reconnecting. ... For shared channels, the simulated events SHOULD include appropriate QUIT,
// JOIN and MODE commands, to restore membership and user channel modes."
Deno.test("without chghost somebody leaves and comes back, as it was", async () => {
  await using node = new Node({ operators: OPERATORS });
  const [ann, ben, eve] = [
    await node.client("ann"),
    await node.client("ben"),
    await node.client("eve", "extended-join"),
  ];
  await gather("#one", ben, ann);
  await gather("#two", eve, ann, ben);
  ben.send("MODE #one +v ben");
  await calm(ann, ben, eve);
  eve.send("OPER root secret", "CHGHOST ben vhost.example.com");
  const seen = await eve.sync();
  await ann.expectAll(
    ":ben!~ben@*.hidden QUIT :Changing host",
    ":ben!~ben@vhost.example.com JOIN #one",
    ":irc.test MODE #one +ov ben ben",
    ":ben!~ben@vhost.example.com JOIN #two",
  );
  assertEquals(seen.filter((line) => line.includes("JOIN")), [":ben!~ben@vhost.example.com JOIN #two * :ben Test"]);
  await ben.expectAll(":irc.test 396 ben vhost.example.com :is now your host");
});

Deno.test("CHGHOST is for operators of the server, and takes hosts only", async () => {
  await using node = new Node({ operators: OPERATORS });
  const ann = await node.client("ann");
  ann.send("CHGHOST ann x.example");
  await ann.expectAll(":irc.test 481 ann :Permission denied*");
  ann.send("OPER root secret");
  await ann.sync();
  ann.send(
    "CHGHOST nobody x",
    "CHGHOST ann @",
    "CHGHOST ann :two words",
    `CHGHOST ann ${"x".repeat(64)}`,
    "CHGHOST ann",
  );
  await ann.expectAll(
    ":irc.test 401 ann nobody :No such nick or channel",
    ":irc.test FAIL CHGHOST INVALID_HOST @ :*",
    ":irc.test FAIL CHGHOST INVALID_HOST * :*",
    ":irc.test FAIL CHGHOST INVALID_HOST x* :*",
    ":irc.test 461 ann CHGHOST :Not enough parameters",
  );
});
