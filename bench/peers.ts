// deno-lint-ignore-file no-console
// The servers that are measured, the programs in C that measure, and one run of one of them.

/** What one run of load.c says. */
export type Result = Readonly<Record<string, number>>;

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
export const PEERS: Readonly<Record<string, Peer>> = {
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

const programs = await Deno.makeTempDir({ prefix: "chat-bench-" });

/** Removes what was built. */
export async function clean(): Promise<void> {
  await Deno.remove(programs, { recursive: true });
}

/** Builds the load generator and the ceiling. */
export async function build(): Promise<void> {
  for (const name of ["load", "ceiling"]) {
    const { success } = await new Deno.Command("cc", { args: ["-O2", "-o", `${programs}/${name}`, `${here}${name}.c`] })
      .output();
    if (!success) throw new Error(`Cannot compile bench/${name}.c`);
  }
}

/** Those that are installed, with their versions. */
export async function findPeers(names: readonly string[]): Promise<Map<string, string>> {
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

/**
 * Starts a server, loads it and stops it.
 *
 * @param load Arguments of load.c: clients, channels, senders, window, messages a second in all (0: as fast as can be), seconds.
 */
export async function run(name: string, load: readonly number[]): Promise<Result> {
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

/** The median. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
}
