// A program that takes the terminal over and then goes wrong, in the way that its argument says: for client_terminal_test.ts.

import { Terminal } from "../../client/terminal.ts";
import type { Screen } from "../../client/view.ts";

const [how] = Deno.args;
const screen: Screen = {
  columns: 80,
  rows: ["the screen"],
  cursorRow: 0,
  beforeCursor: "",
  visible: { rows: [], atTop: false } as unknown as Screen["visible"],
};
let pressed = false;

const terminal = new Terminal(Deno.stdin, Deno.stdout, {
  draw: () => {
    if (pressed && how === "drawing") throw new Error("wrong in drawing");
    return screen;
  },
  key: () => {
    pressed = true;
    if (how === "a key") throw new Error("wrong in a key");
    if (how === "a promise") void Promise.reject(new Error("wrong in a promise"));
    terminal.redraw();
  },
  title: () => "",
  gone: () => terminal.close(),
});
terminal.open();
