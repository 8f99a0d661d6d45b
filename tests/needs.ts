/**
 * What a test needs of the machine. Where it is missing the test says so aloud and counts as ignored; with
 * `CHAT_TEST_NO_SKIP` set, as in CI, a missing program is a failure.
 *
 * @module
 */

/** A test that needs programs. `Deno.test(needing(["tmux"], "name", async () => { ... }))`. */
export function needing(
  programs: readonly string[],
  name: string,
  fn: () => void | Promise<void>,
): Deno.TestDefinition {
  const missing = programs.filter((program) => !isInstalled(program));
  const reason = `needs ${missing.join(", ")}, which this machine lacks`;
  if (missing.length === 0 || !Deno.env.has("CHAT_TEST_NO_SKIP")) {
    return skipUnless(missing.length === 0, reason, name, fn);
  }
  return {
    name,
    fn: () => {
      throw new Error(`"${name}" ${reason}`);
    },
  };
}

/** A test that runs only where something holds that no package manager can bring about. */
export function skipUnless(
  holds: boolean,
  reason: string,
  name: string,
  fn: () => void | Promise<void>,
): Deno.TestDefinition {
  if (holds) return { name, fn };
  // deno-lint-ignore no-console -- a test that does not run must be heard
  console.error(`skipped: "${name}" ${reason}`);
  return { name, ignore: true, fn };
}

function isInstalled(program: string): boolean {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}
