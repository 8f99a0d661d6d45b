/** A real client that was not written here, beside ours and beside a person with nc. */

import { needing } from "../needs.ts";
import { FROM_SOURCES, ServerProcess } from "./program.ts";
import { Terminal } from "./tmux.ts";

Deno.test(needing(["tmux", "irssi", "nc"], "irssi, nc and chat join talk in one room", async () => {
  await using server = await ServerProcess.start();
  const { folder, port } = server;
  const at = `${port}`;
  await using irssi = await Terminal.start([
    "irssi",
    `--home=${folder}/irssi`,
    "-c",
    "127.0.0.1",
    "-p",
    at,
    "-n",
    "ira",
  ]);
  await irssi.shows(/message of the day/);
  await irssi.type("/join #lobby", "Enter");
  await irssi.shows(/\[@ira\]/);

  await using ours = await Terminal.start([...FROM_SOURCES, "join", server.address, "--nick", "小明"], {
    columns: 110,
    env: { HOME: folder },
  });
  await ours.shows(/ira/);
  await irssi.shows(/小明 .*has joined #lobby/);

  await using nc = await Terminal.start(["nc", "127.0.0.1", at]);
  await nc.type("ned", "Enter");
  await nc.shows(/Welcome to/);
  await irssi.shows(/ned .*has joined #lobby/);

  await irssi.type("你好 from irssi", "Enter");
  await ours.shows(/ira\s+你好 from irssi/);
  await nc.shows(/\[\d\d:\d\d\] <ira> 你好 from irssi/);

  await ours.type("hello 👋 from ours", "Enter");
  await irssi.shows(/小明> hello 👋 from ours/);
  await nc.shows(/<小明> hello 👋 from ours/);

  await nc.type("and from nc", "Enter");
  await irssi.shows(/ned> and from nc/);
  await ours.shows(/ned\s+and from nc/);

  await nc.type("/quit", "Enter");
  await irssi.shows(/ned .*has quit/);
}));
