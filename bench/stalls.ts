// deno-lint-ignore-file no-console
// How long the server keeps others waiting while it does something big: the round trip of one client's PING, again and
// again, while many connect, join one channel, ask for its members and leave.
//
//   deno run -A bench/stalls.ts [members]
//
// The clients live in a process of their own, so that their work does not delay the PING; the server in a third.

import { parseArgs } from "@std/cli/parse-args";

const NAME = "irc.bench.test";
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const waiting = new Map<Deno.TcpConn, { end: string; resolve: () => void }>();
const reading = new Set<Deno.TcpConn>();

const args = parseArgs(Deno.args, { string: ["crowd"] });
if (args.crowd !== undefined) await crowd(Number(args.crowd), Number(args._[0]));
else await measure(Number(args._[0] ?? 5000));

/** The clients: each line on stdin is something they all do; a line on stdout says that it is done. */
async function crowd(port: number, members: number): Promise<void> {
  const conns: Deno.TcpConn[] = [];
  for await (const order of linesOf(Deno.stdin.readable)) {
    if (order === "connect") {
      while (conns.length < members) {
        const batch = Array.from({ length: Math.min(128, members - conns.length) }, (_, i) => conns.length + i);
        conns.push(...await Promise.all(batch.map((n) => register(port, `c${n}`))));
      }
    } else if (order === "join") {
      for (let at = 0; at < members; at += 64) {
        await Promise.all(conns.slice(at, at + 64).map((conn) => ask(conn, "JOIN #big", " 366 ")));
      }
    } else if (order === "leave") {
      conns.splice(0, members / 2).forEach((conn) => conn.close());
      await ask(conns[0]!, "PING left", " PONG ");
    } else {
      const [lines, end] = order.split("|") as [string, string];
      await Promise.all(conns.slice(0, 20).map((conn, i) => ask(conn, lines.replaceAll("$", `${i}`), end)));
    }
    console.log("done");
  }
}

async function register(port: number, nick: string): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ port });
  conn.setNoDelay(true);
  await ask(conn, `NICK ${nick}\r\nUSER u 0 * :crowd`, " 422 ");
  drain(conn);
  return conn;
}

/** Sends something and resolves when a line of the answer holds `end`. */
function ask(conn: Deno.TcpConn, line: string, end: string): Promise<void> {
  drain(conn);
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.set(conn, { end, resolve });
  conn.write(encoder.encode(`${line}\r\n`));
  return promise;
}

async function drain(conn: Deno.TcpConn): Promise<void> {
  if (reading.has(conn)) return;
  reading.add(conn);
  const buffer = new Uint8Array(16 * 1024);
  let rest = "";
  try {
    for (let read; (read = await conn.read(buffer)) !== null;) {
      const text = rest + decoder.decode(buffer.subarray(0, read));
      rest = text.slice(-64);
      const wanted = waiting.get(conn);
      if (wanted === undefined || !text.includes(wanted.end)) continue;
      waiting.delete(conn);
      wanted.resolve();
    }
  } catch {
    // Closed on purpose.
  }
}

async function measure(members: number): Promise<void> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("../main.ts", import.meta.url).pathname, "serve", "--host", "127.0.0.1", "--port"]
      .concat(`${port}`, "--tls-port", "off", "--no-throttle", "--name", NAME, "--ephemeral"),
    stdin: "null",
    stdout: "null",
  }).spawn();
  await untilListening(port);
  const others = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(import.meta.url).pathname, "--crowd", `${port}`, `${members}`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const orders = others.stdin.getWriter();
  const answers = linesOf(others.stdout)[Symbol.asyncIterator]();
  const conn = await Deno.connect({ port });
  conn.setNoDelay(true);
  await ask(conn, "NICK pinger\r\nUSER u 0 * :pinger", " 422 ");
  console.log("| what | took ms | pings | median ms | longest ms |\n|---|---|---|---|---|");
  for (const [what, order] of Object.entries(orderList(members))) {
    const begun = performance.now();
    let done = false;
    orders.write(encoder.encode(`${order}\n`));
    const answer = answers.next().then(() => done = true);
    const times: number[] = [];
    while (!done) {
      const sent = performance.now();
      await ask(conn, "PING x", " PONG ");
      times.push(performance.now() - sent);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await answer;
    times.sort((a, b) => a - b);
    const figures = [performance.now() - begun, times.length, times[times.length >> 1]!, times.at(-1)!];
    console.log(`| ${what} | ${figures.map((figure) => figure.toFixed(figure < 100 ? 1 : 0)).join(" | ")} |`);
  }
  await orders.close();
  others.kill();
  server.kill("SIGKILL");
  await Promise.all([others.status, server.status]);
  Deno.exit(0);
}

function orderList(members: number): Record<string, string> {
  return {
    [`${members} connect`]: "connect",
    [`${members} join one channel`]: "join",
    "20 ask for its NAMES": "NAMES #big| 366 ",
    "20 ask for its NAMES again": "NAMES #big| 366 ",
    "20 ask WHO is in it": "WHO #big| 315 ",
    "20 ask WHOX": "WHO #big %tcuhnf,7| 315 ",
    "20 change their nick": "NICK x$| NICK ",
    "20 part": "PART #big| PART ",
    "20 join": "JOIN #big| 366 ",
    "20 LIST": "LIST| 323 ",
    [`${members / 2} hang up`]: "leave",
  };
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    try {
      return (await Deno.connect({ port })).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncIterable<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
