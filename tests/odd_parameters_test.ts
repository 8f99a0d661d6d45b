// Every command with parameters that nobody meant: empty, too long, with spaces or colons, half a mode, half a mask.

import { byteLength } from "../protocol.ts";
import { COMMANDS } from "../server/commands.ts";
import { assertEquals, Node, type TestClient } from "./harness.ts";
import { gather } from "./scenes.ts";

const WORDS = [
  "ann",
  "#chan",
  "*",
  "+",
  "-",
  "+oooo",
  "-x:",
  "a,b,,c",
  ",",
  "0",
  "-1",
  "%",
  "@",
  "#",
  "%tcuihsnfdlaor,9",
  "timestamp=",
  "msgid=x",
  "x".repeat(100),
  "é".repeat(60),
  "#".repeat(65),
  "END",
  "\u202e",
];
const LAST = [":", "::", ":two words", `:${"y".repeat(300)}`, ": ", `:${"界".repeat(90)}`, "\x01", ":-", "+b"];

/** Lines of one command with all that may be odd. */
function* oddLines(command: string): Iterable<string> {
  yield command;
  yield `${command} `;
  for (const last of LAST) yield `${command} ${last}`;
  for (const word of WORDS) {
    yield `${command}  ${word} `;
    for (const last of LAST) yield `${command} ${word} ${last}`;
    yield `${command} ann ${word} ${word}`;
    yield `${command} #chan ${word} ${word} ${word} :`;
  }
}

/** Sends lines, some at a time, and gives the answers. */
async function answers(client: TestClient, lines: Iterable<string>): Promise<string[]> {
  const all: string[] = [];
  for (const line of lines) {
    client.send(line);
    all.push(...await client.sync());
  }
  return all;
}

// Ends the connection, or takes long on purpose.
const EXCEPT = new Set(["QUIT", "REGISTER", "AUTHENTICATE", "OPER", "KILL"]);

for (const command of COMMANDS.keys()) {
  if (EXCEPT.has(command)) continue;
  Deno.test(`${command} with odd parameters is answered in lines that fit, and nothing goes wrong`, async () => {
    await using node = new Node({ operators: new Map([["root", "secret"]]) });
    const early = node.connect();
    const ann = await node.client("ann", "batch", "labeled-response", "message-tags", "server-time", "draft/multiline");
    await gather("#chan", ann);
    ann.send("OPER root secret");
    await ann.sync();
    const lines = [
      ...await answers(early, [...oddLines(command)].filter((line) => byteLength(line) <= 510).slice(0, 60)),
      ...await answers(ann, [...oddLines(command)].filter((line) => byteLength(line) <= 510)),
    ];
    assertEquals(node.log.filter((line) => line.startsWith("error")), []);
    assertEquals(lines.filter((line) => byteLength(line.replace(/^@[^ ]* /, "")) > 510), []);
    assertEquals(lines.filter((line) => line.includes("Something went wrong")), []);
  });
}
