import type { Migration } from './migration.ts';

/**
 * What a run needs to be run again exactly: a tree is a folder's files as they were, by hash; runs of an unchanged folder share one tree,
 * and equal files one blob. `file_versions` is the local history of files that were run; it outlives the runs. What nothing refers to any
 * more is noted by triggers in `loose_trees` and `loose_blobs` and cleared away in small steps.
 */
const schema = `
CREATE TABLE run_tags (
  key INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  tag TEXT NOT NULL COLLATE NOCASE,
  PRIMARY KEY (key, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_tags_tag ON run_tags (tag, key);
CREATE TABLE run_notes (key INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE, note TEXT NOT NULL) STRICT;
CREATE TABLE run_modules (
  key INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  module TEXT NOT NULL,
  PRIMARY KEY (key, module)
) STRICT, WITHOUT ROWID;
CREATE TABLE saved_searches (id TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE UNIQUE, filter TEXT NOT NULL) STRICT;

CREATE TABLE blobs (
  blob INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL,
  encoding INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE TABLE trees (tree INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE tree_files (
  tree INTEGER NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  blob INTEGER,
  reason TEXT,
  PRIMARY KEY (tree, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX tree_files_blob ON tree_files (blob) WHERE blob IS NOT NULL;
CREATE TABLE run_inputs (
  key INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
  tree INTEGER,
  folder TEXT,
  environment TEXT NOT NULL
) STRICT;
CREATE INDEX run_inputs_tree ON run_inputs (tree) WHERE tree IS NOT NULL;
CREATE TABLE file_versions (
  version INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL,
  saved_ms INTEGER NOT NULL,
  blob INTEGER NOT NULL,
  run_id TEXT
) STRICT;
CREATE INDEX file_versions_path ON file_versions (path, saved_ms);
CREATE INDEX file_versions_blob ON file_versions (blob);

CREATE TABLE loose_trees (tree INTEGER PRIMARY KEY) STRICT;
CREATE TABLE loose_blobs (blob INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER run_inputs_gone AFTER DELETE ON run_inputs WHEN old.tree IS NOT NULL BEGIN
  INSERT OR IGNORE INTO loose_trees (tree) VALUES (old.tree);
END;
CREATE TRIGGER tree_files_gone AFTER DELETE ON tree_files WHEN old.blob IS NOT NULL BEGIN
  INSERT OR IGNORE INTO loose_blobs (blob) VALUES (old.blob);
END;
CREATE TRIGGER file_versions_gone AFTER DELETE ON file_versions BEGIN
  INSERT OR IGNORE INTO loose_blobs (blob) VALUES (old.blob);
END;

INSERT INTO changes (topic, version) VALUES ('searches', 0);
`;

export const history: Migration = { version: 5, up: (sql) => sql.exec(schema) };
