/**
 * Holds the house to its plan: what may import what, who opens sockets, who prints, and that no imports run in a circle.
 *
 * The plan is data; when the house changes, the plan changes here in the same commit, with the reason in
 * `docs/decisions.md`.
 */

import { assertEquals } from "@std/assert";

/** A part of the house, and all that it may import. Patterns are paths from the root; the first that fits a file counts. */
const PLAN: readonly { part: string; files: RegExp; may: RegExp }[] = [
  { part: "the floor", files: /^protocol\.ts$/, may: /^$/ },
  { part: "protocol", files: /^protocol\//, may: /^protocol(\.ts|\/)|^@std\/streams/ },
  { part: "store backend", files: /^server\/store_sqlite/, may: /^(server|protocol)(\/|\.ts)|^node:/ },
  {
    part: "commands",
    files: /^server\/commands/,
    may: /^server\/(?!store_sqlite|link_nats)|^protocol(\.ts|\/)|^node:/,
  },
  {
    part: "server",
    files: /^server\//,
    may: /^server\/(?!store_sqlite|link_nats)|^protocol(\.ts|\/)|^node:|^@peculiar|^reflect/,
  },
  { part: "the server's door", files: /^server\.ts$/, may: /^(server|protocol)(\/|\.ts)|^node:/ },
  { part: "client", files: /^client\//, may: /^client\/|^protocol(\.ts|\/)|^node:|^get-east-asian-width$/ },
  { part: "the client's door", files: /^client\.ts$/, may: /^(client|protocol)(\/|\.ts)|^node:/ },
  {
    // Read at every start, also of those who only join: it must not bring the server along.
    part: "the table of the command line",
    files: /^main\/(subcommands|command_line|history_options)\.ts$/,
    may: /^main\/(command_line|history_options|sizes)\.ts$|^protocol\/casemapping|^server\/duration|^@std\//,
  },
  {
    part: "main",
    files: /^main(\.ts|\/)/,
    may: /^(main|server|client|protocol)(\/|\.ts)|^deno\.json$|^node:|^@std\/|^uqr$|^qrcode/,
  },
];

/** Words that only some files may use, and why they are theirs. */
const WORDS: readonly { word: RegExp; only: RegExp; why: string }[] = [
  { word: /\bcreateServer\b/, only: /^server\/tls_listener\.ts$/, why: "TLS is listened for in one place" },
  { word: /\bDeno\.(listen|listenTls|serve)\b/, only: /^server\.ts$/, why: "only the doors open sockets" },
  {
    word: /\bDeno\.(connect|connectTls)\b/,
    only: /^server(\/tls_listener)?\.ts$|^client\/dial\.ts$|^main\/(doctor|owner)\.ts$/,
    why: "the client opens sockets in one place; the TLS listener knocks at its own door",
  },
  { word: /\bconsole\./, only: /^$/, why: "only main prints, through main/output.ts" },
  {
    word: /\bDeno\./,
    only: /^(main|server|client)(\.ts|\/)/,
    why: "what both ends and the browser share knows no Deno",
  },
  {
    word: /\bDeno\./,
    only: /^(?!client\/(view|line_editor|buffer|session|keys|text|completion|slash_commands)(\.ts|\/))/,
    why: "the client's core is pure",
  },
  { word: /\b(SELECT|INSERT INTO|CREATE TABLE)\b/, only: /^server\/store_sqlite/, why: "SQL stands in one place" },
];

const root = new URL("..", import.meta.url).pathname;

interface Import {
  readonly to: string;
  readonly typeOnly: boolean;
}

/** The files of the program with what they import, by path from the root. */
async function readHouse(): Promise<Map<string, { text: string; imports: Import[] }>> {
  const house = new Map<string, { text: string; imports: Import[] }>();
  for (const path of await sources("")) {
    const text = await Deno.readTextFile(root + path);
    house.set(path, { text: withoutComments(text), imports: importsOf(path, text) });
  }
  return house;
}

async function sources(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(root + folder)) {
    const path = folder + name;
    if (isDirectory && /^(protocol|server|client|main)(\/|$)/.test(path)) found.push(...await sources(`${path}/`));
    else if (/\.ts$/.test(name) && !/\.d\.ts$/.test(name)) found.push(path);
  }
  return found;
}

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  for (const [, kind, names, specifier] of withoutComments(text).matchAll(IMPORT)) {
    const typeOnly = kind !== undefined ||
      (/^\s*\{/.test(names!) && names!.split(",").every((n) => /^[\s{]*type\s|^[\s}]*$/.test(n)));
    const to = specifier!.startsWith(".") ? new URL(specifier!, `file:///${path}`).pathname.slice(1) : specifier!;
    found.push({ to, typeOnly });
  }
  return found;
}

const IMPORT = /^(?:import|export)\s+(type\s+)?([^"';]*?)\s*from\s+"([^"]+)"/gm;

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

Deno.test("every file imports only what the plan allows", async () => {
  const wrong: string[] = [];
  for (const [path, { imports }] of await readHouse()) {
    const plan = PLAN.find(({ files }) => files.test(path));
    if (plan === undefined) wrong.push(`${path} has no place in the plan`);
    for (const { to } of imports) {
      if (plan !== undefined && !plan.may.test(to)) wrong.push(`${path} (${plan.part}) -> ${to}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("what the program loads is what its imports say, and server and client never meet", async () => {
  for (const [door, stranger] of [["server.ts", /^client/], ["client.ts", /^server/]] as const) {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", door], cwd: root }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: { local?: string }[] };
    const paths = modules.flatMap(({ local }) => local?.startsWith(root) ? [local.slice(root.length)] : []);
    assertEquals(paths.includes(door), true);
    assertEquals(paths.filter((path) => stranger.test(path)), []);
  }
});

Deno.test("sockets, printing, SQL and Deno stand where the plan puts them", async () => {
  const wrong: string[] = [];
  for (const [path, { text }] of await readHouse()) {
    for (const { word, only, why } of WORDS) {
      const found = word.exec(text);
      if (found !== null && !only.test(path)) wrong.push(`${path} uses ${found[0]}: ${why}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("no imports run in a circle", async () => {
  const house = await readHouse();
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) return void circles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
    if (done.has(path)) return;
    for (const { to, typeOnly } of house.get(path)?.imports ?? []) if (!typeOnly) walk(to, [...trail, path]);
    done.add(path);
  };
  for (const path of house.keys()) walk(path, []);
  assertEquals(circles, []);
});
