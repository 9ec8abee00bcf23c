import { createRouterClient } from '@orpc/server';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { newClientId, newRunId, type RunId } from '../../contract/ids.ts';
import type { TransferProgress } from '../../contract/transfer.ts';
import { createCore } from '../../main/core/core.ts';
import { ZipWriter } from '../../main/core/transfer/zipWriter.ts';
import { readEntry, readZip } from '../../main/core/transfer/zipReader.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyexekube-transfer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

async function openCore(name: string) {
  const core = await createCore({ home: join(folder, name), host: 'test', appVersion: '1.2.3' });
  onTestFinished(() => core.dispose());
  return createRouterClient(core.router, { context: { clientId: newClientId() } });
}
type Client = Awaited<ReturnType<typeof openCore>>;

/** A run of a workspace with a helper, with output, tags and a note. */
async function addRun(client: Client, title = 'main.py'): Promise<RunId> {
  const workspace = join(folder, 'work');
  mkdirSync(join(workspace, 'lib'), { recursive: true });
  writeFileSync(join(workspace, 'main.py'), 'import lib.helper\n');
  writeFileSync(join(workspace, 'lib/helper.py'), 'x = "ü"\n');
  const opened = (await client.files.openWorkspace({ path: workspace })).path ?? '';
  const files = (await client.files.bundle({ path: opened })).files.map(({ path, version }) => ({ path, version }));
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title, source: 'import lib.helper\r\n', path: join(opened, 'main.py'), argv: ['-v'], pythonVersion: '3.14.2' });
  await client.inputs.keep({ runId: id, folder: opened, files, environment: { runtime: 'Pyodide', profile: { env: { TOKEN: 'secret' } } } });
  const records = ['one\n', 'two\n'].map((text, i) => ({ seq: i + 1, timeMs: 5, body: { kind: 'text' as const, stream: 'stdout' as const, text } }));
  await client.output.append({ runId: id, records });
  await client.runs.finish({ id, status: 'failed', exitCode: 1, durationMs: 7, peakMemoryBytes: 9, error: 'ValueError: no', frames: [{ file: 'main.py', line: 1, name: '<module>' }] });
  await client.runs.update({ id, tags: ['b', 'a'], note: 'a note' });
  return id;
}

async function last(events: AsyncIterable<TransferProgress>): Promise<TransferProgress | undefined> {
  let newest: TransferProgress | undefined;
  for await (const state of events) newest = state;
  return newest;
}

/** All that is to be the same on the other side. */
async function everythingOf(client: Client, id: RunId) {
  const { inputs } = await client.inputs.get({ runId: id });
  const { tabId: _, ...run } = await client.runs.get({ id });
  return { run, files: inputs?.files, folder: inputs?.folder, data: await client.inputs.read({ runId: id }), output: await client.output.read({ runId: id, after: 0 }) };
}

describe('a run capsule', () => {
  it('brings a run whole into another history, without secrets, and says what it leaves out', async () => {
    const [from, to] = [await openCore('from'), await openCore('to')];
    const id = await addRun(from);
    const path = join(folder, 'run.pyxrun');
    expect(await from.transfer.exportRun({ runId: id, path })).toMatchObject({ runId: id, inputs: 2, artifacts: 0, missing: ['the value of the variable TOKEN'] });
    expect(readFileSync(path).includes('secret')).toBe(false);
    await expect(from.transfer.exportRun({ runId: id, path })).rejects.toMatchObject({ code: 'CONFLICT' });
    await from.transfer.exportRun({ runId: id, path, overwrite: true });
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);

    expect(await to.transfer.inspectRun({ path })).toMatchObject({ title: 'main.py', status: 'failed', isKnown: false });
    expect((await to.runs.count({})).count).toBe(0);
    expect(await to.transfer.openRun({ path })).toMatchObject({ runId: id });
    expect(await everythingOf(to, id)).toEqual(await everythingOf(from, id));
    expect((await to.inputs.get({ runId: id })).inputs?.environment.profile?.env).toEqual({});
    expect(await to.transfer.openRun({ path })).toMatchObject({ isKnown: true });
    expect((await to.runs.list({ filter: { search: 'lib.helper' } })).runs).toHaveLength(1);
    expect((await to.localHistory.files({})).files).toEqual([]);
  });

  it('of a run that is going on, or into a folder that is not there, is refused', async () => {
    const client = await openCore('from');
    const id = newRunId();
    await client.runs.start({ id, engine: 'local', mode: 'file', title: 't', source: '1', pythonVersion: '' });
    await expect(client.transfer.exportRun({ runId: id, path: join(folder, 'a.pyxrun') })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(client.transfer.exportRun({ runId: id, path: join(folder, 'no', 'a.pyxrun') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(client.transfer.openRun({ path: join(folder, 'no.pyxrun') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps artifacts, which go out again with it', async () => {
    const [from, to] = [await openCore('from'), await openCore('to')];
    const id = await addRun(from);
    const path = join(folder, 'run.pyxrun');
    mkdirSync(join(folder, 'from', 'capsules', id, 'plots'), { recursive: true });
    writeFileSync(join(folder, 'from', 'capsules', id, 'plots', 'a.png'), Buffer.alloc(3_000_000, 7));
    expect(await from.transfer.exportRun({ runId: id, path })).toMatchObject({ artifacts: 1 });
    await to.transfer.openRun({ path });
    const { folder: at, artifacts } = await to.transfer.artifacts({ runId: id });
    expect(artifacts).toEqual([{ path: 'plots/a.png', bytes: 3_000_000 }]);
    expect(readFileSync(join(at, 'plots', 'a.png')).every((byte) => byte === 7)).toBe(true);
    expect(await to.transfer.exportRun({ runId: id, path, overwrite: true })).toMatchObject({ artifacts: 1 });
  });
});

/** A capsule whose entries or manifest are changed before it is packed. */
async function rebuilt(path: string, change: (entries: Map<string, Buffer>, manifest: Record<string, unknown>) => void, isSummed = true): Promise<string> {
  const file = await open(path, 'r');
  const entries = new Map<string, Buffer>();
  for (const [name, entry] of await readZip(file)) entries.set(name, await readEntry(entry));
  await file.close();
  const manifest: Record<string, unknown> = JSON.parse(entries.get('manifest.json')?.toString() ?? '');
  entries.delete('manifest.json');
  change(entries, manifest);
  if (isSummed) manifest['entries'] = [...entries].map(([name, data]) => ({ name, bytes: data.byteLength, sha256: createHash('sha256').update(data).digest('hex') }));
  const hostile = join(folder, 'hostile.pyxrun');
  const out = await open(hostile, 'w');
  const zip = new ZipWriter(out);
  for (const [name, data] of entries) await zip.add(name, [data]);
  await zip.add('manifest.json', [Buffer.from(JSON.stringify(manifest))]);
  await zip.end();
  await out.close();
  return hostile;
}

describe('a hostile capsule', () => {
  const cases: [string, RegExp, Parameters<typeof rebuilt>[1], boolean?][] = [
    ['a newer version', /version 2/, (_, manifest) => (manifest['version'] = 2)],
    ['another format', /no run of PyExeKube/, (_, manifest) => (manifest['format'] = 'other')],
    ['a manifest that is not understood', /not understood \(run/, (_, manifest) => (manifest['run'] = {})],
    ['a way out', /does not stay inside/, (entries) => entries.set('inputs/../../evil.py', Buffer.from('x'))],
    ['an absolute name', /does not stay inside/, (entries) => entries.set('/etc/cron.d/evil', Buffer.from('x'))],
    ['a drive', /does not stay inside/, (entries) => entries.set('C:evil', Buffer.from('x'))],
    ['a backslash', /does not stay inside/, (entries) => entries.set('inputs\\..\\evil', Buffer.from('x'))],
    ['a folder', /does not stay inside/, (entries) => entries.set('inputs/sub/', Buffer.alloc(0))],
    ['a stranger', /evil.exe does not belong/, (entries) => entries.set('evil.exe', Buffer.from('x'))],
    ['a file that the run did not have', /does not belong to the run/, (entries) => entries.set('inputs/more.py', Buffer.from('x'))],
    ['another content', /not the file that the run had/, (entries) => entries.set('inputs/main.py', Buffer.from('x'))],
    ['a wrong checksum', /not what its checksum says/, (entries) => entries.set('source.py', Buffer.from('import LIB.helper\r\n')), false],
    ['a missing entry', /source.py/, (entries) => entries.delete('source.py')],
    ['a missing entry that is named', /output.ndjson is missing/, (entries) => entries.delete('output.ndjson'), false],
    ['output out of order', /record of its output is missing/, (entries) => entries.set('output.ndjson', Buffer.from(`${JSON.stringify({ seq: 2, timeMs: 1, body: { kind: 'note', text: '' } })}\n`))],
    ['output that is none', /not understood/, (entries) => entries.set('output.ndjson', Buffer.from('{"seq":1}\n'))],
    ['a source that is no text', /not UTF-8/, (entries) => entries.set('source.py', Buffer.from([0xff, 0xfe]))],
  ];
  it.each(cases)('with %s is refused with the reason', async (_, reason, change, isSummed = true) => {
    const client = await openCore('home');
    const path = join(folder, 'run.pyxrun');
    await client.transfer.exportRun({ runId: await addRun(client), path });
    await client.runs.delete({ ids: (await client.runs.list({})).runs.map((run) => run.id) });
    const hostile = await rebuilt(path, change, isSummed);
    for (const call of [client.transfer.inspectRun, client.transfer.openRun]) {
      await expect(call({ path: hostile })).rejects.toMatchObject({ code: expect.stringMatching(/INVALID_INPUT|UNSUPPORTED/), message: expect.stringMatching(reason) });
    }
    expect((await client.runs.count({})).count).toBe(0);
  });
});

interface Raw {
  name: string;
  data: Buffer;
  size?: number;
  method?: number;
  flags?: number;
  mode?: number;
  crc?: number;
  localName?: string;
  /** Index of an entry whose place it shares. */
  sameAs?: number;
}

/** A ZIP file as nobody should write it. */
function rawZip(entries: readonly Raw[], tail: (end: Buffer) => Buffer = (end) => end): Buffer {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  let offset = 0;
  const common = (head: Buffer, at: number, { name, data, size = data.length, method = 0, flags = 0x0800, crc = crc32(data) }: Raw): void => {
    head.writeUInt16LE(20, at);
    head.writeUInt16LE(flags, at + 2);
    head.writeUInt16LE(method, at + 4);
    head.writeUInt32LE(crc >>> 0, at + 10);
    head.writeUInt32LE(data.length, at + 14);
    head.writeUInt32LE(size, at + 18);
    head.writeUInt16LE(Buffer.byteLength(name), at + 22);
  };
  for (const entry of entries) {
    offsets.push(entry.sameAs === undefined ? offset : (offsets[entry.sameAs] ?? 0));
    if (entry.sameAs !== undefined) continue;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    common(head, 4, { ...entry, name: entry.localName ?? entry.name });
    const part = Buffer.concat([head, Buffer.from(entry.localName ?? entry.name), entry.data]);
    parts.push(part);
    offset += part.length;
  }
  const start = offset;
  for (const [i, entry] of entries.entries()) {
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(0x0314, 4);
    common(head, 6, entry);
    head.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
    head.writeUInt32LE(offsets[i] ?? 0, 42);
    const part = Buffer.concat([head, Buffer.from(entry.name)]);
    parts.push(part);
    offset += part.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(offset - start, 12);
  end.writeUInt32LE(start, 16);
  return Buffer.concat([...parts, tail(end)]);
}

describe('a ZIP file that nobody should write', () => {
  const a = { name: 'a', data: Buffer.from('content') };
  const edited = (at: number, value: number) => (end: Buffer) => {
    end.writeUInt16LE(value, at);
    return end;
  };
  it.each<[string, RegExp, Buffer]>([
    ['no ZIP at all', /no ZIP/, Buffer.from('not a zip file, though long enough for one')],
    ['an empty file', /no ZIP/, Buffer.alloc(0)],
    ['a name twice', /two entries named a/, rawZip([a, a])],
    ['a symbolic link', /is a link/, rawZip([{ ...a, mode: 0o120777 }])],
    ['a device', /is a link or another/, rawZip([{ ...a, mode: 0o020666 }])],
    ['an encrypted entry', /encrypted/, rawZip([{ ...a, flags: 0x0801 }])],
    ['another method', /method 12/, rawZip([{ ...a, method: 12 }])],
    ['a bomb by its size', /unpacks to more than/, rawZip([{ ...a, size: 0xfffffffe, method: 8 }])],
    ['two names for one place', /shares its place/, rawZip([a, { ...a, name: 'b', sameAs: 0 }])],
    ['another name within', /called otherwise/, rawZip([{ ...a, localName: 'z' }])],
    ['a wrong CRC', /checksum is another/, rawZip([{ ...a, crc: 1 }])],
    ['a wrong size', /not the size/, rawZip([{ ...a, size: 3 }])],
    ['packed data that is none', /damaged, or unpacks to more/, rawZip([{ ...a, method: 8, data: Buffer.from([0xff, 0xff, 0xff]) }])],
    ['something after its end', /something follows/, Buffer.concat([rawZip([a]), Buffer.from('x')])],
    ['a comment', /something follows/, rawZip([a], edited(20, 5))],
    ['several disks', /several files/, rawZip([a], edited(4, 1))],
    ['ZIP64', /ZIP64/, rawZip([a], (end) => edited(8, 0xffff)(edited(10, 0xffff)(end)))],
    ['more entries than it has', /directory is damaged/, rawZip([a], (end) => edited(8, 2)(edited(10, 2)(end)))],
    ['a directory elsewhere', /directory is not where/, rawZip([a], edited(16, 1))],
  ])('%s', async (_, reason, data) => {
    const path = join(folder, 'a.zip');
    writeFileSync(path, data);
    const file = await open(path, 'r');
    try {
      await expect((async () => {
        for (const entry of (await readZip(file)).values()) await readEntry(entry);
      })()).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(reason) });
    } finally {
      await file.close();
    }
  });
});

describe('the whole history as NDJSON', () => {
  it('goes into another history whole, once, each content once', async () => {
    const [from, to] = [await openCore('from'), await openCore('to')];
    const ids = [await addRun(from, 'first'), await addRun(from, 'second')];
    const path = join(folder, 'history.ndjson');
    expect(await last(await from.transfer.exportHistory({ path }))).toMatchObject({ runs: 2, total: 2, done: true });
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map((line): { type?: string } => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual([undefined, 'blob', 'blob', 'run', 'output', 'run', 'output', 'end']);
    expect(await last(await to.transfer.importHistory({ path }))).toMatchObject({ runs: 2, skipped: 0, done: true });
    for (const id of ids) expect(await everythingOf(to, id)).toEqual(await everythingOf(from, id));
    expect((await to.runs.list({})).runs.map((run) => run.title)).toEqual(['second', 'first']);
    expect(await last(await to.transfer.importHistory({ path }))).toMatchObject({ runs: 0, skipped: 2 });
    await expect(last(await from.transfer.exportHistory({ path }))).rejects.toMatchObject({ code: 'CONFLICT' });
    const stop = new AbortController();
    stop.abort();
    await expect(last(await from.transfer.exportHistory({ path: join(folder, 'b') }, { signal: stop.signal }))).rejects.toBeDefined();
    expect(readdirSync(folder)).not.toContain('b');
  });

  it.each<[string, RegExp, (lines: string[]) => string[]]>([
    ['no history', /Line 1 .*no history/, () => ['{"format":"x"}']],
    ['no JSON', /Line 2 .*no JSON/, ([head = '']) => [head, '{']],
    ['a newer version', /version 9/, ([head = '']) => [head.replace('"version":1', '"version":9')]],
    ['an unknown line', /Line 2/, ([head = '']) => [head, '{"type":"other"}']],
    ['a content that is another', /Line 2 .*hash/, ([head = '', blob = '']) => [head, blob.replace(/"data":".../, '"data":"AAA')]],
    ['output of nobody', /output of another run/, (lines) => lines.filter((line) => !line.includes('"type":"run"'))],
    ['a gap', /record 1 is missing/, (lines) => lines.map((line) => line.replaceAll('"seq":1,', '"seq":3,'))],
    ['no end', /ends too early/, (lines) => lines.slice(0, -1)],
    ['more after the end', /follows the end/, (lines) => [...lines, lines[1] ?? '']],
    ['a path that leads out', /Line 4/, (lines) => lines.map((line) => line.replace('"path":"main.py"', '"path":"../main.py"'))],
  ])('with %s is refused with its line, and leaves no half run', async (_, reason, change) => {
    const [from, to] = [await openCore('from'), await openCore('to')];
    await addRun(from);
    const path = join(folder, 'history.ndjson');
    await last(await from.transfer.exportHistory({ path }));
    writeFileSync(path, change(readFileSync(path, 'utf8').trimEnd().split('\n')).map((line) => `${line}\n`).join(''));
    await expect(last(await to.transfer.importHistory({ path }))).rejects.toMatchObject({ message: expect.stringMatching(reason) });
    for (const run of (await to.runs.list({})).runs) expect(await to.output.read({ runId: run.id, after: 0 })).toMatchObject({ lastSeq: 2 });
  });

  it('that is empty or not there is refused', async () => {
    const client = await openCore('to');
    writeFileSync(join(folder, 'empty'), '');
    await expect(last(await client.transfer.importHistory({ path: join(folder, 'empty') }))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(last(await client.transfer.importHistory({ path: join(folder, 'no') }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
