import type { Migration } from './migration.ts';

/**
 * An index of the grams of stored output, which says which chunks a text may be in. A chunk's signature (a bit a bucket of grams) stands in
 * `output_signatures` until there are enough of them for a segment; there they are turned, so that what is asked for one bucket stands
 * together: a piece holds a range of buckets, and for each a bit a chunk. `starts` are the first records of a segment's chunks. Chunks
 * that are in neither are read when something is searched.
 */
const schema = `
CREATE TABLE output_signatures (
  signature INTEGER PRIMARY KEY,
  run_key INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  tail TEXT NOT NULL,
  sources TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX output_signatures_order ON output_signatures (run_key, first_seq, last_seq);

CREATE TABLE output_segments (
  segment INTEGER PRIMARY KEY AUTOINCREMENT,
  run_key INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  tail TEXT NOT NULL,
  sources TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  starts BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX output_segments_order ON output_segments (run_key, first_seq, last_seq);

CREATE TABLE output_pieces (
  piece INTEGER PRIMARY KEY,
  run_key INTEGER NOT NULL,
  buckets INTEGER NOT NULL,
  segment INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX output_pieces_order ON output_pieces (run_key, buckets, segment);
`;

export const outputGrams: Migration = { version: 7, up: (sql) => sql.exec(schema) };
