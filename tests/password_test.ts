// Passwords and SCRAM, with the vectors of their specifications.

import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  hashPassword,
  MAX_PASSWORD_BYTES,
  MAX_WAITING_HASHES,
  needsRehash,
  passwordProblem,
  verifyPassword,
} from "../server/password.ts";
import { pretendedKeys, readClientFirst, SCRAM_ITERATIONS, scramKeys } from "../server/scram.ts";

const CHEAP = { logN: 4, r: 8, p: 1 };

Deno.test("hashPassword() makes a PHC string that only the password fits", async () => {
  const hash = await hashPassword("小明的密码", CHEAP);
  assertMatch(hash, /^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert(await verifyPassword("小明的密码", hash));
  assertFalse(await verifyPassword("小明的密", hash));
  assertFalse(await verifyPassword("", hash));
});

Deno.test("hashPassword() makes another hash of the same password each time", async () => {
  assertNotEquals(await hashPassword("correct horse", CHEAP), await hashPassword("correct horse", CHEAP));
});

// The third vector of https://datatracker.ietf.org/doc/html/rfc7914#section-12 has 64 bytes; a key of 32 is their beginning.
Deno.test("verifyPassword() computes scrypt as its specification says", async () => {
  const key = "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI";
  const salt = btoa("SodiumChloride").replaceAll("=", "");
  assert(await verifyPassword("pleaseletmein", `$scrypt$ln=14,r=8,p=1$${salt}$${key}`));
});

Deno.test("a password counts the same however its characters are composed", async () => {
  const hash = await hashPassword("Cafe\u0301 noir\u200b", CHEAP);
  assert(await verifyPassword("Café\u00a0noir", hash));
});

Deno.test("verifyPassword() says no when there is no hash, and refuses what is no hash", async () => {
  assertFalse(await verifyPassword("correct horse", undefined));
  await assertRejects(() => verifyPassword("correct horse", "correct horse"), SyntaxError);
});

Deno.test("verifyPassword() says no to what is longer than a password may be", async () => {
  const long = "x".repeat(MAX_PASSWORD_BYTES + 1);
  assertFalse(await verifyPassword(long, await hashPassword(long, CHEAP)));
});

Deno.test("needsRehash() is true when more is asked for today", async () => {
  const hash = await hashPassword("correct horse", CHEAP);
  assert(needsRehash(hash));
  assertFalse(needsRehash(hash, CHEAP));
});

Deno.test("passwordProblem() says what is wrong", () => {
  assertEquals(passwordProblem("sesame"), undefined);
  assertEquals(passwordProblem("密码密码密码"), undefined);
  assertMatch(passwordProblem("short")!, /at least/);
  assertMatch(passwordProblem("密".repeat(101))!, /at most/);
  assertMatch(passwordProblem("with\0nul")!, /control/);
});

Deno.test("hashes wait in line, and the line has an end", async () => {
  const hashes = Array.from({ length: MAX_WAITING_HASHES * 2 }, () => hashPassword("correct horse", CHEAP));
  const results = await Promise.allSettled(hashes);
  const refused = results.filter(({ status }) => status === "rejected");
  assert(refused.length > 0 && refused.length <= MAX_WAITING_HASHES);
  await hashPassword("and then it goes on", CHEAP);
});

// https://datatracker.ietf.org/doc/html/rfc7677#section-3
const VECTOR = {
  password: "pencil",
  first: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
  serverNonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
  salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
  challenge: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  final: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  reply: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
};

function vectorKeys(password = VECTOR.password) {
  const salt = Uint8Array.from(atob(VECTOR.salt), (c) => c.charCodeAt(0));
  return scramKeys(password, { iterations: 4096, salt });
}

Deno.test("SCRAM-SHA-256 says what the example of its specification says", async () => {
  const first = readClientFirst(VECTOR.first);
  assertEquals(first.username, "user");
  const exchange = first.begin(await vectorKeys(), VECTOR.serverNonce);
  assertEquals(exchange.challenge, VECTOR.challenge);
  assertEquals(exchange.finish(VECTOR.final), { reply: VECTOR.reply, proved: true });
});

Deno.test("SCRAM refuses a wrong password, nonce or binding", async () => {
  const { first, serverNonce, final } = VECTOR;
  const refusal = (keys: Awaited<ReturnType<typeof scramKeys>>, message: string) =>
    readClientFirst(first).begin(keys, serverNonce).finish(message);
  assertEquals(refusal(await vectorKeys("pencils"), final), { reply: "e=invalid-proof", proved: false });
  const keys = await vectorKeys();
  assertEquals(refusal(keys, final.replace("r=rOp", "r=sOp")), { reply: "e=other-error", proved: false });
  assertEquals(refusal(keys, final.replace("c=biws", "c=eSws")).reply, "e=channel-bindings-dont-match");
  assertEquals(refusal(keys, final.replace(/p=.*/, "p=AAAA")), { reply: "e=invalid-proof", proved: false });
  assertThrows(() => refusal(keys, "c=biws"), SyntaxError);
});

Deno.test("SCRAM reads names with comma and equals sign, and another's name", () => {
  const first = readClientFirst("y,a=ben,n=a=2Cb=3Dc,r=abc");
  assertEquals([first.username, first.authzid], ["a,b=c", "ben"]);
});

for (
  const message of [
    "",
    "n,,n=,r=abc",
    "n,,n=a=b,r=abc",
    "n,,m=x,n=ann,r=abc",
    "p=tls-unique,,n=ann,r=abc",
    "n,,n=ann,r=a b",
  ]
) {
  Deno.test(`SCRAM refuses ${message || "nothing"} as a first message`, () => {
    assertThrows(() => readClientFirst(message), SyntaxError);
  });
}

Deno.test("SCRAM gives a name without account keys that stay the same and look like the others", () => {
  const keys = pretendedKeys("nobody", "secret");
  assertEquals(keys, pretendedKeys("nobody", "secret"));
  assertNotEquals(keys.salt, pretendedKeys("somebody", "secret").salt);
  assertNotEquals(keys.salt, pretendedKeys("nobody", "another secret").salt);
  assertEquals(keys.iterations, SCRAM_ITERATIONS);
  assertEquals(atob(keys.salt).length, 16);
});
