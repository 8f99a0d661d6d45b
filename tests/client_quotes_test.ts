// Replies to messages that are not loaded: what they answer is fetched, and stands only above them
// (https://ircv3.net/specs/client-tags/reply).

import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { NOON, Seat } from "./client_screen.ts";

const ALL = "batch labeled-response echo-message message-tags server-time draft/chathistory draft/message-redaction";

const said = (id: string, seconds: number, text: string, reply = "") =>
  `@msgid=${id};time=${new Date(NOON + seconds * 1000).toISOString()}${reply === "" ? "" : `;+reply=${reply}`} ` +
  `:ben!b@h PRIVMSG #lobby :${text}`;

/** What was asked for one message each. */
function wanted(ann: Seat): string[] {
  return ann.sent.flatMap((line) => /AROUND #lobby msgid=(\S+) 1$/.exec(line)?.[1] ?? []);
}

/** Draws, and lets a second pass in which nobody scrolls. */
async function waits(ann: Seat): Promise<string> {
  const text = await ann.text();
  ann.screen.tick();
  ann.screen.tick();
  return text;
}

/** In #lobby, of which all that was said is here. */
function inLobby(capabilities = ALL): Seat {
  const ann = new Seat({ capabilities });
  ann.tellsHistory("#lobby");
  return ann;
}

Deno.test("of a reply to a message that is not here the quote is fetched, and is no line of its own", async () => {
  const ann = inLobby();
  ann.says(said("m8", 8, "first"), said("m9", 9, "as I said", "m1"));
  assertStringIncludes(await waits(ann), "↪ an earlier message");
  assertEquals(wanted(ann), ["m1"]);
  ann.tellsHistory("#lobby", said("m1", 1, "tea\u0002 is ready"));
  assertStringIncludes(await waits(ann), "↪ ben: tea is ready");
  assertEquals(ann.screen.current.lines.flatMap(({ id, kind }) => id ?? (kind === "gap" ? kind : [])), ["m8", "m9"]);
  assertEquals(wanted(ann), ["m1"]);
});

Deno.test("what is answered is asked for one at a time, the newest first, and never again where it cannot be had", async () => {
  const ann = inLobby();
  ann.says(said("m7", 7, "seven", "m1"), said("m8", 8, "eight", "m2"), said("m9", 9, "nine", "m3"));
  await waits(ann);
  await waits(ann);
  assertEquals(wanted(ann), ["m3"]);
  // A server that deleted it gives what is beside it.
  ann.tellsHistory("#lobby", said("m4", 4, "beside it"));
  await waits(ann);
  ann.tellsHistory("#lobby");
  await waits(ann);
  ann.tellsHistory("#lobby", said("m1", 1, "the first"));
  const text = await waits(ann);
  await waits(ann);
  assertEquals(wanted(ann), ["m3", "m2", "m1"]);
  assertEquals(text.match(/↪ .*/g)?.map((row) => row.split(/ {2}|│/)[0]!.trim()), [
    "↪ ben: the first",
    "↪ an earlier message",
    "↪ an earlier message",
  ]);
});

Deno.test("nothing is fetched for what scrolls by, nor while history is under way", async () => {
  const ann = inLobby();
  for (let i = 10; i < 80; i++) ann.says(said(`m${i}`, i, `text ${i}`, `old${i}`));
  for (let i = 0; i < 5; i++) {
    ann.types("\x1b[5~");
    await ann.rows();
    ann.screen.tick();
  }
  assertEquals(wanted(ann), []);
  await waits(ann);
  assertEquals(wanted(ann).length, 1, "once it stands still");
  const busy = new Seat({ capabilities: ALL });
  busy.says(said("m9", 9, "as I said", "m1"));
  await waits(busy);
  assertEquals(wanted(busy), []);
});

Deno.test("what is quoted is deleted with its message, and asked for again on the next connection if it had not come", async () => {
  const ann = inLobby();
  ann.says(said("m9", 9, "as I said", "m1"));
  await waits(ann);
  ann.breaks();
  ann.returns(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  ann.tellsHistory("#lobby");
  await waits(ann);
  assertEquals(wanted(ann), ["m1"]);
  ann.tellsHistory("#lobby", said("m1", 1, "oops"));
  assertStringIncludes(await ann.text(), "↪ ben: oops");
  ann.says(":ben!b@h REDACT #lobby m1 :typo");
  assertStringIncludes(await ann.text(), "↪ ben: deleted");
});

Deno.test("those who are ignored are not quoted, and servers that know no msgids are not asked", async () => {
  const ann = inLobby();
  ann.says(said("m9", 9, "one", "m1").replaceAll("ben!b@h", "cid!c@h"));
  ann.types("/ignore ben\r");
  await waits(ann);
  ann.tellsHistory("#lobby", said("m1", 1, "rude words"));
  assertFalse((await ann.text()).includes("rude words"));
  const other = inLobby();
  other.says(":irc 005 ann MSGREFTYPES=timestamp :are supported", said("m9", 9, "one", "m1"));
  await waits(other);
  const unlabelled = inLobby(ALL.replace("labeled-response ", ""));
  unlabelled.says(said("m9", 9, "one", "m1"));
  await waits(unlabelled);
  assertEquals([wanted(other), wanted(unlabelled)], [[], []]);
});
