// Line mode as a script sees it: lines in, lines out, an exit code; and what the server sees of it.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join, type JoinOptions } from "../client.ts";
import { lineSlash } from "../client/line_slash.ts";
import { Session } from "../client/session.ts";
import { SLASH_COMMANDS } from "../client/slash_commands.ts";
import { serve } from "../server.ts";
import { Connection, wirePair } from "../protocol/connection.ts";
import { parseMessage } from "../protocol.ts";

/** A server of a few lines: takes everybody in, echoes if asked, and refuses what `refuses` says. */
class TinyServer {
  readonly messages: string[] = [];
  readonly seen: string[] = [];
  readonly #capabilities: string;
  readonly #refuses: (text: string) => string | undefined;
  readonly #afterJoin: string[];
  connections = 0;

  constructor(options: {
    capabilities?: string;
    refuses?: (text: string) => string | undefined;
    afterJoin?: string[];
  } = {}) {
    this.#capabilities = options.capabilities ?? "";
    this.#refuses = options.refuses ?? (() => undefined);
    this.#afterJoin = options.afterJoin ?? [];
  }

  async dial(): Promise<{ wire: ReturnType<typeof wirePair>[0]; encrypted: boolean }> {
    const [ours, theirs] = wirePair();
    this.connections++;
    void this.#serve(new Connection(theirs));
    return await Promise.resolve({ wire: ours, encrypted: false });
  }

  async #serve(connection: Connection): Promise<void> {
    const send = (line: string) => connection.send(line);
    for await (const line of connection) {
      this.seen.push(line);
      const { command, params, tags } = parseMessage(line);
      const label = tags?.get("label");
      const tagged = label === undefined ? "" : `@label=${label} `;
      switch (command) {
        case "CAP":
          if (params[0] === "LS") send(`:irc CAP * LS :${this.#capabilities}`);
          if (params[0] === "REQ") send(`:irc CAP * ACK :${params[1]}`);
          break;
        case "USER":
          send(":irc 001 ann :Welcome");
          send(":irc 422 ann :No motd");
          break;
        case "JOIN":
          if (params[0] === "#closed") send(":irc 474 ann #closed :Cannot join channel (+b)");
          else send(`:ann!a@h JOIN ${params[0]}`);
          for (const after of this.#afterJoin) send(after);
          break;
        case "PRIVMSG":
          if (this.#refuses(params[1]!) !== undefined) {
            send(this.#refuses(params[1]!)!);
            break;
          }
          this.messages.push(params[1]!);
          if (this.#capabilities.includes("echo-message")) send(`${tagged}:ann!a@h PRIVMSG ${params[0]} :${params[1]}`);
          break;
        case "PING":
          send(`:irc PONG irc ${params[0]}`);
          break;
        case "QUIT":
          connection.close("ERROR :bye");
      }
    }
  }
}

/** An input of these lines. */
function piped(text: string): NonNullable<JoinOptions["input"]> {
  let rest = new TextEncoder().encode(text);
  return {
    read(buffer) {
      if (rest.length === 0) return Promise.resolve(null);
      const part = rest.subarray(0, Math.min(buffer.length, 100));
      buffer.set(part);
      rest = rest.subarray(part.length);
      return Promise.resolve(part.length);
    },
  };
}

async function run(server: TinyServer, input: string, options: Partial<JoinOptions> = {}) {
  const log: string[] = [];
  let out = "";
  const code = await join({
    address: "tiny.example",
    nick: "ann",
    settings: null,
    input: piped(input),
    output: {
      write(bytes) {
        out += new TextDecoder().decode(bytes);
        return Promise.resolve(bytes.length);
      },
    },
    log: (line) => log.push(line),
    dial: () => server.dial(),
    ...options,
  });
  return { code, log, out };
}

Deno.test("1,000 piped lines arrive complete and in order, with and without echoes", async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i} 中文`);
  for (const capabilities of ["", "echo-message batch labeled-response"]) {
    const server = new TinyServer({ capabilities });
    const { code, log } = await run(server, lines.join("\n") + "\n");
    assertEquals(log, []);
    assertEquals(code, 0);
    assertEquals(server.messages, lines);
    assertEquals(server.seen.at(-1), "QUIT");
  }
});

Deno.test("never more is under way than the smallest queue of a server takes", async () => {
  const server = new TinyServer();
  await run(server, Array.from({ length: 200 }, (_, i) => `${i} ${"x".repeat(300)}`).join("\n"));
  let bytes = 0;
  let most = 0;
  for (const line of server.seen) {
    bytes = line.startsWith("PING") ? 0 : bytes + line.length + 2;
    most = Math.max(most, bytes);
  }
  assert(most <= 4096 + 512, `${most} bytes were under way`);
});

Deno.test("a line is said as it stands, also one that begins with a slash, and an unfinished last line counts", async () => {
  const server = new TinyServer();
  const { code } = await run(server, "/quit\r\n\n  two spaces\nno end");
  assertEquals(code, 0);
  assertEquals(server.messages, ["/quit", "  two spaces", "no end"]);
});

Deno.test("a refused message goes to stderr with exit 1, and the others arrive", async () => {
  for (const capabilities of ["", "echo-message"]) {
    const server = new TinyServer({
      capabilities,
      refuses: (text) => text === "two" ? ":irc 404 ann #lobby :Cannot send to channel" : undefined,
    });
    const { code, log } = await run(server, "one\ntwo\nthree\n");
    assertEquals(code, 1);
    const which = capabilities === "" ? "One of the lines 1 to 3" : "Line 2";
    assertEquals(log, [`${which} was refused: #lobby: Cannot send to channel`]);
    assertEquals(server.messages, ["one", "three"]);
  }
});

Deno.test("a channel that does not let us in ends with exit 1", async () => {
  const { code, log } = await run(new TinyServer(), "one\n", { channels: ["#closed"] });
  assertEquals(code, 1);
  assertEquals(log, ["#closed: Cannot join channel (+b)"]);
});

Deno.test("a line that is too long is named and refused", async () => {
  const server = new TinyServer();
  const { code, log } = await run(server, `${"x".repeat(600)}\nshort\n`);
  assertEquals(code, 1);
  assertStringIncludes(log[0]!, "Line 1 is too long: 600 bytes");
  assertEquals(server.messages, ["short"]);
});

Deno.test("messages of others go to stdout as text that can do nothing to a terminal", async () => {
  const evil = "\x1b]0;owned\x07\x1b[2J\x0304red\x03 \u202eabc";
  const server = new TinyServer({
    afterJoin: [`:ben!b@h PRIVMSG #lobby :${evil}`, ":ben!b@h PRIVMSG #lobby :\x01ACTION waves\x01"],
  });
  const { out } = await run(server, "hello\n");
  assertEquals(out.replace(/\[\d\d:\d\d\]/g, "[time]"), "[time] <ben> ␛]0;owned␇␛[2Jred abc\n[time] * ben waves\n");
});

Deno.test("--quiet prints nothing of others, --json one object a line", async () => {
  const afterJoin = ["@msgid=m1;time=2026-01-01T00:00:00.000Z :ben!b@h PRIVMSG #lobby :hi"];
  assertEquals((await run(new TinyServer({ afterJoin }), "x\n", { quiet: true })).out, "");
  const { out } = await run(new TinyServer({ afterJoin, capabilities: "message-tags server-time" }), "x\n", {
    json: true,
  });
  const objects = out.trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  assertEquals(objects.find((object) => object.type === "message"), {
    type: "message",
    time: "2026-01-01T00:00:00.000Z",
    channel: "#lobby",
    from: "ben",
    text: "hi",
    kind: "message",
    id: "m1",
  });
});

Deno.test("nobody listens there: one clear line, exit 1", async () => {
  const log: string[] = [];
  const code = await join({
    address: "tiny.example:7000",
    nick: "ann",
    settings: null,
    log: (line) => log.push(line),
    dial: () => Promise.reject(new Deno.errors.ConnectionRefused("Connection refused (os error 111)")),
  });
  assertEquals(code, 1);
  assertEquals(log, ["Cannot reach tiny.example:7000: nobody listens there (connection refused)"]);
});

Deno.test("nobody listens there for TLS, or there is no such host: the same clear lines", async () => {
  const answers = {
    ECONNREFUSED: "nobody listens there (connection refused)",
    ENOTFOUND: "there is no host of that name",
  };
  for (const [code, why] of Object.entries(answers)) {
    const log: string[] = [];
    const error = Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code });
    const dial = () => Promise.reject(error);
    await join({ address: "ircs://tiny:1", nick: "ann", settings: null, log: (line) => log.push(line), dial });
    assertEquals(log, [`Cannot reach ircs://tiny:1: ${why}`]);
  }
});

Deno.test("an address that is none is wrong usage: one clear line, exit 2", async () => {
  for (const address of ["http://x", "host:notaport", "host:70000", ""]) {
    const log: string[] = [];
    assertEquals(await join({ address, nick: "ann", settings: null, log: (line) => log.push(line) }), 2);
    assertEquals(log.length, 1);
    assertStringIncludes(log[0]!, "Cannot read address");
  }
});

Deno.test("a server that hangs up without a word, as at a port for TLS, is not tried again and again", async () => {
  let dialled = 0;
  const hangUp = () => {
    dialled++;
    const [ours, theirs] = wirePair();
    theirs.close();
    return Promise.resolve({ wire: ours, encrypted: false });
  };
  const { code, log } = await run(new TinyServer(), "hello\n", { address: "irc://tiny:6697", dial: hangUp });
  assertEquals([code, dialled], [1, 1]);
  assertEquals(log.slice(-1), [
    "Cannot reach irc://tiny:6697: it ends the connection without a word; if it speaks TLS there: chat join ircs://tiny:6697",
  ]);
});

Deno.test("TLS at a port for plain text is said in words of people", async () => {
  const server = await serve({ host: "127.0.0.1", port: 0 });
  const address = `ircs://127.0.0.1:${server.address!.port}`;
  const log: string[] = [];
  assertEquals(await join({ address, nick: "ann", settings: null, log: (line) => log.push(line) }), 1);
  assertEquals(log, [`Cannot reach ${address}: no TLS could be agreed on there; is it the port for plain text?`]);
  await server.stop();
});

Deno.test("a folder of settings that cannot be read is named, not the server blamed", async () => {
  const file = await Deno.makeTempFile();
  const log: string[] = [];
  const settings = `${file}/chat`;
  await join({ address: "ircs://127.0.0.1:1", nick: "ann", settings, log: (line) => log.push(line) });
  assertStringIncludes(log.join("\n"), `Cannot read ${settings}/known_hosts: `);
  await Deno.remove(file);
});

Deno.test("slash commands without a screen: /help of one command is that one, and what needs a screen says so", () => {
  const shown: string[] = [];
  const failed: string[] = [];
  const session = new Session({ nick: "ann", send: () => {}, emit: () => {} });
  const types = (line: string) =>
    lineSlash({
      session,
      target: "#lobby",
      encrypted: false,
      fingerprint: undefined,
      print: (text) => shown.push(text),
      log: (text) => failed.push(text),
      leave: () => {},
    }, line);
  types("/help /topic");
  assertEquals(shown.length, 1);
  assertStringIncludes(shown[0]!, "/topic [CHANNEL] [TOPIC]");
  types("/help");
  assertEquals(shown.length, 1 + SLASH_COMMANDS.length);
  types("/logout");
  assertEquals(failed, ["That needs a terminal that can do more than print."]);
});

Deno.test("without an address it goes where it was last, and where it was nowhere says what to write", async () => {
  const settings = await Deno.makeTempDir();
  const log: string[] = [];
  assertEquals(await join({ nick: "ann", settings, log: (line) => log.push(line) }), 2);
  assertEquals(log, ["Say where to: chat join HOST[:PORT]"]);
  await Deno.writeTextFile(`${settings}/settings.json`, '{"lastServer": "tea.example:7000"}');
  const hosts: string[] = [];
  await join({
    nick: "ann",
    settings,
    log: () => {},
    dial: ({ host, port }) => {
      hosts.push(`${host}:${port}`);
      return Promise.reject(new Deno.errors.ConnectionRefused("refused"));
    },
  });
  assertEquals(hosts, ["tea.example:7000"]);
  await Deno.remove(settings, { recursive: true });
});

Deno.test("--json leaves when nobody reads it any more, though its input never ends, and what was said arrives", async () => {
  const server = new TinyServer();
  const endless = { read: () => new Promise<null>(() => {}) };
  let first: Uint8Array<ArrayBuffer> | undefined = new TextEncoder().encode("hello\n");
  const input: NonNullable<JoinOptions["input"]> = {
    read(buffer) {
      if (first === undefined) return endless.read();
      buffer.set(first);
      const { length } = first;
      first = undefined;
      return Promise.resolve(length);
    },
  };
  const output = { write: () => Promise.reject(new Deno.errors.BrokenPipe("Broken pipe (os error 32)")) };
  const { code } = await run(server, "", { json: true, input, output });
  assertEquals([code, server.messages], [0, ["hello"]]);
});

Deno.test("output that cannot be written, as on a full disk, is a failure; what was said arrives all the same", async () => {
  const server = new TinyServer();
  const output = { write: () => Promise.reject(new Error("No space left on device (os error 28)")) };
  const { code, log } = await run(server, "hello\n", { json: true, output });
  assertEquals([code, server.messages], [1, ["hello"]]);
  assertStringIncludes(log.join("\n"), "Cannot write the output: No space left on device");
});
