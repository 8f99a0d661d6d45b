/**
 * What the owner of a server asks of it from beside it: `chat invite` and `chat operator`.
 *
 * A server that runs is asked through the socket in its folder; the data of one that is stopped is opened.
 *
 * @module
 */

import { join } from "node:path";
import { renderUnicodeCompact } from "uqr";
import { Connection } from "../protocol/connection.ts";
import { keptCertificate } from "../server/certificate.ts";
import { formatDuration, parseDuration } from "../server/duration.ts";
import { formatInvite, INVITE_PREFIX, type ListedInvitation } from "../server/invitations.ts";
import { DEFAULT_LIMITS } from "../server/limits.ts";
import { answerOwner, OWNER_SOCKET, type OwnerAnswer, type OwnerRequest } from "../server/owner.ts";
import { SqliteStore } from "../server/store_sqlite.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { dataFolder, isThere } from "./data_folder.ts";
import { Failure } from "./files.ts";
import { machineName, reachable } from "./serve.ts";

/** How long an invitation holds unless told. */
const EXPIRES = "7d";

/** Longest answer of a server, in bytes. */
const MAX_ANSWER = 1 << 20;

type Print = (line: string) => void;

/** An answer, and whether it comes from the data of a server that does not run. */
type Asked = OwnerAnswer & { readonly stopped?: true };

/** Whoever has a server that keeps nothing would look for it in vain. */
const STOPPED =
  "No server runs with this data now; chat serve starts it. One that runs with --ephemeral cannot be asked.";

/** Makes, lists and revokes invitations. Gives the exit code. */
export async function runInvite(line: CommandLine, print: Print): Promise<number> {
  const { values, switches } = line;
  const folder = dataFolder(line);
  const revoke = values.get("revoke")?.[0];
  if (revoke !== undefined) return await revokeOne(folder, revoke, print);
  if (switches.has("list")) return await listAll(folder, print);
  const expires = values.get("expires")?.[0] ?? EXPIRES;
  const uses = values.get("uses")?.[0];
  const channel = values.get("channel")?.[0];
  const answer = await ask(folder, {
    ask: "invite",
    ...(channel !== undefined && { channel }),
    ...(expires !== "never" && { lasts: parseDuration(expires)! }),
    ...(uses !== undefined && { uses: Number(uses) }),
  });
  const host = values.get("host")?.[0] ?? reachable("0.0.0.0").at(-1)!;
  const terms = `${expires === "never" ? "for good" : `for ${expires}`}${
    uses === undefined ? "" : `, for ${uses} people`
  }`;
  for (const text of invitation(answer, host, channel, terms)) print(text);
  if (answer.stopped) print(`\n${STOPPED}`);
  return 0;
}

function invitation({ token, where }: OwnerAnswer, host: string, channel: string | undefined, terms: string): string[] {
  const { port = 6667, tlsPort, fingerprint } = where ?? {};
  const tls = tlsPort !== undefined;
  const link = formatInvite({ host, port: tlsPort ?? port, tls, fingerprint, channel, token: token! });
  return [
    `Give this to whoever may come in (it holds ${terms}):`,
    "",
    `  chat join '${link}'`,
    "",
    ...renderUnicodeCompact(link, { border: 2 }).split("\n"),
    "",
    `With another IRC client: ${host}, port ${tlsPort ?? port}${tls ? " with TLS" : ""}, and as the server's password`,
    `  ${INVITE_PREFIX}${token}`,
  ];
}

async function listAll(folder: string, print: Print): Promise<number> {
  const { invitations = [] } = await ask(folder, { ask: "invitations" });
  if (invitations.length === 0) print("There are no invitations.");
  for (const one of invitations) print(describe(one));
  return 0;
}

function describe({ id, by, channel, created, expires, uses }: ListedInvitation): string {
  const until = expires === undefined ? "for good" : `for ${formatDuration(expires - Date.now())} more`;
  const left = uses === undefined ? "" : `, ${uses} ${uses === 1 ? "use" : "uses"} left`;
  return `${id}  ${channel ?? "the server"}, ${until}${left}; made by ${by} on ${
    new Date(created).toISOString().slice(0, 10)
  }`;
}

async function revokeOne(folder: string, id: string, print: Print): Promise<number> {
  const { done } = await ask(folder, { ask: "revoke", id });
  if (done === 0) throw new Failure(`There is no invitation ${id}; chat invite --list shows those that there are`);
  print(`Nobody comes in with ${id} any more.`);
  return 0;
}

/** Makes accounts operators of the server, and takes it back. Gives the exit code. */
export async function runOperator(line: CommandLine, print: Print): Promise<number> {
  const [change = "", account] = line.operands;
  const folder = dataFolder(line);
  if (change === "list" && account === undefined) {
    const { operators = [] } = await ask(folder, { ask: "operators" });
    print(operators.length === 0 ? "There are no operators by account." : operators.join("\n"));
    return 0;
  }
  if ((change !== "add" && change !== "remove") || account === undefined) {
    throw new UsageError("chat operator takes add NAME, remove NAME or list; see chat help operator");
  }
  const { done, stopped } = await ask(folder, { ask: "operator", change, account });
  if (done === 0) throw new Failure(notDone(change, account) + (stopped ? `\n${STOPPED}` : ""));
  print(
    change === "add" ? `${account} becomes operator with /oper once signed in.` : `${account} is no operator any more.`,
  );
  return 0;
}

function notDone(change: string, account: string): string {
  return change === "add"
    ? `There is no account ${account}. Whoever has that nick makes it in the chat, with /register.`
    : `The account ${account} is no operator; chat operator list shows who is.`;
}

/** Asks a server, or its data where it does not run. @throws {Failure} */
async function ask(folder: string, request: OwnerRequest): Promise<Asked> {
  if (!await isThere(folder)) {
    throw new Failure(
      `There is no server in ${folder}; name its folder with --data. One that runs with --ephemeral has none.`,
    );
  }
  const answer = await askRunning(folder, request) ?? await askStopped(folder, request);
  if (answer.error !== undefined) throw new Failure(`That was not possible: ${answer.error}`);
  return answer;
}

async function askRunning(folder: string, request: OwnerRequest): Promise<OwnerAnswer | undefined> {
  let conn: Deno.UnixConn;
  try {
    conn = await Deno.connect({ transport: "unix", path: join(folder, OWNER_SOCKET) });
  } catch {
    // Nobody listens: it does not run, or has no such socket.
    return undefined;
  }
  const connection = new Connection(conn, { maxLine: MAX_ANSWER });
  connection.send(JSON.stringify(request));
  let answer: OwnerAnswer = { error: "the server gave no answer" };
  for await (const line of connection) answer = JSON.parse(line) as OwnerAnswer;
  connection.close();
  return answer;
}

async function askStopped(folder: string, request: OwnerRequest): Promise<Asked> {
  let store: SqliteStore;
  try {
    store = new SqliteStore(folder);
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
  try {
    const answer: Asked = { ...answerOwner(store, request, DEFAULT_LIMITS.invitations, Date.now()), stopped: true };
    const failure = store.commit();
    if (failure !== undefined) return { error: failure.message };
    if (request.ask !== "invite") return answer;
    const { fingerprint } = await keptCertificate(folder, [machineName(), "localhost"]);
    return { ...answer, where: { port: 6667, tlsPort: 6697, fingerprint } };
  } finally {
    store.close();
  }
}
