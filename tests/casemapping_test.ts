// One rule for names, announced as CASEMAPPING=rfc7613: "Proposed casemapping which defines a method based on PRECIS, allowing
// additional Unicode characters to be correctly casemapped" (https://modern.ircdocs.horse/#casemapping-parameter), here
// UsernameCaseMapped of https://datatracker.ietf.org/doc/html/rfc8265#section-3.3.

import { assertEquals, Node } from "./harness.ts";
import { commands, gather } from "./scenes.ts";

// "Map fullwidth and halfwidth code points to their decomposition mappings"; "Map uppercase and titlecase code points to their
// lowercase equivalents": https://datatracker.ietf.org/doc/html/rfc8265#section-3.3.2
for (
  const [one, other] of [
    ["Ann", "aNN"],
    ["Ann", "ＡＮＮ"],
    ["Élodie", "e\u0301LODIE"],
    ["ÑANDÚ", "ñandú"],
    ["Ольга", "ОЛЬГА"],
    ["ｶﾅ", "カナ"],
  ] as const
) {
  Deno.test(`${one} and ${other} are one nick and one channel`, async () => {
    await using node = new Node();
    const ann = await node.client(one);
    const eve = node.connect();
    eve.send(`NICK ${other}`, "USER eve 0 * :Eve");
    await eve.expectAll(`:irc.test 433 * ${other} :Nick is already in use`);
    eve.send("NICK eve");
    await eve.sync();
    await gather(`#${one}`, ann);
    eve.send(`JOIN #${other}`, `PRIVMSG ${other} :hi`);
    assertEquals((await eve.messages())[0]!.params, [`#${one}`]);
    assertEquals(await commands(ann), ["JOIN", "PRIVMSG"]);
  });
}

// What looks alike but is another letter stays another name, and so do the pairs of rfc1459.
for (const [one, other] of [["a", "а"], ["[x]", "{x}"], ["ss", "ß"]] as const) {
  Deno.test(`${one} and ${other} are two names`, async () => {
    await using node = new Node();
    const [ann, ben] = [await node.client(one), await node.client(other)];
    await gather(`#${one}`, ann);
    ben.send(`JOIN #${other}`);
    assertEquals((await ben.messages())[0]!.params, [`#${other}`]);
    await ann.expectNothing();
  });
}

Deno.test("what cannot be seen is in no name", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  const invisible = [
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u200e",
    "\u202e",
    "\u2066",
    "\u3164",
    "\ufe0f",
  ];
  for (const character of invisible) {
    ann.send(`NICK be${character}n`, `JOIN #be${character}n`);
    assertEquals(await commands(ann), ["432", "403"]);
  }
});

Deno.test("a nick may be written in any script, and is shown as it was typed", async () => {
  await using node = new Node();
  for (const nick of ["小明", "Ольга", "محمد", "अनन्या", "ΑΛΈΞΗΣ", "ann-1", "a|b", "`x`", "Zoë"]) {
    const client = node.connect();
    client.send(`NICK ${nick}`, "USER x 0 * :X");
    assertEquals((await client.messages())[0]!.params[0], nick);
  }
});
