/**
 * `chat doctor`: looks whether a server's data, its port, the disk and the clock are well, and says what to do if not.
 *
 * Changes nothing. Each check gives findings; they are independent, so that one that fails hides no other.
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { idTime } from "../server/clock.ts";
import { STORE_FILE } from "../server/store_sqlite.ts";
import { failureOf } from "../server/store_sqlite_failure.ts";
import { lockHolder } from "../server/store_sqlite_lock.ts";
import type { CommandLine } from "./command_line.ts";
import { dataFolder, exists, readData } from "./data_folder.ts";
import { explain } from "./files.ts";
import { formatSize } from "./sizes.ts";

/** What was found, and what to do if it is not well. */
export interface Finding {
  readonly state: "well" | "note" | "ill";
  readonly text: string;
  readonly cure?: string;
}

/** What is examined. */
interface Patient {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly print: (line: string) => void;
}

type Check = (patient: Patient) => Promise<readonly Finding[]>;

const CHECKS: Readonly<Record<string, Check>> = {
  "folder": checkFolder,
  "disk": checkDisk,
  "server": checkServer,
  "key": checkCertificate,
  "history": checkHistory,
  "clock": checkTime,
  "port": checkPort,
};

const MARKS = { well: "ok  ", note: "note", ill: "BAD " } as const;

/** Examines everything. Gives the exit code: 1 if something is ill. */
export async function runDoctor(line: CommandLine, print: (line: string) => void): Promise<number> {
  const value = (name: string) => line.values.get(name)?.[0];
  const patient = {
    folder: dataFolder(line),
    host: value("host") ?? "127.0.0.1",
    port: Number(value("port") ?? 6667),
    print,
  };
  let ill = 0;
  for (const [name, check] of Object.entries(CHECKS)) {
    for (const { state, text, cure } of await examine(check, patient)) {
      print(`${MARKS[state]} ${name.padEnd(8)} ${text}`);
      if (cure !== undefined) print(`              -> ${cure}`);
      if (state === "ill") ill++;
    }
  }
  print(ill === 0 ? "All is well." : `${ill} ${ill === 1 ? "thing is" : "things are"} not well.`);
  return ill === 0 ? 0 : 1;
}

async function examine(check: Check, patient: Patient): Promise<readonly Finding[]> {
  try {
    return await check(patient);
  } catch (error) {
    return [{ state: "ill", text: `cannot be examined: ${explain(error)}` }];
  }
}

/** Files that hold what only the server's own user should read. */
const SECRET_FILES = [STORE_FILE, `${STORE_FILE}-wal`, "tls.pem"];

async function checkFolder({ folder }: Patient): Promise<Finding[]> {
  if (!await exists(folder)) {
    const cure = "start the server once (chat serve), or name its folder with --data";
    return [{ state: "ill", text: `there is no ${folder}`, cure }];
  }
  const findings: Finding[] = [];
  if (Deno.build.os !== "windows") {
    for (const file of [folder, ...SECRET_FILES.map((name) => join(folder, name))]) {
      findings.push(...await checkPermissions(file));
    }
  }
  const text = `${folder} is there${Deno.build.os === "windows" ? "" : ", for its owner alone"}`;
  return findings.length > 0 ? findings : [{ state: "well", text }];
}

async function checkPermissions(file: string): Promise<Finding[]> {
  if (!await exists(file)) return [];
  const { mode, uid } = await Deno.stat(file);
  const findings: Finding[] = [];
  if (mode !== null && (mode & 0o077) !== 0) {
    findings.push({ state: "ill", text: `other users of this machine may open ${file}`, cure: `chmod go= '${file}'` });
  }
  if (uid !== null && uid !== Deno.uid()) {
    const cure = "run the server and the doctor as the user whom it belongs to";
    findings.push({ state: "note", text: `${file} belongs to another user (${uid})`, cure });
  }
  return findings;
}

/** Bytes free below which a disk is nearly full, and below which it is as good as full. */
const FEW_BYTES = 1 << 30;
const NO_BYTES = 64 << 20;

async function checkDisk({ folder }: Patient): Promise<Finding[]> {
  if (!await exists(folder)) return [];
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${formatSize(free)} are free`;
  if (free >= FEW_BYTES) return [{ state: "well", text }];
  const cure = "make room, or keep less with chat serve --history-size";
  return [{ state: free < NO_BYTES ? "ill" : "note", text, cure }];
}

async function checkServer({ folder }: Patient): Promise<Finding[]> {
  const lock = join(folder, "chat.lock");
  if (!await exists(lock)) return [{ state: "note", text: "no server has run here yet" }];
  const holder = lockHolder(folder);
  return [{ state: "well", text: holder === undefined ? "none is running with this data" : `running: ${holder}` }];
}

/** Days of a certificate that is about to end. */
const LAST_DAYS = 14;

/** The certificate that the server made for itself; one that was given by option is its owner's to look after. */
async function checkCertificate({ folder }: Patient): Promise<Finding[]> {
  const file = join(folder, "tls.pem");
  if (!await exists(file)) return [{ state: "note", text: "no certificate was made here yet" }];
  const cure = `stop the server and delete ${file}: a new one is made, and whoever knew the old one must be told`;
  let certificate: X509Certificate;
  try {
    // The key stands in the same file.
    const [pem = ""] = /-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----/.exec(await Deno.readTextFile(file)) ??
      [];
    certificate = new X509Certificate(pem);
  } catch {
    return [{ state: "ill", text: `${file} holds no certificate`, cure }];
  }
  const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / 86_400_000);
  const print = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  if (days >= LAST_DAYS) {
    return [{ state: "well", text: `the certificate holds for ${days} days; its fingerprint is ${print}` }];
  }
  return [{
    state: "ill",
    text: days < 0 ? "the certificate has ended" : `the certificate ends in ${days} days`,
    cure,
  }];
}

/** Milliseconds that the newest message may be ahead of the clock. */
const AHEAD = 60_000;

async function checkHistory({ folder, print }: Patient): Promise<Finding[]> {
  if (!await exists(join(folder, STORE_FILE))) return [{ state: "note", text: "nothing is kept yet" }];
  const cure = "stop the server, keep a copy of the folder, and go back to the last backup (chat backup)";
  let store;
  try {
    store = await readData(folder);
  } catch (error) {
    if (!(error instanceof Error) || failureOf(error.cause)?.kind !== "corrupt") throw error;
    return [{ state: "ill", text: error.message, cure }];
  }
  try {
    const { messages, bytes } = store.statistics();
    if (bytes > FEW_BYTES) print(`...  history  reading ${formatSize(bytes)}, which takes a while`);
    const wrong = store.check();
    return [
      ...wrong.map((text): Finding => ({ state: "ill", text, cure })),
      ...(wrong.length > 0 ? [] : [{ state: "well", text: `${messages} messages, ${formatSize(bytes)}` } as const]),
    ];
  } finally {
    store.close();
  }
}

async function checkTime({ folder }: Patient): Promise<Finding[]> {
  return checkClock(await newestId(folder), Date.now());
}

/** The newest message of a history; 0 where there is none, or none that can be read, which is found above. */
async function newestId(folder: string): Promise<number> {
  let store;
  try {
    store = await readData(folder);
    return store.lastId;
  } catch {
    return 0;
  } finally {
    store?.close();
  }
}

/** Whether the clock is where it can be, given the newest message. */
export function checkClock(lastId: number, now: number): Finding[] {
  const ahead = idTime(lastId) - now;
  if (ahead <= AHEAD) return [{ state: "well", text: `the clock says ${new Date(now).toISOString()}` }];
  const text = `the newest message is of ${new Date(idTime(lastId)).toISOString()}, and the clock says ${
    new Date(now).toISOString()
  }`;
  return [{ state: "ill", text, cure: "set the clock of this machine; until then new messages get that later time" }];
}

async function checkPort({ host, port }: Patient): Promise<Finding[]> {
  try {
    const connection = await Deno.connect({ hostname: host, port });
    connection.close();
    return [{ state: "well", text: `something listens at ${host}:${port}` }];
  } catch (error) {
    const cure = "start it with chat serve, or name its address with --host and --port";
    return [{ state: "note", text: `nobody listens at ${host}:${port} (${explain(error)})`, cure }];
  }
}
