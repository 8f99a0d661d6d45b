// https://ircv3.net/specs/extensions/multi-prefix

import { Node } from "./harness.ts";
import { gather } from "./scenes.ts";

// "the multi-prefix client capability will cause the IRC server to send all possible prefixes which apply to a user in NAMES
// and WHO output. These prefixes MUST be in order of 'rank', from highest to lowest."
Deno.test("multi-prefix: NAMES, WHO and WHOIS show all prefixes, highest first", async () => {
  await using node = new Node();
  const ann = await node.client("ann", "multi-prefix");
  await gather("#chan", ann);
  ann.send("MODE #chan +v ann");
  await ann.sync();
  ann.send("NAMES #chan", "WHO #chan", "WHOIS ann");
  await ann.expect(":irc.test 353 ann = #chan @+ann");
  await ann.expect(":irc.test 366 *");
  await ann.expect(":irc.test 352 ann #chan ~ann *.hidden irc.test ann H@+ :0 ann Test");
  await ann.expect(":irc.test 315 *");
  await ann.expect(":irc.test 311 *");
  await ann.expect(":irc.test 319 ann ann @+#chan");
});

Deno.test("without multi-prefix they show the highest", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await gather("#chan", ann);
  ann.send("MODE #chan +v ann");
  await ann.sync();
  ann.send("NAMES #chan", "WHO #chan");
  await ann.expectAll(
    ":irc.test 353 ann = #chan @ann",
    ":irc.test 366 *",
    ":irc.test 352 ann #chan ~ann *.hidden irc.test ann H@ :0 ann Test",
    ":irc.test 315 *",
  );
});
