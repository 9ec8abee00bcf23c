import { mkdtemp, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import { z } from 'zod';
import { startStaticServer } from '../security/harness.ts';
import { launch } from './browser.ts';
import { nativePython } from './nativePython.ts';
import { print } from './report.ts';

type Call = 'run' | 'stop';

/** Calls the bench page's own function; what it gives is numbers. */
async function call(page: Page, name: Call, source: string): Promise<{ ms: number; lines: number }> {
  return page.evaluate(
    async ([method, text]) => {
      const bench: unknown = Reflect.get(globalThis, 'bench');
      if (typeof bench !== 'object' || bench === null) throw new Error('The bench page is not there.');
      const result: unknown = await (Reflect.get(bench, method) as (source: string) => Promise<unknown>)(text);
      if (typeof result !== 'object' || result === null) throw new Error('no result');
      return { ms: Number(Reflect.get(result, 'ms')), lines: Number(Reflect.get(result, 'lines')) };
    },
    [name, source] as const,
  );
}

const loops: Record<string, string> = {
  'while True: pass': 'print("begun", flush=True)\nwhile True: pass',
  'time.sleep(600)': 'import time\nprint("begun", flush=True)\ntime.sleep(600)',
  'nested calls and allocations': 'print("begun", flush=True)\ndef f(n): return [f(n - 1) for _ in range(2)] if n else 0\nwhile True: f(8)',
  'await asyncio.sleep(600)': 'import asyncio\nprint("begun", flush=True)\nawait asyncio.sleep(600)',
};
const swallowing = 'while True:\n    try:\n        print("begun", flush=True)\n        while True: pass\n    except BaseException: pass';

/** The kernel alone in a page: round trip, Stop, and how fast text leaves the worker. */
export async function kernelBench(): Promise<void> {
  const folder = await mkdtemp(resolve('.cache', 'kernel-bench-'));
  await build({
    root: resolve('.'),
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: { outDir: folder, lib: { entry: resolve('tests/bench/kernelPage.ts'), formats: ['es'], fileName: 'kernelPage' } },
  });
  const window = resolve('dist/window');
  const server = await startStaticServer(
    { '/page/': folder, '/runner/': `${window}/runner`, '/python/': `${window}/python` },
    '<!doctype html><title>bench</title><script type="module" src="/page/kernelPage.js"></script>',
  );
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(server.origin);
    await page.waitForFunction(() => Reflect.has(globalThis, 'bench'));
    await call(page, 'run', '1 + 1');
    await page.evaluate('bench.spareReady()');
    await page.evaluate('bench.trips("1 + 1", 200)');

    const trips = z.array(z.number()).parse(await page.evaluate('bench.trips("1 + 1", 1000)'));
    print({ ours: { name: 'kernel: round trip of 1 + 1, warm, the spare beside it ready', unit: 'ms', samples: trips }, goal: 'p99 under 5 ms' });

    const stops: number[] = [];
    const names = Object.values(loops);
    for (let i = 0; i < 200; i++) stops.push((await call(page, 'stop', names[i % names.length] ?? '')).ms);
    print({ ours: { name: `kernel: Stop of ${stops.length} loops (${Object.keys(loops).join(', ')})`, unit: 'ms', samples: stops }, goal: '200 of 200, p99 under 250 ms' });

    const hard: number[] = [];
    for (let i = 0; i < 10; i++) hard.push((await call(page, 'stop', swallowing)).ms);
    print({ ours: { name: 'kernel: Stop of a loop that swallows KeyboardInterrupt', unit: 'ms', samples: hard }, goal: 'under 1,200 ms' });

    const flood = `for i in range(1_000_000): print(f"{i:07d} ${'x'.repeat(58)}")`;
    const rates: number[] = [];
    for (let i = 0; i < 5; i++) {
      const { ms, lines } = await call(page, 'run', flood);
      if (lines !== 1_000_000) throw new Error(`${lines} lines came of 1,000,000`);
      rates.push((lines / ms) * 1000);
    }
    const native: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      nativePython(flood);
      native.push(1e9 / (performance.now() - start));
    }
    print({
      ours: { name: 'kernel: 10**6 lines of 67 B from Python to the window', unit: 'lines/s', samples: rates },
      peer: { name: 'native python3 into a pipe', unit: 'lines/s', samples: native },
      goal: '400,000 or more (hoped: 1,000,000)',
    });
  } finally {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
