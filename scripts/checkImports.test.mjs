import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkImports, judge, requestsOf, rooms } from './checkImports.mjs';

describe('requestsOf', () => {
  it('finds every way to import', () => {
    const source = `import a from './a.ts';
import type { B } from './b.ts';
export { c } from './c.ts';
export * from './d.ts';
const e = await import('./e.ts');
const f = require('./f.cjs');
type G = import('./g.ts').G;
import h = require('./h.cjs');
import './i.css';
import Worker from './j.ts?worker';
const unknown = await import(name);
`;
    expect(requestsOf('x.ts', source).map(({ request }) => request)).toEqual([
      './a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.cjs', './g.ts', './h.cjs', './i.css', './j.ts', null,
    ]);
    expect(requestsOf('x.ts', source)[4]).toEqual({ request: './e.ts', line: 5 });
  });

  it('does not take a file that it cannot read for one without imports', () => {
    expect(() => requestsOf('x.ts', 'import {')).toThrow('x.ts does not parse');
  });
});

describe('judge', () => {
  it.each([
    ['contract/runs.ts', 'zod'],
    ['contract/runs.ts', './ids.ts'],
    ['contract/ids.test.ts', 'vitest'],
    ['kernel/worker/entry.ts', '../../contract/output.ts'],
    ['kernel/testing/testKernel.ts', null],
    ['kernel/testing/testKernel.ts', 'node:worker_threads'],
    ['main/core/core.ts', './runs/index.ts'],
    ['main/core/runs/runs.ts', '../output/index.ts'],
    ['main/core/runs/runs.ts', '../database/sql.ts'],
    ['main/core/runs/runs.ts', '../ports.ts'],
    ['main/core/runs/runs.ts', './rows.ts'],
    ['main/core/runs/runs.ts', 'node:fs'],
    ['main/hosts/server/main.ts', '../../core/core.ts'],
    ['main/hosts/server/main.ts', '../dataFolder.ts'],
    ['main/hosts/server/server.ts', 'ws'],
    ['main/hosts/electron/main.ts', 'electron'],
    ['preload/preload.ts', 'electron'],
    ['renderer/runs/index.ts', '../rpc/index.ts'],
    ['renderer/runs/index.ts', '../ui/Button.tsx'],
    ['renderer/runs/index.ts', '../console/index.ts'],
    ['renderer/runs/index.ts', '../../kernel/protocol/messages.ts'],
    ['renderer/main.tsx', './app/index.ts'],
    ['renderer/main.tsx', './styles.css'],
    ['renderer/ui/Button.tsx', 'react'],
    ['tests/e2e/run.spec.ts', '../../main/core/core.ts'],
    ['tests/smoke/utility/main.ts', 'electron'],
  ])('%s may import %s', (path, request) => {
    expect(judge(path, request)).toBeNull();
  });

  it.each([
    ['contract/runs.ts', 'node:fs'],
    ['contract/runs.ts', '@orpc/server'],
    ['contract/runs.ts', 'vitest'],
    ['contract/runs.ts', '../kernel/protocol/messages.ts'],
    ['kernel/worker/entry.ts', null],
    ['kernel/worker/entry.ts', 'react'],
    ['kernel/worker/entry.ts', '../../main/core/core.ts'],
    ['main/core/runs/runs.ts', '../output/store.ts'],
    ['main/core/runs/runs.ts', '../output/deep/index.ts'],
    ['main/core/runs/runs.ts', 'electron'],
    ['main/core/runs/runs.ts', '../../hosts/server/server.ts'],
    ['main/core/runs/runs.ts', '../../../kernel/protocol/messages.ts'],
    ['main/hosts/server/main.ts', '../electron/guards.ts'],
    ['main/hosts/server/main.ts', '../electron/index.ts'],
    ['main/hosts/electron/main.ts', '../server/server.ts'],
    ['main/hosts/server/main.ts', '../../core/runs/runs.ts'],
    ['main/hosts/server/main.ts', 'electron'],
    ['main/hosts/dataFolder.ts', './server/server.ts'],
    ['preload/preload.ts', 'node:fs'],
    ['preload/preload.ts', '../main/hosts/presence.ts'],
    ['renderer/runs/index.ts', '../console/Log.tsx'],
    ['renderer/runs/index.ts', '../../kernel/worker/entry.ts'],
    ['renderer/runs/index.ts', '../../main/core/ports.ts'],
    ['renderer/runs/index.ts', 'electron'],
    ['renderer/runs/index.ts', 'electron/renderer'],
    ['renderer/runs/index.ts', 'node:fs'],
    ['renderer/runs/index.ts', 'fs'],
    ['renderer/runs/index.ts', null],
    ['renderer/runs/index.ts', '../../../outside.ts'],
    ['tests/e2e/run.spec.ts', 'electron'],
  ])('%s may not import %s', (path, request) => {
    expect(judge(path, request)).toEqual(expect.any(String));
  });
});

describe('checkImports', () => {
  let folder;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pyexekube-imports-'));
    const named = rooms.flatMap((room) => [room.folder, ...room.folders.map((name) => name.replace(/\/\*$/, ''))]);
    for (const name of [...named, 'tests']) {
      await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, name, 'index.ts'), 'export const x = 1;\n');
    }
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('passes what keeps to the rules', async () => {
    const { violations, files } = await checkImports(folder);
    expect(violations).toEqual([]);
    expect(files).toBeGreaterThan(10);
  });

  it('names file and line of what does not', async () => {
    await writeFile(join(folder, 'contract/bad.ts'), "\nimport { app } from 'electron';\nexport const x = app;\n");
    expect((await checkImports(folder)).violations).toEqual(['contract/bad.ts:2 contract may not import electron']);
  });

  it.each(['preload', 'renderer/rpc', 'tests'])('fails when %s, which it names, is missing', async (name) => {
    await rm(join(folder, name), { recursive: true });
    expect((await checkImports(folder)).violations).toContain(`${name} is named by the rules and is not there`);
  });

  it('fails when a folder holds nothing to check', async () => {
    await rm(join(folder, 'preload/index.ts'));
    expect((await checkImports(folder)).violations).toEqual(['preload holds no file to check']);
  });
});
