// Tab: what a word may become follows from where it stands, and behind a slash command from its usage.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { complete } from "../client/completion.ts";
import { SLASH_COMMANDS } from "../client/slash_commands.ts";
import { kindsAt } from "../client/slash_commands/usage.ts";
import { Seat } from "./client_screen.ts";

const SOURCES = {
  nicks: ["Ben", "bert", "小明"],
  channels: ["#lobby", "#中文"],
  topic: "green tea",
  commands: SLASH_COMMANDS,
};

function items(text: string): string[] | undefined {
  return complete(text, text.length, SOURCES)?.items.map((item) => item.insert);
}

const COMPLETED: readonly (readonly [typed: string, ...items: string[]])[] = [
  ["be", "Ben: ", "bert: "],
  ["hello be", "Ben ", "bert "],
  ["hello ", ...[]],
  ["小", "小明: "],
  ["see #中", "#中文 "],
  ["/jo", "/join "],
  ["hm :rocke", "🚀"],
  ["zzz", ...[]],
  ["/join ", "#lobby ", "#中文 "],
  ["/join #l", "#lobby "],
  ["/join #lobby ", ...[]],
  ["/part ", "#lobby ", "#中文 "],
  ["/part #lobby be", "Ben ", "bert "],
  ["/topic ", "green tea", "#lobby ", "#中文 "],
  ["/topic gr", "green tea"],
  ["/topic #lobby ", "green tea"],
  ["/help jo", "join "],
  ["/help /jo", "join "],
  ["/help top", "topic "],
  ["/msg ", "Ben ", "bert ", "小明 "],
  ["/msg be", "Ben ", "bert "],
  ["/msg #l", "#lobby "],
  ["/msg Ben ", ...[]],
  ["/m be", "Ben ", "bert "],
  ["/notice ", "Ben ", "bert ", "小明 ", "#lobby ", "#中文 "],
  ["/kick b", "Ben ", "bert "],
  ["/kick Ben ", ...[]],
  ["/op Ben be", "Ben ", "bert "],
  ["/invite Ben ", "#lobby ", "#中文 "],
  ["/ban b", "Ben ", "bert "],
  ["/who b", "Ben ", "bert "],
  ["/who #", "#lobby ", "#中文 "],
  ["/nick ", ...[]],
  ["/notify ", "all ", "mentions ", "mute ", "Ben ", "bert ", "小明 ", "#lobby ", "#中文 "],
  ["/notify #lobby m", "mentions ", "mute "],
  ["/set b", "bell "],
  ["/set bell ", "on ", "off "],
  ["/react rocke", "🚀"],
  ["/react :rocke", "🚀"],
  ["/search ", "from:", "in:", "before:", "after:"],
  ["/search tea fr", "from:"],
  ["/search tea from:be", "from:Ben ", "from:bert "],
  ["/search from:Ben in:#l", "in:#lobby "],
  ["/me waves at be", "Ben ", "bert "],
  ["/nosuch ", ...[]],
  ["/away be", "Ben ", "bert "],
];

Deno.test("what Tab offers follows from where the word stands", () => {
  for (const [typed, ...offered] of COMPLETED) {
    assertEquals(items(typed), offered.length === 0 ? undefined : offered, `after "${typed}"`);
  }
});

Deno.test("what stands behind the cursor does not matter", () => {
  assertEquals(complete("/join #l now", 8, SOURCES)?.items.map((item) => item.insert), ["#lobby"]);
  assertEquals(complete(" there", 0, SOURCES)?.items[0]?.insert, "Ben:");
});

Deno.test("every kind in the table of slash commands is one that is completed, or free text", () => {
  const free = new Set(
    ("KEY REASON TEXT WORDS DATE NAME NAMES NAME TIME PEOPLE MASK MODES ACCOUNT EMAIL SETTING VALUE PASSWORD LINE")
      .split(" "),
  );
  const unknown = new Set<string>();
  for (const { usage } of SLASH_COMMANDS) {
    for (let i = 0; i < 6; i++) {
      for (const kind of kindsAt(usage, i)) {
        const known = /^[a-z]+:|^[a-z]/.test(kind) || /^(NICK|CHANNEL|TARGET|COMMAND|EMOJI|TOPIC)$/.test(kind);
        if (!known && !free.has(kind)) unknown.add(kind);
      }
    }
  }
  assertEquals([...unknown], []);
});

Deno.test("/topic and Tab bring the topic, to be edited", async () => {
  const ann = new Seat();
  ann.says(":ben!b@h TOPIC #lobby :green tea");
  ann.types("/topic \t");
  assertEquals((await ann.rows()).at(-1), "› /topic green tea");
  ann.types(" and black\r");
  assertEquals(ann.sent.at(-1), "TOPIC #lobby :green tea and black");
});

Deno.test("/join and Tab offer channels that were spoken of, as in an answer to /list", async () => {
  const ann = new Seat();
  ann.says(":irc 322 ann #teapots 4 :all about #spouts, and (#lids).", ":ben!b@h INVITE ann #secret");
  ann.types("/join \t");
  const row = (await ann.rows()).at(-3)!.trim();
  assertEquals(row.split(/\s+/), ["#lobby", "#teapots", "#spouts", "#lids", "#secret"]);
});

Deno.test("in the server's window the people of all channels are offered, elsewhere also whom one talks with", async () => {
  const ann = new Seat({ channels: ["#lobby", "#tea"] });
  ann.says(":irc 353 ann = #tea :ann zoe", ":irc 366 ann #tea :End", ":yan!y@h PRIVMSG ann :psst");
  ann.types("\x1b1/msg z\t");
  assertStringIncludes((await ann.rows()).at(-1)!, "/msg zoe ");
  ann.types("\x03\x1b2/invite y\t");
  assertStringIncludes((await ann.rows()).at(-1)!, "/invite yan ");
});

Deno.test("of emoji whose names begin alike the plainest is offered first", () => {
  const first = (typed: string) => complete(`hello ${typed}`, 6 + typed.length, SOURCES)?.items[0]?.label;
  assertEquals([":hea", ":thu", ":be"].map(first), ["❤️ heart", "👍 thumbsup", "🐝 bee"]);
});
