/**
 * Lines that a client may come up with: every command there is, with what belongs behind it, and with what does not.
 *
 * @module
 */

import { CAPABILITIES } from "../../protocol/capability.ts";
import { COMMANDS } from "../../server/commands.ts";
import { anyText, mutate, type Random } from "./random.ts";

const NICKS = ["ann", "ANN", "ben", "cid", "dan", "小明", "Straße", "root", "*", "nobody", "ann2", "eve", "NickServ"];
const CHANNELS = ["#a", "#A", "#b", "#c", "#茶", "#lobby", "&x", "#", "#a,#b", "@#a", "+#b", "#moved"];
const MASKS = ["*", "*!*@*", "ann!*@*", "a:ann", "m:ben", "m:a:cid", "*@192.0.2.*", "192.0.2.0/24", "::/0", "?n*"];
const MODES = [
  "+o",
  "-o",
  "+v",
  "+b",
  "-b",
  "+e",
  "+I",
  "+k",
  "-k",
  "+l",
  "+S",
  "+i",
  "-i",
  "+m",
  "+s",
  "+H",
  "+R",
  "+C",
  "b",
  "+nt-x",
  "+ooo",
  "-b+b",
  "+B",
  "+R",
  "+w",
];
const WORDS = [
  "LS",
  "302",
  "REQ",
  "END",
  "LIST",
  "ON",
  "OFF",
  "PLAIN",
  "SCRAM-SHA-256",
  "EXTERNAL",
  "*",
  "+",
  "=",
  "AHVzZXIA",
  "LATEST",
  "BEFORE",
  "AFTER",
  "AROUND",
  "BETWEEN",
  "TARGETS",
  "timestamp=2026-01-01T00:00:00.000Z",
  "timestamp=9999-99-99",
  "msgid=zzz",
  "0",
  "1",
  "50",
  "-1",
  "1e9",
  "999999999999",
  "7d",
  "REVOKE",
  "draft/multiline",
  "secret",
  "correct horse",
  "always-on",
  "on",
  "off",
  "C",
  "S",
  "+ref",
  "-ref",
  "ref",
];
const TAGS = [
  "label=x",
  "batch=ref",
  "+draft/reply=zzz",
  "+typing=active",
  "+draft/react=👍",
  "draft/multiline-concat",
  "time=x",
  "msgid=a",
  "account=root",
  "+x=" + "y".repeat(200),
  "=",
  ";;",
  "+a=\\s\\:\\\\\\n",
  "+draft/persist",
];

const CAPABILITY_NAMES = Object.values(CAPABILITIES).map(({ name }) => name);
const COMMAND_NAMES = [...COMMANDS.keys()].filter((name) => name !== "REHASH");

/** What stands where in a sensible line; chance takes it from there. */
const SHAPES: readonly ((random: Random) => string)[] = [
  (r) => `JOIN ${r.pick(CHANNELS)}`,
  (r) => `JOIN ${r.some(CHANNELS, 3).join(",")} ${r.pick(WORDS)}`,
  (r) => `PART ${r.pick(CHANNELS)} :${anyText(r, 40)}`,
  (r) => `NICK ${r.chance(0.8) ? r.pick(NICKS) : anyText(r, 8)}`,
  (r) =>
    `MODE ${r.pick(CHANNELS)} ${r.some(MODES, 2).join("")} ${r.pick([...NICKS, ...MASKS, ...WORDS])} ${r.pick(MASKS)}`,
  (r) => `MODE ${r.pick(NICKS)} ${r.pick(MODES)}`,
  (r) => `${r.pick(["PRIVMSG", "NOTICE"])} ${r.some([...CHANNELS, ...NICKS], 2).join(",")} :${anyText(r, 60)}`,
  (r) =>
    `@${r.some(TAGS, 3).join(";")} ${r.pick(["PRIVMSG", "TAGMSG", "NOTICE"])} ${r.pick([...CHANNELS, ...NICKS])} :${
      anyText(r, 20)
    }`,
  (r) => `PRIVMSG ${r.pick(CHANNELS)} :${"長".repeat(r.below(200))}`,
  (r) => `KICK ${r.pick(CHANNELS)} ${r.pick(NICKS)} :${anyText(r, 20)}`,
  (r) => `INVITE ${r.pick(NICKS)} ${r.pick(CHANNELS)}`,
  (r) => `TOPIC ${r.pick(CHANNELS)} :${anyText(r, 300)}`,
  (r) => `RENAME ${r.pick(CHANNELS)} ${r.pick([...CHANNELS, `#${anyText(r, 6)}`])} :${anyText(r, 10)}`,
  (r) => `MONITOR ${r.pick(["+", "-", "C", "L", "S"])} ${r.some(NICKS, 4).join(",")}`,
  (r) => `CHATHISTORY ${r.some([...WORDS, ...CHANNELS, ...NICKS], 5).join(" ")}`,
  (r) => `REDACT ${r.pick(CHANNELS)} ${r.pick(WORDS)}`,
  (r) => `MARKREAD ${r.pick([...CHANNELS, ...NICKS])} ${r.pick(WORDS)}`,
  (r) => `WHO ${r.pick([...CHANNELS, ...MASKS])} %${r.pick(["tcuihsnfdlaor,123", "n", "", "zz"])}`,
  (r) => `REGISTER * * :${r.pick(["correct horse", "x", anyText(r, 12)])}`,
  (r) => `ACCOUNT ${r.some([...WORDS, ...NICKS, "ALWAYS-ON", "DELETE", "RESET"], 4).join(" ")}`,
  (r) => `CAP ${r.pick(["LS", "LS 302", "LIST", "END", "FOO"])}`,
  (r) => `CAP REQ :${r.some(CAPABILITY_NAMES, 4).map((name) => (r.chance(0.2) ? "-" : "") + name).join(" ")}`,
  (r) => `AUTHENTICATE ${r.pick([...WORDS, btoa("\0ann\0correct horse"), "A".repeat(400)])}`,
  (r) =>
    `BATCH ${r.pick(["+ref", "-ref", "+other", "ref"])} ${r.pick(["draft/multiline", "netjoin", ""])} ${
      r.pick(CHANNELS)
    }`,
  (r) => `@batch=ref${r.chance(0.3) ? ";draft/multiline-concat" : ""} PRIVMSG ${r.pick(CHANNELS)} :${anyText(r, 30)}`,
  (r) => `KILL ${r.pick(NICKS)} :${anyText(r, 10)}`,
  (r) =>
    `BAN ${r.pick([...NICKS.slice(0, 4), "198.51.100.0/24", "a:eve"])} ${r.pick(["1m", "7d", "x", ""])} :${
      anyText(r, 10)
    }`,
  (r) => `UNBAN ${r.pick([...NICKS, ...MASKS])}`,
  (r) => `CHGHOST ${r.pick(NICKS)} ${r.pick(["home.example", "x y", "-"])}`,
  (r) => `AWAY :${anyText(r, 20)}`,
  (r) => `SETNAME :${anyText(r, 200)}`,
  (r) => `USER ${anyText(r, 20)} 0 * :${anyText(r, 40)}`,
  (r) => `INVITELINK ${r.pick(CHANNELS)} ${r.pick(WORDS)} ${r.pick(WORDS)}`,
  (r) => `QUIT :${anyText(r, 20)}`,
];

const COMMON = 0.7;

/** A line, most of the time a sensible one. */
export function anyLine(random: Random): string {
  if (random.chance(COMMON)) return random.pick(SHAPES)(random);
  if (random.chance(0.4)) return mutate(random, random.pick(SHAPES)(random));
  const tags = random.chance(0.3) ? `@${random.some(TAGS, 4).join(";")} ` : "";
  const params = random.some([...NICKS, ...CHANNELS, ...MASKS, ...MODES, ...WORDS, ""], 5).join(" ");
  return `${tags}${random.pick(COMMAND_NAMES)} ${params} ${random.chance(0.3) ? `:${anyText(random, 100)}` : ""}`;
}

/** What a person with `nc` types. */
export function anyTyped(random: Random): string {
  const words = ["/nick", "/join", "/msg", "/me", "/who", "/help", "/quit", "/", "//x", "/topic"];
  if (random.chance(0.4)) return `${random.pick(words)} ${random.pick([...NICKS, ...CHANNELS])} ${anyText(random, 20)}`;
  return anyText(random, 80);
}

export { CHANNELS, NICKS };
