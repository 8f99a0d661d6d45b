// https://ircv3.net/specs/extensions/userhost-in-names

import { Node } from "./harness.ts";
import { gather } from "./scenes.ts";

// "The userhost-in-names capability extends the NAMES reply messages (RPL_NAMREPLY) to contain the full hostmask
// (nick!user@host) of every user listed."
Deno.test("userhost-in-names: NAMES and JOIN show who is behind each nick", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben", "userhost-in-names")];
  await gather("#chan", ann);
  ben.send("JOIN #chan");
  await ben.expectAll(
    ":ben!~ben@*.hidden JOIN #chan",
    ":irc.test 353 ben = #chan :@ann!~ann@*.hidden ben!~ben@*.hidden",
    ":irc.test 366 ben #chan :End of NAMES list",
  );
});

Deno.test("without it only nicks", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("NAMES #chan");
  await ann.expectAll(":irc.test 353 ann = #chan @ann", ":irc.test 366 ann #chan :End of NAMES list");
});
