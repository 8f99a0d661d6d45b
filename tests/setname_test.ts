// https://ircv3.net/specs/extensions/setname

import { assertEquals, Node } from "./harness.ts";
import { gather } from "./scenes.ts";

// "If they accept the realname change, they MUST send the server-to-client version of the SETNAME message to all clients in common
// channels, as well as to the client from which it originated. The SETNAME message MUST NOT be sent to clients which do not have
// the ... capability negotiated."
Deno.test("SETNAME changes the real name, and those who asked for setname see it", async () => {
  await using node = new Node();
  const [ann, ben, cid] = [
    await node.client("ann", "setname"),
    await node.client("ben", "setname"),
    await node.client("cid"),
  ];
  await gather("#chan", ann, ben, cid);
  ann.send("SETNAME :Bruce Wayne <bruce@wayne.enterprises>");
  await ann.expectAll(":ann!~ann@*.hidden SETNAME :Bruce Wayne <bruce@wayne.enterprises>");
  await ben.expectAll(":ann!~ann@*.hidden SETNAME :Bruce Wayne <bruce@wayne.enterprises>");
  await cid.expectNothing();
  cid.send("WHOIS ann");
  assertEquals((await cid.messages())[0]!.params.at(-1), "Bruce Wayne <bruce@wayne.enterprises>");
});

// "If a client sends a SETNAME command without having negotiated the capability, the server SHOULD handle it silently, as the
// historic implementations did."
Deno.test("SETNAME without the capability works silently", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ann.send("SETNAME Batman");
  await ann.expectNothing();
  ben.send("WHOIS ann");
  assertEquals((await ben.messages())[0]!.params.at(-1), "Batman");
});

// "If the server rejects the realname due to invalidity, it MUST send a FAIL message of the following format: FAIL SETNAME
// INVALID_REALNAME :Realname is not valid"
Deno.test("SETNAME with what is no real name fails", async () => {
  await using node = new Node();
  const ann = await node.client("ann", "setname");
  ann.send("SETNAME :", `SETNAME :${"x".repeat(151)}`, "SETNAME");
  await ann.expectAll(
    ":irc.test FAIL SETNAME INVALID_REALNAME :*",
    ":irc.test FAIL SETNAME INVALID_REALNAME :*",
    ":irc.test 461 ann SETNAME :Not enough parameters",
  );
});
