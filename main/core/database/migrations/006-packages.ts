import type { Migration } from './migration.ts';

/**
 * What the interpreters of runs could import. Most runs of an image, or of this computer, share one list; one that no run refers to any more goes with the last. A run
 * that is being imported says so in the place of its core, so that what a killed import leaves is found.
 */
const schema = `
CREATE TABLE package_lists (
  list INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  packages TEXT NOT NULL
) STRICT;
CREATE TABLE run_packages (
  key INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
  list INTEGER NOT NULL
) STRICT;
CREATE INDEX run_packages_list ON run_packages (list);
CREATE TRIGGER run_packages_gone AFTER DELETE ON run_packages WHEN NOT EXISTS (SELECT 1 FROM run_packages WHERE list = old.list) BEGIN
  DELETE FROM package_lists WHERE list = old.list;
END;
CREATE TRIGGER run_packages_changed AFTER UPDATE OF list ON run_packages WHEN NOT EXISTS (SELECT 1 FROM run_packages WHERE list = old.list) BEGIN
  DELETE FROM package_lists WHERE list = old.list;
END;
CREATE INDEX runs_importing ON runs (core_id) WHERE core_id GLOB 'importing-*';
`;

export const packages: Migration = { version: 6, up: (sql) => sql.exec(schema) };
