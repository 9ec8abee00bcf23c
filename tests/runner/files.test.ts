import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { extract } from 'tar-stream';
import { hostileTar, Pod, pythons, textOf, type PodOptions, type Python } from './harness.ts';

const pods: Pod[] = [];
afterEach(async () => {
  for (const pod of pods.splice(0)) await pod.remove();
});

async function podOf(python: Python, options: PodOptions): Promise<Pod> {
  const pod = await Pod.make(python, options);
  pods.push(pod);
  return pod;
}

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');
const json = (data: Buffer): unknown => JSON.parse(data.toString());

async function contentOf(tar: Buffer): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entry of Readable.from([tar]).pipe(extract())) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(Buffer.from(part as Uint8Array));
    found[entry.header.name] = Buffer.concat(parts).toString();
  }
  return found;
}

describe.each(pythons)('files under Python $version', (python) => {
  it('lie where the script looks for them, whatever their names', async () => {
    const name = `deep/${'ü'.repeat(60)}/a b.txt`;
    const pod = await podOf(python, { files: { [name]: 'content', 'empty.txt': '' }, source: `import os\nprint(open(${JSON.stringify(name)}).read(), os.path.getsize("empty.txt"))` });
    expect(textOf((await pod.end()).lines, 'o').toString()).toBe('content 0\n');
  });

  it('that are damaged end the run before the script', async () => {
    const pod = await podOf(python, { source: 'print(1)' });
    writeFileSync(join(pod.root, 'code/files.tar.gz'), Buffer.concat([pod.archive.subarray(0, -8), Buffer.alloc(8)]));
    expect(await pod.end()).toMatchObject({ code: 214, report: { end: 'files', exitCode: null, artifacts: { files: 0 } } });
  });

  it('that are large are sent, again if need be, and checked', async () => {
    const big = 'x'.repeat(3_000_000);
    const pod = await podOf(python, { files: { 'big.bin': big }, source: 'import os\nprint(os.path.getsize("big.bin"))' });
    const config = JSON.parse(readFileSync(join(pod.root, 'code/run.json'), 'utf8')) as { files: { from: string } };
    config.files.from = 'exec';
    writeFileSync(join(pod.root, 'code/run.json'), JSON.stringify(config));
    pod.start();
    await pod.until(({ kind, text }) => kind === 's' && text.includes('"files"'));
    const whole = pod.archive;
    const size = String(whole.length);
    pod.archive = whole.subarray(0, 1000);
    expect(() => pod.exec('receive', size, sha256(whole))).toThrow('Command failed');
    pod.archive = whole;
    expect(() => pod.exec('receive', size, sha256(Buffer.from('other')))).toThrow('Command failed');
    expect(json(pod.exec('receive', size, sha256(whole)))).toEqual({ ok: true });
    expect(json(pod.exec('receive', size, sha256(whole)))).toEqual({ ok: true });
    expect(textOf((await pod.end()).lines, 'o').toString()).toBe('3000000\n');
  });

  it('that never come end the run, as a cancel does', async () => {
    const waiting = { files: { from: 'exec' as const, bytes: 10, sha256: '' }, uploadTimeoutSeconds: 0.3 };
    expect(await (await podOf(python, { config: waiting })).end()).toMatchObject({ code: 214, report: { end: 'files' } });
    const pod = await podOf(python, { config: { ...waiting, uploadTimeoutSeconds: 60 } });
    pod.start();
    await pod.until(({ kind, text }) => kind === 's' && text.includes('"files"'));
    pod.exec('signal', 'INT');
    expect(await pod.end()).toMatchObject({ code: 130, report: { end: 'signal', cancelled: true, exitCode: null } });
    const early = await podOf(python, { source: 'print(1)' });
    expect(json(early.exec('signal', 'INT')), 'before there is a runner').toEqual({ ok: true });
    expect(await early.end()).toMatchObject({ code: 130, report: { end: 'signal', cancelled: true, exitCode: null } });
  });

  it.each([
    ['../evil', '0', ''],
    ['/tmp/evil', '0', ''],
    ['a/../../evil', '0', ''],
    ['link', '2', '/etc/passwd'],
    ['hard', '1', 'script.py'],
    ['device', '3', ''],
    ['fifo', '6', ''],
  ])('that nobody should send are refused: %s of type %s', async (name, type, link) => {
    const pod = await podOf(python, { archive: hostileTar(name, type, link) });
    expect(await pod.end()).toMatchObject({ code: 214, report: { end: 'files' } });
    expect(existsSync(join(pod.root, 'work/evil'))).toBe(false);
  });

  it('that a script makes come back: those for output, and those that match a pattern and are new or changed', async () => {
    const pod = await podOf(python, {
      files: { 'old.csv': 'same', 'changed.csv': 'before', 'sub/other.txt': '' },
      settings: { artifacts: { patterns: ['*.csv', 'results/**/*.txt'], maxFiles: 100, maxBytes: 100_000 } },
      source: `
import os
out = os.environ["PYEXEKUBE_OUTPUT"]
def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w") as file: file.write(text)
write(out + "/a/ü.txt", "1" * 1000)
write(out + "/b.txt", "2")
write(out + "/c.bin", "3" * 200000)
os.symlink("/etc/passwd", out + "/link")
os.symlink("/etc", out + "/folder")
os.mkfifo(out + "/fifo")
open(os.fsencode(out) + b"/\\xff", "w").close()
write("changed.csv", "after and longer")
write("sub/new.csv", "new")
write("results/x/y.txt", "y")
write("results/y.bin", "no")
`,
    });
    pod.start().startCollector();
    const { report, lines } = await pod.end();
    expect(report['artifacts']).toEqual({ files: 5, bytes: 1021, leftOut: 5 });
    expect(lines.filter(({ kind }) => kind === 'n').map(({ text }) => text.toString())).toEqual([expect.stringMatching(/^5 files do not come back, among them output\/.+ \(.+\)\.$/)]);
    const listed = json(pod.exec('artifacts')) as { files: { path: string; bytes: number }[]; leftOut: { path: string; reason: string }[] };
    expect(listed.files.map(({ path }) => path)).toEqual(['output/b.txt', 'output/a/ü.txt', 'files/changed.csv', 'files/results/x/y.txt', 'files/sub/new.csv']);
    expect(Object.fromEntries(listed.leftOut.map(({ path, reason }) => [path, reason]))).toEqual({
      'output/c.bin': 'more than 100000 bytes in all', 'output/link': 'it is a link', 'output/folder': 'it is a link', 'output/fifo': 'it is no regular file', 'output/\\udcff': 'its name is not UTF-8',
    });
    expect(await contentOf(pod.exec('send', '0'))).toEqual({
      'output/b.txt': '2', 'output/a/ü.txt': '1'.repeat(1000), 'files/changed.csv': 'after and longer', 'files/results/x/y.txt': 'y', 'files/sub/new.csv': 'new',
    });
    expect(Object.keys(await contentOf(pod.exec('send', '3')))).toEqual(['files/results/x/y.txt', 'files/sub/new.csv']);
    expect(pod.collector?.exitCode).toBeNull();
    pod.exec('ack');
    expect(await pod.ended(pod.collector)).toBe(0);
    expect(pod.collected()).toMatchObject({ end: 'exit', exitCode: 0, collected: true });
  });

  it('let the pod go at once when there are none, after the hold time when nobody comes', async () => {
    const none = await podOf(python, { source: 'print(1)' });
    none.startCollector().start();
    await none.end();
    expect(await none.ended(none.collector)).toBe(0);
    expect(none.collected()).toMatchObject({ collected: true });
    const some = await podOf(python, { source: 'import os; open(os.environ["PYEXEKUBE_OUTPUT"] + "/a", "w")', settings: { holdSeconds: 1 } });
    some.startCollector().start();
    await some.end();
    expect(await some.ended(some.collector)).toBe(0);
    expect(some.collected()).toMatchObject({ collected: false });
  });

  it('come back even when the container was killed', async () => {
    const pod = await podOf(python, { source: 'import os, time\nopen(os.environ["PYEXEKUBE_OUTPUT"] + "/half.txt", "w").write("half")\nprint("up")\ntime.sleep(60)', settings: { holdSeconds: 60 } });
    pod.start().startCollector();
    await pod.untilText('up');
    // A line is in the log a moment before it is in the copy.
    while (!pod.exec('read-log', '1').includes('up')) await new Promise((resolve) => setTimeout(resolve, 5));
    pod.main?.kill('SIGKILL');
    await pod.ended(pod.main);
    while (!existsSync(join(pod.root, 'run/end.json'))) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await contentOf(pod.exec('send', '0'))).toEqual({ 'output/half.txt': 'half' });
    expect(pod.exec('read-log', '1').toString()).toContain('up');
    pod.exec('ack');
    expect(await pod.ended(pod.collector)).toBe(0);
    expect(pod.collected()).toMatchObject({ end: 'killed', exitCode: null, artifacts: { files: 1 }, collected: true });
    process.kill(Number(/"pid": (\d+)}/.exec(pod.log.toString())?.[1]), 'SIGKILL');
  });

  it('are kept on the volumes that the profile names, in folders of their own', async () => {
    const pod = await podOf(python, { source: 'import os; open(os.environ["PYEXEKUBE_OUTPUT"] + "/a", "w").write("1")', config: { sharedWork: true } });
    const volume = join(pod.root, 'volume');
    mkdirSync(volume);
    const path = join(pod.root, 'code/run.json');
    const config = { ...(JSON.parse(readFileSync(path, 'utf8')) as { runId: string }), outputFolder: volume };
    writeFileSync(path, JSON.stringify(config));
    pod.start().startCollector();
    await pod.end();
    expect(readFileSync(join(volume, config.runId, 'a'), 'utf8')).toBe('1');
    pod.exec('ack');
    await pod.ended(pod.collector);
    expect(readFileSync(join(volume, config.runId, 'a'), 'utf8')).toBe('1');
  });
});
