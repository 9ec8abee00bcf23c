import type { Sql } from '../database/index.ts';

/** Gives a run exactly these tags. */
export function setTags(sql: Sql, key: number, tags: readonly string[]): void {
  sql.run('DELETE FROM run_tags WHERE key = ?', key);
  for (const tag of tags) sql.run('INSERT OR IGNORE INTO run_tags (key, tag) VALUES (?, ?)', key, tag);
  sql.run('UPDATE runs SET indexed = 0 WHERE key = ?', key);
}

/** @param note empty for none */
export function setNote(sql: Sql, key: number, note: string): void {
  if (note === '') sql.run('DELETE FROM run_notes WHERE key = ?', key);
  else sql.run('INSERT OR REPLACE INTO run_notes (key, note) VALUES (?, ?)', key, note);
  sql.run('UPDATE runs SET indexed = 0 WHERE key = ?', key);
}
