// /ban and /unban: one person is kept out, and not a class behind one address.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Seat } from "./client_screen.ts";
import { Node } from "./harness.ts";
import { calm, commands, gather } from "./scenes.ts";

/** ann and ben stand in #lobby; whoever else is named comes in. */
function inLobby(tokens: string, ...sources: string[]): Seat {
  const ann = new Seat({ columns: 160, capabilities: "extended-join" });
  ann.says(`:irc 005 ann ${tokens} :are supported`);
  for (const source of sources) ann.says(`:${source.replace(" ", " JOIN #lobby ")} :x`);
  ann.sent.length = 0;
  return ann;
}

const OURS = "MODES=20 ACCOUNTEXTBAN=a EXTBAN=,am";

const CASES: readonly (readonly [name: string, sources: string[], mask: string, said: string])[] = [
  ["alone at an address", ["ben!~b@school *", "cid!~c@home *"], "*!*@school", "everybody else from the same address."],
  ["with an account", ["ben!~b@school Ben", "cid!~c@school *"], "a:Ben", "This bans the account Ben: others here"],
  ["without one", ["ben!~b@school *", "cid!~c@school *"], "*!~b@school", "This bans ben only: others here"],
  ["with a name that others share", ["ben!~pi@school *", "cid!~pi@school *"], "ben!~pi@school", "under this nick:"],
  ["with an operator at the address", ["ben!~b@home *"], "*!~b@home", "This bans ben only"],
];

for (const [name, sources, mask, said] of CASES) {
  Deno.test(`/ban keeps out one person ${name}, and says so`, async () => {
    const ann = inLobby(OURS, ...sources);
    ann.types("/ban ben\r");
    assertEquals(ann.sent, [`MODE #lobby +b ${mask}`]);
    assertStringIncludes(await ann.text(), said);
  });
}

Deno.test("where the server has no bans of accounts, none is made; with a prefix it is written", () => {
  const people = ["ben!~b@school Ben", "cid!~c@school *"];
  const [plain, tilde] = ["MODES=4", "MODES=4 ACCOUNTEXTBAN=account,a EXTBAN=~,acj"].map((tokens) => {
    const ann = inLobby(tokens, ...people);
    ann.types("/ban ben\r");
    return ann.sent;
  });
  assertEquals(plain, ["MODE #lobby +b *!~b@school"]);
  assertEquals(tilde, ["MODE #lobby +b ~account:Ben"]);
});

Deno.test("/ban of a mask says whom of those here it means, oneself too", async () => {
  const ann = inLobby(OURS, "ben!~b@school *", "cid!~c@school *");
  for (
    const [mask, said] of [
      ["*!*@school", "Of those who are here this bans ben, cid."],
      ["*@home", "Of those who are here this bans ann (you)."],
      ["b*", "Of those who are here this bans ben."],
      ["zoe!*@*", "Of those who are here this bans nobody."],
    ] as const
  ) {
    ann.types(`/ban ${mask}\r`);
    assertEquals(ann.sent.at(-1), `MODE #lobby +b ${mask}`);
    assertStringIncludes(await ann.text(), said);
  }
  ann.types("/ban a:ben\r");
  assertEquals(ann.sent.at(-1), "MODE #lobby +b a:ben");
});

Deno.test("/ban of somebody whose address nobody knows says that it is by nick", async () => {
  const ann = inLobby(OURS);
  ann.types("/ban carl\r");
  assertEquals(ann.sent, ["MODE #lobby +b carl!*@*"]);
  assertStringIncludes(await ann.text(), "This bans whoever has the nick carl: the address is not known.");
});

Deno.test("who is no operator is told by the server that they are not, and nothing before that", async () => {
  const ann = inLobby(OURS, "ben!~b@school *");
  ann.says(":ben!b@h MODE #lobby -o ann");
  ann.types("/ban ben\r");
  assertEquals(ann.sent, ["MODE #lobby +b *!*@school"]);
  assert(!(await ann.text()).includes("This bans"));
});

Deno.test("/unban lifts whatever /ban may have chosen, in as few lines as the server takes", () => {
  const ours = inLobby(OURS, "ben!~b@school Ben");
  ours.types("/unban ben\r");
  assertEquals(ours.sent, ["MODE #lobby -bbbbb *!*@school a:Ben *!~b@school ben!~b@school ben!*@*"]);
  const other = inLobby("MODES=3", "ben!~b@school *");
  other.types("/unban ben\r");
  assertEquals(other.sent, ["MODE #lobby -bbb *!*@school *!~b@school ben!~b@school", "MODE #lobby -b ben!*@*"]);
});

Deno.test("/unban of somebody who was thrown out lifts the mask that /ban chose", async () => {
  const ann = inLobby(OURS, "ben!~b@school *", "cid!~c@school *");
  ann.types("/ban ben\r/kick ben\r");
  ann.says(":ann!a@home KICK #lobby ben :ann");
  ann.types("/unban Ben\r");
  assertEquals(ann.sent.at(-1), "MODE #lobby -bb *!~b@school Ben!*@*");
  const text = await ann.text();
  assertStringIncludes(text, "ann removed ben from #lobby.");
  assert(!text.includes("still cannot come in"));
});

Deno.test("who is thrown out sees in the title that they are not in, and when they are again", async () => {
  const ann = inLobby(OURS);
  ann.says(":ben!b@h KICK #lobby ann :too loud");
  assertStringIncludes((await ann.rows())[0]!, "#lobby   you are not in it: /join");
  ann.types("/join lobby\r");
  ann.says(":ann!a@home JOIN #lobby * :x", ":irc 353 ann = #lobby :ann ben", ":irc 366 ann #lobby :End");
  const rows = await ann.rows();
  assert(!rows[0]!.includes("you are not in it"));
  assertStringIncludes(rows.join("\n"), "You are in #lobby again.");
});

Deno.test("on our server it keeps one person behind a shared address out and no other, until /unban", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  await gather("#lobby", ann, ben, cid);
  const seat = inLobby(OURS, ...["ann", "ben", "cid"].map((nick) => `${node.hub.users.get(nick)!.source} *`));
  const types = async (typed: string) => {
    seat.types(`${typed}\r`);
    ann.send(...seat.sent.splice(0));
    await ann.sync();
    for (const client of [ben, cid]) client.send("PART #lobby", "JOIN #lobby");
    const refused = [];
    for (const client of [ben, cid]) if ((await commands(client)).includes("474")) refused.push(client.nick);
    await calm(ann, ben, cid);
    return refused;
  };
  assertEquals(await types("/ban ben"), ["ben"]);
  assertEquals(await types("/unban ben"), []);
});
