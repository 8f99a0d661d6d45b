// https://ircv3.net/specs/extensions/bot-mode

import { assertEquals, Node } from "./harness.ts";
import { calm, gather } from "./scenes.ts";

// "When a client is marked as a bot, they are given a special numeric as part of their WHOIS response, it is indicated in their
// WHO flags, and servers may include the bot tag on that client's outgoing messages."
Deno.test("a bot is known as one in WHO, WHOIS and what it says", async () => {
  await using node = new Node();
  const [ann, bot] = [await node.client("ann", "message-tags"), await node.client("robodan")];
  await gather("#chan", ann, bot);
  bot.send("MODE robodan +B");
  await bot.expectAll(":robodan!~robodan@*.hidden MODE robodan +B");
  ann.send("WHOIS robodan");
  const numerics = (await ann.messages()).filter(({ command }) => command === "335");
  assertEquals(numerics.map(({ params }) => params), [["ann", "robodan", "is a bot"]]);
  ann.send("WHO #chan", "WHO robodan");
  const flags = (await ann.messages()).filter(({ command }) => command === "352").map(({ params }) => params[6]);
  assertEquals(flags, ["H@", "HB", "HB"]);
  bot.send("PRIVMSG #chan :beep", "PRIVMSG ann :beep", "TOPIC #chan :x", "PART #chan");
  await bot.sync();
  const tags = (await ann.messages()).map(({ tags }) => tags?.get("bot"));
  assertEquals(tags, ["", "", ""]);
});

// "This tag MUST only be sent to users who have requested the message-tags capability."
Deno.test("without message-tags a bot's messages have no tag, and without +B nobody's have", async () => {
  await using node = new Node();
  const [ann, ben, bot] = [
    await node.client("ann"),
    await node.client("ben", "message-tags"),
    await node.client("robodan"),
  ];
  await gather("#chan", ann, ben, bot);
  bot.send("PRIVMSG #chan :one", "MODE robodan +B", "PRIVMSG #chan :two", "MODE robodan -B", "PRIVMSG #chan :three");
  await calm(bot);
  assertEquals((await ann.messages()).every(({ tags }) => tags === undefined), true);
  assertEquals((await ben.messages()).map(({ tags }) => tags?.has("bot")), [false, true, false]);
});
