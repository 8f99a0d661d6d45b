/**
 * The table of subcommands: everything that can be said to `chat` on the command line.
 *
 * @module
 */

import { isChannelName, isNick } from "../protocol/casemapping.ts";
import { parseDuration } from "../server/duration.ts";
import { DEFAULT_HISTORY_SIZE, DEFAULT_RETENTION, FOREVER, LEAST_HISTORY_SIZE, parseDate } from "./history_options.ts";
import { parseSize } from "./sizes.ts";
import { type SubcommandSpec, wholeNumber } from "./command_line.ts";

function channelName(text: string): string | undefined {
  return isChannelName(text) ? undefined : "a channel's name is # and at least one letter, without spaces or commas";
}

/** The # may be left out, as in /join: shells take it for a comment. */
function channelToJoin(text: string): string | undefined {
  return isChannelName(text) ? undefined : channelName(`#${text}`);
}

function serverName(text: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(text)
    ? undefined
    : "a name has only letters, digits, dots and hyphens";
}

function webAddress(text: string): string | undefined {
  return /^https:\/\/[^\s=]+$/.test(text) && URL.canParse(text)
    ? undefined
    : "it must be an https:// address without = in it";
}

function hostName(text: string): string | undefined {
  return /^[A-Za-z0-9.:-]+$/.test(text) ? undefined : "it must be a name or an address, without a port";
}

function expiry(text: string): string | undefined {
  if (text === "never" || parseDuration(text) !== undefined) return undefined;
  return "it must be a time such as 12h or 7d, or never";
}

function nick(text: string): string | undefined {
  return isNick(text) ? undefined : "a nick has up to 32 letters and digits, of any script, and no spaces";
}

function portOrOff(text: string): string | undefined {
  return text === "off" ? undefined : wholeNumber(0, 65535)(text) && "it must be a port from 0 to 65535, or off";
}

const PLAINTEXT = ["loopback", "lan", "any", "off"];

function plaintext(text: string): string | undefined {
  return PLAINTEXT.includes(text) ? undefined : `it must be one of ${PLAINTEXT.join(", ")}`;
}

function stsDuration(text: string): string | undefined {
  if (text === "off" || text === "0" || parseDuration(text) !== undefined) return undefined;
  return "it must be a time such as 30d, 0 to take it back, or off";
}

function retention(text: string): string | undefined {
  if (text === FOREVER || parseDuration(text) !== undefined) return undefined;
  return `it must be a time such as 90d, or ${FOREVER}`;
}

function historySize(text: string): string | undefined {
  const bytes = parseSize(text);
  return bytes !== undefined && bytes >= LEAST_HISTORY_SIZE
    ? undefined
    : "it must be a size of 10M or more, such as 4G";
}

function date(text: string): string | undefined {
  return parseDate(text) === undefined ? "it must be a date such as 2026-01-31, or 2026-01-31T12:00" : undefined;
}

const dataFolder = { name: "data", value: "DIR", description: "the folder of the server (the same as of chat serve)" };

const passwordFile = { name: "password-file", value: "FILE" } as const;

/** Every subcommand. */
export const SUBCOMMANDS: readonly SubcommandSpec[] = [
  {
    name: "serve",
    operands: "",
    minOperands: 0,
    maxOperands: 0,
    summary: "Open a place to talk",
    options: [
      { name: "host", value: "ADDRESS", description: "listen at this address (0.0.0.0: everywhere; :: with IPv6)" },
      {
        name: "port",
        value: "PORT",
        description: "listen at this port (6667); 0 takes a free one",
        check: wholeNumber(0, 65535),
      },
      {
        name: "tls-port",
        value: "PORT|off",
        description: "listen for TLS at this port (6697); 0 takes a free one",
        check: portOrOff,
      },
      {
        name: "tls-cert",
        value: "FILE",
        description: "a certificate with its chain, in PEM (one of its own making); read again at SIGHUP and REHASH",
      },
      { name: "tls-key", value: "FILE", description: "the key of the certificate, in PEM" },
      {
        name: "sts",
        value: "TIME|off",
        description: "how long clients insist on TLS (30d), once a public authority signed the certificate",
        check: stsDuration,
      },
      {
        name: "plaintext",
        value: "loopback|lan|any|off",
        description: "from where plain text is taken (lan: this machine and private networks)",
        check: plaintext,
      },
      {
        name: "name",
        value: "NAME",
        description: "what the server calls itself (the name of this machine)",
        check: serverName,
      },
      { name: "network", value: "TEXT", description: "what people call the place (the same)" },
      {
        name: "icon",
        value: "URL",
        description: "a picture for the place, for clients that show one",
        check: webAddress,
      },
      {
        name: "channel",
        value: "#CHANNEL",
        description: "where people with nc sit, and joiners are sent (#lobby)",
        check: channelName,
      },
      { name: "motd", value: "FILE", description: "a message of the day" },
      { ...passwordFile, description: "only who knows the password in this file comes in" },
      {
        name: "oper-file",
        value: "FILE",
        description: "operators of the server: lines of a name and a password or its hash",
      },
      { name: "invite-only", description: "let in only people with an account and those who were invited" },
      {
        name: "public-name",
        value: "HOST",
        description: "how others reach this machine, for invitations (its address in the network)",
        check: hostName,
      },
      { name: "data", value: "DIR", description: "where history and accounts are kept (a folder of your user's)" },
      { name: "ephemeral", description: "keep everything in memory only" },
      {
        name: "retention",
        value: "TIME|forever",
        description: `how long history is kept (${DEFAULT_RETENTION}: five years); also channels that nobody uses`,
        check: retention,
      },
      {
        name: "history-size",
        value: "SIZE",
        description:
          `most room on disk for history (${DEFAULT_HISTORY_SIZE}: some 15 million messages); the oldest goes first`,
        check: historySize,
      },
      {
        name: "max-clients",
        value: "N",
        description: "most clients at once (10000)",
        check: wholeNumber(1, 1_000_000),
      },
      {
        name: "max-per-address",
        value: "N",
        description: "most connections at once from one address (16)",
        check: wholeNumber(1, 1_000_000),
      },
      {
        name: "max-new-per-address",
        value: "N",
        description: "most new connections from one address in ten minutes (32)",
        check: wholeNumber(1, 1_000_000),
      },
      { name: "no-throttle", description: "slow nobody down: for trusted networks and load tests" },
    ],
    examples: [
      "chat serve",
      "chat serve --port 7000 --network 'Our house' --motd welcome.txt",
      "chat serve --ephemeral --host 127.0.0.1",
      "chat serve --tls-cert fullchain.pem --tls-key privkey.pem --plaintext off",
    ],
  },
  {
    name: "join",
    operands: "[HOST[:PORT]]",
    minOperands: 0,
    maxOperands: 1,
    summary: "Walk in; without an address, where you were last",
    options: [
      { name: "nick", value: "NAME", description: "who you are (CHAT_NICK, or your login name)", check: nick },
      {
        name: "channel",
        value: "#CHANNEL",
        description: "go there (#lobby); may be repeated, and the # left out",
        repeats: true,
        check: channelToJoin,
      },
      { ...passwordFile, description: "the server's password is in this file" },
      { name: "new-key", description: "the server has a new key, the one in the address; forget the old one" },
      { name: "json", description: "one JSON object a line, for scripts" },
      { name: "quiet", description: "show nothing that others say" },
    ],
    examples: [
      "chat join localhost",
      "chat join 'ircs://chat.example:6697#FINGERPRINT'",
      "chat join [::1]:6667 --nick 小明",
      "make 2>&1 | chat join localhost --channel '#builds' --quiet",
    ],
  },
  {
    name: "completions",
    operands: "bash|zsh|fish",
    minOperands: 1,
    maxOperands: 1,
    summary: "Print completions for bash, zsh or fish",
    options: [],
    examples: ['eval "$(chat completions bash)"', "chat completions fish | source"],
  },
  {
    name: "invite",
    operands: "",
    minOperands: 0,
    maxOperands: 0,
    summary: "Make a link, also as a QR code, that lets somebody in; the server may run",
    options: [
      { name: "channel", value: "#CHANNEL", description: "let them into this channel", check: channelName },
      { name: "expires", value: "TIME|never", description: "how long the link holds (7d)", check: expiry },
      { name: "uses", value: "N", description: "for how many people (any number)", check: wholeNumber(1, 1000) },
      {
        name: "host",
        value: "HOST",
        description: "how they reach this machine (its address in the network)",
        check: hostName,
      },
      { name: "list", description: "show the invitations that hold" },
      { name: "revoke", value: "ID", description: "take one back" },
      dataFolder,
    ],
    examples: [
      "chat invite --channel '#tea' --expires 7d --uses 5",
      "chat invite --list",
      "chat invite --revoke 1a2b3c4d",
    ],
  },
  {
    name: "operator",
    operands: "add NAME | remove NAME | list",
    minOperands: 1,
    maxOperands: 2,
    summary: "Say which accounts are operators of the server; it may run",
    options: [dataFolder],
    examples: ["chat operator add ann", "chat operator list"],
  },
  {
    name: "backup",
    operands: "FILE",
    minOperands: 1,
    maxOperands: 1,
    summary: "Copy history, accounts and channels into a file; the server may run",
    options: [dataFolder],
    examples: ["chat backup chat-monday.db"],
  },
  {
    name: "export",
    operands: "",
    minOperands: 0,
    maxOperands: 0,
    summary: "Print the history of a channel; the server may run",
    options: [
      { name: "channel", value: "#CHANNEL", description: "which channel", check: channelName },
      { name: "since", value: "DATE", description: "from this date on, by UTC (from the beginning)", check: date },
      { name: "json", description: "one JSON object a line, with everything that is kept" },
      dataFolder,
    ],
    examples: ["chat export --channel '#lobby' --since 2026-01-01 > lobby.txt"],
  },
  {
    name: "doctor",
    operands: "",
    minOperands: 0,
    maxOperands: 0,
    summary: "Look whether a server is well: its data, disk, clock and port",
    options: [
      dataFolder,
      { name: "host", value: "ADDRESS", description: "where the server should listen (127.0.0.1)" },
      { name: "port", value: "PORT", description: "and at which port (6667)", check: wholeNumber(1, 65535) },
    ],
    examples: ["chat doctor"],
  },
  {
    name: "hash-password",
    operands: "",
    minOperands: 0,
    maxOperands: 0,
    summary: "Read a password and print its hash, for the file of operators",
    options: [],
    examples: ['echo "admin $(chat hash-password)" >> operators.txt'],
  },
];
