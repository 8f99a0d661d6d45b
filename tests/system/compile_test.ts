/** The program as one executable. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TextLineStream } from "@std/streams/text-line-stream";
import config from "../../deno.json" with { type: "json" };
import { needing, skipUnless } from "../needs.ts";
import { run, ServerProcess } from "./program.ts";
import { Terminal } from "./tmux.ts";

/** Without `DENORT_BIN` the compiler fetches its runtime from Deno's download host; not every machine reaches that. */
const reason = "needs DENORT_BIN, a runtime for the executable (and CHAT_COMPILE_DENO, the Deno that fits it)";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.env.has("DENORT_BIN") ? needing(["tmux"], name, fn) : skipUnless(false, reason, name, fn);

Deno.test(test("the executable serves and joins", async () => {
  const folder = await Deno.makeTempDir({ prefix: "chat-compile-" });
  const executable = `${folder}/chat`;
  const program = [executable];
  try {
    const made = await run(["tools/compile.ts", executable], { program: [Deno.execPath(), "run", "-A"] });
    assertEquals([made.code, made.stderr], [0, ""]);
    assertEquals((await run(["--version"], { program })).stdout, `chat ${config.version}\n`);
    await using server = await ServerProcess.start(["--no-throttle", "--tls-port", "0"], { program });
    const { code, stderr } = await run(["join", server.address, "--nick", "ann"], {
      program,
      input: "hello 世界\n",
      env: { HOME: server.folder },
    });
    assertEquals([code, stderr], [0, ""]);
    await holdMany(server, program);
    await hearAll(server, program);
    const doctor = await run(["doctor", "--data", `${server.folder}/data`, "--port", `${server.port}`], { program });
    assertMatch(doctor.stdout, /^ok +disk/m);
    assertEquals(await server.end("SIGTERM"), 0);
    assertStringIncludes(server.greeting, `chat ${config.version} listens`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}));

/** Over TLS, much that comes at once comes whole: the runtime in an executable is not the one that the other tests run on. */
async function hearAll(server: ServerProcess, program: readonly string[]): Promise<void> {
  const tls = `ircs://127.0.0.1:${/:(\d+) \(TLS\)/.exec(server.greeting)?.[1]}`;
  const said = Array.from({ length: 3000 }, (_, i) => `line ${i} ${"世界".repeat(i % 40)}`);
  const env = { HOME: server.folder };
  const watcher = new Deno.Command(program[0]!, {
    args: ["join", tls, "--nick", "watcher", "--channel", "#many", "--json"],
    env,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = watcher.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  let saying: Promise<unknown> | undefined;
  const heard: string[] = [];
  for await (const line of lines) {
    const { type, self, text } = JSON.parse(line);
    if (type === "join" && self) {
      const input = said.map((text) => `${text}\n`).join("");
      const speaker = ["join", tls, "--nick", "speaker", "--channel", "#many", "--quiet"];
      // At the end of its input the watcher leaves, when it has heard everything.
      saying = run(speaker, { program, input, env }).then(() => watcher.stdin.close());
    } else if (type === "message") heard.push(text);
  }
  await saying;
  await watcher.status;
  assertEquals(heard, said);
}

/** The full screen gives back what 3,000 messages at once have taken. */
async function holdMany(server: ServerProcess, program: readonly string[]): Promise<void> {
  const env = { HOME: server.folder };
  await using screen = await Terminal.start([...program, "join", server.address, "--nick", "holder"], { env });
  await screen.shows(/holder/);
  const input = Array.from({ length: 3000 }, (_, i) => `line ${i} ${"世界 and more ".repeat(i % 10)}\n`).join("");
  assertEquals((await run(["join", server.address, "--nick", "burst", "--quiet"], { program, input, env })).code, 0);
  await screen.shows(/line 2999/);
  let memory = Infinity;
  for (const giveUp = Date.now() + 10_000; memory > 60 && Date.now() < giveUp;) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    memory = await screen.memory();
  }
  assert(memory <= 60, `the client holds ${memory} MiB`);
}
