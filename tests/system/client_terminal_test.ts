// Whole sessions in a real terminal (tmux): the program as a person runs it, against our server and others'.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

function has(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["-V"], stdout: "null", stderr: "null" }).outputSync() !== undefined;
  } catch {
    return false;
  }
}

const NO_TMUX = !has("tmux");
const NGIRCD = ["/usr/sbin/ngircd", "/usr/bin/ngircd"].find(exists);
const INSPIRCD = ["/usr/sbin/inspircd", "/usr/bin/inspircd"].find(exists);

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** How long anything may take before the test gives up: far longer than it ever does. */
const PATIENCE = 20_000;

/** Asks again and again until there is an answer. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** One tmux server of our own, gone at the end. */
class Tmux implements AsyncDisposable {
  readonly #socket = `chat-test-${crypto.randomUUID().slice(0, 8)}`;
  readonly folder = Deno.makeTempDirSync();

  async run(...args: string[]): Promise<string> {
    const command = new Deno.Command("tmux", {
      args: ["-L", this.#socket, "-f", "/dev/null", ...args],
      stdout: "piped",
      stderr: "piped",
    });
    const { stdout } = await command.output();
    return new TextDecoder().decode(stdout);
  }

  /** Starts `chat join` in a window of its own, within a shell that stays. */
  async join(name: string, address: string, size: string, ...options: string[]): Promise<Window> {
    const window = await this.start(name, size, [MAIN, "join", address, "--nick", name, ...options]);
    await window.shows("›");
    return window;
  }

  /** Starts a program in a window of its own, within a shell that stays. */
  async start(name: string, size: string, program: readonly string[]): Promise<Window> {
    const [columns, rows] = size.split("x") as [string, string];
    const words = [Deno.execPath(), "run", "-A", "--no-check", ...program];
    const command = words.map((word) => `'${word}'`).join(" ");
    await this.run("new-session", "-d", "-s", name, "-x", columns, "-y", rows, "sh");
    await this.run(
      "send-keys",
      "-t",
      name,
      `export XDG_CONFIG_HOME='${this.folder}/${name}'; clear; ${command}; echo EXIT $?`,
      "Enter",
    );
    return new Window(this, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("kill-server");
    // The programs in it may still be writing their settings.
    await Deno.remove(this.folder, { recursive: true }).catch(() => {});
  }
}

/** One window, with a person at it. */
class Window {
  readonly #tmux: Tmux;
  readonly #name: string;

  constructor(tmux: Tmux, name: string) {
    this.#tmux = tmux;
    this.#name = name;
  }

  /** What stands in the window. */
  async text(): Promise<string> {
    return (await this.#tmux.run("capture-pane", "-t", this.#name, "-p")).trimEnd();
  }

  /** Waits until a text stands in the window. */
  async shows(text: string): Promise<string> {
    let last = "";
    return await until(`"${text}" in the window of ${this.#name}`, async () => {
      last = await this.text();
      return last.includes(text) ? last : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${error}; it shows:\n${last}`);
    });
  }

  /** Types text as it is. */
  async types(text: string): Promise<void> {
    await this.#tmux.run("send-keys", "-t", this.#name, "-l", text);
  }

  /** Presses keys by tmux's names. */
  async presses(...keys: string[]): Promise<void> {
    await this.#tmux.run("send-keys", "-t", this.#name, ...keys);
  }

  async pastes(text: string): Promise<void> {
    await this.#tmux.run("set-buffer", "-b", "pasted", text);
    await this.#tmux.run("paste-buffer", "-p", "-b", "pasted", "-t", this.#name);
  }

  async resizes(size: string): Promise<void> {
    const [columns, rows] = size.split("x") as [string, string];
    await this.#tmux.run("resize-window", "-t", this.#name, "-x", columns, "-y", rows);
  }

  /** A property of the window, such as `alternate_on`. */
  async is(format: string): Promise<string> {
    return (await this.#tmux.run("display", "-t", this.#name, "-p", `#{${format}}`)).trim();
  }

  /** The process id of the program in the window. */
  async pid(): Promise<number> {
    const shell = await this.is("pane_pid");
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "pid=", "--ppid", shell] }).output();
    return Number(new TextDecoder().decode(stdout).trim().split("\n").at(-1));
  }
}

/** Our server, or another, as a child process on a port of its own. */
class Server implements AsyncDisposable {
  port = 0;
  /** Where history is kept; without it, nowhere. */
  data: string | undefined;
  #child: Deno.ChildProcess | undefined;

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts our server on its port, or on a free one; with TLS only where that has a port. */
  async ours(tlsPort?: number): Promise<this> {
    this.port ||= freePort();
    const args = [
      "run",
      "-A",
      "--no-check",
      MAIN,
      "serve",
      "--host",
      "127.0.0.1",
      "--port",
      String(this.port),
      ...(this.data === undefined ? ["--ephemeral"] : ["--data", this.data]),
      "--no-throttle",
      "--tls-port",
      String(tlsPort ?? "off"),
    ];
    await this.start(Deno.execPath(), args);
    return this;
  }

  async start(program: string, args: string[]): Promise<void> {
    this.#child = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    await until(`the server on port ${this.port}`, async () => {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
        return true;
      } catch {
        return undefined;
      }
    });
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.status;
    this.#child = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Says lines through line mode, as a script would. */
async function pipe(address: string, nick: string, text: string): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, "join", address, "--nick", nick, "--quiet"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stderr } = await child.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
}

Deno.test({
  name: "a person types, pastes and resizes while others talk, and nothing is lost",
  ignore: NO_TMUX,
  async fn() {
    await using server = await new Server().ours();
    await using tmux = new Tmux();
    const ann = await tmux.join("ann", server.address, "100x20");
    await ann.shows("not encrypted");
    const talking = pipe(server.address, "ben", Array.from({ length: 300 }, (_, i) => `line ${i} 中文`).join("\n"));
    for (const [i, size] of ["60x15", "120x30", "40x10", "90x25", "72x20", "100x12", "100x20"].entries()) {
      await ann.types(`w${i} 字`);
      await ann.resizes(size);
    }
    await ann.types(" 👨‍👩‍👧");
    await ann.presses("BSpace", "BSpace");
    await talking;
    await ann.shows("line 299 中文");
    await ann.pastes("\npasted one\npasted two");
    const typed = "w0 字w1 字w2 字w3 字w4 字w5 字w6 字";
    assertStringIncludes(await ann.shows("  pasted two"), `› ${typed}\n  pasted one\n  pasted two`);
    await ann.presses("Enter");
    const sent = async () => (await ann.text()).endsWith("›") ? await ann.text() : undefined;
    assertStringIncludes(await until("an empty input", sent), typed);
  },
});

Deno.test({
  name: "3,000 messages come at once while somebody types and pages up and down, and what is typed stays",
  ignore: NO_TMUX,
  async fn() {
    await using server = await new Server().ours();
    await using tmux = new Tmux();
    const ann = await tmux.join("ann", server.address, "80x20");
    await ann.shows("not encrypted");
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i} 中文`);
    const talking = pipe(server.address, "ben", lines.join("\n"));
    for (let i = 0; i < 10; i++) {
      await ann.types(`w${i} 字`);
      await ann.presses("PageUp", "PageDown");
    }
    await talking;
    await ann.presses("End");
    const typed = Array.from({ length: 10 }, (_, i) => `w${i} 字`).join("");
    assertStringIncludes(await ann.shows("line 2999 中文"), `› ${typed}`);
    await ann.presses("PageUp");
    assertStringIncludes(await ann.shows("line 2970 中文"), "line 2971 中文");
  },
});

Deno.test({
  name: "the screen is there before the server is, and gone if the server never comes",
  ignore: NO_TMUX,
  async fn() {
    // Takes connections, and never says anything of TLS.
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepted = listener.accept();
    await using tmux = new Tmux();
    const ann = await tmux.join("ann", `ircs://127.0.0.1:${listener.addr.port}`, "90x20");
    await ann.shows("connecting");
    await ann.types("half typed");
    await ann.shows("› half typed");
    (await accepted).close();
    assertStringIncludes(await ann.shows("EXIT 1"), "Cannot reach ircs://127.0.0.1");
    assertEquals(await ann.is("alternate_on"), "0");
  },
});

Deno.test({
  name: "what is to be known of a connection stands on the screen",
  ignore: NO_TMUX,
  async fn() {
    const tlsPort = freePort();
    await using _server = await new Server().ours(tlsPort);
    await using tmux = new Tmux();
    const ann = await tmux.join("ann", `ircs://127.0.0.1:${tlsPort}`, "90x20");
    await ann.shows("First time at 127.0.0.1");
    await ann.shows("· encrypted");
  },
});

Deno.test({
  name: "the server is killed and comes back: what was typed is kept, what was said meanwhile is sent",
  ignore: NO_TMUX,
  async fn() {
    await using server = await new Server().ours();
    await using tmux = new Tmux();
    const ann = await tmux.join("ann", server.address, "90x20");
    await ann.shows("not encrypted");
    await server.kill();
    await ann.shows("Trying again in");
    await ann.types("said while offline");
    await ann.presses("Enter");
    await ann.types("half typed");
    await server.ours();
    const ben = await tmux.join("ben", server.address, "90x20");
    await ann.shows("not encrypted");
    assertStringIncludes(await ann.shows("› half typed"), "said while offline");
    await ann.presses("Enter");
    await ben.shows("half typed");
  },
});

Deno.test({
  name: "the server is killed again and again while somebody writes: everything arrives once, in its order",
  ignore: NO_TMUX,
  async fn() {
    const data = await Deno.makeTempDir();
    await using server = new Server();
    server.data = data;
    await server.ours();
    await using tmux = new Tmux();
    const ann = await tmux.join("ann", server.address, "90x20");
    await ann.shows("not encrypted");
    const lines = Array.from({ length: 60 }, (_, i) => `word ${i}`);
    const writing = (async () => {
      for (const line of lines) {
        await ann.types(line);
        await ann.presses("Enter");
      }
    })();
    for (const some of [/word [1-5]\d/, /word [2-5]\d/, /word [45]\d/]) {
      await until(`${some}`, async () => some.test(await ann.text()) || undefined);
      await server.kill();
      await server.ours();
    }
    await writing;
    const arrived = async () => (await exported(data)).length >= lines.length || undefined;
    await until("the last word", arrived);
    await ann.presses("/quit", "Enter");
    await ann.shows("EXIT 0");
    assertEquals(await exported(data), lines);
    await server.kill();
    await Deno.remove(data, { recursive: true });
  },
});

/** What was said in #lobby, as it is on disk. */
async function exported(data: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, "export", "--data", data, "--channel", "#lobby"],
    stderr: "null",
  }).output();
  return Array.from(new TextDecoder().decode(stdout).matchAll(/<ann> (.*)$/gm), ([, text]) => text!);
}

Deno.test({
  name: "the terminal is left as it was found: by /quit, by SIGTERM, by SIGHUP",
  ignore: NO_TMUX,
  async fn() {
    await using server = await new Server().ours();
    await using tmux = new Tmux();
    for (const [name, leave] of [["quit", ""], ["term", "SIGTERM"], ["hup", "SIGHUP"]] as const) {
      const window = await tmux.join(name, server.address, "80x20");
      await window.shows("not encrypted");
      assertEquals(await window.is("alternate_on"), "1");
      if (leave === "") await window.presses("/quit", "Enter");
      else Deno.kill(await window.pid(), leave);
      await window.shows("EXIT 0");
      assertEquals(await window.is("alternate_on"), "0");
      assertEquals(await window.is("wrap_flag"), "1");
      await window.types("stty -a; echo done");
      await window.presses("Enter");
      const stty = await window.shows("\ndone\n");
      assert(/ icanon/.test(stty) && / echo /.test(stty), stty);
    }
  },
});

Deno.test({
  name: "whatever goes wrong, the terminal is left as it was found, and the error is seen on it",
  ignore: NO_TMUX,
  async fn() {
    await using tmux = new Tmux();
    const program = new URL("throws_on_screen.ts", import.meta.url).pathname;
    for (const [i, how] of ["drawing", "a key", "a promise"].entries()) {
      const window = await tmux.start(`wrong${i}`, "80x20", [program, how]);
      await window.shows("the screen");
      assertEquals(await window.is("alternate_on"), "1");
      await window.types("x");
      assertStringIncludes(await window.shows("EXIT 1"), `wrong in ${how}`);
      assertEquals([await window.is("alternate_on"), await window.is("cursor_flag")], ["0", "1"]);
      await window.types("stty -a; echo done");
      await window.presses("Enter");
      const stty = await window.shows("\ndone\n");
      assert(/ icanon/.test(stty) && / echo /.test(stty), stty);
    }
  },
});

Deno.test({
  name: "Ctrl-Z goes back to the shell, fg returns to the same screen",
  ignore: NO_TMUX,
  async fn() {
    await using server = await new Server().ours();
    await using tmux = new Tmux();
    const ann = await tmux.join("ann", server.address, "80x20");
    await ann.types("half typed");
    await ann.shows("› half typed");
    await ann.presses("C-z");
    await ann.shows("Stopped");
    assertEquals(await ann.is("alternate_on"), "0");
    await ann.types("fg");
    await ann.presses("Enter");
    await ann.shows("› half typed");
  },
});

/** Two people talk on a server that we did not write, which is killed and started again. */
async function talkOn(server: Server, again: () => Promise<void>): Promise<void> {
  await using tmux = new Tmux();
  const ann = await tmux.join("ann", server.address, "90x20", "--channel", "#tea");
  await ann.shows("· delay");
  const ben = await tmux.join("ben", server.address, "40x10", "--channel", "#tea");
  await ben.shows("not e");
  await ann.shows("ben came");
  await ann.types("你好 ben, tea?");
  await ann.presses("Enter");
  await ben.shows("你好 ben, tea?");
  await ben.types("/me nods");
  await ben.presses("Enter");
  await ann.shows("ben nods");
  await ben.types("/nick benny");
  await ben.presses("Enter");
  await ann.shows("ben is now benny");
  await ann.types("/topic all about tea");
  await ann.presses("Enter");
  await ben.shows("all about tea");
  for (const [i, size] of ["60x15", "120x30", "40x10", "90x25", "72x20", "100x12", "90x20"].entries()) {
    await ann.types(`w${i} 字`);
    await ann.resizes(size);
  }
  await ann.pastes("\npasted one\npasted two");
  await ann.shows("  pasted two");
  await ann.presses("Enter");
  await ben.shows("pasted two");
  await ann.shows("w6 字");
  await server.kill();
  await ann.shows("Trying again in");
  await ann.types("said while offline");
  await ann.presses("Enter");
  await ann.types("half typed");
  await again();
  // Whoever is back first may speak before the other is there.
  await ann.shows("Connected again.");
  assertStringIncludes(await ann.shows("› half typed"), "said while offline");
  await ben.shows("Connected again.");
  // These servers keep nothing for who comes later.
  await ann.shows("2 here");
  await ann.presses("Enter");
  await ben.shows("half typed");
}

Deno.test({
  name: "two people talk on ngIRCd",
  ignore: NO_TMUX || NGIRCD === undefined,
  async fn() {
    await using server = new Server();
    server.port = freePort();
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(
      file,
      `[Global]\nName = irc.test\nInfo = test\nListen = 127.0.0.1\nPorts = ${server.port}\n[Options]\nDNS = no\nIdent = no\nPAM = no\n`,
    );
    const start = () => server.start(NGIRCD!, ["-n", "-f", file]);
    await start();
    await talkOn(server, start);
    await Deno.remove(file);
  },
});

Deno.test({
  name: "two people talk on InspIRCd",
  ignore: NO_TMUX || INSPIRCD === undefined,
  async fn() {
    await using server = new Server();
    server.port = freePort();
    const folder = await Deno.makeTempDir();
    const modules = ["cap", "ircv3", "ircv3_echomessage", "ircv3_labeledresponse", "ircv3_servertime", "ircv3_ctctags"];
    await Deno.writeTextFile(
      `${folder}/inspircd.conf`,
      `<server name="irc.test" description="t" network="Test">\n<admin name="a" nick="a" email="a@b">\n` +
        `<bind address="127.0.0.1" port="${server.port}" type="clients">\n` +
        `<connect allow="*" resolvehostnames="no" useident="no" localmax="100" globalmax="100">\n` +
        `<path datadir="${folder}" logdir="${folder}" runtimedir="${folder}" configdir="${folder}">\n<pid file="${folder}/pid">\n` +
        modules.map((name) => `<module name="${name}">\n`).join(""),
    );
    const start = () => server.start(INSPIRCD!, ["--nofork", "--runasroot", "--config", `${folder}/inspircd.conf`]);
    await start();
    await talkOn(server, start);
    await server.kill();
    await Deno.remove(folder, { recursive: true });
  },
});
