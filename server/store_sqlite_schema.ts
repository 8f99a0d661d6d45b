/**
 * The tables of the file, as a diary: what was once released is never edited, a change is a new item at the end.
 *
 * The record is `block`, `entry` and the tables of records; `target`, `place`, `conversation`, `epoch` and `search_*` are
 * indexes that follow behind and could be made anew from `entry` at any time.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";

/** What brings a file from one version to the next; the version is `PRAGMA user_version`. */
export const MIGRATIONS: readonly string[] = [
  `
-- What was said, as it was relayed, by its id alone.
CREATE TABLE entry (id INTEGER PRIMARY KEY, target TEXT NOT NULL, line TEXT NOT NULL) STRICT;

-- How far the indexes have come ('indexed' is an id), and how many entries they hold ('entries').
CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE target (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- Entries by target; event is 0 for what was said, 1 for the rest.
CREATE TABLE place (target INTEGER NOT NULL, event INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (target, event, id))
  STRICT, WITHOUT ROWID;

-- Direct conversations of a party with their latest message.
CREATE TABLE conversation (party TEXT NOT NULL, target INTEGER NOT NULL, latest INTEGER NOT NULL,
  PRIMARY KEY (party, target)) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_by_latest ON conversation (party, latest);

-- Stretches of history by their first id; each has a full-text index of its own, the table search_<number>.
CREATE TABLE epoch (number INTEGER PRIMARY KEY, first INTEGER NOT NULL, entries INTEGER NOT NULL) STRICT;

CREATE TABLE account (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE certificate (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE channel (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE membership (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE visit (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE marker (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE ban (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE invitation (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`,
  `
-- Many entries in one row, under the id of the last of them, until they come to 'entry' together with what the indexes say of
-- them: this is all that happens on the path of a message.
CREATE TABLE block (last INTEGER PRIMARY KEY, entries TEXT NOT NULL) STRICT;

INSERT INTO block SELECT id, id || char(13) || target || char(13) || line FROM entry
  WHERE id > ifnull((SELECT value FROM progress WHERE name = 'indexed'), 0);
DELETE FROM entry WHERE id > ifnull((SELECT value FROM progress WHERE name = 'indexed'), 0);
`,
];

/**
 * Brings a file to today's schema, all or nothing.
 *
 * @throws {RangeError} if a newer version of this program wrote it.
 */
export function migrate(db: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  const version = schemaVersion(db);
  if (version > migrations.length) {
    throw new RangeError(`a newer version of chat wrote it (schema ${version}; this one knows ${migrations.length})`);
  }
  if (version === migrations.length) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

/** Which schema a file has; 0 when it is new. */
export function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
}
