/** What the owner of a server does from beside it, and what comes of it for a newcomer: each as a person types it. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run, ServerProcess } from "./program.ts";

Deno.test("two commands and no reading: the line that chat serve prints leads into an encrypted chat", async () => {
  await using server = await ServerProcess.start();
  const line = /chat join (ircs:\/\/\S+)/.exec(server.greeting)![1]!;
  const env = { XDG_CONFIG_HOME: `${server.folder}/mei` };
  const joined = await run(["join", line, "--nick", "mei"], { input: "hello\n", env });
  assertEquals([joined.code, joined.stderr], [0, ""]);
  assertMatch(await Deno.readTextFile(`${server.folder}/mei/chat/known_hosts`), /^\S+ key [0-9a-f]{64} /m);
  const log = await run(["export", "--channel", "#lobby", "--data", `${server.folder}/data`]);
  assertStringIncludes(log.stdout, "hello");
});

Deno.test("a house for invited people: the link of chat invite leads in, and nothing else does", async () => {
  await using server = await ServerProcess.start(["--invite-only"]);
  const data = ["--data", `${server.folder}/data`];
  const { code, stdout } = await run(["invite", "--channel", "#tea", "--uses", "1", "--host", "127.0.0.1", ...data]);
  assertEquals(code, 0);
  assertMatch(stdout, /▄▄▄▄▄/);
  const link = /chat join '(ircs:\S+)'/.exec(stdout)![1]!;
  const env = { XDG_CONFIG_HOME: `${server.folder}/config` };
  const invited = await run(["join", link, "--nick", "mei"], { input: "hello\n", env });
  assertEquals([invited.code, invited.stderr], [0, ""]);
  const stranger = await run(["join", link.replace(/invite=[^#]*/, ""), "--nick", "eve"], { input: "hello\n", env });
  assertEquals(stranger.code, 1);
  assertMatch(stranger.stderr, /invit/i);
  assertStringIncludes((await run(["invite", "--list", ...data])).stdout, "#tea");
});

Deno.test("what chat operator and chat invite cannot do is said together with what can be done", async () => {
  const server = await ServerProcess.start();
  await using _ = server;
  const data = ["--data", `${server.folder}/data`];
  const unknown = await run(["operator", "add", "ann", ...data]);
  assertEquals(unknown.code, 1);
  assertStringIncludes(unknown.stderr, "/register");
  await server.end();
  const stopped = await run(["operator", "add", "ann", ...data]);
  assertStringIncludes(stopped.stderr, "No server runs with this data now; chat serve starts it.");
  assertStringIncludes((await run(["invite", ...data])).stdout, "No server runs with this data now");
  const nowhere = await run(["operator", "add", "ann", "--data", `${server.folder}/nowhere`]);
  assertEquals(nowhere.code, 1);
  assertStringIncludes(nowhere.stderr, "--ephemeral");
  const neither = await run(["serve", "--ephemeral", "--invite-only"]);
  assertEquals(neither.code, 2);
  assert(neither.stderr.includes("choose one"), neither.stderr);
});
