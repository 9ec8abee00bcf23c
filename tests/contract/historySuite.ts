import { describe, expect, it } from 'vitest';
import { newId } from '../../contract/ids.ts';
import { finishInput, nextEvent, startRun, type Client, type Fixture } from './served.ts';

async function failedRun(client: Client, source: string, error: string, packages: { name: string; version: string }[] | null = null) {
  const id = await startRun(client, source);
  await client.runs.finish({ ...finishInput(id), status: 'failed', exitCode: 1, error, durationMs: 90_000, packages });
  return id;
}

export function historySuite(fixture: () => Fixture): void {
  describe('the history', () => {
    it('keeps tags and notes, and finds runs by them', async () => {
      const { first } = fixture();
      const a = await startRun(first, 'tagged_a()');
      const b = await startRun(first, 'tagged_b()');
      expect(await first.runs.update({ id: a, tags: ['Slow', 'paper'], note: 'the one in figure 3 ==' })).toMatchObject({ tags: ['paper', 'Slow'] });
      expect(await first.runs.update({ id: b, tags: ['slow', 'SLOW'] })).toMatchObject({ tags: ['slow'] });
      expect(await first.runs.get({ id: a })).toMatchObject({ note: 'the one in figure 3 ==' });
      const found = async (filter: Parameters<Client['runs']['list']>[0]['filter']) => (await first.runs.list({ filter })).runs.map((run) => run.id);
      expect(await found({ tags: ['slow'] })).toEqual([b, a]);
      expect(await found({ tags: ['slow', 'Paper'] })).toEqual([a]);
      expect(await found({ search: 'tagged', tags: ['paper'] })).toEqual([a]);
      expect(await found({ search: 'figure in ==' })).toEqual([a]);
      expect(await found({ search: 'paper' })).toEqual([a]);
      expect((await first.history.tags()).tags).toEqual(expect.arrayContaining([{ tag: 'paper', runs: 1 }, { tag: expect.stringMatching(/slow/i), runs: 2 }]));
      await first.runs.update({ id: a, tags: [], note: '' });
      expect(await first.runs.get({ id: a })).toMatchObject({ tags: [], note: '' });
      expect(await found({ search: 'figure' })).toEqual([]);
      await expect(first.runs.update({ id: a, tags: ['a,b'] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('keeps searches by name, and tells every window', async () => {
      const { first, second } = fixture();
      const stop = new AbortController();
      const events = await second.history.watchSearches(undefined, { signal: stop.signal });
      expect(await nextEvent(events)).toEqual({ searches: [] });
      const search = { id: newId(), name: 'Failures of today', filter: { statuses: ['failed' as const], search: '==' }, dates: 'today' as const };
      expect(await first.history.saveSearch(search)).toEqual(search);
      expect(await nextEvent(events)).toEqual({ searches: [search] });
      await expect(first.history.saveSearch({ ...search, id: newId(), name: 'failures OF today' })).rejects.toMatchObject({ code: 'CONFLICT' });
      await first.history.saveSearch({ ...search, name: 'Renamed' });
      expect(await nextEvent(events)).toEqual({ searches: [{ ...search, name: 'Renamed' }] });
      await first.history.deleteSearch({ id: search.id });
      await expect(first.history.deleteSearch({ id: search.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      stop.abort();
    });

    it('says what limits would delete, and deletes nothing', async () => {
      const { first } = fixture();
      const id = await failedRun(first, 'old_enough()', 'E');
      const { count } = await first.runs.count({});
      const none = { keepRunsDays: 0, keepRunsCount: 0, keepOutputMegabytes: 0 };
      expect(await first.history.retentionPreview(none)).toEqual({ runs: 0, artifactBytes: 0, fileBytes: 0, versions: 0, outputBytes: 0, fromMs: null, toMs: null });
      const preview = await first.history.retentionPreview({ ...none, keepRunsCount: 1 });
      expect(preview.runs).toBeGreaterThan(0);
      expect(preview.runs).toBeLessThan(count);
      expect(preview.toMs).toBeLessThanOrEqual(Date.now());
      expect((await first.runs.count({})).count).toBe(count);
      expect(await first.runs.get({ id })).toMatchObject({ id });
    });

    it('counts runs a day, failures, packages, and knows the slowest', async () => {
      const { first } = fixture();
      const slow = await failedRun(first, 'import statmodule, os, PIL.Image, my_files\n', 'StatError: no', [{ name: 'statmodule', version: '1.2' }, { name: 'pillow', version: '11.0' }]);
      await failedRun(first, 'import statmodule\n', 'StatError: something else');
      const ended = await startRun(first, 'import sys\nsys.exit(77)');
      await first.runs.finish({ ...finishInput(ended), status: 'failed', exitCode: 77 });
      const now = Date.now();
      const statistics = await first.history.statistics({ dayStartsMs: [now - 172_800_000, now - 86_400_000, now + 1000] });
      expect(statistics.days).toHaveLength(2);
      expect(statistics.days[0]).toMatchObject({ runs: 0, failed: 0 });
      expect(statistics.days[1]).toMatchObject({ runs: statistics.runs, failed: statistics.failed });
      expect(statistics.failures).toContainEqual({ name: 'StatError', count: 2 });
      expect(statistics.failures).toContainEqual({ name: 'Exit code 77', count: 1 });
      expect(statistics.packages).toContainEqual({ name: 'statmodule', count: 2, versions: ['1.2'] });
      expect(statistics.packages).toContainEqual({ name: 'pillow', count: 1, versions: ['11.0'] });
      expect(statistics.packages.filter(({ name }) => ['os', 'my-files', 'my_files', 'pil'].includes(name))).toEqual([]);
      expect(statistics.slowest.slice(0, 2).map((run) => run.id)).toContain(slow);
      expect(statistics.totalMs).toBeGreaterThanOrEqual(180_000);
      expect(await first.history.compare({ left: slow, right: slow })).toMatchObject({ left: { id: slow }, output: { count: 0 } });
      await expect(first.history.statistics({ dayStartsMs: [2, 1] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });
  });
}
