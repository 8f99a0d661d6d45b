/**
 * Fuzzing without an end: `deno task fuzz [MINUTES] [SEED]`. Every seed is said when it fails, and repeats what it did.
 *
 * @module
 */

import { fuzzClient } from "./client.ts";
import { fuzzParts } from "./parts.ts";
import { fuzzSessions } from "./sessions.ts";

/** What one seed tries: words for the parts that read them, server lines and keys, steps of sessions. */
const INPUTS = { parts: 3000, client: 300, steps: 1000 };

if (import.meta.main) Deno.exit(await main(Number(Deno.args[0] ?? 5), Number(Deno.args[1] ?? Date.now() % 1e9)));

/** Runs so many minutes. Gives the exit code: 1 if anything was found. */
async function main(minutes: number, first: number): Promise<number> {
  const end = Date.now() + minutes * 60_000;
  let [seed, found] = [first, 0];
  for (; Date.now() < end; seed++) {
    for (const wrong of await everything(seed)) {
      if (wrong.length === 0) continue;
      found++;
      await say(wrong.join("\n  "));
    }
  }
  const inputs = (seed - first) * (INPUTS.parts + INPUTS.client + INPUTS.steps);
  await say(`${seed - first} seeds from ${first} on, ${inputs} inputs, ${found} findings`);
  return found === 0 ? 0 : 1;
}

async function everything(seed: number): Promise<string[][]> {
  const tries = [
    () => fuzzParts(seed, INPUTS.parts),
    () => fuzzClient(seed, INPUTS.client),
    () => fuzzSessions({ seed, steps: INPUTS.steps }),
  ];
  const results: string[][] = [];
  for (const run of tries) {
    try {
      results.push(await run());
    } catch (error) {
      results.push([`seed ${seed}: ${error instanceof Error ? error.stack : error}`]);
    }
  }
  return results;
}

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}
