// What breaks under a server, the network and the disk, and from where one comes to it: all made of Linux namespaces; elsewhere
// the tests are passed over.
//
// CHAT_CUT=60 deno test -A tests/system/faults_test.ts    cuts the network for a minute, instead of three seconds

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Connection } from "../../protocol/connection.ts";
import { TestClient } from "../harness.ts";
import { FROM_SOURCES, ServerProcess } from "./program.ts";

async function mayUnshare(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  try {
    const args = [
      "--user",
      "--map-root-user",
      "--net",
      "--mount",
      "sh",
      "-c",
      "ip link show >/dev/null && nsenter --version",
    ];
    return (await new Deno.Command("unshare", { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

const ignore = !await mayUnshare();
// deno-lint-ignore no-console -- a test that does not run must be heard
if (ignore) console.error("skipped: faults of network and disk need Linux, unshare, and ip (Debian: iproute2)");

Deno.test({
  name: "a network that is cut for a while loses nothing, doubles nothing and leaves no ghost",
  ignore,
  async fn() {
    const seconds = Deno.env.get("CHAT_CUT") ?? "3";
    const script = new URL("network_cut.ts", import.meta.url).pathname;
    const { success, stderr } = await new Deno.Command("unshare", {
      args: ["--user", "--map-root-user", "--net", Deno.execPath(), "run", "-A", "--quiet", script, seconds],
      stderr: "piped",
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  },
});

Deno.test({
  name: "plain text is taken from this machine, from private networks, or from anywhere, as --plaintext says",
  ignore,
  async fn() {
    const script = new URL("plaintext_from.ts", import.meta.url).pathname;
    const { stdout } = await new Deno.Command("unshare", {
      args: ["--user", "--map-root-user", "--net", Deno.execPath(), "run", "-A", "--quiet", script],
    }).output();
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), {
      loopback: ["127.0.0.1"],
      lan: ["127.0.0.1", "10.99.0.1"],
      any: ["127.0.0.1", "10.99.0.1", "203.0.113.7"],
    });
  },
});

Deno.test({
  name: "a full disk is said; what was taken is kept when there is room again, and the server goes on",
  ignore,
  async fn() {
    // The folder of data becomes a disk of its own, small, and nearly full until the filler goes.
    const mount = 'for word; do [ "$before" = --data ] && data=$word; before=$word; done; mkdir -p "$data" && ' +
      'mount -t tmpfs -o size=6m disk "$data" && head -c 4500k /dev/zero > "$data/filler" && exec "$@"';
    const program = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh", ...FROM_SOURCES];
    const server = await ServerProcess.start(["--no-throttle"], { program });
    await using _ = server;
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const ann = new TestClient(new Connection(conn), conn);
    ann.send("CAP REQ :echo-message labeled-response batch", "NICK ann", "USER ann 0 * :ann", "CAP END", "JOIN #lobby");
    await ann.sync();
    const taken: string[] = [];
    let refused = 0;
    for (let i = 0; refused === 0 && i < 60_000; i += 100) {
      for (let n = i; n < i + 100; n++) ann.send(`PRIVMSG #lobby :${n} ${"x".repeat(300)}`);
      for (const line of await ann.sync()) {
        if (line.includes("FAIL PRIVMSG MESSAGE_ERROR")) refused++;
        else if (line.includes(" PRIVMSG ")) taken.push(/:?(\d+) x/.exec(line)![1]!);
      }
    }
    assert(refused > 0, "the disk was never full");
    await Deno.remove(`/proc/${server.pid}/root${server.folder}/data/filler`);
    for (let back = false; !back;) {
      ann.send("PRIVMSG #lobby :room again");
      back = (await ann.sync()).some((line) => line.includes("PRIVMSG #lobby :room again"));
    }
    ann.send("CAP REQ :draft/chathistory", "CHATHISTORY LATEST #lobby * 3");
    assertMatch((await ann.sync()).join("\n"), /room again/);
    assertEquals(new Set(taken).size, taken.length);
    await ann.close();
    assertEquals(await server.end(), 0);
  },
});
