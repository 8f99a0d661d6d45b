// A server that means no good: whatever it says, what the client keeps of it is bounded, and nothing of it acts.

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "../client/buffer.ts";
import { Session, type SessionEvent } from "../client/session.ts";
import { Seat } from "./client_screen.ts";
import { brokenScreen } from "./fuzz/client.ts";

/** A session in #lobby. */
function inLobby() {
  const sent: string[] = [];
  const events: SessionEvent[] = [];
  const session = new Session({
    nick: "ann",
    send: (line) => sent.push(line),
    emit: (event) => events.push(event),
  });
  session.start();
  session.receive(":irc CAP * LS :batch message-tags");
  session.receive(":irc CAP ann ACK :batch message-tags");
  for (const line of ["001 ann :Welcome", "422 ann :No motd"]) session.receive(`:irc ${line}`);
  session.receive(":ann!a@h JOIN #lobby");
  events.length = 0;
  return { session, sent, events };
}

Deno.test("a server that puts us into channels without end fills no memory", () => {
  const { session } = inLobby();
  for (let i = 0; i < 5000; i++) session.receive(`:ann!a@h JOIN #c${i}`);
  assertEquals(session.channels.size, 1000);
  assertEquals(session.wantedChannels.size, 1000);
  // One that we leave makes room for another.
  session.receive(":ann!a@h PART #lobby");
  session.receive(":ann!a@h JOIN #after");
  assert(session.channels.has("#after"));
});

Deno.test("members without end fill no memory, one by one or in lists that never end", () => {
  for (const list of [false, true]) {
    const { session } = inLobby();
    for (let i = 0; i < 300; i++) {
      const nicks = Array.from({ length: 1000 }, (_, k) => `n${i}x${k}`);
      if (list) session.receive(`:irc 353 ann = #lobby :${nicks.join(" ")}`);
      else if (i < 101) { for (const nick of nicks) session.receive(`:${nick}!u@h JOIN #lobby`); }
    }
    const { members, arriving } = session.channels.get("#lobby")!;
    assert(members.size + arriving.length <= 101_000, `${members.size} and ${arriving.length}`);
  }
});

Deno.test("batches that are never closed keep so many messages, all of them together", () => {
  const { session, events } = inLobby();
  for (let b = 0; b < 300; b++) session.receive(`:irc BATCH +b${b} chathistory #lobby`);
  for (let i = 0; i < 150; i++) {
    for (let b = 0; b < 150; b++) session.receive(`@batch=b${b} :ben!u@h PRIVMSG #lobby :${i}`);
  }
  for (let b = 0; b < 300; b++) session.receive(`:irc BATCH -b${b}`);
  const kept = events.reduce((sum, event) => sum + (event.type === "history" ? event.events.length : 0), 0);
  assertEquals(kept, 10_000);
  // What was closed makes room.
  session.receive(":irc BATCH +again chathistory #lobby");
  session.receive("@batch=again :ben!u@h PRIVMSG #lobby :once more");
  session.receive(":irc BATCH -again");
  const last = events.at(-1);
  assertEquals(last?.type === "history" && last.events.length, 1);
});

Deno.test("batches within batches, to any depth and with names of their own, overflow nothing", () => {
  const { session, events } = inLobby();
  for (let i = 0; i < 50_000; i++) session.receive(`@batch=b${i - 1} :irc BATCH +b${i} chathistory #lobby`);
  session.receive("@batch=self :irc BATCH +self chathistory #lobby");
  for (let i = 50_000; i >= 0; i--) session.receive(`:irc BATCH -b${i}`);
  session.receive(":irc BATCH -self");
  session.receive(":ben!u@h PRIVMSG #lobby :still here");
  assertEquals(events.at(-1)?.type, "message");
});

Deno.test("reactions without end to one message are kept up to a bound", () => {
  const buffer = new Buffer("#lobby", "channel");
  buffer.append({ kind: "message", time: 0, nick: "ben", text: "hi", id: "1" });
  const react = (nick: string, emoji: string, add = true) =>
    buffer.react({ type: "reaction", target: "#lobby", nick, source: nick, id: "1", emoji, add, time: 1, self: false });
  for (let i = 0; i < 2000; i++) {
    react("ben", `:${i}:`);
    react(`n${i}`, ":0:");
  }
  const { reactions } = buffer.lines.at(-1)!;
  assertEquals([reactions.size, reactions.get(":0:")?.size], [50, 500]);
  react("ben", ":0:", false);
  react("cid", ":0:");
  assert(buffer.lines.at(-1)!.reactions.get(":0:")?.has("cid"));
});

Deno.test("what others make us answer ends nothing where the answer would be longer than a line", () => {
  const long = "x".repeat(600);
  const ann = new Seat({ capabilities: "batch draft/chathistory draft/read-marker away-notify server-time" });
  ann.says(
    `PING :${long}`,
    `:ben!b@h PRIVMSG ann :\x01PING ${long}\x01`,
    `:ann!a@home JOIN #${long}`,
    `:irc 353 ann = #${long} :@ann ben`,
    `:irc 366 ann #${long} :End`,
    `:ben!b@h PRIVMSG #${long} :hello`,
    `:${long}!b@h PRIVMSG ann :hello`,
    "PING :short",
  );
  for (const key of ["\x1bn", "\x1ba", "\x1b[5~"]) ann.types(key);
  assert(ann.sent.includes("PONG short"));
  assertEquals(ann.sent.filter((line) => line.length > 510), []);
});

const EVIL = "\x1b]0;owned\x07\x1b[2J\x1b]52;c;b3duZWQ=\x07\x9b31m\u202eevil\u2066\u200f";

Deno.test("escape sequences and turned text act from no field that is shown", async () => {
  const word = EVIL.replaceAll(";", "");
  const lines = [
    `:irc 005 ann NETWORK=${word} :are supported`,
    `:irc 332 ann #lobby :${EVIL}`,
    `:irc 372 ann :${EVIL}`,
    `:${word}!u@h JOIN #lobby`,
    `:${word}!u@h PRIVMSG #lobby :hi ann`,
    `:ben!u@h PRIVMSG #lobby :ann: ${EVIL}`,
    `:ben!u@h PRIVMSG ann :\x01ACTION ${EVIL}\x01`,
    `:ben!u@h TOPIC #lobby :${EVIL}`,
    `:ben!u@h PART #lobby :${EVIL}`,
    `:cid!u@h JOIN #lobby`,
    `:cid!u@h QUIT :${EVIL}`,
    `:dan!u@h JOIN #lobby`,
    `:irc KICK #lobby dan :${EVIL}`,
    `:ben!u@h NICK ${word}`,
    `:irc 301 ann ben :${EVIL}`,
    `:irc 311 ann ben u h * :${EVIL}`,
    `:irc 404 ann #lobby :${EVIL}`,
    `:irc FAIL PRIVMSG ${word} #lobby :${EVIL}`,
    `:irc NOTE * ${word} :${EVIL}`,
    `@+draft/react=${word};+draft/reply=1 :ben!u@h TAGMSG #lobby`,
    `:ben!u@h INVITE ann #${word}`,
    `:irc 322 ann #${word} 5 :${EVIL}`,
    `:irc NOTICE * :${EVIL}`,
    `:irc WALLOPS :${EVIL}`,
    `:irc 900 ann ann!a@h ${word} :${EVIL}`,
    `ERROR :${EVIL}`,
  ];
  for (const line of lines) {
    const seat = new Seat();
    seat.says("@msgid=1 :ben!u@h PRIVMSG #lobby :first", line);
    for (const key of ["", "\x1bn", "\x1b[A", "\x0e"]) {
      seat.types(key);
      assertEquals(brokenScreen(seat, 80, 24), undefined, line);
      const text = await seat.text() + seat.screen.title;
      // deno-lint-ignore no-control-regex -- they are what must not be there
      assertEquals(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\u200f]/.exec(text)?.[0], undefined, line);
    }
  }
});
