// STS between the program and a server whose certificate an authority vouches for: the authority is one of the test's own.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { serve } from "../../server.ts";
import { makeCertificate } from "../../server/certificate.ts";
import { run } from "./program.ts";

Deno.test("who comes in plain text is led over to TLS, and ever after comes over TLS or not at all", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const certificate = { ...await makeCertificate(["localhost"]), vouched: true };
    await Deno.writeTextFile(`${folder}/authority.pem`, certificate.cert);
    const env = { DENO_CERT: `${folder}/authority.pem`, XDG_CONFIG_HOME: folder, HOME: folder };
    const join = (port: number) => run(["join", `irc://localhost:${port}`, "--nick", "ann"], { input: "hello\n", env });
    const server = await serve({ host: "127.0.0.1", port: 0, tls: { port: 0, certificate, sts: 3600 } });
    const [plain, tls] = [server.address!.port, server.tlsAddress!.port];
    const first = await join(plain);
    assertEquals(first.code, 0, first.stderr);
    const kept = await Deno.readTextFile(`${folder}/chat/strict_transport`);
    assertMatch(kept, new RegExp(`^localhost ${tls} 3600 `, "m"));
    assertEquals(server.hub.store.history("#lobby", { limit: 9 }).map(({ message }) => message.params[1]), ["hello"]);
    await server.stop();
    // In its place somebody listens for plain text only, and hears nothing.
    let heard = 0;
    using listener = Deno.listen({ hostname: "127.0.0.1", port: plain });
    const listening = (async () => {
      for await (const conn of listener) {
        heard++;
        conn.close();
      }
    })();
    const second = await join(plain);
    assertEquals(second.code, 1);
    assertMatch(second.stderr, /Cannot reach/);
    listener.close();
    await listening;
    assertEquals(heard, 0);
    assert((await Deno.readTextFile(`${folder}/chat/strict_transport`)) === kept);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
