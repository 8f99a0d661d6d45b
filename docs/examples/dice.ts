// A bot that throws dice: whoever says "!dice" reads a number from 1 to 6.
//
//   deno run --allow-run docs/examples/dice.ts localhost '#lobby'
//
// It runs `chat join --json`, reads one JSON object a line, and answers by writing one.

import { TextLineStream } from "@std/streams/text-line-stream";

const [address = "localhost", channel = "#lobby"] = Deno.args;

const chat = new Deno.Command("chat", {
  args: ["join", address, "--nick", "dice", "--channel", channel, "--json"],
  stdin: "piped",
  stdout: "piped",
}).spawn();

const say = chat.stdin.getWriter();
const lines = chat.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());

for await (const line of lines) {
  const event = JSON.parse(line) as Record<"type" | "kind" | "channel" | "from" | "text" | "id", string | undefined>;
  if (event.type !== "message" || event.kind !== "message" || event.channel !== channel) continue;
  if (event.text?.trim() !== "!dice") continue;
  const number = 1 + Math.floor(Math.random() * 6);
  const answer = { type: "message", text: `${event.from}: ${number}`, reply: event.id };
  await say.write(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
}
