/**
 * A server that says anything to a client, and a person who presses anything: the screen stays a screen, and what is sent
 * stays IRC.
 *
 * @module
 */

import { textWidth } from "../../client/text.ts";
import { drawScreen } from "../../client/view.ts";
import { byteLength, MAX_BODY_BYTES } from "../../protocol.ts";
import * as numerics from "../../protocol/numerics.ts";
import { Seat } from "../client_screen.ts";
import { CHANNELS, NICKS } from "./commands.ts";
import { anyCharacter, anyText, mutate, Random } from "./random.ts";

const CODES = Object.values(numerics).filter((value) => typeof value === "string" && /^\d{3}$/.test(value)) as string[];
const COMMANDS = [
  "PRIVMSG",
  "NOTICE",
  "JOIN",
  "PART",
  "QUIT",
  "NICK",
  "KICK",
  "MODE",
  "TOPIC",
  "INVITE",
  "BATCH",
  "TAGMSG",
];
const MORE = [
  "CAP",
  "ACCOUNT",
  "AWAY",
  "CHGHOST",
  "SETNAME",
  "FAIL",
  "WARN",
  "NOTE",
  "REDACT",
  "MARKREAD",
  "ERROR",
  "PING",
];
const CAPABILITIES =
  "batch message-tags server-time echo-message labeled-response draft/chathistory draft/multiline draft/read-marker";
const KEYS = [
  "\r",
  "\t",
  "\x1b",
  "\x7f",
  "\x1b[A",
  "\x1b[B",
  "\x1b[5~",
  "\x1b[6~",
  "\x1b[D",
  "\x1b[H",
  "\x01",
  "\x05",
  "\x0b",
  "\x15",
  "\x17",
  "\x1b\r",
  "\x1b[200~a\nb\x1b[201~",
  "\x1bn",
  "\x1bp",
  "\x0e",
  "\x10",
  "\x06",
];
const TYPED = [
  "/join ",
  "/msg ann ",
  "/nick ",
  "/topic ",
  "/me ",
  "/search ",
  "/close",
  "/help",
  "/set bell off",
  "/ignore ",
  "/whois ann",
  "/react 1 ",
  "/raw ",
];

/** What went wrong; empty if nothing did. */
export function fuzzClient(seed: number, steps: number): string[] {
  const random = new Random(seed);
  const size = { columns: 20 + random.below(110), rows: 6 + random.below(45) };
  const capabilities = random.chance(0.7) ? CAPABILITIES : "";
  const seat = new Seat({ ...size, capabilities, welcomed: random.chance(0.8) });
  for (let i = 0; i < steps; i++) {
    const did = act(random, seat);
    const wrong = brokenScreen(seat, size.columns, size.rows) ?? brokenLines(seat);
    if (wrong !== undefined) return [`seed ${seed}, step ${i}, after ${JSON.stringify(did)}: ${wrong}`];
  }
  return [];
}

function act(random: Random, seat: Seat): string {
  const keys = random.chance(0.4);
  const did = keys ? anyKeys(random) : anyServerLine(random);
  if (keys) seat.types(did);
  else seat.says(did);
  seat.now += random.below(20_000);
  return did;
}

function anyKeys(random: Random): string {
  if (random.chance(0.4)) return random.pick(KEYS);
  if (random.chance(0.3)) return random.pick(TYPED) + anyText(random, 20) + "\r";
  return anyText(random, 12) + (random.chance(0.5) ? "\r" : "");
}

function anyServerLine(random: Random): string {
  const source = random.pick([`${random.pick(NICKS)}!u@h`, "irc", anyText(random, 10).replaceAll(" ", "_") || "x"]);
  const tags = random.chance(0.5) ? `@${anyTags(random)} ` : "";
  const params = [random.pick([...NICKS, ...CHANNELS]), random.pick([...NICKS, ...CHANNELS, "+o", "=", "ref", "LS"])];
  const code = random.chance(0.4) ? random.pick(CODES) : random.pick([...COMMANDS, ...MORE]);
  const line = `${tags}:${source} ${code} ${params.slice(0, random.below(3)).join(" ")} :${anyText(random, 200)}`;
  return random.chance(0.2) ? mutate(random, line) : line;
}

function anyTags(random: Random): string {
  const tags = [
    "time=2026-01-01T00:00:00.000Z",
    "time=never",
    "msgid=1",
    "msgid=2",
    "batch=ref",
    "label=1",
    "account=x",
    "+typing=active",
    "+draft/reply=1",
    `+draft/react=${anyCharacter(random)}`,
  ];
  return random.some(tags, 3).join(";");
}

// deno-lint-ignore no-control-regex -- the only sequences that a row may hold
const STYLES = /\x1b\[[0-9;:]*[mGK]|\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)/g;
// deno-lint-ignore no-control-regex -- what puts the cursor into a column
const COLUMN = /\x1b\[(?=\d+G)/;
// deno-lint-ignore no-control-regex -- they are what must not be there
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/;

/** How far to the right a row reaches, whose parts begin at columns of their own. */
function widthOf(row: string): number {
  // How wide a character with a selector behind it is, terminals do not agree.
  row = row.replace(/[\ufe00-\ufe0f]/g, "");
  const [first = "", ...others] = row.replace(STYLES, (style) => style.endsWith("G") ? style : "").split(COLUMN);
  const ends = others.map((part) => parseInt(part) - 1 + textWidth(part.replace(/^\d+G/, "")));
  return Math.max(textWidth(first), ...ends);
}

/** What is wrong with what is drawn: control characters, or a row that is too wide. */
export function brokenScreen(seat: Seat, columns: number, rows: number): string | undefined {
  seat.screen.scrolling.resize(columns, rows);
  const drawn = drawScreen(seat.screen.state(), columns, rows);
  seat.screen.drawn(drawn);
  if (drawn.rows.length !== rows) return `${drawn.rows.length} rows of ${rows} are drawn`;
  for (const row of drawn.rows) {
    const bare = row.replace(STYLES, "");
    if (CONTROLS.test(bare)) return `a row holds control characters: ${JSON.stringify(row)}`;
    const width = widthOf(row);
    if (width > columns) return `a row is ${width} wide, not ${columns}: ${JSON.stringify(row)}`;
  }
  return undefined;
}

function brokenLines(seat: Seat): string | undefined {
  for (const line of seat.sent.splice(0)) {
    if (/[\r\n\0]/.test(line) || !line.isWellFormed()) return `what is sent is no line: ${JSON.stringify(line)}`;
    const body = line.replace(/^@[^ ]* /, "");
    if (byteLength(body) > MAX_BODY_BYTES && !body.startsWith("PONG ")) {
      return `what is sent is too long: ${JSON.stringify(line)}`;
    }
  }
  return undefined;
}
