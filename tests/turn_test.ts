import { assertEquals } from "@std/assert";
import { type Flushable, Turn } from "../protocol/turn.ts";

/** A turn whose end is brought about by hand, and what was flushed in it. */
class HandTurn {
  readonly flushed: string[] = [];
  readonly #later: (() => void)[] = [];
  readonly #paused: (() => void)[] = [];
  /** The time, which each flush takes one millisecond of. */
  time = 0;
  readonly turn = new Turn({
    defer: (run) => void this.#later.push(run),
    pause: (run) => void this.#paused.push(run),
    now: () => this.time,
  });

  connection(name: string): Flushable {
    return {
      flush: () => {
        this.flushed.push(name);
        this.time++;
      },
    };
  }

  /** Whether something waits until the system was asked what has arrived. */
  get isPausing(): boolean {
    return this.#paused.length > 0;
  }

  /** The system has been asked. */
  async resume(): Promise<void> {
    this.#later.push(...this.#paused.splice(0));
    await this.pass();
  }

  /** One pass of the event loop: what was put off before it, each with its microtasks. */
  async pass(): Promise<void> {
    for (const run of [...this.#later.splice(0), () => {}]) {
      run();
      for (let n = 0; n < 10; n++) await Promise.resolve();
    }
  }
}

Deno.test("who said something is answered before those who are told of it, however many they are", async () => {
  const hand = new HandTurn();
  for (let n = 0; n < 1000; n++) hand.turn.add(hand.connection("told"));
  hand.turn.add(hand.connection("answered"), true);
  await hand.pass();
  assertEquals(hand.flushed[0], "answered");
  // Others get a chance before all are told.
  assertEquals(hand.flushed.length < 1000, true);
  while (hand.flushed.length < 1001) await hand.resume();
  assertEquals(hand.flushed.filter((name) => name === "told").length, 1000);
});

Deno.test("who asks in the middle of a long flush has the answer before the flush is over", async () => {
  const hand = new HandTurn();
  for (let n = 0; n < 1000; n++) hand.turn.add(hand.connection("told"));
  await hand.pass();
  hand.turn.add(hand.connection("late"), true);
  await hand.pass();
  assertEquals(hand.flushed.includes("late"), true);
  assertEquals(hand.flushed.length < 1001, true);
});

Deno.test("a flush that takes long pauses, in which everybody may be heard again, and loses nobody", async () => {
  const hand = new HandTurn();
  for (let n = 0; n < 1000; n++) hand.turn.add(hand.connection(`told ${n}`));
  let over = 0;
  void hand.turn.over().then(() => over++);
  while (!hand.isPausing) await hand.pass();
  assertEquals([over, hand.flushed.length < 1000], [1, true]);
  hand.turn.add(hand.connection("answered"), true);
  const before = hand.flushed.length;
  // Whatever else is put off, the flush does not go on before the pause is over.
  await hand.pass();
  assertEquals(hand.flushed.length, before);
  await hand.resume();
  assertEquals(hand.flushed[before], "answered");
  while (hand.flushed.length < 1001) await hand.resume();
  const told = hand.flushed.filter((name) => name !== "answered");
  assertEquals(told, Array.from({ length: 1000 }, (_, n) => `told ${n}`));
});

Deno.test("where many are heard one after the other and it takes long, the others wait until more has arrived", async () => {
  const hand = new HandTurn();
  const heard: number[] = [];
  const all = Promise.all(Array.from({ length: 100 }, async (_, n) => {
    await hand.turn.next();
    heard.push(n);
    hand.time++;
  }));
  await hand.pass();
  assertEquals([heard.length < 100, hand.isPausing], [true, true]);
  const first = heard.length;
  await hand.pass();
  assertEquals(heard.length, first);
  while (heard.length < 100) await hand.resume();
  await all;
  assertEquals(heard.toSorted((a, b) => a - b), Array.from({ length: 100 }, (_, n) => n));
});

Deno.test("thousands who hang up at once are seen off some in each turn, all of them in the end, in order", async () => {
  const hand = new HandTurn();
  const gone: number[] = [];
  const all = Promise.all(Array.from({ length: 1000 }, (_, n) => hand.turn.parting().then(() => void gone.push(n))));
  await hand.pass();
  const first = gone.length;
  assertEquals(first > 0 && first < 500, true, `${first} in the first turn`);
  while (gone.length < 1000) {
    const before = gone.length;
    // What one turn brings about is flushed in it, and the next are seen off when it is over.
    hand.turn.add(hand.connection(`after ${before}`));
    await hand.resume();
    await hand.pass();
    assertEquals(gone.length > before, true, "nobody was seen off");
  }
  await all;
  assertEquals(gone, Array.from({ length: 1000 }, (_, n) => n));
});

Deno.test("a turn is over for all who were heard in it once everything is flushed", async () => {
  const hand = new HandTurn();
  let over = false;
  for (let n = 0; n < 250; n++) hand.turn.add(hand.connection("told"));
  const done = hand.turn.over().then(() => void (over = true));
  for (let passes = 0; hand.flushed.length < 250; passes++) {
    assertEquals(over, false);
    hand.time = 0;
    await hand.pass();
  }
  await done;
});
