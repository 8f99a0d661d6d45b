// https://ircv3.net/specs/extensions/invite-notify

import { Node } from "./harness.ts";
import { gather } from "./scenes.ts";

// "a server may choose to only send the message to clients having channel op, or only to clients that have the privilege to do
// an /INVITE on the channel themselves."
Deno.test("invite-notify: operators of a channel see who is invited", async () => {
  await using node = new Node();
  const ann = await node.client("ann", "invite-notify");
  const [ben, cid] = [await node.client("ben"), await node.client("cid", "invite-notify")];
  await node.client("dan");
  await gather("#chan", ann, ben, cid);
  ben.send("INVITE dan #chan");
  await ben.expectAll(":irc.test 341 ben dan #chan");
  await ann.expectAll(":ben!~ben@*.hidden INVITE dan #chan");
  await cid.expectNothing();
});

Deno.test("without invite-notify they do not", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await node.client("dan");
  await gather("#chan", ann, ben);
  ben.send("INVITE dan #chan");
  await ben.expectAll(":irc.test 341 ben dan #chan");
  await ann.expectNothing();
});
