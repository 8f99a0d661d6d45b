// What only the store in memory has to do: stay small.

import { assert, assertEquals } from "@std/assert";
import { type Entry, MemoryStore } from "../server/store.ts";

function said(id: number, target: string): Entry {
  return { id, target, message: { source: "ann!u@host", command: "PRIVMSG", params: [target, `message ${id}`] } };
}

Deno.test("store in memory: keeps the newest of each target", () => {
  const store = new MemoryStore({ perTarget: 100 });
  for (let id = 1; id <= 10_000; id++) store.append(said(id, "#lobby"));
  const kept = store.history("#lobby", { limit: 1000 });
  assert(kept.length >= 100 && kept.length <= 110, `${kept.length}`);
  assertEquals(kept.at(-1)?.id, 10_000);
  assertEquals(store.statistics().messages, kept.length);
});

Deno.test("store in memory: forgets what was silent longest when there is too much in all", () => {
  const store = new MemoryStore({ total: 1000 });
  for (let id = 1; id <= 10_000; id++) {
    store.append(said(id, `#channel-${id}`));
    store.append(said(id, "#lobby"));
  }
  assert(store.statistics().messages <= 1100);
  assertEquals(store.find(1), undefined);
  assertEquals(store.history("#channel-1", { limit: 1 }), []);
  assertEquals(store.history("#lobby", { limit: 1 })[0]?.id, 10_000);
  assertEquals(store.history("#channel-10000", { limit: 1 }).length, 1);
});
