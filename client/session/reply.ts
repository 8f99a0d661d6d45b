/**
 * Answers and refusals: numerics, standard replies, ERROR, PING and PONG.
 *
 * What has a meaning for the session is handled where it belongs; here the rest becomes text that a person can read.
 *
 * @module
 */

import { RPL_INVITING } from "../../protocol/numerics.ts";
import type { Handler, Session } from "../session.ts";

// PING :<token>
const ping: Handler = (session, { params }) => session.answer("PONG", params.at(-1) ?? "");

// PONG [<server>] :<token>
const pong: Handler = (session, { params }) => {
  const settled = session.outbox.pong(params.at(-1) ?? "");
  for (const ref of settled ?? []) session.emit({ type: "accepted", ref });
};

// ACK   https://ircv3.net/specs/extensions/labeled-response
const ack: Handler = (session, _message, { label }) => {
  const ref = label === undefined ? undefined : session.outbox.acknowledged(label);
  if (ref !== undefined) session.emit({ type: "accepted", ref });
};

// ERROR :<reason>
const error: Handler = (session, { params }) => session.emit({ type: "closing", text: params.at(-1) ?? "" });

// FAIL <command> <code> [<context>...] :<text>   https://ircv3.net/specs/extensions/standard-replies
const fail: Handler = (session, { params }, { label }) => {
  const [command = "", code = "", ...rest] = params;
  const text = rest.pop() ?? "";
  if (command === "CHATHISTORY") return failHistory(session, text, label, rest);
  if (command === "SEARCH") return session.emit({ type: "search", messages: [], failed: text });
  refuse(session, { command, code, target: rest[0] ?? "", text }, label);
};

function failHistory(session: Session, text: string, label: string | undefined, context: readonly string[]): void {
  const at = session.histories.findIndex((asked) =>
    label !== undefined ? asked.label === label : context.some((word) => session.same(word, asked.request.target))
  );
  const [asked] = session.histories.splice(Math.max(at, 0), 1);
  if (asked === undefined) return;
  session.emit({ type: "history", request: asked.request, events: [], extent: { size: 0 }, failed: text });
}

interface Refusal {
  readonly command: string;
  readonly code: string;
  readonly target: string;
  readonly text: string;
}

function refuse(session: Session, refusal: Refusal, label: string | undefined): void {
  const ref = session.outbox.refused(refusal.target, label);
  session.emit({ type: "refused", ...refusal, ...(ref !== undefined && { ref }) });
}

// WARN and NOTE <command> <code> [<context>...] :<text>
const note: Handler = (session, { params }) => {
  const [command = "", code = "", ...context] = params;
  const text = context.pop() ?? "";
  const [about = "", ...details] = context;
  const untold = details.filter((detail) => !text.includes(detail));
  const whole = untold.length === 0 ? text : `${text.replace(/\.$/, "")}: ${untold.join(" ")}`;
  session.emit({ type: "info", code: `${command} ${code}`, about, text: whole });
};

// REGISTER SUCCESS <account> :<text>   https://ircv3.net/specs/extensions/account-registration
const registered: Handler = (session, { command, params }) => {
  const [status = "", account = "", text = ""] = params;
  session.emit({
    type: "info",
    code: `${command} ${status}`,
    about: account,
    text: text === "" ? `${status} ${account}` : text,
  });
};

// 322 <nick> <channel> <members> :<topic>
const listed: Handler = (session, { params }) => {
  const [, channel = "", members = "", topic = ""] = params;
  session.emit({ type: "list", channel, members: Number(members) || 0, topic });
};

/** Numerics whose meaning is in a parameter that their text does not repeat. */
const PHRASES: ReadonlyMap<string, (params: readonly string[]) => string> = new Map([
  ["301", ([, nick, text]: readonly string[]) => `${nick} is away: ${text}`],
  ["307", ([, nick, text]: readonly string[]) => `${nick} ${text}`],
  ["311", ([, nick, user, host, , name]: readonly string[]) => `${nick} is ${user}@${host}: ${name}`],
  ["312", ([, nick, server, info]: readonly string[]) => `${nick} is on ${server}: ${info}`],
  ["314", ([, nick, user, host, , name]: readonly string[]) => `${nick} was ${user}@${host}: ${name}`],
  [
    "317",
    ([, nick, idle, since]: readonly string[]) => `${nick} is idle for ${duration(idle)}, here since ${clock(since)}`,
  ],
  ["319", ([, nick, channels]: readonly string[]) => `${nick} is in ${channels}`],
  ["329", ([, channel, since]: readonly string[]) => `${channel} exists since ${clock(since)}`],
  ["330", ([, nick, account]: readonly string[]) => `${nick} is logged in as ${account}`],
  ["335", ([, nick]: readonly string[]) => `${nick} is a bot`],
  ["338", ([, nick, ...address]: readonly string[]) => `${nick} comes from ${address.slice(0, -1).join(" ")}`],
  ["341", ([, nick, channel]: readonly string[]) => `${nick} was invited to ${channel}`],
  ["346", ([, channel, mask, by]: readonly string[]) => `${channel} lets in ${mask}${by ? ` (by ${by})` : ""}`],
  ["348", ([, channel, mask, by]: readonly string[]) => `${channel} excepts ${mask}${by ? ` (by ${by})` : ""}`],
  ["367", ([, channel, mask, by]: readonly string[]) => `${channel} bans ${mask}${by ? ` (by ${by})` : ""}`],
  ["671", ([, nick]: readonly string[]) => `${nick} is connected securely`],
]);

/** Numerics that only end or begin a list, or say what the session knows. */
const SILENT: ReadonlySet<string> = new Set(
  "002 003 004 250 252 253 254 255 265 266 315 318 321 323 347 349 368 369 375 670 908".split(" "),
);

function duration(seconds = ""): string {
  const minutes = Math.floor(Number(seconds) / 60);
  if (minutes < 1) return `${seconds} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function clock(seconds = ""): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? seconds : date.toISOString().slice(0, 16).replace("T", " ");
}

/** Handles what no handler knows: a numeric becomes text. */
export const handleOther: Handler = (session, { command, params }, { label }) => {
  if (!/^\d{3}$/.test(command)) return;
  const [, about = ""] = params;
  const text = params.at(-1) ?? "";
  const isError = command >= "400" && command < "600" || ["723", "743", "972", "976"].includes(command);
  if (isError) {
    return refuse(session, { command: "", code: command, target: params.length > 2 ? about : "", text }, label);
  }
  if (SILENT.has(command)) return;
  const said = PHRASES.get(command)?.(params) ?? params.slice(1).join(" ");
  const where = command === RPL_INVITING ? params[2] ?? "" : params.length > 2 ? about : "";
  session.emit({ type: "info", code: command, about: where, text: said });
};

/** Handlers of this room. */
export const REPLY_HANDLERS: readonly (readonly [string, Handler])[] = [
  ["PING", ping],
  ["PONG", pong],
  ["ACK", ack],
  ["ERROR", error],
  ["FAIL", fail],
  ["WARN", note],
  ["NOTE", note],
  ["REGISTER", registered],
  ["VERIFY", registered],
  ["322", listed],
];
