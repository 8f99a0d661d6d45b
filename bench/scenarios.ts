// deno-lint-ignore-file no-console
// The same work for this server and its peers, on loopback, as ratios within one run. Writes bench/RESULTS.md.
//
//   deno task bench [--rounds 5] [--servers chat,chat-memory,ngircd,inspircd,ceiling] [--scenarios a,b,c,d,e]
//
// Takes a C compiler; ngIRCd and InspIRCd take part where they are installed. In every round each server is started anew,
// and the order turns round from one to the next, so that neighbours in time are different servers at the same work.

import { parseArgs } from "@std/cli/parse-args";
import { build, clean, findPeers, median, PEERS, type Result, run } from "./peers.ts";

/** Arguments of bench/load.c: clients, channels, senders, window, messages a second in all (0: as fast as can be), seconds. */
const SCENARIOS: Readonly<Record<string, { title: string; load: readonly number[] }>> = {
  a: { title: "a room: 100 clients, 10 of them speak", load: [100, 1, 10, 32, 0, 2] },
  b: { title: "a big room: 1,000 clients, 4 speak", load: [1000, 1, 4, 32, 0, 2] },
  c: { title: "100 rooms of 10, in each one speaks", load: [1000, 100, 100, 32, 0, 2] },
  d: { title: "light load: 100 clients, 50 messages a second", load: [100, 1, 10, 0, 50, 3] },
  e: { title: "5,000 clients connect and are silent", load: [5000, 1, 0, 0, 0, 2] },
};

const args = parseArgs(Deno.args, { string: ["rounds", "servers", "scenarios"] });
const rounds = Number(args.rounds ?? 5);
const scenarios = String(args.scenarios ?? Object.keys(SCENARIOS).join(",")).split(",");
try {
  await build();
  const versions = await findPeers(String(args.servers ?? Object.keys(PEERS).join(",")).split(","));
  const report = formatReport(versions, await runAll([...versions.keys()]));
  await Deno.writeTextFile(`${import.meta.dirname}/RESULTS.md`, report);
  console.log(report);
} finally {
  await clean();
}

async function runAll(names: readonly string[]): Promise<Map<string, Result[]>> {
  const results = new Map<string, Result[]>();
  for (let round = 0; round < rounds; round++) {
    for (const scenario of scenarios) {
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        const key = `${scenario} ${name}`;
        const result = await run(name, SCENARIOS[scenario]!.load);
        results.set(key, [...results.get(key) ?? [], result]);
        console.error(round + 1, key, JSON.stringify(result));
      }
    }
  }
  return results;
}

function formatReport(versions: ReadonlyMap<string, string>, results: ReadonlyMap<string, Result[]>): string {
  const lines = [
    "# Results",
    "",
    `Written by \`deno task bench\` on ${
      new Date().toISOString().slice(0, 10)
    }: medians of ${rounds} alternating rounds, on`,
    `${navigator.hardwareConcurrency} processors that the load generator shares. Ratios are medians of the ratios within a round.`,
    "",
    "`chat` keeps its history on disk, `chat-memory` in memory. `ceiling` is the bare C loop of `ceiling.c`. The peers do not",
    "set TCP_NODELAY, which is what their times at light load show; to see past it compare the deliveries per CPU second.",
    "",
    `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, ${Deno.build.os} ${Deno.osRelease()}`,
    "",
    ...[...versions].map(([name, version]) => `- ${name}: ${version}`),
  ];
  for (const scenario of scenarios) {
    lines.push("", `## ${scenario}: ${SCENARIOS[scenario]!.title}`, "");
    lines.push(...(scenario === "e" ? idleTable : loadTable)(scenario, [...versions.keys()], results));
  }
  return `${lines.join("\n")}\n`;
}

function idleTable(scenario: string, names: readonly string[], results: ReadonlyMap<string, Result[]>): string[] {
  const of = (name: string, what: string) =>
    median((results.get(`${scenario} ${name}`) ?? []).map((one) => one[what]!));
  return [
    "| server | KiB per connection | seconds until all are registered |",
    "|---|---|---|",
    ...names.map((name) => `| ${name} | ${of(name, "kb").toFixed(1)} | ${of(name, "registration").toFixed(2)} |`),
  ];
}

function loadTable(scenario: string, names: readonly string[], results: ReadonlyMap<string, Result[]>): string[] {
  const all = (name: string, what: string) => (results.get(`${scenario} ${name}`) ?? []).map((one) => one[what] ?? NaN);
  const of = (name: string, what: string) => median(all(name, what));
  // At light load everybody delivers the same, so there the time is what is compared.
  const measure = scenario === "d" ? "p50" : "deliveries";
  const ratio = (name: string, what: string, base: string) => {
    const bases = all(base, what);
    return median(all(name, what).map((value, i) => value / bases[i]!));
  };
  const bases = names.filter((name) => !name.startsWith("chat"));
  return [
    `| server | deliveries/s | p50 ms | p99 ms | deliveries per CPU second | lost or wrong | ${
      bases.map((base) => `${measure} x ${base} | per CPU x ${base}`).join(" | ")
    } |`,
    `|${"---|".repeat(6 + 2 * bases.length)}`,
    ...names.map((name) => {
      const bad = all(name, "lost").concat(all(name, "wrong")).reduce((sum, one) => sum + one, 0);
      const ratios = bases.flatMap((base) => [ratio(name, measure, base), ratio(name, "per_cpu", base)]);
      return `| ${name} | ${thousands(of(name, "deliveries"))} | ${of(name, "p50").toFixed(2)} | ${
        of(name, "p99").toFixed(2)
      } | ${thousands(of(name, "per_cpu"))} | ${bad} | ${ratios.map((one) => one.toFixed(2)).join(" | ")} |`;
    }),
  ];
}

function thousands(value: number): string {
  return `${Math.round(value / 1000)}k`;
}
