// What one client of a user does, the others of the same user see.

import { assertEquals, Node } from "./harness.ts";
import { calm, commands, gather } from "./scenes.ts";
import { account, signedIn } from "./sign_in.ts";

/** Two clients of one user, and somebody else. */
async function twoOfOne(node: Node) {
  await account(node, "ann");
  const first = await signedIn(node, "ann");
  const second = await signedIn(node, "ann", { capabilities: ["away-notify", "setname", "multi-prefix"] });
  return [first, second, await node.client("ben")] as const;
}

Deno.test("several clients: what one joins and leaves, all join and leave", async () => {
  await using node = new Node();
  const [first, second, ben] = await twoOfOne(node);
  await gather("#chan", ben);
  first.send("JOIN #chan");
  assertEquals(await commands(first), ["JOIN", "353", "366"]);
  assertEquals(await commands(second), ["JOIN", "353", "366"]);
  assertEquals(await commands(ben), ["JOIN"]);
  second.send("JOIN #chan");
  await second.expectNothing();
  second.send("PART #chan :bye");
  for (const each of [second, first, ben]) await each.expectAll(":ann!~ann@*.hidden PART #chan bye");
});

Deno.test("several clients: whoever is kicked is kicked everywhere", async () => {
  await using node = new Node();
  const [first, second, ben] = await twoOfOne(node);
  await gather("#chan", ben, first);
  await calm(second, ben);
  ben.send("KICK #chan ann");
  for (const each of [first, second, ben]) await each.expectAll(":ben!~ben@*.hidden KICK #chan ann ben");
});

Deno.test("several clients: nick and modes change for all", async () => {
  await using node = new Node();
  const [first, second] = await twoOfOne(node);
  second.send("MODE ann +i", "NICK annie");
  for (const each of [second, first]) {
    await each.expectAll(":ann!~ann@*.hidden MODE ann +i", ":ann!~ann@*.hidden NICK annie");
  }
  first.send("MODE annie");
  await first.expectAll(":irc.test 221 annie +i");
});

Deno.test("several clients: an invitation and the answer to a question go where they belong", async () => {
  await using node = new Node();
  const [first, second, ben] = await twoOfOne(node);
  await gather("#chan", ben);
  ben.send("INVITE ann #chan");
  await ben.sync();
  for (const each of [first, second]) await each.expectAll(":ben!~ben@*.hidden INVITE ann #chan");
  first.send("WHOIS ben", "TOPIC #chan :x");
  assertEquals((await first.messages()).length > 3, true);
  await second.expectNothing();
});

Deno.test("several clients: capabilities are of each client, not of the user", async () => {
  await using node = new Node();
  const [first, second, ben] = await twoOfOne(node);
  await gather("#chan", first, ben);
  await second.sync();
  first.send("MODE #chan +v ann");
  await calm(first, second, ben);
  first.send("NAMES #chan");
  second.send("NAMES #chan");
  assertEquals((await first.messages())[0]!.params[3], "@ann ben");
  assertEquals((await second.messages())[0]!.params[3], "@+ann ben");
  first.send("SETNAME :New Name", "AWAY :gone");
  await first.expectAll(":irc.test 306 ann *");
  await second.expectAll(":ann!~ann@*.hidden SETNAME :New Name", ":ann!~ann@*.hidden AWAY gone");
});

Deno.test("several clients: each watches nicks of its own, and LUSERS counts one user", async () => {
  await using node = new Node();
  const [first, second, ben] = await twoOfOne(node);
  first.send("MONITOR + ben", "LUSERS");
  const messages = await first.messages();
  assertEquals(messages.find(({ command }) => command === "265")!.params[1], "2");
  assertEquals(messages.find(({ command }) => command === "253")!.params[1], "0");
  second.send("MONITOR L");
  await second.expectAll(":irc.test 733 ann :End of MONITOR list");
  ben.send("QUIT");
  await ben.expectEnd("ERROR *");
  await first.expectAll(":irc.test 731 ann ben");
  await second.expectNothing();
});
