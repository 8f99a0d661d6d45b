/** The bot of docs/examples, as its first lines say to run it. */

import { assertEquals, assertMatch } from "@std/assert";
import { TextLineStream } from "@std/streams/text-line-stream";
import { FROM_SOURCES, ServerProcess } from "./program.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

Deno.test("the example bot answers whoever says !dice, and nobody else", async () => {
  await using server = await ServerProcess.start(["--tls-port", "off"]);
  // What the documents call `chat`.
  const folder = `${server.folder}/bin`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/chat`, `#!/bin/sh\nexec ${FROM_SOURCES.join(" ")} "$@"\n`, { mode: 0o755 });
  const env = { HOME: server.folder, PATH: `${folder}:${Deno.env.get("PATH")}`, DENO_DIR: denoFolder() };
  const address = `irc://${server.address}`;
  const ann = new Deno.Command(`${folder}/chat`, {
    args: ["join", address, "--nick", "ann", "--channel", "#lobby", "--json"],
    stdin: "piped",
    stdout: "piped",
    env,
  }).spawn();
  const writer = ann.stdin.getWriter();
  const lines = ann.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  let bot: Deno.ChildProcess | undefined;
  for await (const line of lines) {
    const { type, self, nick, from, text } = JSON.parse(line);
    if (type === "join" && self) {
      const args = ["run", "--quiet", "--allow-run", "docs/examples/dice.ts", address, "#lobby"];
      bot = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env, stdout: "null", stderr: "null" }).spawn();
    }
    if (type === "join" && nick === "dice") await writer.write(new TextEncoder().encode("dice!\n!dice\n"));
    if (type !== "message") continue;
    assertEquals(from, "dice");
    assertMatch(text, /^ann: [1-6]$/);
    break;
  }
  for (const child of [bot!, ann]) {
    child.kill("SIGKILL");
    await child.status;
  }
  await writer.close().catch(() => {});
});

/** Where Deno keeps what it has fetched, so that another home fetches nothing. */
function denoFolder(): string {
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
}
