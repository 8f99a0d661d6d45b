// https://ircv3.net/specs/extensions/away-notify

import { assertEquals, Node } from "./harness.ts";
import { calm, gather } from "./scenes.ts";

// "When this capability is enabled, clients will be sent an AWAY message when a user sharing a channel with them sets, changes or
// removes their away state"
Deno.test("away-notify: who shares a channel sees who goes and comes back, once", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann", "away-notify"), await node.client("ben")];
  await gather("#one,#two", ann, ben);
  ben.send("AWAY :i'm going away", "AWAY :further", "AWAY :further", "AWAY", "AWAY");
  await ben.sync();
  await ann.expectAll(
    ":ben!~ben@*.hidden AWAY :i'm going away",
    ":ben!~ben@*.hidden AWAY further",
    ":ben!~ben@*.hidden AWAY",
  );
});

// "as well as when a user joins and has an away message set. (Note that AWAY will not be sent for joining users with no away
// message set.)"
Deno.test("away-notify: who comes in and is away is seen as away", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [
    await node.client("ann", "away-notify"),
    await node.client("ben", "away-notify"),
    await node.client("cid"),
  ];
  await gather("#chan", ann);
  ben.send("AWAY :gone", "JOIN #chan");
  assertEquals((await ben.sync()).filter((line) => line.includes("AWAY")), []);
  await ann.expectAll(":ben!~ben@*.hidden JOIN #chan", ":ben!~ben@*.hidden AWAY gone");
  cid.send("JOIN #chan");
  await cid.sync();
  await ann.expectAll(":cid!~cid@*.hidden JOIN #chan");
});

Deno.test("without away-notify, or without a shared channel, nothing is seen", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [
    await node.client("ann"),
    await node.client("ben"),
    await node.client("cid", "away-notify"),
  ];
  await gather("#chan", ann);
  ben.send("AWAY :gone", "JOIN #chan", "AWAY");
  await calm(ben);
  await ann.expectAll(":ben!~ben@*.hidden JOIN #chan");
  await cid.expectNothing();
});
