// https://ircv3.net/specs/extensions/pre-away

import { Node } from "./harness.ts";
import { commands } from "./scenes.ts";
import { assertEquals } from "./harness.ts";

// "If the capability has been negotiated, servers MUST accept the AWAY command before connection registration has completed."
Deno.test("draft/pre-away: AWAY works before registration", async () => {
  await using node = new Node();
  const ben = await node.client("ben");
  const ann = node.connect();
  ann.send("CAP REQ draft/pre-away", "NICK ann", "USER ann 0 * :Ann", "AWAY :on my way");
  await ann.expectAll(
    ":irc.test CAP * ACK draft/pre-away",
    ":irc.test 306 * :You have been marked as being away",
  );
  ann.send("CAP END");
  await ann.sync();
  ben.send("PRIVMSG ann :hi");
  await ben.expectAll(":irc.test 301 ben ann :on my way");
});

// "servers SHOULD treat the form: AWAY * ... as indicating that the user is not present for an unspecified reason."; "Similarly,
// AWAY with no parameters indicates that the user is present."
Deno.test("draft/pre-away: AWAY * is away for no reason given, AWAY alone is not away", async () => {
  await using node = new Node();
  const ben = await node.client("ben");
  for (const [lines, expected] of [[["AWAY *"], "G"], [["AWAY *", "AWAY"], "H"]] as const) {
    const ann = node.connect();
    ann.send("CAP REQ draft/pre-away", ...lines, "NICK ann", "USER ann 0 * :Ann", "CAP END");
    await ann.sync();
    ben.send("WHO ann %f");
    assertEquals((await ben.messages())[0]!.params[1], expected);
    ann.send("QUIT");
    await ann.expectEnd("ERROR *");
  }
});

// "If the client's nickname was not already present on the server, then AWAY pre-registration sets the away message but does not
// inhibit reporting of the change in nickname status, e.g. via monitor."
Deno.test("draft/pre-away: who comes in away is seen coming", async () => {
  await using node = new Node();
  const ben = await node.client("ben");
  ben.send("MONITOR + ann");
  await ben.sync();
  const ann = node.connect();
  ann.send("CAP REQ draft/pre-away", "AWAY :gone", "NICK ann", "USER ann 0 * :Ann", "CAP END");
  await ann.sync();
  await ben.expectAll(":irc.test 730 ben ann!~ann@*.hidden");
});

Deno.test("without draft/pre-away AWAY has to wait for registration", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("AWAY :gone", "NICK ann", "USER ann 0 * :Ann");
  await ann.expect(":irc.test 451 * :You have not registered*");
  assertEquals((await commands(ann))[0], "001");
});
