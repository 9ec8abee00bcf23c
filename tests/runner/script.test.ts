import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { documentsOf, oldPythons, Pod, pythons, runnerFolder, textOf, waiting, type PodOptions, type Python } from './harness.ts';

const pods: Pod[] = [];
afterEach(async () => {
  for (const pod of pods.splice(0)) await pod.remove();
});

async function podOf(python: Python, options: PodOptions): Promise<Pod> {
  const pod = await Pod.make(python, options);
  pods.push(pod);
  return pod.start();
}

const run = async (python: Python, options: PodOptions) => (await podOf(python, options)).end();

/** What a script can see of where it is. */
const lookAround = `
import json, os, signal, sys, threading
print(json.dumps({
    "argv": sys.argv, "name": __name__, "file": os.path.basename(__file__), "package": __package__, "spec": repr(__spec__), "cwd": os.path.basename(os.getcwd()),
    "here": os.path.samefile(sys.path[0], os.getcwd()), "path": sys.path[1:], "flags": list(sys.flags), "orig": getattr(sys, "orig_argv", sys.argv)[1:],
    "stdin": sys.stdin.read(), "buffered": [sys.stdout.line_buffering, sys.stdout.write_through], "encoding": [sys.stdout.encoding, sys.stderr.errors, sys.getfilesystemencoding()],
    "signals": [str(signal.getsignal(n)) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD)], "executable": sys.executable,
    "modules": sorted(name for name in sys.modules if not name.startswith(("json", "encodings"))), "main": sorted(globals()), "threads": threading.active_count(),
    "blocked": sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, []))), "fds": sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:3],
    "environment": dict(os.environ),
}))
`;

describe.each(pythons)('a script under Python $version', (python) => {
  it('sees what a plain python script.py sees, and beside it what is documented', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'files-')));
    writeFileSync(join(folder, 'script.py'), lookAround);
    const pod = await podOf(python, { source: lookAround, argv: ['a b', '', '-x'], env: { COLOUR: 'blue', PYTHONPATH: '/somewhere' }, settings: { env: { OWN: 'ü' } } });
    const { code, lines } = await pod.end();
    const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', COLOUR: 'blue', PYTHONPATH: '/somewhere', OWN: 'ü' };
    const plain: unknown = JSON.parse(execFileSync(python.path, ['-u', 'script.py', 'a b', '', '-x'], { cwd: folder, env: { ...env, HOME: folder }, input: '', encoding: 'utf8' }));
    rmSync(folder, { recursive: true });
    const expected = {
      ...(plain as Record<string, unknown>),
      cwd: 'files',
      environment: { ...env, HOME: join(pod.root, 'work/home'), PYEXEKUBE_OUTPUT: join(pod.root, 'work/output'), PYEXEKUBE_RUN_ID: expect.any(String) as string },
    };
    expect(code).toBe(0);
    const seen = JSON.parse(textOf(lines, 'o').toString()) as { modules: string[]; environment: Record<string, string> };
    // Python sets it itself in the C locale.
    delete seen.environment['LC_CTYPE'];
    expect(seen).toEqual(expected);
  });

  it.each(['-c.py', '--help', '-', 'a b.py'])('may have any name: %s', async (script) => {
    const { code, lines } = await run(python, { script, source: 'import sys\nprint(__name__, sys.argv[1:])\n1/0', argv: ['x'] });
    expect(code).toBe(1);
    expect(textOf(lines, 'o').toString()).toBe("__main__ ['x']\n");
    expect(documentsOf(lines, 'x')).toMatchObject([{ frames: [{ file: script, line: 3 }] }]);
  });

  it.each([
    ['raise SystemExit(3)', 3, { end: 'exit', exitCode: 3 }],
    ['import sys; sys.exit("no")', 1, { end: 'exit', exitCode: 1 }],
    ['import os; os._exit(7)', 7, { end: 'exit', exitCode: 7 }],
    ['1/0', 1, { end: 'exception', exitCode: 1, error: { name: 'ZeroDivisionError', message: 'division by zero' } }],
    ['import os; os.kill(os.getpid(), 9)', 137, { end: 'signal', exitCode: 137, signal: 'SIGKILL' }],
    ['import os, signal; os.kill(os.getpid(), signal.SIGTERM)', 143, { end: 'signal', exitCode: 143, signal: 'SIGTERM' }],
    ['raise KeyboardInterrupt', 130, { end: 'signal', exitCode: 130, signal: 'SIGINT', error: { name: 'KeyboardInterrupt' } }],
  ])('ends with its own exit code: %s', async (source, exitCode, report) => {
    const end = await run(python, { source });
    expect(end.code).toBe(exitCode);
    expect(end.report).toMatchObject({ v: 1, cancelled: false, python: python.version, ...report, lastSeq: end.lines.length });
  });

  it('is heard at once, also without a line feed, and in order', async () => {
    const pod = await podOf(python, {
      source: `${waiting}
import sys
for i in range(3):
    sys.stdout.write("\\r%d%%" % i)
    wait("go %d" % i)
print()
sys.stderr.write("warn\\n")
input_ok = False
try:
    input("name? ")
except EOFError:
    print("eof")
time.sleep(30)
`,
    });
    // The script goes on only when the piece was heard: nothing is held back for the line's end.
    for (const [i, heard] of ['\r0%', '\r0%\r1%', '\r0%\r1%\r2%'].entries()) {
      await pod.untilText(heard);
      expect(textOf(pod.lines(), 'o').toString()).toBe(heard);
      pod.letGo(`go ${i}`);
    }
    await Promise.all([pod.untilText('eof\n'), pod.untilText('warn\n', 'e')]);
    expect(textOf(pod.lines(), 'o').toString()).toBe('\r0%\r1%\r2%\nname? eof\n');
    expect(textOf(pod.lines(), 'e').toString()).toBe('warn\n');
  });

  it('prints any bytes: long lines, torn characters, no UTF-8', async () => {
    const { lines } = await run(python, {
      source: `
import os
os.write(1, b"x" * 20000 + b"\\n")
os.write(1, ("a" + "\\u20ac" * 9000 + "\\n").encode())
for byte in "\\U0001f600".encode():
    os.write(1, bytes([byte]))
os.write(1, b"\\n\\xff\\xfe\\x80 \\x1b]52;c;aGk=\\x07 \\x9b1m \\r\\n" + b"\\x80" * 20000)
`,
    });
    const bytes = Buffer.concat([Buffer.from('x'.repeat(20_000) + '\na' + '€'.repeat(9000) + '\n😀\n'), Buffer.from('fffe80201b5d35323b633b61476b3d07209b316d200d0a', 'hex'), Buffer.alloc(20_000, 0x80)]);
    expect(textOf(lines, 'o').equals(bytes)).toBe(true);
    expect(Math.max(...lines.map(({ text }) => text.length))).toBeLessThanOrEqual(8000);
    const pieces = lines.filter(({ kind, text }) => kind === 'O' && text.includes('€')).map(({ text }) => text.toString('utf8'));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.filter((text) => text.includes('�'))).toEqual([]);
  });

  it('waits a second for the rest of a character, and then gives what there is', () => {
    // By a clock of the test's own: how long the bytes are under way is nobody's to say on a busy machine.
    const source = `
import sys
sys.path.insert(0, sys.argv[1])
import runner
class Clock:
    now = 100.0
    monotonic = staticmethod(lambda: Clock.now)
class Log:
    lines = staticmethod(lambda kind, lines: print(kind, lines))
runner.time = Clock
stream = runner.Stream(Log, b"o")
def come(data, seconds):
    stream.feed(data)
    Clock.now += seconds
    stream.flush(Clock.now)
smile = "\\U0001f600".encode()
for byte in smile: come(bytes([byte]), 0.05)
come(b"\\n", 0.05)
come(smile[:2], 0.9)
come(smile[2:], 0.05)
come(b"a" + smile[:3], 0.05)
come(b"", 1)
`;
    const said = execFileSync(python.path, ['-B', '-c', source, runnerFolder], { encoding: 'utf8' }).trim().split('\n');
    const smile = "b'\\xf0\\x9f\\x98\\x80'";
    expect(said).toEqual([`b'O' [${smile}]`, "b'o' [b'']", `b'O' [${smile}]`, "b'O' [b'a']", "b'O' [b'\\xf0\\x9f\\x98']"]);
  });

  it('packs lines that come together, unless they hold what stands between them', async () => {
    const pod = await podOf(python, {
      source: `${waiting}
os.write(1, b"".join(b"%d\\n" % number for number in range(3000)))
wait("many")
os.write(2, b"e\\n" * 100 + b"\\n" * 9000 + b"last")
os.write(1, b"a\\x0bb\\n" * 20)
wait("apart")
os.write(1, b"few\\n" * 3)
`,
    });
    // Each is read before the next is written: what comes together is packed together.
    await pod.untilText('2999\n');
    pod.letGo('many');
    await pod.untilText('a\vb\n'.repeat(20));
    pod.letGo('apart');
    const { lines } = await pod.end();
    expect(textOf(lines, 'o').toString()).toBe(`${Array.from({ length: 3000 }, (_, number) => `${number}\n`).join('')}${'a\vb\n'.repeat(20)}${'few\n'.repeat(3)}`);
    expect(textOf(lines, 'e').toString()).toBe(`${'e\n'.repeat(100)}${'\n'.repeat(9000)}last`);
    expect(lines.filter(({ kind }) => kind === 'p')).toHaveLength(2);
    expect(lines.filter(({ kind }) => kind === 'o')).toHaveLength(23);
    expect(Math.max(...lines.map(({ text }) => text.length))).toBeLessThanOrEqual(8000);
  });

  it('may print 200,000 lines, and the newest of them can be had again by number', async () => {
    const pod = await podOf(python, { source: 'for i in range(200000): print(i, "x" * 50)', config: { log: { keepBytes: 4_000_000, holdAboveBytes: 1 } } });
    const { lines, report } = await pod.end();
    const text = textOf(lines, 'o').toString().split('\n');
    expect(text).toHaveLength(200_001);
    expect(text.slice(0, -1).every((line, index) => line.startsWith(`${index} `))).toBe(true);
    const last = Number(report['lastSeq']);
    expect(last).toBe(lines.length);
    const whole = pod.log.subarray(pod.log.toString('latin1').search(new RegExp(`^${last - 99}[a-z](?:@\\d+)? `, 'm')));
    expect(pod.exec('read-log', String(last - 99)).equals(whole)).toBe(true);
    expect(pod.exec('read-log', String(last - 5), String(last - 3)).toString()).toBe(whole.toString().split('\n').slice(-7, -4).join('\n') + '\n');
    const kept = pod.exec('read-log', '1');
    expect(kept.length).toBeLessThan(7_000_000);
    expect(kept.toString('latin1', 0, 40), 'the time from which on it is there').toMatch(/^\d+[a-zA-Z]@\d+ /);
    expect(pod.log.subarray(-kept.length).equals(kept)).toBe(true);
  });

  it('starts children that are plain Pythons, in every way', async () => {
    const { code, lines } = await run(python, {
      source: `
import multiprocessing, os, subprocess, sys
def double(x):
    print("child", x, flush=True)
    return 2 * x
if __name__ == "__main__":
    for method in ("spawn", "fork"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, sum(pool.map(double, range(4))))
    seen = "import os, sys; print([n for n in os.environ if n in ('PYEXEKUBE_HOOK', 'PYTHONPATH')], 'display' in dir(__builtins__), any('code' == os.path.basename(p) for p in sys.path))"
    print(subprocess.run([sys.executable, "-c", seen], stdout=subprocess.PIPE).stdout.decode().strip())
    subprocess.Popen(["sleep", "1000"])
`,
    });
    expect(code).toBe(0);
    const text = textOf(lines, 'o').toString();
    expect(text).toContain('spawn 12');
    expect(text).toContain('fork 12');
    expect(text).toContain('[] False False');
  });

  it('is interrupted as in a terminal, and asked to end as by kill', async () => {
    const source = `
import signal, sys, time
def end(*_):
    print("asked"); sys.exit(4)
signal.signal(signal.SIGTERM, end)
said = "up"
while True:
    try:
        print(said)
        time.sleep(60)
    except KeyboardInterrupt:
        said = "no"
`;
    const pod = await podOf(python, { source });
    await pod.untilText('up\n');
    expect(JSON.parse(pod.exec('signal', 'INT').toString())).toEqual({ ok: true });
    await pod.untilText('no\n');
    pod.exec('signal', 'TERM');
    const { code, report, lines } = await pod.end();
    expect(textOf(lines, 'o').toString()).toBe('up\nno\nasked\n');
    expect({ code, exit: report['exitCode'], cancelled: report['cancelled'] }).toEqual({ code: 130, exit: 4, cancelled: true });
    expect(() => pod.exec('signal', 'TERM')).toThrow('Command failed');
  });

  it('cannot refuse SIGKILL, and its time limit', async () => {
    const source = 'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint("up")\nwhile True: time.sleep(60)';
    const pod = await podOf(python, { source });
    await pod.untilText('up');
    pod.exec('signal', 'KILL');
    expect(await pod.end()).toMatchObject({ code: 130, report: { end: 'signal', signal: 'SIGKILL', cancelled: true } });
    // Deaf from its very start: the time may be up before a script has come to its first line.
    const deaf = 'import os, signal, sys\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\nos.execv(sys.executable, [sys.executable] + sys.argv[1:])';
    const limited = await Pod.make(python, { source, config: { timeoutSeconds: 1, graceSeconds: 0.3 } });
    pods.push(limited);
    expect(await limited.start(['-c', deaf, ...limited.command('main')]).end()).toMatchObject({ code: 124, report: { end: 'timeout', signal: 'SIGKILL', exitCode: 137, cancelled: false } });
  });

  it('is left to the sitecustomize of its image', async () => {
    const { lines } = await run(python, {
      files: { 'extra/sitecustomize.py': 'import sys\nsys.own = __name__' },
      source: 'import sys\nprint(getattr(sys, "own", None), sys.modules["sitecustomize"].__file__.split("/")[-2])',
      settings: { env: { PYTHONPATH: 'extra' } },
    });
    expect(textOf(lines, 'o').toString()).toBe('sitecustomize extra\n');
  });

  it('is missed when it is not there', async () => {
    expect(await run(python, { config: { script: 'other.py' } })).toMatchObject({ code: 214, report: { end: 'script', exitCode: null } });
  });
});

it.skipIf(oldPythons.length === 0).each(oldPythons)('Python $version is too old, which is said', async (python) => {
  const pod = (await Pod.make(python, { source: 'print(1)' })).start();
  pods.push(pod);
  expect(await pod.ended(pod.main)).toBe(214);
  const message = `PyExeKube needs Python 3.8 or newer; the image has ${python.version}.`;
  expect(pod.stderr).toBe(`${message}\n`);
  expect(JSON.parse(readFileSync(join(pod.root, 'termination'), 'utf8'))).toEqual({ v: 1, end: 'python', message });
});
