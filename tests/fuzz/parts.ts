/**
 * The parts that take what strangers say, alone: the parser, the framing, the seat for `nc`, masks, networks, addresses.
 *
 * @module
 */

import { parseAddress } from "../../client/address.ts";
import { parseKnownHosts } from "../../client/known_hosts.ts";
import { byteLength, formatMessage, type Message, parseMessage } from "../../protocol.ts";
import { LineLimiter } from "../../protocol/line_limiter.ts";
import { matchesMask } from "../../protocol/casemapping.ts";
import { banTarget, isMeant } from "../../server/bans.ts";
import { parseDuration } from "../../server/duration.ts";
import { formatNetwork, isIn } from "../../server/network.ts";
import { parseOwnerRequest } from "../../server/owner.ts";
import { parsePlain, plainNick, renderPlain } from "../../server/plain_text.ts";
import { anyLine, anyTyped } from "./commands.ts";
import { anyText, mutate, Random } from "./random.ts";

/** What one part must do with one input: nothing, or words that say what is wrong. */
type Check = (random: Random) => string | undefined | Promise<string | undefined>;

const CHECKS: Readonly<Record<string, Check>> = { parser, framing, plainText, names, addresses, requests };

/** What went wrong in so many inputs; empty if nothing did. */
export async function fuzzParts(seed: number, inputs: number): Promise<string[]> {
  const random = new Random(seed);
  for (let i = 0; i < inputs; i++) {
    const [name, check] = random.pick(Object.entries(CHECKS));
    const wrong = await check(random);
    if (wrong !== undefined) return [`seed ${seed}, input ${i}, ${name}: ${wrong}`];
  }
  return [];
}

/** A line is a message that is written as one that is the same, or is refused in words. */
function parser(random: Random): string | undefined {
  const line = random.chance(0.5) ? anyLine(random) : mutate(random, anyLine(random));
  let message: Message;
  try {
    message = parseMessage(line);
  } catch (error) {
    return error instanceof SyntaxError || error instanceof RangeError
      ? undefined
      : `${JSON.stringify(line)}: ${error}`;
  }
  try {
    const again = parseMessage(formatMessage(message));
    return same(message, again) ? undefined : `${JSON.stringify(line)} is another message when it is written`;
  } catch (error) {
    // What is too long when it is written in full is refused, not cut.
    if (error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError) return undefined;
    return `${JSON.stringify(line)}: ${error}`;
  }
}

function same(one: Message, other: Message): boolean {
  const plain = ({ tags, source, command, params }: Message) =>
    JSON.stringify([[...tags ?? []], source, command, params]);
  return plain(one) === plain(other);
}

/** However bytes are cut, the same lines come out, and none is longer than it may be. */
function framing(random: Random): string | undefined {
  const text = Array.from({ length: random.below(6) }, () => anyLine(random) + random.pick(["\n", "\r\n", "\r", ""]))
    .join("");
  const bytes = random.chance(0.3) ? random.bytes(random.below(400)) : new TextEncoder().encode(text);
  const [whole, cut] = [new LineLimiter(64), new LineLimiter(64)];
  const expected = linesOf(whole.push(bytes.slice()));
  let got = "";
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random.below(20);
    got += cut.push(bytes.slice(at, at + size));
    at += size;
  }
  const lines = linesOf(got);
  if (lines.join("\n") !== expected.join("\n")) return `${JSON.stringify([...bytes])} depends on how it is cut`;
  // What is not UTF-8 is marked, and each byte of it may become a character of three.
  const longest = Math.max(...lines.map((line) => line.isWellFormed() ? byteLength(line) : line.length - 1));
  return longest > 64 + 1 ? `a line of ${longest} bytes came out` : undefined;
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}

// deno-lint-ignore no-control-regex -- they are what must not be there
const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/;

/** What a person reads acts on no terminal, whoever said what. */
function plainText(random: Random): string | undefined {
  const typed = anyTyped(random);
  const input = parsePlain(typed, { channel: "#a" } as Parameters<typeof parsePlain>[1]);
  const said = "answer" in input ? input.answer : [];
  const [command, ...params] = ["PRIVMSG", "NOTICE", "TOPIC", "KICK", "QUIT", "433", "FAIL"].map((word) => word);
  const message = {
    source: `${anyText(random, 8)}!u@h`,
    command: random.pick([command!, ...params]),
    params: [
      random.pick(["#a", "ann"]),
      anyText(random, 10),
      anyText(random, 60),
    ],
  };
  for (const line of [...said, renderPlain(message, 0), plainNick(typed) ?? ""]) {
    if (CONTROLS.test(line)) {
      return `${JSON.stringify(typed)} or ${JSON.stringify(message)} gives ${JSON.stringify(line)}`;
    }
  }
  return undefined;
}

/** Masks, bans and networks take any text in a time that depends on its length alone. */
function names(random: Random): string | undefined {
  const mask = random.chance(0.5) ? anyText(random, 40) : "*a".repeat(random.below(30)) + anyText(random, 5);
  const text = "a".repeat(random.below(300)) + anyText(random, 20);
  const began = performance.now();
  matchesMask(mask, text);
  const target = banTarget(mask);
  isMeant(target, { address: "192.0.2.1", nick: text, username: "u", source: `${text}!u@h`, account: undefined });
  const network = formatNetwork(text.slice(-20));
  if (network !== undefined && !isIn(network.split("/")[0]!, network)) return `${network} is not in itself`;
  parseDuration(text);
  const took = performance.now() - began;
  return took > SLOW ? `${JSON.stringify(mask)} on ${JSON.stringify(text)} took ${took} ms` : undefined;
}

/** Milliseconds that nothing here takes unless it takes for ever. */
const SLOW = 1000;

async function addresses(random: Random): Promise<string | undefined> {
  const text = mutate(
    random,
    random.pick(["ircs://h:6697/#a?invite=x#" + "ab".repeat(32), "[::1]:1", "h", "irc://h/#a,#b"]),
  );
  for (const read of [parseAddress, parseKnownHosts]) {
    try {
      await read(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) return `${JSON.stringify(text)}: ${error}`;
    }
  }
  return undefined;
}

function requests(random: Random): string | undefined {
  const text = mutate(random, '{"ask":"invite","channel":"#a","uses":2}');
  try {
    parseOwnerRequest(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) return `${JSON.stringify(text)}: ${error}`;
  }
  return undefined;
}
