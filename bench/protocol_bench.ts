// What one message costs on its way through the protocol: `deno bench -A bench/`.

import { byteLength, formatMessage, parseMessage } from "../protocol.ts";
import { casefold, CaseMap } from "../protocol/casemapping.ts";
import { LineLimiter } from "../protocol/line_limiter.ts";

const english = `PRIVMSG #lobby :${"the quick brown fox ".repeat(5)}`;
const chinese = `PRIVMSG #大厅 :${"明天我们在服务器上部署".repeat(5)}`;
const tagged = `@label=7;+draft/reply=abc :ann!~ann@home.example ${english}`;
const message = parseMessage(`:ann!~ann@home.example ${english}`);
const chunk = new TextEncoder().encode(`${english}\r\n`.repeat(32));
const channels = new CaseMap<number>();
channels.set("#lobby", 1);

Deno.bench("parseMessage: English", () => void parseMessage(english));
Deno.bench("parseMessage: Chinese", () => void parseMessage(chinese));
Deno.bench("parseMessage: with tags", () => void parseMessage(tagged));
Deno.bench("formatMessage", () => void formatMessage(message));
Deno.bench("byteLength: English", () => void byteLength(english));
Deno.bench("byteLength: Chinese", () => void byteLength(chinese));
Deno.bench("casefold: ASCII", () => void casefold("Ann"));
Deno.bench("casefold: any script", () => void casefold("Ünïcode小明"));
Deno.bench("CaseMap.get", () => void channels.get("#lobby"));
Deno.bench("LineLimiter.push: 32 lines", () => void new LineLimiter(512).push(chunk));
