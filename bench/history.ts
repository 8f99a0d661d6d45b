// deno-lint-ignore-file no-console
// What history costs: fills a store on disk with made-up talk, then measures what a server asks of it.
//
//   deno run -A bench/history.ts [messages] [folder]
//
// A folder that already holds a history is measured as it is. Prints a table in Markdown.

import type { Entry, SearchQuery } from "../server/store.ts";
import { SqliteStore } from "../server/store_sqlite.ts";

const CHANNELS = 300;
const NICKS = 1_000;
const TURN = 64;
const ENGLISH =
  "the to and of we server is it deploy in that build for today on review meeting with coffee release tomorrow"
    .split(" ").concat(Array.from({ length: 30_000 }, (_, i) => `w${i.toString(36)}`));
const CHINESE = [..."的我们在服务器上部署明天今天会议代码发布完成问题修复测试网络延迟你好世界咖啡"].concat(
  Array.from({ length: 3_000 }, (_, i) => String.fromCodePoint(0x4e00 + i)),
);

let seed = 1;

/** A number below `bound`, small ones far more often; the same sequence in every run. */
function skewed(bound: number): number {
  seed = (seed * 48271) % 0x7fffffff;
  return Math.floor((seed / 0x7fffffff) ** 4 * bound);
}

function sentence(): string {
  if (skewed(100) > 20) return Array.from({ length: 20 }, () => CHINESE[skewed(CHINESE.length)]).join("");
  return Array.from({ length: 14 }, () => ENGLISH[skewed(ENGLISH.length)]).join(" ");
}

function message(id: number): Entry {
  const target = `#channel-${skewed(CHANNELS)}`;
  const nick = `nick${skewed(NICKS)}`;
  return {
    id,
    target,
    message: { source: `${nick}!${nick}@example.org`, command: "PRIVMSG", params: [target, sentence()] },
  };
}

/** Times of one kind of work, in milliseconds. */
class Times {
  #all: number[] = [];

  measure<T>(work: () => T): T {
    const start = performance.now();
    const result = work();
    this.#all.push(performance.now() - start);
    return result;
  }

  get total(): number {
    return this.#all.reduce((sum, time) => sum + time, 0);
  }

  toString(): string {
    const sorted = this.#all.toSorted((a, b) => a - b);
    const at = (share: number) =>
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
    return `${at(0.5)} | ${at(0.99)} | ${at(1)}`;
  }
}

function fill(store: SqliteStore, count: number): void {
  const commits = new Times();
  const slices = new Times();
  let id = Math.max(store.lastId, (Date.now() - 365 * 86_400_000) * 1000);
  for (let done = 0; done < count; done += TURN) {
    for (const entry of Array.from({ length: TURN }, () => message(id += 1_000 + skewed(1e7)))) store.append(entry);
    commits.measure(() => store.commit());
    while (slices.measure(() => store.maintain(1)));
  }
  print(`append and commit, a turn of ${TURN}`, commits);
  print("a slice of upkeep", slices);
  const each = (times: Times) => `${(times.total * 1000 / count).toFixed(1)} us`;
  console.log(`| each message | append and commit ${each(commits)}, indexes and checkpoints ${each(slices)} | | |`);
}

function print(what: string, times: Times): void {
  console.log(`| ${what} | ${times} |`);
}

function measure(what: string, work: (round: number) => unknown, rounds = 50): void {
  const times = new Times();
  for (let round = 0; round < rounds; round++) times.measure(() => work(round));
  print(what, times);
}

function measureReading(store: SqliteStore): void {
  const quiet = `#channel-${CHANNELS - 1}`;
  measure("last 50 of the busiest channel", () => store.history("#channel-0", { limit: 50 }));
  measure("last 50 of each channel", (round) => store.history(`#channel-${round * 5}`, { limit: 50 }));
  let before = Infinity;
  measure("1,000 pages of 100 back", () => {
    before = store.history("#channel-0", { limit: 100, before })[0]?.id ?? Infinity;
  }, 1_000);
  const everywhere = Array.from({ length: CHANNELS }, (_, i) => ({ target: `#channel-${i}` }));
  const searches: readonly [string, Partial<SearchQuery>][] = [
    ["the most frequent English word", { words: "the" }],
    ["a rare English word", { words: "wn5c" }],
    ["three English words", { words: "server deploy tomorrow" }],
    ["one Chinese character", { words: "的" }],
    ["a Chinese word", { words: "服务" }],
    ["a Chinese word that does not occur", { words: "服世界务" }],
    ["a frequent word in a quiet channel", { words: "the", in: [{ target: quiet }] }],
    ["a frequent word of one sender", { words: "the", from: "nick900" }],
    ["all of one sender in a quiet channel", { from: "nick5", in: [{ target: quiet }] }],
  ];
  for (const [what, query] of searches) {
    measure(`search: ${what}`, () => store.search({ in: everywhere, limit: 50, ...query }), 10);
  }
  measure("targets of 300 channels", () => store.targets({ channels: everywhere, limit: 300 }), 10);
}

function measureRedacting(store: SqliteStore): void {
  const redact = new Times();
  const upkeep = new Times();
  for (const { id } of store.history("#channel-3", { limit: 10, before: store.lastId - 1e9 })) {
    store.redact(id);
    redact.measure(() => store.commit());
    while (upkeep.measure(() => store.maintain(1)));
  }
  print("redact and commit", redact);
  print("upkeep after redacting", upkeep);
}

const folder = Deno.args[1] ?? Deno.makeTempDirSync({ prefix: "chat-history-" });
const opening = new Times();
const store = opening.measure(() => new SqliteStore(folder));
console.log("| what | median ms | 99th | worst |\n| --- | --- | --- | --- |");
print("open", opening);
if (store.lastId === 0) fill(store, Number(Deno.args[0] ?? 1_000_000));
measureReading(store);
measureRedacting(store);
const { messages, bytes } = store.statistics();
console.log(`\n${messages} messages, ${(bytes / messages).toFixed(0)} bytes each on disk; in ${folder}`);
store.close();
