import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { followProgram } from '../../main/core/jobs/earlyLog.ts';
import { Pod, pythons } from './harness.ts';

describe.each(pythons)('the program that reads the beginning of a run, with Python $version', (python) => {
  let pod: Pod;
  afterEach(() => pod.remove());

  function follow() {
    const child = spawn(python.path, ['-ISBc', followProgram(join(pod.root, 'run'))], { stdio: ['pipe', 'pipe', 'pipe'] });
    const said = { out: '', err: '' };
    const waiting: (() => void)[] = [];
    child.stdout.on('data', (data: Buffer) => {
      said.out += data.toString();
      for (const resolve of waiting.splice(0)) resolve();
    });
    child.stderr.on('data', (data: Buffer) => {
      said.err += data.toString();
    });
    const says = async (text: string): Promise<void> => {
      while (!said.out.includes(text)) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
    };
    return { child, said, says, ended: once(child, 'close') };
  }

  it('waits for the copy, gives what comes, and ends with its input', async () => {
    pod = await Pod.make(python, { source: 'print("first", flush=True)\nprint("second")' });
    const { child, said, says, ended } = follow();
    pod.start();
    await says('first');
    await says('second');
    const { lines } = await pod.end();
    await says('"collecting"');
    child.stdin.end();
    await ended;
    expect(said).toEqual({ out: pod.log.toString(), err: '' });
    expect(lines.at(-1)?.kind).toBe('s');
  });

  it('leaves most of a flood to the log', async () => {
    pod = await Pod.make(python, { source: 'for i in range(100000): print(i)' });
    pod.start();
    await pod.end();
    const { said, ended } = follow();
    expect(await ended).toEqual([0, null]);
    expect(said.out).toHaveLength(256 * 1024);
    expect(pod.log.toString().startsWith(said.out)).toBe(true);
  });
});
