// https://modern.ircdocs.horse/#rplisupport-005

import { parseMessage } from "../protocol.ts";
import { assertEquals, assertMatch, Node } from "./harness.ts";
import { commands } from "./scenes.ts";

/** The tokens that a client is told at registration. */
async function tokens(node: Node): Promise<Map<string, string>> {
  const ann = node.connect();
  ann.send("NICK ann", "USER ann 0 * :Ann");
  const lines = (await ann.messages()).filter(({ command }) => command === "005");
  return new Map(lines.flatMap(({ params }) =>
    params.slice(1, -1).map((token) => {
      const [name = "", value = ""] = token.split("=");
      return [name, value] as const;
    })
  ));
}

// "the maximum number of RPL_ISUPPORT tokens that can be advertised is 13"; "Servers MUST send the parameter as upper-case
// text."
Deno.test("ISUPPORT comes in lines of at most 13 tokens in upper case", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("NICK ann", "USER ann 0 * :Ann");
  const lines = (await ann.sync()).filter((line) => line.includes(" 005 "));
  for (const line of lines) {
    const { params } = parseMessage(line);
    assertEquals(params[0], "ann");
    assertEquals(params.at(-1), "are supported by this server");
    assertEquals(params.length >= 3 && params.length <= 15, true);
    for (const token of params.slice(1, -1)) assertMatch(token, /^[A-Z0-9]{1,20}(=[!-~]+)?$/);
  }
});

// "Server MUST NOT list modes in this parameter that are also advertised in the PREFIX parameter."
Deno.test("ISUPPORT says which modes, statuses and lists there are", async () => {
  await using node = new Node();
  const known = await tokens(node);
  assertEquals(known.get("PREFIX"), "(ov)@+");
  assertEquals(known.get("STATUSMSG"), "@+");
  assertEquals(known.get("CHANMODES"), "beI,k,lS,CHRimnst");
  assertEquals(known.get("EXCEPTS"), "e");
  assertEquals(known.get("INVEX"), "I");
  assertEquals(known.get("EXTBAN"), ",am");
  assertEquals(known.get("ACCOUNTEXTBAN"), "a");
  assertEquals(known.get("BOT"), "B");
});

// "<command> is the name of a client command. <limit> is the maximum number of targets which that command accepts. If
// <limit> is specified, it is a positive integer. If <limit> is not specified, then there is no maximum number of targets"
Deno.test("TARGMAX is made of commands and limits", async () => {
  await using node = new Node();
  for (const part of (await tokens(node)).get("TARGMAX")!.split(",")) assertMatch(part, /^[A-Z]+:[0-9]*$/);
});

// "The value MAY contain escape sequences: \x20 for the space character": https://modern.ircdocs.horse/#rplisupport-005
Deno.test("the network's name may have spaces", async () => {
  await using node = new Node({ network: "Our \\ house" });
  assertEquals((await tokens(node)).get("NETWORK"), "Our\\x20\\x5C\\x20house");
});

// "If a server publishes a draft/ICON ISUPPORT token, the value MUST be a URL to an image.":
// https://ircv3.net/specs/extensions/network-icon
Deno.test("draft/ICON is there if the server has an icon, and not if it has none", async () => {
  await using plain = new Node();
  assertEquals((await tokens(plain)).has("draft/ICON"), false);
  await using pretty = new Node({ icon: "https://example.org/icon.svg" });
  assertEquals((await tokens(pretty)).get("draft/ICON"), "https://example.org/icon.svg");
});

// "The token MUST NOT be advertised with a value.": https://ircv3.net/specs/extensions/saferate. "The SAFELIST parameter
// MUST NOT be specified with a value.": https://modern.ircdocs.horse/#safelist-parameter. "Servers supporting this
// specification MUST include the WHOX token in RPL_ISUPPORT without any value.": https://ircv3.net/specs/extensions/whox
Deno.test("tokens without a value have none", async () => {
  await using node = new Node();
  const known = await tokens(node);
  assertEquals(["SAFERATE", "SAFELIST", "UTF8ONLY", "WHOX"].map((name) => known.get(name)), ["", "", "", ""]);
});

// "the given server SHOULD respond with one RPL_VERSION reply and one or more RPL_ISUPPORT replies.":
// https://modern.ircdocs.horse/#version-message
Deno.test("VERSION tells them again", async () => {
  await using node = new Node();
  const ann = await node.client("ann");
  ann.send("VERSION", "VERSION irc.*", "VERSION elsewhere.example");
  assertMatch((await commands(ann)).join(" "), /^351( 005)+ 351( 005)+ 402$/);
});
