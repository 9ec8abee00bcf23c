import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newRunId, type RunId } from '../../../contract/ids.ts';
import { openStorage, type Sql, type Storage } from '../database/index.ts';
import { completenessOf, recordEnd, recordGap } from './completeness.ts';

const opened: { storage: Storage; folder: string }[] = [];
afterEach(async () => {
  for (const { storage, folder } of opened.splice(0)) {
    await storage.close();
    rmSync(folder, { recursive: true });
  }
});

async function run(engine: string, status: string): Promise<{ id: RunId; write<T>(work: (sql: Sql) => T): T }> {
  const folder = mkdtempSync(join(tmpdir(), 'pyexekube-test-'));
  const storage = await openStorage({ path: join(folder, 'a.sqlite'), backupFolder: join(folder, 'b'), log: () => undefined });
  opened.push({ storage, folder });
  const id = newRunId();
  storage.write((sql) =>
    sql.run(
      `INSERT INTO runs (id, engine, status, mode, title, first_line, started_ms, python_version, client_id, core_id, last_seq)
       VALUES (?, ?, ?, 'file', '', '', 1, '3', '', '', 7)`,
      id, engine, status,
    ),
  );
  return { id, write: (work) => storage.write(work) };
}

describe('an output', () => {
  it('is complete when its log was read to the end', async () => {
    const { id, write } = await run('cluster', 'succeeded');
    expect(write((sql) => completenessOf(sql, id))).toEqual({ state: 'endUnknown', gaps: [] });
    write((sql) => recordEnd(sql, id, true));
    expect(write((sql) => completenessOf(sql, id))).toEqual({ state: 'complete', gaps: [] });
    write((sql) => recordEnd(sql, id, false));
    write((sql) => recordEnd(sql, id, true));
    expect(write((sql) => completenessOf(sql, id)).state).toBe('endUnknown');
  });

  it('names what is missing, one stretch once', async () => {
    const { id, write } = await run('cluster', 'failed');
    write((sql) => {
      recordEnd(sql, id, true);
      recordGap(sql, id, { lines: 10, fromMs: 1000, toMs: 2000, reason: 'rotated' });
      recordGap(sql, id, { lines: 5, fromMs: 2000, toMs: 3000, reason: 'rotated' });
    });
    expect(write((sql) => completenessOf(sql, id))).toEqual({ state: 'gaps', gaps: [{ afterSeq: 7, lines: 15, fromMs: 1000, toMs: 3000, reason: 'rotated' }] });
  });

  it('of a run on this computer ends with its window', async () => {
    const states = await Promise.all(['running', 'succeeded', 'stopped', 'interrupted'].map((status) => run('local', status)));
    expect(states.map(({ id, write }) => write((sql) => completenessOf(sql, id)).state)).toEqual(['open', 'complete', 'complete', 'endUnknown']);
  });
});
