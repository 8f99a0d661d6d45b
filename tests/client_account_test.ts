// Our client's session with our server: an account is made, and the next time it signs in by itself.

import { Session, type SessionEvent, type SessionOptions } from "../client/session.ts";
import { assertEquals, Node } from "./harness.ts";
import { PASSWORD } from "./sign_in.ts";

/** A session on a node, which hears the server until `event`. */
function seat(node: Node, options: Partial<SessionOptions> & { nick: string }) {
  const wire = node.connect();
  const events: SessionEvent[] = [];
  const session = new Session({ send: (line) => wire.send(line), emit: (event) => events.push(event), ...options });
  session.start();
  return {
    session,
    async until(type: SessionEvent["type"]): Promise<SessionEvent> {
      for (;;) {
        const at = events.findIndex((event) => event.type === type);
        if (at >= 0) return events.splice(0, at + 1).at(-1)!;
        const line = await wire.line();
        if (line === undefined) throw new Error(`the server hung up before ${type}`);
        session.receive(line);
      }
    },
  };
}

Deno.test("our client makes an account, and signs in to it the next time, by SCRAM", async () => {
  await using node = new Node();
  const first = seat(node, { nick: "ann" });
  await first.until("registered");
  first.session.command("REGISTER", "ann", "*", PASSWORD);
  await first.until("account");
  assertEquals([first.session.account, node.hub.users.get("ann")!.account], ["ann", "ann"]);
  const second = seat(node, { nick: "ann", credentials: { account: "ann", password: PASSWORD } });
  await second.until("registered");
  assertEquals([second.session.nick, node.hub.users.get("ann")!.clients.length], ["ann", 2]);
});

Deno.test("our client with a password that is wrong comes in under another nick, and is told", async () => {
  await using node = new Node();
  const first = seat(node, { nick: "ann" });
  await first.until("registered");
  first.session.command("REGISTER", "ann", "*", PASSWORD);
  await first.until("account");
  const second = seat(node, { nick: "ann", credentials: { account: "ann", password: "wrong horse" } });
  await second.until("loginFailed");
  await second.until("registered");
  assertEquals(second.session.nick, "ann_");
});

Deno.test("a password with characters that no keyboard shows signs in by SCRAM as by PLAIN", async () => {
  await using node = new Node();
  const password = "correct\u00adhorse\u200b \uff21bc";
  const first = seat(node, { nick: "ann" });
  await first.until("registered");
  first.session.command("REGISTER", "ann", "*", password);
  await first.until("account");
  const second = seat(node, { nick: "ann", credentials: { account: "ann", password } });
  await second.until("registered");
  assertEquals([second.session.nick, second.session.account], ["ann", "ann"]);
});
