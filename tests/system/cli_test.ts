/** The command line, run as a person runs it. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { parseMessage } from "../../protocol.ts";
import { Connection } from "../../protocol/connection.ts";
import { run, ServerProcess } from "./program.ts";

Deno.test("chat --version says the version of deno.json", async () => {
  assertEquals(await run(["--version"]), { code: 0, stdout: `chat ${config.version}\n`, stderr: "" });
});

Deno.test("chat and chat help say how to begin", async () => {
  for (const args of [[], ["help"], ["--help"]]) {
    const { code, stdout } = await run(args);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "chat serve");
    assertStringIncludes(stdout, "chat join");
  }
});

Deno.test("chat help help is help too", async () => {
  assertEquals(await run(["help", "help"]), await run(["help"]));
});

Deno.test("chat help serve and chat serve --help are the same", async () => {
  const [one, other] = [await run(["help", "serve"]), await run(["serve", "--help"])];
  assertEquals(one, other);
  assertStringIncludes(one.stdout, "--port PORT");
});

Deno.test("the tasks that start the program do so, with options of V8 that this runtime knows", async () => {
  for (const task of ["serve", "join"]) {
    const program = [Deno.execPath(), "task", "--quiet", task];
    assertEquals(await run(["--help"], { program }), await run([task, "--help"]));
  }
});

Deno.test("chat completions prints a script that the shell accepts", async () => {
  const { code, stdout } = await run(["completions", "bash"]);
  assertEquals(code, 0);
  const bash = await run(["-c", `${stdout}\ncomplete -p chat`], { program: ["bash"] });
  assertEquals([bash.code, bash.stderr], [0, ""]);
});

const WRONG: readonly (readonly [args: readonly string[], line: RegExp])[] = [
  [["serv"], /^chat has no subcommand "serv"; did you mean chat serve\?\n$/],
  [["version"], /^chat has no subcommand "version"; did you mean chat --version\?\n$/],
  [["help", "jion"], /did you mean chat join\?\n$/],
  [["serve", "--prot", "1"], /^chat serve has no option --prot; did you mean --port\?\n$/],
  [["serve", "--port", "abc"], /^--port abc: it must be a whole number from 0 to 65535\n$/],
  [["serve", "--port", "65536"], /^--port 65536: /],
  [["serve", "--port"], /^--port needs a value: --port PORT\n$/],
  [["serve", "--channel", "lobby"], /^--channel lobby: a channel's name is # /],
  [["serve", "here"], /^"here" is more than chat serve takes/],
  [["join", "localhost", "--nick", "two words"], /^--nick two words: /],
  [["serve", "--ephemeral", "--data", "x"], /^--ephemeral keeps nothing, and --data /],
  [["serve", "--port", "7000", "--tls-port", "7000"], /^--port and --tls-port are both 7000; /],
  [["export"], /^Say which channel: chat export --channel '#lobby'\n$/],
  [["join", "http://localhost"], /^Cannot read address "http:/],
  [["completions", "tcsh"], /^There are completions for bash, zsh, fish, not for tcsh\n$/],
  [["join", "localhost", "elsewhere"], /^"elsewhere" is more than chat join takes/],
  [["join", "localhost", "--nick", "a", "--nick", "b"], /^--nick is given more than once: a, b\n$/],
];

for (const [args, line] of WRONG) {
  Deno.test(`chat ${args.join(" ")} is wrong usage: one line, exit code 2`, async () => {
    const { code, stdout, stderr } = await run(args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, line);
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  });
}

Deno.test("a port in use is one line and exit code 1", async () => {
  await using server = await ServerProcess.start();
  const args = ["serve", "--host", "127.0.0.1", "--port", `${server.port}`, "--ephemeral"];
  const { code, stderr } = await run(args);
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot listen at 127\.0\.0\.1:\d+: another program listens there; choose another --port\n$/);
});

Deno.test("an unreadable file is one line that names it, and exit code 1", async () => {
  const { code, stderr } = await run(["serve", "--port", "0", "--ephemeral", "--motd", "/nowhere/motd.txt"]);
  assertEquals([code, stderr], [1, "Cannot read /nowhere/motd.txt: there is no such file\n"]);
});

Deno.test("data that another server is using is one line that says so, and nothing of ports", async () => {
  await using server = await ServerProcess.start();
  const args = ["serve", "--host", "127.0.0.1", "--port", "0", "--data", `${server.folder}/data`];
  const { code, stderr } = await run(args);
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot use the data in [^\n]*: another server is using it[^\n]*\n$/);
});

Deno.test("a file in the place of the data folder is one line and exit code 1", async () => {
  const file = await Deno.makeTempFile();
  const { code, stderr } = await run(["serve", "--port", "0", "--data", file]);
  assertEquals([code, stderr], [1, `Cannot keep anything in ${file}: it is a file; name a folder with --data\n`]);
  await Deno.remove(file);
});

for (
  const [args, what] of [
    [["serve", "--port", "0", "--tls-port", "off"], "Cannot keep anything in"],
    [["serve", "--port", "0", "--tls-port", "0"], "Cannot keep anything in"],
    [["backup", "copy"], "Cannot look at"],
    [["export", "--channel", "#lobby"], "Cannot look at"],
    [["operator", "list"], "Cannot look at"],
    [["invite"], "Cannot look at"],
  ] as const
) {
  Deno.test(`chat ${args.join(" ")} in a folder that there cannot be is one line that names it, and exit code 1`, async () => {
    const file = await Deno.makeTempFile();
    const { code, stdout, stderr } = await run([...args, "--data", `${file}/data`]);
    await Deno.remove(file);
    assertEquals([code, stdout], [1, ""]);
    assert(stderr.startsWith(`${what} ${file}/data`) && stderr.includes(": what should be a folder is a file"), stderr);
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  });
}

Deno.test("serve takes an IPv6 address in brackets too", async () => {
  await using server = await ServerProcess.start([], { host: "[::1]" });
  assertStringIncludes(server.greeting, `listens at [::1]:${server.port} `);
});

Deno.test("a refused connection is one line and exit code 1", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { code, stderr } = await run(["join", `127.0.0.1:${port}`, "--nick", "ann"], { input: "hello\n" });
  assertEquals(code, 1);
  assertEquals(stderr.trimEnd().split("\n").length, 1);
  assertStringIncludes(stderr, `127.0.0.1:${port}`);
});

Deno.test("serve says where it listens and how to join, and ends with 0 when it is asked to", async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    await using server = await ServerProcess.start();
    assertStringIncludes(server.greeting, `127.0.0.1:${server.port}`);
    assertMatch(server.greeting, /chat join /);
    const connection = new Connection(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
    connection.send("PING here");
    const lines = connection[Symbol.asyncIterator]();
    assertMatch((await lines.next()).value, / PONG /);
    assertEquals(await server.end(signal), 0);
    assertEquals((await lines.next()).value, "ERROR :The server is shutting down");
    connection.close();
    await connection.closed;
  }
});

Deno.test("serve listens on IPv6 and join reaches it", async () => {
  await using server = await ServerProcess.start([], { host: "::1" });
  assertEquals(server.address, `[::1]:${server.port}`);
  const { code, stderr } = await run(["join", server.address, "--nick", "ann"], {
    input: "hello\n",
    env: { HOME: server.folder },
  });
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("serve says of a history that is none what is wrong with it", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/chat.db`, "no history ".repeat(1000));
  const { code, stderr } = await run(["serve", "--port", "0", "--tls-port", "off", "--data", folder]);
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot open the history in \S+: file is not a database\n$/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what serve says for this machine leads in the first time and the next", async () => {
  for (const host of ["127.0.0.1", "::1"]) {
    await using server = await ServerProcess.start([], { host });
    const address = /on this machine with:\n {2}chat join (\S+)\n/.exec(server.greeting)![1]!;
    for (const said of ["hello\n", "hello again\n"]) {
      const options = { input: said, env: { XDG_CONFIG_HOME: `${server.folder}/config` } };
      const { code, stderr } = await run(["join", address, "--nick", "ann"], options);
      assertEquals(code, 0, stderr);
    }
    const log = await run(["export", "--channel", "#lobby", "--data", `${server.folder}/data`]);
    assertStringIncludes(log.stdout, "hello again");
  }
});

Deno.test("a thousand piped lines arrive complete and in order, also those that look like commands", async () => {
  await using server = await ServerProcess.start();
  const ben = new Connection(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
  for (const line of ["NICK ben", "USER ben 0 * :Ben", "JOIN #lobby"]) ben.send(line);
  const lines = ben[Symbol.asyncIterator]();
  while (!(await lines.next()).value.includes(" 366 "));
  const said = Array.from({ length: 1000 }, (_, i) => i === 500 ? "/quit 中文" : `line ${i}`);
  const { code, stderr } = await run(["join", server.address, "--nick", "ann", "--quiet"], {
    input: said.join("\n") + "\n",
    env: { HOME: server.folder },
  });
  assertEquals([code, stderr], [0, ""]);
  const heard: string[] = [];
  while (heard.length < said.length) {
    const { command, params } = parseMessage((await lines.next()).value);
    if (command === "PRIVMSG") heard.push(params[1]!);
  }
  assertEquals(heard, said);
  ben.close();
  await ben.closed;
});
