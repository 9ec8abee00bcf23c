import type { Migration } from './migration.ts';

/**
 * The full-text indexes are cleared of deleted runs when most of a segment is of such: each time, all else of it is written anew in one step. At the usual tenth
 * that is ten times as much work, and 200 ms at once for 20,000 runs (sqlite.org/fts5.html, "The 'deletemerge' Configuration Option").
 */
export const mergesOfDeletedRuns: Migration = {
  version: 9,
  up(sql) {
    for (const table of ['run_text', 'run_words']) sql.exec(`INSERT INTO ${table} (${table}, rank) VALUES ('deletemerge', 60)`);
  },
};
