/**
 * Files that a program keeps for a person: several may read and write them, and none is ever found half written.
 *
 * @module
 */

/** A file of lines in the folder of settings; `null` as folder keeps nothing beyond this run. */
export class KeptFile {
  readonly #folder: string | null;
  readonly #name: string;

  constructor(folder: string | null, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  /** Where it is, for a person who wants to change it. */
  get path(): string {
    return this.#folder === null ? this.#name : `${this.#folder}/${this.#name}`;
  }

  /** What is in it, which another `chat` may have written; `undefined` where nothing is kept. */
  async read(): Promise<string | undefined> {
    if (this.#folder === null) return undefined;
    try {
      return await Deno.readTextFile(this.path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw this.#cannot("read", error);
    }
  }

  /** Puts these lines in the place of what was in it; only its owner can read them. */
  async write(lines: readonly string[]): Promise<void> {
    if (this.#folder === null) return;
    try {
      await replaceFile(this.#folder, this.#name, `${lines.join("\n")}\n`, 0o600);
    } catch (error) {
      throw this.#cannot("write", error);
    }
  }

  #cannot(what: "read" | "write", cause: unknown): Error {
    return new Error(`Cannot ${what} ${this.path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** Puts a new file in the old one's place: a crash leaves one of them whole. The folder is made for its owner alone. */
export async function replaceFile(folder: string, name: string, text: string, mode: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${folder}/${name}.${crypto.randomUUID()}`;
  try {
    const file = await Deno.open(draft, { write: true, createNew: true, mode });
    using _ = file;
    await writeAll(file, new TextEncoder().encode(text));
    await file.sync();
    await Deno.rename(draft, `${folder}/${name}`);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
