import { z } from 'zod';
import { maxPackages, RunPackage } from '../../../contract/inputs.ts';
import { hashOf } from '../blobs/index.ts';
import type { Sql } from '../database/index.ts';

const List = z.array(RunPackage).max(maxPackages);

/** Notes what a run could import, in the place of what was noted before. Equal lists are kept once. */
export function setPackages(sql: Sql, key: number, packages: readonly RunPackage[]): void {
  const text = JSON.stringify(packages.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  const hash = hashOf(text);
  sql.run('INSERT OR IGNORE INTO package_lists (hash, packages) VALUES (?, ?)', hash, text);
  sql.run(
    'INSERT INTO run_packages (key, list) SELECT ?, list FROM package_lists WHERE hash = ? ON CONFLICT (key) DO UPDATE SET list = excluded.list WHERE list <> excluded.list',
    key, hash,
  );
}

/** One of the lists that runs share. */
export function packagesOfList(sql: Sql, list: number): RunPackage[] {
  const row = sql.get<{ packages: string }>('SELECT packages FROM package_lists WHERE list = ?', list);
  return row === undefined ? [] : List.parse(JSON.parse(row.packages));
}

/** What a run could import; null when that was not told. */
export function packagesOf(sql: Sql, key: number): RunPackage[] | null {
  const row = sql.get<{ packages: string }>('SELECT packages FROM run_packages JOIN package_lists USING (list) WHERE key = ?', key);
  return row === undefined ? null : List.parse(JSON.parse(row.packages));
}
