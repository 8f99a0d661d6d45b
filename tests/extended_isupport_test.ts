// https://ircv3.net/specs/extensions/extended-isupport

import { assertEquals, assertMatch, Node } from "./harness.ts";
import { commands } from "./scenes.ts";

// "When the draft/extended-isupport capability is enabled by the client, the server MUST accept ISUPPORT commands before
// connection registration completes"; "The server MUST group all RPL_ISUPPORT messages inside a draft/isupport batch when the
// batch and draft/extended-isupport capabilities are enabled."
Deno.test("ISUPPORT is answered before registration, in a batch", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP REQ :batch draft/extended-isupport", "ISUPPORT");
  await ann.expect(":irc.test CAP * ACK :batch draft/extended-isupport");
  await ann.expect(":irc.test BATCH +1 draft/isupport");
  const lines = await ann.sync();
  assertEquals(lines.pop(), ":irc.test BATCH -1");
  for (const line of lines) assertMatch(line, /^@batch=1 :irc\.test 005 \* .* :are supported by this server$/);
});

// "The server MUST NOT send any unbatched RPL_ISUPPORT message while both of these capabilities are enabled."
Deno.test("with both capabilities the tokens of the welcome and of VERSION are in a batch as well", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP REQ :draft/extended-isupport batch", "NICK ann", "USER ann 0 * :Ann", "CAP END", "VERSION");
  const lines = await ann.sync();
  assertEquals(lines.filter((line) => line.includes(" BATCH +")).length, 2);
  for (const line of lines.filter((line) => line.includes(" 005 "))) assertMatch(line, /^@batch=/);
});

Deno.test("with draft/extended-isupport alone there is no batch", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP REQ draft/extended-isupport", "ISUPPORT");
  assertEquals(new Set(await commands(ann)), new Set(["CAP", "005"]));
});

Deno.test("without the capability ISUPPORT has to wait for registration, and nothing is batched", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("ISUPPORT");
  await ann.expectAll(":irc.test 451 * :You have not registered*");
  ann.send("CAP REQ batch", "NICK ann", "USER ann 0 * :Ann", "CAP END", "ISUPPORT");
  const lines = await ann.sync();
  assertEquals(lines.filter((line) => line.includes("BATCH")), []);
  assertEquals(lines.at(-1)!.includes(" 005 ann "), true);
});
