// Attacks on a server that runs as a process of its own. Each ends with people who talk as if nothing had been.
//
// CHAT_SILENT=10000 deno test -A tests/system/hostile_test.ts    sets how many say nothing; 10,000 unless told, or as many
// as this system lets a process have

import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { Connection } from "../../protocol/connection.ts";
import { TestClient } from "../harness.ts";
import { FROM_SOURCES, ServerProcess } from "./program.ts";

const HOST = "127.0.0.1";

/** Files that stay free for everything else. */
const SPARE = 500;

async function connect(server: ServerProcess): Promise<TestClient> {
  const conn = await Deno.connect({ hostname: HOST, port: server.port });
  return new TestClient(new Connection(conn), conn);
}

async function comeIn(server: ServerProcess, nick: string): Promise<TestClient> {
  const client = await connect(server);
  client.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
  await client.sync();
  return client;
}

/** Two people come in and hear each other. */
async function talk(server: ServerProcess): Promise<void> {
  const [ann, ben] = [await comeIn(server, "ann"), await comeIn(server, "ben")];
  ann.send("JOIN #lobby");
  await ann.sync();
  ben.send("JOIN #lobby", "PRIVMSG #lobby :still here");
  await ben.sync();
  assertMatch((await ann.sync()).join("\n"), /PRIVMSG #lobby :?still here/);
  for (const client of [ann, ben]) {
    client.send("QUIT");
    await client.expectEnd("ERROR *");
    await client.close();
  }
}

/** The port of TLS, as the server says it. */
function tlsPort({ greeting }: ServerProcess): number {
  return Number(/ircs:\/\/[^:]+:(\d+)/.exec(greeting)![1]);
}

/** Files and sockets that a process has open; nothing where the system does not tell. */
function openFiles({ pid }: ServerProcess): number | undefined {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
  } catch {
    return undefined;
  }
}

/** Waits until something holds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** How many clients have not registered, as the server counts them. */
async function unregistered(client: TestClient): Promise<number> {
  client.send("LUSERS");
  const lines = await client.sync();
  return Number(/ 253 \S+ (\d+) /.exec(lines.join("\n"))?.[1] ?? 0);
}

async function mostFiles(): Promise<number> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  const text = new TextDecoder().decode(stdout).trim();
  return text === "unlimited" ? Infinity : Number(text);
}

Deno.test("thousands of connections that say nothing", async () => {
  const count = Math.min(Number(Deno.env.get("CHAT_SILENT") ?? 10_000), await mostFiles() - SPARE);
  await using server = await ServerProcess.start(["--max-clients", `${count + 100}`]);
  const watcher = await comeIn(server, "watcher");
  const before = openFiles(server);
  const silent: Deno.TcpConn[] = [];
  for (let i = 0; i < count; i += 100) {
    const batch = Array.from(
      { length: Math.min(100, count - i) },
      () => Deno.connect({ hostname: HOST, port: server.port }),
    );
    silent.push(...await Promise.all(batch));
  }
  await until(async () => await unregistered(watcher) === count);
  await talk(server);
  for (const conn of silent) conn.close();
  await until(async () => await unregistered(watcher) === 0);
  await until(() => (openFiles(server) ?? 0) <= (before ?? 0));
  await talk(server);
  await watcher.close();
});

Deno.test("TLS handshakes that never end give their sockets back", async () => {
  await using server = await ServerProcess.start();
  const before = openFiles(server) ?? 0;
  const halves = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
    const conn = await Deno.connect({ hostname: HOST, port: tlsPort(server) });
    if (i % 2 === 0) await conn.write(new Uint8Array([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    return conn;
  }));
  await talk(server);
  await until(() => (openFiles(server) ?? 0) <= before);
  for (const conn of halves) conn.close();
  await talk(server);
});

Deno.test({
  name: "a server that is out of files says so once, keeps who is there, and takes people again at both ports",
  ignore: Deno.build.os === "windows",
  async fn() {
    const program = ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh", ...FROM_SOURCES];
    const server = await ServerProcess.start(["--no-throttle"], { program });
    await using _ = server;
    const watcher = await comeIn(server, "watcher");
    for (const port of [server.port, tlsPort(server)]) {
      const waiting = await Promise.all(Array.from({ length: 150 }, () => Deno.connect({ hostname: HOST, port })));
      // The last of them were not taken: nobody reads what they say.
      await waiting.at(-1)!.write(text("NICK last\r\nUSER l 0 * :l\r\n"));
      await watcher.sync();
      for (const conn of waiting) conn.close();
      await until(() => secured(server));
      await talk(server);
    }
    await watcher.close();
    assertEquals(await server.end(), 0);
    assertEquals(server.log.match(/^error: cannot take connections: .*$/gm)?.length, 2, server.log);
  },
});

/** Whether somebody who comes over TLS is answered within a second. */
async function secured(server: ServerProcess): Promise<boolean> {
  const caCerts = [await Deno.readTextFile(`${server.folder}/data/tls.pem`)];
  const conn = await Deno.connect({ hostname: HOST, port: tlsPort(server) });
  const tls = await Deno.startTls(conn, { hostname: "localhost", caCerts });
  let closed = false;
  const close = () => closed || (closed = true, tls.close());
  const timer = setTimeout(close, 1000);
  try {
    await tls.handshake();
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    close();
  }
}

/** What is sent to a port, and nothing more; the answer is read to its end, orderly or not. */
async function shout(port: number, bytes: Uint8Array): Promise<string> {
  const conn = await Deno.connect({ hostname: HOST, port });
  let answer = "";
  const reading = (async () => {
    const buffer = new Uint8Array(4096);
    for (let read; (read = await conn.read(buffer).catch(() => null)) !== null;) {
      answer += new TextDecoder("latin1").decode(buffer.subarray(0, read));
    }
  })();
  try {
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at, at + 65536));
  } catch {
    // The server has heard enough.
  }
  await reading;
  conn.close();
  return answer;
}

const text = (line: string) => new TextEncoder().encode(line);

Deno.test("other protocols at both ports, lines without an end, and noise", async () => {
  await using server = await ServerProcess.start();
  const [plain, tls] = [server.port, tlsPort(server)];
  const get = text("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  assertMatch(await shout(plain, get), /^HTTP\/1\.1 400 /);
  assertMatch(
    await shout(plain, text("POST / HTTP/1.1\r\n\r\nNICK evil\r\nUSER e 0 * :e\r\nJOIN #lobby\r\n")),
    /^HTTP\/1\.1 400 /,
  );
  await shout(tls, get);
  const hello = new Uint8Array([0x16, 0x03, 0x01, 0x00, 0x05, 1, 0, 0, 1, 0]);
  // A TLS alert, and no word of ours before it.
  assert((await shout(plain, hello)).startsWith("\x15\x03"));
  assertMatch(await shout(plain, text("NICK ann\r\n" + "x".repeat(4 << 20))), /ERROR :/);
  const noise = new Uint8Array(1 << 20);
  for (let i = 0; i < noise.length; i += 65536) crypto.getRandomValues(noise.subarray(i, i + 65536));
  noise[0] = 0x20;
  const noisy = await Deno.connect({ hostname: HOST, port: plain });
  await noisy.write(noise.subarray(0, 60_000)).catch(() => {});
  noisy.close();
  await talk(server);
});

Deno.test("floods: CAP, SASL, tags, batches, joins and parts, nicks", async () => {
  await using server = await ServerProcess.start();
  const many = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i));
  const floods = [
    many(2000, () => "CAP LS 302"),
    many(300, (i) => i % 2 === 0 ? "AUTHENTICATE PLAIN" : `AUTHENTICATE ${"A".repeat(400)}`),
    ["CAP REQ :message-tags batch draft/multiline", "NICK tags", "USER t 0 * :t", "CAP END"]
      .concat(many(200, (i) => `@${"+a=b;".repeat(818)}x TAGMSG tags${i}`)),
    ["CAP REQ :batch draft/multiline message-tags", "NICK batches", "USER b 0 * :b", "CAP END", "JOIN #b"]
      .concat(many(500, (i) => `BATCH +${i} draft/multiline #b`)),
    ["NICK joins", "USER j 0 * :j"].concat(many(500, (i) => i % 2 === 0 ? "JOIN #j" : "PART #j")),
    ["NICK nicks", "USER n 0 * :n"].concat(many(500, (i) => `NICK nick${i}`)),
  ];
  const attackers = await Promise.all(floods.map(async (lines) => {
    const conn = await Deno.connect({ hostname: HOST, port: server.port });
    // Nobody reads what is answered.
    void writeAll(conn, text(lines.join("\r\n") + "\r\n"));
    return conn;
  }));
  await talk(server);
  for (const conn of attackers) conn.close();
  await talk(server);
});

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
  } catch {
    // It was closed meanwhile.
  }
}

Deno.test("whoever sends faster over TLS than it is heard has to wait, as in plain text", async () => {
  await using server = await ServerProcess.start();
  const caCerts = [await Deno.readTextFile(`${server.folder}/data/tls.pem`)];
  const flood = text(`PRIVMSG #lobby :${"x".repeat(400)}\r\n`.repeat(1000));
  const most = 64 << 20;
  for (const port of [server.port, tlsPort(server)]) {
    const conn = port === server.port
      ? await Deno.connect({ hostname: HOST, port })
      : await Deno.connectTls({ hostname: "localhost", port, caCerts });
    await writeAll(conn, text("NICK flood\r\nUSER f 0 * :f\r\nJOIN #lobby\r\n"));
    let sent = 0;
    const sending = (async () => {
      while (sent < most) sent += await conn.write(flood);
    })().catch(() => {});
    // Nobody is timed: whoever is let send without bounds is through with all of it long before.
    await Promise.race([sending, new Promise((resolve) => setTimeout(resolve, 4000))]);
    assertLess(sent, most / 2);
    await talk(server);
    conn.close();
    await sending;
  }
});

Deno.test("many who ask for much at once do not keep others from being heard", async () => {
  await using server = await ServerProcess.start(["--no-throttle"]);
  const ann = await comeIn(server, "ann");
  ann.send("CAP REQ :batch soju.im/search", "JOIN #big");
  for (let i = 0; i < 2000; i++) ann.send(`PRIVMSG #big :${"word ".repeat(60)}${i}`);
  await ann.sync();
  // What is asked for is looked for among all of it, and the answer is short.
  const ask = "SEARCH in=#big;text=word;limit=2\r\n";
  const [askers, each] = [20, 400];
  let done = 0;
  const asking = Array.from({ length: askers }, async (_, i) => {
    const hello = `CAP REQ :batch soju.im/search\r\nNICK n${i}\r\nUSER n 0 * :n\r\nCAP END\r\nJOIN #big\r\n`;
    await shout(server.port, text(`${hello}${ask.repeat(each)}QUIT\r\n`));
    done++;
  });
  await until(async () => {
    ann.send("NAMES #big");
    return (await ann.sync()).join("\n").includes(`n${askers - 1}`);
  });
  await ann.sync();
  const before = done;
  await Promise.all(asking);
  assertLess(before, askers / 2);
  await ann.close();
});

Deno.test("connections that are reset in the middle of a line, of a handshake and of an answer", async () => {
  await using server = await ServerProcess.start(["--no-throttle"]);
  const watcher = await comeIn(server, "watcher");
  watcher.send("JOIN #lobby");
  await watcher.sync();
  for (let i = 0; i < 50; i++) {
    const conn = await Deno.connect({ hostname: HOST, port: i % 5 === 0 ? tlsPort(server) : server.port });
    // What is sent unread back at once makes closing a reset.
    await writeAll(
      conn,
      text(`NICK n${i}\r\nUSER u 0 * :u\r\nJOIN #lobby\r\nMOTD\r\nLIST\r\nPRIVMSG #lobby :half a li`),
    );
    conn.close();
  }
  await until(async () => {
    watcher.send("NAMES #lobby");
    return (await watcher.sync()).some((line) => / 353 .* :?@watcher$/.test(line));
  });
  await talk(server);
  await watcher.close();
});

Deno.test("a reader that is asleep delays nobody, and is let go", async () => {
  await using server = await ServerProcess.start(["--no-throttle"]);
  const sleeper = await Deno.connect({ hostname: HOST, port: server.port });
  await writeAll(sleeper, text("NICK sleeper\r\nUSER s 0 * :s\r\nJOIN #lobby\r\n"));
  const ann = await comeIn(server, "ann");
  ann.send("JOIN #lobby");
  await until(async () => {
    ann.send("NAMES #lobby");
    return (await ann.sync()).join().includes("sleeper");
  });
  let gone = false;
  for (let i = 0; i < 400 && !gone; i++) {
    for (let n = 0; n < 100; n++) ann.send(`PRIVMSG #lobby :${"x".repeat(400)}`);
    gone = (await ann.sync()).some((line) => /sleeper.* QUIT .*SendQ exceeded/.test(line));
  }
  assert(gone, "a reader that takes nothing was kept");
  sleeper.close();
  await ann.close();
});

Deno.test("names of every block of Unicode are taken or refused, and are the same for everybody", async () => {
  await using server = await ServerProcess.start(["--no-throttle"]);
  const [ann, ben] = [await comeIn(server, "ann"), await comeIn(server, "ben")];
  let taken = 0;
  for (let code = 0x80; code < 0x110000; code += 0x80) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const name = `#${String.fromCodePoint(code, code + 0x41)}`;
    ann.send(`JOIN ${name}`);
    const answer = (await ann.sync()).join("\n");
    if (/ (403|479|476|405) /.test(answer)) continue;
    taken++;
    assert(answer.includes(`JOIN ${name}`), `${code.toString(16)}: ${answer}`);
    ben.send(`JOIN ${name}`, `PRIVMSG ${name} :${name}`, `PART ${name}`);
    const heard = (await ben.sync()).join("\n");
    assert(/ (403|479|476) /.test(heard) === false, `${code.toString(16)}: ${heard}`);
    ann.send(`PART ${name}`);
    assert((await ann.sync()).some((line) => line.includes(`PRIVMSG ${name} `)), code.toString(16));
  }
  assertLess(100, taken);
  assertEquals((await ann.sync()).length, 0);
  await ann.close();
  await ben.close();
});
