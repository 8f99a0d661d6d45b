/**
 * The scene that most tests of messages begin with: people in one channel, who have read everything so far.
 *
 * @module
 */

import type { Node, TestClient } from "./harness.ts";

/** A nick, or a nick with capabilities. */
export type Seat = string | readonly [nick: string, ...capabilities: string[]];

/** Clients in `#lobby`, the first as its operator. */
export async function inLobby<S extends readonly Seat[]>(node: Node, ...seats: S): Promise<Seated<S>> {
  const clients: TestClient[] = [];
  for (const seat of seats) {
    const [nick, ...capabilities] = typeof seat === "string" ? [seat] : seat;
    const client = await node.client(nick, ...capabilities);
    client.send("JOIN #lobby");
    await client.sync();
    clients.push(client);
  }
  for (const client of clients) await client.sync();
  return clients as Seated<S>;
}

type Seated<S extends readonly Seat[]> = { -readonly [I in keyof S]: TestClient };

/** A tag of a message that must have it. */
export function tag(message: { readonly tags?: ReadonlyMap<string, string> }, key: string): string {
  const value = message.tags?.get(key);
  if (value === undefined) throw new Error(`the message has no tag ${key}: ${JSON.stringify([...message.tags ?? []])}`);
  return value;
}
