// https://ircv3.net/specs/extensions/extended-monitor

import { Node } from "./harness.ts";
import { calm, gather } from "./scenes.ts";

// "If away-notify is also enabled, the client will get AWAY notifications for monitored nicks."; "If setname is also enabled, the
// client will get SETNAME notifications for monitored nicks."; "If chghost is also enabled, the client will get CHGHOST
// notifications for monitored nicks."
Deno.test("extended-monitor: who is watched is seen going away and changing, without a shared channel", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const ann = await node.client("ann", "extended-monitor", "away-notify", "setname", "chghost");
  const ben = await node.client("ben");
  ann.send("MONITOR + ben");
  await ann.expectAll(":irc.test 730 ann ben!~ben@*.hidden");
  ben.send("AWAY :afk", "AWAY", "SETNAME :new name", "OPER root secret", "CHGHOST ben home.example");
  await ben.sync();
  await ann.expectAll(
    ":ben!~ben@*.hidden AWAY afk",
    ":ben!~ben@*.hidden AWAY",
    ":ben!~ben@*.hidden SETNAME :new name",
    ":ben!~ben@*.hidden CHGHOST ~ben home.example",
  );
});

Deno.test("extended-monitor: who shares a channel as well is told once", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann", "extended-monitor", "away-notify"), await node.client("ben")];
  await gather("#chan", ann, ben);
  ann.send("MONITOR + ben");
  await ann.sync();
  ben.send("AWAY :afk");
  await calm(ben);
  await ann.expectAll(":ben!~ben@*.hidden AWAY afk");
});

Deno.test("extended-monitor needs the other capability, and the other needs it", async () => {
  await using node = new Node();
  const watchers = [
    await node.client("ann", "extended-monitor"),
    await node.client("cid", "away-notify", "setname"),
    await node.client("dan"),
  ];
  const ben = await node.client("ben");
  for (const each of watchers) each.send("MONITOR + ben");
  await calm(...watchers);
  ben.send("AWAY :afk", "SETNAME :new name");
  await ben.sync();
  for (const each of watchers) await each.expectNothing();
});
