import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import BetterSqlite3 from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { newRunId } from '../../contract/ids.ts';
import { createCore } from '../../main/core/core.ts';
import { readEntry, readZip } from '../../main/core/transfer/zipReader.ts';
import { addRun, everythingOf, last, openCore, rebuilt, temporaryFolder } from './transferSupport.ts';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

describe('a run capsule', () => {
  it('brings a run whole into another history, without secrets, and says what it leaves out', async () => {
    const [from, to] = [await openCore(folder, 'from'), await openCore(folder, 'to')];
    const id = await addRun(folder, from);
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
    const client = await openCore(folder, 'from');
    const id = newRunId();
    await client.runs.start({ id, engine: 'local', mode: 'file', title: 't', source: '1', pythonVersion: '' });
    await expect(client.transfer.exportRun({ runId: id, path: join(folder, 'a.pyxrun') })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(client.transfer.exportRun({ runId: id, path: join(folder, 'no', 'a.pyxrun') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(client.transfer.openRun({ path: join(folder, 'no.pyxrun') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps artifacts, which go out again with it', async () => {
    const [from, to] = [await openCore(folder, 'from'), await openCore(folder, 'to')];
    const id = await addRun(folder, from);
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

describe('a hostile capsule', () => {
  const cases: [string, RegExp, Parameters<typeof rebuilt>[2], boolean?][] = [
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
    ['an artifact that is a folder of another', /a file and a folder/, (entries) => entries.set('artifacts/a', Buffer.from('x')).set('artifacts/a/b', Buffer.from('y'))],
    ['an artifact that is called as a manifest is', /names an entry twice|two entries/, (entries, manifest) => (entries.set('artifacts/a', Buffer.from('x')), (manifest['entries'] = [...(Array.isArray(manifest['entries']) ? manifest['entries'] : []), ...['', ''].map(() => ({ name: 'artifacts/a', bytes: 1, sha256: createHash('sha256').update('x').digest('hex') }))])), false],
    ['output that is nested without end', /not understood/, (entries) => entries.set('output.ndjson', Buffer.from(`{"seq":1,"timeMs":1,"body":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`))],
    ['output of more values than fit', /not understood/, (entries) => entries.set('output.ndjson', Buffer.from(`{"seq":1,"timeMs":1,"body":{"kind":"result","bundle":{"text/plain":"","a/json":[${'{},'.repeat(4_000_000)}1]}}}\n`))],
    ['packages that are none', /not understood \(inputs/, (_, manifest) => (manifest['inputs'] = { folder: null, files: [], environment: { packages: [{ name: '--index-url=http://evil', version: '1' }] } })],
    ['a package from a place with an option behind it', /not understood \(inputs/, (_, manifest) => (manifest['inputs'] = { folder: null, files: [], environment: { packages: [{ name: 'a', version: '1', source: 'http://a --pre' }] } })],
    ['a source that is no text', /not UTF-8/, (entries) => entries.set('source.py', Buffer.from([0xff, 0xfe]))],
  ];
  it.each(cases)('with %s is refused with the reason', async (_, reason, change, isSummed = true) => {
    const client = await openCore(folder, 'home');
    const path = join(folder, 'run.pyxrun');
    await client.transfer.exportRun({ runId: await addRun(folder, client), path });
    await client.runs.delete({ ids: (await client.runs.list({})).runs.map((run) => run.id) });
    const hostile = join(folder, 'hostile.pyxrun');
    await rebuilt(path, hostile, change, isSummed);
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
  localCrc?: number;
  localSize?: number;
  /** Bytes before it that belong to nothing. */
  before?: number;
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
    const before = Buffer.alloc(entry.before ?? 0);
    parts.push(before);
    offset += before.length;
    offsets.push(entry.sameAs === undefined ? offset : (offsets[entry.sameAs] ?? 0));
    if (entry.sameAs !== undefined) continue;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    common(head, 4, { ...entry, name: entry.localName ?? entry.name, ...(entry.localCrc === undefined ? {} : { crc: entry.localCrc }), ...(entry.localSize === undefined ? {} : { size: entry.localSize }) });
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
    ['another checksum within', /another thing where/, rawZip([{ ...a, localCrc: 1 }])],
    ['another size within', /another thing where/, rawZip([{ ...a, localSize: 3 }])],
    ['a beginning of its own', /belongs to no entry stands before a/, rawZip([{ ...a, before: 9 }])],
    ['a hole', /belongs to no entry stands before b/, rawZip([a, { ...a, name: 'b', before: 3 }])],
    ['something behind packed data', /not its own/, rawZip([{ ...a, method: 8, data: Buffer.concat([deflateRawSync('content'), Buffer.from('hidden')]), size: 7, crc: crc32('content') }])],
    ['a descriptor that lies', /another thing behind/, rawZip([{ ...a, flags: 0x0808 }, { ...a, name: 'b', before: 16 }])],
    ['a bomb that says less', /unpacks to more than it says/, rawZip([{ ...a, method: 8, data: deflateRawSync(Buffer.alloc(50_000_000)), size: 10, crc: 0 }])],
    ['a file that is a folder too', /a file and a folder/, rawZip([a, { ...a, name: 'a/b' }])],
    ['a name that is not UTF-8', /not UTF-8/, Buffer.from(rawZip([{ ...a, name: 'zz' }]).toString('latin1').replaceAll('zz', '\xff\xfe'), 'latin1')],
    ['sizes of ZIP64', /unpacks to more than/, rawZip([{ ...a, size: 0xffffffff, localSize: 0xffffffff }])],
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
    const [from, to] = [await openCore(folder, 'from'), await openCore(folder, 'to')];
    const ids = [await addRun(folder, from, 'first'), await addRun(folder, from, 'second')];
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

  it('takes versions of files, searches and packages along, and nothing twice', async () => {
    const [from, to] = [await openCore(folder, 'from'), await openCore(folder, 'to')];
    const id = await addRun(folder, from);
    const script = join(folder, 'work/main.py');
    await from.localHistory.files({});
    const other = newRunId();
    const finish = { status: 'succeeded' as const, exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null };
    await from.runs.start({ id: other, engine: 'local', mode: 'file', title: 'again', source: 'import other\n', path: script, pythonVersion: '' });
    await from.runs.finish({ id: other, ...finish, packages: [{ name: 'numpy', version: '2.1.0', isInstalled: true }] });
    await from.runs.update({ id: other, pinned: true });
    await from.inputs.keep({ runId: other, folder: null, files: [] });
    const versions = (await from.localHistory.versions({ path: script })).versions;
    expect(versions).toHaveLength(2);
    const search = await from.history.saveSearch({ id: newRunId().toLowerCase(), name: 'mine', filter: { search: 'x' }, dates: 'week' });
    const path = join(folder, 'history.ndjson');
    await last(await from.transfer.exportHistory({ path }));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map((line): { type?: string } => JSON.parse(line));
    expect(lines.map(({ type }) => type).slice(-6)).toEqual(['blob', 'version', 'blob', 'version', 'search', 'end']);
    // The first time, and again: what is there is not there twice.
    for (const skipped of [0, 2]) {
      expect(await last(await to.transfer.importHistory({ path }))).toMatchObject({ runs: 2 - skipped, skipped });
      const came = (await to.localHistory.versions({ path: script })).versions;
      expect(came.map(({ version: _, ...rest }) => rest)).toEqual(versions.map(({ version: _, ...rest }) => rest));
      for (const [i, { version }] of came.entries()) expect(await to.localHistory.read({ version })).toEqual(await from.localHistory.read({ version: versions[i]?.version ?? 0 }));
      const stop = new AbortController();
      const { value } = await (await to.history.watchSearches(undefined, { signal: stop.signal })).next();
      stop.abort();
      expect(value).toEqual({ searches: [search] });
      expect((await to.inputs.get({ runId: other })).inputs?.environment.packages).toEqual([{ name: 'numpy', version: '2.1.0', source: null, isInstalled: true }]);
    }
    expect(await everythingOf(to, id)).toEqual(await everythingOf(from, id));
    await from.runs.delete({ ids: [id, other] });
    expect(await last(await from.transfer.importHistory({ path }))).toMatchObject({ runs: 2 });
    expect((await from.localHistory.versions({ path: script })).versions.map(({ runId }) => runId)).toEqual([other, id]);
  });

  it('costs damage alone: a content and a stretch of output that cannot be read are named, the rest goes', async () => {
    const [from, to] = [await openCore(folder, 'from'), await openCore(folder, 'to')];
    const id = await addRun(folder, from);
    const db = new BetterSqlite3(join(folder, 'from/pyexekube.sqlite'));
    db.exec("UPDATE blobs SET data = x'00' WHERE blob = (SELECT blob FROM tree_files WHERE path = 'lib/helper.py')");
    db.exec("UPDATE output_chunks SET data = x'00'");
    db.close();
    const path = join(folder, 'history.ndjson');
    expect(await last(await from.transfer.exportHistory({ path }))).toMatchObject({ runs: 1 });
    await last(await to.transfer.importHistory({ path }));
    const check = async (): Promise<void> => {
      expect((await to.inputs.get({ runId: id })).inputs?.files).toMatchObject([{ path: 'lib/helper.py', hash: null, reason: 'its kept content is damaged' }, { path: 'main.py', reason: null }]);
      expect((await to.output.read({ runId: id, after: 0 })).records.map(({ body }) => ('text' in body ? body.text : ''))).toEqual(['The stored output from record 1 to 2 is damaged and cannot be read.', '']);
    };
    await check();
    await to.runs.delete({ ids: [id] });
    const capsule = join(folder, 'run.pyxrun');
    expect((await from.transfer.exportRun({ runId: id, path: capsule })).missing).toEqual(expect.arrayContaining(['lib/helper.py: its kept content is damaged', 'the output from record 1 to 2, which is damaged']));
    await to.transfer.openRun({ path: capsule });
    await check();
    const comparison = await from.history.compare({ left: id, right: id });
    expect(comparison.output).toMatchObject({ leftLines: 1, count: 0 });
  });

  it('that a killed process has read in part leaves no part of a run at the next start', async () => {
    const from = await openCore(folder, 'from');
    const id = await addRun(folder, from);
    const killed = await createCore({ home: join(folder, 'to'), host: 'test', appVersion: '1' });
    await killed.dispose();
    const db = new BetterSqlite3(join(folder, 'to/pyexekube.sqlite'));
    const insert = db.prepare(
      "INSERT INTO runs (id, engine, status, mode, title, first_line, started_ms, python_version, client_id, core_id) VALUES (?, 'local', 'succeeded', 'file', 't', '', 1, '', '', ?)",
    );
    insert.run(id, `importing-${newRunId()}`);
    db.prepare("INSERT INTO cores (id, pid, machine, heartbeat_ms) VALUES ('alive', 1, ?, ?)").run('another machine', Date.now());
    insert.run(newRunId(), 'importing-alive');
    db.close();
    const to = await openCore(folder, 'to');
    // What a living process imports is left alone.
    expect((await to.runs.list({})).runs.map((run) => run.id)).toEqual([expect.not.stringContaining(id)]);
    expect((await to.runs.count({})).count).toBe(1);
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
    ['what is no UTF-8', /Line 2 .*UTF-8/, ([head = '']) => [head, '\u{FFFD}\u{FFFD}']],
    ['JSON that is nested without end', /Line 2 .*no JSON/, ([head = '']) => [head, `{"type":"run","run":${'['.repeat(300_000)}`]],
    ['a line of more values than fit', /Line 2 .*no JSON/, ([head = '']) => [head, `{"type":"output","records":[${'{},'.repeat(3_000_000)}{}]}`]],
    ['a run twice', /output of another run|Line \d+/, (lines) => [...lines.slice(0, -1), ...lines.filter((line) => line.includes('"type":"output"')), lines.at(-1) ?? '']],
    ['a search of no name', /Line 2 .*name/, ([head = '']) => [head, `{"type":"search","search":{"id":"${'0'.repeat(26)}","name":" ","filter":{}}}`]],
    ['a version of no hash', /Line 2 .*hash/, ([head = '']) => [head, '{"type":"version","path":"/a","savedMs":1,"hash":"x","runId":null}']],
    ['a path that leads out', /Line 4/, (lines) => lines.map((line) => line.replace('"path":"main.py"', '"path":"../main.py"'))],
  ])('with %s is refused with its line, and leaves no half run', async (_, reason, change) => {
    const [from, to] = [await openCore(folder, 'from'), await openCore(folder, 'to')];
    await addRun(folder, from);
    const path = join(folder, 'history.ndjson');
    await last(await from.transfer.exportHistory({ path }));
    const text = change(readFileSync(path, 'utf8').trimEnd().split('\n')).map((line) => `${line}\n`).join('');
    writeFileSync(path, text.includes('\u{FFFD}') ? Buffer.concat([Buffer.from(text.split('\u{FFFD}')[0] ?? ''), Buffer.from([0xff, 0x0a])]) : text);
    await expect(last(await to.transfer.importHistory({ path }))).rejects.toMatchObject({ message: expect.stringMatching(reason) });
    for (const run of (await to.runs.list({})).runs) expect(await to.output.read({ runId: run.id, after: 0 })).toMatchObject({ lastSeq: 2 });
  });

  it('that an editor has saved again, with a byte order mark and returns, is read', async () => {
    const [from, to] = [await openCore(folder, 'from'), await openCore(folder, 'to')];
    await addRun(folder, from);
    const path = join(folder, 'history.ndjson');
    await last(await from.transfer.exportHistory({ path }));
    writeFileSync(path, `\ufeff${readFileSync(path, 'utf8').replaceAll('\n', '\r\n')}`);
    expect(await last(await to.transfer.importHistory({ path }))).toMatchObject({ runs: 1, done: true });
  });

  it('that is empty or not there is refused', async () => {
    const client = await openCore(folder, 'to');
    writeFileSync(join(folder, 'empty'), '');
    await expect(last(await client.transfer.importHistory({ path: join(folder, 'empty') }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'Line 1 of this history cannot be read: the file is empty.',
      data: { action: 'Choose a file that was written by "Export the history".' },
    });
    await expect(last(await client.transfer.importHistory({ path: join(folder, 'no') }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
