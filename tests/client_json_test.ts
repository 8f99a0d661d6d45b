// What --json prints, held against what docs/json.schema.json and docs/json.md promise.

import { assert, assertEquals } from "@std/assert";
import { jsonEvent } from "../client/json_event.ts";
import { Session, type SessionEvent } from "../client/session.ts";
import schema from "../docs/json.schema.json" with { type: "json" };

/** A scene in which everything happens that there is an object for. */
const SCENE = [
  ":irc 001 ann :Welcome",
  ":ann!a@h JOIN #lobby",
  "@msgid=m1;account=ben;+reply=m0 :ben!b@h PRIVMSG #lobby :hi",
  ":ben!b@h PRIVMSG ann :psst",
  "@+draft/react=👍;+reply=m1 :ben!b@h TAGMSG #lobby",
  ":ben!b@h REDACT #lobby m1 :oops",
  ":ben!b@h JOIN #lobby",
  ":ben!b@h PART #lobby :bye",
  ":carl!c@h JOIN #lobby",
  ":ann!a@h KICK #lobby carl :out",
  ":dora!d@h JOIN #lobby",
  ":dora!d@h NICK theodora",
  ":theodora!d@h QUIT :bye",
  ":ann!a@h TOPIC #lobby :tea",
  ":ann!a@h MODE #lobby +i",
  ":irc 482 ann #lobby :no",
];

function objectsOf(lines: readonly string[]) {
  const events: SessionEvent[] = [{ type: "accepted", ref: 1 }];
  const session: Session = new Session({ nick: "ann", send: () => {}, emit: (event) => events.push(event) });
  for (const line of lines) session.receive(line);
  return events.map((event) => jsonEvent(event, session)).filter((object) => object !== undefined);
}

Deno.test("every object that --json prints is one of the schema, with the fields that it requires and no others", () => {
  const types = new Set<string>();
  for (const object of objectsOf(SCENE)) {
    const found = schema.anyOf.find((candidate) => candidate.properties.type.const === object.type);
    assert(found !== undefined, `no schema for ${object.type}`);
    for (const field of found.required) assert(field in object, `${object.type} lacks ${field}`);
    for (const field of Object.keys(object)) {
      assert(field in found.properties, `${object.type} has an unknown ${field}`);
    }
    types.add(object.type);
  }
  assertEquals([...types].sort(), schema.anyOf.map((candidate) => candidate.properties.type.const).sort());
});

Deno.test("docs/json.md names every type and field of the schema", async () => {
  const text = await Deno.readTextFile(new URL("../docs/json.md", import.meta.url));
  for (const { properties } of schema.anyOf) {
    const row = text.split("\n").find((line) => line.startsWith(`| \`${properties.type.const}\``));
    assert(row !== undefined, `no row for ${properties.type.const}`);
    for (const field of Object.keys(properties)) {
      assert(row.includes(`\`${field}\``) || field === "type", `${row} lacks ${field}`);
    }
  }
});
