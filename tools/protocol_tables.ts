/**
 * The tables of docs/protocol.md, made from the tables in code.
 *
 * `deno run -A tools/protocol_tables.ts` prints them, with `--write` it puts them into the document. A table stands
 * between `<!-- table: name -->` and `<!-- end -->`. Where code has no words for a row, they stand here, under a type or a
 * check that asks for every row.
 *
 * @module
 */

import { MAX_BODY_BYTES, MAX_CLIENT_TAGS_BYTES } from "../protocol.ts";
import { CAPABILITIES, type Capability } from "../protocol/capability.ts";
import { MAX_CHANNEL_LENGTH, MAX_NICK_LENGTH } from "../protocol/casemapping.ts";
import { Connection, wirePair } from "../protocol/connection.ts";
import { Turn } from "../protocol/turn.ts";
import { CHANNEL_MODE_MEANINGS, CHANNEL_MODES, PREFIXES, STATUSES } from "../server/channel.ts";
import { type Client, MAX_LABEL_BYTES } from "../server/client.ts";
import { Clock } from "../server/clock.ts";
import type { Command } from "../server/command.ts";
import { COMMAND_FILES } from "../server/commands.ts";
import { Hub } from "../server/hub.ts";
import * as limits from "../server/limits.ts";
import { offer } from "../server/offer.ts";
import { MAX_CERTIFICATES } from "../server/commands/account_settings.ts";
import { MAX_PASSWORD_BYTES, MIN_PASSWORD_LENGTH } from "../server/password.ts";
import { MAX_SASL_RESPONSE, SASL_CHUNK } from "../server/sasl.ts";
import { MemoryStore } from "../server/store.ts";
import { isupportTokens } from "../server/support.ts";
import { USER_MODE_MEANINGS, USER_MODES } from "../server/user.ts";

/** Where each capability does its work. */
const CAPABILITY_FILES: Readonly<Record<Capability, string>> = {
  accountNotify: "server/commands/account.ts",
  accountRegistration: "server/commands/account.ts",
  accountTag: "server/relay.ts",
  awayNotify: "server/commands/presence.ts",
  batch: "server/client.ts",
  capNotify: "server/commands/connection.ts",
  channelRename: "server/commands/channel.ts",
  chathistory: "server/commands/history.ts",
  chghost: "server/hub.ts",
  echoMessage: "server/commands/message.ts",
  eventPlayback: "server/commands/history.ts",
  extendedIsupport: "server/support.ts",
  extendedJoin: "server/commands/channel.ts",
  extendedMonitor: "server/hub.ts",
  inviteNotify: "server/commands/channel.ts",
  labeledResponse: "server/client.ts",
  messageRedaction: "server/commands/redact.ts",
  messageTags: "server/relay.ts",
  multiline: "server/multiline.ts",
  multiPrefix: "server/channel.ts",
  noImplicitNames: "server/client.ts",
  noImplicitNamesDraft: "server/client.ts",
  preAway: "server/commands/presence.ts",
  readMarker: "server/commands/marker.ts",
  sasl: "server/commands/account.ts",
  search: "server/commands/history.ts",
  serverTime: "server/relay.ts",
  setname: "server/commands/presence.ts",
  standardReplies: "server/client.ts",
  sts: "server/offer.ts",
  userhostInNames: "server/commands/channel.ts",
};

const ISUPPORT_MEANINGS: Readonly<Record<string, string>> = {
  ACCOUNTEXTBAN: "the extended ban for accounts: https://ircv3.net/specs/extensions/account-extban",
  AWAYLEN: "bytes of an away message",
  BOT: "the user mode of bots: https://ircv3.net/specs/extensions/bot-mode",
  CASEMAPPING: "which names are the same: PRECIS UsernameCaseMapped, width and case folded",
  CHANLIMIT: "channels one user may be in",
  CHANMODES: "channel modes by type",
  CHANNELLEN: "characters of a channel's name",
  CHANTYPES: "what a channel's name begins with",
  CHATHISTORY: "messages in one answer: https://ircv3.net/specs/extensions/chathistory",
  ELIST: "what LIST can be asked",
  EXCEPTS: "the mode of ban exceptions",
  EXTBAN: "extended bans, written without a prefix: `a:account`, `m:mask`",
  HOSTLEN: "characters of the host that others see",
  INVEX: "the mode of invite exceptions",
  KEYLEN: "bytes of a key",
  KICKLEN: "bytes of the comment of KICK",
  MAXLIST: "masks in one list of a channel",
  MAXTARGETS: "targets of one message",
  MODES: "changes in one MODE",
  MONITOR: "nicks one client may monitor: https://ircv3.net/specs/extensions/monitor",
  MSGREFTYPES: "how CHATHISTORY refers to messages",
  NAMELEN: "bytes of a real name",
  NETWORK: "what people call the place",
  NICKLEN: "characters of a nick",
  PREFIX: "statuses of members and their prefixes",
  SAFELIST: "LIST does not end the connection, however long it is",
  SAFERATE: "who sends too fast is slowed down, never put off: https://ircv3.net/specs/extensions/saferate",
  STATUSMSG: "prefixes before a channel's name that reach only some members",
  TARGMAX: "targets by command; nothing after the colon: as many as fit",
  TOPICLEN: "bytes of a topic",
  USERLEN: "characters of a username with its `~`",
  UTF8ONLY: "text is UTF-8: https://ircv3.net/specs/extensions/utf8-only",
  WHOX: "WHO with chosen fields: https://ircv3.net/specs/extensions/whox",
};

const CONSTANTS: readonly (readonly [name: string, value: number, meaning: string])[] = [
  ["MAX_BODY_BYTES", MAX_BODY_BYTES, "bytes of a message without tags and CR LF"],
  ["MAX_CLIENT_TAGS_BYTES", MAX_CLIENT_TAGS_BYTES, "bytes of the tags of a message from a client"],
  ["MAX_LABEL_BYTES", MAX_LABEL_BYTES, "bytes of a label"],
  ["MAX_READQ", limits.MAX_READQ, "bytes without a line ending after which a client is closed"],
  ["MAX_NICK_LENGTH", MAX_NICK_LENGTH, "characters of a nick"],
  ["MAX_CHANNEL_LENGTH", MAX_CHANNEL_LENGTH, "characters of a channel's name"],
  ["MAX_USERNAME_LENGTH", limits.MAX_USERNAME_LENGTH, "characters of a username with its `~`"],
  ["MAX_HOST_LENGTH", limits.MAX_HOST_LENGTH, "characters of the host that others see"],
  ["MAX_KEY_BYTES", limits.MAX_KEY_BYTES, "bytes of a channel's key"],
  ["MAX_MASK_BYTES", limits.MAX_MASK_BYTES, "bytes of a mask in a list"],
  ["MAX_MODE_CHANGES", limits.MAX_MODE_CHANGES, "changes in one MODE"],
  ["MAX_TARGETS", limits.MAX_TARGETS, "targets of one PRIVMSG, NOTICE, TAGMSG or KICK"],
  ["SASL_CHUNK", SASL_CHUNK, "bytes of one piece of a response in AUTHENTICATE"],
  ["MAX_SASL_RESPONSE", MAX_SASL_RESPONSE, "bytes of a response in AUTHENTICATE, in base64"],
  ["MIN_PASSWORD_LENGTH", MIN_PASSWORD_LENGTH, "characters of a password at least"],
  ["MAX_PASSWORD_BYTES", MAX_PASSWORD_BYTES, "bytes of a password"],
  ["MAX_CERTIFICATES", MAX_CERTIFICATES, "certificates of one account"],
  ...Object.entries(limits.TEXT_LIMITS).map(([name, value]) =>
    [`TEXT_LIMITS.${name}`, value, `bytes of the text: ${name}`] as const
  ),
];

/** The tables by name, as lines of Markdown. */
export async function protocolTables(): Promise<ReadonlyMap<string, string>> {
  const hub = demoHub();
  const [wire] = wirePair();
  const client = hub.connect(new Connection(wire), { address: "192.0.2.1", secure: false });
  const tables = new Map([
    ["commands", commands()],
    ["capabilities", capabilities(client)],
    ["channel modes", channelModes()],
    ["user modes", userModes()],
    ["isupport", isupport(hub)],
    ["limits", await limitRows()],
    ["constants", table(["name", "value", "what is bounded"], CONSTANTS.map(([name, ...row]) => [code(name), ...row]))],
  ]);
  client.connection.close();
  await client.connection.closed;
  return tables;
}

/** A document with its tables replaced. */
export function putTables(document: string, tables: ReadonlyMap<string, string>): string {
  return document.replace(/(<!-- table: ([a-z ]+) -->\n)[^]*?(\n<!-- end -->)/g, (_, begin, name, end) => {
    const rows = tables.get(name);
    if (rows === undefined) throw new RangeError(`Cannot write the document: there is no table "${name}"`);
    return `${begin}${rows}${end}`;
  });
}

function demoHub(): Hub {
  const options = {
    name: "chat.local",
    network: "chat",
    version: "dev",
    lobby: "#lobby",
    limits: limits.DEFAULT_LIMITS,
    throttle: true,
    secret: "secret",
  };
  return new Hub(options, { store: new MemoryStore(), clock: new Clock(), turn: new Turn(), log: () => {} });
}

function commands(): string {
  const rows = Object.entries(COMMAND_FILES).flatMap(([file, rows]) =>
    Object.entries(rows).map(([name, row]) => [name, code(row.usage), row.description, who(row), row.spec, file])
  );
  rows.sort(([a = ""], [b = ""]) => a < b ? -1 : 1);
  return table(["command", "usage", "what for", "for whom", "spec", "file"], rows);
}

function who(row: Command): string {
  if (row.early) return "also before registration";
  return row.operator ? "operators of the server" : "users";
}

function capabilities(client: Client): string {
  const rows = [...offer(client)].map(([key, value]) => {
    const { name, spec } = CAPABILITIES[key];
    return [name, value === "" ? "" : code(value), spec, CAPABILITY_FILES[key]];
  });
  rows.sort(([a = ""], [b = ""]) => a < b ? -1 : 1);
  return table(["capability", "value", "spec", "file"], rows);
}

function channelModes(): string {
  const types = { list: "A", always: "B", whenSet: "C", never: "D", statuses: "prefix" } as const;
  const rows = Object.entries(types).flatMap(([kind, type]) =>
    [...CHANNEL_MODES[kind as keyof typeof types]].map((letter) => {
      const prefix = kind === "statuses" ? ` ${code(PREFIXES[STATUSES.indexOf(letter)]!)}` : "";
      return [code(letter), type + prefix, need(CHANNEL_MODE_MEANINGS, letter)];
    })
  );
  return table(["mode", "type", "meaning"], rows);
}

function userModes(): string {
  return table(["mode", "meaning"], [...USER_MODES].map((letter) => [code(letter), need(USER_MODE_MEANINGS, letter)]));
}

function isupport(hub: Hub): string {
  const rows = [...isupportTokens(hub)].map(([name, value]) => [
    name,
    value === "" ? "" : code(value),
    need(ISUPPORT_MEANINGS, name),
  ]);
  return table(["token", "value with the default limits", "meaning"], rows);
}

/** The limits with the sentence above each in `server/limits.ts`. */
async function limitRows(): Promise<string> {
  const source = await Deno.readTextFile(new URL("../server/limits.ts", import.meta.url));
  const rows = Object.entries(limits.DEFAULT_LIMITS).map(([name, value]) => {
    const comment = new RegExp(`/\\*\\* ([^*]*(?:\\*(?!/)[^*]*)*) \\*/\\n  (?:readonly )?${name}: `).exec(source)?.[1];
    if (comment === undefined) throw new RangeError(`Cannot list the limits: ${name} has no comment`);
    return [
      code(name),
      `${value}`,
      comment.replace(/\{@linkcode Limits\.(\w+)\}/g, "`$1`").replace(/\s*\n\s*\* /g, " "),
    ];
  });
  return table(["limit", "default", "what is bounded"], rows);
}

function need(meanings: Readonly<Record<string, string>>, name: string): string {
  const meaning = meanings[name];
  if (meaning === undefined) throw new RangeError(`Cannot make the table: nothing says what ${name} means`);
  return meaning;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((row) => `| ${row.map((cell) => `${cell}`.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) {
  const tables = await protocolTables();
  if (Deno.args.includes("--write")) {
    const path = new URL("../docs/protocol.md", import.meta.url);
    await Deno.writeTextFile(path, putTables(await Deno.readTextFile(path), tables));
  } else {
    const text = [...tables].map(([name, rows]) => `<!-- table: ${name} -->\n${rows}\n<!-- end -->\n`).join("\n");
    await Deno.stdout.write(new TextEncoder().encode(text));
  }
}
