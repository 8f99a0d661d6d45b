/**
 * A server under load for a long time: `deno task soak [MINUTES]`, 20 unless told. Memory and descriptors must stay flat.
 *
 * People talk over TLS and in plain text, come and go, join and leave, sign in, search and flood; every ten seconds the
 * memory and the open files of the server are looked at. Linux only.
 *
 * @module
 */

import { Connection } from "../protocol/connection.ts";
import { Random } from "./fuzz/random.ts";
import { TestClient } from "./harness.ts";
import { ServerProcess } from "./system/program.ts";

const TALKERS = 40;
const CHANNELS = 5;
const SAMPLE = 10_000;

/** How much more memory than in the second quarter there may be in the last: a share, and megabytes. */
const GROWTH = 0.1;
const SLACK = 10;

interface Sample {
  readonly megabytes: number;
  readonly files: number;
}

/** One person who talks, comes and goes until it is over. */
class Talker {
  readonly #server: ServerProcess;
  readonly #random: Random;
  readonly #name: string;
  heard = 0;

  constructor(server: ServerProcess, number: number) {
    this.#server = server;
    this.#random = new Random(number);
    this.#name = `talker${number}`;
  }

  async run(signal: AbortSignal): Promise<void> {
    for (let visit = 0; !signal.aborted; visit++) await this.#visit(signal);
  }

  async #visit(signal: AbortSignal): Promise<void> {
    const random = this.#random;
    const conn = random.chance(0.3)
      ? await this.#connectTls()
      : await Deno.connect({ hostname: "127.0.0.1", port: this.#server.port });
    const client = new TestClient(new Connection(conn), conn);
    client.send("CAP REQ :message-tags batch draft/chathistory", `NICK ${this.#name}`, "USER t 0 * :t", "CAP END");
    for (let i = random.below(300); i > 0 && !signal.aborted; i--) {
      client.send(this.#line());
      this.heard += (await client.sync()).length;
      await new Promise((resolve) => setTimeout(resolve, random.below(200)));
    }
    if (random.chance(0.5)) client.send("QUIT :bye");
    await client.close();
  }

  async #connectTls(): Promise<Deno.TlsConn> {
    const [, port, fingerprint] = /ircs:\/\/[^:]+:(\d+)#(\w+)/.exec(this.#server.greeting)!;
    if (fingerprint === undefined) throw new Error("no fingerprint");
    const pem = (await Deno.readTextFile(`${this.#server.folder}/data/tls.pem`)).replace(
      /^[\s\S]*(?=-----BEGIN CERT)/,
      "",
    );
    return await Deno.connectTls({ hostname: "localhost", port: Number(port), caCerts: [pem] });
  }

  #line(): string {
    const random = this.#random;
    const channel = `#c${random.below(CHANNELS)}`;
    const nick = `talker${random.below(TALKERS)}`;
    return random.pick([
      ...Array<string>(6).fill(`PRIVMSG ${channel} :${"word ".repeat(1 + random.below(40))}`),
      ...[`JOIN ${channel}`, `JOIN ${channel}`, `PART ${channel} :bye`, `PRIVMSG ${nick} :hello`, `WHOIS ${nick}`],
      ...[
        `CHATHISTORY LATEST ${channel} * 20`,
        `NAMES ${channel}`,
        `MODE ${channel} +b ${nick}`,
        `MODE ${channel} -b ${nick}`,
      ],
      ...[
        `INVITE ${nick} ${channel}`,
        `MONITOR + ${nick}`,
        `MONITOR - ${nick}`,
        `AWAY :${nick}`,
        `NICK ${this.#name}`,
        `LIST`,
      ],
      ...[`TOPIC ${channel} :${nick}`, `INVITELINK ${channel} 1h`, `INVITELINK ${channel} REVOKE`],
    ]);
  }
}

function look({ pid }: ServerProcess): Sample {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))!;
  return { megabytes: Number(kilobytes) / 1024, files: [...Deno.readDirSync(`/proc/${pid}/fd`)].length };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

async function main(minutes: number): Promise<number> {
  await using server = await ServerProcess.start(["--no-throttle"]);
  const idle = look(server);
  const over = new AbortController();
  const talkers = Array.from({ length: TALKERS }, (_, i) => new Talker(server, i));
  const talking = Promise.all(talkers.map((talker) => talker.run(over.signal)));
  const samples: Sample[] = [];
  for (const end = Date.now() + minutes * 60_000; Date.now() < end;) {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, SAMPLE)), talking]);
    const sample = look(server);
    samples.push(sample);
    await say(
      `${sample.megabytes.toFixed(1)} MB, ${sample.files} files, ${
        talkers.reduce((sum, { heard }) => sum + heard, 0)
      } lines`,
    );
  }
  over.abort();
  await talking;
  return await judge(server, idle, samples);
}

async function judge(server: ServerProcess, idle: Sample, samples: readonly Sample[]): Promise<number> {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const memory = samples.map(({ megabytes }) => megabytes);
  const [before, after] = [median(memory.slice(quarter, 2 * quarter)), median(memory.slice(-quarter))];
  for (let tries = 0; look(server).files > idle.files && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { files } = look(server);
  const flat = after <= before * (1 + GROWTH) + SLACK;
  await say(`memory ${before.toFixed(1)} -> ${after.toFixed(1)} MB: ${flat ? "flat" : "GROWS"}`);
  await say(`files ${idle.files} -> ${files}: ${files <= idle.files ? "all given back" : "KEPT"}`);
  return flat && files <= idle.files ? 0 : 1;
}

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Number(Deno.args[0] ?? 20)));
