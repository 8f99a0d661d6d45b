/**
 * What the slash commands do that take more than a line.
 *
 * @module
 */

import { readEmoji } from "../emoji.ts";
import { sanitize, stripFormatting } from "../sanitize.ts";
import { searchAttributes } from "../search_query.ts";
import type { Session } from "../session.ts";
import { isNotify, SWITCHES } from "../settings.ts";
import type { SlashContext } from "./context.ts";

/** The words of a text behind the first `count`. */
export function after(rest: string, count: number): string {
  return rest.replace(new RegExp(`^(?:\\S+\\s+){0,${count - 1}}\\S+\\s*`), "");
}

/** The channel that is open; without one it says so. */
export function channelHere(context: SlashContext): string | undefined {
  if (context.session.isChannel(context.target)) return context.target;
  context.fail("You are in no channel here. Open one first, or name it.");
  return undefined;
}

/** A channel if the first word names one, else the one that is open; and the words behind it. */
export function channelAndRest(context: SlashContext, rest: string): { channel: string; rest: string } | undefined {
  const [first = ""] = rest.split(/\s/, 1);
  if (context.session.isChannel(first)) return { channel: first, rest: after(rest, 1) };
  const channel = channelHere(context);
  return channel === undefined ? undefined : { channel, rest };
}

/** A name as that of a channel: `tea` is `#tea`. */
export function asChannel(session: Session, name: string): string {
  return session.isChannel(name) ? name : `#${name}`;
}

/** Says what a channel is about. */
export function showTopic(context: SlashContext, topic: string): void {
  const text = sanitize(stripFormatting(topic));
  context.show(text === "" ? "There is no topic; /topic TEXT sets one." : `topic: ${text}`);
}

/** Gives, or takes, a status. */
export function setModes(context: SlashContext, sign: "+" | "-", letter: string, nicks: readonly string[]): void {
  const channel = channelHere(context);
  if (channel === undefined) return;
  for (const nick of nicks) context.session.command("MODE", channel, sign + letter, nick);
}

/** Says something to somebody, and opens the conversation. */
export function talkTo(
  context: SlashContext,
  target: string,
  text: string,
  kind: "message" | "notice" = "message",
): void {
  const channel = context.session.isChannel(target);
  if (kind === "message" && !channel) context.open(target);
  if (text !== "") context.say(target, text, { kind });
}

/** Answers a message. */
export function reply(context: SlashContext, text: string): void {
  const message = context.picked();
  if (message === undefined) return context.fail("There is no message here to answer.");
  context.say(message.target, text, { reply: message.id });
}

/** Reacts to a message, or takes that back. */
export function react(context: SlashContext, word: string, add: boolean): void {
  if (!context.session.enabled.has("messageTags")) return context.fail("This server does not pass reactions on.");
  const message = context.picked();
  if (message === undefined) return context.fail("There is no message here to react to.");
  const emoji = readEmoji(word);
  if (/^:[\w+-]+:?$/.test(emoji)) {
    return context.fail(`There is no emoji "${emoji}". Tab after it shows those that there are.`);
  }
  if (!context.session.react(message.target, message.id, emoji, add)) {
    context.fail("This server does not pass reactions on.");
  }
}

/** Searches what was said. */
export function search(context: SlashContext, rest: string): void {
  const attributes = searchAttributes(rest, context.session.isChannel(context.target) ? context.target : "");
  if (typeof attributes === "string") return context.fail(attributes);
  if (!context.session.search(attributes)) return context.fail("This server cannot search.");
  context.searching(rest, attributes);
}

/** Makes an account: asks for its password twice. */
export async function register(context: SlashContext, words: readonly string[]): Promise<void> {
  if (!context.session.offered.has("accountRegistration")) {
    return context.fail("This server has no accounts to register.");
  }
  const [account = context.session.nick, email = "*"] = words;
  const password = await context.ask(`A password for ${account}`, true);
  if (password === undefined || password === "") return context.show("Nothing was registered.");
  const again = await context.ask("The same password again", true);
  if (again !== password) return context.fail("The two passwords differ, so nothing was registered.");
  context.register(account, password, email);
}

/** Becomes an operator of the server. Whoever is logged in to an operator's account needs neither name nor password. */
export async function becomeOperator(context: SlashContext, [name, given]: readonly string[]): Promise<void> {
  if (name === undefined) return context.session.command("OPER");
  const password = given ?? await context.ask(`The password of the operator ${name}`, true);
  if (password !== undefined && password !== "") context.session.command("OPER", name, password);
}

/** Changes the password of the account: asks for the old one, and twice for the new one. */
export async function changePassword(context: SlashContext): Promise<void> {
  const { account } = context.session;
  if (account === undefined) return context.fail("You are not logged in to an account.");
  const old = await context.ask(`The password of ${account}`, true);
  if (old === undefined || old === "") return;
  const password = await context.ask("The new password", true);
  if (password === undefined || password === "") return context.show("Nothing was changed.");
  const again = await context.ask("The new password again", true);
  if (again !== password) return context.fail("The two passwords differ, so nothing was changed.");
  context.changePassword(account, old, password);
}

/** Shows or changes what the account is like on the server. */
export function account({ session }: SlashContext, words: readonly string[]): void {
  if (words.length === 0) session.command("ACCOUNT", "GET");
  else session.command("ACCOUNT", "SET", ...words);
}

/** Logs in: asks for the password. */
export async function login(context: SlashContext, words: readonly string[]): Promise<void> {
  // Whoever has a nick beside their own means their own.
  const [account = context.session.wantedNick] = words;
  if (!context.session.offered.has("sasl")) return context.fail("This server has no accounts to log in to.");
  const password = await context.ask(`The password of ${account}`, true);
  if (password === undefined || password === "") return;
  await context.login(account, password);
}

/** Shows or changes settings. */
export function set(context: SlashContext, [name, value]: readonly string[]): void {
  const { settings } = context;
  if (name === undefined) {
    for (const [key, help] of SWITCHES) context.show(`/set ${key} ${settings[key] ? "on" : "off"}: ${help}`);
    return context.show(`/set highlights ${settings.highlights.join(",") || "(none)"}: words that count as your name`);
  }
  if (name === "highlights") {
    settings.highlights = (value ?? "").split(",").filter((word) => word !== "");
  } else {
    const key = [...SWITCHES.keys()].find((known) => known === name);
    if (key === undefined) return context.fail(`There is no setting "${name}". Type /set to see them all.`);
    if (value !== "on" && value !== "off") return context.fail(`Write /set ${name} on, or off.`);
    settings[key] = value === "on";
  }
  context.save();
  context.show(`${name} is ${value ?? "empty"} now.`);
}

/** Shows by what the server is recognised, in full, because it is to be compared. */
export function showFingerprint({ encrypted, fingerprint, show }: SlashContext): void {
  if (!encrypted) return show("This connection is not encrypted, so nothing tells whether it is the right server.");
  if (fingerprint === undefined) {
    return show("A public authority vouches for this server by its name; there is nothing to compare.");
  }
  show(`This server has the fingerprint\n${fingerprint}`);
  show("If its owner's is the same (chat serve and chat doctor print it), nobody stands in between. If not, leave.");
}

/** Sets when a conversation calls for attention. */
export function notify(context: SlashContext, words: readonly string[]): void {
  const how = words.at(-1);
  const target = words.length > 1 ? words[0]! : context.target;
  if (how !== undefined && !isNotify(how)) return context.fail('Write "all", "mentions" or "mute".');
  if (target === "") return context.fail("Open a conversation first, or name it.");
  context.notify(target, how);
}

/** Sends a line as it is. */
export function raw(context: SlashContext, rest: string): void {
  context.session.options.send(rest.replace(/[\r\n\0]/g, " "));
}
