/**
 * Makes one executable out of the program, with only the permissions that it needs.
 *
 *     deno task compile [OUTPUT]
 *
 * `CHAT_COMPILE_DENO` names another Deno to compile with, `DENORT_BIN` the runtime that goes into the executable, for
 * machines that cannot reach Deno's download host.
 *
 * @module
 */

/** What the program may do, and why. Signals and the terminal need no permission. */
const PERMISSIONS = [
  "--allow-net", // listen and dial, wherever the person says
  "--allow-read", // history, certificates, the files named on the command line
  "--allow-write", // history, settings, known hosts, backups
  "--allow-env", // HOME and its kin on each system, CHAT_NICK, NO_COLOR, TERM
  "--allow-sys=hostname,networkInterfaces,statfs,uid,gid,osRelease", // the server's name, the addresses others can join by, room on the disk
  "--allow-run", // Ctrl-Z stops the program itself, and links are opened in the browser, when the person asks
  "--no-prompt", // what is not allowed fails with a line instead of a question
];

/** What V8 is told, for server and client alike, since they are one executable; what is for the client stands in the task `join`, too. */
const V8 = [
  // Room for young objects, in MiB: half of V8's own bound costs no time, and saves a third of the memory per connection.
  "--max-semi-space-size=8",
  // Compiling on threads of its own leaves 5 MB of their memory behind, and saves time only in the first seconds of load.
  "--no-concurrent-recompilation",
  // The last of the compilers needs 4 MB more; a client that compiles what is called 3,000 times would have it for trifles.
  "--invocation-count-for-turbofan=60000",
  // The client gives memory back after a burst (client/memory.ts).
  "--expose-gc",
];

const output = Deno.args[0] ?? (Deno.build.os === "windows" ? "chat.exe" : "chat");
const compiler = Deno.env.get("CHAT_COMPILE_DENO") ?? Deno.execPath();
const folder = await Deno.makeTempDir({ prefix: "chat-bundle-" });

// From a bundle the executable has no packages to look through: it needs ten megabytes less memory, and starts sooner.
const bundle = ["bundle", "--quiet", "--platform=deno", "--code-splitting", "--minify", "--outdir", folder, "main.ts"];
// A cache of compiled code would lie where every user of the machine may write, and gains nothing.
const compile = [
  "compile",
  "--quiet",
  "--no-check",
  "--no-config",
  "--no-code-cache",
  `--v8-flags=${V8}`,
  ...PERMISSIONS,
];
const code = await run(Deno.execPath(), bundle) ||
  await run(compiler, [...compile, "--output", output, `${folder}/main.js`]);
await Deno.remove(folder, { recursive: true });
Deno.exit(code);

async function run(deno: string, args: string[]): Promise<number> {
  const cwd = new URL("..", import.meta.url).pathname;
  return (await new Deno.Command(deno, { args, cwd }).spawn().status).code;
}
