import type { Migration } from './migration.ts';

/**
 * What a console needs to open a long output without reading it: where the lines and times of each stretch are. The index holds all of
 * it, so that listing never touches the data. `flags` are bits (4: written before there were flags). `output_gaps` holds what an output
 * lacks, and why; `output_ends` whether a log that is read from elsewhere was read to its last line.
 */
const schema = `
ALTER TABLE output_chunks ADD COLUMN feeds_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE output_chunks ADD COLUMN first_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE output_chunks ADD COLUMN last_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE output_chunks ADD COLUMN flags INTEGER NOT NULL DEFAULT 4;
UPDATE output_chunks SET feeds_before = before.feeds, first_ms = before.started_ms, last_ms = before.started_ms FROM (
  SELECT chunk, started_ms, sum(line_feeds) OVER (PARTITION BY run_key ORDER BY first_seq ROWS UNBOUNDED PRECEDING) - line_feeds AS feeds
  FROM output_chunks JOIN runs ON runs.key = run_key
) AS before WHERE before.chunk = output_chunks.chunk;
DROP INDEX output_chunks_order;
CREATE UNIQUE INDEX output_chunks_order ON output_chunks (run_key, first_seq, last_seq, length, line_feeds, feeds_before, first_ms, last_ms, flags);

CREATE TABLE output_gaps (
  run_key INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  after_seq INTEGER NOT NULL,
  lines INTEGER,
  from_ms INTEGER,
  to_ms INTEGER,
  reason TEXT NOT NULL,
  PRIMARY KEY (run_key, after_seq, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE output_ends (run_key INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE, is_seen INTEGER NOT NULL) STRICT;
`;

export const outputMarks: Migration = { version: 4, up: (sql) => sql.exec(schema) };
