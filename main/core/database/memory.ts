import type { Sql } from './sql.ts';

/** Small things that the application remembers by name. */
export function recall(sql: Sql, name: string): string | null {
  return sql.get<{ value: string }>('SELECT value FROM memory WHERE name = ?', name)?.value ?? null;
}

/** @param value null forgets */
export function remember(sql: Sql, name: string, value: string | null): void {
  if (value === null) sql.run('DELETE FROM memory WHERE name = ?', name);
  else sql.run('INSERT OR REPLACE INTO memory (name, value) VALUES (?, ?)', name, value);
}
