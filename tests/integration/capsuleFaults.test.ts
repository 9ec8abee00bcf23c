import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { array, assert, asyncProperty, constant, nat, oneof, record as shape } from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { toAppError } from '../../contract/errors.ts';
import { addRun, everythingOf, last, openCore, rebuilt, temporaryFolder, type Client } from './transferSupport.ts';

let folder: string;
let from: Client;
let to: Client;

beforeEach(async () => {
  folder = temporaryFolder();
  [from, to] = [await openCore(folder, 'from'), await openCore(folder, 'to')];
});

/** What a home must not have more of after something was refused. */
function leftIn(home: string): string[] {
  return readdirSync(join(folder, home, 'capsules'), { recursive: true }).map(String);
}

describe('a capsule in which bytes were changed', () => {
  it('is refused with a reason or is what it was, and is never half there', { timeout: 120_000 }, async () => {
    const id = await addRun(folder, from);
    mkdirSync(join(folder, 'from/capsules', id), { recursive: true });
    writeFileSync(join(folder, 'from/capsules', id, 'plot.png'), Buffer.alloc(500, 7));
    const path = join(folder, 'run.pyxrun');
    await from.transfer.exportRun({ runId: id, path });
    const good = readFileSync(path);
    const before = await everythingOf(from, id);
    mkdirSync(join(folder, 'to/capsules'), { recursive: true });
    let refusals = 0;
    const edit = oneof(
      { weight: 6, arbitrary: shape({ kind: constant('flip' as const), at: nat(good.length - 1), bit: nat(7) }) },
      shape({ kind: constant('set' as const), at: nat(good.length - 1), bit: nat(255) }),
      shape({ kind: constant('cut' as const), at: nat(good.length - 1), bit: nat(40) }),
      shape({ kind: constant('insert' as const), at: nat(good.length - 1), bit: nat(255) }),
    );
    await assert(
      asyncProperty(array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        let bytes = Buffer.from(good);
        for (const { kind, at, bit } of edits) {
          const place = Math.min(at, bytes.length - 1);
          if (kind === 'flip') bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
          else if (kind === 'set') bytes[place] = bit;
          else if (kind === 'cut') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + bit)]);
          else bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from([bit]), bytes.subarray(place)]);
          if (bytes.length === 0) break;
        }
        writeFileSync(path, bytes);
        const code = await to.transfer.openRun({ path }).then(
          () => null,
          (error: unknown) => toAppError(error).code,
        );
        const outcome = { code, runs: (await to.runs.count({})).count, left: leftIn('to'), content: code === null ? await everythingOf(to, id) : null };
        const isKept = code === null;
        if (isKept) await to.runs.delete({ ids: [id] });
        else refusals++;
        rmSync(join(folder, 'to/capsules', id), { recursive: true, force: true });
        if (isKept) return outcome.runs === 1 && isDeepStrictEqual(outcome.content, before);
        return ['INVALID_INPUT', 'UNSUPPORTED'].includes(code ?? '') && outcome.runs === 0 && outcome.left.length === 0;
      }),
      { numRuns: 400 },
    );
    expect(refusals).toBeGreaterThan(200);
    writeFileSync(path, good);
    await to.transfer.openRun({ path });
    expect(await everythingOf(to, id)).toEqual(before);
  });
});

describe('a capsule by another hand', () => {
  it('may be packed by a writer that cannot go back, as a stream', async () => {
    const id = await addRun(folder, from);
    const path = join(folder, 'run.pyxrun');
    await from.transfer.exportRun({ runId: id, path });
    const script = `
import sys, zipfile
class Stream:
    def __init__(self, file): self.file = file
    def write(self, data): return self.file.write(data)
    def flush(self): self.file.flush()
with zipfile.ZipFile(sys.argv[1]) as old, open(sys.argv[2], "wb") as file, zipfile.ZipFile(Stream(file), "w", zipfile.ZIP_DEFLATED) as new:
    for name in old.namelist():
        new.writestr(name, old.read(name))
`;
    execFileSync('python3', ['-c', script, path, join(folder, 'streamed.pyxrun')]);
    await to.transfer.openRun({ path: join(folder, 'streamed.pyxrun') });
    expect(await everythingOf(to, id)).toEqual(await everythingOf(from, id));
  });

  it('that is large once unpacked needs no memory for them', { timeout: 120_000 }, async () => {
    const id = await addRun(folder, from);
    const path = join(folder, 'run.pyxrun');
    await from.transfer.exportRun({ runId: id, path });
    // Two artifacts of 250 MB each, with sums that are right: only reading them tells.
    const script = `
import hashlib, json, sys, zipfile
size = 250_000_000
digest = hashlib.sha256()
block = bytes(1_000_000)
for _ in range(size // len(block)): digest.update(block)
with zipfile.ZipFile(sys.argv[1]) as old, zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
    manifest = json.loads(old.read("manifest.json"))
    for name in old.namelist():
        if name != "manifest.json": new.writestr(name, old.read(name))
    for i in range(2):
        with new.open("artifacts/%d" % i, "w", force_zip64=False) as entry:
            for _ in range(size // len(block)): entry.write(block)
        manifest["entries"].append({"name": "artifacts/%d" % i, "bytes": size, "sha256": digest.hexdigest()})
    manifest["entries"][-1]["sha256"] = "0" * 64
    new.writestr("manifest.json", json.dumps(manifest))
`;
    execFileSync('python3', ['-c', script, path, join(folder, 'large.pyxrun')]);
    const used = process.memoryUsage.rss();
    let most = used;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 10);
    try {
      await expect(to.transfer.openRun({ path: join(folder, 'large.pyxrun') })).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('artifacts/1 is not what its checksum says') });
    } finally {
      clearInterval(watch);
    }
    expect(most - used).toBeLessThan(150_000_000);
    expect((await to.runs.count({})).count).toBe(0);
  });
});

describe('what is known of an output', () => {
  it('travels: who said it, and what is missing of it', async () => {
    const id = await addRun(folder, from);
    const [path, other, history] = ['run.pyxrun', 'other.pyxrun', 'history.ndjson'].map((name) => join(folder, name));
    if (path === undefined || other === undefined || history === undefined) throw new Error('unreachable');
    await from.transfer.exportRun({ runId: id, path });
    await from.runs.delete({ ids: [id] });
    const gaps = [
      { afterSeq: 0, lines: 3, fromMs: 1, toMs: 2, reason: 'rotated' },
      { afterSeq: 1, lines: null, fromMs: null, toMs: null, reason: 'rotated' },
      { afterSeq: 9, lines: 1, fromMs: 5, toMs: 6, reason: 'rotated' },
    ];
    await rebuilt(path, other, (entries, manifest) => {
      manifest['run'] = { ...Object(manifest['run']), engine: 'cluster' };
      manifest['completeness'] = { isEndSeen: true, gaps };
      const records = [1, 2].map((seq) => ({ seq, timeMs: 5, body: { kind: 'text', stream: 'stdout', text: `${seq}\n` }, source: { container: 'main', attempt: seq } }));
      entries.set('output.ndjson', Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join('')));
    });
    await from.transfer.openRun({ path: other });
    const known = await from.output.completeness({ runId: id });
    expect(known).toEqual({ state: 'gaps', gaps: gaps.map((gap) => ({ ...gap, afterSeq: Math.min(gap.afterSeq, 2) })) });
    expect((await from.output.read({ runId: id, after: 0 })).records.map(({ source }) => source?.attempt)).toEqual([1, 2]);
    await last(await from.transfer.exportHistory({ path: history }));
    await last(await to.transfer.importHistory({ path: history }));
    expect(await to.output.completeness({ runId: id })).toEqual(known);
    expect(await everythingOf(to, id)).toEqual(await everythingOf(from, id));
  });
});
