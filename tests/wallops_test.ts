// https://modern.ircdocs.horse/#wallops-message

import { byteLength } from "../protocol.ts";
import { assertEquals, Node } from "./harness.ts";
import { calm } from "./scenes.ts";

// "The WALLOPS command is used to send a message to all currently connected users who have set the 'w' user mode for themselves."
Deno.test("WALLOPS reaches who set +w, and nobody else", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [ann, ben, cid] = [await node.client("ann"), await node.client("ben"), await node.client("cid")];
  ann.send("OPER root secret");
  ben.send("MODE ben +w");
  cid.send("MODE cid -w");
  await calm(ann, ben, cid);
  ann.send("WALLOPS :hi everyone");
  await ann.expectNothing();
  await ben.expectAll(":ann!~ann@*.hidden WALLOPS :hi everyone");
  await cid.expectNothing();
});

Deno.test("WALLOPS is for operators of the server, and has a text that fits", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ann.send("WALLOPS :hi");
  await ann.expectAll(":irc.test 481 ann :Permission denied*");
  ann.send("OPER root secret");
  ben.send("MODE ben +w");
  await calm(ann, ben);
  ann.send("WALLOPS :", "WALLOPS", `WALLOPS :${"x".repeat(500)}`);
  await ann.expectAll(
    ":irc.test 461 ann WALLOPS :Not enough parameters",
    ":irc.test 461 ann WALLOPS :Not enough parameters",
  );
  assertEquals(byteLength((await ben.line())!), 510);
});
