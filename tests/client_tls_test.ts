// Encryption as a person who joins meets it: the first visit, the key of the address, a key that has changed.

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { join } from "../client.ts";
import { judge, type KnownHosts, TrustError } from "../client/known_hosts.ts";
import { parseMessage } from "../protocol.ts";
import { Connection } from "../protocol/connection.ts";
import { makeCertificate } from "../server/certificate.ts";

/** A server of a few lines behind TLS, which keeps what it was sent. */
async function tinyTls() {
  const { cert, key, fingerprint } = await makeCertificate(["localhost"]);
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const seen: string[] = [];
  const serve = async (wire: Deno.TlsConn) => {
    const connection = new Connection(wire);
    for await (const line of connection) {
      seen.push(line);
      const { command, params } = parseMessage(line);
      if (command === "USER") connection.send(":irc 001 ann :Welcome\r\n:irc 422 ann :none");
      if (command === "JOIN") connection.send(`:ann!a@h JOIN ${params[0]}`);
      if (command === "PING") connection.send(`PONG irc ${params[0]}`);
      if (command === "QUIT") connection.close("ERROR :bye");
    }
    connection.close();
    await connection.closed;
  };
  const done = (async () => {
    const served: Promise<void>[] = [];
    for await (const wire of listener) served.push(serve(wire).catch(() => {}));
    await Promise.all(served);
  })();
  return { port: listener.addr.port, fingerprint, seen, close: async () => (listener.close(), await done) };
}

async function visit(address: string) {
  const log: string[] = [];
  const input = { read: () => Promise.resolve(null) };
  const output = { write: (bytes: Uint8Array) => Promise.resolve(bytes.length) };
  const code = await join({ address, nick: "ann", settings: null, input, output, log: (line) => log.push(line) });
  return { code, log };
}

Deno.test("the key that the address names is the key that the server must show", async () => {
  const server = await tinyTls();
  const { code, log } = await visit(`ircs://127.0.0.1:${server.port}#${server.fingerprint}`);
  await server.close();
  assertEquals([code, log], [0, []]);
  assert(server.seen.includes("JOIN #lobby"));
});

Deno.test("another key stops with an explanation, before a line is sent", async () => {
  const server = await tinyTls();
  const { code, log } = await visit(`ircs://127.0.0.1:${server.port}#${"ab".repeat(32)}`);
  await server.close();
  assertEquals(code, 1);
  assertStringIncludes(log[0]!, "is not the one of this address");
  assertEquals(server.seen, []);
});

Deno.test("the first visit is remembered, and a changed key is named with what to do", () => {
  const known: KnownHosts = {};
  const door = { host: "tea.example", port: 6697, tls: true };
  const remember = judge(door, "ab", undefined, known);
  assertEquals(remember, "ab");
  known["tea.example:6697"] = remember!;
  assertEquals(judge(door, "ab", undefined, known), undefined);
  try {
    judge(door, "cd", undefined, known);
    assert(false);
  } catch (error) {
    assert(error instanceof TrustError);
    assertStringIncludes(error.message, "ircs://tea.example:6697#cd");
  }
  assertFalse("cd" in known);
});

Deno.test("this machine's own keys are not remembered: nobody stands between", () => {
  assertEquals(judge({ host: "localhost", port: 6697, tls: true }, "ab", undefined, {}), undefined);
});
