import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finishInput, startRun, textRecord, type Fixture } from './served.ts';

export function transferSuite(fixture: () => Fixture): void {
  describe('runs that go out and come in', () => {
    it('travel in a capsule and in the history’s file', async () => {
      const { first, folder } = fixture();
      const at = folder();
      const id = await startRun(first, 'travels()');
      await first.output.append({ runId: id, records: [textRecord(1, 'hello\n')] });
      await first.runs.finish(finishInput(id));
      const path = join(at, 'a.pyxrun');
      expect(await first.transfer.exportRun({ runId: id, path })).toMatchObject({ runId: id, isKnown: true });
      await first.runs.delete({ ids: [id] });
      expect(await first.transfer.inspectRun({ path })).toMatchObject({ isKnown: false });
      await first.transfer.openRun({ path });
      expect(await first.runs.get({ id })).toMatchObject({ source: 'travels()', status: 'succeeded' });
      expect(await first.transfer.artifacts({ runId: id })).toMatchObject({ artifacts: [] });

      const file = join(at, 'all.ndjson');
      let told = 0;
      for await (const { done, runs } of await first.transfer.exportHistory({ path: file })) if (done) told = runs;
      expect(told).toBeGreaterThan(0);
      let known = 0;
      for await (const { done, skipped } of await first.transfer.importHistory({ path: file })) if (done) known = skipped;
      expect(known).toBe(told);
      await expect((async () => {
        for await (const _ of await first.transfer.importHistory({ path }));
      })()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });
  });
}
