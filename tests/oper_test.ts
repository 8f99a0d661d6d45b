// https://modern.ircdocs.horse/#oper-message

import { hashPassword } from "../server/password.ts";
import { assertEquals, Node } from "./harness.ts";

// "If the supplied name and password are both correct, and the user is connecting from a valid host, the RPL_YOUREOPER message is
// sent to the user. The user will also receive a MODE message indicating their new user modes, and other messages may be sent."
Deno.test("OPER makes an operator, with a password or its hash", async () => {
  const hash = await hashPassword("hashed secret", { logN: 10, r: 8, p: 1 });
  await using node = new Node({ operators: new Map([["root", "secret"], ["admin", hash]]) });
  for (const line of ["OPER root secret", "OPER admin :hashed secret"]) {
    const ann = await node.client("ann");
    ann.send(line, "MODE ann");
    await ann.expectAll(
      ":irc.test 381 ann :You are now an operator of this server",
      ":ann!~ann@*.hidden MODE ann +o",
      ":irc.test 221 ann +o",
    );
    ann.send("QUIT");
    await ann.expectEnd("ERROR *");
  }
});

// "Both parameters are required for the command to be successful."
Deno.test("a wrong name and a wrong password are refused alike", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const ann = await node.client("ann");
  ann.send("OPER root wrong", "OPER nobody secret", "OPER root :", "OPER root", "WALLOPS :hi");
  const refused = ":irc.test 491 ann :There is no operator of that name and password";
  await ann.expectAll(
    refused,
    refused,
    refused,
    ":irc.test 461 ann OPER :Sign in to an operator's account, or name an operator: OPER <name> <password>",
    ":irc.test 481 ann :Permission denied*",
  );
});

Deno.test("what an operator sends while its password is checked waits for the answer", async () => {
  await using node = new Node({
    operators: new Map([["root", await hashPassword("secret", { logN: 10, r: 8, p: 1 })]]),
  });
  const ann = await node.client("ann", "labeled-response", "batch");
  ann.send("@label=1 OPER root secret", "@label=2 MODE ann");
  await ann.expectAll(
    "@label=1 :irc.test BATCH +1 labeled-response",
    "@batch=1 :irc.test 381 ann :*",
    "@batch=1 :ann!~ann@*.hidden MODE ann +o",
    ":irc.test BATCH -1",
    "@label=2 :irc.test 221 ann +o",
  );
});

Deno.test("an operator may stop being one", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const ann = await node.client("ann");
  ann.send("OPER root secret", "MODE ann -o", "WALLOPS :hi");
  assertEquals((await ann.messages()).map(({ command }) => command), ["381", "MODE", "MODE", "481"]);
});
