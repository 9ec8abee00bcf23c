import type { RunId } from '../../../contract/ids.ts';
import type { RunMode } from '../../../contract/runs.ts';
import type { Sql, Storage } from '../database/index.ts';
import { keepVersion } from '../localHistory/index.ts';
import { noteModules } from './modules.ts';

/** Characters of source that one step indexes, so that no step takes long. */
const stepLength = 256 * 1024;

/** Stands where a process's id stands for runs that were imported. */
export const importedCore = 'imported';
/** The same, with the id of a process behind it, until all of a run is there. */
export const importingCore = 'importing-';

interface PendingRow {
  key: number;
  title: string;
  error: string | null;
  source: string;
  path: string | null;
  mode: RunMode;
  id: RunId;
  started_ms: number;
  core_id: string;
  note: string | null;
  tags: string | null;
}

const pendingText = `SELECT key, title, error, source, path, mode, id, started_ms, core_id,
  (SELECT note FROM run_notes WHERE run_notes.key = runs.key) AS note,
  (SELECT group_concat(tag, ' ') FROM run_tags WHERE run_tags.key = runs.key) AS tags
  FROM runs JOIN run_details USING (key) WHERE key = ?`;

/** Brings the full-text indexes up to date for the next runs that need it. @returns whether any are left */
function indexStep(sql: Sql): boolean {
  const keys = sql.all<{ key: number }>('SELECT key FROM runs WHERE indexed = 0 ORDER BY key LIMIT 100');
  let length = 0;
  for (const { key } of keys) {
    const row = sql.get<PendingRow>(pendingText, key);
    if (row !== undefined) {
      unindexRun(sql, key);
      const said = [row.title, row.tags, row.note].filter((text) => text !== null).join('\n');
      sql.run('INSERT INTO run_text (rowid, title, source, error) VALUES (?, ?, ?, ?)', key, said, row.source, row.error ?? '');
      sql.run('INSERT INTO run_words (rowid, body) VALUES (?, ?)', key, `${said}\n${row.error ?? ''}\n${row.source}`);
      noteModules(sql, key, row.source);
      // What came from elsewhere says nothing of the files here.
      if (row.path !== null && (row.mode === 'file' || row.mode === 'fresh') && row.core_id !== importedCore && !row.core_id.startsWith(importingCore)) {
        keepVersion(sql, { path: row.path, text: row.source, savedMs: row.started_ms, runId: row.id });
      }
      length += row.source.length;
    }
    sql.run('UPDATE runs SET indexed = 1 WHERE key = ?', key);
    if (length >= stepLength) return true;
  }
  return keys.length === 100;
}

/** Takes a run out of the full-text indexes. */
export function unindexRun(sql: Sql, key: number): void {
  sql.run('DELETE FROM run_text WHERE rowid = ?', key);
  sql.run('DELETE FROM run_words WHERE rowid = ?', key);
}

function isPending(storage: Storage): boolean {
  return storage.read((sql) => sql.get('SELECT 1 FROM runs WHERE indexed = 0 LIMIT 1') !== undefined);
}

/** A run that was just started is to be executed and to print first. */
const restMs = 250;

export interface TextIndex {
  /** Something changed: index it when there is nothing else to do. */
  schedule(): void;
  /** Indexes all that waits; a search does that first, so that it finds what was started a moment ago. */
  flush(): void;
  dispose(): void;
}

/**
 * Keeps the full-text indexes. A run is indexed after its start has been answered, because trigrams of a long source take
 * longer than everything else that a start does; what waits is marked in the database and survives a crash.
 */
export function createTextIndex(storage: Storage): TextIndex {
  let timer: NodeJS.Timeout | undefined;

  function step(): void {
    timer = undefined;
    try {
      if (isPending(storage) && storage.write(indexStep)) schedule();
    } catch {
      // The storage reports its own faults; what waits stays marked.
    }
  }

  function schedule(): void {
    timer ??= setTimeout(step, restMs).unref();
  }

  return {
    schedule,
    flush: () => {
      if (storage.state().state !== 'ok' || !isPending(storage)) return;
      while (storage.write(indexStep));
    },
    dispose: () => clearTimeout(timer),
  };
}
