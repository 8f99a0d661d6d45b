// What it costs to give a message to many: `deno bench -A bench/`.

import { Connection, type Wire } from "../protocol/connection.ts";
import { Turn } from "../protocol/turn.ts";
import { Line, Queue } from "../protocol/sendq.ts";
import { Relay } from "../server/relay.ts";

const MEMBERS = 1000;
const TURN = 32;
const text = "the quick brown fox ".repeat(5);
const message = { source: "ann!~ann@home.example", command: "PRIVMSG", params: ["#lobby", text] };
const details = { id: Date.UTC(2026, 0, 1) * 1000 };

/** Takes everything at once. */
const sink: Wire = {
  read: () => new Promise(() => {}),
  write: (bytes) => Promise.resolve(bytes.length),
  close: () => {},
};

let end = () => {};
const turn = new Turn({ defer: (run) => void (end = run) });
const members = Array.from({ length: MEMBERS }, () => new Connection(sink, { turn }));

Deno.bench("Relay: one form", () => void new Relay(message, details).line(0));
Deno.bench("Relay: all forms that clients of IRC have", () => {
  const relay = new Relay(message, details);
  for (let form = 0; form < 8; form++) relay.line(form);
});
Deno.bench("Queue: a turn of 32 lines, and their bytes", () => {
  let queue = Queue.empty();
  for (let i = 0; i < TURN; i++) queue = queue.append(new Line(text));
  queue.encode();
});
Deno.bench(`a turn: ${TURN} messages to ${MEMBERS} members, and the flush`, async () => {
  for (let i = 0; i < TURN; i++) {
    const line = new Relay(message, details).line(0);
    for (const member of members) member.send(line);
  }
  for (let slice = 0; slice < MEMBERS; slice += 256) end();
  await Promise.resolve();
});
