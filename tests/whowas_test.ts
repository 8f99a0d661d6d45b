// https://modern.ircdocs.horse/#whowas-message

import { assertEquals, Node } from "./harness.ts";

/** Somebody comes, under a username, and leaves. */
async function visit(node: Node, nick: string, username: string): Promise<void> {
  const client = node.connect();
  client.send(`NICK ${nick}`, `USER ${username} 0 * :Realname`);
  await client.sync();
  client.send("QUIT :bye");
  await client.expectEnd("ERROR :Quit: bye");
}

// ""<client> <nick> <username> <host> * :<realname>"": https://modern.ircdocs.horse/#rplwhowasuser-314. "This numeric is sent
// after all other WHOWAS response numerics have been sent to the client.": https://modern.ircdocs.horse/#rplendofwhowas-369
Deno.test("WHOWAS tells who had a nick, the latest first", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  await visit(node, "Gone", "ident2");
  await visit(node, "gone", "ident3");
  const usernames = async (line: string) => {
    ann.send(line);
    const messages = await ann.messages();
    assertEquals(messages.at(-1)!.command, "369");
    return messages.filter(({ command }) => command === "314").map(({ params }) => params[2]);
  };
  assertEquals(await usernames("WHOWAS gone"), ["~ident3", "~ident2"]);
  assertEquals(await usernames("WHOWAS GONE 1"), ["~ident3"]);
  assertEquals(await usernames("WHOWAS gone 2"), ["~ident3", "~ident2"]);
  assertEquals(await usernames("WHOWAS gone 0"), ["~ident3", "~ident2"]);
  assertEquals(await usernames("WHOWAS gone -1"), ["~ident3", "~ident2"]);
  ann.send("WHOWAS gone 1");
  await ann.expectAll(
    ":irc.test 314 ann gone ~ident3 *.hidden * Realname",
    ":irc.test 312 ann gone irc.test :Thu, 01 Jan 2026 12:00:00 GMT",
    ":irc.test 369 ann gone :End of WHOWAS",
  );
});

// "Returned as a reply to WHOWAS to indicate there is no history information for that nickname.":
// https://modern.ircdocs.horse/#errwasnosuchnick-406
Deno.test("WHOWAS of a nick that nobody had", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("WHOWAS nobody", "WHOWAS ::", "WHOWAS");
  await ann.expectAll(
    ":irc.test 406 ann nobody :There was no such nick",
    ":irc.test 369 ann nobody :End of WHOWAS",
    ":irc.test 406 ann * :There was no such nick",
    ":irc.test 369 ann * :End of WHOWAS",
    ":irc.test 461 ann WHOWAS :Not enough parameters",
  );
});

Deno.test("WHOWAS knows nicks that were given up, and only so many", async () => {
  await using node = new Node({ limits: { whowas: 2 } });
  const ann = await node.client("ann");
  ann.send("NICK one", "NICK two", "NICK ann");
  await ann.sync();
  const known = async (nick: string) => {
    ann.send(`WHOWAS ${nick}`);
    return (await ann.messages())[0]!.command === "314";
  };
  assertEquals([await known("ann"), await known("one"), await known("two")], [false, true, true]);
});

Deno.test("who was put off the server is remembered once", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ann.send("OPER root secret", "KILL ben :out");
  await ben.expectEnd("ERROR :Killed by ann: out");
  await ann.sync();
  ann.send("WHOWAS ben");
  assertEquals((await ann.messages()).map(({ command }) => command), ["314", "312", "369"]);
});
