import { assertEquals } from "@std/assert";
import { protocolTables, putTables } from "../tools/protocol_tables.ts";

Deno.test("docs/protocol.md says what the code does", async () => {
  const document = await Deno.readTextFile(new URL("../docs/protocol.md", import.meta.url));
  const tables = await protocolTables();
  for (const name of tables.keys()) {
    assertEquals(document.includes(`<!-- table: ${name} -->`), true, `docs/protocol.md has no table of ${name}`);
  }
  const hint = "a table differs from the code: run deno run -A tools/protocol_tables.ts --write";
  assertEquals(document, putTables(document, tables), hint);
});

Deno.test("every file that docs/protocol.md names is there", async () => {
  const document = await Deno.readTextFile(new URL("../docs/protocol.md", import.meta.url));
  const files = new Set(document.match(/\b(?:server|protocol|tools|tests)\/[a-z_/]+\.ts\b/g));
  assertEquals(files.size > 5, true);
  for (const file of files) await Deno.stat(new URL(`../${file}`, import.meta.url));
});
