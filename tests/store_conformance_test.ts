// What every form of the store does alike: in memory, on disk, and on disk with its indexes caught up all
// the time and in several epochs.

import { assert, assertEquals, assertFalse } from "@std/assert";
import { advanceMarker, directTarget, type Entry, MemoryStore, pair, type Store } from "../server/store.ts";
import { SqliteStore } from "../server/store_sqlite.ts";
import type { HistoryRange } from "../server/store.ts";

interface Form {
  name: string;
  open(folder: string): Store;
  settle(store: Store): void;
}

const FORMS: readonly Form[] = [
  { name: "in memory", open: () => new MemoryStore(), settle: (store) => store.commit() },
  { name: "on disk", open: (folder) => new SqliteStore(folder), settle: (store) => store.commit() },
  {
    name: "on disk, indexed",
    open: (folder) => new SqliteStore(folder, { slice: 1, epoch: { entries: 3, milliseconds: 1e12 } }),
    settle: indexAll,
  },
];

function indexAll(store: Store): void {
  store.commit();
  while (store.maintain(1000));
  assertEquals(store.statistics().waiting, 0);
}

/** Runs a test against every form. `settle` ends the turn, and where there are indexes, has them catch up. */
function each(behaviour: string, test: (store: Store, settle: () => void) => void): void {
  for (const { name, open, settle } of FORMS) {
    Deno.test(`store ${name}: ${behaviour}`, () => {
      const folder = Deno.makeTempDirSync();
      const store = open(folder);
      try {
        test(store, () => settle(store));
      } finally {
        store.close();
        Deno.removeSync(folder, { recursive: true });
      }
    });
  }
}

function said(id: number, target: string, text: string, nick = "ann"): Entry {
  const to = target.split(" ").at(-1)!;
  return { id, target, message: { source: `${nick}!u@host`, command: "PRIVMSG", params: [to, text] } };
}

function event(id: number, target: string, command: string, nick = "ann"): Entry {
  return { id, target, message: { source: `${nick}!u@host`, command, params: [target] } };
}

function ids(entries: readonly Entry[]): number[] {
  return entries.map((entry) => entry.id);
}

function tenMessages(store: Store): void {
  for (let id = 1; id <= 10; id++) store.append(said(id * 10, "#lobby", `message ${id}`));
}

each("keeps an entry as it was", (store, settle) => {
  const entry: Entry = {
    id: 1_700_000_000_000_123,
    target: "#中文",
    message: {
      tags: new Map([["account", "ann"], ["+draft/reply", "a b;c"]]),
      source: "Ann!u@host",
      command: "PRIVMSG",
      params: ["#中文", ":) first, 第一"],
    },
    lines: [{ text: "second" }, { text: " and more", concat: true }, { text: "" }],
  };
  store.append(entry);
  assertEquals(store.find(entry.id), entry);
  settle();
  assertEquals(store.find(entry.id), entry);
  assertEquals(store.history("#中文", { limit: 1 }), [entry]);
  assertEquals(store.lastId, entry.id);
  assertEquals([...store.entries()], [entry]);
  assertEquals(store.find(5), undefined);
});

// The ranges that CHATHISTORY asks for: https://ircv3.net/specs/extensions/chathistory
const RANGES: readonly [name: string, range: HistoryRange, expected: number[]][] = [
  ["LATEST *", { limit: 3 }, [80, 90, 100]],
  ["LATEST after one", { after: 80, limit: 5 }, [90, 100]],
  ["LATEST after one, more than the limit", { after: 10, limit: 2 }, [90, 100]],
  ["BEFORE", { before: 50, limit: 2 }, [30, 40]],
  ["AFTER", { after: 50, limit: 2, from: "oldest" }, [60, 70]],
  ["BETWEEN, from the old one", { after: 20, before: 90, limit: 3, from: "oldest" }, [30, 40, 50]],
  ["BETWEEN, from the new one", { after: 20, before: 90, limit: 3 }, [60, 70, 80]],
  ["more than there is", { limit: 100, after: 70 }, [80, 90, 100]],
  ["nothing", { limit: 0 }, []],
  ["an empty span", { after: 50, before: 51, limit: 5 }, []],
  ["what may be seen", { limit: 9, visible: [{ from: 20, to: 40 }, { from: 90 }] }, [20, 30, 90, 100]],
  ["the newest of what may be seen", { limit: 3, visible: [{ from: 20, to: 40 }, { from: 90 }] }, [30, 90, 100]],
  ["the oldest of what may be seen", {
    limit: 3,
    from: "oldest",
    visible: [{ from: 20, to: 40 }, { from: 90 }],
  }, [20, 30, 90]],
  ["nothing may be seen", { limit: 9, visible: [] }, []],
];

for (const [name, range, expected] of RANGES) {
  each(`history() gives ${name}`, (store, settle) => {
    tenMessages(store);
    settle();
    assertEquals(ids(store.history("#lobby", range)), expected);
  });
}

each("history() joins what is indexed and what is not", (store, settle) => {
  tenMessages(store);
  settle();
  for (let id = 11; id <= 13; id++) store.append(said(id * 10, "#lobby", "later"));
  assertEquals(ids(store.history("#lobby", { limit: 5 })), [90, 100, 110, 120, 130]);
  assertEquals(ids(store.history("#lobby", { limit: 3, after: 80, from: "oldest" })), [90, 100, 110]);
  assertEquals(ids(store.history("#lobby", { limit: 2, before: 120 })), [100, 110]);
});

each("history() gives events only to who asks for them", (store, settle) => {
  store.append(event(1, "#lobby", "JOIN"));
  store.append(said(2, "#lobby", "one"));
  store.append(event(3, "#lobby", "TAGMSG"));
  store.append(said(4, "#other", "elsewhere"));
  store.append({ ...said(5, "#lobby", "two"), message: { ...said(5, "#lobby", "two").message, command: "NOTICE" } });
  settle();
  assertEquals(ids(store.history("#lobby", { limit: 9 })), [2, 5]);
  assertEquals(ids(store.history("#lobby", { limit: 9, events: true })), [1, 2, 3, 5]);
  assertEquals(ids(store.history("#lobby", { limit: 2, events: true })), [3, 5]);
  assertEquals(ids(store.history("#lobby", { limit: 2, events: true, from: "oldest" })), [1, 2]);
  assertEquals(store.history("#nowhere", { limit: 9 }), []);
});

each("an event with one id belongs to several channels", (store, settle) => {
  store.append(said(1, "#a", "hello"));
  for (const target of ["#a", "#b", "#c"]) {
    store.append({ id: 2, target, message: { source: "ann!u@host", command: "QUIT", params: ["bye"] } });
  }
  store.append(said(3, "#b", "hello"));
  settle();
  for (const [target, ...expected] of [["#a", 1, 2], ["#b", 2, 3], ["#c", 2]] as const) {
    const found = store.history(target, { limit: 9, events: true });
    assertEquals(ids(found), expected);
    assert(found.every((entry) => entry.target === target));
  }
  assertEquals(Array.from(store.entries(), ({ id, target }) => `${id} ${target}`), [
    "1 #a",
    "2 #a",
    "2 #b",
    "2 #c",
    "3 #b",
  ]);
  assertEquals(store.statistics().messages, 5);
});

each("redact() deletes the text and leaves who and when", (store, settle) => {
  const tags = new Map([["account", "ann"], ["+draft/reply", "x"]]);
  const entry = said(10, "#lobby", "my secret");
  store.append({ ...entry, message: { ...entry.message, tags }, lines: [{ text: "and more" }] });
  settle();
  assert(store.redact(10));
  for (const turn of ["the same", "the next"]) {
    const [left] = store.history("#lobby", { limit: 1 });
    assertEquals(left?.redacted, true, `${turn} turn`);
    assertEquals(left?.message.params, ["#lobby"]);
    assertEquals(left?.message.tags, new Map([["account", "ann"]]));
    assertEquals(left?.lines, undefined);
    assertEquals(store.find(10), left);
    assertEquals(store.search({ words: "secret", in: [{ target: "#lobby" }], limit: 9 }), []);
    settle();
  }
  assertFalse(store.redact(11));
});

each("redact() works within the turn in which the message came", (store, settle) => {
  store.append(said(10, "#lobby", "my secret"));
  store.redact(10);
  settle();
  assertEquals(store.find(10)?.message.params, ["#lobby"]);
  assertEquals(store.search({ from: "ann", in: [{ target: "#lobby" }], limit: 9 }), []);
});

const SENTENCES: readonly (readonly [nick: string, text: string])[] = [
  ["ann", "We deploy the new server tomorrow"], // 1
  ["小明", "明天我们部署新的服务器"], // 2
  ["Ben", "Déployé! 🎉 café-au-lait"], // 3
  ["ann", "サーバーの設定を変えました"], // 4
  ["ben", 'the server deployment is done; see "notes" OR target:x*'], // 5
  ["ann", "ＦＵＬＬ width, v2.1"], // 6
];

const SEARCHES: readonly [words: string, expected: number[]][] = [
  ["server", [5, 1]],
  ["SERVER", [5, 1]],
  ["server deploy", [1]],
  ["服务器", [2]],
  ["服", [2]],
  ["务服", []],
  ["明天 服务器", [2]],
  ["サーバー", [4]],
  ["設定", [4]],
  ["cafe", [3]],
  ["deploye", [3]],
  ["🎉", [3]],
  ['"new server"', [1]],
  ['"server new"', []],
  ["full v2", [6]],
  ['"notes" OR', [5]],
  ["target:x", [5]],
  ["nothing", []],
  ["!?", []],
  ['"', []],
];

for (const [words, expected] of SEARCHES) {
  each(`search() finds ${expected.length} for ${words}`, (store, settle) => {
    SENTENCES.forEach(([nick, text], i) => store.append(said(i + 1, "#lobby", text, nick)));
    settle();
    assertEquals(ids(store.search({ words, in: [{ target: "#lobby" }], limit: 9 })), expected);
  });
}

each("search() narrows by sender, place and time, newest first", (store, settle) => {
  SENTENCES.forEach(([nick, text], i) => store.append(said(i + 1, i % 2 === 0 ? "#lobby" : "#dev", text, nick)));
  settle();
  const everywhere = [{ target: "#lobby" }, { target: "#dev" }];
  const find = (query: object) => ids(store.search({ in: everywhere, limit: 9, ...query }));
  assertEquals(find({ from: "ANN" }), [6, 4, 1]);
  assertEquals(find({ from: "小明" }), [2]);
  assertEquals(find({ from: "an" }), []);
  assertEquals(find({ from: "ann", limit: 2 }), [6, 4]);
  assertEquals(find({ from: "ann", before: 6, after: 1 }), [4]);
  assertEquals(find({ from: "ann", in: [{ target: "#dev" }] }), [6, 4]);
  assertEquals(find({ words: "server", in: [] }), []);
  assertEquals(find({}), [6, 5, 4, 3, 2, 1]);
});

each("search() shows nobody what he may not see", (store, settle) => {
  for (let id = 1; id <= 9; id++) store.append(said(id, id % 2 === 0 ? "#even" : "#odd", "hello"));
  settle();
  const places = [{ target: "#odd", visible: [{ from: 3, to: 6 }, { from: 9 }] }, { target: "#even" }];
  assertEquals(ids(store.search({ words: "hello", in: places, limit: 9 })), [9, 8, 6, 5, 4, 3, 2]);
  assertEquals(ids(store.search({ words: "hello", in: places, limit: 3 })), [9, 8, 6]);
});

each("search() looks into five hundred channels at once", (store, settle) => {
  const places = Array.from({ length: 500 }, (_, i) => ({ target: `#c${i}` }));
  places.forEach(({ target }, i) => store.append(said(i + 1, target, "hello")));
  settle();
  assertEquals(ids(store.search({ words: "hello", in: places, limit: 3 })), [500, 499, 498]);
});

each("search() joins what is indexed and what is not", (store, settle) => {
  store.append(said(1, "#lobby", "hello 世界"));
  settle();
  store.append(said(2, "#lobby", "hello again"));
  assertEquals(ids(store.search({ words: "hello", in: [{ target: "#lobby" }], limit: 9 })), [2, 1]);
});

each("targets() gives conversations by their latest message", (store, settle) => {
  store.append(said(1, directTarget("ann", "ben"), "hi"));
  store.append(said(2, directTarget("cyd", "ann"), "hi"));
  store.append(said(3, directTarget("ben", "cyd"), "none of your business"));
  store.append(said(4, "#lobby", "hello"));
  store.append(event(5, "#lobby", "JOIN"));
  settle();
  const channels = [{ target: "#lobby" }, { target: "#empty" }];
  const ask = (query: object) =>
    store.targets({ channels, parties: ["ann"], limit: 9, ...query }).map(({ target, latest }) => [target, latest]);
  const all = [["ann ben", 1], ["ann cyd", 2], ["#lobby", 4]];
  assertEquals(ask({}), all);
  assertEquals(ask({ after: 1, before: 4 }), [["ann cyd", 2]]);
  assertEquals(ask({ limit: 2 }), all.slice(1));
  assertEquals(ask({ channels: [{ target: "#lobby", visible: [{ from: 5 }] }] }), all.slice(0, 2));
  store.append(said(6, directTarget("ann", "ben"), "later"));
  assertEquals(ask({}), [["ann cyd", 2], ["#lobby", 4], ["ann ben", 6]]);
  assertEquals(ask({ before: 5 }), [["ann cyd", 2], ["#lobby", 4]]);
});

each("records are read as they were put, also before the turn ends", (store, settle) => {
  const ann = {
    name: "Ann",
    identity: "ann*1",
    created: 1,
    certificates: ["f1"],
    alwaysOn: false,
    settings: { colour: "blue" },
  };
  store.accounts.put("ann", ann);
  assertEquals(store.accounts.get("ann"), ann);
  settle();
  assertEquals(store.accounts.get("ann"), ann);
  store.accounts.delete("ann");
  assertEquals(store.accounts.get("ann"), undefined);
  assertEquals([...store.accounts.list()], []);
  settle();
  assertEquals(store.accounts.get("ann"), undefined);
});

each("records are listed by prefix, in order", (store, settle) => {
  store.memberships.put(pair("ben", "#a"), { name: "#a", modes: "", since: 1 });
  store.memberships.put(pair("ann", "#b"), { name: "#b", modes: "o", since: 2 });
  store.memberships.put(pair("annette", "#c"), { name: "#c", modes: "", since: 3 });
  settle();
  store.memberships.put(pair("ann", "#a"), { name: "#a", modes: "v", since: 4 });
  store.memberships.delete(pair("ben", "#a"));
  assertEquals([...store.memberships.list("ann ")], [
    ["ann #a", { name: "#a", modes: "v", since: 4 }],
    ["ann #b", { name: "#b", modes: "o", since: 2 }],
  ]);
  assertEquals([...store.memberships.list()].map(([key]) => key), ["ann #a", "ann #b", "annette #c"]);
});

each("a read marker only moves forward", (store, settle) => {
  const key = pair("ann", "#lobby");
  assertEquals(advanceMarker(store.markers, key, 20), 20);
  settle();
  assertEquals(advanceMarker(store.markers, key, 10), 20);
  assertEquals(advanceMarker(store.markers, key, 30), 30);
  settle();
  assertEquals(store.markers.get(key), 30);
});

each("statistics() counts the messages", (store, settle) => {
  tenMessages(store);
  settle();
  store.append(said(200, "#lobby", "one more"));
  assertEquals(store.statistics().messages, 11);
});
