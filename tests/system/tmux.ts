/**
 * A terminal for programs that want one: tmux without its own settings, on a socket of its own.
 *
 * @module
 */

/** A terminal in which one program runs. */
export class Terminal implements AsyncDisposable {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** Starts a program in a terminal of this size. */
  static async start(
    command: readonly string[],
    { columns = 80, rows = 24, env = {} }: { columns?: number; rows?: number; env?: Record<string, string> } = {},
  ): Promise<Terminal> {
    const terminal = new Terminal(`chat-test-${crypto.randomUUID()}`);
    const settings = Object.entries({ LC_ALL: "C.UTF-8", ...env }).flatMap((
      [name, value],
    ) => ["-e", `${name}=${value}`]);
    const size = ["-x", `${columns}`, "-y", `${rows}`];
    await terminal.#tmux("-f", "/dev/null", "new-session", "-d", ...size, ...settings, "--", ...command);
    await terminal.#tmux("set-option", "-g", "remain-on-exit", "on");
    return terminal;
  }

  /** Types text, then presses keys such as `Enter` and `M-Up`. */
  async type(text: string, ...keys: string[]): Promise<void> {
    if (text !== "") await this.#tmux("send-keys", "-l", "--", text);
    if (keys.length > 0) await this.#tmux("send-keys", ...keys);
  }

  /** Pastes text as a terminal does. */
  async paste(text: string): Promise<void> {
    await this.#tmux("set-buffer", "--", text);
    await this.#tmux("paste-buffer", "-p");
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
  }

  /** What stands on the screen. */
  async screen(): Promise<string> {
    return await this.#tmux("capture-pane", "-p");
  }

  /** Waits until the screen shows something; gives up after ten seconds, and says what was there instead. */
  async shows(pattern: RegExp): Promise<string> {
    let screen = "";
    for (const giveUp = Date.now() + 10_000; Date.now() < giveUp;) {
      screen = await this.screen();
      if (pattern.test(screen)) return screen;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`The screen never showed ${pattern}:\n${screen}`);
  }

  /** The resident memory of the program in MiB, as Linux tells it. */
  async memory(): Promise<number> {
    const pid = (await this.#tmux("display-message", "-p", "#{pane_pid}")).trim();
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
  }

  async #tmux(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-u", "-L", this.#socket, ...args],
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    if (code !== 0) throw new Error(`tmux ${args[0]}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }
}
