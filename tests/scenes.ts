/** What many tests begin with. */

import type { Node, TestClient } from "./harness.ts";

/** All go into a channel, one after the other, and what they saw of that is read. */
export async function gather(channel: string, ...clients: TestClient[]): Promise<void> {
  for (const client of clients) {
    client.send(`JOIN ${channel}`);
    await client.sync();
  }
  for (const client of clients) await client.sync();
}

/** Everything that waits is read. */
export async function calm(...clients: TestClient[]): Promise<void> {
  for (const client of clients) await client.sync();
}

/** Commands of what comes until the fence, in order. */
export async function commands(client: TestClient): Promise<string[]> {
  return (await client.messages()).map(({ command }) => command);
}

/** A user counts as signed in to an account. */
export function signIn(node: Node, nick: string, account: string): void {
  node.hub.users.get(nick)!.signIn({ name: account, identity: account });
}
