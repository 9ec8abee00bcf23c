import { describe, expect, it } from 'vitest';
import { newRunId } from '../../contract/ids.ts';
import { finishInput, nextEvent, startInput, startRun, textRecord, type Fixture } from './served.ts';

export function runsSuite(fixture: () => Fixture): void {
  describe('runs', () => {
    it('keeps a run with its exact source', async () => {
      const { first } = fixture();
      const source = '\n# a comment\n\tx = "\u{1F600}\\r"\r\nprint(x)\n';
      const input = { ...startInput(source), path: '/a/b.py', lineOffset: 7, argv: ['-v', 'ä'] };
      expect(await first.runs.start(input)).toMatchObject({ id: input.id, status: 'running', firstLine: 'x = "\u{1F600}\\r"', durationMs: null, exitCode: null });
      const frames = [{ file: 'b.py', line: 8, column: 2, name: '<module>' }];
      const end = { ...finishInput(input.id), status: 'failed' as const, exitCode: 1, error: 'ValueError: no', peakMemoryBytes: 9, frames };
      expect(await first.runs.finish(end)).toMatchObject({ status: 'failed', exitCode: 1, durationMs: 5, error: 'ValueError: no' });
      expect(await first.runs.get({ id: input.id })).toMatchObject({ source, path: '/a/b.py', tabId: null, lineOffset: 7, argv: ['-v', 'ä'], peakMemoryBytes: 9, frames });
    });

    it('answers a repeated start and a repeated end as the first', async () => {
      const { first, second } = fixture();
      const input = startInput('1');
      const started = await first.runs.start(input);
      expect(await first.runs.start(input)).toEqual(started);
      await expect(first.runs.start({ ...input, source: '2' })).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(second.runs.start(input)).rejects.toMatchObject({ code: 'CONFLICT' });
      const ended = await first.runs.finish(finishInput(input.id));
      expect(await first.runs.finish(finishInput(input.id))).toEqual(ended);
      await expect(first.runs.finish({ ...finishInput(input.id), status: 'failed', exitCode: 1 })).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('lets only its window end a run', async () => {
      const { first, second } = fixture();
      const id = await startRun(first);
      await expect(second.runs.finish(finishInput(id))).rejects.toMatchObject({ code: 'FORBIDDEN', data: { retryable: false } });
      expect(await second.runs.get({ id })).toMatchObject({ status: 'running' });
      await first.runs.finish(finishInput(id));
    });

    it('says so when there is no such run', async () => {
      const { first } = fixture();
      const id = newRunId();
      await expect(first.runs.get({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(first.runs.finish(finishInput(id))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(first.runs.update({ id, pinned: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await first.runs.delete({ ids: [id] })).toEqual({ deleted: 0 });
    });

    it('refuses input that the contract does not allow, and says where', async () => {
      const { first } = fixture();
      const id = newRunId();
      await expect(first.runs.start({ ...startInput('1'), title: '' })).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('title') });
      await expect(first.runs.list({ limit: 0 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(first.runs.delete({ ids: [] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(first.runs.update({ id, title: '  ' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(first.runs.get({ id: '../etc/passwd' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('pages through the history, newest first, while new runs begin', async () => {
      const { first } = fixture();
      const ids = [];
      for (let i = 0; i < 5; i++) ids.push(await startRun(first, 'pageable'));
      const filter = { search: 'pageable' };
      const newest = await first.runs.list({ filter, limit: 2 });
      await startRun(first, 'pageable too');
      const next = await first.runs.list({ filter, limit: 2, cursor: newest.next });
      const last = await first.runs.list({ filter, limit: 2, cursor: next.next });
      expect([...newest.runs, ...next.runs, ...last.runs].map((run) => run.id)).toEqual(ids.toReversed());
      expect(last.next).toBeNull();
      expect(await first.runs.count({ filter })).toEqual({ count: 6 });
      expect(await first.runs.count({ filter, limit: 3 })).toEqual({ count: 3 });
    });

    it('filters by status, engine, date and pin, and searches source, title and error', async () => {
      const { first } = fixture();
      const failed = await startRun(first, 'alpha()', 'needle.py');
      await first.runs.finish({ ...finishInput(failed), status: 'failed', exitCode: 1, error: 'ZeroDivisionError: division by zebra' });
      const running = await startRun(first, 'alpha_needle = 1');
      const found = async (filter: Parameters<typeof first.runs.list>[0]['filter']) => (await first.runs.list({ filter })).runs.map((run) => run.id);
      expect(await found({ search: 'needle' })).toEqual([running, failed]);
      expect(await found({ search: 'needle', statuses: ['failed'] })).toEqual([failed]);
      expect(await found({ search: 'eedl zebr' })).toEqual([failed]);
      expect(await found({ search: 'needle', engines: ['cluster'] })).toEqual([]);
      expect(await found({ search: 'needle', statuses: [] })).toEqual([]);
      expect(await found({ search: 'needle', toMs: 1000 })).toEqual([]);
      expect(await found({ search: 'needle', fromMs: 1000 })).toEqual([running, failed]);
      expect(await found({ search: '" OR title:* NEAR(' })).toEqual([]);
      await first.runs.update({ id: failed, pinned: true });
      expect(await found({ search: 'needle', pinnedOnly: true })).toEqual([failed]);
      expect(await first.runs.update({ id: failed, title: ' haystack ' })).toMatchObject({ title: 'haystack', pinned: true });
      expect(await found({ search: 'needle' })).toEqual([running]);
    });

    it('deletes runs with their output, but none that runs', async () => {
      const { first } = fixture();
      const ended = await startRun(first);
      await first.output.append({ runId: ended, records: [textRecord(1, 'x')] });
      await first.runs.finish(finishInput(ended));
      const running = await startRun(first);
      await expect(first.runs.delete({ ids: [ended, running] })).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await first.runs.get({ id: ended })).toMatchObject({ id: ended });
      expect(await first.runs.delete({ ids: [ended, ended] })).toEqual({ deleted: 1 });
      await expect(first.output.read({ runId: ended, after: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('tells every window what happens to runs, until it stops listening', async () => {
      const { first, second } = fixture();
      const stop = new AbortController();
      const events = await second.runs.watch(undefined, { signal: stop.signal });
      const id = await startRun(first, 'watched');
      expect(await nextEvent(events)).toMatchObject({ type: 'changed', run: { id, status: 'running' } });
      await first.runs.finish(finishInput(id));
      expect(await nextEvent(events)).toMatchObject({ type: 'changed', run: { id, status: 'succeeded' } });
      await first.runs.delete({ ids: [id] });
      expect(await nextEvent(events)).toEqual({ type: 'deleted', ids: [id] });
      const pending = events.next().then((result) => result.done, () => true);
      stop.abort();
      expect(await pending).toBe(true);
    });
  });
}
