import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formatAddress, parseAddress } from "../client/address.ts";
import { Connection } from "../protocol/connection.ts";
import { serve } from "../server.ts";
import { makeCertificate } from "../server/certificate.ts";
import {
  findInvitation,
  formatInvite,
  listInvitations,
  makeInvitation,
  revokeInvitations,
} from "../server/invitations.ts";
import { OWNER_SOCKET, type OwnerAnswer, parseOwnerRequest } from "../server/owner.ts";
import { MemoryStore } from "../server/store.ts";
import { Node, type TestClient } from "./harness.ts";
import { registered } from "./sign_in.ts";

/** Somebody who gives a password, or the token of an invitation for one. */
function come(node: Node, nick: string, password?: string): TestClient {
  const client = node.connect();
  if (password !== undefined) client.send(`PASS ${password}`);
  client.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
  return client;
}

/** The token of a link that the server gave. */
function tokenIn(line: string): string {
  return /invite=([\w-]+)/.exec(line)![1]!;
}

const CLOSED = "ERROR :Only people with an account or an invitation come in";

Deno.test("a house for invited people lets in invited people", async () => {
  const store = new MemoryStore();
  await using node = new Node({ store, inviteOnly: true });
  await come(node, "ann").expectEnd(CLOSED);
  const token = makeInvitation(store.invitations, { by: "root", lasts: 60_000 }, node.now);
  await come(node, "ann", `invite:${token}`).sync();
  await come(node, "ben", `invite:${token}x`).expectEnd("ERROR :This invitation is over, or never was");
  node.now += 60_000;
  await come(node, "cid", `invite:${token}`).expectEnd("ERROR :This invitation is over, or never was");
});

Deno.test("an account needs no invitation", async () => {
  await using node = new Node();
  await (await registered(node, "ann")).close();
  node.hub.reconfigure({ inviteOnly: true });
  const again = node.connect();
  again.send(
    "CAP REQ sasl",
    "NICK ann2",
    "USER a 0 * :a",
    "AUTHENTICATE PLAIN",
    `AUTHENTICATE ${btoa("\0ann\0correct horse")}`,
  );
  again.send("CAP END");
  assertMatch((await again.sync()).join("\n"), / 001 ann2 /);
});

Deno.test("an invitation serves so many people, and who comes back is no other", async () => {
  const store = new MemoryStore();
  await using node = new Node({ store, inviteOnly: true });
  const password = `invite:${makeInvitation(store.invitations, { by: "root", uses: 2 }, node.now)}`;
  for (const nick of ["ann", "ben", "ANN"]) {
    const client = come(node, nick, password);
    await client.sync();
    await client.close();
  }
  await come(node, "cid", password).expectEnd("ERROR :This invitation is over, or never was");
  await come(node, "ben", password).sync();
});

Deno.test("an invitation takes the place of the server's password", async () => {
  const store = new MemoryStore();
  await using node = new Node({ store, password: "sesame" });
  await come(node, "ann").expectEnd("ERROR :Password missing or incorrect");
  await come(node, "ann", `invite:${makeInvitation(store.invitations, { by: "root" }, node.now)}`).sync();
});

Deno.test("guessing invitations is slowed down like guessing passwords", async () => {
  const store = new MemoryStore();
  await using node = new Node({ store, inviteOnly: true, limits: { loginsPerMinute: 2 } });
  const right = makeInvitation(store.invitations, { by: "root" }, node.now);
  for (const _ of [1, 2]) await come(node, "ann", "invite:wrong").expectEnd("ERROR :This invitation *");
  await come(node, "ann", `invite:${right}`).expectEnd("ERROR :Too many invitations were tried: wait a minute");
  node.now += 60_000;
  await come(node, "ann", `invite:${right}`).sync();
});

Deno.test("the lockdown holds for the invited too", async () => {
  const store = new MemoryStore();
  store.settings.put("lockdown", "root");
  await using node = new Node({ store });
  const token = makeInvitation(store.invitations, { by: "root" }, node.now);
  await come(node, "ann", `invite:${token}`).expectEnd("ERROR :Only people with an account come in right now");
});

Deno.test("INVITELINK gives operators of a channel a link into it, which the client understands", async () => {
  await using node = new Node({ publicName: "chat.example", where: { tlsPort: 6697, fingerprint: "ab".repeat(32) } });
  const ann = await node.client("ann");
  const ben = await node.client("ben");
  ann.send("JOIN #茶", "MODE #茶 +i");
  await ann.sync();
  ben.send("INVITELINK #茶", "INVITELINK #nowhere");
  await ben.expectAll(":irc.test 482 ben #茶 :*", ":irc.test 403 ben #nowhere :*");
  ann.send("INVITELINK #茶 12h 5");
  const [line = ""] = await ann.sync();
  const [, link = ""] = /LINK #茶 (\S+) :Holds 12h, for 5 people$/.exec(line)!;
  const address = parseAddress(link);
  assertEquals(address, {
    host: "chat.example",
    port: 6697,
    tls: true,
    fingerprint: "ab".repeat(32),
    invite: tokenIn(link),
    channels: ["#茶"],
  });
  assertEquals(
    formatAddress(address).includes(address.invite!),
    false,
    "what is remembered of an address lets nobody in",
  );
  const cid = come(node, "cid", `invite:${address.invite}`);
  assertStringIncludes((await cid.sync()).join("\n"), ":irc.test INVITE cid #茶");
  cid.send("JOIN #茶");
  await cid.expect(":cid!~cid@*.hidden JOIN #茶");
  ann.send("INVITELINK #茶 REVOKE");
  assertStringIncludes((await ann.sync()).join("\n"), ":irc.test NOTE INVITELINK REVOKED #茶 1 :");
  assertEquals(findInvitation(node.hub.store.invitations, address.invite!, "dan", node.now), undefined);
});

Deno.test("INVITELINK refuses what makes no sense, and more links than there may be", async () => {
  await using node = new Node({ limits: { invitations: 1 } });
  const ann = await node.client("ann");
  ann.send("JOIN #tea");
  await ann.sync();
  ann.send("INVITELINK #tea soon", "INVITELINK #tea 1h 0", "INVITELINK #tea 1h 1001", "INVITELINK #tea 1h 1");
  ann.send("INVITELINK #tea");
  const lines = await ann.sync();
  assertEquals(
    lines.slice(0, 3).map((line) => line.split(" :")[0]),
    Array(3).fill(":irc.test FAIL INVITELINK INVALID_PARAMS #tea"),
  );
  assertMatch(lines[3]!, / LINK #tea irc:\/\/irc\.test:6667\/#tea\?invite=[\w-]{22} :Holds 1h, for 1 person$/);
  assertMatch(lines[4]!, /FAIL INVITELINK TOO_MANY #tea :/);
});

Deno.test("tokens are kept as hashes, invitations are listed and taken back", () => {
  const { invitations } = new MemoryStore();
  const token = makeInvitation(invitations, { by: "root", channel: "#tea", lasts: 1000, uses: 3 }, 0);
  assertEquals(JSON.stringify([...invitations.list()]).includes(token), false);
  const [one] = listInvitations(invitations, 999);
  assertEquals([one!.by, one!.channel, one!.uses, one!.expires], ["root", "#tea", 3, 1000]);
  assertEquals(revokeInvitations(invitations, ({ id }) => id === one!.id), 1);
  assertEquals(listInvitations(invitations, 999), []);
  makeInvitation(invitations, { by: "root", lasts: 1000 }, 0);
  assertEquals(listInvitations(invitations, 1000), []);
  assertEquals([...invitations.list()], [], "what is over is forgotten");
});

Deno.test("a link survives any channel's name", () => {
  for (const channel of ["#a?b", "#a%20b", "#a#b", "#ü/x", "#a&invite=zz"]) {
    const link = formatInvite({ host: "::1", port: 1, tls: true, fingerprint: "0".repeat(64), channel, token: "t-_" });
    const { channels, invite, host } = parseAddress(link);
    assertEquals([channels, invite, host], [[channel], "t-_", "::1"], link);
  }
});

/** Asks a server that runs, as `chat invite` does. */
async function ask(data: string, line: string): Promise<OwnerAnswer> {
  const connection = new Connection(await Deno.connect({ transport: "unix", path: `${data}/${OWNER_SOCKET}` }));
  connection.send(line);
  let answer: OwnerAnswer = {};
  for await (const text of connection) answer = JSON.parse(text) as OwnerAnswer;
  connection.close();
  await connection.closed;
  return answer;
}

Deno.test({
  name: "the owner of the folder asks a server that runs, and nobody else can",
  ignore: Deno.build.os === "windows",
  async fn() {
    const data = await Deno.makeTempDir();
    const certificate = await makeCertificate(["localhost"]);
    const options = { host: "127.0.0.1", port: 0, data, tls: { port: 0, certificate } };
    // What a server that was killed has left behind is in nobody's way.
    await Deno.writeTextFile(`${data}/${OWNER_SOCKET}`, "");
    const server = await serve(options);
    try {
      assertEquals((await Deno.stat(`${data}/${OWNER_SOCKET}`)).mode! & 0o777, 0o600);
      const { token, where } = await ask(data, '{"ask":"invite","channel":"#tea","uses":2}');
      assertEquals(where, {
        port: server.address!.port,
        tlsPort: server.tlsAddress!.port,
        fingerprint: certificate.fingerprint,
      });
      assert(findInvitation(server.hub.store.invitations, token!, "ann", Date.now()) !== undefined);
      assertEquals((await ask(data, '{"ask":"invite","channel":"tea"}')).error, "tea is no channel");
      assertEquals((await ask(data, '{"ask":"operator","change":"add","account":"nobody"}')).done, 0);
      assertMatch((await ask(data, "nonsense")).error!, /JSON/);
      assertMatch((await ask(data, '{"ask":"everything"}')).error!, /asks for nothing/);
      const id = (await ask(data, '{"ask":"invitations"}')).invitations![0]!.id;
      assertEquals((await ask(data, JSON.stringify({ ask: "revoke", id }))).done, 1);
    } finally {
      await server.stop();
    }
    await Deno.remove(data, { recursive: true });
  },
});

Deno.test("a request of the owner is checked before it is done", () => {
  const wrong = [
    "null",
    "[]",
    '{"ask":"invite","uses":0}',
    '{"ask":"invite","lasts":1.5}',
    '{"ask":"revoke"}',
    '{"ask":"operator","change":"drop","account":"x"}',
  ];
  for (const line of wrong) {
    let refused = false;
    try {
      parseOwnerRequest(line);
    } catch {
      refused = true;
    }
    assert(refused, line);
  }
});

Deno.test("an account that is an operator's needs no password for OPER, until it is none any more", async () => {
  const { addOperator, dismissOperators, listOperators, removeOperator } = await import("../server/operators.ts");
  await using node = new Node();
  const { store } = node.hub;
  const ann = await registered(node, "ann");
  assertEquals(addOperator(store, "nobody"), false);
  ann.send("OPER");
  await ann.expectAll(
    ":irc.test 461 ann OPER :Sign in to an operator's account, or name an operator: OPER <name> <password>",
  );
  assert(addOperator(store, "ANN"));
  assertEquals(listOperators(store), ["ann"]);
  ann.send("OPER");
  assertMatch((await ann.sync()).join("\n"), / 381 ann /);
  assert(removeOperator(store, "ann"));
  assertEquals(removeOperator(store, "ann"), false);
  dismissOperators(node.hub);
  await ann.expectAll(":irc.test MODE ann -o");
  ann.send("OPER");
  await ann.expectAll(":irc.test 461 ann OPER :*");
});

Deno.test("an operator's account that was deleted makes nobody operator who takes its name", async () => {
  const { addOperator, isOperatorAccount } = await import("../server/operators.ts");
  const { deleteAccount, accountNamed } = await import("../server/accounts.ts");
  await using node = new Node();
  await registered(node, "ann");
  addOperator(node.hub.store, "ann");
  deleteAccount(node.hub, accountNamed(node.hub, "ann")!);
  const thief = node.hub.users.get("ann")!;
  node.hub.rename(thief, "was");
  await registered(node, "ann");
  assertEquals(isOperatorAccount(node.hub.store, "ann"), false);
});
