/**
 * Many clients that say anything to one server in memory, and what must hold afterwards.
 *
 * @module
 */

import { Node, type TestClient } from "../harness.ts";
import { anyLine, anyTyped, NICKS } from "./commands.ts";
import { brokenInvariants, brokenLine } from "./invariants.ts";
import { anyText, Random } from "./random.ts";

/** How a run goes. */
export interface Run {
  readonly seed: number;
  readonly steps: number;
}

/** What went wrong, with the lines that led there; empty if nothing did. */
export async function fuzzSessions({ seed, steps }: Run): Promise<string[]> {
  const crowd = new Crowd(new Random(seed));
  try {
    for (let step = 0; step < steps && crowd.wrong.length === 0; step++) await crowd.step();
    crowd.wrong.push(...await crowd.settle());
  } finally {
    await crowd.end();
  }
  return crowd.wrong.length === 0 ? [] : [`seed ${seed}:`, ...crowd.wrong, ...crowd.transcript.slice(-LAST_WORDS)];
}

const LAST_WORDS = 12;
const SETTLING = 5;
const MOST_CLIENTS = 8;
const ADDRESSES = ["192.0.2.1", "192.0.2.2", "198.51.100.3", "2001:db8::4", "127.0.0.1"];

/** The clients, what they hear, and what is wrong about it. */
class Crowd {
  readonly node: Node;
  readonly wrong: string[] = [];
  readonly transcript: string[] = [];
  readonly #random: Random;
  #seats: Seat[] = [];
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
    this.node = new Node({
      operators: new Map([["root", "secret"]]),
      limits: {
        ...{ channels: 6, channelsPerUser: 4, listEntries: 3, invitedPerChannel: 2, monitor: 3, markers: 4, whowas: 3 },
        ...{ multilineLines: 5, multilineBytes: 400, historyPage: 5, clientsPerUser: 2, bans: 3, invitations: 2 },
        ...{ registrationsPerHour: 1000, loginsPerMinute: 1000 },
      },
      inviteOnly: random.chance(0.05),
      ...(random.chance(0.1) && { password: "secret" }),
    });
  }

  async step(): Promise<void> {
    const random = this.#random;
    this.#seats = this.#seats.filter(({ over }) => !over);
    if (this.#seats.length < 2 || (this.#seats.length < MOST_CLIENTS && random.chance(0.1))) return this.#come();
    const seat = random.pick(this.#seats);
    if (random.chance(0.01)) return await seat.client.close();
    if (random.chance(0.02)) return this.node.pass(random.pick([0, 1000, 30_000, 100_000]));
    if (random.chance(0.02)) {
      return await seat.client.sendBytes([...random.bytes(random.below(300))], "\r\n").catch(() => {});
    }
    if (random.chance(0.1)) return await this.rest();
    this.#say(seat, seat.plain ? anyTyped(random) : anyLine(random));
  }

  #come(): void {
    const random = this.#random;
    const plain = random.chance(0.2);
    const remote = { address: random.pick(ADDRESSES), secure: random.chance(0.5) };
    const seat = new Seat(this.node.connect(remote), `${++this.#count}`, plain, this.wrong);
    this.#seats.push(seat);
    if (plain) return this.#say(seat, random.chance(0.7) ? random.pick(NICKS) : anyText(random, 20));
    const lines = [`NICK ${random.pick(NICKS)}${this.#count}`, `USER u 0 * :${anyText(random, 20)}`];
    if (random.chance(0.5)) {
      lines.unshift("PASS secret", "CAP REQ :message-tags batch labeled-response echo-message draft/multiline");
    }
    if (random.chance(0.5)) lines.push("CAP END", "JOIN #a,#b");
    if (random.chance(0.2)) lines.push("OPER root secret");
    for (const line of lines) this.#say(seat, line);
  }

  #say(seat: Seat, line: string): void {
    this.transcript.push(`${seat.name} -> ${JSON.stringify(line)}`);
    seat.client.send(line);
  }

  /** Waits until everybody has heard everything. */
  async rest(): Promise<void> {
    await Promise.all(this.#seats.filter(({ over }) => !over).map((seat) => seat.fence()));
    const broken = this.node.log.filter((line) => line.startsWith("error:"));
    this.wrong.push(...broken);
  }

  /** What is wrong once nothing more is under way: who has just left is still told to others. */
  async settle(): Promise<string[]> {
    let wrong: string[] = [];
    for (let i = 0; i < SETTLING; i++) {
      await this.rest();
      wrong = brokenInvariants(this.node.hub);
      if (wrong.length === 0) break;
    }
    return wrong;
  }

  async end(): Promise<void> {
    const { node } = this;
    for (const { client } of this.#seats) await client.close();
    await node[Symbol.asyncDispose]();
    await Promise.all(this.#seats.map(({ hearing }) => hearing));
    const left = brokenInvariants(node.hub).map((what) => `after the last has left: ${what}`);
    if (this.wrong.length === 0) this.wrong.push(...left);
  }
}

/** A client that hears everything and answers PING. */
class Seat {
  readonly client: TestClient;
  readonly name: string;
  readonly plain: boolean;
  readonly hearing: Promise<void>;
  over = false;
  #fences = 0;
  #passed: () => void = () => {};
  readonly #wrong: string[];

  constructor(client: TestClient, name: string, plain: boolean, wrong: string[]) {
    this.client = client;
    this.name = name;
    this.plain = plain;
    this.#wrong = wrong;
    this.hearing = this.#hear();
  }

  /** Resolves when the server has answered what was said up to now, or has hung up. */
  fence(): Promise<void> {
    if (this.over) return Promise.resolve();
    this.client.send(this.plain ? `/fence-${++this.#fences}` : `PING fence-${++this.#fences}`);
    return new Promise((resolve) => this.#passed = resolve);
  }

  async #hear(): Promise<void> {
    for (let line; (line = await this.client.line()) !== undefined;) {
      if (line.includes(`fence-${this.#fences}`)) this.#passed();
      else if (line.startsWith("PING ")) this.client.send(`PONG ${line.slice(5)}`);
      const wrong = this.plain ? this.#brokenText(line) : brokenLine(line);
      if (wrong !== undefined) this.#wrong.push(`${this.name} was sent ${JSON.stringify(line)}: ${wrong}`);
    }
    this.over = true;
    this.#passed();
  }

  /** What people with `nc` get acts on no terminal. */
  #brokenText(line: string): string | undefined {
    // deno-lint-ignore no-control-regex -- they are what must not be there
    return /[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(line) ? "it holds control characters" : undefined;
  }
}
