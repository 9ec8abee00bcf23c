import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pythons, runnerFolder } from './harness.ts';

const files = ['runner.py', 'sitecustomize.py'].map((name) => join(runnerFolder, name));
const hasVermin = spawnSync('vermin', ['--version']).status === 0;

describe('the runner', () => {
  it.each(pythons)('is written in the Python of 3.8, says $version', ({ path }) => {
    const check = 'import ast, sys\nfor name in sys.argv[1:]:\n    with open(name, encoding="utf-8") as file: ast.parse(file.read(), name, feature_version=(3, 8))';
    expect(spawnSync(path, ['-W', 'error', '-c', check, ...files], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  // What each call of the standard library needs; the other tests here run it all under the oldest Python at hand.
  it.skipIf(!hasVermin)('needs nothing newer than 3.8, says vermin (skipped where it is not installed)', () => {
    const { status, stdout } = spawnSync('vermin', ['--target=3.8-', '--no-tips', '--violations', ...files], { encoding: 'utf8' });
    expect(status, stdout).toBe(0);
  });
});
