import type { Sql } from '../database/index.ts';

/** Most modules that are noted of one run. */
const mostModules = 200;

/**
 * The top-level modules that a source imports, as its lines say it: `import a.b, c` gives `a` and `c`. Imports within a text or made by
 * a call are not told apart; this is for statistics, not for resolving anything.
 */
export function importedModules(source: string): string[] {
  const found = new Set<string>();
  for (const [, from, names] of source.matchAll(/^[ \t]*(?:from[ \t]+([\p{L}_][\p{L}\p{N}_]*)[\p{L}\p{N}_.]*[ \t]+import\b|import[ \t]+([^#;\n]+))/gmu)) {
    if (from !== undefined) found.add(from);
    for (const name of names?.split(',') ?? []) {
      const module = /^[ \t]*([\p{L}_][\p{L}\p{N}_]*)/u.exec(name)?.[1];
      if (module !== undefined) found.add(module);
    }
    if (found.size >= mostModules) break;
  }
  return [...found].slice(0, mostModules);
}

/** Keeps which modules a run imports. */
export function noteModules(sql: Sql, key: number, source: string): void {
  for (const module of importedModules(source)) sql.run('INSERT OR IGNORE INTO run_modules (key, module) VALUES (?, ?)', key, module.slice(0, 200));
}
