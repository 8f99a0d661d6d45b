// The seat for people with nc or telnet.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { actionOf } from "../server/plain_text.ts";
import { Node, type TestClient } from "./harness.ts";
import { inLobby } from "./lobby.ts";

/** A person comes in; what they are told on the way is read. */
async function person(node: Node, name: string): Promise<TestClient> {
  const client = node.connect();
  client.send(name);
  await told(client);
  return client;
}

/** What a person was told up to here: an unknown slash command is the fence. */
async function told(client: TestClient): Promise<string[]> {
  client.send("/fence");
  const lines: string[] = [];
  for (let line; (line = await client.line()) !== undefined;) {
    if (line === "* There is no /fence here. /help shows what there is.") return lines;
    lines.push(line.replace(/^\[\d\d:\d\d\] /, "[time] "));
  }
  throw new Error(`the connection was closed after ${JSON.stringify(lines)}`);
}

Deno.test("a person types a name, sits in the lobby, and talks with people on IRC", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = node.connect();
  ann.send("ann");
  assertEquals(await told(ann), [
    "* Welcome to Test, ann. Type and press Enter; /help shows more.",
    "[time] * ann joined #lobby",
    "[time] * Here: @ben, ann",
  ]);
  await ben.expectAll(":ann!~ann@*.hidden JOIN #lobby");
  ann.send("hello, ben", "//slash", " ");
  await told(ann);
  await ben.expectAll(":ann!* PRIVMSG #lobby :hello, ben", ":ann!* PRIVMSG #lobby /slash");
  ben.send(
    "PRIVMSG #lobby :hi ann",
    "PRIVMSG ann :\x01ACTION whispers\x01",
    "NOTICE #lobby :note",
    "PRIVMSG @#lobby x",
  );
  ben.send("PRIVMSG ann :\x01VERSION\x01", "MODE #lobby +m", "TOPIC #lobby :tea", "NICK benno", "PART #lobby :bye");
  await ben.sync();
  assertEquals(await told(ann), [
    "[time] <ben> hi ann",
    "[time] (to you) * ben whispers",
    "[time] -ben- note",
    "[time] * ben changed the topic to: tea",
    "[time] * ben is now benno",
    "[time] * benno left #lobby (bye)",
  ]);
});

Deno.test("what is shown has the hour and the minute, a name and a text", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = await person(node, "ann");
  ben.send("PRIVMSG #lobby hello");
  const time = new Date(node.now);
  const two = (n: number) => `${n}`.padStart(2, "0");
  assertEquals(await ann.line(), `[${two(time.getHours())}:${two(time.getMinutes())}] <ben> hello`);
});

Deno.test("slash commands do what they say", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = await person(node, "ann");
  await ben.sync();
  ann.send("/help");
  const help = await told(ann);
  for (const name of ["help", "nick", "who", "me", "msg", "join", "quit"]) {
    assert(help.some((line) => line.startsWith(`*   /${name}`)), name);
  }
  ann.send("/nick Anna", "/me waves", "/msg ben psst, you", "/MSG ben  two  words ", "/who");
  assertEquals(await told(ann), ["[time] * ann is now Anna", "[time] * Here: @ben, Anna"]);
  await ben.expectAll(
    ":ann!* NICK Anna",
    ":Anna!* PRIVMSG #lobby :\x01ACTION waves\x01",
    ":Anna!* PRIVMSG ben :psst, you",
    ":Anna!* PRIVMSG ben :two  words",
  );
  ann.send("/join tea", "in tea", "/join #tea", "/who");
  assertEquals(await told(ann), [
    "[time] * Anna joined #tea",
    "[time] * Here: @Anna",
    "[time] * Anna left #lobby",
    "* You are in #tea.",
    "[time] * Here: @Anna",
  ]);
  await ben.expectAll(":Anna!* PART #lobby");
  ann.send("/quit");
  await ann.expectEnd("* Quit: Leaving");
});

Deno.test("what goes wrong is said in words", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = await person(node, "ann");
  ann.send("/nick ben", "/nick 9", "/msg nobody hi", "/msg ben", "/me", "/nick", "/join", "/constructor");
  assertEquals(await told(ann), [
    "[time] ! ben: Nick is already in use",
    "[time] ! 9: That nick is not possible: it may hold letters and digits of any script and _-[]{}|^`",
    "[time] ! nobody: There is nobody of that name here",
    "* Usage: /msg NAME TEXT",
    "* Usage: /me TEXT",
    "* Usage: /nick NAME",
    "* Usage: /join #CHANNEL",
    "* There is no /constructor here. /help shows what there is.",
  ]);
  ben.send("KICK #lobby ann :out");
  await ben.sync();
  ann.send("am I here?");
  assertEquals(await told(ann), [
    "[time] * ben removed ann from #lobby (out)",
    "[time] ! #lobby: Cannot send to channel (+n): join it first",
  ]);
  ann.send("/join lobby");
  assertEquals(await told(ann), ["[time] * ann joined #lobby", "[time] * Here: @ben, ann"]);
});

Deno.test("a taken name gets a free variation, and its owner is told so", async () => {
  await using node = new Node();
  await node.client("ann");
  const second = node.connect();
  second.send("Ann");
  assertEquals(
    (await told(second))[0],
    "* Welcome to Test. The name Ann is taken, so you are Ann1: /nick NAME takes another name, /help shows more.",
  );
  const third = node.connect();
  third.send("ANN");
  assertMatch((await told(third))[0]!, /so you are ANN2:/);
});

Deno.test("a name is made of what was typed, as far as that is possible", async () => {
  await using node = new Node();
  for (
    const [typed, name] of [
      ["  Ann Smith ", "Ann_Smith"],
      ["I'm Ann!", "Im_Ann"],
      ["小明", "小明"],
      ["\x1b[31mred\x07", "[31mred"],
      ["x".repeat(100), "x".repeat(32)],
      ["/nick ben", "ben"],
      ["join", "join"],
      ["help", "help"],
      ["quit", "quit"],
      ["ping", "ping"],
      ["who", "who"],
      [":)x", "x"],
    ] as const
  ) {
    const client = node.connect();
    client.send(typed);
    assert((await told(client)).some((line) => line === `[time] * ${name} joined #lobby`), typed);
    client.send("/quit");
    await client.expectEnd("* Quit: Leaving");
  }
});

Deno.test("who types no name gets one", async () => {
  await using node = new Node();
  for (const typed of ["!!!", "42", "🎉", "_"]) {
    const client = node.connect();
    client.send(typed);
    assertMatch((await told(client))[0]!, /^\* Welcome to Test\. That cannot be a name, so you are guest\d+: /);
  }
  const ann = node.connect();
  ann.send("/help");
  const lines = await told(ann);
  assertMatch(lines[0]!, /^\* Welcome to Test, guest\d+\./);
  assert(lines.some((line) => line.includes("/me TEXT")));
});

Deno.test("IRC in any spelling is IRC", async () => {
  await using node = new Node();
  for (
    const opening of ["CAP LS", "nick bar", "user bar 0 * :bar", "PING x", "JOIN #a", "@a=b NICK bar", ":x NICK bar"]
  ) {
    const client = node.connect();
    client.send(opening, "PING fence");
    let line;
    while ((line = await client.line()) !== ":irc.test PONG irc.test fence") assertMatch(line!, /^:irc\.test /);
  }
});

Deno.test("who connects and says nothing is invited after a second, in a line that IRC clients understand", async () => {
  await using node = new Node();
  const ann = node.connect();
  await Promise.resolve();
  node.pass(999);
  node.pass(1);
  node.pass(1000);
  const { command, params } = await ann.expect(":irc.test NOTICE * :Welcome to Test. Type your name and press Enter *");
  assertEquals([command, params[0]], ["NOTICE", "*"]);
  ann.send("ann");
  assertEquals((await told(ann))[0], "* Welcome to Test, ann. Type and press Enter; /help shows more.");
});

Deno.test("Enter alone is answered with the invitation, once", async () => {
  await using node = new Node();
  const ann = node.connect();
  ann.send("", " ", "\t", "ann");
  await ann.expect(":irc.test NOTICE * :Welcome *");
  assertEquals((await told(ann))[0], "* Welcome to Test, ann. Type and press Enter; /help shows more.");
});

Deno.test("CR, LF, CRLF and CR NUL end a line, and several lines may come at once", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = node.connect();
  await ann.sendBytes("ann\rone\ntwo\r\nthree\r\0four\r\0\r\n\n");
  await told(ann);
  await ben.expectAll(
    ":ann!* JOIN #lobby",
    ":ann!* PRIVMSG #lobby one",
    ":ann!* PRIVMSG #lobby two",
    ":ann!* PRIVMSG #lobby three",
    ":ann!* PRIVMSG #lobby four",
  );
});

Deno.test("telnet's negotiation does no harm", async () => {
  // https://datatracker.ietf.org/doc/html/rfc854
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = node.connect();
  const [IAC, WILL, DO, SB, SE] = [255, 251, 253, 250, 240];
  await ann.sendBytes([IAC, WILL, 31, IAC, DO, 1, IAC, SB, 31, 0, 80, 0, 24, IAC, SE], "ann\r\n");
  await ann.sendBytes("he", [IAC, 241], "llo 明", [IAC, DO, 3], "\r\n");
  await told(ann);
  await ben.expectAll(":ann!* JOIN #lobby", ":ann!* PRIVMSG #lobby :hello 明");
});

Deno.test("control characters reach nobody, in either direction", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = await person(node, "ann");
  await ben.sync();
  ann.send("a\x1b[2Jb\x07\x08\x9b1mc\u202ed\u2066e\tf", "\x01VERSION\x01", "\x0304red\x03 \x02bold\x02");
  await told(ann);
  await ben.expectAll(
    ":ann!* PRIVMSG #lobby a[2Jb1mcde\tf",
    ":ann!* PRIVMSG #lobby VERSION",
    ":ann!* PRIVMSG #lobby :red bold",
  );
  ben.send("PRIVMSG #lobby :\x1b]0;title\x07\x0304,12red\x03 \u202eevil\x9b", "TOPIC #lobby :\x1b[31mtopic");
  await ben.sync();
  assertEquals(await told(ann), ["[time] <ben> ]0;titlered evil", "[time] * ben changed the topic to: [31mtopic"]);
});

Deno.test("what is not UTF-8 reaches nobody, and is said to have reached nobody", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = node.connect();
  await ann.sendBytes("caf", [0xe9], "\n");
  assertMatch((await told(ann))[0]!, /^\* Welcome to Test\. That cannot be a name, so you are guest\d+:/);
  await ann.sendBytes("caf", [0xe9], "\n");
  assertEquals(await told(ann), ["* That was not UTF-8, and nobody has seen it."]);
  await ben.expectAll(":guest*!* JOIN #lobby");
});

Deno.test("a long line is sent in parts, between words and never within a character", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = await person(node, "ann");
  await ben.sync();
  for (
    const [line, kind] of [["lorem ipsum ".repeat(100), ""], ["明".repeat(700), ""], [
      "wave ".repeat(200),
      "/me ",
    ]] as const
  ) {
    ann.send(kind + line);
    assertEquals(await told(ann), []);
    const parts = (await ben.messages()).map(({ params }) => params[1]!);
    assert(parts.length > 1);
    const text = parts.map((part) => kind === "" ? part : actionOf(part) ?? "no action").join("");
    assertEquals(text.trim(), line.trim());
  }
});

Deno.test("a line longer than any message is refused in words", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = await person(node, "ann");
  await ben.sync();
  ann.send("明".repeat(1600));
  assertEquals(await told(ann), ["* That was too long, and nobody has seen it; a line may have 4606 bytes."]);
  await ben.expectNothing();
});

Deno.test("browsers are refused at once, and nothing behind their first line is looked at", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  for (const first of ["GET / HTTP/1.1", "POST / HTTP/1.1", "OPTIONS * HTTP/1.1", "PRI * HTTP/2.0"]) {
    const evil = node.connect();
    await evil.sendBytes(
      `${first}\r\nHost: x\r\n\r\nNICK evil\r\nUSER e 0 * :e\r\nJOIN #lobby\r\nPRIVMSG #lobby :hi\r\n`,
    );
    assertEquals(await evil.line(), "HTTP/1.1 400 Bad Request");
    await evil.expectEnd("This is a chat server.");
  }
  await ben.expectNothing();
  assertEquals(node.hub.users.size, 1);
});

Deno.test("nothing behind a QUIT is looked at", async () => {
  await using node = new Node();
  const [ben, ann] = await inLobby(node, "ben", "ann");
  ann.send("QUIT", "PRIVMSG #lobby :still here", "JOIN #other");
  await ann.expectEnd("ERROR *");
  await ben.expectAll(":ann!* QUIT *");
});

Deno.test("who comes in is shown what was said last", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  for (let n = 0; n < 12; n++) ben.send(`PRIVMSG #lobby ${n}`);
  ben.send("PRIVMSG #lobby :\x01ACTION waves\x01");
  await ben.sync();
  const ann = node.connect();
  ann.send("ann");
  assertEquals((await told(ann)).slice(3), [
    ...[3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => `[time] <ben> ${n}`),
    "[time] * ben waves",
  ]);
});

Deno.test("a person follows a channel to its new name", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, ["ben", "draft/channel-rename"]);
  const ann = await person(node, "ann");
  await ben.sync();
  ben.send("RENAME #lobby #hall");
  await ben.sync();
  await told(ann);
  ann.send("hello");
  await told(ann);
  await ben.expectAll(":ann!* PRIVMSG #hall hello");
});

Deno.test("half a line at the end is not a line, and the person is gone", async () => {
  await using node = new Node();
  const [ben] = await inLobby(node, "ben");
  const ann = await person(node, "ann");
  await ann.sendBytes("half");
  await ann.close();
  await ben.sync();
  for (let n = 0; n < 5 && node.hub.users.has("ann"); n++) await ben.sync();
  assertEquals(node.hub.users.has("ann"), false);
});

Deno.test("a program that tries every port gets no seat", async () => {
  await using node = new Node();
  for (const line of ["SSH-2.0-OpenSSH_9.2", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2", "EHLO mail.example"]) {
    const scanner = node.connect();
    scanner.send(line);
    await scanner.expectEnd("ERROR :This is a chat server");
  }
});
