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

const output = Deno.args[0] ?? (Deno.build.os === "windows" ? "chat.exe" : "chat");
const deno = Deno.env.get("CHAT_COMPILE_DENO") ?? Deno.execPath();
const { code } = await new Deno.Command(deno, {
  args: ["compile", "--quiet", "--no-check", ...PERMISSIONS, "--output", output, "main.ts"],
  cwd: new URL("..", import.meta.url).pathname,
}).spawn().status;
Deno.exit(code);
