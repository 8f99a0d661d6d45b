// A full screen without a terminal: a server that is whoever calls `says`, and a screen that can be read.

import xterm from "@xterm/headless";
import { parseMessage } from "../protocol.ts";
import type { Ending } from "../client/front_end.ts";
import { FullScreen } from "../client/full_screen.ts";
import { KeyDecoder } from "../client/keys.ts";
import { ENTER, Painter } from "../client/painter.ts";
import { Session, type SessionEvent } from "../client/session.ts";
import { SettingsInMemory } from "../client/settings.ts";
import { drawScreen } from "../client/view.ts";

/** Half past ten on a winter morning, where the tests run. */
export const NOON = new Date(2026, 0, 15, 10, 30).getTime();

/** What a test may set. */
export interface SeatOptions {
  readonly capabilities?: string;
  readonly columns?: number;
  readonly rows?: number;
  readonly channels?: readonly string[];
  readonly welcomed?: boolean;
  /** How wide this terminal draws each character. */
  readonly widthOf?: (code: number) => 0 | 1 | 2;
}

/** A person at a terminal, in #lobby of a server that is whoever calls `says`. */
export class Seat {
  readonly sent: string[] = [];
  /** What only a terminal can do, as it was asked for. */
  readonly effects: string[] = [];
  readonly screen: FullScreen;
  readonly session: Session;
  readonly store = new SettingsInMemory();
  now = NOON;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #painter = new Painter();
  readonly #decoder = new KeyDecoder();
  #columns: number;
  #rows: number;
  #first = ENTER;
  /** What was asked for of history, ever. */
  readonly #asked: string[] = [];

  constructor(
    { capabilities = "", columns = 80, rows = 20, channels = ["#lobby"], welcomed = true, widthOf }: SeatOptions = {},
  ) {
    this.#columns = columns;
    this.#rows = rows;
    this.store.settings.welcomed = welcomed;
    const deliver = (event: SessionEvent) => this.screen.event(event);
    this.session = new Session({
      nick: "ann",
      channels,
      send: (line) => {
        this.sent.push(line);
        if (line.includes(" CHATHISTORY ")) this.#asked.push(line);
      },
      emit: deliver,
      now: () => this.now,
    });
    const note = (what: string) => (...details: unknown[]) => this.effects.push([what, ...details].join(" ")) > 0;
    this.screen = new FullScreen({
      session: this.session,
      store: this.store,
      address: "tea.example",
      now: () => this.now,
      effects: {
        redraw: () => {},
        repaint: note("repaint"),
        bell: note("bell"),
        notify: note("notify"),
        copy: note("copy"),
        openLink: note("open"),
        suspend: note("suspend"),
        reconnect: note("reconnect"),
      },
    });
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    if (widthOf !== undefined) this.#measureBy(widthOf);
    this.screen.scrolling.resize(columns, rows);
    this.connect(capabilities);
  }

  #measureBy(widthOf: (code: number) => 0 | 1 | 2): void {
    const { unicode } = this.#terminal;
    // A property is the width, twice, and whether the character joins the one before.
    const charProperties = (code: number) => widthOf(code) << 1 | (widthOf(code) === 0 ? 1 : 0);
    unicode.register({ version: "own", wcwidth: widthOf, charProperties });
    unicode.activeVersion = "own";
  }

  /** A connection stands, and the server takes us in. */
  connect(capabilities: string): void {
    this.screen.connected(false);
    this.session.start();
    if (capabilities !== "") {
      this.says(
        `:irc CAP * LS :${capabilities}`,
        `:irc CAP ann ACK :${capabilities.replace(/=\S+/g, "")}`,
        ":irc CAP ann ACK :",
      );
    }
    this.says(
      ":irc 001 ann :Welcome ann!a@home",
      ":irc 005 ann NETWORK=Tea CASEMAPPING=ascii :are supported",
      ":irc 422 ann :none",
    );
    for (const channel of this.session.wantedChannels.names()) {
      this.says(`:ann!a@home JOIN ${channel}`, `:irc 353 ann = ${channel} :@ann ben`, `:irc 366 ann ${channel} :End`);
    }
    this.sent.length = 0;
  }

  /** The connection breaks. */
  breaks(how: Partial<Ending> = {}): void {
    const unsettled = this.session.stop();
    this.screen.disconnected({ why: "The connection was lost.", pause: 1000, unsettled, ...how });
    this.sent.length = 0;
  }

  /** A connection stands again: registers up to where channels are joined, which is for the test to do. */
  returns(capabilities: string): void {
    this.screen.connected(false);
    this.session.start();
    const names = capabilities.replace(/=\S+/g, "");
    this.says(`:irc CAP * LS :${capabilities}`, `:irc CAP ann ACK :${names}`, ":irc CAP ann ACK :");
    this.says(":irc 001 ann :Welcome", ":irc 422 ann :none");
  }

  /** The server answers the newest request for history of a target with these lines. */
  tellsHistory(target: string, ...lines: string[]): void {
    const asked = this.#asked.findLast((line) => / CHATHISTORY \w+ (\S+)/.exec(line)?.[1] === target);
    const label = parseMessage(asked ?? "PING").tags?.get("label") ?? "";
    this.says(`@label=${label} :irc BATCH +h chathistory ${target}`);
    this.says(...lines.map((line) => line.startsWith("@") ? `@batch=h;${line.slice(1)}` : `@batch=h ${line}`));
    this.says(":irc BATCH -h");
  }

  /** The server answers every PING that is in `sent`. */
  pongs(): void {
    for (const line of [...this.sent]) {
      const token = /^PING (\S+)$/.exec(line)?.[1];
      if (token !== undefined) this.says(`:irc PONG irc ${token}`);
    }
  }

  /** The server says these lines. */
  says(...lines: string[]): void {
    for (const line of lines) this.session.receive(line);
  }

  /** The person sends these bytes, as a terminal would. */
  types(bytes: string): void {
    for (const event of this.#decoder.push(new TextEncoder().encode(bytes))) this.screen.key(event);
    for (const event of this.#decoder.flush()) this.screen.key(event);
  }

  /** The window has this size from now on. */
  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
    this.#terminal.resize(columns, rows);
  }

  /** What stands on the screen, row by row, without spaces at the ends. */
  async rows(): Promise<string[]> {
    await this.#draw();
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#rows }, (_, i) => active.getLine(i)!.translateToString(true));
  }

  /** What stands in each cell; the second of a wide character is empty. */
  async cells(): Promise<string[][]> {
    await this.#draw();
    const { active } = this.#terminal.buffer;
    const line = (i: number) => active.getLine(i)!;
    return Array.from(
      { length: this.#rows },
      (_, i) =>
        Array.from(
          { length: this.#columns },
          (_, x) => line(i).getCell(x)!.getChars() || (line(i).getCell(x)!.getWidth() === 0 ? "" : " "),
        ),
    );
  }

  /** All of the screen as one text. */
  async text(): Promise<string> {
    return (await this.rows()).join("\n");
  }

  /** Where the cursor stands: column and row, from 0. */
  async cursor(): Promise<[number, number]> {
    await this.#draw();
    const { active } = this.#terminal.buffer;
    return [active.cursorX, active.cursorY];
  }

  /** Draws, and gives the bytes of each piece of the frame and where the cursor stood behind it. */
  async pieces(): Promise<{ bytes: number; cursor: [number, number] }[]> {
    const seen: { bytes: number; cursor: [number, number] }[] = [];
    await this.#draw((piece) => {
      const { active } = this.#terminal.buffer;
      seen.push({ bytes: new TextEncoder().encode(piece).length, cursor: [active.cursorX, active.cursorY] });
    });
    return seen;
  }

  async #draw(written?: (piece: string) => void): Promise<void> {
    this.screen.scrolling.resize(this.#columns, this.#rows);
    const drawn = drawScreen(this.screen.state(), this.#columns, this.#rows);
    this.screen.drawn(drawn);
    await this.#write(this.#first);
    this.#first = "";
    for (const piece of this.#painter.paint(drawn)) {
      await this.#write(piece);
      written?.(piece);
    }
  }

  async #write(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.#terminal.write(text, resolve));
  }
}
