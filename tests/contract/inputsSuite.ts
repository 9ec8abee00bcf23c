import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newRunId } from '../../contract/ids.ts';
import { finishInput, startRun, type Client, type Fixture } from './served.ts';

/** Opens a folder with files as the workspace. @returns the folder as the core names it, and the versions of its files */
async function openFolder(client: Client, folder: string, files: Record<string, string>) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const { path } = await client.files.openWorkspace({ path: folder });
  return path ?? '';
}

async function versionsOf(client: Client, folder: string) {
  return (await client.files.bundle({ path: folder })).files.map(({ path, version }) => ({ path, version }));
}

export function inputsSuite(fixture: () => Fixture): void {
  describe('what a run was given', () => {
    it('is kept as it was, once for all runs, and can be read and unpacked', async () => {
      const { first, second, folder } = fixture();
      const workspace = await openFolder(first, folder(), { 'main.py': 'import helper\n', 'lib/helper.py': 'x = 1\n', 'big.txt': 'na'.repeat(100_000) });
      const files = await versionsOf(first, workspace);
      const id = await startRun(first, 'import helper');
      expect(await first.inputs.get({ runId: id })).toEqual({ inputs: null });
      await expect(second.inputs.keep({ runId: id, folder: workspace, files })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await first.inputs.keep({ runId: id, folder: workspace, files, environment: { runtime: 'Pyodide' } })).toEqual({ kept: 3, missing: 0 });

      writeFileSync(join(workspace, 'lib/helper.py'), 'x = 22\n');
      const changed = await versionsOf(first, workspace);
      writeFileSync(join(workspace, 'lib/helper.py'), 'x = 333\n');
      const later = await startRun(first, 'import helper');
      expect(await first.inputs.keep({ runId: later, folder: workspace, files: changed })).toEqual({ kept: 2, missing: 1 });
      expect((await first.inputs.get({ runId: later })).inputs?.files.find(({ path }) => path === 'lib/helper.py')).toMatchObject({ hash: null, reason: expect.stringContaining('changed') });

      const { inputs } = await second.inputs.get({ runId: id });
      expect(inputs).toMatchObject({ folder: workspace, environment: { runtime: 'Pyodide', imageDigest: null } });
      expect(inputs?.files.map(({ path, bytes }) => [path, bytes])).toEqual([['big.txt', 200_000], ['lib/helper.py', 6], ['main.py', 14]]);
      const read = await first.inputs.read({ runId: id, paths: ['lib/helper.py'] });
      expect(Buffer.from(read.files[0]?.data ?? '', 'base64').toString()).toBe('x = 1\n');
      expect((await first.inputs.read({ runId: id, after: 'lib/helper.py' })).files.map(({ path }) => path)).toEqual(['main.py']);
      const unpacked = await first.inputs.unpack({ runId: id });
      expect(readFileSync(join(unpacked.folder, 'lib/helper.py'), 'utf8')).toBe('x = 1\n');

      const again = await startRun(first, 'import helper');
      await first.inputs.keepSame({ runId: again, as: id });
      expect((await first.inputs.get({ runId: again })).inputs).toEqual(inputs);
      await expect(first.inputs.keepSame({ runId: again, as: await startRun(first) })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await first.runs.finish(finishInput(id));
      await first.runs.delete({ ids: [id] });
      expect((await first.inputs.read({ runId: again })).files).toHaveLength(3);
      await first.files.openWorkspace({ path: null });
    });

    it('is only what lies in the open folder', async () => {
      const { first, folder } = fixture();
      const outside = folder();
      const workspace = await openFolder(first, folder(), { 'a.py': '1' });
      const id = await startRun(first);
      await expect(first.inputs.keep({ runId: id, folder: outside, files: [] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      for (const path of ['../a.py', '/etc/passwd', 'a//b', 'C:/x', 'a\\b', 'a\nb']) {
        await expect(first.inputs.keep({ runId: id, folder: workspace, files: [{ path, version: 'x' }] }), path).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      }
      expect(await first.inputs.keep({ runId: id, folder: workspace, files: [{ path: 'gone.py', version: 'x' }] })).toEqual({ kept: 0, missing: 1 });
      await expect(first.inputs.get({ runId: newRunId() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await first.files.openWorkspace({ path: null });
    });
  });
}
