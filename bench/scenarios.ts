// deno-lint-ignore-file no-console
// The same work for this server and its peers, on loopback, as ratios within one run. Writes bench/RESULTS.md.
//
//   deno task bench [--rounds 5] [--servers chat,chat-memory,ngircd,inspircd,ceiling] [--scenarios a,b,c,d,e]
//
// Takes a C compiler; ngIRCd and InspIRCd take part where they are installed. In every round each server is started anew,
// and the order turns round from one to the next, so that neighbours in time are different servers at the same work.

import { parseArgs } from "@std/cli/parse-args";

/** Arguments of bench/load.c: clients, channels, senders, window, messages a second in all (0: as fast as can be), seconds. */
const SCENARIOS: Readonly<Record<string, { title: string; load: readonly number[] }>> = {
  a: { title: "a room: 100 clients, 10 of them speak", load: [100, 1, 10, 32, 0, 2] },
  b: { title: "a big room: 1,000 clients, 4 speak", load: [1000, 1, 4, 32, 0, 2] },
  c: { title: "100 rooms of 10, in each one speaks", load: [1000, 100, 100, 32, 0, 2] },
  d: { title: "light load: 100 clients, 50 messages a second", load: [100, 1, 10, 0, 50, 3] },
  e: { title: "5,000 clients connect and are silent", load: [5000, 1, 0, 0, 0, 2] },
};

interface Peer {
  /** Program and arguments; `undefined` where it is not installed. */
  readonly command: (port: number, folder: string) => Promise<string[]>;
  /** What is on the PATH. */
  readonly program: string;
  readonly version: readonly string[];
  /** Clients that may be on their way in at once. */
  readonly ahead: number;
}

const here = new URL("./", import.meta.url).pathname;
const main = new URL("../main.ts", import.meta.url).pathname;
const chat = (port: number) =>
  [Deno.execPath(), "run", "-A", main, "serve", "--host", "127.0.0.1", "--port", `${port}`, "--tls-port", "off"]
    .concat("--name", "irc.bench.test", "--no-throttle");

/** Neither peer sets TCP_NODELAY; their throttles and limits are off. */
const PEERS: Readonly<Record<string, Peer>> = {
  "chat": {
    command: (port, folder) => Promise.resolve([...chat(port), "--data", folder]),
    program: Deno.execPath(),
    version: ["run", "-A", main, "--version"],
    ahead: 128,
  },
  "chat-memory": {
    command: (port) => Promise.resolve([...chat(port), "--ephemeral"]),
    program: Deno.execPath(),
    version: ["--version"],
    ahead: 128,
  },
  "ngircd": {
    command: async (port, folder) => {
      await Deno.writeTextFile(`${folder}/ngircd.conf`, NGIRCD.replace("PORT", `${port}`));
      return ["ngircd", "-n", "-f", `${folder}/ngircd.conf`];
    },
    program: "ngircd",
    version: ["--version"],
    ahead: 8,
  },
  "inspircd": {
    command: async (port, folder) => {
      await Deno.writeTextFile(
        `${folder}/inspircd.conf`,
        INSPIRCD.replace("PORT", `${port}`).replaceAll("DIR", folder),
      );
      return ["inspircd", "--nofork", "--nolog", "--runasroot", "--config", `${folder}/inspircd.conf`];
    },
    program: "inspircd",
    version: ["--version"],
    ahead: 1000,
  },
  "ceiling": {
    command: (port) => Promise.resolve([`${programs}/ceiling`, `${port}`]),
    program: "cc",
    version: ["--version"],
    ahead: 128,
  },
};

const NGIRCD = `[Global]
Name = irc.bench.test
Info = bench
Listen = 127.0.0.1
Ports = PORT
MotdPhrase = bench
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
PingTimeout = 600
[Options]
DNS = no
Ident = no
PAM = no
DefaultUserModes = F
`;

const INSPIRCD = `<server name="irc.bench.test" description="bench" network="bench">
<admin name="bench" nick="bench" email="bench@bench.test">
<bind address="127.0.0.1" port="PORT" type="clients">
<power diepass="x" restartpass="x">
<connect allow="*" name="bench" timeout="60" pingfreq="600" hardsendq="268435456" softsendq="134217728" recvq="1048576"
  threshold="2000000" commandrate="2000000000" fakelag="no" localmax="20000" globalmax="20000" limit="20000" maxchans="100"
  resolvehostnames="no" useident="no" maxconnwarn="no">
<class name="bench" commands="" privs="">
<options defaultmodes="n" announceinvites="dynamic">
<performance netbuffersize="10240" somaxconn="4096" limitsomaxconn="no" softlimit="20000" clonesonconnect="no" quietbursts="yes">
<security runasuser="" runasgroup="">
<path configdir="DIR" datadir="DIR" logdir="DIR" moduledir="/usr/lib/inspircd/modules">
<pid file="DIR/inspircd.pid">
`;

/** What one run of bench/load.c says. */
type Result = Readonly<Record<string, number>>;

const args = parseArgs(Deno.args, { string: ["rounds", "servers", "scenarios"] });
const rounds = Number(args.rounds ?? 5);
const scenarios = String(args.scenarios ?? Object.keys(SCENARIOS).join(",")).split(",");
const programs = await Deno.makeTempDir({ prefix: "chat-bench-" });
try {
  await build();
  const versions = await findPeers(String(args.servers ?? Object.keys(PEERS).join(",")).split(","));
  const report = formatReport(versions, await runAll([...versions.keys()]));
  await Deno.writeTextFile(`${here}RESULTS.md`, report);
  console.log(report);
} finally {
  await Deno.remove(programs, { recursive: true });
}

async function build(): Promise<void> {
  for (const name of ["load", "ceiling"]) {
    const { success } = await new Deno.Command("cc", { args: ["-O2", "-o", `${programs}/${name}`, `${here}${name}.c`] })
      .output();
    if (!success) throw new Error(`Cannot compile bench/${name}.c`);
  }
}

/** Those that are installed, with their versions. */
async function findPeers(names: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of names) {
    const { program, version } = PEERS[name]!;
    try {
      const { stdout } = await new Deno.Command(program, { args: [...version], stderr: "null" }).output();
      found.set(name, new TextDecoder().decode(stdout).split("\n")[0]!.trim());
    } catch {
      console.error(`${name} is not installed`);
    }
  }
  return found;
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

async function run(name: string, load: readonly number[]): Promise<Result> {
  const { command, ahead } = PEERS[name]!;
  const folder = await Deno.makeTempDir({ dir: programs });
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const [program, ...rest] = await command(port, folder);
  const server = new Deno.Command(program!, { args: rest, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  try {
    await untilListening(port);
    const { stdout, stderr } = await new Deno.Command(`${programs}/load`, {
      args: [port, server.pid, ...load, ahead].map(String),
    }).output();
    const text = new TextDecoder().decode(stdout);
    if (text === "") console.error(`${name}: ${new TextDecoder().decode(stderr)}`);
    return text === "" ? {} : JSON.parse(text);
  } finally {
    server.kill();
    await server.status;
  }
}

async function untilListening(port: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    try {
      (await Deno.connect({ port })).close();
      return await sleep(200);
    } catch {
      await sleep(50);
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
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
