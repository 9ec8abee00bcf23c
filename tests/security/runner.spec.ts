import { expect, openKernelPage, test } from './kernelFixture.ts';

test('runs in an isolated frame, keeps variables, and runs afresh beside them', async ({ kernel }) => {
  const first = await kernel.run('x = 41\nprint("hi")');
  expect(first.text).toBe('hi\n');
  expect(first.end).toMatchObject({ status: 'succeeded', exitCode: 0, kernelLost: false });
  expect(first.state).toMatchObject({ status: 'ready', pythonVersion: '3.14.2' });
  expect((await kernel.run('x + 1')).kinds).toEqual(['result', 'finished']);
  const fresh = await kernel.run({ source: 'print("x" in globals())\nx = 1', globals: 'fresh' });
  expect(fresh.text).toBe('False\n');
  expect((await kernel.run('print(x)')).text).toBe('41\n');
  expect(await kernel.call((api) => api.inspect())).toEqual(['x: int']);
  await kernel.call((api) => api.restart());
  expect((await kernel.run('x')).error?.name).toBe('NameError');
});

test('asks for input from within the frame, while Python waits', async ({ kernel }) => {
  const run = await kernel.run({ source: 'a = input("? ")\nprint(a * 2)\ninput()', answers: ['é', null] });
  expect(run.text).toBe('? é\néé\n');
  expect(run.error?.name).toBe('EOFError');
});

for (const [name, source] of Object.entries({
  'a loop': 'print("begun")\nwhile True: pass',
  'time.sleep': 'import time\nprint("begun")\ntime.sleep(600)',
  'a prompt that nobody answers': 'import sys\nprint("begun")\nimport time\ntime.sleep(0.02)\nsys.stdin.readline() if 0 else time.sleep(600)',
  'a flood of output': 'while True: print("begun " * 10)',
})) {
  test(`Stop ends ${name} and keeps the variables`, async ({ kernel }) => {
    await kernel.run('kept = 1');
    const run = await kernel.run({ source, stopAt: 'begun' });
    expect(run.end).toMatchObject({ status: 'stopped', exitCode: 130, kernelLost: false });
    expect(run.error?.name).toBe('KeyboardInterrupt');
    expect((await kernel.run('print(kept)')).text).toBe('1\n');
  });
}

// "begun" comes from where an interrupt is already caught: on a busy machine Stop arrives before the line after the print.
for (const [name, source] of Object.entries({
  'swallows KeyboardInterrupt': 'while True:\n    try:\n        print("begun")\n        while True: pass\n    except BaseException: pass',
  'is one long computation': 'numbers = range(10**11)\ntry:\n    print("begun", flush=True)\nfinally:\n    x = sum(numbers)',
  'ignores SIGINT': 'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint("begun")\nwhile True: pass',
  'swallows it and floods': 'while True:\n    try:\n        while True: print("begun")\n    except BaseException: pass',
})) {
  test(`Stop ends a script that ${name}, within 1.5 s, and the spare takes over`, async ({ kernel }) => {
    await kernel.run('1');
    await expect.poll(() => kernel.call((api) => api.state().spare)).toBe('ready');
    const run = await kernel.run({ source, stopAt: 'begun' });
    expect(run.end, JSON.stringify(run.error)).toMatchObject({ status: 'stopped', exitCode: 130, kernelLost: true });
    expect(run.text).toContain('begun');
    expect(run.stopMs).toBeLessThan(2000);
    expect(run.state.status).toBe('lost');
    const next = await kernel.run('print("again")');
    expect(next.text).toBe('again\n');
    expect(next.notes[0]).toContain('variables of earlier runs are gone');
  });
}

test('a frame that hangs itself is made anew when it does not obey Stop', async ({ kernel, page }) => {
  await kernel.run('x = 1');
  const frame = page.frames().find((candidate) => candidate.url().includes('/runner/'));
  await page.evaluate(() => {
    const hanging = new Promise<void>((resolve) => {
      addEventListener('message', (event) => {
        if (event.data === 'hanging') resolve();
      });
    });
    Reflect.set(globalThis, 'hanging', hanging);
  });
  const running = kernel.run({ source: 'import time\ntime.sleep(600)', stopWhen: 'hanging' });
  frame?.evaluate(() => {
    parent.postMessage('hanging', '*');
    for (;;);
  }).catch(() => undefined);
  expect((await running).end.status).toBe('stopped');
  expect((await kernel.run('print("anew")')).text).toBe('anew\n');
});

test('memory ends with a MemoryError, and the window lives', async ({ kernel }) => {
  test.setTimeout(120_000);
  const run = await kernel.run('kept = []\nwhile True: kept.append(bytearray(64 * 1024 * 1024))');
  expect(run.error?.name).toBe('MemoryError');
  expect((await kernel.run('del kept\nprint("alive")')).text).toBe('alive\n');
});

test('an interpreter that dies is told, and the next run starts clean', async ({ kernel }) => {
  const run = await kernel.run('import os\nprint("bye", flush=True)\nos._exit(3)');
  expect(run.text).toBe('bye\n');
  expect(run.end).toMatchObject({ status: 'failed', exitCode: 3, kernelLost: true });
  const deep = await kernel.run('import sys, functools\nsys.setrecursionlimit(10**9)\n@functools.lru_cache(None)\ndef f(n): return f(n + 1)\nf(0)');
  expect(deep.end.status).toBe('failed');
  expect((await kernel.run('print("alive")')).text).toBe('alive\n');
});

test('output waits for the window: some messages, then Python stands still, and Stop still works', async ({ kernel }) => {
  const run = await kernel.run({
    source: 'import sys\nfor i in range(10**6):\n    print("begun", i, flush=True)\n    sys.stderr.write("x")',
    withoutAcknowledging: true,
    stopAt: 'begun',
  });
  expect(run.end.status).toBe('stopped');
  expect(run.outputEvents).toBeLessThanOrEqual(1024 + 16);
});

test('at most four interpreters live; the fifth takes the place of the one that was idle longest', async ({ kernel }) => {
  for (const tab of ['a', 'b', 'c', 'd', 'e']) await kernel.run({ tab, source: `me = "${tab}"` });
  expect((await kernel.call((api) => api.state())).alive).toBeLessThanOrEqual(4);
  expect(await kernel.call((api) => api.stateOf('a'))).toMatchObject({ status: 'lost' });
  expect((await kernel.run({ tab: 'e', source: 'print(me)' })).text).toBe('e\n');
  const again = await kernel.run({ tab: 'a', source: 'print("me" in globals())' });
  expect(again.text).toBe('False\n');
  expect(again.notes[0]).toContain('four were in use');
});

for (const asset of ['pyodide.js', 'pyodide.asm.wasm', 'python_stdlib.zip', 'snapshot.bin']) {
  test(`a missing or altered ${asset} is refused by its name`, async ({ page, server, script }) => {
    let kind: 'missing' | 'altered' = 'missing';
    await page.route(`${server.origin}/python/${asset}`, async (route) => {
      if (kind === 'missing') return route.fulfill({ status: 404, headers: { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' } });
      const response = await route.fetch();
      const body = await response.body();
      body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
      return route.fulfill({ response, body });
    });
    const kernel = await openKernelPage(page, server.origin, script);
    const missing = await kernel.run('print("never")');
    expect(missing.startFailed).toContain(`${asset} is missing (status 404)`);
    expect(missing.text).toBe('');
    kind = 'altered';
    const altered = await kernel.run('print("never")');
    expect(altered.startFailed).toContain(`${asset} was refused: its hash differs`);
    await page.unroute(`${server.origin}/python/${asset}`);
    expect((await kernel.run('print("well again")')).text).toBe('well again\n');
  });
}
