// What stands between bytes and lines.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LineLimiter } from "../protocol/line_limiter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** The lines that come out of pieces. */
function lines(limiter: LineLimiter, ...pieces: (string | number[])[]): string[] {
  const text = pieces.map((piece) => limiter.push(typeof piece === "string" ? bytes(piece) : new Uint8Array(piece)))
    .join("");
  assert(text === "" || text.endsWith("\n"));
  return text.split(/\r?\n/).slice(0, -1);
}

Deno.test("CR, LF and CRLF end a line, however the bytes are cut", () => {
  const text = "a\r\nb\nc\rd\r\n\r\n\n\re\r";
  const expected = ["a", "b", "c", "d", "", "", "", "e"];
  assertEquals(lines(new LineLimiter(100), text), expected);
  assertEquals(lines(new LineLimiter(100), ...text), expected);
});

Deno.test("a line without an end never comes out", () => {
  const limiter = new LineLimiter(100);
  assertEquals(lines(limiter, "QUIT"), []);
  assertEquals(limiter.held, 4);
});

Deno.test("a line at the limit comes out whole, and of a longer one a byte more than the limit", () => {
  for (
    const pieces of [["1234567890\n12345678901\n123456789012\nx\n"], [..."1234567890\n12345678901\n123456789012\nx\n"]]
  ) {
    assertEquals(lines(new LineLimiter(10), ...pieces), ["1234567890", "12345678901", "12345678901", "x"]);
  }
});

Deno.test("what is held never passes the limit by more than a byte, whatever comes", () => {
  const limiter = new LineLimiter(4606);
  const chunk = new Uint8Array(16 * 1024).fill(0x61);
  for (let n = 0; n < 4096; n++) {
    assertEquals(limiter.push(chunk), "");
    assertEquals(limiter.held, 4607);
  }
  assertEquals(lines(limiter, "\nNICK ann\n")[1], "NICK ann");
});

Deno.test("a line that is not UTF-8 is marked, and its neighbours are not", () => {
  const [before, broken, after] = lines(new LineLimiter(100), "ok\n", [0x63, 0xe9, 0x0a], "明\n") as [
    string,
    string,
    string,
  ];
  assertEquals([before, after], ["ok", "明"]);
  assert(!broken.isWellFormed() && broken.startsWith("c\ufffd"));
});

Deno.test("surrogates and overlong forms are not UTF-8", () => {
  for (const bad of [[0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe6, 0x98], [0x80]]) {
    assert(!lines(new LineLimiter(100), [...bad, 0x0a])[0]!.isWellFormed(), `${bad}`);
  }
});

Deno.test("telnet's negotiation is taken out, and text that is broken besides stays marked", () => {
  const IAC = 255;
  const line = [IAC, 251, 1, 0x61, IAC, 250, 31, 0, 80, IAC, 240, 0x62, IAC, 241, 0x63, IAC, IAC, 0x0a];
  assertEquals(lines(new LineLimiter(100), line), ["abc"]);
  assert(!lines(new LineLimiter(100), [IAC, 241, 0xe9, 0x0a])[0]!.isWellFormed());
  assertEquals(lines(new LineLimiter(100), [IAC, 250, 1, 2, 3, 0x0a], [IAC, 0x0a], [IAC, 251, 0x0a]), ["", "", ""]);
});

Deno.test("a line that is much too long is noticed before its end, and at its end, however it is cut", () => {
  const long = "a".repeat(16_385);
  for (
    const pieces of [[long], [long + "\n"], ["x\n" + long], [...long.slice(0, 400).repeat(41)], [long.slice(1), "aa\n"]]
  ) {
    const limiter = new LineLimiter(512, 16_384);
    lines(limiter, ...pieces);
    assert(limiter.overrun);
  }
  for (
    const pieces of [
      [long.slice(1)],
      [long.slice(1), "\n", long.slice(1), "\n"],
      Array(40).fill("a".repeat(4000) + "\n"),
    ]
  ) {
    const limiter = new LineLimiter(512, 16_384);
    lines(limiter, ...pieces);
    assert(!limiter.overrun);
  }
});

Deno.test("the same lines come out, however the bytes are cut", () => {
  const piece = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => [...bytes(text)]),
    fc.constantFrom([13], [10], [13, 10], [0], [255, 251, 1], [0xe9], [0xe6, 0x98]),
    fc.uint8Array({ maxLength: 10 }).map((random) => [...random]),
  );
  fc.assert(fc.property(fc.array(piece), fc.array(fc.nat({ max: 12 })), (pieces, cuts) => {
    const all = pieces.flat();
    const whole = lines(new LineLimiter(30), all);
    const cut: number[][] = [];
    let at = 0;
    for (const length of cuts) cut.push(all.slice(at, at += length));
    assertEquals(lines(new LineLimiter(30), ...cut, all.slice(at)), whole);
  }));
});
