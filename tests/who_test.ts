// https://modern.ircdocs.horse/#who-message

import { assertEquals, Node } from "./harness.ts";
import { calm, gather } from "./scenes.ts";

/** Somebody with a username and a real name of its own. */
async function coolNick(node: Node) {
  const client = node.connect();
  client.send("NICK coolNick", "USER myusernam 0 * :My UniqueReal Name");
  await client.sync();
  return client;
}

// ""<client> <channel> <username> <host> <server> <nick> <flags> :<hopcount> <realname>"":
// https://modern.ircdocs.horse/#rplwhoreply-352. "An exact nickname, in which case a single user is returned."
Deno.test("WHO of a nick or a mask shows each user once", async () => {
  await using node = new Node();
  const [cool, ben] = [await coolNick(node), await node.client("ben")];
  await gather("#a,#b", cool, ben);
  for (const mask of ["coolNick", "coolnick", "coolni*", "c??lNick"]) {
    ben.send(`WHO ${mask}`);
    await ben.expectAll(
      ":irc.test 352 ben * ~myusernam *.hidden irc.test coolNick H :0 My UniqueReal Name",
      `:irc.test 315 ben ${mask} :End of WHO list`,
    );
  }
});

// "Absent or set to "0", in which case all visible users are listed."
Deno.test("WHO of everybody shows oneself too", async () => {
  await using node = new Node();
  const [cool, ben] = [await coolNick(node), await node.client("ben")];
  await gather("#a,#b", cool, ben);
  for (const line of ["WHO *", "WHO 0", "WHO"]) {
    ben.send(line);
    const messages = await ben.messages();
    assertEquals(messages.map(({ command, params }) => [command, params[5]]), [
      ["352", "coolNick"],
      ["352", "ben"],
      ["315", undefined],
    ]);
  }
});

// "If the WHO command was given a channel as the <mask> parameter, then the same channel MUST be returned in <channel>."; "Away
// status: the letter H to indicate that the user is here, or the letter G to indicate that the user is gone. Optionally, a
// literal asterisk character to indicate that the user is a server operator. Optionally, the highest channel membership prefix"
Deno.test("WHO of a channel shows its members with away, operator and status", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [cool, ben] = [await coolNick(node), await node.client("ben")];
  await gather("#a,#b", cool, ben);
  cool.send("AWAY :gone", "OPER root secret");
  await calm(cool);
  for (const line of ["WHO #b", "WHO #B"]) {
    ben.send(line);
    await ben.expectAll(
      ":irc.test 352 ben #b ~myusernam *.hidden irc.test coolNick G*@ :0 My UniqueReal Name",
      ":irc.test 352 ben #b ~ben *.hidden irc.test ben H :0 ben Test",
      `:irc.test 315 ben ${line.slice(4)} :End of WHO list`,
    );
  }
  ben.send("WHO coolNick");
  await ben.expect(":irc.test 352 ben * ~myusernam *.hidden irc.test coolNick G* :0 *");
});

Deno.test("WHO of nobody is only the end", async () => {
  await using node = new Node();
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  await gather("#secret", ann);
  ann.send("MODE #secret +s");
  await ann.sync();
  ben.send("WHO idontexist", "WHO #nowhere", "WHO #secret", "WHO :two words", "WHO ::");
  await ben.expectAll(
    ...["idontexist", "#nowhere", "#secret", "*", "*"].map((mask) => `:irc.test 315 ben ${mask} :End of WHO list`),
  );
});

Deno.test("WHO with o shows operators of the server only", async () => {
  await using node = new Node({ operators: new Map([["root", "secret"]]) });
  const [ann, ben] = [await node.client("ann"), await node.client("ben")];
  ann.send("OPER root secret");
  await ann.sync();
  ben.send("WHO * o");
  await ben.expectAll(
    ":irc.test 352 ben * ~ann *.hidden irc.test ann H* :0 ann Test",
    ":irc.test 315 ben * :End of WHO list",
  );
});
