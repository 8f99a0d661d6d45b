// https://ircv3.net/specs/extensions/capability-negotiation

import { CAPABILITIES } from "../protocol/capability.ts";
import { assertEquals, Node } from "./harness.ts";
import { calm, commands } from "./scenes.ts";

// "If a client sends a subcommand which is not in the list above or otherwise issues an invalid command, then numeric 410
// (ERR_INVALIDCAPCMD) should be sent."
Deno.test("CAP with an unknown subcommand is answered with 410", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP NOTACOMMAND");
  await ann.expectAll(":irc.test 410 * NOTACOMMAND :Invalid CAP command");
  ann.send("CAP");
  await ann.expectAll(":irc.test 461 * CAP :Not enough parameters");
});

// "If a server receives an LS subcommand while client registration is in progress, it MUST suspend registration until an END
// subcommand is received from the client."
Deno.test("CAP LS suspends registration until CAP END", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP LS 302", "NICK ann", "USER ann 0 * :Ann", "CAP LS 302");
  assertEquals(new Set(await commands(ann)), new Set(["CAP"]));
  ann.send("CAP END");
  assertEquals((await commands(ann))[0], "001");
});

// "If a server receives a REQ subcommand while client registration is in progress, it MUST suspend registration until an END
// subcommand is received."
Deno.test("CAP REQ without CAP LS suspends registration too", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP REQ multi-prefix", "NICK ann", "USER ann 0 * :Ann");
  await ann.expectAll(":irc.test CAP * ACK multi-prefix");
  ann.send("CAP END");
  assertEquals((await commands(ann))[0], "001");
});

// "If the client supports CAP version 302, the server MAY specify additional data for each capability using the
// <name>=<value> format in CAP LS and CAP NEW replies"; "all but the last reply MUST have a parameter containing only an
// asterisk (*) preceding the capability list."
Deno.test("CAP LS 302 shows every capability, with values, in lines that fit", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP LS 302");
  const messages = await ann.messages();
  assertEquals(messages.slice(0, -1).every(({ params }) => params[2] === "*" && params.length === 4), true);
  assertEquals(messages.at(-1)!.params.length, 3);
  const shown = messages.flatMap(({ params }) => params.at(-1)!.split(" "));
  assertEquals(shown.includes("draft/multiline=max-bytes=4096,max-lines=100"), true);
  assertEquals(shown.includes("multi-prefix"), true);
  assertEquals(new Set(shown).size, shown.length);
});

// "If a client has not indicated support for CAP LS 302 features, the server MUST NOT send these new features to the
// client."
Deno.test("CAP LS without a version is one line without values", async () => {
  await using node = new Node();
  for (const line of ["CAP LS", "CAP LS 301", "CAP LS nonsense"]) {
    const ann = node.connect();
    ann.send(line);
    const [only, ...more] = await ann.messages();
    assertEquals(more, []);
    assertEquals(only!.params.length, 3);
    assertEquals(/[=*\/]/.test(only!.params[2]!), false);
    assertEquals(only!.params[2]!.split(" ").includes("server-time"), true);
  }
});

// "If a client sends a lower CAP version (or omits the version number entirely), servers SHOULD return a CAP LS reply
// consistent with the request's version, but keep storing the original (higher) version."
Deno.test("CAP LS after CAP LS 302 is answered in the old form, and cap-notify stays", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP LS 307");
  await ann.sync();
  ann.send("CAP LS");
  assertEquals((await ann.messages()).length, 1);
  ann.send("CAP REQ -cap-notify", "CAP LIST");
  await ann.expectAll(":irc.test CAP * NAK -cap-notify", ":irc.test CAP * LIST cap-notify");
});

// "Clients that do not support CAP version 302 MAY request the cap-notify capability explicitly. Such clients MAY
// explicitly disable the capability, and servers MUST allow these clients to do so."
Deno.test("cap-notify can be had and given back without CAP LS 302", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP REQ cap-notify", "CAP REQ -cap-notify", "CAP LIST");
  await ann.expectAll(
    ":irc.test CAP * ACK cap-notify",
    ":irc.test CAP * ACK -cap-notify",
    ":irc.test CAP * LIST :",
  );
});

// "If no capabilities are enabled, an empty parameter must be sent."
Deno.test("CAP LIST lists what is on, and an empty parameter if nothing is", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP LIST", "CAP REQ :multi-prefix userhost-in-names", "CAP LIST");
  await ann.expectAll(
    ":irc.test CAP * LIST :",
    ":irc.test CAP * ACK :multi-prefix userhost-in-names",
    ":irc.test CAP * LIST :multi-prefix userhost-in-names",
  );
});

// "The capability identifier set must be accepted as a whole, or rejected entirely."
Deno.test("CAP REQ is refused as a whole, in the client's own words", async () => {
  await using node = new Node();
  const ann = node.connect();
  for (
    const wish of ["foo", "foo qux bar baz qux quux", "foo multi-prefix bar", "multi-prefix bar", "foo multi-prefix"]
  ) {
    ann.send(`CAP REQ :${wish}`, "CAP LIST");
    await ann.expectAll(`:irc.test CAP * NAK ${wish.includes(" ") ? ":" : ""}${wish}`, ":irc.test CAP * LIST :");
  }
  ann.send("CAP REQ :multi-prefix");
  await ann.expectAll(":irc.test CAP * ACK multi-prefix");
});

// "Capability names are case-sensitive"
Deno.test("the name of a capability is taken as it is", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("cap req :Multi-Prefix", "CAP REQ :multi-prefix=1");
  await ann.expectAll(":irc.test CAP * NAK Multi-Prefix", ":irc.test CAP * NAK multi-prefix=1");
});

// "If a client requests a capability which is already enabled, or tries to disable a capability which is not enabled, the
// server MUST continue processing the REQ subcommand as though handling this capability was successful."
Deno.test("what is on can be asked for, and what is off refused", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP REQ :batch", "CAP REQ :batch -setname ", "CAP REQ :-batch", "CAP REQ :", "CAP LIST");
  await ann.expectAll(
    ":irc.test CAP * ACK batch",
    ":irc.test CAP * ACK :batch -setname ",
    ":irc.test CAP * ACK -batch",
    ":irc.test CAP * ACK :",
    ":irc.test CAP * LIST :",
  );
});

// "The server MUST accept the CAP command at any time, including after registration."; "If the client is already registered,
// this command MUST be ignored by the server." (END)
Deno.test("CAP works after registration, and CAP END does nothing then", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("CAP END", "CAP REQ :userhost-in-names", "CAP LIST");
  await ann.expectAll(
    ":irc.test CAP ann ACK userhost-in-names",
    ":irc.test CAP ann LIST userhost-in-names",
  );
});

// "Each capability identifier may be prefixed with a dash (-) to designate that the capability should be disabled."
Deno.test("a capability that is given back changes nothing any more", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann", "server-time", "echo-message"), await node.client("ben")];
  ben.send("PRIVMSG ann :one");
  await ben.sync();
  await ann.expectAll("@time=2026-01-01T12:00:0*Z :ben!* PRIVMSG ann one");
  ann.send("CAP REQ :-server-time", "CAP LIST");
  await ann.expectAll(":irc.test CAP ann ACK -server-time", ":irc.test CAP ann LIST echo-message");
  ben.send("PRIVMSG ann :two");
  await calm(ben);
  await ann.expectAll(":ben!* PRIVMSG ann two");
});

// "The last parameter is a space-separated list of capabilities."
Deno.test("every capability that is offered is granted", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("CAP LS 302");
  const names = (await ann.messages()).flatMap(({ params }) => params.at(-1)!.split(" ")).map((word) =>
    word.split("=")[0]!
  );
  const known = new Set<string>(Object.values(CAPABILITIES).map(({ name }) => name));
  for (const name of names) {
    assertEquals(known.has(name), true);
    ann.send(`CAP REQ ${name}`);
  }
  assertEquals((await ann.sync()).filter((line) => line.includes(" NAK ")), []);
  ann.send("CAP LIST", "NICK ann", "USER ann 0 * :Ann", "CAP END");
  const lists = (await ann.messages()).filter(({ command, params }) => command === "CAP" && params[1] === "LIST");
  const on = lists.flatMap(({ params }) => params.at(-1)!.split(" "));
  assertEquals(new Set(on), new Set(names));
});
