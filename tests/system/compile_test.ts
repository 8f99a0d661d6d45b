/** The program as one executable. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { skipUnless } from "../needs.ts";
import { run, ServerProcess } from "./program.ts";

/** Without `DENORT_BIN` the compiler fetches its runtime from Deno's download host; not every machine reaches that. */
const reason = "needs DENORT_BIN, a runtime for the executable (and CHAT_COMPILE_DENO, the Deno that fits it)";

Deno.test(skipUnless(Deno.env.has("DENORT_BIN"), reason, "the executable serves and joins", async () => {
  const folder = await Deno.makeTempDir({ prefix: "chat-compile-" });
  const executable = `${folder}/chat`;
  const program = [executable];
  try {
    const made = await run(["tools/compile.ts", executable], { program: [Deno.execPath(), "run", "-A"] });
    assertEquals([made.code, made.stderr], [0, ""]);
    assertEquals((await run(["--version"], { program })).stdout, `chat ${config.version}\n`);
    await using server = await ServerProcess.start([], { program });
    const { code, stderr } = await run(["join", server.address, "--nick", "ann"], {
      program,
      input: "hello 世界\n",
      env: { HOME: server.folder },
    });
    assertEquals([code, stderr], [0, ""]);
    const doctor = await run(["doctor", "--data", `${server.folder}/data`, "--port", `${server.port}`], { program });
    assertMatch(doctor.stdout, /^ok +disk/m);
    assertEquals(await server.end("SIGTERM"), 0);
    assertStringIncludes(server.greeting, `chat ${config.version} listens`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}));
