/**
 * What the environment says: names, folders, wishes. Where it may not be read, nothing is said.
 *
 * @module
 */

/** The nick that the environment asks for. */
export function environmentNick(): string | undefined {
  const nick = environment("CHAT_NICK") ?? "";
  return nick === "" ? undefined : nick;
}

/** The name of the user on this machine, as a nick. */
export function loginName(): string {
  for (const name of ["USER", "LOGNAME", "USERNAME"]) {
    const value = environment(name)?.replace(/[\s!@,:*?.]/g, "") ?? "";
    if (value !== "") return value;
  }
  return "guest";
}

/** Where this user's settings are, or `null` where no place can be told. */
export function settingsFolder(): string | null {
  const home = environment("HOME");
  const base = environment("XDG_CONFIG_HOME") || environment("APPDATA") ||
    (home === undefined ? "" : `${home}/.config`);
  return base === "" ? null : `${base}/chat`;
}

/** A variable of the environment, where we may read it. */
export function environment(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}
