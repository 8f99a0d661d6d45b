// https://ircv3.net/specs/extensions/extended-join

import { Node } from "./harness.ts";
import { gather } from "./scenes.ts";
import { account, signedIn } from "./sign_in.ts";

// "The penultimate parameter is the display name of that account. The last parameter is the user's GECOS."; "As the penultimate
// parameter is an asterisk, this means that an asterisk is not a valid account name"
Deno.test("extended-join: JOIN tells account and real name", async () => {
  await using node = new Node();
  await account(node, "Ben");
  const [ann, cid] = [await node.client("ann", "extended-join"), await node.client("cid")];
  await gather("#chan", ann);
  const ben = await signedIn(node, "Ben", { capabilities: ["extended-join"] });
  ben.send("JOIN #chan");
  await ben.expect(":Ben!~Ben@*.hidden JOIN #chan Ben :Ben Test");
  await ann.expectAll(":Ben!~Ben@*.hidden JOIN #chan Ben :Ben Test");
  cid.send("JOIN #chan");
  await cid.expect(":cid!~cid@*.hidden JOIN #chan");
  await ann.expectAll(":cid!~cid@*.hidden JOIN #chan * :cid Test");
});

Deno.test("without extended-join JOIN has one parameter", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben", "extended-join")];
  await gather("#chan", ann);
  ben.send("JOIN #chan");
  await ben.sync();
  await ann.expectAll(":ben!~ben@*.hidden JOIN #chan");
});
