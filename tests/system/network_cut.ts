/**
 * Two machines and a wire between them that is cut for a while, made of network namespaces. Runs inside
 * `unshare --user --map-root-user --net`; exits with 0 if nothing that was said is lost or doubled.
 *
 * @module
 */

import { Connection } from "../../protocol/connection.ts";
import { TestClient } from "../harness.ts";

const [HERE, THERE] = ["10.99.0.1", "10.99.0.2"];
const MESSAGES = 50;

async function sh(command: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("sh", { args: ["-c", command], stderr: "piped" }).output();
  if (!success) throw new Error(`${command}: ${new TextDecoder().decode(stderr)}`);
}

/** The other machine: a process that does nothing but keep its namespace. */
async function otherMachine(): Promise<Deno.ChildProcess> {
  const other = new Deno.Command("unshare", { args: ["--net", "sleep", "600"] }).spawn();
  await sh("ip link set lo up && ip link add here type veth peer name there");
  // The namespace is there once the process has entered it, a moment after its start.
  for (
    let tries = 0;
    (await Deno.readLink(`/proc/${other.pid}/ns/net`)) === await Deno.readLink("/proc/self/ns/net");
    tries++
  ) {
    if (tries > 200) throw new Error("no other namespace");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await sh(`ip link set there netns ${other.pid} && ip addr add ${HERE}/24 dev here && ip link set here up`);
  await sh(`nsenter -t ${other.pid} -n sh -c 'ip addr add ${THERE}/24 dev there && ip link set there up'`);
  return other;
}

async function main(seconds: number): Promise<void> {
  const { serve } = await import("../../server.ts");
  const other = await otherMachine();
  const server = await serve({ host: HERE, port: 0, throttle: false });
  const { port } = server.address!;
  const program = [Deno.execPath(), "run", "-A", "--quiet", new URL("../../main.ts", import.meta.url).pathname];
  const far = new Deno.Command("nsenter", {
    args: ["-t", `${other.pid}`, "-n", ...program, "join", `irc://${HERE}:${port}`, "--nick", "far", "--json"],
    env: { XDG_CONFIG_HOME: await Deno.makeTempDir() },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const heard: string[] = [];
  const hearing = hear(far.stdout, heard);
  const conn = await Deno.connect({ hostname: HERE, port });
  const near = new TestClient(new Connection(conn), conn);
  near.send("NICK near", "USER near 0 * :near", "JOIN #lobby");
  await until(async () => {
    near.send("NAMES #lobby");
    return (await near.sync()).join().includes("far");
  });
  await sh("ip link set here down");
  for (let i = 0; i < MESSAGES; i++) near.send(`PRIVMSG #lobby :${i}`);
  await near.sync();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await sh("ip link set here up");
  near.send("PRIVMSG #lobby :end");
  await until(() => Promise.resolve(heard.includes("end")));
  const expected = [...Array.from({ length: MESSAGES }, (_, i) => `${i}`), "end"];
  if (JSON.stringify(heard) !== JSON.stringify(expected)) throw new Error(`heard ${heard.join(" ")}`);
  near.send("LUSERS");
  if (!(await near.sync()).some((line) => / 251 .* 2 users/.test(line))) {
    throw new Error("there is a ghost, or one too few");
  }
  far.kill("SIGTERM");
  await hearing;
  other.kill("SIGKILL");
}

async function hear(stdout: ReadableStream<Uint8Array<ArrayBuffer>>, heard: string[]): Promise<void> {
  let rest = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const event = JSON.parse(line) as { type: string; text?: string; nick?: string };
      if (event.type === "message" && event.text !== undefined) heard.push(event.text);
    }
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 100));
}

if (import.meta.main) {
  await main(Number(Deno.args[0]));
  Deno.exit(0);
}
