/**
 * `/ban` and `/unban`: which mask keeps one person out, and whom else of the channel it means.
 *
 * Where many share an address, as a class behind one router, the address would keep all of them out. So a nick becomes the
 * widest mask that means nobody else who is here.
 *
 * @module
 */

import { matchesMask } from "../../protocol/casemapping.ts";
import type { Member, Session } from "../session.ts";
import { NameMap } from "../session/names.ts";
import { channelHere } from "./actions.ts";
import type { SlashContext } from "./context.ts";

/** Bans, or lists who is banned, and says whom a ban means. */
export function ban(context: SlashContext, words: readonly string[]): void {
  const channel = channelHere(context);
  if (channel === undefined) return;
  const { session } = context;
  if (words.length === 0) return session.command("MODE", channel, "+b");
  const members = session.channels.get(channel)?.members.values() ?? [];
  for (const word of words) {
    const { mask, means } = isMask(word)
      ? { mask: word, means: meansOf(session, word, members) }
      : banOf(session, word, members);
    if (means !== "" && mayBan(session, channel)) context.show(means);
    if (!isMask(word)) remembered(session).set(`${channel} ${word}`, mask);
    session.command("MODE", channel, "+b", mask);
  }
}

/** Whether it is worth saying whom a ban means: the server will refuse those of others. */
function mayBan({ channels, nick }: Session, channel: string): boolean {
  return /[~&@%!]/.test(channels.get(channel)?.members.get(nick)?.prefixes ?? "");
}

/** Masks that nicks were banned by, because whoever was thrown out is not here any more when they are let in again. */
const bannedAs = new WeakMap<Session, NameMap<string>>();

function remembered(session: Session): NameMap<string> {
  const known = bannedAs.get(session) ?? new NameMap(session.fold);
  bannedAs.set(session, known);
  return known;
}

/** Lets in again: by the mask that the nick was banned by, and whoever is here by every mask that it may have been. */
export function unban(context: SlashContext, words: readonly string[]): void {
  const channel = channelHere(context);
  if (channel === undefined) return;
  const { session } = context;
  for (const word of words) {
    const member = session.channels.get(channel)?.members.get(word);
    const banned = remembered(session).get(`${channel} ${word}`);
    const possible = [banned ?? [], masksOf(session, member).map(({ mask }) => mask), `${word}!*@*`].flat();
    const masks = isMask(word) ? [word] : [...new Set(possible)];
    const most = Math.max(session.isupport.number("MODES", 3), 1);
    for (let from = 0; from < masks.length; from += most) {
      const some = masks.slice(from, from + most);
      session.command("MODE", channel, `-${"b".repeat(some.length)}`, ...some);
    }
    // Whoever is gone was banned by a mask that is not known any more.
    if (!isMask(word) && member?.address === undefined && banned === undefined) {
      context.show(`If ${word} still cannot come in: /ban lists the masks, /unban MASK lifts one.`);
    }
  }
}

function isMask(word: string): boolean {
  return /[!@*?$~:]/.test(word);
}

function banOf(session: Session, nick: string, members: readonly Member[]): { mask: string; means: string } {
  const isMeant = (member: Member) => session.same(member.nick, nick);
  const others = members.filter((member) => !isMeant(member));
  const fitting = masksOf(session, members.find(isMeant)).find(({ mask }) => hit(mask, others).length === 0);
  return fitting ?? { mask: `${nick}!*@*`, means: `This bans whoever has the nick ${nick}: the address is not known.` };
}

/** Masks that mean a member, the widest first. */
function masksOf(session: Session, member: Member | undefined): { mask: string; means: string }[] {
  if (member?.address === undefined) return [];
  const { nick, address, account } = member;
  const host = address.slice(address.indexOf("@") + 1);
  const why = "others here have the same address.";
  const byAccount = account === undefined ? undefined : accountMask(session, account);
  return [
    { mask: `*!*@${host}`, means: `This bans ${nick}, and everybody else from the same address.` },
    ...(byAccount === undefined ? [] : [{ mask: byAccount, means: `This bans the account ${account}: ${why}` }]),
    { mask: `*!${address}`, means: `This bans ${nick} only: ${why}` },
    { mask: `${nick}!${address}`, means: `This bans ${nick} only, and under this nick: ${why}` },
  ];
}

/**
 * How the server writes an account in a list of bans: https://ircv3.net/specs/extensions/account-extban,
 * https://modern.ircdocs.horse/#extban-parameter.
 */
function accountMask({ isupport }: Session, account: string): string | undefined {
  const name = isupport.get("ACCOUNTEXTBAN")?.split(",")[0];
  const prefix = /^[^,]*/.exec(isupport.get("EXTBAN") ?? "")?.[0] ?? "";
  return name ? `${prefix}${name}:${account}` : undefined;
}

/** Whom of the channel a mask means that somebody wrote; empty where only the server can know. */
function meansOf(session: Session, mask: string, members: readonly Member[]): string {
  if (/^[$~]|^\w+:/.test(mask)) return "";
  const full = mask.includes("!") ? mask : mask.includes("@") ? `*!${mask}` : `${mask}!*@*`;
  const nicks = hit(full, members).map(({ nick }) => session.isSelf(nick) ? `${nick} (you)` : nick);
  return `Of those who are here this bans ${nicks.length === 0 ? "nobody" : some(nicks)}.`;
}

function hit(mask: string, members: readonly Member[]): Member[] {
  return members.filter(({ nick, address }) => address !== undefined && matchesMask(mask, `${nick}!${address}`));
}

/** So many names are read in a line. */
const MAX_NAMED = 10;

function some(nicks: readonly string[]): string {
  const rest = nicks.length - MAX_NAMED;
  return rest <= 1 ? nicks.join(", ") : `${nicks.slice(0, MAX_NAMED).join(", ")} and ${rest} more`;
}
