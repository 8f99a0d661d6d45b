// https://ircv3.net/specs/extensions/monitor

import { assertEquals, Node } from "./harness.ts";
import { calm } from "./scenes.ts";

// "If any of the targets being added are online, the server will generate RPL_MONONLINE numerics listing those targets that are
// online. If any of the targets being added are offline, the server will generate RPL_MONOFFLINE numerics"
Deno.test("MONITOR + tells who is here, and afterwards who comes and goes", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  let bar = await node.client("bar");
  ann.send("MONITOR + bar,baz");
  await ann.expectAll(":irc.test 730 ann bar!~bar@*.hidden", ":irc.test 731 ann baz");
  bar.send("QUIT");
  await bar.expectEnd("ERROR *");
  await ann.expectAll(":irc.test 731 ann bar");
  bar = await node.client("bar");
  await node.client("baz");
  await ann.expectAll(":irc.test 730 ann bar!~bar@*.hidden", ":irc.test 730 ann baz!~baz@*.hidden");
});

// "Removes the given list of targets from the list of targets being monitored. No output will be returned for use of this
// command."; "Clears the list of targets being monitored. No output will be returned for use of this command."
Deno.test("MONITOR - and C end it, each for one client", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  const bar = await node.client("bar");
  for (const each of [ann, ben, cid]) each.send("MONITOR + bar");
  await calm(ann, ben, cid);
  ann.send("MONITOR - BAR");
  await ann.expectNothing();
  ben.send("MONITOR C", "MONITOR L");
  await ben.expectAll(":irc.test 733 ben :End of MONITOR list");
  bar.send("QUIT");
  await bar.expectEnd("ERROR *");
  await ann.expectNothing();
  await ben.expectNothing();
  await cid.expectAll(":irc.test 731 cid bar");
});

// "Outputs the current list of targets being monitored. All output will use RPL_MONLIST, and the output will be terminated with
// RPL_ENDOFMONLIST."; "Targets already in the list MUST NOT be added again."
Deno.test("MONITOR L and S list what is monitored", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await node.client("bar");
  ann.send("MONITOR + bar,baz,BAR,bar");
  await ann.expectAll(":irc.test 730 ann bar!~bar@*.hidden", ":irc.test 731 ann baz");
  ann.send("MONITOR + bar", "MONITOR L", "MONITOR S");
  await ann.expectAll(
    ":irc.test 732 ann bar,baz",
    ":irc.test 733 ann :End of MONITOR list",
    ":irc.test 730 ann bar!~bar@*.hidden",
    ":irc.test 731 ann baz",
  );
});

// "'target' MUST be a valid nick as determined by the IRC daemon."
Deno.test("masks cannot be monitored", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("MONITOR + *!username@localhost,*,a!b@c", "MONITOR L");
  await ann.expectAll(":irc.test 733 ann :End of MONITOR list");
  await node.client("username");
  await ann.expectNothing();
});

Deno.test("MONITOR follows nicks, not people, and not their case", async () => {
  await using node = new Node();
  const [ann, baz] = [await node.client("ann"), await node.client("baz")];
  ann.send("MONITOR + qux");
  await ann.expectAll(":irc.test 731 ann qux");
  baz.send("NICK qux");
  await baz.sync();
  await ann.expectAll(":irc.test 730 ann qux!~baz@*.hidden");
  baz.send("NICK QUX");
  await baz.sync();
  await ann.expectNothing();
  baz.send("NICK bazbat");
  await baz.sync();
  await ann.expectAll(":irc.test 731 ann QUX");
});

// "The <limit> parameter is the maximum number of targets a client may have in their list, the <targets> parameter is the list of
// targets, as the client sent them, that cannot be added."
Deno.test("the list has MONITOR nicks at most", async () => {
  await using node = new Node({ limits: { monitor: 2 } });
  const ann = await node.client("ann");
  ann.send("MONITOR + a,b,c,d", "MONITOR L");
  await ann.expectAll(
    ":irc.test 731 ann a,b",
    ":irc.test 734 ann 2 c,d :Monitor list is full",
    ":irc.test 732 ann a,b",
    ":irc.test 733 ann :End of MONITOR list",
  );
});

Deno.test("MONITOR without a subcommand, or with one that is none", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("MONITOR", "MONITOR x", "MONITOR +", "MONITOR + :");
  await ann.expectAll(":irc.test 461 ann MONITOR :Not enough parameters");
});

Deno.test("whoever watches and leaves is forgotten", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("MONITOR + a,b,c");
  await ann.sync();
  ann.send("QUIT");
  await ann.expectEnd("ERROR *");
  assertEquals(node.hub.monitors.size, 0);
});
