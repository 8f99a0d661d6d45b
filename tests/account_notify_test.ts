// https://ircv3.net/specs/extensions/account-notify

import { Node } from "./harness.ts";
import { calm, gather } from "./scenes.ts";
import { account, plain } from "./sign_in.ts";

// "When enabled, clients will get the ACCOUNT message to designate the account name changes for clients on common channels with
// them, including themselves."
Deno.test("account-notify: who signs in is seen by those who share a channel, and by itself", async () => {
  await using node = new Node();
  await account(node, "ben");
  const [ann, cid, dan] = [
    await node.client("ann", "account-notify"),
    await node.client("cid"),
    await node.client("dan", "account-notify"),
  ];
  const ben = await node.client("ben_", "account-notify", "sasl");
  await gather("#one,#two", ann, cid, ben);
  await dan.sync();
  ben.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ben")}`);
  await ben.expectAll(
    "AUTHENTICATE +",
    ":irc.test 900 ben_ ben_!~ben_@*.hidden ben :*",
    ":irc.test 903 ben_ :*",
    ":ben_!~ben_@*.hidden ACCOUNT ben",
  );
  await ann.expectAll(":ben_!~ben_@*.hidden ACCOUNT ben");
  await cid.expectNothing();
  await dan.expectNothing();
});

Deno.test("extended-monitor with account-notify: who is watched is seen signing in", async () => {
  await using node = new Node();
  await account(node, "ben");
  const [ann, cid] = [
    await node.client("ann", "account-notify", "extended-monitor"),
    await node.client("cid", "account-notify"),
  ];
  const ben = await node.client("ben_", "sasl");
  for (const each of [ann, cid]) each.send("MONITOR + ben_");
  await calm(ann, cid);
  ben.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${plain("ben")}`);
  await ben.sync();
  await ann.expectAll(":ben_!~ben_@*.hidden ACCOUNT ben");
  await cid.expectNothing();
});
