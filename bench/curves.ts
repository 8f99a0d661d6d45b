// deno-lint-ignore-file no-console
// How the cost of a message grows: with the members of a channel, and with the number of channels. Prints tables.
//
//   deno run -A bench/curves.ts [--rounds 3]
//
// Takes a C compiler. Nothing is compared with others here: processor time of `chat --ephemeral` per message and delivery.

import { parseArgs } from "@std/cli/parse-args";
import { build, clean, median, run } from "./peers.ts";

const MEMBERS = [10, 100, 1000, 5000];
const CHANNELS = [1, 10, 100, 500];
const MEMBERS_EACH = 10;
const WINDOW = 32;
const SECONDS = 3;

const rounds = Number(parseArgs(Deno.args, { string: ["rounds"] }).rounds ?? 3);
try {
  await build();
  console.log(await table("members of one channel, 4 of whom speak", MEMBERS, (members) => [members, 1, 4]));
  const channels = `channels of ${MEMBERS_EACH}, in each of which one speaks`;
  console.log(await table(channels, CHANNELS, (count) => [count * MEMBERS_EACH, count, count]));
} finally {
  await clean();
}

async function table(what: string, sizes: readonly number[], load: (size: number) => number[]): Promise<string> {
  const lines = [`| ${what} | us per message | us per delivery |`, "|---|---|---|"];
  for (const size of sizes) {
    const [clients, channels] = load(size) as [number, number];
    const perDelivery = 1e6 / await deliveriesPerSecond(load(size));
    const perMessage = perDelivery * (clients / channels - 1);
    lines.push(`| ${size} | ${perMessage.toFixed(1)} | ${perDelivery.toFixed(2)} |`);
  }
  return `${lines.join("\n")}\n`;
}

/** Deliveries per second of processor time. */
async function deliveriesPerSecond(load: readonly number[]): Promise<number> {
  const found: number[] = [];
  for (let i = 0; i < rounds; i++) {
    found.push((await run("chat-memory", [...load, WINDOW, 0, SECONDS]))["per_cpu"] ?? NaN);
  }
  return median(found);
}
