// Every slash command: what is typed, and what the server is sent.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SLASH_COMMANDS } from "../client/slash_commands.ts";
import { Seat } from "./client_screen.ts";

const ALL =
  "batch message-tags echo-message draft/message-redaction soju.im/search draft/account-registration sasl=PLAIN";

/** Typed in #lobby, where ben (from `h`) has said m1 and we have said m2. */
const TYPED: readonly (readonly [string, ...string[]])[] = [
  ["/join tea", "JOIN #tea"],
  ["/j #tea key", "JOIN #tea key"],
  ["/join #a,#b", "JOIN #a", "JOIN #b"],
  ["/part", "PART #lobby"],
  ["/part #lobby see you", "PART #lobby :see you"],
  ["/leave so long", "PART #lobby :so long"],
  ["/close", "PART #lobby"],
  ["/msg ben are you there?", "PRIVMSG ben :are you there?"],
  ["/msg #lobby hi", "PRIVMSG #lobby hi"],
  ["/query ben"],
  ["/notice ben beep", "NOTICE ben beep"],
  ["/me waves at all", "PRIVMSG #lobby :\x01ACTION waves at all\x01"],
  ["/reply yes", "@+reply=m1;+draft/reply=m1 PRIVMSG #lobby yes"],
  ["/react :tada:", "@+draft/react=🎉;+reply=m1;+draft/reply=m1 TAGMSG #lobby"],
  ["/unreact 🎉", "@+draft/unreact=🎉;+reply=m1;+draft/reply=m1 TAGMSG #lobby"],
  ["/search tea in:#dev", "SEARCH in=#dev;text=tea;limit=50"],
  ["/nick anna", "NICK anna"],
  ["/topic all about tea", "TOPIC #lobby :all about tea"],
  ["/topic #tea", "TOPIC #tea"],
  ["/topic -", "TOPIC #lobby :"],
  ["/names", "NAMES #lobby"],
  ["/who ben", "WHO ben"],
  ["/whois ben", "WHOIS ben"],
  ["/list", "LIST"],
  ["/list #t*", "LIST #t*"],
  ["/away making tea", "AWAY :making tea"],
  ["/away", "AWAY"],
  ["/invite carl", "INVITE carl #lobby"],
  ["/invite carl #tea", "INVITE carl #tea"],
  ["/invite-link", "INVITELINK #lobby"],
  ["/invite-link 7d 5", "INVITELINK #lobby 7d 5"],
  ["/kick ben enough of it", "KICK #lobby ben :enough of it"],
  ["/ban ben", "MODE #lobby +b *!*@h"],
  ["/ban carl", "MODE #lobby +b carl!*@*"],
  ["/ban", "MODE #lobby +b"],
  ["/unban *!*@h", "MODE #lobby -b *!*@h"],
  ["/op ben carl", "MODE #lobby +o ben", "MODE #lobby +o carl"],
  ["/deop ben", "MODE #lobby -o ben"],
  ["/voice ben", "MODE #lobby +v ben"],
  ["/devoice ben", "MODE #lobby -v ben"],
  ["/mode +i", "MODE #lobby +i"],
  ["/mode", "MODE #lobby"],
  ["/mode ann +B", "MODE ann +B"],
  ["/account", "ACCOUNT GET"],
  ["/account always-on on", "ACCOUNT SET always-on on"],
  ["/oper", "OPER"],
  ["/oper root s3cret", "OPER root s3cret"],
  ["/raw VERSION", "VERSION"],
  ["/quit bye all", "QUIT :bye all"],
  ["//shrug", "PRIVMSG #lobby /shrug"],
  ["/etc/hosts is a file", "PRIVMSG #lobby :/etc/hosts is a file"],
  [" /me", "PRIVMSG #lobby : /me"],
];

function inLobby(): Seat {
  const ann = new Seat({ capabilities: ALL });
  ann.says(
    ":ben!b@h JOIN #lobby",
    "@msgid=m1 :ben!b@h PRIVMSG #lobby :tea?",
    "@msgid=m2 :ann!a@home PRIVMSG #lobby :maybe",
  );
  ann.sent.length = 0;
  return ann;
}

Deno.test("what is typed becomes what the server is sent", () => {
  for (const [typed, ...sent] of TYPED) {
    const ann = inLobby();
    ann.types(`${typed}\r`);
    const lines = ann.sent.filter((line) => !line.includes("+typing") && !line.startsWith("MARKREAD"));
    assertEquals(lines, sent, typed);
  }
});

/** Commands that send nothing, and what the person reads. */
const SHOWN: readonly (readonly [string, string])[] = [
  ["/help topic", "/topic [CHANNEL] [TOPIC]"],
  ["/topic", "There is no topic; /topic TEXT sets one."],
  ["/ignore", "Nobody is ignored."],
  ["/ignore ben", "ben is not shown any more."],
  ["/unignore ben", "ben was not ignored."],
  ["/notify all", "#lobby: all"],
  ["/notify sometimes", 'Write "all", "mentions" or "mute".'],
  ["/set", "/set bell on"],
  ["/set bell off", "bell is off now."],
  ["/set bell loud", "Write /set bell on, or off."],
  ["/set volume 11", 'There is no setting "volume".'],
  ["/set highlights tea,coffee", "highlights is tea,coffee now."],
  ["/login", "The password of ann"],
  ["/register", "A password for ann"],
  ["/oper root", "The password of the operator root"],
  ["/password", "You are not logged in to an account."],
  ["/logout", "There is no account to forget here."],
  ["/delete", 'Delete for everybody, y or n? "maybe"'],
  ["/kick", "Write /kick NICK [REASON]"],
  ["/search tea after:soon", '"soon" is no date'],
  ["/fingerprint", "This connection is not encrypted"],
  ["/nosuch", "There is no /nosuch."],
];

Deno.test("what sends nothing says something", async () => {
  for (const [typed, shown] of SHOWN) {
    const ann = inLobby();
    ann.types(`${typed}\r`);
    assertStringIncludes(await ann.text(), shown, typed);
  }
});

/** Types answers to what is asked, one after the other, and gives the screen. */
async function answers(seat: Seat, ...typed: string[]): Promise<string> {
  for (const line of typed) {
    seat.types(`${line}\r`);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return await seat.text();
}

Deno.test("/oper with a name asks for the password, which nobody sees; with none typed nothing is sent", async () => {
  const ann = inLobby();
  assert(!(await answers(ann, "/oper root", "s3cret word")).includes("s3cret"));
  assertEquals(ann.sent.at(-1), "OPER root :s3cret word");
  await answers(ann, "/oper other", "");
  assertEquals(ann.sent.at(-1), "OPER root :s3cret word");
});

Deno.test("/delete asks, and then says why, if a reason was given", async () => {
  const ann = inLobby();
  await answers(ann, "/delete a typo", "y");
  assertEquals(ann.sent, ["REDACT #lobby m2 :a typo"]);
});

Deno.test("what fits no line of the protocol is said, also behind a question", async () => {
  for (const typed of [["/kick :x why"], ["/register :x", "s3cret-word", "s3cret-word"], ["/oper :x", "s3cret-word"]]) {
    const ann = inLobby();
    assertStringIncludes(await answers(ann, ...typed), 'parameter ":x" is not', typed[0]);
  }
});

Deno.test("/clear empties the screen, /reconnect connects anew", async () => {
  const ann = inLobby();
  ann.types("/clear\r/reconnect\r");
  assert(!(await ann.text()).includes("tea?"));
  assertEquals(ann.effects, ["reconnect Connecting anew, as you asked."]);
});

Deno.test("every slash command is tried here", () => {
  const tried = new Set([...TYPED, ...SHOWN].map(([typed]) => typed.slice(1).split(" ")[0]));
  const aliases = { j: "join", leave: "part", query: "msg" };
  for (const [alias, name] of Object.entries(aliases)) if (tried.has(alias)) tried.add(name);
  const missing = SLASH_COMMANDS.map(({ name }) => name).filter((name) =>
    !tried.has(name) && !["clear", "reconnect"].includes(name)
  );
  assertEquals(missing, []);
});
