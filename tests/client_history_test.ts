// What comes of pages of history that hold more than messages: people coming and going, reactions, deletions
// (https://ircv3.net/specs/extensions/chathistory, draft/event-playback).

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { Buffer } from "../client/buffer.ts";
import { lookAround } from "../client/full_screen/catch_up.ts";
import { parseMessage } from "../protocol.ts";
import { NOON, Seat } from "./client_screen.ts";

const ALL =
  "batch labeled-response echo-message message-tags server-time draft/chathistory draft/event-playback draft/message-redaction";

/** One line of the log of a channel. */
interface Entry {
  readonly id: string;
  readonly time: number;
  /** As others get it, without tags. */
  readonly line: string;
  readonly tags?: string;
  readonly kind: "said" | "other" | "nameless" | "deletes";
  /** Of a reaction. */
  readonly reaction?: { readonly to: string; readonly nick: string; readonly emoji: string; readonly add: boolean };
  deleted?: boolean;
}

/** A channel with a log, and ann, who is there or not. */
class Place {
  readonly ann = new Seat({ channels: [] });
  readonly log: Entry[] = [];
  readonly #page: number;
  readonly #told: number;
  #here = false;
  #answered = 0;
  #time = NOON - 1e6;
  #ids = 0;

  /**
   * @param page Most lines of a page.
   * @param told How many the server says that it gives.
   */
  constructor(page = 1000, told = page) {
    this.#page = page;
    this.#told = told;
    this.ann.breaks();
  }

  get buffer(): Buffer {
    return this.ann.screen.buffer("#lobby");
  }

  /** What is asked for. */
  get asked(): string[] {
    return this.ann.sent.flatMap((line) => / ((LATEST|BEFORE|AFTER|AROUND) .*)/.exec(line)?.[1] ?? []);
  }

  comes(): void {
    this.returns();
    this.ann.screen.go(this.buffer);
  }

  /** The same, and ann looks where she looked before. */
  returns(): void {
    this.#here = true;
    this.ann.now += 10_000;
    this.ann.returns(ALL);
    this.ann.says(`:irc 005 ann CHATHISTORY=${this.#told} :are supported`, ":ann!a@home JOIN #lobby");
  }

  /** The connection breaks, and a first try to have another fails. */
  breaks(): void {
    this.#here = false;
    this.ann.breaks();
    this.ann.breaks();
    this.#answered = 0;
  }

  /** Something happens, so many milliseconds after what was before. */
  happens(after: number, line: string, more: Partial<Entry> = {}): Entry {
    this.#time += after;
    const entry = { id: `i${++this.#ids}`, time: this.#time, line, kind: "other", ...more } as const;
    this.log.push(entry);
    if (this.#here) this.ann.says(written(entry));
    return entry;
  }

  says(text: string, after = 1, nick = "ben"): Entry {
    return this.happens(after, `:${nick}!b@h PRIVMSG #lobby :${text}`, { kind: "said" });
  }

  comeAndGo(times: number, after = 1): void {
    for (let i = 0; i < times; i++) {
      this.happens(after, `:guest${i}!g@h JOIN #lobby`);
      this.happens(after, `:guest${i}!g@h QUIT :bye`, { kind: "nameless" });
    }
  }

  reacts(to: string, nick: string, emoji: string, add = true, after = 1): void {
    const tags = `+draft/${add ? "" : "un"}react=${emoji};+draft/reply=${to}`;
    this.happens(after, `:${nick}!x@h TAGMSG #lobby`, { tags, reaction: { to, nick, emoji, add } });
  }

  deletes(entry: Entry, after = 1): void {
    entry.deleted = true;
    this.happens(after, `:ben!b@h REDACT #lobby ${entry.id} :oops`, { kind: "deletes" });
  }

  /** Answers the oldest request that waits. Returns whether there was one. */
  answers(): boolean {
    const requests = this.ann.sent.filter((line) => / (LATEST|BEFORE|AFTER|AROUND) #lobby /.test(line));
    const request = requests[this.#answered];
    if (request === undefined || !this.#here) return false;
    this.#answered++;
    const { params, tags } = parseMessage(request);
    const reference = `h${this.#answered}`;
    const page = this.#find(params[0]!, params[2]!, Math.min(Number(params[3]), this.#page));
    this.ann.says(
      `@label=${tags?.get("label")} :irc BATCH +${reference} chathistory #lobby`,
      ...page.map((entry) => written(entry, reference)),
      `:irc BATCH -${reference}`,
    );
    return true;
  }

  answersAll(): void {
    for (let i = 0; i < 100 && this.answers(); i++);
  }

  #find(which: string, selector: string, limit: number): Entry[] {
    const [kind, value = ""] = selector.split("=");
    const stamp = Date.parse(value);
    const at = kind === "msgid" ? this.log.findIndex(({ id }) => id === value) : -1;
    const isAfter = (entry: Entry, i: number) => kind === "msgid" ? i > at : entry.time > stamp;
    const isBefore = (entry: Entry, i: number) => kind === "msgid" ? i < at : entry.time < stamp;
    const side = which === "AFTER" ? isAfter : which === "BEFORE" ? isBefore : () => true;
    const found = this.log.filter((entry, i) => entry.deleted !== true && side(entry, i));
    if (which === "AROUND") {
      const from = Math.max(0, found.findIndex(({ id }) => id === value) - Math.floor(limit / 2));
      return found.slice(from, from + limit);
    }
    return which === "AFTER" ? found.slice(0, limit) : found.slice(-limit);
  }

  /** Scrolls to whatever is missing, the lowest first, until there is no more. */
  toTheTop(): void {
    const { scrolling } = this.ann.screen;
    for (let i = 0; i < 500 && !(this.buffer.complete && this.gaps === 0); i++) {
      const gap = this.buffer.lines.findLast(({ kind }) => kind === "gap");
      const below = gap === undefined ? undefined : this.buffer.beside(gap).below;
      if (below === undefined || !scrolling.jumpTo(this.buffer, below.id!)) scrolling.toBottom(this.buffer);
      scrolling.by(gap === undefined ? 1000 : 1);
      this.answersAll();
    }
    assertEquals([this.buffer.complete, this.gaps], [true, 0], "the beginning is reached");
  }

  /** Places between the lines where something may be missing. */
  get gaps(): number {
    return this.buffer.lines.filter(({ kind }) => kind === "gap").length;
  }

  /** Goes to a message, wherever it is. */
  jumpsTo({ id, time }: Entry): void {
    lookAround(this.ann.screen, { target: "#lobby", id, time });
  }

  /** What is here stands in the order in which it was said, and nothing twice. */
  assertInOrder(): void {
    const places = new Map(this.log.map(({ id }, i) => [id, i]));
    const here = this.buffer.lines.flatMap(({ id }) => id === undefined ? [] : places.get(id)!);
    assertEquals(here, [...new Set(here)].sort((a, b) => a - b));
  }

  /** The message above which "unread" is written. */
  get firstUnread(): string | undefined {
    return this.buffer.lines.find(({ key }) => key === this.buffer.unreadKey)?.text;
  }

  /** What stands on the screen of messages that were not deleted, with their reactions. */
  get shown(): unknown[] {
    const lines = this.buffer.lines.filter(({ id, deleted }) => id !== undefined && deleted === undefined);
    return lines.map(({ id, text, reactions }) => [
      id,
      text,
      [...reactions].flatMap(([emoji, nicks]) => [...nicks].map((nick) => `${emoji}${nick}`)).sort(),
    ]);
  }

  /** What the log has of them. */
  get logged(): unknown[] {
    return this.log.filter(({ kind, deleted }) => kind === "said" && deleted !== true).map(({ id, line }) => {
      const words = new Set<string>();
      for (const { reaction } of this.log) {
        if (reaction?.to !== id) continue;
        if (reaction.add) words.add(reaction.emoji + reaction.nick);
        else words.delete(reaction.emoji + reaction.nick);
      }
      return [id, line.split(" :")[1], [...words].sort()];
    });
  }
}

function written({ id, time, line, tags, kind }: Entry, batch?: string): string {
  const all = [
    batch === undefined ? "" : `batch=${batch}`,
    `time=${new Date(time).toISOString()}`,
    kind === "nameless" ? "" : `msgid=${id}`,
    tags ?? "",
  ];
  return `@${all.filter((tag) => tag !== "").join(";")} ${line}`;
}

Deno.test("whatever happens and wherever pages end, each message stands once, in order, with its reactions", () => {
  const after = fc.integer({ min: 0, max: 2 });
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ what: fc.constant("says" as const), after }) },
    {
      weight: 3,
      arbitrary: fc.record({ what: fc.constant("crowd" as const), after, many: fc.integer({ min: 1, max: 30 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        what: fc.constant("reacts" as const),
        // Of two words of one person in the same millisecond, in different pages, nothing tells which was first.
        after: fc.integer({ min: 1, max: 2 }),
        to: fc.nat(),
        nick: fc.constantFrom("ben", "cid"),
        add: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("deletes" as const), after, to: fc.nat() }) },
    { weight: 4, arbitrary: fc.record({ what: fc.constant("answers" as const) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("scrolls" as const) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant("jumps" as const), to: fc.nat() }) },
  );
  const visits = fc.array(fc.array(step, { maxLength: 40, size: "max" }), { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.boolean(), visits, (page, jumps, visits) => {
      const place = new Place(page);
      for (const [i, steps] of visits.entries()) {
        // Every second of these times ann is not there.
        if (i % 2 === 1) place.comes();
        else if (i > 0) place.breaks();
        for (const one of steps) take(place, one, jumps);
      }
      place.breaks();
      place.comes();
      place.answersAll();
      place.toTheTop();
      assertEquals(place.shown, place.logged);
    }),
  );

  // Of a page around a message, only the times tell where it stands: who jumps about needs them to differ.
  function take(place: Place, one: typeof step extends fc.Arbitrary<infer T> ? T : never, jumps: boolean): void {
    const said = place.log.filter(({ kind, deleted }) => kind === "said" && deleted !== true);
    const after = "after" in one ? one.after + (jumps ? 1 : 0) : 0;
    if (one.what === "says") place.says(`text ${place.log.length}`, after);
    else if (one.what === "crowd") place.comeAndGo(one.many, after);
    else if (one.what === "answers") place.answers();
    else if (one.what === "scrolls") place.ann.screen.scrolling.by(1000);
    else if (said.length === 0) return;
    else if (one.what === "deletes") place.deletes(said[one.to % said.length]!, after);
    else if (one.what === "reacts") place.reacts(said[one.to % said.length]!.id, one.nick, "👍", one.add, after);
    else if (jumps) place.jumpsTo(said[one.to % said.length]!);
  }
});

Deno.test("who comes back tomorrow sees the reactions of today, and may take back their own", async () => {
  const place = new Place();
  const tea = place.says("tea?");
  place.reacts(tea.id, "cid", "👍");
  place.reacts(tea.id, "ann", "🍵");
  place.reacts(tea.id, "cid", "👎");
  place.reacts(tea.id, "cid", "👍", false);
  place.comes();
  place.answersAll();
  const text = await place.ann.text();
  assertStringIncludes(text, "👎 cid");
  assertStringIncludes(text, "🍵 ann");
  assertFalse(text.includes("👍 cid"));
  place.ann.types("\x1b[1;3Ae🍵\r");
  await place.ann.rows();
  assertStringIncludes(place.ann.sent.at(-1)!, "+draft/unreact=🍵");
});

Deno.test("what happens to older messages while one is away is seen when one is back, and counts as no message", async () => {
  const place = new Place();
  const [old, picked] = [place.says("one"), place.says("two, oops")];
  place.comes();
  place.answersAll();
  place.ann.types("\x1b[1;3A");
  place.breaks();
  place.reacts(old.id, "cid", "👍");
  place.deletes(picked);
  place.comeAndGo(10);
  place.ann.screen.go(place.ann.screen.buffers[0]!);
  place.comes();
  place.ann.screen.go(place.ann.screen.buffers[0]!);
  place.answersAll();
  assertEquals([place.buffer.unread, place.buffer.highlights], [0, 0]);
  place.ann.screen.go(place.buffer);
  const text = await place.ann.text();
  assertStringIncludes(text, "👍 cid");
  assertFalse(text.includes("two, oops"));
  assertFalse(text.includes("joined"), "who came and went is not shown");
});

Deno.test("a picked message that history deletes is picked no more", async () => {
  const place = new Place();
  const picked = place.says("oops");
  place.comes();
  place.answersAll();
  place.breaks();
  place.deletes(picked);
  place.comes();
  place.ann.types("\x1b[1;3A");
  place.answersAll();
  assertEquals(place.ann.screen.scrolling.picked, undefined);
  assertStringIncludes(await place.ann.text(), "The message that was picked has just been deleted.");
});

Deno.test("reactions of those who are ignored are shown neither live nor from history", async () => {
  const place = new Place();
  const tea = place.says("tea?");
  place.reacts(tea.id, "troll", "💩");
  place.comes();
  place.ann.types("/ignore troll\r");
  place.answersAll();
  place.reacts(tea.id, "troll", "💀");
  place.reacts(tea.id, "cid", "👍");
  const text = await place.ann.text();
  assertStringIncludes(text, "👍 cid");
  assertFalse(/💩|💀/.test(text));
});

Deno.test("a message that was deleted before its page came is deleted, where the server still tells it", () => {
  const place = new Place(10);
  const oops = place.says("oops");
  place.reacts(oops.id, "cid", "👍");
  for (let i = 0; i < 15; i++) place.says(`text ${i}`);
  place.deletes(oops);
  oops.deleted = false;
  place.comes();
  place.answersAll();
  place.toTheTop();
  const line = place.buffer.byId(oops.id);
  assertEquals([line?.deleted?.by, line?.text, line?.reactions.size], ["ben", "", 0]);
});

Deno.test("hundreds who came and went between two messages do not hide the first", async () => {
  const place = new Place();
  place.says("good night");
  place.comeAndGo(300);
  place.says("good morning");
  place.comes();
  place.answersAll();
  const text = await place.ann.text();
  assertStringIncludes(text, "good night");
  assertStringIncludes(text, "good morning");
  assertEquals(place.asked.map((asked) => asked.split(" ")[3]), ["100", "300", "300", "300"]);
});

Deno.test("where nothing was said for very long it stops to ask, says so, and goes on as one scrolls up", async () => {
  const place = new Place();
  place.says("long ago");
  place.comeAndGo(3500);
  place.comes();
  place.answersAll();
  assertEquals(place.asked.length, 10);
  assertStringIncludes(await place.ann.text(), "scroll up for what is older");
  place.answersAll();
  assertEquals(place.asked.length, 10, "drawing asks for no more");
  for (let i = 0; i < 3; i++) {
    place.ann.types("\x1b[5~");
    await place.ann.rows();
    place.answersAll();
  }
  assertStringIncludes(await place.ann.text(), "long ago");
  assertEquals(new Set(place.asked.map((asked) => asked.split(" ")[2])).size, place.asked.length, "no page twice");
});

Deno.test("what a busy night holds is found behind a crowd, and a gap is marked where it is not", () => {
  const place = new Place(100);
  place.says("evening");
  place.comes();
  place.answersAll();
  place.breaks();
  place.comeAndGo(1500);
  const night = place.says("night");
  place.comes();
  const live = place.says("live");
  place.answersAll();
  const kinds = () => place.buffer.lines.filter(({ id, kind }) => id !== undefined || kind === "gap");
  assertEquals(kinds().map(({ id, kind }) => id ?? kind), ["i1", "gap", live.id]);
  place.toTheTop();
  assertEquals(kinds().map(({ id, kind }) => id ?? kind), ["i1", night.id, live.id]);
});

Deno.test("what was missed is fetched from where it began, also when the connection breaks again before it has come", () => {
  const place = new Place(10);
  place.says("before");
  place.comes();
  place.answersAll();
  place.breaks();
  for (let i = 0; i < 25; i++) place.says(`missed ${i}`);
  place.comes();
  place.says("live");
  place.answers();
  place.breaks();
  place.says("missed again");
  place.comes();
  place.answersAll();
  assertEquals(place.shown, place.logged);
});

Deno.test("wherever one jumps to, what lies between is marked, and comes as one scrolls up", () => {
  const jumps = fc.array(fc.nat(79), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(fc.integer({ min: 2, max: 20 }), jumps, fc.nat(40), (page, jumps, crowd) => {
    const place = new Place(page);
    for (let i = 0; i < 40; i++) place.says(`old ${i}`);
    place.comeAndGo(crowd);
    for (let i = 0; i < 40; i++) place.says(`new ${i}`);
    const said = place.log.filter(({ kind }) => kind === "said");
    place.comes();
    place.answersAll();
    for (const to of jumps) {
      const { id, time } = said[to]!;
      lookAround(place.ann.screen, { target: "#lobby", id, time });
      place.answersAll();
      assert(place.buffer.byId(id) !== undefined);
    }
    place.toTheTop();
    assertEquals(place.shown, place.logged);
  }));
});

Deno.test("jumps, scrolling, live messages and breaks, while answers are late: nothing is left out, doubled or out of order", () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ what: fc.constant("says" as const), many: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 4, arbitrary: fc.record({ what: fc.constant("jumps" as const), to: fc.nat() }) },
    {
      weight: 3,
      arbitrary: fc.record({ what: fc.constant("scrolls" as const), by: fc.integer({ min: -15, max: 30 }) }),
    },
    { weight: 6, arbitrary: fc.record({ what: fc.constant("answers" as const) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("away" as const), many: fc.nat(12) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("crowd" as const), many: fc.nat(4) }) },
  );
  const steps = fc.array(step, { maxLength: 40, size: "max" });
  const page = fc.integer({ min: 1, max: 5 });
  fc.assert(fc.property(page, fc.boolean(), fc.nat(30), steps, (page, isCut, before, steps) => {
    // Servers cut pages that have too many bytes, and some have a limit of which they do not tell.
    const place = new Place(page, isCut ? 100 : page);
    const says = (many: number) => {
      for (let i = 0; i < many; i++) place.says(`text ${place.log.length}`);
    };
    says(before);
    place.comes();
    for (const one of steps) {
      const said = place.log.filter(({ kind }) => kind === "said");
      if (one.what === "says") says(one.many);
      else if (one.what === "crowd") place.comeAndGo(one.many);
      else if (one.what === "answers") place.answers();
      else if (one.what === "scrolls") place.ann.screen.scrolling.by(one.by);
      else if (one.what === "jumps" && said.length > 0) place.jumpsTo(said[one.to % said.length]!);
      else if (one.what === "away") {
        place.breaks();
        says(one.many);
        place.comes();
      }
      place.assertInOrder();
    }
    place.answersAll();
    place.toTheTop();
    assertEquals(place.shown, place.logged);
  }));
});

Deno.test("a page that the server cuts is not taken for the last, and what was missed comes whole", async () => {
  const place = new Place(3, 100);
  for (let i = 0; i < 40; i++) place.says(`text ${i}`);
  place.comes();
  for (let i = 0; i < 20; i++) {
    await place.ann.rows();
    place.answersAll();
  }
  assert(place.shown.length > 15, "the screen is full");
  place.breaks();
  for (let i = 0; i < 40; i++) place.says(`missed ${i}`);
  place.comes();
  place.answersAll();
  assertEquals(place.shown.slice(-50), place.logged.slice(-50));
  place.toTheTop();
  assertEquals(place.shown, place.logged);
});

Deno.test("a server that answers every request with the same page is asked no more than once for what is older", async () => {
  const ann = new Seat({ capabilities: ALL });
  const same = ["a", "b", "c"].map((id, i) =>
    `@msgid=${id};time=${new Date(NOON - 9000 + i).toISOString()} :ben!b@h PRIVMSG #lobby :${id}`
  );
  ann.tellsHistory("#lobby", ...same);
  for (let i = 0; i < 5; i++) {
    await ann.rows();
    ann.types("\x1b[5~");
    ann.tellsHistory("#lobby", ...same);
  }
  assertEquals(ann.sent.flatMap((line) => /CHATHISTORY.*/.exec(line) ?? []), ["CHATHISTORY BEFORE #lobby msgid=a 100"]);
  ann.breaks();
  ann.returns(ALL);
  ann.says(":ann!a@home JOIN #lobby");
  for (let i = 0; i < 5; i++) ann.tellsHistory("#lobby", ...same);
  assertEquals(ann.sent.flatMap((line) => / (AFTER|BEFORE|LATEST) .*/.exec(line)?.[0] ?? []), [
    " AFTER #lobby msgid=c 100",
  ]);
  assertEquals(ann.screen.current.lines.flatMap(({ id }) => id ?? []), ["a", "b", "c"]);
});

Deno.test("who went to an old message reads on downwards, and what follows comes as they do", () => {
  const place = new Place(10);
  for (let i = 0; i < 60; i++) place.says(`text ${i}`);
  place.comes();
  place.answersAll();
  place.jumpsTo(place.log[20]!);
  place.answersAll();
  place.ann.types("\x1b");
  const before = place.asked.length;
  place.ann.screen.scrolling.by(-2);
  place.answersAll();
  const next = `AFTER #lobby msgid=${place.log[24]!.id} 10`;
  assertEquals(place.asked.slice(before), [next]);
  assertEquals(place.shown.slice(0, 20), place.logged.slice(15, 35));
});

Deno.test("what was missed begins with the unread line, however many pages it was and wherever one looked", () => {
  for (const [many, looks] of [[5, false], [80, false], [250, false], [5, true], [250, true]] as const) {
    const place = new Place(100);
    place.says("seen");
    place.comes();
    place.answersAll();
    for (const text of ["first", "second"]) {
      place.breaks();
      for (let i = 0; i < many; i++) place.says(`${text} ${i}`);
      if (!looks) place.ann.screen.go(place.ann.screen.buffers[0]!);
      place.returns();
      place.answersAll();
      assertEquals(place.buffer.unread, looks ? 0 : many);
      place.ann.screen.go(place.buffer);
      place.answersAll();
      assertEquals([place.buffer.unread, place.firstUnread], [0, `${text} 0`]);
    }
  }
});

Deno.test("who pages on from a message that they went to is not taken back by what comes", async () => {
  const place = new Place(30);
  for (let i = 0; i < 90; i++) place.says(`text ${i}`);
  place.comes();
  place.answersAll();
  place.jumpsTo(place.log[20]!);
  place.answersAll();
  for (const page of ["\x1b[6~", "\x1b[5~"]) {
    for (let i = 0; i < 2; i++) place.ann.types(page);
    place.says("live");
    place.answersAll();
    const rows = await place.ann.rows();
    const seen = () => rows.filter((row) => row.includes(" text "));
    assert(seen().length > 0 && !seen().some((row) => row.endsWith(" text 20")), rows.join("\n"));
    place.jumpsTo(place.log[20]!);
  }
  assertEquals(place.ann.screen.scrolling.picked?.text, "text 20");
});

Deno.test("what could not be sent stays where the same was said long before", () => {
  const place = new Place(10);
  for (let i = 0; i < 30; i++) place.says("ok", 1, "ann");
  place.comes();
  place.answersAll();
  place.buffer.append({ kind: "message", time: NOON, nick: "ann", text: "ok", self: true, state: "failed" });
  const lost = () => place.buffer.lines.filter(({ state }) => state === "failed").length;
  place.toTheTop();
  assertEquals(lost(), 1);
  place.breaks();
  place.says("ok", 1e6, "ann");
  place.comes();
  place.answersAll();
  assertEquals(lost(), 0);
});
