// https://ircv3.net/specs/extensions/no-implicit-names

import { Node } from "./harness.ts";

// "When negotiated, servers MUST NOT send an implicit NAMES reply after sending a JOIN message. Servers MUST reply to
// explicit NAMES commands sent by the client as usual."
for (const name of ["no-implicit-names", "draft/no-implicit-names"]) {
  Deno.test(`${name}: a JOIN is not followed by the names, NAMES is answered`, async () => {
    await using node = new Node();
    const ann = await node.client("ann", name);
    ann.send("JOIN #lobby");
    await ann.expectAll(":ann!~ann@*.hidden JOIN #lobby");
    ann.send("NAMES #lobby");
    await ann.expectAll(":irc.test 353 ann = #lobby @ann", ":irc.test 366 ann #lobby :End of NAMES list");
  });
}

Deno.test("without it a JOIN is followed by the names", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("JOIN #lobby");
  await ann.expectAll(
    ":ann!~ann@*.hidden JOIN #lobby",
    ":irc.test 353 ann = #lobby @ann",
    ":irc.test 366 ann #lobby :End of NAMES list",
  );
});
