// The session against servers that exist only as transcripts: what it sends, what it tells.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { Session, type SessionEvent, type SessionOptions } from "../client/session.ts";
import { byteLength, parseMessage } from "../protocol.ts";

/** A session whose server is whoever calls `says`. */
function seat(options: Partial<SessionOptions> = {}) {
  const sent: string[] = [];
  const events: SessionEvent[] = [];
  const session = new Session({
    nick: "ann",
    send: (line) => sent.push(line),
    emit: (event) => events.push(event),
    now: () => 0,
    ...options,
  });
  return {
    session,
    /** Lines sent since the last time somebody looked. */
    sent: () => sent.splice(0),
    /** Events since the last time somebody looked. */
    events: () => events.splice(0),
    says: (...lines: string[]) => lines.forEach((line) => session.receive(line)),
  };
}

const CAPABILITIES =
  "batch labeled-response echo-message message-tags server-time draft/chathistory draft/multiline=max-bytes=4096,max-lines=24 " +
  "draft/message-redaction draft/read-marker soju.im/search standard-replies";

/** A seat in #lobby of a server that has everything, or with `none` nothing. */
function inLobby(capabilities = CAPABILITIES) {
  const ann = seat({ channels: ["#lobby"] });
  ann.session.start();
  if (capabilities !== "") {
    ann.says(`:irc CAP * LS :${capabilities}`);
    const names = capabilities.replace(/=\S+/g, "");
    ann.says(`:irc CAP ann ACK :${names}`, `:irc CAP ann ACK :`);
  }
  ann.says(
    ":irc 001 ann :Welcome ann!a@home",
    ":irc 005 ann CASEMAPPING=ascii CHANTYPES=# PREFIX=(ov)@+ :are supported",
    ":irc 422 ann :no motd",
    ":ann!a@home JOIN #lobby",
    ":irc 353 ann = #lobby :@ann +ben carl",
    ":irc 366 ann #lobby :End",
  );
  ann.sent();
  ann.events();
  return ann;
}

Deno.test("a server without capabilities takes us in, and nothing else is asked of it", () => {
  const ann = seat({ channels: ["#lobby", "#key secret"], password: "open" });
  ann.session.start();
  assertEquals(ann.sent(), ["CAP LS 302", "PASS open", "NICK ann", "USER ann 0 * ann"]);
  ann.says(":irc 451 ann CAP :Register first", ":irc 001 ann :Welcome", ":irc 376 ann :End of MOTD");
  assertEquals(ann.sent(), ["JOIN #key,#lobby secret"]);
  assertEquals(ann.session.echoes, false);
});

Deno.test("CAP LS of several lines is read whole, and only what we use is asked for", () => {
  const ann = seat();
  ann.session.start();
  ann.sent();
  ann.says(":irc CAP * LS * :batch example.org/strange server-time");
  assertEquals(ann.sent(), []);
  ann.says(":irc CAP * LS :echo-message=1");
  assertEquals(ann.sent(), ["CAP REQ :batch echo-message server-time"]);
  ann.says(":irc CAP ann ACK :batch echo-message server-time");
  assertEquals(ann.sent(), ["CAP END"]);
  assert(ann.session.echoes);
});

Deno.test("a refused request ends the negotiation too", () => {
  const ann = seat();
  ann.session.start();
  ann.says(":irc CAP * LS :batch");
  ann.sent();
  ann.says(":irc CAP ann NAK :batch");
  assertEquals(ann.sent(), ["CAP END"]);
});

Deno.test("SASL PLAIN logs in before the negotiation ends", () => {
  const ann = seat({ credentials: { account: "ann", password: "pw" } });
  ann.session.start();
  ann.says(":irc CAP * LS :sasl=PLAIN", ":irc CAP ann ACK :sasl");
  assertEquals(ann.sent().slice(-1), ["AUTHENTICATE PLAIN"]);
});

// The conversation of RFC 7677, section 3: https://datatracker.ietf.org/doc/html/rfc7677#section-3
Deno.test("SASL SCRAM-SHA-256 proves the password as RFC 7677 shows", async () => {
  const { startMechanism } = await import("../client/session/scram.ts");
  const scram = startMechanism("SCRAM-SHA-256", { account: "user", password: "pencil" }, "rOprNGfwEbeRWgbNEkqO");
  assertEquals(await scram.answer(""), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  assertEquals(
    await scram.answer(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`),
    `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
  );
  assertEquals(await scram.answer("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), "");
});

Deno.test("a failed login is told, and we come in without an account", () => {
  const ann = seat({ credentials: { account: "ann", password: "pw" } });
  ann.session.start();
  ann.says(":irc CAP * LS :sasl=PLAIN", ":irc CAP ann ACK :sasl", ":irc 904 ann :Invalid credentials");
  assertEquals(ann.sent().slice(-1), ["CAP END"]);
  assertEquals(ann.events(), [{ type: "loginFailed", text: "Invalid credentials" }]);
});

Deno.test("a taken nick is varied until one is free, and each time it is said", () => {
  const ann = seat();
  ann.session.start();
  ann.sent();
  ann.says(":irc 433 * ann :in use", ":irc 433 * ann_ :in use");
  assertEquals(ann.sent(), ["NICK ann_", "NICK ann2"]);
  assertEquals(ann.events().map((event) => event.type === "nickTaken" && event.next), ["ann_", "ann2"]);
  ann.says(":irc 001 ann2 :Welcome");
  assertEquals(ann.session.nick, "ann2");
});

Deno.test("a nick that is too long for the server is cut to what it says", () => {
  const ann = seat({ nick: "maximilian_the_first" });
  ann.session.start();
  ann.sent();
  ann.says(":irc 432 * maximilian_the_first :Nickname too long, max. 9 characters");
  assertEquals(ann.sent(), ["NICK maximilia"]);
});

Deno.test("the nick that was wanted is taken back when it becomes free, and asked for again on the next connection", () => {
  const ann = seat({ channels: ["#lobby"] });
  ann.session.start();
  ann.says(
    ":irc 433 * ann :in use",
    ":irc 001 ann_ :Welcome",
    ":irc 422 ann_ :none",
    ":ann_!a@h JOIN #lobby",
    ":ann!a@h JOIN #lobby",
  );
  ann.sent();
  ann.says(":ann!a@h QUIT :Ping timeout");
  assertEquals(ann.sent(), ["NICK ann"]);
  ann.session.stop();
  ann.session.start();
  assertEquals(ann.sent()[1], "NICK ann");
});

Deno.test("who is away is learned once, when somebody looks, without a word to the person", () => {
  const ann = inLobby("away-notify");
  ann.says(":ann!a@home JOIN #tea", ":irc 353 ann = #tea :@ann ben", ":irc 366 ann #tea :End");
  assertEquals(ann.sent(), []);
  ann.session.learnAway("#tea");
  ann.session.learnAway("#tea");
  assertEquals(ann.sent(), ["WHO #tea"]);
  ann.events();
  ann.says(":irc 352 ann #tea b h irc ben G :0 Ben", ":irc 315 ann #tea :End");
  assertEquals(ann.events(), [{ type: "members", channel: "#tea", asked: false }]);
  assertEquals(ann.session.channels.get("#tea")?.members.get("ben")?.away, true);
  ann.session.learnAway("#tea");
  assertEquals(ann.sent(), []);
});

Deno.test("PING is answered", () => {
  const ann = seat();
  ann.says("PING :a b");
  assertEquals(ann.sent(), ["PONG :a b"]);
});

Deno.test("members, their prefixes and their names are followed", () => {
  const ann = inLobby();
  const members = () =>
    ann.session.channels.get("#LOBBY")!.members.values().map(({ nick, prefixes }) => prefixes + nick).sort();
  assertEquals(members(), ["+ben", "@ann", "carl"]);
  ann.says(":ann!a@home MODE #lobby +ov-v carl carl ben", ":ben!b@h NICK benjamin", ":dan!d@h JOIN #lobby");
  assertEquals(members(), ["@+carl", "@ann", "benjamin", "dan"]);
  ann.says(":carl!c@h QUIT :bye", ":ann!a@home KICK #lobby dan :out");
  assertEquals(members(), ["@ann", "benjamin"]);
});

Deno.test("an echo is tied to what was said by its label", () => {
  const ann = inLobby();
  const first = ann.session.say("#lobby", "one");
  const second = ann.session.say("#lobby", "two");
  const labels = ann.sent().map((line) => parseMessage(line).tags?.get("label"));
  ann.says(`@label=${labels[1]};msgid=m2 :ann!a@home PRIVMSG #lobby two`);
  ann.says(`@label=${labels[0]};msgid=m1 :ann!a@home PRIVMSG #lobby one`);
  const echoes = ann.events().filter((event) => event.type === "message").map((event) => [event.id, event.ref]);
  assertEquals(echoes, [["m2", second], ["m1", first]]);
});

Deno.test("a refusal is tied to what was said by its label, or else by its target", () => {
  for (const capabilities of [CAPABILITIES, ""]) {
    const ann = inLobby(capabilities);
    const ref = ann.session.say("#lobby", "one");
    const label = parseMessage(ann.sent()[0]!).tags?.get("label");
    ann.says(`${label === undefined ? "" : `@label=${label} `}:irc 404 ann #lobby :Cannot send`);
    const [event] = ann.events();
    assertEquals(event, { type: "refused", command: "", code: "404", target: "#lobby", text: "Cannot send", ref });
  }
});

Deno.test("a fence settles everything said before it", async () => {
  const ann = inLobby("");
  const ref = ann.session.say("#lobby", "one");
  const fence = ann.session.outbox.fence();
  const token = ann.sent().at(-1)!.replace("PING ", "");
  ann.says(`:irc PONG irc ${token}`);
  await fence;
  assertEquals(ann.events(), [{ type: "accepted", ref }]);
});

Deno.test("a long paste goes no faster than the server takes it", async () => {
  const ann = inLobby("");
  ann.session.say("#lobby", Array.from({ length: 20 }, (_, i) => `line ${i}`).join("\n"));
  const said: string[] = [];
  for (let windows = 0; windows < 3; windows++) {
    const lines = ann.sent();
    said.push(...lines.filter((line) => line.startsWith("PRIVMSG")));
    const [token] = lines.slice(-1).map((line) => line.replace("PING ", ""));
    assert(lines.length <= 9);
    ann.says(`:irc PONG irc ${token}`);
    await Promise.resolve();
  }
  assertEquals(said.length, 20);
});

Deno.test("several lines go as one multiline batch, or as lines where there is none", () => {
  const modern = inLobby();
  modern.session.say("#lobby", "one\n\ntwo");
  const lines = modern.sent();
  const ref = parseMessage(lines[0]!).params[0]!.slice(1);
  assertStringIncludes(lines[0]!, `BATCH +${ref} draft/multiline #lobby`);
  assertEquals(lines.slice(1), [
    `@batch=${ref} PRIVMSG #lobby one`,
    `@batch=${ref} PRIVMSG #lobby :`,
    `@batch=${ref} PRIVMSG #lobby two`,
    `BATCH -${ref}`,
  ]);
  const old = inLobby("");
  old.session.say("#lobby", "one\n\ntwo");
  assertEquals(old.sent(), ["PRIVMSG #lobby one", "PRIVMSG #lobby two"]);
});

Deno.test("no line that we send is longer than a server takes, and nothing of a long text is lost", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 3000 }), (text) => {
    const said = text.replace(/[\r\n\0]/g, "x");
    const ann = inLobby("");
    ann.session.say("#lobby", said);
    const lines = ann.sent();
    assertEquals(lines.map((line) => parseMessage(line).params[1]).join(""), said.toWellFormed());
    for (const line of lines) assert(byteLength(`:ann!a@home ${line}`) <= 510);
  }));
});

Deno.test("a multiline message comes as one, a history page in order, batches within batches too", () => {
  const ann = inLobby();
  ann.session.history({ target: "#lobby", which: "LATEST", selector: "*" });
  const label = parseMessage(ann.sent()[0]!).tags?.get("label");
  ann.says(
    `@label=${label} :irc BATCH +h chathistory #lobby`,
    "@batch=h;msgid=1;time=2026-01-01T00:00:00.000Z :ben!b@h PRIVMSG #lobby old",
    "@batch=h;msgid=2;time=2026-01-01T00:00:01.000Z :ben!b@h BATCH +m draft/multiline #lobby",
    "@batch=m :ben!b@h PRIVMSG #lobby line",
    "@batch=m;draft/multiline-concat :ben!b@h PRIVMSG #lobby s",
    "@batch=m :ben!b@h PRIVMSG #lobby two",
    "BATCH -m",
    "BATCH -h",
  );
  const [history] = ann.events();
  assert(history?.type === "history");
  assertEquals(
    history.events.map((event) => event.type === "message" && [event.id, event.text]),
    [["1", "old"], ["2", "lines\ntwo"]],
  );
});

Deno.test("a page of history tells how many lines it had and where it goes on, whatever they are", () => {
  const ann = inLobby();
  const extent = (...lines: string[]) => {
    ann.says(":irc BATCH +h chathistory #lobby");
    for (const line of lines) ann.says(`@batch=h;${line.replace("@", "")}`);
    ann.says(":irc BATCH -h");
    const event = ann.events().at(-1);
    return event?.type === "history" && { ...event.extent, shown: event.events.length };
  };
  const time = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
  const at = (second: number) => Date.parse(time(second));
  const join = (second: number, tags = "") => `@time=${time(second)}${tags} :ben!b@h JOIN #lobby`;
  const edge = (selector: string, second: number) => ({ selector, time: at(second) });
  assertEquals(extent(), { size: 0, shown: 0 });
  assertEquals(
    extent(join(1), join(2, ";msgid=j"), `@time=${time(3)};msgid=p :ben!b@h PRIVMSG #lobby hi`, join(4)),
    { size: 4, first: edge("msgid=j", 2), last: edge("msgid=p", 3), shown: 1 },
  );
  // Others of the same instant may lie beyond, and have no id either: they are asked for again.
  assertEquals(extent(join(1), join(2)), {
    size: 2,
    first: { selector: "timestamp=2026-01-01T00:00:01.001Z", time: at(1) },
    last: { selector: "timestamp=2026-01-01T00:00:01.999Z", time: at(2) },
    shown: 0,
  });
  assertEquals(extent(join(1), join(1)), {
    size: 2,
    first: edge(`timestamp=${time(1)}`, 1),
    last: edge(`timestamp=${time(1)}`, 1),
    shown: 0,
  });
  // "Context messages MUST NOT be counted towards the message limit.": https://ircv3.net/specs/extensions/chathistory
  const context = `@time=${time(9)};msgid=r;draft/chathistory-context;+draft/react=x;+reply=p :ben!b@h TAGMSG #lobby`;
  assertEquals(extent(join(1, ";msgid=j"), context), {
    size: 1,
    first: edge("msgid=j", 1),
    last: edge("msgid=j", 1),
    shown: 1,
  });
});

Deno.test("reactions, replies, deletions, typing and read markers are told", () => {
  const ann = inLobby();
  ann.says(
    "@+draft/react=👍;+draft/reply=m1 :ben!b@h TAGMSG #lobby",
    "@+typing=active :ben!b@h TAGMSG #lobby",
    "@msgid=m2;+reply=m1 :ben!b@h PRIVMSG #lobby yes",
    ":ben!b@h REDACT #lobby m2 :oops",
    ":irc MARKREAD #lobby timestamp=2026-01-01T00:00:00.000Z",
  );
  assertEquals(ann.events().map((event) => event.type), ["reaction", "typing", "message", "redaction", "marker"]);
});

Deno.test("a message to us belongs to its sender, our own elsewhere to whom it went", () => {
  const ann = inLobby();
  ann.says(":ben!b@h PRIVMSG ann :psst", ":ann!a@home PRIVMSG ben :yes?", ":irc NOTICE ann :restarting soon");
  assertEquals(
    ann.events().map((event) => event.type === "message" && [event.target, event.self]),
    [["ben", false], ["ben", true], ["", false]],
  );
});

Deno.test("names are compared as the server says", () => {
  const ann = seat();
  assert(ann.session.same("a[1]", "A{1}"));
  ann.says(":irc 005 ann CASEMAPPING=ascii :are supported");
  assert(!ann.session.same("a[1]", "A{1}"));
});

Deno.test("what was not settled when the connection ends is given back", () => {
  const ann = inLobby();
  ann.session.say("#lobby", "lost?");
  assertEquals(ann.session.stop().map((sent) => sent.text), ["lost?"]);
  ann.session.start();
  ann.says(":irc 001 ann :Welcome", ":irc 422 ann :no motd");
  assert(ann.sent().includes("JOIN #lobby"));
});

Deno.test("no line from a server throws", () => {
  const words = fc.constantFrom(
    "CAP * LS :a b",
    "BATCH",
    "BATCH +x chathistory",
    "BATCH -x",
    "353 ann",
    "001",
    "005",
    "MODE #lobby +ov",
    "REDACT",
    "MARKREAD",
    "JOIN",
    "NICK",
    "AUTHENTICATE +",
    "PRIVMSG ann",
    "PRIVMSG",
    "FAIL",
    "FAIL CHATHISTORY X #lobby :no",
    "352",
    "900",
    "TAGMSG #lobby",
    "366 ann #lobby",
    "KICK #lobby ann",
    "PONG",
    "005 ann CHANMODES= PREFIX= STATUSMSG=]-^ :x",
    "PRIVMSG @#lobby :hi",
    "RENAME #lobby #x",
  );
  const tags = fc.constantFrom("", "@batch=x ", "@label=1 ", "@+draft/react=x;+reply=y ", "@time=never ");
  const source = fc.constantFrom("", ":ann!a@home ", ":ben ", ":! ");
  const line = fc.oneof(fc.tuple(tags, source, words).map((parts) => parts.join("")), fc.string());
  fc.assert(fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
    const ann = inLobby();
    ann.says(...lines);
  }));
});
