/**
 * From the first line to being in: capabilities, logging in, a nick that is free, what the server supports.
 *
 * https://modern.ircdocs.horse/#connection-registration, https://ircv3.net/specs/extensions/capability-negotiation,
 * https://ircv3.net/specs/extensions/sasl-3.2
 *
 * @module
 */

import type { Message } from "../../protocol.ts";
import { byteLength } from "../../protocol.ts";
import { CAPABILITIES, type Capability, capabilityNamed } from "../../protocol/capability.ts";
import type { Handler, Session } from "../session.ts";
import { parseSts } from "./sts.ts";
import { commonMechanisms, fromBase64, type Mechanism, startMechanism, toBase64 } from "./scram.ts";

/** Capabilities that we use. Others are not asked for, because they would change nothing that we show. */
const WANTED: readonly Capability[] = [
  "accountNotify",
  "accountRegistration",
  "accountTag",
  "awayNotify",
  "batch",
  "capNotify",
  "channelRename",
  "chathistory",
  "chghost",
  "echoMessage",
  "eventPlayback",
  "extendedJoin",
  "inviteNotify",
  "labeledResponse",
  "messageRedaction",
  "messageTags",
  "multiPrefix",
  "multiline",
  "readMarker",
  "sasl",
  "search",
  "serverTime",
  "setname",
  "standardReplies",
  "userhostInNames",
];

/** The part of a session that is over once we are in. */
export class Registration {
  readonly #session: Session;
  #tries = 0;
  /** Ways to log in that were not tried yet. */
  #mechanisms: string[] = [];
  #mechanism: Mechanism | undefined;
  #challenge = "";
  #listing = false;
  #unanswered = 0;
  /** Whether the greeting is over. */
  greeted = false;
  /** Told apart from an earlier connection's, whose answers may still be computed. */
  #attempt = 0;
  #secure = true;
  /** Whether nothing was said of us yet. */
  #waiting = false;

  constructor(session: Session) {
    this.#session = session;
  }

  start(secure: boolean): void {
    this.stop();
    this.#tries = 0;
    this.greeted = false;
    this.#secure = secure;
    this.#waiting = true;
    this.#session.command("CAP", "LS", "302");
    if (secure) this.proceed();
  }

  /** Says who we are, once. */
  proceed(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    const { options } = this.#session;
    if (options.password !== undefined) this.#session.command("PASS", options.password);
    this.#session.command("NICK", this.#session.nick);
    this.#session.command(
      "USER",
      options.username ?? asUsername(options.nick),
      "0",
      "*",
      options.realname ?? options.nick,
    );
  }

  stop(): void {
    this.#attempt++;
    this.#waiting = false;
    this.#mechanism = undefined;
    this.#mechanisms = [];
    this.#challenge = "";
  }

  /** Handles CAP. */
  capability(subcommand: string, list: string, more: boolean): void {
    const session = this.#session;
    switch (subcommand) {
      case "LS":
        this.#learn(list);
        if (more || this.#mustEncrypt()) break;
        this.proceed();
        this.#ask(!session.registered);
        break;
      case "NEW":
        this.#learn(list);
        if (!this.#mustEncrypt()) this.#ask(false);
        break;
      case "DEL":
        for (const capability of capabilities(list)) {
          session.offered.delete(capability);
          session.enabled.delete(capability);
        }
        break;
      case "ACK":
        for (const capability of capabilities(list)) session.enabled.add(capability);
        this.#answered();
        break;
      case "NAK":
        this.#answered();
        break;
    }
  }

  /** The server wants to hear the next thing from us, as base64 in pieces of 400. */
  challenge(piece: string): void {
    if (this.#mechanism === undefined || this.#challenge.length > MAX_CHALLENGE) return;
    this.#challenge += piece === "+" ? "" : piece;
    if (piece.length === 400) return;
    const challenge = this.#challenge;
    this.#challenge = "";
    const attempt = this.#attempt;
    answer(this.#mechanism, challenge).then((text) => {
      if (attempt === this.#attempt) this.#authenticate(text);
    }, (error: unknown) => {
      if (attempt !== this.#attempt) return;
      this.#session.command("AUTHENTICATE", "*");
      this.#session.emit({ type: "loginFailed", text: error instanceof Error ? error.message : String(error) });
    });
  }

  /** Logging in has worked. */
  loggedIn(): void {
    this.#mechanism = undefined;
    this.#end();
  }

  /** One way to log in has failed: the next, or none. `known` are those that the server now says it has. */
  loginFailed(text: string): void {
    if (this.#mechanism === undefined) return;
    this.#mechanism = undefined;
    if (!/password|credential|invalid/i.test(text) && this.#tryNext()) return;
    this.#session.emit({ type: "loginFailed", text });
    this.#end();
  }

  /** Logs in, once we are in already. */
  login(): boolean {
    const { offered, enabled, credentials } = this.#session;
    if (credentials === undefined || !offered.has("sasl") || !enabled.has("sasl")) return false;
    this.#mechanisms = commonMechanisms(offered.get("sasl") ?? "");
    return this.#tryNext();
  }

  /** Our nick is taken or not allowed: another. */
  nickRefused(tried: string, reason: string, malformed: boolean): void {
    const session = this.#session;
    this.#tries++;
    const most = session.isupport.number("NICKLEN", longest(reason) ?? (malformed ? 9 : 30));
    const next = variation(session.wantedNick, this.#tries, most, malformed);
    session.emit({ type: "nickTaken", tried, next, reason });
    if (this.#tries > MAX_TRIES) return session.quit();
    session.nick = session.source = next;
    session.answer("NICK", next);
  }

  #learn(list: string): void {
    for (const word of words(list)) {
      const equals = word.indexOf("=");
      const capability = capabilityNamed(equals < 0 ? word : word.slice(0, equals));
      if (capability !== undefined) this.#session.offered.set(capability, equals < 0 ? "" : word.slice(equals + 1));
    }
  }

  // "If the client is not already connected securely to the server at the requested hostname, it MUST close the insecure
  // connection and reconnect securely on the stated port.": https://ircv3.net/specs/extensions/sts#the-port-key
  /** Tells what the server wants of TLS. Returns whether this connection must not be used any more. */
  #mustEncrypt(): boolean {
    const { port, duration } = parseSts(this.#session.offered.get("sts") ?? "");
    if (this.#secure && duration !== undefined) this.#session.emit({ type: "sts", duration });
    if (this.#secure || port === undefined) return false;
    this.#waiting = false;
    this.#session.emit({ type: "sts", port });
    return true;
  }

  #ask(listing: boolean): void {
    const { offered, enabled, credentials } = this.#session;
    const wanted = WANTED.filter((name) =>
      offered.has(name) && !enabled.has(name) && (name !== "sasl" || credentials !== undefined || !listing)
    );
    this.#listing = listing;
    if (wanted.length > 0) this.#request(wanted);
    else if (listing) this.#end();
  }

  // A request is refused or granted as a whole, so a long list goes in lines of their own that each fit.
  #request(wanted: readonly Capability[]): void {
    const names = wanted.map((capability) => CAPABILITIES[capability].name);
    this.#unanswered = 0;
    for (let from = 0; from < names.length; from += 15) {
      this.#unanswered++;
      this.#session.command("CAP", "REQ", names.slice(from, from + 15).join(" "));
    }
  }

  #answered(): void {
    if (this.#unanswered > 0 && --this.#unanswered > 0) return;
    if (!this.#listing) return;
    if (!this.login()) this.#end();
  }

  #tryNext(): boolean {
    const name = this.#mechanisms.shift();
    const { credentials } = this.#session;
    if (name === undefined || credentials === undefined) return false;
    this.#mechanism = startMechanism(name, credentials);
    this.#session.command("AUTHENTICATE", name);
    return true;
  }

  // "then split to 400-byte chunks, and each chunk is sent as a separate `AUTHENTICATE` command. ... If the last chunk was
  // exactly 400 bytes long, it must also be followed by `AUTHENTICATE +` to signal end of response.":
  // https://ircv3.net/specs/extensions/sasl-3.1#the-authenticate-command
  #authenticate(text: string): void {
    const encoded = toBase64(new TextEncoder().encode(text));
    for (let from = 0; from < encoded.length; from += 400) {
      this.#session.command("AUTHENTICATE", encoded.slice(from, from + 400));
    }
    if (encoded.length % 400 === 0) this.#session.command("AUTHENTICATE", "+");
  }

  #end(): void {
    if (!this.#listing) return;
    this.#listing = false;
    this.#session.command("CAP", "END");
  }
}

/** ngIRCd says how long a nick may be only in its refusal. */
function longest(reason: string): number | undefined {
  const [, most] = /too long\D+(\d{1,3})/.exec(reason) ?? [];
  return most === undefined ? undefined : Number(most);
}

const MAX_TRIES = 20;
const MAX_CHALLENGE = 64 * 1024;

async function answer(mechanism: Mechanism, challenge: string): Promise<string> {
  return await mechanism.answer(new TextDecoder().decode(fromBase64(challenge)));
}

/**
 * A nick beside one that is taken: `ann_`, `ann2`, `ann3` ..., cut to what the server allows. Where the nick itself was not
 * allowed it is first cut, and then a plain one.
 *
 * @example
 * ```ts
 * import { variation } from "./registration.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([1, 2, 3].map((tries) => variation("ann", tries, 30, false)), ["ann_", "ann2", "ann3"]);
 * assertEquals(variation("maximilian", 1, 9, true), "maximilia");
 * assertEquals(variation("小明", 1, 9, true), "guest1");
 * ```
 */
export function variation(nick: string, tries: number, most: number, malformed: boolean): string {
  const plain = malformed && /[^A-Za-z0-9_\-[\]{}|\\^`]|^[0-9-]/.test(nick) ? "guest" : nick;
  if (malformed && tries === 1 && plain === nick) return [...plain].slice(0, most).join("");
  const suffix = plain !== nick ? String(tries) : tries === 1 ? "_" : String(tries);
  return [...plain].slice(0, most - suffix.length).join("") + suffix;
}

// ngIRCd and others allow only ASCII letters and digits here, and few of them.
function asUsername(nick: string): string {
  const plain = nick.replace(/[^A-Za-z0-9]/g, "").slice(0, 9);
  return plain === "" ? "chat" : plain;
}

function capabilities(list: string): Capability[] {
  return words(list).map(capabilityNamed).filter((capability) => capability !== undefined);
}

function words(list: string): string[] {
  return list.split(" ").filter((word) => word !== "");
}

// CAP <nick> <subcommand> [*] :<capabilities>
const cap: Handler = (session, { params }) => {
  session.registration.capability(
    (params[1] ?? "").toUpperCase(),
    params.at(-1) ?? "",
    params[2] === "*" && params.length > 3,
  );
};

// 001 <nick> :<welcome>
const welcome: Handler = (session, { source, params }) => {
  session.registered = true;
  session.serverName = source ?? "";
  session.nick = params[0] ?? session.nick;
  const [, mask] = /(\S+!\S+@\S+)$/.exec(params.at(-1) ?? "") ?? [];
  session.source = mask ?? session.nick;
  session.emit({ type: "registered", nick: session.nick, network: session.isupport.network });
};

const isupport: Handler = (session, { params }) => {
  session.isupport.learn(params.slice(1, -1));
  session.refold();
};

// 376 RPL_ENDOFMOTD or 422 ERR_NOMOTD: the greeting is over.
const greeted: Handler = (session) => {
  if (session.registration.greeted) return;
  session.registration.greeted = true;
  const first = session.wantedChannels.get(session.lookedAt);
  const channels = session.wantedChannels.values().filter((channel) => channel !== first);
  for (const line of joinLines(first === undefined ? channels : [first, ...channels])) session.answer("JOIN", ...line);
  session.emit({ type: "ready" });
};

/**
 * Channels with their keys as the parameters of as few JOIN lines as hold them: those with keys first, because keys are
 * matched by place.
 */
export function joinLines(channels: readonly string[]): string[][] {
  const keyed = [...channels].sort((a, b) => Number(b.includes(" ")) - Number(a.includes(" ")));
  const lines: string[][] = [];
  let names = "";
  let keys = "";
  for (const channel of keyed) {
    const [name = "", key = ""] = channel.split(" ");
    if (names !== "" && byteLength(`JOIN ${names},${name} ${keys},${key}`) > 400) {
      lines.push(keys === "" ? [names] : [names, keys]);
      names = keys = "";
    }
    names += (names === "" ? "" : ",") + name;
    if (key !== "") keys += (keys === "" ? "" : ",") + key;
  }
  if (names !== "") lines.push(keys === "" ? [names] : [names, keys]);
  return lines;
}

// 433 <nick> <tried> :<reason>
function nickError(malformed: boolean): Handler {
  return (session, { params }) => {
    const [, tried = "", reason = ""] = params;
    if (!session.registered) return session.registration.nickRefused(tried, reason, malformed);
    session.emit({ type: "refused", code: malformed ? "432" : "433", command: "NICK", target: tried, text: reason });
  };
}

// 900 <nick> <source> <account> :<text>
const loggedIn: Handler = (session, { params }) => session.setAccount(params[2]);

const loggedOut: Handler = (session) => session.setAccount(undefined);

const loginFailed: Handler = (session, { params }) => session.registration.loginFailed(params.at(-1) ?? "");

/** Handlers of this room. */
export const REGISTRATION_HANDLERS: readonly (readonly [string, Handler])[] = [
  ["CAP", cap],
  ["AUTHENTICATE", (session, { params }: Message) => session.registration.challenge(params[0] ?? "+")],
  ["001", welcome],
  ["005", isupport],
  ["376", greeted],
  ["422", greeted],
  ["432", nickError(true)],
  ["433", nickError(false)],
  ["436", nickError(false)],
  ["900", loggedIn],
  ["901", loggedOut],
  ["902", loginFailed],
  ["903", (session) => session.registration.loggedIn()],
  ["904", loginFailed],
  ["905", loginFailed],
  ["906", loginFailed],
  ["907", loginFailed],
];
