import type { Migration } from './migration.ts';

/**
 * A run's row is small, because it changes with each append; what is large and never changes stands in run_details.
 * Runs are ordered by `key`, the order of their starts, which the full-text indexes share as their rowid.
 */
const schema = `
CREATE TABLE runs (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  engine TEXT NOT NULL,
  status TEXT NOT NULL,
  mode TEXT NOT NULL,
  title TEXT NOT NULL,
  first_line TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  duration_ms REAL,
  exit_code INTEGER,
  error TEXT,
  pinned INTEGER NOT NULL DEFAULT 0,
  python_version TEXT NOT NULL,
  client_id TEXT NOT NULL,
  core_id TEXT NOT NULL,
  owner_gone INTEGER NOT NULL DEFAULT 0,
  last_seq INTEGER NOT NULL DEFAULT 0,
  output_length INTEGER NOT NULL DEFAULT 0,
  stored_bytes INTEGER NOT NULL DEFAULT 0,
  tail_rows INTEGER NOT NULL DEFAULT 0,
  tail_length INTEGER NOT NULL DEFAULT 0,
  tail_seq INTEGER NOT NULL DEFAULT 0,
  indexed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_status ON runs (status, key);
CREATE INDEX runs_engine ON runs (engine, key);
CREATE INDEX runs_started ON runs (started_ms, key);
CREATE INDEX runs_pinned ON runs (key) WHERE pinned = 1;
CREATE INDEX runs_running ON runs (core_id, client_id) WHERE status = 'running';
CREATE INDEX runs_unindexed ON runs (key) WHERE indexed = 0;

CREATE TABLE run_details (
  key INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
  source TEXT NOT NULL,
  path TEXT,
  tab_id TEXT,
  line_offset INTEGER NOT NULL,
  argv TEXT NOT NULL,
  peak_memory_bytes INTEGER,
  frames TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE VIRTUAL TABLE run_text USING fts5 (title, source, error, content = '', contentless_delete = 1, tokenize = 'trigram');
CREATE VIRTUAL TABLE run_words USING fts5 (
  body, content = '', contentless_delete = 1, detail = none, prefix = '1 2', tokenize = "unicode61 tokenchars '_'"
);

CREATE TABLE output_chunks (
  chunk INTEGER PRIMARY KEY,
  run_key INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  length INTEGER NOT NULL,
  line_feeds INTEGER NOT NULL,
  encoding INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX output_chunks_order ON output_chunks (run_key, first_seq, last_seq, length, line_feeds);

CREATE TABLE deleted_outputs (run_key INTEGER PRIMARY KEY) STRICT;

CREATE TABLE cores (
  id TEXT PRIMARY KEY,
  pid INTEGER NOT NULL,
  machine TEXT NOT NULL,
  heartbeat_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE changes (topic TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT;
INSERT INTO changes (topic, version) VALUES ('runs', 0), ('settings', 0), ('notices', 0);

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE notices (id TEXT PRIMARY KEY, severity TEXT NOT NULL, message TEXT NOT NULL, time_ms INTEGER NOT NULL) STRICT;
CREATE TABLE memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE probe (id INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT;

CREATE TABLE tabs (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  path TEXT,
  text TEXT NOT NULL,
  version TEXT,
  line_ending TEXT NOT NULL,
  dirty INTEGER NOT NULL,
  view_state TEXT,
  position INTEGER,
  closed_order INTEGER
) STRICT;
CREATE INDEX tabs_position ON tabs (position) WHERE position IS NOT NULL;
CREATE INDEX tabs_closed ON tabs (closed_order) WHERE closed_order IS NOT NULL;
`;

export const initial: Migration = { version: 1, up: (sql) => sql.exec(schema) };
