import type { Statistics } from '../../../contract/history.ts';
import type { Sql } from '../database/index.ts';
import { packagesOfList } from '../inputs/index.ts';
import { packageOfModule, standardModules } from './stdlib.ts';

const mostNames = 20;

function normalized(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-').replaceAll(/^-|-$/g, '');
}

/**
 * Which packages runs used: those that a source imports and that its interpreter had. Of a run whose packages were not told, the name of a module stands for
 * its package; a module of a run that was told, and had no such package, was a file of its own.
 */
export function usedPackages(sql: Sql, from: number, to: number): Statistics['packages'] {
  const rows = sql.all<{ module: string; list: number | null; count: number }>(
    `SELECT module, list, count(*) AS count FROM runs JOIN run_modules USING (key) LEFT JOIN run_packages USING (key)
     WHERE started_ms >= ? AND started_ms < ? GROUP BY module, list`,
    from, to,
  );
  const lists = new Map<number, Map<string, string>>();
  const versionsOf = (list: number): Map<string, string> => {
    const known = lists.get(list) ?? new Map(packagesOfList(sql, list).map(({ name, version }) => [name, version]));
    lists.set(list, known);
    return known;
  };
  const used = new Map<string, { count: number; versions: Set<string> }>();
  for (const { module, list, count } of rows) {
    if (standardModules.has(module)) continue;
    const told = list === null ? null : versionsOf(list);
    const names = [packageOfModule.get(module), normalized(module)].filter((name) => name !== undefined);
    const name = told === null ? names[0] : names.find((one) => told.has(one));
    if (name === undefined) continue;
    const entry = used.get(name) ?? { count: 0, versions: new Set<string>() };
    used.set(name, entry);
    entry.count += count;
    const version = told?.get(name);
    if (version !== undefined) entry.versions.add(version);
  }
  return [...used]
    .map(([name, { count, versions }]) => ({ name, count, versions: [...versions].toSorted() }))
    .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, mostNames);
}
