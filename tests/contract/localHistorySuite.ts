import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finishInput, startInput, type Client, type Fixture } from './served.ts';

async function runFile(client: Client, path: string, source: string, mode: 'file' | 'selection' = 'file') {
  const { id } = await client.runs.start({ ...startInput(source), path, mode });
  await client.runs.finish(finishInput(id));
  return id;
}

export function localHistorySuite(fixture: () => Fixture): void {
  describe('versions of files', () => {
    it('are kept at each run of a changed file, and restored without a loss', async () => {
      const { first, folder } = fixture();
      const path = join(folder(), 'kept.py');
      const run = await runFile(first, path, 'one\n');
      await runFile(first, path, 'one\n');
      await runFile(first, path, 'part', 'selection');
      const second = await runFile(first, path, 'two\n');
      const { versions } = await first.localHistory.versions({ path });
      expect(versions).toMatchObject([{ runId: second, bytes: 4 }, { runId: run }]);
      expect((await first.localHistory.files({ search: 'KEPT.p' })).files).toMatchObject([{ path, versions: 2 }]);
      expect((await first.localHistory.files({ search: 'kept%p' })).files).toEqual([]);
      const old = versions[1]?.version ?? 0;
      expect(await first.localHistory.read({ version: old })).toEqual({ path, text: 'one\n' });

      writeFileSync(path, 'three\r\n');
      await first.localHistory.restore({ version: old });
      expect(readFileSync(path, 'utf8')).toBe('one\r\n');
      const after = (await first.localHistory.versions({ path })).versions;
      expect(after[0]).toMatchObject({ runId: null });
      expect(await first.localHistory.read({ version: after[0]?.version ?? 0 })).toEqual({ path, text: 'three\n' });

      rmSync(path);
      await first.runs.delete({ ids: [run, second] });
      await first.localHistory.restore({ version: old });
      expect(readFileSync(path, 'utf8')).toBe('one\n');
      expect((await first.localHistory.versions({ path })).versions.at(-1)).toMatchObject({ version: old, runId: null });
      writeFileSync(path, Buffer.from([0xff, 0xfe, 0]));
      await expect(first.localHistory.restore({ version: old })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
      await expect(first.localHistory.read({ version: 987_654 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });
}
