import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, boolean, constantFrom, nat, property, record } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newRunId } from '../../../contract/ids.ts';
import { Settings } from '../../../contract/settings.ts';
import { encodeBlobNow, putBlob, putTree } from '../blobs/index.ts';
import { createChanges, openStorage, remember, type Sql, type Storage } from '../database/index.ts';
import { keepVersion } from '../localHistory/index.ts';
import { previewRetention } from './expired.ts';
import { createRunsFeed } from './feed.ts';
import { createRetention, retentionStep } from './retention.ts';
import { SteadyClock } from './steadyClock.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.UTC(2030, 0, 1);
const silent = { bump: () => undefined, deleted: () => undefined };
let home: string;
let storage: Storage;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'pyexekube-retention-'));
  storage = await openStorage({ path: join(home, 'pyexekube.sqlite'), backupFolder: join(home, 'backups'), log: () => undefined });
});
afterEach(async () => {
  await storage.close();
  rmSync(home, { recursive: true, force: true });
});

interface Made {
  ageDays: number;
  bytes: number;
  pinned: boolean;
  status: string;
  /** Which of a few files it had, and which text its own file. */
  file: number;
  text: number;
  /** Of a cluster run: where its job is, and its artifacts. */
  job: 'none' | 'collecting' | 'fetched' | 'held' | 'lost';
}

const jobStates = {
  collecting: { phase: 'collecting', artifacts: { state: 'none' } },
  fetched: { phase: 'done', artifacts: { state: 'fetched', files: 1, bytes: 1000, folder: '' } },
  held: { phase: 'done', artifacts: { state: 'failed', message: '', retryable: true } },
  lost: { phase: 'done', artifacts: { state: 'failed', message: '', retryable: false } },
};

function make(sql: Sql, run: Made): void {
  const startedMs = now - run.ageDays * day;
  const id = newRunId();
  const key = sql.get<{ key: number }>(
    `INSERT INTO runs (id, engine, status, mode, title, first_line, started_ms, pinned, python_version, client_id, core_id, stored_bytes)
     VALUES (?, 'local', ?, 'file', 't', '', ?, ?, '', '', '', ?) RETURNING key`,
    id, run.status, startedMs, run.pinned ? 1 : 0, run.bytes,
  )?.key ?? 0;
  const content = encodeBlobNow(Buffer.from(`file ${run.file} `.repeat(run.file * 40)));
  const tree = putTree(sql, [{ path: 'data', bytes: content.bytes, blob: putBlob(sql, content), hash: content.hash, reason: null }]);
  sql.run("INSERT INTO run_inputs (key, tree, folder, environment) VALUES (?, ?, NULL, '{}')", key, tree);
  keepVersion(sql, { path: `/p/${run.file % 2}.py`, text: `file ${run.text} `.repeat(run.text * 40), savedMs: startedMs, runId: id });
  if (run.job === 'none') return;
  const { phase, artifacts } = jobStates[run.job];
  sql.run(
    "INSERT INTO jobs (key, connection_id, server, namespace, job_name, core_id, phase, request, manifest, state) VALUES (?, '', '', '', '', '', ?, '{}', '{}', ?)",
    key, phase, JSON.stringify({ artifacts }),
  );
}

interface Sums {
  runs: number;
  outputBytes: number;
  fileBytes: number;
  versions: number;
}

const sums = (): Sums =>
  storage.read((sql) => ({
    runs: sql.get<{ n: number }>('SELECT count(*) AS n FROM runs')?.n ?? 0,
    outputBytes: sql.get<{ n: number }>('SELECT coalesce(sum(stored_bytes), 0) AS n FROM runs')?.n ?? 0,
    fileBytes: sql.get<{ n: number }>('SELECT coalesce(sum(length(data)), 0) AS n FROM blobs')?.n ?? 0,
    versions: sql.get<{ n: number }>('SELECT count(*) AS n FROM file_versions')?.n ?? 0,
  }));

const count = (condition: string): number => storage.read((sql) => sql.get<{ n: number }>(`SELECT count(*) AS n FROM runs LEFT JOIN jobs USING (key) WHERE ${condition}`)?.n ?? 0);

describe('what limits delete', () => {
  const run = record({
    ageDays: nat(20),
    bytes: nat(900_000),
    pinned: boolean(),
    status: constantFrom('succeeded', 'succeeded', 'failed', 'interrupted', 'running'),
    file: nat(5),
    text: nat(5),
    job: constantFrom<Made['job']>('none', 'none', 'collecting', 'fetched', 'held', 'lost'),
  });
  const limits = record({ keepRunsDays: nat(20), keepRunsCount: nat(20), keepOutputMegabytes: nat(6), keepVersionsPerFile: nat(5) });

  it('is what they said that they would, never a pinned run and never one that is still to be collected', { timeout: 60_000 }, () => {
    const isProtected = `pinned = 1 OR status = 'running' OR phase = 'collecting' OR json_extract(state, '$.artifacts.retryable') = 1 AND started_ms > ${now - 7 * day}`;
    assert(
      property(array(run, { maxLength: 60 }), limits, (runs, some) => {
        storage.write((sql) => {
          for (const table of ['runs', 'file_versions', 'tree_files', 'trees', 'blobs', 'loose_trees', 'loose_blobs']) sql.run(`DELETE FROM ${table}`);
          for (const one of runs) make(sql, one);
        });
        const settings = Settings.parse(some);
        const before = sums();
        const safe = count(isProtected);
        const preview = storage.read((sql) => previewRetention(sql, settings, now));
        while (retentionStep(storage, settings, silent, now));
        const after = sums();
        expect(preview).toMatchObject({
          runs: before.runs - after.runs,
          outputBytes: before.outputBytes - after.outputBytes,
          fileBytes: before.fileBytes - after.fileBytes,
          versions: before.versions - after.versions,
        });
        expect(count(isProtected)).toBe(safe);
        expect(storage.read((sql) => previewRetention(sql, settings, now))).toMatchObject({ runs: 0, versions: 0, fileBytes: 0 });
      }),
      { numRuns: 150 },
    );
  });
});

describe('a clock that jumps', () => {
  it('makes no run too old until it has gone on for an hour', () => {
    const clocks = { wall: now, ran: 0, now: () => clocks.wall, elapsed: () => clocks.ran };
    const go = (ms: number): void => {
      clocks.wall += ms;
      clocks.ran += ms;
    };
    const look = (): number => {
      const clock = new SteadyClock(storage, clocks);
      return clock.isSteady() ? 1 : 0;
    };
    // The first time that the application runs, nothing is known: the clock is believed.
    expect(look()).toBe(1);
    const clock = new SteadyClock(storage, clocks);
    go(2 * 60 * 60 * 1000);
    expect(clock.isSteady()).toBe(true);
    clocks.wall += 5 * 365 * day;
    expect(clock.isSteady()).toBe(false);
    go(59 * 60 * 1000);
    expect(clock.isSteady()).toBe(false);
    clocks.wall -= 5 * 365 * day;
    expect(clock.isSteady()).toBe(false);
    go(61 * 60 * 1000);
    expect(clock.isSteady()).toBe(true);
    // Another start, with the clock in 1970, or a year later.
    for (const wall of [0, clocks.wall + 365 * day]) {
      const kept = clocks.wall;
      clocks.wall = wall;
      expect(look()).toBe(0);
      clocks.wall = kept;
      storage.write((sql) => remember(sql, 'clockSeenMs', String(kept)));
    }
  });

  it('deletes for its age what is old by a clock that goes on', async () => {
    storage.write((sql) => {
      for (const ageDays of [1, 40]) make(sql, { ageDays, bytes: 1, pinned: false, status: 'succeeded', file: 1, text: 1, job: 'none' });
    });
    const changes = createChanges(storage);
    const feed = createRunsFeed(changes);
    const events = feed.watch(undefined);
    const retention = createRetention(storage, () => Settings.parse({ keepRunsDays: 30 }), feed, { now: () => now, elapsed: () => 0 });
    retention.schedule();
    expect((await events.next()).value).toMatchObject({ type: 'deleted', ids: [expect.any(String)] });
    expect(sums().runs).toBe(1);
    retention.dispose();
    feed.dispose();
    changes.dispose();
  });
});
