import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNode } from './nodeBinary.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyexekube-node-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A program that says a version, as node does. */
function fakeNode(path: string, version: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho ${version}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe.skipIf(process.platform === 'win32')('findNode', () => {
  it('takes the one that was installed with the application before one on the PATH', () => {
    const own = fakeNode(join(folder, `node_modules/node-${process.platform}-${process.arch}/bin/node`), 'v24.1.0');
    fakeNode(join(folder, 'path/node'), 'v26.0.0');
    expect(findNode(folder, { PATH: join(folder, 'path') })).toBe(own);
  });

  it('passes by one that is too old', () => {
    fakeNode(join(folder, 'old/node'), 'v20.19.0');
    const good = fakeNode(join(folder, 'good/node'), 'v22.0.0');
    expect(findNode(folder, { PATH: `${join(folder, 'old')}:${join(folder, 'good')}` })).toBe(good);
  });

  it('asks PYEXEKUBE_NODE alone when it is set', () => {
    const chosen = fakeNode(join(folder, 'chosen'), 'v20.0.0');
    fakeNode(join(folder, 'good/node'), 'v24.0.0');
    expect(() => findNode(folder, { PATH: join(folder, 'good'), PYEXEKUBE_NODE: chosen })).toThrow(`${chosen} is 20.0.0`);
  });

  it('says what to do when there is none', () => {
    writeFileSync(join(folder, 'node'), 'no program');
    chmodSync(join(folder, 'node'), 0o755);
    expect(() => findNode(folder, { PATH: folder })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED', action: expect.stringContaining('PYEXEKUBE_NODE') }));
  });
});
