// Bans, exceptions and invite exceptions: https://modern.ircdocs.horse/#ban-channel-mode

import { assertEquals, Node } from "./harness.ts";
import { calm, commands, gather } from "./scenes.ts";

// "their nickmask (the combination of nick!user@host) is compared with each banned client mask set with this mode. If they
// match one of these banned masks, they will receive an ERR_BANNEDFROMCHAN reply and the JOIN command will fail."
Deno.test("whoever is banned does not come in, however the mask is spelled", async () => {
  await using node = new Node();
  const [ann, bar] = [await node.client("ann"), await node.client("Bar")];
  await gather("#chan", ann);
  ann.send("MODE #chan +b bar!*@*");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +b bar!*@*");
  bar.send("JOIN #chan");
  await bar.expectAll(":irc.test 474 Bar #chan :Cannot join channel (+b)*");
  ann.send("MODE #chan -b BAR!*@*");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan -b bar!*@*");
  bar.send("JOIN #chan");
  assertEquals((await commands(bar))[0], "JOIN");
});

Deno.test("whoever is banned inside may not speak", async () => {
  await using node = new Node();
  const [ann, bar] = [await node.client("ann"), await node.client("Bar")];
  await gather("#chan", ann, bar);
  ann.send("MODE #chan +b bar");
  await calm(ann, bar);
  bar.send("PRIVMSG #chan :let me");
  await bar.expectAll(":irc.test 404 Bar #chan :Cannot send to channel (+b)*");
  await ann.expectNothing();
  ann.send("MODE #chan -b bar");
  await calm(ann, bar);
  bar.send("PRIVMSG #chan :thanks");
  await bar.expectNothing();
  await ann.expectAll(":Bar!~Bar@*.hidden PRIVMSG #chan thanks");
});

// "If their nickmask matches any one of the masks set by this mode, and their nickmask also matches any one of the masks set by
// the ban channel mode, they will not be blocked from joining": https://modern.ircdocs.horse/#ban-exception-channel-mode
Deno.test("+e excepts from bans", async () => {
  await using node = new Node();
  const [ann, bar] = [await node.client("ann"), await node.client("Bar")];
  await gather("#chan", ann);
  ann.send("MODE #chan +b ba*!*@*");
  await ann.sync();
  bar.send("JOIN #chan");
  assertEquals(await commands(bar), ["474"]);
  ann.send("MODE #chan +e *ar!*@*");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +e *ar!*@*");
  bar.send("JOIN #chan");
  assertEquals((await commands(bar))[0], "JOIN");
});

// "If their nickmask matches any one of the masks set by this mode, and the channel is in invite-only mode, they do not need to
// require an INVITE in order to join the channel.": https://modern.ircdocs.horse/#invite-exception-channel-mode
Deno.test("+I lets in without an invitation", async () => {
  await using node = new Node();
  const [ann, bar] = [await node.client("ann"), await node.client("Bar")];
  await gather("#chan", ann);
  ann.send("MODE #chan +i", "MODE #chan +I bar!*@*");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +i", ":ann!~ann@*.hidden MODE #chan +I bar!*@*");
  bar.send("JOIN #chan", "PART #chan");
  assertEquals((await commands(bar))[0], "JOIN");
  await ann.sync();
  ann.send("MODE #chan -I bar!*@*");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan -I bar!*@*");
  bar.send("JOIN #chan");
  assertEquals(await commands(bar), ["473"]);
});

// ""<client> <channel> <mask> [<who> <set-ts>]"": https://modern.ircdocs.horse/#rplbanlist-367
Deno.test("lists are shown to everybody who may know of the channel", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#chan", ann);
  ann.send("MODE #chan +beI eve cid!*@home.example *@*.org");
  await ann.sync();
  ben.send("MODE #chan +b", "MODE #chan e", "MODE #chan -I");
  await ben.expectAll(
    ":irc.test 367 ben #chan eve!*@* ann 1767268800",
    ":irc.test 368 ben #chan :End of ban list",
    ":irc.test 348 ben #chan cid!*@home.example ann 1767268800",
    ":irc.test 349 ben #chan :End of exception list",
    ":irc.test 346 ben #chan *!*@*.org ann 1767268800",
    ":irc.test 347 ben #chan :End of invitation list",
  );
  ann.send("MODE #chan +s");
  await ann.sync();
  ben.send("MODE #chan +b");
  await ben.expectAll(":irc.test 403 ben #chan :No such channel");
});

Deno.test("a mask that is there already, or not there, changes nothing", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("MODE #chan +b eve", "MODE #chan +b EVE!*@*", "MODE #chan -b cid");
  await ann.expectAll(":ann!~ann@*.hidden MODE #chan +b eve!*@*");
});

Deno.test("what is no mask is refused", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  for (const mask of ["two words", "", "a,b", "x".repeat(201)]) {
    ann.send(`MODE #chan +b :${mask}`);
    await ann.expectAll(":irc.test 696 ann #chan b * :That is no mask*");
  }
});

// "MAXLIST=beI:25 ; indicates that a client may set up to a total of 25": https://modern.ircdocs.horse/#maxlist-parameter
Deno.test("a list has MAXLIST masks at most", async () => {
  await using node = new Node({ limits: { listEntries: 2 } });
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("MODE #chan +bbb a b c");
  await ann.expectAll(
    ":irc.test 478 ann #chan b :Channel list is full",
    ":ann!~ann@*.hidden MODE #chan +bb a!*@* b!*@*",
  );
});

Deno.test("a ban means the address as well as the cloak", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("MODE #chan +b *@192.0.2.*");
  await ann.sync();
  const ben = await node.client("ben");
  ben.send("JOIN #chan");
  assertEquals(await commands(ben), ["474"]);
});
