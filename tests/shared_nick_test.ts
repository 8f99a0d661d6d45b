import { assertEquals, Node } from "./harness.ts";
import { account, registered, signedIn, signingIn } from "./sign_in.ts";

Deno.test("a second client of an account comes in under the same nick and is shown its channels", async () => {
  await using node = new Node();
  const first = await registered(node, "ann");
  first.send("JOIN #lobby", "TOPIC #lobby :tea at five", "JOIN #tea");
  await first.sync();
  const second = await signingIn(node, "ann", { capabilities: ["extended-join", "draft/read-marker"] });
  await second.expect(":irc.test 001 ann :Welcome *");
  const lines = await second.sync();
  assertEquals(
    lines.slice(lines.findIndex((line) => line.includes(" JOIN "))).map((line) => line.replace(/@\S+hidden/, "")),
    [
      ":ann!~ann JOIN #lobby ann :ann Test",
      ":irc.test 332 ann #lobby :tea at five",
      lines.find((line) => line.includes(" 333 "))!.replace(/@\S+hidden/, ""),
      ":irc.test MARKREAD #lobby *",
      ":irc.test 353 ann = #lobby @ann",
      ":irc.test 366 ann #lobby :End of NAMES list",
      ":ann!~ann JOIN #tea ann :ann Test",
      ":irc.test MARKREAD #tea *",
      ":irc.test 353 ann = #tea @ann",
      ":irc.test 366 ann #tea :End of NAMES list",
    ],
  );
  await first.expectNothing();
  assertEquals([node.hub.users.size, node.hub.clients.size], [1, 2]);
});

Deno.test("clients of one nick get what is said to it, and what the others of them say", async () => {
  await using node = new Node();
  const first = await registered(node, "ann", "message-tags");
  const second = await signedIn(node, "ann", { capabilities: ["message-tags", "draft/read-marker"] });
  const ben = await node.client("ben");
  for (const client of [first, ben]) {
    client.send("JOIN #lobby");
    await client.sync();
  }
  await first.sync();
  await second.sync();
  ben.send("PRIVMSG ann :hello", "PRIVMSG #lobby :hello all");
  await ben.sync();
  const heard = await first.sync();
  assertEquals(await second.sync(), heard);
  assertEquals(heard.length, 2);
  first.send("PRIVMSG ben :hi", "PRIVMSG #lobby :hi all");
  await first.expectNothing();
  await second.expectAll("@msgid=* :ann!*PRIVMSG ben hi", "@msgid=* :ann!*PRIVMSG #lobby :hi all");
  await ben.expectAll(":ann!*PRIVMSG ben hi", ":ann!*PRIVMSG #lobby :hi all");
  first.send("MARKREAD #lobby timestamp=2026-01-01T12:00:00.000Z");
  await first.sync();
  await second.expectAll(":irc.test MARKREAD #lobby timestamp=2026-01-01T12:00:00.000Z");
});

Deno.test("others see nobody leave until the last client has left", async () => {
  await using node = new Node();
  const first = await registered(node, "ann");
  const second = await signedIn(node, "ann");
  const ben = await node.client("ben");
  for (const client of [first, ben]) {
    client.send("JOIN #lobby");
    await client.sync();
  }
  ben.send("MONITOR + ann");
  await ben.sync();
  first.send("QUIT :from here");
  await first.expectEnd("ERROR :Quit: from here");
  await ben.expectNothing();
  await second.sync();
  second.send("QUIT :from there");
  await second.expectEnd("ERROR :Quit: from there");
  await ben.expectAll(":ann!*QUIT :Quit: from there", ":irc.test 731 ben ann");
});

Deno.test("so many clients share a nick, and no more", async () => {
  await using node = new Node({ limits: { clientsPerUser: 2 } });
  await registered(node, "ann");
  await signedIn(node, "ann");
  const third = await signingIn(node, "ann");
  await third.expectAll(":irc.test 433 * ann :Your account has 2 clients here already");
  third.send("NICK ann3");
  await third.expect(":irc.test 001 ann3 *");
});

Deno.test("another nick makes another user of the same account", async () => {
  await using node = new Node();
  await account(node, "ann");
  await signedIn(node, "ann");
  await signedIn(node, "anna", { account: "ann" });
  assertEquals([...node.hub.users.values()].map(({ nick, account }) => [nick, account]), [["ann", "ann"], [
    "anna",
    "ann",
  ]]);
});
