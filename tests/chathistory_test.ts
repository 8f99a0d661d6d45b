// https://ircv3.net/specs/extensions/chathistory

import { assert, assertEquals } from "@std/assert";
import type { Message } from "../protocol.ts";
import { SqliteStore } from "../server/store_sqlite.ts";
import { Node, type TestClient } from "./harness.ts";
import { inLobby, tag } from "./lobby.ts";
import { registered, signedIn } from "./sign_in.ts";

const ALL = ["draft/chathistory", "batch", "message-tags", "server-time", "echo-message"] as const;

/** Says m0 to m9 to a target, a millisecond apart, and gives the echoes. */
async function sayTen(node: Node, client: TestClient, target: string): Promise<Message[]> {
  const echoes: Message[] = [];
  for (let n = 0; n < 10; n++) {
    client.send(`PRIVMSG ${target} m${n}`);
    echoes.push(...await client.messages());
    node.now++;
  }
  return echoes;
}

/** Asks and gives the texts of what is in the batch. */
async function ask(client: TestClient, command: string, target: string, rest: string): Promise<string[]> {
  client.send(`CHATHISTORY ${command} ${target} ${rest}`);
  const [start, ...more] = await client.messages();
  const end = more.pop();
  assertEquals([start!.command, start!.params[1], start!.params[2]], ["BATCH", "chathistory", target]);
  const reference = start!.params[0]!.slice(1);
  assertEquals(end!.params, [`-${reference}`]);
  assert(more.every((message) => tag(message, "batch") === reference));
  return more.map(({ params }) => params[1]!);
}

const all = ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9"];

for (const kind of ["msgid", "timestamp"]) {
  Deno.test(`every subcommand gives what is asked for, with ${kind} as reference`, async () => {
    await using node = new Node();
    const [ann] = await inLobby(node, ["ann", ...ALL]);
    const said = await sayTen(node, ann, "#lobby");
    const at = (n: number) => `${kind}=${tag(said[n]!, kind === "msgid" ? "msgid" : "time")}`;
    const cases: [command: string, rest: string, expected: string[]][] = [
      // "Request up to `limit` number of the most recent messages that have been sent."
      ["LATEST", "* 20", all],
      ["LATEST", "* 5", all.slice(5)],
      ["LATEST", "* 1", ["m9"]],
      // "the returned messages are restricted to those sent after and excluding that timestamp or msgid"
      ["LATEST", `${at(4)} 20`, all.slice(5)],
      ["LATEST", `${at(4)} 2`, ["m8", "m9"]],
      // "Request up to `limit` number of messages before and excluding the given `timestamp` or `msgid`."
      ["BEFORE", `${at(6)} 20`, all.slice(0, 6)],
      ["BEFORE", `${at(6)} 2`, ["m4", "m5"]],
      ["BEFORE", `${at(0)} 2`, []],
      // "Request up to `limit` number of messages after and excluding the given `timestamp` or `msgid`."
      ["AFTER", `${at(3)} 20`, all.slice(4)],
      ["AFTER", `${at(3)} 3`, ["m4", "m5", "m6"]],
      ["AFTER", `${at(9)} 3`, []],
      // "the returned messages MUST be counted starting from and excluding the first message selector, while finishing on
      // and excluding the second. This may be forwards or backwards in time."
      ["BETWEEN", `${at(0)} ${at(9)} 20`, all.slice(1, 9)],
      ["BETWEEN", `${at(9)} ${at(0)} 20`, all.slice(1, 9)],
      ["BETWEEN", `${at(0)} ${at(9)} 3`, ["m1", "m2", "m3"]],
      ["BETWEEN", `${at(9)} ${at(0)} 3`, ["m6", "m7", "m8"]],
      ["BETWEEN", `${at(4)} ${at(5)} 3`, []],
      ["BETWEEN", `${at(4)} ${at(4)} 3`, []],
      // "Request a number of messages before and after the `timestamp` or `msgid` with the total number of returned
      // messages not exceeding `limit`."
      ["AROUND", `${at(7)} 1`, ["m7"]],
      ["AROUND", `${at(7)} 3`, ["m6", "m7", "m8"]],
      ["AROUND", `${at(7)} 4`, ["m5", "m6", "m7", "m8"]],
      ["AROUND", `${at(0)} 3`, ["m0", "m1", "m2"]],
      ["AROUND", `${at(9)} 3`, ["m7", "m8", "m9"]],
      ["AROUND", `${at(5)} 20`, all],
    ];
    for (const [command, rest, expected] of cases) {
      assertEquals(await ask(ann, command, "#lobby", rest), expected, `${command} ${rest}`);
    }
  });
}

Deno.test("history gives a message with the time, msgid and tags that it had", async () => {
  // "The `msgid` tag that identifies each individual message in a response MUST be the `msgid` tag as originally sent by
  // the IRC server."
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", ...ALL, "account-tag"]);
  ann.send("@+draft/reply=1 PRIVMSG #lobby :hi there", "NOTICE #lobby ho");
  const live = await ann.messages();
  node.pass(1000);
  ann.send("CHATHISTORY LATEST #lobby * 10");
  const replayed = (await ann.messages()).slice(1, -1);
  assertEquals(replayed.map(({ command, params, source }) => ({ command, params, source })), [
    { command: "PRIVMSG", params: ["#lobby", "hi there"], source: live[0]!.source },
    { command: "NOTICE", params: ["#lobby", "ho"], source: live[1]!.source },
  ]);
  const without = ({ tags }: Message) => [...tags!].filter(([key]) => key !== "batch").sort();
  assertEquals(replayed.map(without), live.map(without));
});

Deno.test("a client without batch and server-time gets the same messages bare", async () => {
  // "Servers SHOULD NOT enforce that clients support all related capabilities before using the `chathistory` extension."
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", "draft/chathistory"]);
  ann.send("PRIVMSG #lobby hi", "CHATHISTORY LATEST #lobby * 10");
  await ann.expectAll(":ann!* PRIVMSG #lobby hi");
});

Deno.test("events are in history for those who asked for event-playback, and only for them", async () => {
  // "If the client has not negotiated the `draft/event-playback` capability, the server MUST NOT send any lines other than
  // `PRIVMSG` and `NOTICE` in the reply batch" "If the client has negotiated `draft/event-playback`, the server SHOULD send
  // additional lines relevant to the chat history, including but not limited to `TAGMSG`, `JOIN`, `PART`, `QUIT`, `MODE`,
  // `TOPIC`, and `NICK`."
  await using node = new Node();
  const [ann, ben] = await inLobby(node, ["ann", ...ALL, "draft/event-playback"], ["ben", ...ALL]);
  const [cid] = await inLobby(node, "cid");
  cid.send("JOIN #other", "NICK Cid2", "PRIVMSG #lobby bye", "QUIT :gone");
  await cid.expectEnd("ERROR *");
  ann.send("TOPIC #lobby :new", "MODE #lobby +m", "KICK #lobby ben");
  const topic = (await ann.messages()).find(({ command }) => command === "TOPIC");
  ann.send("CHATHISTORY LATEST #lobby * 20");
  const replayed = (await ann.messages()).slice(1, -1);
  assertEquals(
    replayed.map(({ command }) => command),
    ["JOIN", "JOIN", "JOIN", "NICK", "PRIVMSG", "QUIT", "TOPIC", "MODE", "KICK"],
  );
  assertEquals(replayed[0]!.params, ["#lobby"]);
  assertEquals(tag(replayed[6]!, "msgid"), tag(topic!, "msgid"));
  // Who was in several channels left them all at once; history has it in each.
  assertEquals(node.hub.store.history("#other", { limit: 9, events: true }).map(({ message }) => message.command), [
    "JOIN",
    "NICK",
    "QUIT",
  ]);
  ben.send("JOIN #lobby");
  await ben.sync();
  assertEquals(await ask(ben, "LATEST", "#lobby", "* 20"), ["bye"]);
});

Deno.test("direct messages are there for both, by any spelling of the other's nick", async () => {
  // "the server SHOULD include history sent between the current user and the target nickname, including outgoing messages"
  await using node = new Node();
  const [ann, ben] = [await node.client("ann", ...ALL), await node.client("Ben", ...ALL)];
  for (let n = 0; n < 4; n++) {
    (n % 2 === 0 ? ann : ben).send(`PRIVMSG ${n % 2 === 0 ? "Ben" : "ann"} m${n}`);
    await ann.sync();
    await ben.sync();
  }
  assertEquals(await ask(ann, "LATEST", "BEN", "* 10"), all.slice(0, 4));
  assertEquals(await ask(ben, "LATEST", "ann", "* 10"), all.slice(0, 4));
  assertEquals(await ask(ann, "LATEST", "ann", "* 10"), []);
});

Deno.test("direct messages are found after a change of nick, of either side", async () => {
  // "The server SHOULD attempt to include history involving other nicknames if either the current user or the target
  // nickname has changed during the requested timeframe."
  await using node = new Node();
  const [ann, ben] = [await node.client("ann", ...ALL), await node.client("ben", ...ALL)];
  ann.send("PRIVMSG ben m0", "NICK Anna");
  await ann.sync();
  ben.send("NICK Benno");
  await ben.sync();
  assertEquals(await ask(ann, "LATEST", "Benno", "* 10"), ["m0"]);
  assertEquals(await ask(ben, "LATEST", "anna", "* 10"), ["m0"]);
  ann.send("CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2099-01-01T00:00:00.000Z 10");
  assertEquals((await ann.messages()).slice(1, -1).map(({ params }) => params[1]), ["Benno"]);
});

Deno.test("an account finds what guests wrote to it after they are gone", async () => {
  await using node = new Node();
  const ann = await registered(node, "ann", ...ALL);
  const ben = await node.client("Ben");
  ben.send("PRIVMSG ann m0", "QUIT");
  await ben.expectEnd("ERROR *");
  await ann.sync();
  assertEquals(await ask(ann, "LATEST", "ben", "* 10"), ["m0"]);
  ann.send("CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2099-01-01T00:00:00.000Z 10");
  assertEquals((await ann.messages()).slice(1, -1).map(({ params }) => params[1]), ["Ben"]);
});

Deno.test("notes to oneself are in history once each", async () => {
  await using node = new Node();
  const ann = await node.client("ann", ...ALL);
  ann.send("PRIVMSG ann m0", "PRIVMSG ann m1");
  await ann.sync();
  assertEquals(await ask(ann, "LATEST", "ann", "* 10"), ["m0", "m1"]);
});

Deno.test("a target that is not there or not open to the asker is refused the same way", async () => {
  // "If the target does not exist or the client does not have permissions to query it, the `INVALID_TARGET` error code
  // SHOULD be returned"
  await using node = new Node();
  await inLobby(node, "ann");
  const ben = await node.client("ben", ...ALL);
  ben.send("CHATHISTORY LATEST #nosuch * 10", "CHATHISTORY latest #lobby * 10", "CHATHISTORY BEFORE nobody msgid=a 10");
  await ben.expectAll(
    "@time=* :irc.test FAIL CHATHISTORY INVALID_TARGET LATEST #nosuch :You cannot read the history of that",
    "@time=* :irc.test FAIL CHATHISTORY INVALID_TARGET latest #lobby :You cannot read the history of that",
    "@time=* :irc.test FAIL CHATHISTORY INVALID_TARGET BEFORE nobody :You cannot read the history of that",
  );
});

Deno.test("a request that cannot be read is refused with its code", async () => {
  // "If the server receives a syntactically invalid `CHATHISTORY` command, e.g., an unknown subcommand, missing parameters,
  // excess parameters, or parameters that cannot be parsed, the `INVALID_PARAMS` error code SHOULD be returned" "If a client
  // used a reference type (`timestamp=` or `msgid=`) the server does not support, the `INVALID_MSGREFTYPE` error code SHOULD
  // be returned"
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", "draft/chathistory"]);
  const cases: [request: string, failure: string][] = [
    ["", "INVALID_PARAMS * :Unknown command"],
    ["NEWEST #lobby * 10", "INVALID_PARAMS NEWEST :Unknown command"],
    ["LATEST #lobby 10", "INVALID_PARAMS LATEST :*"],
    ["LATEST #lobby * 10 10", "INVALID_PARAMS LATEST :*"],
    ["BETWEEN #lobby timestamp=2019-01-04T14:33:26.123Z 10", "INVALID_PARAMS BETWEEN :*"],
    ["BEFORE #lobby timestamp=yesterday 10", "INVALID_PARAMS BEFORE timestamp=yesterday :*"],
    ["BEFORE #lobby msgid=ÄÖ 10", "INVALID_PARAMS BEFORE msgid=ÄÖ :*"],
    ["BEFORE #lobby * 10", "INVALID_MSGREFTYPE BEFORE #lobby * :*"],
    ["BEFORE #lobby id=7 10", "INVALID_MSGREFTYPE BEFORE #lobby id=7 :*"],
    ["LATEST #lobby * ten", "INVALID_PARAMS LATEST ten :*"],
    ["LATEST #lobby * 0", "INVALID_PARAMS LATEST 0 :*"],
    ["LATEST #lobby * -1", "INVALID_PARAMS LATEST -1 :*"],
    ["TARGETS msgid=a msgid=b 10", "INVALID_PARAMS TARGETS :*"],
    ["TARGETS timestamp=2019-01-04T14:33:26.123Z 10", "INVALID_PARAMS TARGETS :*"],
  ];
  for (const [request, failure] of cases) {
    ann.send(`CHATHISTORY ${request}`);
    await ann.expectAll(`:irc.test FAIL CHATHISTORY ${failure}`);
  }
  assertEquals(node.log, []);
});

Deno.test("nobody gets more at once than the server says", async () => {
  // "`CHATHISTORY` MUST be sent to the client to state the maximum number of messages a client can request in a single
  // command" "`MSGREFTYPES` SHOULD be sent"
  await using node = new Node({ limits: { historyPage: 3 } });
  const [ann] = await inLobby(node, ["ann", ...ALL]);
  await sayTen(node, ann, "#lobby");
  assertEquals(await ask(ann, "LATEST", "#lobby", "* 999999999"), ["m7", "m8", "m9"]);
  ann.send("VERSION");
  const tokens = (await ann.messages()).flatMap(({ params }) => params);
  assert(tokens.includes("CHATHISTORY=3") && tokens.includes("MSGREFTYPES=timestamp,msgid"));
});

Deno.test("an answer never fills what may wait for its client", async () => {
  await using node = new Node({ limits: { sendq: 40_000 } });
  const [ann] = await inLobby(node, ["ann", ...ALL]);
  const ids: string[] = [];
  for (let n = 0; n < 50; n++) {
    ann.send(`@+x=${"y".repeat(2000)} PRIVMSG #lobby ${n}`);
    const [echo] = await ann.messages();
    ids.push(tag(echo!, "msgid")!);
  }
  assertEquals(await ask(ann, "LATEST", "#lobby", "* 50"), ["48", "49"]);
  assertEquals(await ask(ann, "AFTER", "#lobby", "timestamp=2020-01-01T00:00:00.000Z 50"), ["0", "1"]);
  // What is asked for is in it, whatever is around it.
  assertEquals(await ask(ann, "AROUND", "#lobby", `msgid=${ids[20]} 50`), ["19", "20"]);
});

const EVER = "timestamp=2020-01-01T00:00:00.000Z timestamp=2262-01-01T00:00:00.000Z";

/** Asks for targets and gives them with the time of day of their latest message. */
async function targets(client: TestClient, rest: string): Promise<string[]> {
  client.send(`CHATHISTORY TARGETS ${rest}`);
  const [start, ...more] = await client.messages();
  assertEquals(start!.params.slice(1), ["draft/chathistory-targets"]);
  assertEquals(more.pop()!.params, [`-${start!.params[0]!.slice(1)}`]);
  assert(more.every(({ command, params }) => command === "CHATHISTORY" && params[0] === "TARGETS"));
  return more.map(({ params }) => `${params[1]} ${params[2]!.slice(17, 23)}`);
}

for (const disk of [false, true]) {
  Deno.test(`TARGETS lists conversations by their latest message, ${disk ? "on disk" : "in memory"}`, async () => {
    // "it lists channels the user has visible history in, together with users with which the user has exchanged direct
    // messages, ordered by the time of the latest message" "The parameters have the same semantics as `BETWEEN`"
    const folder = disk ? await Deno.makeTempDir() : undefined;
    {
      await using node = new Node(folder === undefined ? {} : { store: new SqliteStore(folder, { slice: 1 }) });
      const ann = await registered(node, "ann", ...ALL);
      const others = [await registered(node, "Ben"), await node.client("Cid")];
      ann.send("JOIN #One,#two,#silent");
      await ann.sync();
      for (const target of ["#one", "ben", "#two", "cid"]) {
        node.now += 1000;
        ann.send(`PRIVMSG ${target} :hi`);
        await ann.sync();
      }
      node.now += 1000;
      ann.send("TOPIC #one :an event is no message", "@+draft/react=x TAGMSG Ben");
      await ann.sync();
      if (disk) { while (node.hub.store.maintain(100)); }
      assertEquals(await targets(ann, `${EVER} 10`), ["#One 01.000", "Ben 02.000", "#two 03.000", "Cid 04.000"]);
      assertEquals(await targets(ann, `${EVER} 2`), ["#One 01.000", "Ben 02.000"]);
      const [low, high] = EVER.split(" ");
      assertEquals(await targets(ann, `${high} ${low} 2`), ["#two 03.000", "Cid 04.000"]);
      const at = (second: number) => `timestamp=2026-01-01T12:00:0${second}.000Z`;
      assertEquals(await targets(ann, `${at(1)} ${at(4)} 10`), ["Ben 02.000", "#two 03.000"]);
      assertEquals(await targets(ann, `${at(4)} ${high} 10`), []);
      for (const other of others) await other.sync();
    }
    if (folder !== undefined) await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("who cannot ask is shown the last messages at JOIN, with their times, after the names", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", ...ALL]);
  ann.send("PRIVMSG #lobby m0", "TOPIC #lobby t");
  await ann.sync();
  node.pass(60_000);
  const ben = await node.client("ben", "server-time");
  ben.send("JOIN #lobby");
  const lines = await ben.sync();
  assertEquals(lines.at(-1)!.replace(/@\S*hidden/, ""), "@time=2026-01-01T12:00:00.000Z :ann!~ann PRIVMSG #lobby m0");
  assert(lines.at(-2)!.includes(" 366 "));
  const cid = await node.client("cid", "server-time", "batch");
  cid.send("JOIN #lobby");
  const batched = (await cid.messages()).slice(-3);
  assertEquals(batched.map(({ command, params }) => [command, params[1]]), [
    ["BATCH", "chathistory"],
    ["PRIVMSG", "m0"],
    ["BATCH", undefined],
  ]);
});

Deno.test("who has no server-time is shown the time in the text", async () => {
  await using node = new Node();
  const [ann] = await inLobby(node, ["ann", "draft/multiline", "batch"]);
  const long = "word ".repeat(90).trim();
  ann.send(
    "PRIVMSG #lobby m0",
    "PRIVMSG #lobby :\x01ACTION waves\x01",
    "PRIVMSG #lobby :\x01VERSION\x01",
    `NOTICE #lobby :${long}`,
  );
  ann.send("BATCH +1 draft/multiline #lobby", "@batch=1 PRIVMSG #lobby one", "@batch=1 PRIVMSG #lobby two", "BATCH -1");
  await ann.sync();
  const ben = await node.client("ben");
  ben.send("JOIN #lobby");
  const lines = (await ben.sync()).slice(3);
  const time = new Date(Date.UTC(2026, 0, 1, 12)).toTimeString().slice(0, 5);
  const shown = lines.map((line) => line.replace(/^:ann!~ann@\S*hidden /, ""));
  assertEquals(shown.map((line) => line.slice(0, 35)), [
    `PRIVMSG #lobby :[${time}] m0`,
    `PRIVMSG #lobby :\x01ACTION [${time}] waves\x01`.slice(0, 35),
    `NOTICE #lobby :[${time}] word word wo`,
    shown[3]!.slice(0, 35),
    `PRIVMSG #lobby :[${time}] one`,
    `PRIVMSG #lobby :[${time}] two`,
  ]);
  const parts = lines.slice(2, 4).map((line) => line.slice(line.indexOf("] ") + 2));
  assertEquals(parts.join(""), long);
  assert(lines.every((line) => line.length <= 510));
});

Deno.test("who can ask is shown nothing at JOIN", async () => {
  // "if a client requests this capability, the server (or bouncer) SHOULD NOT play back any history that would otherwise be
  // sent automatically"
  await using node = new Node();
  const [ann] = await inLobby(node, "ann");
  ann.send("PRIVMSG #lobby m0");
  await ann.sync();
  const ben = await node.client("ben", ...ALL);
  ben.send("JOIN #lobby");
  assertEquals((await ben.messages()).map(({ command }) => command), ["JOIN", "353", "366"]);
});

Deno.test("the capabilities are offered, and history may be had by who signs in later", async () => {
  await using node = new Node();
  const ann = await registered(node, "ann");
  ann.send("JOIN #lobby", "PRIVMSG #lobby m0", "CAP LS 302");
  const offered = (await ann.messages()).flatMap(({ params }) => params.at(-1)!.split(" "));
  for (const name of ["draft/chathistory", "draft/event-playback", "soju.im/search"]) assert(offered.includes(name));
  const again = await signedIn(node, "ann", { capabilities: ALL });
  assertEquals(await ask(again, "LATEST", "#lobby", "* 10"), ["m0"]);
});
