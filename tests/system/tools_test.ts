/** The tools for operators of a server, run as a person runs them, beside a server that runs. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Connection } from "../../protocol/connection.ts";
import { Clock } from "../../server/clock.ts";
import { SqliteStore } from "../../server/store_sqlite.ts";
import { checkClock } from "../../main/doctor.ts";
import { parseDate } from "../../main/history_options.ts";
import { run, ServerProcess } from "./program.ts";

/** Somebody who speaks IRC to a server process, in lines. */
class Speaker implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #lines: AsyncIterator<string>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#lines = connection[Symbol.asyncIterator]();
  }

  static async join(server: ServerProcess, nick: string): Promise<Speaker> {
    const speaker = new Speaker(new Connection(await Deno.connect({ hostname: "127.0.0.1", port: server.port })));
    await speaker.say(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
    return speaker;
  }

  /** Says lines and waits until the server has dealt with them; gives what it said. */
  async say(...lines: string[]): Promise<string[]> {
    for (const line of [...lines, "PING fence"]) this.#connection.send(line);
    const heard: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the server hung up after ${JSON.stringify(heard)}`);
      if (value.endsWith(" fence")) return heard;
      heard.push(value);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    await this.#connection.closed;
  }
}

function data({ folder }: ServerProcess): string {
  return `${folder}/data`;
}

Deno.test("chat backup copies everything while the server runs, and writes over nothing", async () => {
  await using server = await ServerProcess.start();
  await using ann = await Speaker.join(server, "ann");
  await ann.say("JOIN #lobby", "REGISTER * * correct-horse", "PRIVMSG #lobby :before the backup");
  const file = `${server.folder}/monday.db`;
  const { code, stdout, stderr } = await run(["backup", file, "--data", data(server)]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^\S+monday\.db has everything that is in \S+ \(\d/);
  await ann.say("PRIVMSG #lobby :after the backup");

  const again = await run(["backup", file, "--data", data(server)]);
  assertEquals(again.code, 1);
  assertMatch(again.stderr, /there is a file already, which is left as it is\n$/);

  const restored = `${server.folder}/restored`;
  await Deno.mkdir(restored);
  await Deno.rename(file, `${restored}/chat.db`);
  const store = new SqliteStore(restored);
  assertEquals(store.history("#lobby", { limit: 10 }).map(({ message }) => message.params[1]), ["before the backup"]);
  assertEquals(store.accounts.get("ann")?.name, "ann");
  assertEquals(store.check(), []);
  store.close();
});

Deno.test("chat backup ends although the server goes on writing", async () => {
  const folder = await Deno.makeTempDir();
  const store = new SqliteStore(`${folder}/data`);
  const clock = new Clock();
  const write = (count: number) => {
    for (let i = 0; i < count; i++) {
      const message = {
        source: "ann!a@host",
        command: "PRIVMSG",
        params: ["#lobby", `number ${i} ${"x".repeat(200)}`],
      };
      store.append({ id: clock.next(), target: "#lobby", message });
    }
    store.commit();
  };
  write(50_000);
  const writing = setInterval(() => write(1), 1);
  const { code, stderr } = await run(["backup", `${folder}/copy.db`, "--data", `${folder}/data`]);
  clearInterval(writing);
  store.close();
  assertEquals([code, stderr], [0, ""]);
  const { size } = await Deno.stat(`${folder}/copy.db`);
  assert(size > 10_000_000);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("chat export prints a channel as text and as JSON, from a date on", async () => {
  await using server = await ServerProcess.start();
  await using ann = await Speaker.join(server, "ann");
  await ann.say(
    "JOIN #Lobby",
    "PRIVMSG #lobby :你好 \x1b[31mred",
    "TOPIC #lobby :tea",
    "PRIVMSG #lobby :\x01ACTION waves\x01",
  );
  const options = ["--channel", "#lobby", "--data", data(server)];
  const text = await run(["export", ...options]);
  assertEquals([text.code, text.stderr], [0, ""]);
  const lines = text.stdout.trimEnd().split("\n");
  assertEquals(lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, "")), [
    "* ann joined #Lobby",
    "<ann> 你好 [31mred",
    "* ann changed the topic to: tea",
    "* ann waves",
  ]);
  const json = await run(["export", ...options, "--json"]);
  const objects = json.stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  assertEquals(objects.map(({ from, command, params }) => [from, command, (params as string[]).at(-1)]), [
    ["ann", "JOIN", "ann"],
    ["ann", "PRIVMSG", "你好 \x1b[31mred"],
    ["ann", "TOPIC", "tea"],
    ["ann", "PRIVMSG", "\x01ACTION waves\x01"],
  ]);
  const later = await run(["export", ...options, "--since", "2200-01-01"]);
  assertEquals([later.code, later.stdout, later.stderr], [1, "", "There is nothing of #lobby since 2200-01-01\n"]);
});

Deno.test("dates are read by UTC, and what is none is refused", () => {
  assertEquals(parseDate("2026-01-31"), Date.UTC(2026, 0, 31));
  assertEquals(parseDate("2026-01-31 12:30"), Date.UTC(2026, 0, 31, 12, 30));
  assertEquals(parseDate("2026-01-31T12:30:05Z"), Date.UTC(2026, 0, 31, 12, 30, 5));
  for (const text of ["yesterday", "31.1.2026", "2026-13-01", "2026"]) assertEquals(parseDate(text), undefined);
});

Deno.test("chat doctor says that all is well, and who is running", async () => {
  await using server = await ServerProcess.start();
  await using ann = await Speaker.join(server, "ann");
  await ann.say("JOIN #lobby", "PRIVMSG #lobby :hello");
  const { code, stdout, stderr } = await run(["doctor", "--data", data(server), "--port", `${server.port}`]);
  assertEquals(stderr, "");
  assertStringIncludes(stdout, `running: process ${server.pid} on`);
  assertMatch(stdout, /^ok {3}history {2}[12] messages, /m);
  assertMatch(stdout, /^ok {3}port {5}something listens at 127\.0\.0\.1:/m);
  assertMatch(stdout, /^ok {3}clock {4}the clock says /m);
  const fingerprint = /#([0-9a-f]{64})/.exec(server.greeting)?.[1];
  assertMatch(
    stdout,
    new RegExp(`^ok {3}key {6}the certificate holds for \\d+ days; its fingerprint is ${fingerprint}$`, "m"),
  );
  assertEquals([code, stdout.trimEnd().split("\n").at(-1)], [0, "All is well."]);
});

Deno.test("chat doctor finds open permissions and a damaged file, and says what to do", async () => {
  const folder = await Deno.makeTempDir();
  const store = new SqliteStore(folder);
  const clock = new Clock();
  for (let i = 0; i < 2000; i++) {
    const message = { source: "ann!a@host", command: "PRIVMSG", params: ["#lobby", `number ${i} ${"x".repeat(100)}`] };
    store.append({ id: clock.next(), target: "#lobby", message });
  }
  store.close();
  await Deno.chmod(`${folder}/chat.db`, 0o644);
  await Deno.writeTextFile(`${folder}/tls.pem`, "no certificate", { mode: 0o600 });
  const file = await Deno.open(`${folder}/chat.db`, { write: true });
  await file.seek(40 * 4096, Deno.SeekMode.Start);
  await file.write(new Uint8Array(4096).fill(0xaa));
  file.close();
  const { code, stdout } = await run(["doctor", "--data", folder]);
  assertEquals(code, 1);
  assertMatch(stdout, /^BAD {2}folder {3}other users of this machine may open \S+chat\.db\n {14}-> chmod go= /m);
  assertMatch(
    stdout,
    /^BAD {2}history {2}.*\n {14}-> stop the server, keep a copy of the folder, and go back to the last backup/m,
  );
  assertMatch(stdout, /^BAD {2}key {6}\S+tls\.pem holds no certificate\n {14}-> stop the server and delete /m);
  assertMatch(stdout, /^ok {3}server {3}none is running with this data/m);
  assertMatch(stdout, /\d+ things are not well\.\n$/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a clock that was set back is found by the newest message", () => {
  const now = Date.UTC(2026, 0, 1);
  assertEquals(checkClock(now * 1000, now)[0]!.state, "well");
  assertEquals(checkClock((now + 3_600_000) * 1000, now)[0]!.state, "ill");
});

Deno.test("tools say where they have looked when there is nothing", async () => {
  const folder = await Deno.makeTempDir();
  for (const args of [["backup", `${folder}/x.db`], ["export", "--channel", "#lobby"]]) {
    const { code, stderr } = await run([...args, "--data", folder]);
    assertEquals([code, stderr], [1, `There is no history in ${folder}; name the folder of the server with --data\n`]);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an operator's password may be known to the server by its hash alone", async () => {
  const { code, stdout, stderr } = await run(["hash-password"], { input: "open sesame\n" });
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^\$scrypt\$ln=15,r=8,p=1\$\S+\n$/);
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/operators`, `# who may\nroot ${stdout}`);
  {
    await using server = await ServerProcess.start(["--oper-file", `${folder}/operators`]);
    await using ann = await Speaker.join(server, "ann");
    assertMatch((await ann.say("OPER root :open sesame!")).join("\n"), / 491 ann /);
    assertMatch((await ann.say("OPER root :open sesame")).join("\n"), / 381 ann /);
  }
  await Deno.remove(folder, { recursive: true });
  assertEquals((await run(["hash-password"], { input: "short\n" })).stderr, "A password needs at least 6 characters\n");
});

for (
  const [args, line] of [
    [["serve", "--retention", "soon"], /^--retention soon: it must be a time such as 90d, or forever\n$/],
    [["serve", "--history-size", "1M"], /^--history-size 1M: it must be a size of 10M or more, such as 4G\n$/],
    [["export", "--channel", "#lobby", "--since", "monday"], /^--since monday: it must be a date such as 2026-01-31/],
    [["backup"], /^chat backup needs FILE; see chat help backup\n$/],
  ] as const
) {
  Deno.test(`chat ${args.join(" ")} is wrong usage`, async () => {
    const { code, stderr } = await run(args);
    assertEquals(code, 2);
    assertMatch(stderr, line);
  });
}
