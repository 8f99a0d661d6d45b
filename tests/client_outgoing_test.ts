// What a person says while connections come and go: nothing is lost without a word, and nothing is said twice.

import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { parseMessage } from "../protocol.ts";
import { Seat } from "./client_screen.ts";

const ALL = "batch labeled-response echo-message message-tags server-time draft/chathistory";

/** What was said to the server, in order. */
function said(ann: Seat): string[] {
  return ann.sent.map((line) => parseMessage(line)).filter(({ command }) => command === "PRIVMSG").map(({ params }) =>
    params[1]!
  );
}

/** Lets promises that are settled run on. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Somebody said something before, so that history can be asked for by its id. */
function afterSomeTalk(ann: Seat): void {
  ann.says(`@msgid=m1;time=${new Date(ann.now - 1000).toISOString()} :ben!b@h PRIVMSG #lobby :hello`);
}

function history(ann: Seat, id: string, nick: string, text: string): string {
  return `@msgid=${id};time=${new Date(ann.now + 1000).toISOString()} :${nick}!x@home PRIVMSG #lobby :${text}`;
}

Deno.test("what is typed without a connection is sent in its order, and waits visibly until then", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.breaks();
  ann.types("one\rtwo\r");
  assertStringIncludes(await ann.text(), "waits for the connection");
  assertEquals(ann.sent, []);
  ann.returns(ALL);
  assertEquals(said(ann), ["one", "two"]);
  assertFalse((await ann.text()).includes("waits for"));
});

Deno.test("what was said before the break and is in history stands once and is not said again", async () => {
  const ann = new Seat({ capabilities: ALL });
  afterSomeTalk(ann);
  ann.types("did it arrive?\r");
  ann.breaks();
  ann.types("and this?\r");
  ann.returns(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  assertEquals(said(ann), [], "nothing overtakes what may have arrived");
  ann.tellsHistory("#lobby", history(ann, "m2", "ann", "did it arrive?"));
  ann.tellsHistory("#lobby");
  assertEquals(said(ann), ["and this?"]);
  assertEquals((await ann.text()).split("did it arrive?").length, 2);
});

Deno.test("what was said before the break and is not in history is said again, before what came later", () => {
  const ann = new Seat({ capabilities: ALL });
  afterSomeTalk(ann);
  ann.types("lost one\rlost two\r");
  ann.breaks();
  ann.types("later\r");
  ann.returns(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  ann.tellsHistory("#lobby", history(ann, "m2", "carl", "lost one"));
  assertEquals(said(ann), [], "a short page may have been cut by the server");
  ann.tellsHistory("#lobby");
  assertEquals(said(ann), ["lost one", "lost two", "later"]);
});

Deno.test("of two equal messages of which one arrived, one is said again", () => {
  const ann = new Seat({ capabilities: ALL });
  afterSomeTalk(ann);
  ann.types("ok\rok\r");
  ann.breaks();
  ann.returns(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  ann.tellsHistory("#lobby", history(ann, "m2", "ann", "ok"));
  ann.tellsHistory("#lobby");
  assertEquals(said(ann), ["ok"]);
});

Deno.test("who comes back under another nick still knows what they said", () => {
  const ann = new Seat({ capabilities: ALL });
  afterSomeTalk(ann);
  ann.types("hello\r");
  ann.breaks();
  ann.returns(ALL);
  ann.says(":ann!a@home NICK ann_", ":ann_!a@home JOIN #lobby");
  ann.tellsHistory("#lobby", history(ann, "m2", "ann", "hello"));
  assertEquals(said(ann), []);
});

const LOGGED_IN = ":irc 900 ann ann!a@home ann :You are now logged in as ann";

Deno.test("a direct message that was lost is asked for in its own history", () => {
  const ann = new Seat({ capabilities: ALL });
  ann.says(LOGGED_IN);
  ann.types("/msg ben are you there?\r");
  ann.breaks();
  ann.returns(ALL);
  ann.says(LOGGED_IN);
  assert(ann.sent.some((line) => line.includes("CHATHISTORY LATEST ben *")));
  ann.tellsHistory("ben");
  assertEquals(said(ann), ["are you there?"]);
});

// The server keeps them for the visit, which has ended with the connection: history of the next is empty and proves nothing.
Deno.test("a direct message of somebody without an account is marked, not said again by itself", async () => {
  for (const before of [[], [LOGGED_IN]]) {
    const ann = new Seat({ capabilities: ALL });
    ann.says(...before);
    ann.types("/msg ben are you there?\r");
    ann.breaks();
    ann.returns(ALL);
    ann.tellsHistory("ben");
    assertEquals(said(ann), []);
    assertStringIncludes(await ann.text(), "perhaps not sent");
  }
});

Deno.test("who has no account is told at the top of a direct conversation that it will not be found again", async () => {
  const told = /You have no account, so you will not find this again/;
  const caps = `${ALL} draft/account-registration`;
  const text = async (capabilities: string, ...lines: string[]) => {
    const ann = new Seat({ capabilities, columns: 120 });
    ann.says(...lines, ":ben!b@h PRIVMSG ann :psst");
    ann.types("\x1b3");
    return await ann.text();
  };
  const guest = await text(caps);
  assertMatch(guest, told);
  assert(guest.search(told) < guest.indexOf("psst"));
  assertFalse(told.test(await text(caps, LOGGED_IN)), "with an account");
  assertFalse(told.test(await text(ALL)), "where there are no accounts to be had");
});

Deno.test("where there is no history it is marked, stays where it was, and s says it again", async () => {
  const ann = new Seat();
  ann.types("hello\r");
  ann.says(":ben!b@h PRIVMSG #lobby :afterwards");
  ann.breaks();
  ann.returns("");
  ann.says(":ann!a@home JOIN #lobby");
  assertEquals(said(ann), []);
  const text = await ann.text();
  assert(text.indexOf("perhaps not sent") < text.indexOf("afterwards"));
  ann.types("\x1b[1;3A\x1b[1;3As");
  assertEquals(said(ann), ["hello"]);
  assertFalse((await ann.text()).includes("perhaps not sent"));
});

Deno.test("without echoes the server is asked whether it took what was said, so that a break leaves no doubt", async () => {
  const ann = new Seat();
  ann.types("hello\r");
  ann.now += 4000;
  ann.screen.tick();
  ann.pongs();
  await settle();
  ann.breaks();
  assertFalse((await ann.text()).includes("perhaps not sent"));
});

Deno.test("where the channel cannot be joined any more, it says that it does not know", async () => {
  const ann = new Seat({ capabilities: ALL });
  afterSomeTalk(ann);
  ann.types("hello\r");
  ann.breaks();
  ann.returns(ALL);
  ann.says(":irc 474 ann #lobby :You are banned");
  ann.pongs();
  await settle();
  assertStringIncludes(await ann.text(), "perhaps not sent");
  assertEquals(said(ann), []);
});

Deno.test("what was written to a connection that fell silent is not said again unasked: it may still arrive", async () => {
  const ann = new Seat({ capabilities: ALL });
  afterSomeTalk(ann);
  ann.types("hello\r");
  ann.screen.tick();
  for (let i = 0; i < 90; i++) ann.screen.tick();
  assertEquals(ann.effects, ["reconnect Nothing was heard from the server for 90 s. true"]);
  ann.breaks({ silent: true });
  ann.returns(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  ann.tellsHistory("#lobby");
  assertEquals(said(ann), []);
  assertStringIncludes(await ann.text(), "perhaps not sent");
});

Deno.test("a second break in the middle of catching up changes nothing of that", () => {
  const ann = new Seat({ capabilities: ALL });
  afterSomeTalk(ann);
  ann.types("first\r");
  ann.breaks();
  ann.types("second\r");
  ann.returns(ALL);
  ann.breaks();
  ann.returns(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  ann.tellsHistory("#lobby");
  assertEquals(said(ann), ["first", "second"]);
});

Deno.test("where the id that was seen last means nothing any more, the latest history tells", () => {
  const ann = new Seat({ capabilities: ALL });
  afterSomeTalk(ann);
  ann.types("hello\r");
  ann.breaks();
  ann.returns(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  const asked = ann.sent.findLast((line) => line.includes("CHATHISTORY AFTER"));
  const label = parseMessage(asked!).tags?.get("label");
  ann.says(`@label=${label} :irc FAIL CHATHISTORY MESSAGE_ERROR AFTER #lobby m1 :No such message`);
  assert(ann.sent.at(-1)!.includes("CHATHISTORY LATEST #lobby *"));
  ann.tellsHistory("#lobby");
  assertEquals(said(ann), ["hello"]);
});

Deno.test("of a long text what was never written is sent, and what was written is looked for line by line", () => {
  const ann = new Seat({ capabilities: ALL });
  afterSomeTalk(ann);
  const lines = Array.from({ length: 12 }, (_, i) => `line ${i}`);
  ann.types(`\x1b[200~${lines.join("\n")}\x1b[201~\r`);
  assertEquals(said(ann), lines.slice(0, 8));
  ann.breaks();
  ann.returns(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  ann.tellsHistory("#lobby", ...lines.slice(0, 5).map((line, i) => history(ann, `h${i}`, "ann", line)));
  ann.tellsHistory("#lobby");
  assertEquals(said(ann), lines.slice(5));
});

Deno.test("who leaves is told what was being typed, in every conversation", () => {
  const ann = new Seat({ channels: ["#lobby", "#tea"] });
  ann.types("half a thought\x1b3tea is ready");
  ann.screen.stop();
  assertEquals(ann.screen.lastWords(), ["Not sent to #lobby: half a thought", "Not sent to #tea: tea is ready"]);
});

Deno.test("what was pasted and not sent cannot act on the terminal when it is told on leaving", () => {
  const ann = new Seat();
  ann.breaks();
  ann.types("\x1b[200~sent \x1b[31m\x1b[201~\r\x1b[200~one \x1b[31m\ntwo\x1b[201~");
  assertEquals(ann.screen.lastWords(), ["Not sent to #lobby: sent ␛[31m", "Not sent to #lobby: one ␛[31m\ntwo"]);
});

Deno.test("who leaves before it could be sent is told what was not", () => {
  const ann = new Seat({ capabilities: ALL });
  ann.types("before\r");
  ann.breaks();
  ann.types("after\r");
  assertEquals(ann.screen.lastWords(), ["Perhaps not sent to #lobby: before", "Not sent to #lobby: after"]);
});

Deno.test("a message that was refused can be sent again or put away", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.types("hello\r");
  const label = parseMessage(ann.sent.at(-1)!).tags?.get("label");
  ann.says(`@label=${label} :irc 404 ann #lobby :Cannot send to channel`);
  ann.types("\x1b[1;3A");
  assertStringIncludes(await ann.text(), "s send again");
  ann.types("d");
  assertFalse((await ann.text()).includes("hello"));
});

Deno.test("a planned reconnect is no lost connection", async () => {
  const ann = new Seat({ capabilities: `${ALL} sasl=PLAIN` });
  ann.types("/login\r");
  await settle();
  ann.types("s3cret\r");
  await settle();
  assertEquals(ann.effects, ["reconnect Connecting anew to log in as ann."]);
  ann.breaks({ why: "Connecting anew to log in as ann.", planned: true });
  const text = await ann.text();
  assertStringIncludes(text, "Connecting anew to log in as ann.");
  assertFalse(/lost|offline|Trying again/.test(text), text);
});

Deno.test("a night without the server is two lines, and the end of it a third", async () => {
  const ann = new Seat();
  ann.breaks();
  for (let i = 0; i < 100; i++) ann.breaks({ why: "Cannot reach tea.example: nobody listens there.", pause: 60_000 });
  const lines = () => ann.screen.current.lines.map(({ text }) => text);
  assertEquals(lines(), [
    "The connection was lost. Trying again in 1 s.",
    "Cannot reach tea.example: nobody listens there. Trying again in 60 s, /reconnect tries now.",
  ]);
  ann.types("still there?\r");
  assertStringIncludes(await ann.text(), "Sent when the connection is back.");
  ann.returns("");
  assertEquals(lines().slice(2), ["Connected again.", "still there?"]);
  assertFalse((await ann.text()).includes("when the connection is back"));
  ann.breaks();
  assertEquals(lines().length, 5);
});

Deno.test("what a slow server has not taken yet is counted, and named to who leaves before it is sent", async () => {
  const ann = new Seat({ columns: 120 });
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  ann.types(`\x1b[200~${lines.join("\n")}\n\n\x1b[201~\r`);
  assertEquals(said(ann), lines.slice(0, 8));
  assertEquals(ann.screen.current.lines.at(-1)?.text, lines.join("\n"), "without empty lines at its end");
  assertStringIncludes((await ann.rows()).at(-2)!, "12 lines still go out");
  ann.pongs();
  await settle();
  assertStringIncludes((await ann.rows()).at(-2)!, "4 lines still go out");
  ann.types("/quit\r");
  assertEquals(ann.screen.lastWords(), lines.slice(16).map((line) => `Not sent to #lobby: ${line}`));
});

Deno.test("a password that the server refuses is not remembered, and one that it takes is", async () => {
  const ann = new Seat({ capabilities: `${ALL} sasl=PLAIN` });
  const tries = async (password: string, answer: string) => {
    ann.types("/login\r");
    await settle();
    ann.types(`${password}\r`);
    await settle();
    ann.breaks({ planned: true });
    ann.screen.connected(false);
    ann.session.start();
    ann.says(":irc CAP * LS :sasl=PLAIN", ":irc CAP ann ACK :sasl", "AUTHENTICATE +", answer, ":irc 001 ann :Welcome");
    await settle();
  };
  await tries("wrong", ":irc 904 ann :SASL authentication failed: the password is not right");
  assertEquals([await ann.store.password("tea.example", "ann"), ann.session.credentials], [undefined, undefined]);
  await tries("right", ":irc 900 ann ann!a@home ann :You are now logged in as ann");
  assertEquals(await ann.store.password("tea.example", "ann"), "right");
});

Deno.test("a server that does not take what was said is asked at once, and its delay is seen", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.screen.tick();
  ann.pongs();
  await settle();
  ann.now += 5000;
  ann.sent.length = 0;
  ann.screen.tick();
  assertEquals(ann.sent, [], "there is nothing to be told");
  ann.types("hello\r");
  ann.screen.tick();
  ann.now += 4000;
  ann.screen.tick();
  assertStringIncludes((await ann.rows()).at(-2)!, "delay 4.0 s");
});

Deno.test("who is logged in is told so once, and not at every connection", () => {
  const ann = new Seat({ capabilities: ALL });
  for (let i = 0; i < 3; i++) {
    ann.says(LOGGED_IN);
    ann.breaks();
    ann.returns(ALL);
  }
  assertEquals(ann.screen.current.lines.filter(({ text }) => text === "You are logged in as ann.").length, 1);
});

/** What was asked for that is not talk, without what ties answers to it. */
function asked(ann: Seat): string[] {
  const lines = ann.sent.map((line) => parseMessage(line)).filter(({ command }) => /^(CHATHISTORY|WHO)$/.test(command));
  return lines.map(({ command, params }) => [command, ...params].join(" "));
}

const MANY = ["#one", "#two", "#three", "#four"];

Deno.test("who has many channels can talk at once: what they missed is asked for one after the other", () => {
  const caps = `${ALL} away-notify`;
  const ann = new Seat({ capabilities: caps, channels: MANY });
  ann.breaks();
  ann.returns(caps);
  ann.sent.length = 0;
  for (const channel of MANY) {
    ann.says(`:ann!a@home JOIN ${channel}`, `:irc 353 ann = ${channel} :@ann ben`, `:irc 366 ann ${channel} :End`);
  }
  // What is looked at comes at once, then who else said something, and one more is under way.
  assertEquals(asked(ann).map((line) => line.replace(/timestamp=.*/, "…")), [
    "CHATHISTORY LATEST #one * 100",
    "CHATHISTORY TARGETS …",
    "WHO #one",
    "CHATHISTORY LATEST #two * 100",
  ]);
  ann.types("hello\r");
  assertEquals(said(ann), ["hello"]);
  ann.sent.length = 0;
  ann.types("\x1b5");
  assertEquals(asked(ann), ["CHATHISTORY LATEST #four * 100", "WHO #four"], "whoever looks need not wait");
  ann.sent.length = 0;
  ann.session.receive(":irc PONG irc none");
  assertEquals(asked(ann), []);
});

Deno.test("which direct conversations went on is asked for also where nothing comes of the channel that is looked at", () => {
  const targets = (ann: Seat) => asked(ann).filter((line) => line.includes("TARGETS")).length;
  const ann = new Seat({ capabilities: ALL });
  ann.breaks();
  ann.returns(ALL);
  ann.says(":irc 474 ann #lobby :Cannot join channel (+b)");
  assertEquals(targets(ann), 0);
  for (let seconds = 0; seconds < 5; seconds++) ann.screen.tick();
  assertEquals(targets(ann), 1);
  ann.types("/msg ben hello\r");
  ann.breaks();
  ann.returns(ALL);
  assertEquals(targets(ann), 1, "at once, where no channel is looked at");
});

Deno.test("each next channel is asked for when the one before has come, and nothing else is asked for that", () => {
  const ann = new Seat({ capabilities: ALL, channels: MANY });
  ann.breaks();
  ann.returns(ALL);
  for (const channel of MANY) ann.says(`:ann!a@home JOIN ${channel}`);
  ann.sent.length = 0;
  ann.tellsHistory("#one");
  assertEquals(asked(ann), [], "#two has not come");
  for (const [i, channel] of MANY.entries()) {
    ann.tellsHistory(channel);
    assertEquals(asked(ann), MANY.slice(2, i + 2).map((name) => `CHATHISTORY LATEST ${name} * 100`));
  }
  assertEquals(ann.sent.filter((line) => line.startsWith("PING")), []);
});

Deno.test("the channel that one looks at is joined before the others, and stays where it stands in the list", () => {
  const ann = new Seat({ capabilities: ALL, channels: [...MANY, "#keyed s3cret"] });
  ann.types("\x1b4");
  ann.breaks();
  ann.returns(ALL);
  assertEquals(ann.sent.filter((line) => line.startsWith("JOIN")), ["JOIN #keyed,#three,#one,#two,#four s3cret"]);
  assertEquals(ann.screen.buffers.map(({ name }) => name), ["", ...MANY, "#keyed"]);
  assertEquals([...ann.session.wantedChannels.values()], [...MANY, "#keyed s3cret"]);
});

Deno.test("direct conversations are asked for before channels that nobody looks at", () => {
  const ann = new Seat({ capabilities: ALL, channels: MANY });
  ann.breaks();
  ann.returns(ALL);
  for (const channel of MANY) ann.says(`:ann!a@home JOIN ${channel}`);
  ann.says(":irc CHATHISTORY TARGETS ben 2026-01-15T10:00:00.000Z");
  ann.sent.length = 0;
  ann.tellsHistory("#two");
  assertEquals(asked(ann), ["CHATHISTORY LATEST ben * 100"]);
  ann.tellsHistory("ben");
  assertEquals(asked(ann).at(-1), "CHATHISTORY LATEST #three * 100");
});

Deno.test("who wrote while one was cut off is counted, whether they had written before or not", () => {
  const ann = new Seat({ capabilities: ALL });
  const at = (seconds: number) => new Date(ann.now + seconds * 1000).toISOString();
  const writes = (nick: string, text: string, seconds: number) =>
    `@time=${at(seconds)};msgid=${nick}${text} :${nick}!x@h PRIVMSG ann :${text}`;
  ann.says(writes("ben", "one", -10));
  ann.breaks();
  ann.now += 3600_000;
  ann.returns(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  ann.tellsHistory("#lobby");
  for (const nick of ["ben", "eve"]) ann.says(`:irc CHATHISTORY TARGETS ${nick} ${at(-1)}`);
  ann.tellsHistory("ben", writes("ben", "two", -9), writes("ben", "three", -8));
  ann.tellsHistory("ben");
  ann.tellsHistory("eve", writes("eve", "old", -100_000), writes("eve", "one", -9), writes("eve", "two", -8));
  const counts = (nick: string) => [ann.screen.find(nick)?.unread, ann.screen.find(nick)?.highlights];
  assertEquals([counts("ben"), counts("eve")], [[3, 3], [2, 2]]);
});

Deno.test("who wrote before one came is counted from where one has read, on whatever device", () => {
  const ann = new Seat({ capabilities: `${ALL} draft/read-marker` });
  const at = (seconds: number) => new Date(ann.now + seconds * 1000).toISOString();
  const writes = (nick: string, by: string, seconds: number) =>
    `@time=${at(seconds)};msgid=${nick}${seconds} :${by}!x@h PRIVMSG ${by === "ann" ? nick : "ann"} :${seconds}`;
  for (const nick of ["ben", "eve", "zoe"]) ann.says(`:irc CHATHISTORY TARGETS ${nick} ${at(-1)}`);
  const sent = ann.sent.map((line) => line.replace(/^@\S+ /, "")).filter((line) => line.includes("ben"));
  assertEquals(sent, ["MARKREAD ben", "CHATHISTORY LATEST ben * 100"]);
  ann.says(`:irc MARKREAD ben timestamp=${at(-8)}`, ":irc MARKREAD eve *", ":irc MARKREAD zoe *");
  ann.tellsHistory("ben", writes("ben", "ben", -9), writes("ben", "ben", -8), writes("ben", "ben", -7));
  ann.tellsHistory("eve", writes("eve", "eve", -9), writes("eve", "eve", -8));
  ann.tellsHistory("zoe", writes("zoe", "zoe", -9), writes("zoe", "ann", -8), writes("zoe", "zoe", -7));
  const unread = ["ben", "eve", "zoe"].map((nick) => ann.screen.find(nick)?.unread);
  assertEquals(unread, [1, 2, 1]);
});

Deno.test("who wrote during the first of two breaks is asked for again after the second", () => {
  const ann = new Seat({ capabilities: ALL });
  const since = () => asked(ann).flatMap((line) => /TARGETS timestamp=(\S+)/.exec(line)?.[1] ?? []);
  const away = () => {
    ann.breaks();
    ann.now += 3600_000;
    ann.returns(ALL);
    ann.says(":ann!a@home JOIN #lobby");
  };
  away();
  const [first] = since();
  away();
  assertEquals(since(), [first]);
  ann.tellsHistory("#lobby");
  for (let seconds = 0; seconds < 60; seconds++) ann.screen.tick();
  away();
  assert(since()[0]! > first!);
});

Deno.test("a server that gives no answer for one channel is asked for the next all the same", () => {
  const ann = new Seat({ capabilities: ALL, channels: MANY });
  ann.breaks();
  ann.returns(ALL);
  for (const channel of MANY) ann.says(`:ann!a@home JOIN ${channel}`);
  ann.sent.length = 0;
  for (let seconds = 0; seconds < 30; seconds++) ann.screen.tick();
  assertEquals(asked(ann), ["CHATHISTORY LATEST #three * 100"]);
});

Deno.test("a conversation that was closed before its history came stays closed", () => {
  const ann = new Seat({ capabilities: ALL, channels: MANY });
  ann.breaks();
  ann.returns(ALL);
  for (const channel of MANY) ann.says(`:ann!a@home JOIN ${channel}`);
  ann.says(":ann!a@home PART #two");
  ann.tellsHistory("#two", history(ann, "m1", "ben", "long ago"));
  assertEquals(ann.screen.find("#two"), undefined);
  assertEquals(asked(ann).at(-1), "CHATHISTORY LATEST #three * 100");
});

Deno.test("a message that comes before a channel's history was asked for hides nothing of what was missed", () => {
  const ann = new Seat({ capabilities: ALL, channels: MANY });
  const time = (seconds: number) => new Date(ann.now + seconds * 1000).toISOString();
  ann.says(`@msgid=old;time=${time(0)} :ben!b@h PRIVMSG #four :before`);
  ann.breaks();
  ann.returns(ALL);
  for (const channel of MANY) ann.says(`:ann!a@home JOIN ${channel}`);
  ann.says(`@msgid=new;time=${time(9)} :ben!b@h PRIVMSG #four :after`);
  ann.types("\x1b5");
  assertEquals(asked(ann).at(-1), "CHATHISTORY AFTER #four msgid=old 100");
  ann.tellsHistory("#four", `@msgid=mid;time=${time(5)} :ben!b@h PRIVMSG #four :missed`);
  const texts = ann.screen.current.lines.filter(({ kind }) => kind === "message").map(({ text }) => text);
  assertEquals(texts, ["before", "missed", "after"]);
});

Deno.test("where nobody looks a short page is taken for the last until somebody does", () => {
  const ann = new Seat({ capabilities: ALL, channels: MANY });
  const said = (id: string, seconds: number) =>
    `@msgid=${id};time=${new Date(ann.now + seconds * 1000).toISOString()} :ben!b@h PRIVMSG #two :${id}`;
  ann.says(said("old", 0));
  ann.breaks();
  ann.returns(ALL);
  for (const channel of MANY) ann.says(`:ann!a@home JOIN ${channel}`);
  ann.sent.length = 0;
  ann.tellsHistory("#two", said("a", 1), said("b", 2));
  assertEquals(asked(ann), ["CHATHISTORY LATEST #three * 100"], "others wait");
  ann.types("\x1b3");
  assertEquals(asked(ann).at(-1), "CHATHISTORY AFTER #two msgid=b 100");
  ann.tellsHistory("#two", said("c", 3));
  assertEquals(asked(ann).at(-1), "CHATHISTORY AFTER #two msgid=c 100");
  ann.tellsHistory("#two");
  ann.sent.length = 0;
  ann.types("\x1b2\x1b3");
  assertEquals(asked(ann), [], "an empty page is the end");
  const texts = ann.screen.current.lines.filter(({ kind }) => kind === "message").map(({ text }) => text);
  assertEquals(texts, ["old", "a", "b", "c"]);
});

Deno.test("a command that needs the server says so while there is none, and stays in the line for later", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.breaks();
  ann.types("/nick anna\r");
  assertStringIncludes(await ann.text(), "There is no connection now; /nick needs one.");
  assertStringIncludes((await ann.rows()).at(-1)!, "/nick anna");
  ann.returns(ALL);
  ann.types("\r");
  assert(ann.sent.includes("NICK anna"));
});

Deno.test("what cannot be done to a message without a connection is not offered, and said when it is tried", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.says("@msgid=m1 :ann!a@home PRIVMSG #lobby :mine");
  ann.breaks();
  ann.types("\x1b[1;3A");
  assertFalse((await ann.text()).includes("delete"));
  ann.types("d");
  assertStringIncludes(await ann.text(), "There is no connection now; deleting needs one.");
  ann.types("\x1b[1;3Ae");
  assertStringIncludes(await ann.text(), "There is no connection now; reacting needs one.");
});

Deno.test("a channel that was closed or left without a connection is not come back to", () => {
  const ann = new Seat({ channels: ["#lobby", "#tea", "#two"] });
  ann.breaks();
  ann.types("\x1b2/close\r/part #two\r");
  assertEquals(ann.screen.buffers.map(({ name }) => name), ["", "#tea"]);
  assertEquals([...ann.session.wantedChannels.values()], ["#tea"]);
});

Deno.test("a reaction that the server refuses, as to what was deleted, is said to be, and shown nowhere", async () => {
  const ann = new Seat({ capabilities: ALL });
  ann.says("@msgid=m1 :ben!b@h PRIVMSG #lobby :tea?");
  ann.types("\x1b[1;3A/react 👍\r");
  assertStringIncludes(ann.sent.join("\n"), "+draft/react=👍");
  ann.says(":irc FAIL TAGMSG UNKNOWN_MSGID #lobby m1 :That message was deleted");
  const text = await ann.text();
  assertStringIncludes(text, "That message was deleted");
  assertFalse(text.includes("👍"));
});
