/**
 * What a program says through `--json`: a line of text, or a JSON object that says more than text can (docs/json.md).
 *
 * Pure. Names are those of the objects that come out (`json_event.ts`), so that what was read can be answered as it is.
 *
 * @module
 */

/** What a program wants said or done. */
export type JsonInput =
  | {
    readonly type: "message";
    readonly text: string;
    readonly target?: string;
    readonly kind?: "message" | "action" | "notice";
    readonly reply?: string;
  }
  | {
    readonly type: "reaction";
    readonly to: string;
    readonly emoji: string;
    readonly target?: string;
    readonly add: boolean;
  };

/**
 * Reads a line of input. One that begins with `{` is an object; every other one is what it says.
 *
 * @throws {SyntaxError} if it begins like an object and is none, or lacks something.
 *
 * @example
 * ```ts
 * import { readJsonInput } from "./json_input.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(readJsonInput("hello"), { type: "message", text: "hello" });
 * assertEquals(readJsonInput('{"type":"message","text":"hi","reply":"d1f4"}'), {
 *   type: "message",
 *   text: "hi",
 *   reply: "d1f4",
 * });
 * assertThrows(() => readJsonInput('{"type":"message"}'), SyntaxError, '"text" must be text');
 * ```
 */
export function readJsonInput(line: string): JsonInput {
  if (!line.startsWith("{")) return { type: "message", text: line };
  const fields = parseObject(line);
  switch (fields.type) {
    case "message":
      return {
        type: "message",
        text: textOf(fields, "text"),
        ...optional(fields, "target"),
        ...optional(fields, "reply"),
        ...kindOf(fields.kind),
      };
    case "reaction":
      return {
        type: "reaction",
        to: textOf(fields, "to"),
        emoji: textOf(fields, "emoji"),
        ...optional(fields, "target"),
        add: fields.add !== false,
      };
    default:
      throw new SyntaxError('Cannot read this: "type" must be "message" or "reaction"');
  }
}

function parseObject(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SyntaxError(`Cannot read this: it begins with { and is no JSON (${why})`, { cause: error });
  }
}

function textOf(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value === "") throw new SyntaxError(`Cannot read this: "${name}" must be text`);
  return value;
}

function optional<Name extends string>(fields: Record<string, unknown>, name: Name): Partial<Record<Name, string>> {
  return fields[name] === undefined ? {} : { [name]: textOf(fields, name) } as Partial<Record<Name, string>>;
}

function kindOf(kind: unknown): { kind?: "message" | "action" | "notice" } {
  if (kind === undefined) return {};
  if (kind === "message" || kind === "action" || kind === "notice") return { kind };
  throw new SyntaxError('Cannot read this: "kind" must be "message", "action" or "notice"');
}
