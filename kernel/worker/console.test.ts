import { beforeAll, describe, expect, it } from 'vitest';
import { TestKernel } from '../testing/testKernel.ts';

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
});

describe('stdout and stderr', () => {
  it('keep their order with one another and with displays', () => {
    const run = kernel.run(
      'import sys\nprint("a")\nprint("b", file=sys.stderr)\nprint("c", end="")\ndisplay(1)\nsys.stderr.write("d")\nsys.stdout.write("e")\n2',
    );
    // What is printed leaves after 16 ms at the latest: on a busy machine in the middle of a line.
    const order: string[] = [];
    let last: string | undefined;
    for (const event of run.events) {
      const place = event.type === 'text' ? event.stream : event.type;
      if (place !== last) order.push(event.type === 'text' ? `${place} ` : place);
      if (event.type === 'text') order.push(`${order.pop() ?? ''}${event.text}`);
      last = place;
    }
    expect(order.join('|')).toBe('stdout a\n|stderr b\n|stdout c|display|stderr d|stdout e|result');
  });

  it('leave at once when little is printed, and before a long computation', () => {
    let sentBefore = false;
    kernel.onMessage = () => undefined;
    const run = kernel.run('import time\ntime.sleep(0.03)\nprint("begun")\nx = sum(range(3 * 10**6))\nprint("over")');
    sentBefore = run.events.length > 1;
    expect(sentBefore).toBe(true);
    expect(run.text()).toBe('begun\nover\n');
  });

  it('go out in time though the script prints no more', () => {
    // The clock within the interpreter lets go a text without a line end after 16 ms of pure computing.
    const run = kernel.run('import time\nprint("x", end="")\nend = time.monotonic() + 0.2\nwhile time.monotonic() < end: pass\nprint("y", end="")');
    expect(run.events.filter((event) => event.type === 'text').map((event) => event.text)).toEqual(['x', 'y']);
  });

  it('carry many lines whole, in pieces of at most 128 KB', () => {
    const run = kernel.run('for i in range(200_000): print("0123456789" * 6)');
    const texts = run.events.flatMap((event) => (event.type === 'text' ? [event.text] : []));
    expect(texts.reduce((sum, text) => sum + text.length, 0)).toBe(12_200_000);
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(128 * 1024);
  });

  it('carry one text of 100 MB, with characters of several bytes cut nowhere', () => {
    const run = kernel.run('s = "aä€😀" * 10_000_000\nprint(s, end="")\ndel s');
    const bytes = kernel.messages.reduce((sum, message) => sum + (message.type === 'text' ? message.bytes.length : 0), 0);
    expect(bytes).toBe(100_000_000);
    expect(run.exitCode).toBe(0);
  });

  it('may be replaced and closed by the script, and are whole in the next run', () => {
    const run = kernel.run(
      'import io, contextlib, sys\nwith contextlib.redirect_stdout(io.StringIO()) as s: print("inside")\nprint(s.getvalue(), end="")\nsys.stdout.close()',
    );
    expect(run.text()).toBe('inside\n');
    expect(kernel.run('import sys\nsys.stderr.close()').exitCode).toBe(0);
    expect(kernel.run('import sys\nprint("again"); print("and err", file=sys.stderr)').text()).toBe('again\nand err\n');
  });

  it('take what is written below them', () => {
    const run = kernel.run('import os\nos.write(1, b"one\\n")\nos.write(2, b"two\\n")');
    expect([run.text('stdout'), run.text('stderr')]).toEqual(['one\n', 'two\n']);
  });
});

describe('input', () => {
  it('asks with its prompt, shows the answer, and ends with EOFError', () => {
    const run = kernel.run('name = input("Name? ")\nprint("Hello", name)\ninput()', { answers: ['Ada Lövelace', null] });
    expect(run.text()).toBe('Name? Ada Lövelace\nHello Ada Lövelace\n');
    expect(run.text('stdin')).toBe('Ada Lövelace\n');
    expect(run.error?.name).toBe('EOFError');
    const asked = kernel.messages.filter((message) => message.type === 'inputRequested');
    expect(asked).toMatchObject([{ prompt: 'Name? ', password: false }, { prompt: '', password: false }]);
  });

  it('takes an empty line, and one longer than the shared memory', () => {
    const long = '€'.repeat(40_000);
    const run = kernel.run('a = input(); b = input(); (a, len(b), set(b))', { answers: ['', long] });
    expect(run.result).toBe("('', 40000, {'€'})");
  });

  it('of getpass is not shown', () => {
    const run = kernel.run('import getpass\ngetpass.getpass() == "secret"', { answers: ['secret'] });
    expect(run.result).toBe('True');
    expect(run.text()).toBe('Password: ••••••\n');
    expect(kernel.messages.find((message) => message.type === 'inputRequested')).toMatchObject({ password: true });
  });

  it('by sys.stdin reads lines, pieces, everything', () => {
    const code = 'import sys\n[sys.stdin.readline(), sys.stdin.read(2), sys.stdin.readline(), list(sys.stdin), sys.stdin.read()]';
    const run = kernel.run(code, { answers: ['one', 'abcd', 'x', 'y', null, 'z', null] });
    expect(run.result).toBe("['one\\n', 'ab', 'cd\\n', ['x\\n', 'y\\n'], 'z\\n']");
    expect(kernel.run('import sys, io\nsys.stdin = io.StringIO("given\\n")\ninput("? ")').result).toBe("'given'");
    expect(kernel.run('open(0, closefd=False).readline()', { answers: ['raw'] }).result).toBe("'raw\\n'");
  });
});

describe('stop', { timeout: 5000 }, () => {
  it.each([
    ['a loop', 'print("begun", flush=True)\nwhile True: pass'],
    ['a sleep', 'import time\nprint("begun", flush=True)\ntime.sleep(600)'],
    ['a prompt', 'print("begun", flush=True)\nimport time\ntime.sleep(600)\ninput()'],
    ['an await', 'import asyncio\nprint("begun", flush=True)\nawait asyncio.sleep(600)'],
    ['asyncio.run', 'import asyncio\nprint("begun", flush=True)\nasyncio.run(asyncio.sleep(600))'],
    ['a wait for nothing', 'import asyncio\nprint("begun", flush=True)\nawait asyncio.Future()'],
    ['a flood', 'while True: print("begun")'],
  ])('ends %s with KeyboardInterrupt', (_name, source) => {
    const run = kernel.run(source, { stopAt: 'begun' });
    expect([run.interrupted, run.exitCode, run.error?.name]).toEqual([true, 130, 'KeyboardInterrupt']);
    expect(run.text()).toContain('begun\n');
    expect(kernel.run('1 + 1').result).toBe('2');
  });

  it('runs the script\'s own finally, and is an exception that it may catch', () => {
    const run = kernel.run('import time\ntry:\n    print("begun", flush=True)\n    time.sleep(600)\nexcept KeyboardInterrupt:\n    print("caught")', {
      stopAt: 'begun',
    });
    expect([run.interrupted, run.exitCode]).toEqual([false, 0]);
    expect(run.text()).toBe('begun\ncaught\n');
    const cleaned = kernel.run(
      'import asyncio\ntry:\n    print("begun", flush=True)\n    await asyncio.sleep(600)\nfinally:\n    await asyncio.sleep(0)\n    print("cleaned")',
      { stopAt: 'begun' },
    );
    expect(cleaned.text()).toContain('cleaned\n');
  });

  it('that came too late is not for the next run', () => {
    kernel.control.interrupt();
    expect(kernel.run('for i in range(1000): pass\n"whole"').result).toBe("'whole'");
  });
});

describe('asyncio', () => {
  it('awaits at top level, and keeps tasks for the next await', () => {
    const run = kernel.run('import asyncio\nasync def later():\n    await asyncio.sleep(0.01)\n    print("later")\ntask = asyncio.create_task(later())\nawait asyncio.sleep(0)\n3');
    expect(run.result).toBe('3');
    expect(run.events).toContainEqual({ type: 'note', text: '1 asyncio task is still pending; the next run that awaits goes on with it.' });
    expect(kernel.run('await task').text()).toBe('later\n');
  });

  it('runs by asyncio.run as in any script', () => {
    const run = kernel.run(
      'import asyncio\nasync def work(n):\n    await asyncio.sleep(n / 1000)\n    return n\nasync def main():\n    async with asyncio.TaskGroup() as group:\n        tasks = [group.create_task(work(n)) for n in (3, 1, 2)]\n    return [task.result() for task in tasks]\nprint(asyncio.run(main()))\nprint(asyncio.run(asyncio.wait_for(work(5), 600)))',
    );
    expect(run.text()).toBe('[3, 1, 2]\n5\n');
  });

  it('measures time, and refuses threads honestly', () => {
    const startMs = performance.now();
    const slept = Number(kernel.run('import time\nt = time.monotonic()\ntime.sleep(0.05)\ntime.monotonic() - t').result);
    expect(slept).toBeGreaterThan(0.04);
    expect(slept * 1000, 'no longer than it took').toBeLessThanOrEqual(performance.now() - startMs);
    expect(kernel.run('import time\ntime.sleep(-1)').error?.message).toBe('sleep length must be non-negative');
    expect(kernel.run('import time\ntime.sleep("1")').error?.name).toBe('TypeError');
    const thread = kernel.run('import threading\nthreading.Thread(target=print).start()');
    expect(thread.error?.message).toContain('single thread');
    expect(kernel.run('import asyncio\nawait asyncio.to_thread(print)').error?.message).toContain('single thread');
  });
});

describe('the interpreter', { timeout: 60_000 }, () => {
  it('gives a MemoryError, not a crash, when memory ends', () => {
    const run = kernel.run('bytearray(3 * 1024**3)');
    expect(run.error?.name).toMatch(/MemoryError|OverflowError/);
    expect(kernel.run('1 + 1').result).toBe('2');
  });

  it('that ends itself is told, with its exit code, and answers no more', async () => {
    const own = await TestKernel.start();
    const run = own.run('import os\nprint("last words", flush=True)\nos._exit(7)');
    expect([run.text(), run.exitCode]).toEqual(['last words\n', 7]);
    expect(run.died).toContain('exit code 7');
    expect(own.run('1').events).toEqual([]);
  });
});
