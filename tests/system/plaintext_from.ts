/**
 * Who is let in with plain text, from this machine, a private network and the world, for each setting. Runs inside
 * `unshare --user --map-root-user --net`; prints one line of JSON: by setting, from where somebody came in.
 *
 * @module
 */

import { type Plaintext, serve } from "../../server.ts";

const FROM = ["127.0.0.1", "10.99.0.1", "203.0.113.7"];

const up = "ip link set lo up && ip addr add 10.99.0.1/32 dev lo && ip addr add 203.0.113.7/32 dev lo";
const { success } = await new Deno.Command("sh", { args: ["-c", up] }).output();
if (!success) Deno.exit(1);
const came: Record<string, string[]> = {};
for (const plaintext of ["loopback", "lan", "any"] satisfies Plaintext[]) {
  const server = await serve({ port: 0, plaintext });
  came[plaintext] = [];
  for (const address of FROM) if (await comesIn(address, server.address!.port)) came[plaintext].push(address);
  await server.stop();
}
// deno-lint-ignore no-console -- this is what it prints
console.log(JSON.stringify(came));

/** Dials an address of this machine, and so comes from there. */
async function comesIn(hostname: string, port: number): Promise<boolean> {
  const conn = await Deno.connect({ hostname, port });
  await conn.write(new TextEncoder().encode("NICK ann\r\nUSER ann 0 * :ann\r\nQUIT\r\n"));
  const said = await new Response(conn.readable).text().catch(() => "");
  return / 001 ann /.test(said);
}
