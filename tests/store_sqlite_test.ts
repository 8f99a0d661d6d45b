// What only the store on disk has to do: last, be locked, fail well, stay small.

import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { Entry } from "../server/store.ts";
import { MAX_WAITING, SqliteStore, type SqliteStoreOptions, STORE_FILE } from "../server/store_sqlite.ts";
import { SLICE_ENTRIES } from "../server/store_sqlite_index.ts";
import { backupHistory } from "../server/store_sqlite_backup.ts";
import { migrate, MIGRATIONS } from "../server/store_sqlite_schema.ts";

/** A folder that is gone after the test. */
async function inFolder(test: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function withStore(folder: string, options: SqliteStoreOptions, use: (store: SqliteStore) => void): void {
  const store = new SqliteStore(folder, options);
  try {
    use(store);
  } finally {
    store.close();
  }
}

function said(id: number, text = `message ${id}`, target = "#lobby"): Entry {
  const to = target.split(" ").at(-1)!;
  return { id, target, message: { source: "ann!u@host", command: "PRIVMSG", params: [to, text] } };
}

function ids(entries: Iterable<Entry>): number[] {
  return Array.from(entries, (entry) => entry.id);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function fill(store: SqliteStore, from: number, to: number): void {
  for (const id of range(from, to)) store.append(said(id));
  assertEquals(store.commit(), undefined);
}

function settle(store: SqliteStore): void {
  while (store.maintain(1000));
}

Deno.test("store on disk: everything is there again after closing", () =>
  inFolder((folder) => {
    withStore(folder, {}, (store) => {
      store.append(said(7));
      store.channels.put("#lobby", { name: "#Lobby", created: 1, modes: "nt", lists: {}, access: { ann: "o" } });
      store.bans.put("*@bad", { kind: "mask", reason: "spam", by: "ann", created: 2 });
    });
    withStore(folder, {}, (store) => {
      assertEquals(store.lastId, 7);
      assertEquals(ids(store.history("#lobby", { limit: 9 })), [7]);
      assertEquals(store.channels.get("#lobby")?.access, { ann: "o" });
      assertEquals([...store.bans.list()].length, 1);
    });
  }));

Deno.test("store on disk: the folder and the file are readable for their owner alone", () =>
  inFolder((folder) => {
    withStore(`${folder}/data`, {}, () => {
      if (Deno.build.os === "windows") return;
      assertEquals(Deno.statSync(`${folder}/data`).mode! & 0o777, 0o700);
      for (const name of [STORE_FILE, `${STORE_FILE}-wal`]) {
        assertEquals(Deno.statSync(`${folder}/data/${name}`).mode! & 0o777, 0o600);
      }
    });
  }));

for (let round = 1; round <= 3; round++) {
  Deno.test(`store on disk: killed while writing, it has all that commit() had returned for (${round})`, () =>
    inFolder(async (folder) => {
      const acknowledged = await writeUntilKilled(folder, 1000 * round);
      withStore(folder, {}, (store) => {
        const kept = ids(store.entries());
        assert(kept.length >= acknowledged, `${kept.length} kept of ${acknowledged}`);
        assertEquals(kept, range(1, kept.length));
        assertEquals(ids(store.history("#lobby", { limit: 1e6 })), kept);
        assertEquals(store.check(), []);
      });
    }));
}

/** Starts a writer, kills it when it has acknowledged so many messages, and gives how many it had in the end. */
function writeUntilKilled(folder: string, enough: number): Promise<number> {
  return writeUntil(folder, enough, () => Promise.resolve());
}

/** The same, but something else happens before, while it goes on writing. */
async function writeUntil(
  folder: string,
  enough: number,
  then: (acknowledged: number) => Promise<void>,
): Promise<number> {
  const writer = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "tests/fixtures/store_writer.ts", folder],
    stdout: "piped",
  }).spawn();
  let text = "";
  let done = false;
  for await (const chunk of writer.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (done || text.split("\n").length <= enough) continue;
    done = true;
    await then(lastNumber(text));
    writer.kill("SIGKILL");
  }
  await writer.status;
  return lastNumber(text);
}

/** The number in the last whole line. */
function lastNumber(text: string): number {
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}

Deno.test("store on disk: a second server is told who has the data, and gets it when the first is gone", () =>
  inFolder((folder) => {
    withStore(folder, {}, () => {
      const error = assertThrows(() => new SqliteStore(folder), Error, "another server is using it");
      assertMatch(error.message, new RegExp(`process ${Deno.pid} on .+, since \\d{4}-`));
    });
    withStore(folder, {}, () => {});
  }));

Deno.test("store on disk: a reader beside the server sees everything and can write nothing", () =>
  inFolder((folder) => {
    withStore(folder, {}, (store) => {
      fill(store, 1, 1000);
      store.maintain(1000);
      store.append(said(1001));
      store.commit();
      withStore(folder, { readOnly: true }, (reader) => {
        assertEquals(ids(reader.entries()), range(1, 1001));
        assertEquals(ids(reader.history("#lobby", { limit: 2 })), [1000, 1001]);
        reader.append(said(1002));
        assertEquals(reader.commit()?.kind, "read-only");
      });
      assertEquals(store.lastId, 1001);
    });
  }));

Deno.test("store on disk: the indexes go on where they were", () =>
  inFolder((folder) => {
    withStore(folder, {}, (store) => {
      fill(store, 1, 700);
      settle(store);
      assert(store.statistics().waiting < SLICE_ENTRIES);
      fill(store, 701, 750);
    });
    withStore(folder, { slice: 1 }, (store) => {
      const { messages, waiting } = store.statistics();
      assertEquals(messages, 750);
      assert(waiting >= 50 && waiting < SLICE_ENTRIES + 50, `${waiting}`);
      settle(store);
      assertEquals(store.statistics(), { ...store.statistics(), messages: 750, waiting: 0 });
      assertEquals(ids(store.history("#lobby", { limit: 1000 })), range(1, 750));
      assertEquals(store.search({ words: "message", in: [{ target: "#lobby" }], limit: 1000 }).length, 750);
    });
  }));

Deno.test("store on disk: the indexes are never further behind than their bound", () =>
  inFolder((folder) => {
    withStore(folder, { maxBehind: 100_000 }, (store) => {
      let most = 0;
      for (let id = 1; id <= 2000; id += 100) {
        fill(store, id, id + 99);
        most = Math.max(most, store.statistics().waiting);
      }
      assert(most > 200 && most < 1000, `${most} waited`);
    });
  }));

for (const slice of [1, 128]) {
  Deno.test(`store on disk: a full disk is said, and what it was given kept, up to a bound (slices of ${slice})`, () =>
    inFolder((folder) => {
      const options = { maxPages: 64, retryAfter: 0, slice };
      withStore(folder, { ...options, epoch: { entries: 50, milliseconds: 1e12 } }, (store) => {
        let id = 0;
        while (store.commit() === undefined) {
          store.append(said(++id, "x".repeat(400)));
          store.maintain(1);
        }
        assertEquals(store.failure?.kind, "full");
        assertStringIncludes(store.failure!.message, "make room");
        assertEquals(ids(store.history("#lobby", { limit: 1 })), [id]);
        while (store.append(said(id + 1))) id++;
        assertEquals(store.failure?.waiting, MAX_WAITING);
        assertEquals(store.maintain(10), false);
        assertEquals(ids(store.history("#lobby", { limit: 1e6 })), range(1, id));
      });
      withStore(folder, {}, (store) => {
        assertEquals(ids(store.entries()), range(1, store.lastId));
        assertEquals(store.check(), []);
      });
    }));
}

Deno.test("store on disk: what waited is written when the disk can be written again", () =>
  inFolder((folder) => {
    withStore(folder, { retryAfter: 0 }, (store) => {
      fill(store, 1, 1);
      const inTheWay = new DatabaseSync(`${folder}/${STORE_FILE}`);
      inTheWay.exec("BEGIN IMMEDIATE");
      store.append(said(2));
      store.markers.put("ann #lobby", 2);
      store.redact(1);
      assertEquals(store.commit()?.kind, "other");
      assertEquals(store.commit()?.waiting, 1);
      assertEquals(ids(store.history("#lobby", { limit: 9 })), [1, 2]);
      assertEquals(store.markers.get("ann #lobby"), 2);
      inTheWay.exec("ROLLBACK");
      inTheWay.close();
      assertEquals(store.commit(), undefined);
      assertEquals(store.failure, undefined);
    });
    withStore(folder, {}, (store) => {
      assertEquals(ids(store.entries()), [1, 2]);
      assertEquals(store.find(1)?.redacted, true);
      assertEquals(store.markers.get("ann #lobby"), 2);
    });
  }));

Deno.test("store on disk: what was redacted is in no file any more", () =>
  inFolder((folder) => {
    withStore(folder, { slice: 1, epoch: { entries: 100, milliseconds: 1e12 } }, (store) => {
      for (const id of range(1, 500)) store.append(said(id, id % 50 === 0 ? `plutonium ${id}` : `message ${id}`));
      store.commit();
      settle(store);
      store.append(said(501, "plutonium 501"));
      store.commit();
      assert(filesHold(folder, "plutonium"));
      for (const { id } of store.search({ words: "plutonium", in: [{ target: "#lobby" }], limit: 99 })) {
        store.redact(id);
      }
      store.commit();
      settle(store);
      assertEquals(filesHold(folder, "plutonium"), []);
      assertEquals(ids(store.history("#lobby", { limit: 999 })), range(1, 501));
      assertEquals(store.check(), []);
    });
  }));

Deno.test("store on disk: what is redacted after the indexes took it up is in no file any more", () =>
  inFolder((folder) => {
    withStore(folder, { slice: 1 }, (store) => {
      const padding = "x".repeat(300);
      for (const id of range(1, 2000)) store.append(said(id, id % 40 === 0 ? `plutonium ${id}` : padding));
      store.commit();
      settle(store);
      for (const id of range(1, 2000)) if (id % 40 === 0) store.redact(id);
      store.commit();
      settle(store);
      assertEquals(filesHold(folder, "plutonium"), []);
    });
  }));

Deno.test("store on disk: what is redacted while half of its block is taken up is in no file any more", () =>
  inFolder((folder) => {
    const options = { slice: 1000, maxBehind: 10_000, epoch: { entries: 100, milliseconds: 1e12 } };
    withStore(folder, options, (store) => {
      for (const id of range(1, 128)) store.append(said(id, id % 50 === 0 ? `plutonium ${id}` : `message ${id}`));
      store.commit();
      const { waiting } = store.statistics();
      assert(waiting > 0 && waiting < 128, `${waiting} wait`);
      for (const id of [50, 100]) store.redact(id);
      store.commit();
      settle(store);
      assertEquals(filesHold(folder, "plutonium"), []);
      assertEquals(store.find(50)?.redacted, true);
    });
  }));

/** Names of the files that hold a text. */
function filesHold(folder: string, text: string): string[] {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
  return names.filter((name) =>
    new TextDecoder("latin1").decode(Deno.readFileSync(`${folder}/${name}`)).includes(text)
  );
}

Deno.test("store on disk: what is older than the retention goes, in every index", () =>
  inFolder((folder) => {
    withStore(folder, { slice: 1, epoch: { entries: 300, milliseconds: 1e12 }, retention: 60_000 }, (store) => {
      fill(store, 1, 1000);
      store.append(said(1001, "hi", "ann ben"));
      const now = Date.now() * 1000;
      store.append(said(now));
      store.commit();
      settle(store);
      assertEquals(ids(store.entries()), [now]);
      assertEquals(ids(store.history("#lobby", { limit: 9 })), [now]);
      assertEquals(ids(store.search({ words: "message", in: [{ target: "#lobby" }], limit: 9 })), [now]);
      assertEquals(store.targets({ channels: [], parties: ["ann"], limit: 9 }), []);
      assertEquals(store.statistics().messages, 1);
      assertEquals(store.check(), []);
    });
  }));

Deno.test("store on disk: when there are too many bytes the oldest go, and no more than needed", () =>
  inFolder((folder) => {
    const most = 1_000_000;
    withStore(folder, { slice: 1, epoch: { entries: 3000, milliseconds: 1e12 }, maxBytes: most }, (store) => {
      for (let id = 1; id < 10_000; id += 100) fill(store, id, id + 99);
      settle(store);
      const kept = ids(store.entries());
      assertEquals(kept, range(10_001 - kept.length, 10_000));
      assert(store.statistics().bytes <= most, `${store.statistics().bytes} bytes`);
      assert(store.statistics().bytes > most / 2, `${store.statistics().bytes} bytes`);
      assertEquals(store.statistics().messages, kept.length);
    });
  }));

Deno.test("backupHistory() copies everything beside a server that writes", () =>
  inFolder(async (folder) => {
    Deno.mkdirSync(`${folder}/copy`);
    const shares: number[] = [];
    let written = 0;
    await writeUntil(folder, 2000, async (acknowledged) => {
      written = acknowledged;
      await backupHistory(folder, `${folder}/copy/${STORE_FILE}`, (share) => shares.push(share));
    });
    withStore(`${folder}/copy`, {}, (copy) => {
      assert(copy.lastId >= written, `${copy.lastId} of ${written}`);
      assertEquals(ids(copy.entries()), range(1, copy.lastId));
      assertEquals(copy.check(), []);
    });
    assert(shares.every((share) => share >= 0 && share <= 1));
  }));

Deno.test("backupHistory() never writes over a file", () =>
  inFolder(async (folder) => {
    withStore(folder, {}, () => {});
    await assertRejects(() => backupHistory(folder, `${folder}/${STORE_FILE}`), Deno.errors.AlreadyExists);
  }));

Deno.test("store on disk: check() finds a damaged file", () =>
  inFolder((folder) => {
    withStore(folder, {}, (store) => {
      fill(store, 1, 5000);
      settle(store);
    });
    damage(folder);
    withStore(folder, { readOnly: true }, (store) => assert(store.check().length > 0));
  }));

Deno.test("store on disk: it does not open where what the indexes wait for is damaged, and lets go of the folder", () =>
  inFolder((folder) => {
    withStore(folder, {}, (store) => fill(store, 1, 5000));
    damage(folder);
    assertThrows(() => new SqliteStore(folder), Error, "Cannot open the history in");
    assertThrows(() => new SqliteStore(folder), Error, "malformed");
  }));

/** Writes over two pages in the middle of the file. */
function damage(folder: string): void {
  const file = Deno.openSync(`${folder}/${STORE_FILE}`, { read: true, write: true });
  file.seekSync(40 * 4096, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(8192).fill(0x5a));
  file.close();
}

Deno.test("store on disk: a file of a newer version is refused in one clear line", () =>
  inFolder((folder) => {
    withStore(folder, {}, () => {});
    const db = new DatabaseSync(`${folder}/${STORE_FILE}`);
    db.exec("PRAGMA user_version = 99");
    db.close();
    assertThrows(() => new SqliteStore(folder), Error, "a newer version of chat wrote it (schema 99");
    assertThrows(() => new SqliteStore(folder, { readOnly: true }), Error, "schema 99");
  }));

Deno.test("migrations: the first schema is frozen, and becomes today's", () => {
  const frozen = Deno.readTextFileSync(new URL("fixtures/schema_1.sql", import.meta.url));
  assertEquals(schemaOf((db) => migrate(db, MIGRATIONS.slice(0, 1))), frozen);
  const upgraded = schemaOf((db) => {
    migrate(db, MIGRATIONS.slice(0, 1));
    migrate(db);
  });
  assertEquals(upgraded, schemaOf((db) => migrate(db)));
});

Deno.test("migrations: what the first schema had not indexed is there in today's, and is indexed", () =>
  inFolder((folder) => {
    const db = new DatabaseSync(`${folder}/${STORE_FILE}`);
    migrate(db, MIGRATIONS.slice(0, 1));
    const add = db.prepare("INSERT INTO entry VALUES (?, ?, ?)");
    for (const id of [1, 2, 3]) add.run(id, "#lobby", `:ann!a@host PRIVMSG #lobby :number ${id}`);
    db.close();
    withStore(folder, {}, (store) => {
      assertEquals(store.lastId, 3);
      assertEquals(ids(store.history("#lobby", { limit: 10 })), [1, 2, 3]);
      settle(store);
      assertEquals(ids(store.search({ words: "number", in: [{ target: "#lobby" }], limit: 10 })), [3, 2, 1]);
      assertEquals(ids(store.entries()), [1, 2, 3]);
    });
  }));

/** The schema that a new file has afterwards, as text. */
function schemaOf(prepare: (db: DatabaseSync) => void): string {
  const db = new DatabaseSync(":memory:");
  prepare(db);
  const rows = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").all();
  db.close();
  return rows.map((row) => `${row["sql"]};\n`).join("");
}
