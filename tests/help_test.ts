// https://modern.ircdocs.horse/#help-message

import { COMMANDS } from "../server/commands.ts";
import { assertEquals, Node } from "./harness.ts";

// "reply with a single RPL_HELPSTART message, then arbitrarily many RPL_HELPTXT messages, then a single RPL_ENDOFHELP."; "The
// RPL_HELPSTART message SHOULD be some sort of title and the first RPL_HELPTXT message SHOULD be empty."
for (const command of ["HELP", "HELPOP"]) {
  Deno.test(`${command} explains a command`, async () => {
    await using node = new Node();
    const ann = await node.client("ann");
    ann.send(`${command} privmsg`);
    await ann.expectAll(
      ":irc.test 704 ann PRIVMSG :PRIVMSG <target>{,<target>} <text>",
      ":irc.test 705 ann PRIVMSG :",
      ":irc.test 705 ann PRIVMSG :Say something",
      ":irc.test 705 ann PRIVMSG https://modern.ircdocs.horse/#privmsg-message",
      ":irc.test 706 ann PRIVMSG :*",
    );
  });
}

Deno.test("HELP alone names every command", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("HELP");
  const messages = await ann.messages();
  assertEquals(messages[0]!.command, "704");
  assertEquals(messages.at(-1)!.command, "706");
  assertEquals(messages.slice(1, -1).every(({ command }) => command === "705"), true);
  const named = messages.slice(2, -1).flatMap(({ params }) => params[2]!.split(" "));
  assertEquals(new Set(named), new Set(COMMANDS.keys()));
});

// "The <subject> MUST be the one requested by the client, but may be casefolded; unless it would be an invalid parameter, in which
// case it MUST be *.": https://modern.ircdocs.horse/#errhelpnotfound-524
Deno.test("HELP on what is not there", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("HELP notacommand", "HELP :two words", "HELP ::");
  await ann.expectAll(
    ":irc.test 524 ann NOTACOMMAND :There is no help on this topic",
    ":irc.test 524 ann * :There is no help on this topic",
    ":irc.test 524 ann * :There is no help on this topic",
  );
});
