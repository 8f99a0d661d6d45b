// Bans of accounts (https://ircv3.net/specs/extensions/account-extban) and mutes.

import { assertEquals, Node } from "./harness.ts";
import { calm, commands, gather, signIn } from "./scenes.ts";

// "Servers MUST support matching exact account names."
Deno.test("a: bans an account, whatever its nick, and no nick of that name", async () => {
  await using node = new Node();
  const [ann, bob, cid] = [await node.client("ann"), await node.client("bob"), await node.client("cid")];
  signIn(node, "cid", "Bob");
  await gather("#chan", ann);
  ann.send("MODE #chan +b a:bob");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +b a:bob");
  cid.send("JOIN #chan");
  await cid.expectAll(":irc.test 474 cid #chan *");
  bob.send("JOIN #chan");
  assertEquals((await commands(bob))[0], "JOIN");
  ann.send("MODE #chan -b a:bob");
  await calm(ann);
  cid.send("JOIN #chan");
  assertEquals((await commands(cid))[0], "JOIN");
});

// "Extban masks SHOULD also be supported for the ban exception and invite exception modes.":
// https://modern.ircdocs.horse/#extban-parameter
Deno.test("a: excepts an account, and invites it", async () => {
  await using node = new Node();
  const [ann, bob, eve] = [await node.client("ann"), await node.client("bob_"), await node.client("eve")];
  signIn(node, "bob_", "bob");
  await gather("#chan", ann);
  ann.send("MODE #chan +be *!*@* a:bob");
  await ann.sync();
  bob.send("JOIN #chan", "PART #chan");
  eve.send("JOIN #chan");
  assertEquals((await commands(bob))[0], "JOIN");
  assertEquals(await commands(eve), ["474"]);
  ann.send("MODE #chan -be+iI *!*@* a:bob a:bob");
  await ann.sync();
  bob.send("JOIN #chan");
  eve.send("JOIN #chan");
  assertEquals((await commands(bob))[0], "JOIN");
  assertEquals(await commands(eve), ["473"]);
});

Deno.test("m: keeps silent who may come in, until lifted, voiced or excepted", async () => {
  await using node = new Node();
  const [ann, bar] = [await node.client("ann"), await node.client("Bar", "echo-message")];
  await gather("#chan", ann);
  const isSilent = async (text: string) => {
    bar.send(`PRIVMSG #chan :${text}`);
    const answers = await commands(bar);
    const heard = await commands(ann);
    assertEquals(answers[0] === "404" ? [] : ["PRIVMSG"], heard);
    return answers[0] === "404";
  };
  ann.send("MODE #chan +b m:BAR");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +b m:BAR!*@*");
  await gather("#chan", bar);
  await calm(ann);
  bar.send("MODE #chan +b");
  await bar.expectAll(":irc.test 367 Bar #chan m:BAR!*@* ann 1767268800", ":irc.test 368 *");
  assertEquals(await isSilent("muted"), true);
  ann.send("MODE #chan +v Bar");
  await calm(ann, bar);
  assertEquals(await isSilent("voiced"), false);
  ann.send("MODE #chan -v+e Bar m:*!~bar@*");
  await calm(ann, bar);
  assertEquals(await isSilent("excepted"), false);
  ann.send("MODE #chan -e m:*!~bar@*");
  await calm(ann, bar);
  assertEquals(await isSilent("muted again"), true);
  ann.send("MODE #chan -b m:bar!*@*");
  await calm(ann, bar);
  assertEquals(await isSilent("lifted"), false);
});

Deno.test("m:a: keeps an account silent", async () => {
  await using node = new Node();
  const [ann, bob] = [await node.client("ann"), await node.client("bob_")];
  signIn(node, "bob_", "bob");
  await gather("#chan", ann, bob);
  ann.send("MODE #chan +b m:a:bob");
  await calm(ann, bob);
  bob.send("PRIVMSG #chan :x");
  await bob.expectAll(":irc.test 404 bob_ #chan *");
});
