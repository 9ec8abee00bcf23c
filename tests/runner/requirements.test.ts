import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RunPackage } from '../../contract/inputs.ts';
import { documentsOf, Pod, pythons, textOf, type PodOptions, type Python } from './harness.ts';

const pods: Pod[] = [];
const folder = mkdtempSync(join(tmpdir(), 'pyexekube-index-'));
// Of ASCII, of Latin-1 and of neither: pip alone would fail with the last.
const password = 'p@ss/w:rd%~ &x ä€';
const credentials = `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`;
let server: Server;
let index = '';
/** An index that never answers, and who wants to know when it is asked. */
let silentIndex = '';
let onSilentAsked: () => void = () => undefined;
const wheels = new Map<string, string>();

/** A wheel is a zip (packaging.python.org, "Binary distribution format"); Python itself makes it. */
function makeWheel(name: string, version: string, requires: string[] = []): string {
  const file = `${name}-${version}-py3-none-any.whl`;
  const script = `
import sys, zipfile
name, version, *requires = sys.argv[2:]
info = "%s-%s.dist-info/" % (name, version)
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr(name + ".py", "version = %r\\ndef main(): print('tool', version)" % version)
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n%s" % (name, version, "".join("Requires-Dist: %s\\n" % r for r in requires)))
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "entry_points.txt", "[console_scripts]\\n%s-tool = %s:main\\n" % (name, name))
    wheel.writestr(info + "RECORD", "")
`;
  execFileSync('python3', ['-c', script, join(folder, file), name, version, ...requires]);
  return file;
}

beforeAll(async () => {
  wheels.set(makeWheel('first', '1.0', ['second>=2']), 'first');
  wheels.set(makeWheel('second', '2.0'), 'second');
  wheels.set(makeWheel('second', '1.0'), 'second');
  wheels.set(makeWheel('third', '1.0', ['second==1.0']), 'third');
  server = createServer((request, response) => {
    if (request.url?.startsWith('/silent/') === true) return onSilentAsked();
    if (request.url?.startsWith('/open/') === true) return void response.end(readFileSync(join(folder, request.url.slice('/open/'.length))));
    if (request.headers.authorization !== credentials) return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    const [, kind = '', name = '', ...rest] = decodeURIComponent(request.url ?? '').split('/');
    if (kind === 'files') {
      const path = join(folder, name);
      return void (existsSync(path) ? response.setHeader('cache-control', 'max-age=3600').end(readFileSync(path)) : response.writeHead(404).end());
    }
    const links = [...wheels].filter(([, of]) => of === name).map(([file]) => `<a href="/files/${file}#sha256=${createHash('sha256').update(readFileSync(join(folder, file))).digest('hex')}">${file}</a>`);
    return void (kind === 'simple' && rest.length <= 1 && links.length > 0 ? response.setHeader('content-type', 'text/html').end(`<!DOCTYPE html><html><body>${links.join('')}</body></html>`) : response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address === 'object' && address !== null) {
    index = `http://127.0.0.1:${address.port}/simple`;
    silentIndex = `http://127.0.0.1:${address.port}/silent`;
  }
});
afterEach(async () => {
  for (const pod of pods.splice(0)) await pod.remove();
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

async function podOf(python: Python, lines: string[], options: PodOptions = {}): Promise<Pod> {
  const pod = await Pod.make(python, {
    source: 'import first, second, subprocess\nprint(first.version, second.version)\nsubprocess.run(["first-tool"], check=True)',
    settings: { packageIndex: { url: index } },
    requirements: { from: 'train.py', file: null, lines, python: null },
    ...options,
  });
  mkdirSync(join(pod.root, 'index'));
  writeFileSync(join(pod.root, 'index/username'), 'ada\n');
  writeFileSync(join(pod.root, 'index/password'), password);
  pods.push(pod);
  return pod;
}

const venv = (python: Python, ...options: string[]): Python => {
  const path = mkdtempSync(join(folder, 'venv-'));
  execFileSync(python.path, ['-m', 'venv', ...options, path], { stdio: 'pipe' });
  return { version: python.version, path: join(path, 'bin/python') };
};

const hasPip = (python: Python): boolean => {
  try {
    execFileSync(python.path, ['-c', 'import pip, venv, ensurepip'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe.each(pythons.filter(hasPip))('requirements under Python $version', (python) => {
  it('are installed from an index that asks who is there, and no password is told', async () => {
    const pod = await podOf(python, ['first==1.0']);
    const { code, lines } = await pod.end();
    expect(textOf(lines, 'o').toString()).toBe('1.0 2.0\ntool 1.0\n');
    expect(code).toBe(0);
    expect(textOf(lines, 'i').toString()).toContain('Successfully installed first-1.0 second-2.0');
    expect(lines.some(({ kind, text }) => kind === 's' && text.toString() === '{"phase": "installing", "from": "train.py"}')).toBe(true);
    for (const secret of [password, encodeURIComponent(password)]) expect(pod.log.includes(secret)).toBe(false);
  });

  it('are told with the versions that were taken, beside what the image has', async () => {
    const source = `
import importlib.metadata as metadata, json, re
print(json.dumps({re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(): one.version for one in reversed(list(metadata.distributions()))}))
`;
    const { lines, code } = await (await podOf(venv(python, '--system-site-packages'), ['first'], { source })).end();
    expect(code).toBe(0);
    const told = z.array(z.object({ packages: z.array(RunPackage) })).parse(documentsOf(lines, 'v'));
    const packages = told[0]?.packages ?? [];
    expect(told).toHaveLength(1);
    expect(Object.fromEntries(packages.map(({ name, version }) => [name, version]))).toEqual(JSON.parse(textOf(lines, 'o').toString()));
    expect(packages.filter(({ isInstalled }) => isInstalled)).toEqual([
      { name: 'first', version: '1.0', source: null, isInstalled: true },
      { name: 'second', version: '2.0', source: null, isInstalled: true },
    ]);
  });

  it('from elsewhere than an index are told with their place', async () => {
    const wheel = 'first-1.0-py3-none-any.whl';
    const hash = createHash('sha256').update(readFileSync(join(folder, wheel))).digest('hex');
    const url = `${index.replace('/simple', '/open')}/${wheel}`;
    const { lines, code } = await (await podOf(python, [`first @ ${url}`], { source: 'import first' })).end();
    expect(code).toBe(0);
    const [told] = z.array(z.object({ packages: z.array(RunPackage) })).parse(documentsOf(lines, 'v'));
    // An old pip notes no hash.
    expect([url, `${url}#sha256=${hash}`]).toContain(told?.packages.find(({ name }) => name === 'first')?.source);
  });

  it('may be a file among the files, and stay out of the system', async () => {
    const pod = await podOf(python, [], { files: { 'sub/requirements.txt': '# comment\nfirst\n' }, requirements: { from: 'sub/requirements.txt', file: 'sub/requirements.txt', lines: ['first'], python: '>=3.8' } });
    expect((await pod.end()).code).toBe(0);
    expect(globSync(join(pod.root, 'work/packages/**/first.py'))).toHaveLength(1);
  });

  it('that do not exist are named, and a new attempt would not help', async () => {
    const end = await (await podOf(python, ['second', 'no-such-thing==1'])).end();
    expect(end).toMatchObject({ code: 214, report: { end: 'requirements', package: 'no-such-thing==1', exitCode: null } });
    expect(textOf(end.lines, 'o').toString()).toBe('');
  });

  it('of another Python end the run at once', async () => {
    const wanted = { requirements: { from: 'pyproject.toml', file: null, lines: [], python: '>=3.8,!=3.9.99,<3.9' } };
    const end = await (await podOf(python, [], { ...wanted, source: 'print(1)' })).end();
    expect(end.code).toBe(python.version.startsWith('3.8.') ? 0 : 214);
    const message = end.code === 0 ? '' : `pyproject.toml asks for Python >=3.8,!=3.9.99,<3.9; the image has ${python.version}.`;
    expect(end.report).toMatchObject({ end: end.code === 0 ? 'exit' : 'python', message });
  });

  it.each(['before pip is started', 'while pip waits for the index'])('can be cancelled while they are installed: %s', async (when) => {
    const pod = await podOf(python, ['first'], { settings: { packageIndex: { url: silentIndex } } });
    const asked = new Promise<void>((resolve) => {
      onSilentAsked = resolve;
    });
    pod.start();
    // Said before the runner has looked what Python the image has, which takes longer than a signal.
    await pod.until(({ kind, text }) => kind === 's' && text.includes('installing'));
    if (when === 'before pip is started') {
      // What the command does, but sooner than a Python for it could start.
      writeFileSync(join(pod.root, 'run/cancelled'), 'INT');
      pod.main?.kill('SIGINT');
    } else {
      await asked;
      pod.exec('signal', 'INT');
    }
    expect(await pod.end()).toMatchObject({ code: 130, report: { end: 'signal', cancelled: true } });
  });

  it('also go into an image whose Python is a virtual environment, and are kept in the cache that is named', async () => {
    const cache = mkdtempSync(join(folder, 'cache-'));
    const pod = await podOf(venv(python), ['first'], { config: { cacheFolder: cache, index: { url: index, extraUrls: [], trustedHosts: ['127.0.0.1'] } } });
    const { code, lines } = await pod.end();
    expect(textOf(lines, 'o').toString()).toBe('1.0 2.0\ntool 1.0\n');
    expect(code).toBe(0);
    expect(globSync(join(cache, 'pip/**/*')).length).toBeGreaterThan(0);
  });

  it('also go into an image without pip', async () => {
    const bundled = execFileSync(python.path, ['-c', 'import ensurepip, glob, os; print(glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled", "pip-*.whl"))[0])'], { encoding: 'utf8' }).trim();
    const file = bundled.split('/').at(-1) ?? '';
    writeFileSync(join(folder, file), readFileSync(bundled));
    wheels.set(file, 'pip');
    const { code, lines } = await (await podOf(venv(python, '--without-pip'), ['first'])).end();
    wheels.delete(file);
    expect(textOf(lines, 'i').toString()).toContain('The image has no pip');
    expect(textOf(lines, 'o').toString()).toBe('1.0 2.0\ntool 1.0\n');
    expect(code).toBe(0);
    const without = await (await podOf(venv(python, '--without-pip'), ['first'])).end();
    expect(without).toMatchObject({ code: expect.any(Number) as number, report: { end: 'requirements', package: 'pip' } });
  });
});

// What pip says differs with its age: the oldest and the newest of them.
const ends = pythons.filter(hasPip).toSorted((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
describe.each(ends.filter((python) => python === ends[0] || python === ends.at(-1)))('requirements under Python $version', (python) => {
  it.each([
    ['exclude each other', ['first==1.0', 'third'], 'several', /^they exclude each other: .*second/],
    ['are not what their hash says', [`second==2.0 --hash=sha256:${'0'.repeat(64)}`], 'second==2.0', /does not match the hash/],
    ['cannot be built', ['./lib'], './lib', /RuntimeError: no compiler here/],
    ['are no requirements', ['first', 'what is this ???'], 'what is', /Invalid requirement/],
  ])('that %s are named, with the reason', async (_, lines, name, reason) => {
    const lib = { 'lib/pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n', 'lib/backend.py': 'def build_wheel(*_):\n    raise RuntimeError("no compiler here")\n' };
    const files = { ...lib, 'requirements.txt': lines.map((line) => `${line}\n`).join('') };
    const { code, report } = await (await podOf(python, [], { files, requirements: { from: 'requirements.txt', file: 'requirements.txt', lines, python: null } })).end();
    expect(report).toMatchObject({ end: 'requirements', message: expect.stringMatching(reason) as string });
    expect(report['package'] ?? 'several').toContain(name);
    expect(code).toBe(214);
  });

  it('of an index that pip ignores say so', async () => {
    const pod = await podOf(python, ['first'], { settings: { packageIndex: { url: 'http://0.0.0.0:9/simple' } } });
    const { report } = await pod.end();
    expect(report).toMatchObject({ end: 'requirements', package: 'first', message: expect.stringContaining('ignores the package index at 0.0.0.0') as string });
  });

  it('of an index that refuses the sign-in say so', async () => {
    const pod = await podOf(python, ['first']);
    writeFileSync(join(pod.root, 'index/password'), 'wrong');
    const { report } = await pod.end();
    expect(report).toMatchObject({ end: 'requirements', package: 'first', message: expect.stringContaining('the package index refuses the sign-in') as string });
  });
});

it('packages are told without passwords, and whatever their folders are called', async () => {
  const info = (url: object): string => JSON.stringify(url);
  const [python] = pythons;
  if (python === undefined) throw new Error('There is no Python.');
  const pod = await Pod.make(python, {
    source: 'print(1)',
    files: {
      'Some_Thing.Else-1.0.dist-info/direct_url.json': info({ url: 'https://me:secret@example.org/a/b.git', vcs_info: { vcs: 'git', commit_id: 'abc' } }),
      'plain-2.0-py3.9.egg-info': 'Version: 2.0\n',
      'bare.egg-info/PKG-INFO': 'Metadata-Version: 2.1\nVersion: 3.0rc1\n\nVersion: 9\n',
      'no-version.dist-info': '',
      '-.dist-info/x': '',
      'wrong-1.dist-info/direct_url.json': '[]',
    },
  });
  pods.push(pod);
  pod.env['PYTHONPATH'] = join(pod.root, 'work/files');
  const { lines } = await pod.end();
  const [told] = z.array(z.object({ packages: z.array(RunPackage) })).parse(documentsOf(lines, 'v'));
  const names = ['some-thing-else', 'plain', 'bare', 'no', 'wrong'];
  expect(told?.packages.filter(({ name }) => names.includes(name))).toEqual([
    { name: 'bare', version: '3.0rc1', source: null, isInstalled: false },
    { name: 'no', version: 'version', source: null, isInstalled: false },
    { name: 'plain', version: '2.0', source: null, isInstalled: false },
    { name: 'some-thing-else', version: '1.0', source: 'git+https://example.org/a/b.git@abc', isInstalled: false },
    { name: 'wrong', version: '1', source: null, isInstalled: false },
  ]);
});
