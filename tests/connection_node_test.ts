// A wire over a socket of Node's kind: what is asked of the runtime below it, and of which runtime.

import { assertEquals } from "@std/assert";
import { nodeWire } from "../protocol/connection_node.ts";

/** A socket of a runtime whose TLS sockets have a handle of this class; notes what its tap is asked. */
function socketOf(kind: "TLSWrap" | "TCP") {
  const asked: string[] = [];
  const listeners = new Map<string, (error: Error) => void>();
  const waiting: Uint8Array[] = [];
  const tap = { readStart: () => asked.push("start"), readStop: () => asked.push("stop") };
  const Handle = { TLSWrap: class TLSWrap {}, TCP: class TCP {} }[kind];
  const socket = {
    _handle: Object.assign(new Handle(), { _parent: tap }),
    destroyed: false,
    writableLength: 0,
    on: (event: string, listener: (error: Error) => void) => void listeners.set(event, listener),
    read: () => waiting.shift() ?? null,
    write: () => true,
    end: () => {},
    destroy: () => {},
  };
  const arrive = (text: string) => {
    waiting.push(new TextEncoder().encode(text));
    listeners.get("readable")!(new Error());
  };
  return { socket, asked, arrive };
}

Deno.test("bytes are let in only while somebody waits, and only where the runtime does not see to that itself", async () => {
  for (const [kind, expected] of [["TLSWrap", ["stop", "start", "stop"]], ["TCP", []]] as const) {
    const { socket, asked, arrive } = socketOf(kind);
    const wire = nodeWire(socket);
    const buffer = new Uint8Array(16);
    const reading = wire.read(buffer);
    arrive("hello");
    assertEquals(new TextDecoder().decode(buffer.subarray(0, await reading ?? 0)), "hello");
    assertEquals(asked, [...expected], kind);
  }
});
