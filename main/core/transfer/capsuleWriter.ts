import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '../../../contract/errors.ts';
import type { RunId } from '../../../contract/ids.ts';
import { capsuleVersion } from '../../../contract/transfer.ts';
import type { Inputs } from '../inputs/index.ts';
import { outputPages, type Output } from '../output/index.ts';
import type { Runs } from '../runs/index.ts';
import { artifactsFolder, inputsFolder, manifestName, outputName, sourceName, type Manifest } from './capsuleFormat.ts';
import { mostEntries, mostEntryBytes, mostManifestBytes, mostTotalBytes } from './limits.ts';
import { portableCompleteness, portableInputs, portableOf } from './portable.ts';
import { ZipWriter } from './zipWriter.ts';

export interface CapsuleSource {
  runs: Pick<Runs, 'get'>;
  inputs: Pick<Inputs, 'get' | 'contents'>;
  output: Pick<Output, 'read' | 'index' | 'completeness'>;
  artifacts(runId: RunId): Promise<{ path: string; file: string }[]>;
  appVersion: string;
}

const pageLength = 1024 * 1024;
const pieceBytes = 1024 * 1024;

/** Writes a run as a capsule, a piece at a time. @throws CONFLICT it still runs */
export async function writeCapsule(source: CapsuleSource, runId: RunId, file: FileHandle): Promise<Manifest> {
  const whole = source.runs.get(runId);
  const run = portableOf(whole);
  if (run === null) throw new AppError('CONFLICT', 'This run is still going on.', { action: 'Export it when it has ended.' });
  const kept = source.inputs.get(runId);
  const { inputs, withheld } = kept === null ? { inputs: null, withheld: [] } : portableInputs(kept);
  const { source: text, ...rest } = run;
  const zip = new ZipWriter(file);
  const entries: Manifest['entries'] = [];
  const missing: string[] = [];
  let total = 0;

  /** @param bytes as far as they are known before */
  async function add(name: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, bytes = 0, method: 'deflate' | 'store' = 'deflate'): Promise<void> {
    if (bytes > mostEntryBytes || total + bytes > mostTotalBytes || entries.length >= mostEntries - 1) {
      missing.push(`${name}: too large for a capsule`);
      return;
    }
    const packed = await zip.add(name, pieces, method);
    total += packed.bytes;
    entries.push({ name, ...packed });
  }

  await add(sourceName, [Buffer.from(text)]);
  const damaged = new Set<string>();
  for (const { path, data } of source.inputs.contents(runId, (name) => damaged.add(name))) await add(inputsFolder + path, [data], data.byteLength);
  const cut: { after: number | null } = { after: null };
  const lost: string[] = [];
  await add(outputName, outputLines(source.output, runId, cut, (first, last) => lost.push(`the output from record ${first} to ${last}, which is damaged`)));
  for (const artifact of await source.artifacts(runId)) {
    const opened = await open(artifact.file, 'r');
    try {
      const { size } = await opened.stat();
      await add(artifactsFolder + artifact.path, fileOf(opened, size), size, 'store');
    } finally {
      await opened.close();
    }
  }
  const files = inputs?.files.map((one) => (damaged.has(one.path) ? { ...one, hash: null, reason: 'its kept content is damaged' } : one)) ?? [];
  missing.unshift(...files.flatMap(({ path, hash, reason }) => (hash === null ? [`${path}: ${reason ?? 'not kept'}`] : [])), ...withheld.map((name) => `the value of the variable ${name}`));
  missing.push(...lost);
  if (cut.after !== null) missing.push(`the output after record ${cut.after}`);
  const manifest: Manifest = {
    format: 'pyexekube-run', version: capsuleVersion, application: `PyExeKube ${source.appVersion}`, exportedMs: Date.now(), run: rest,
    inputs: inputs === null ? null : { ...inputs, files }, completeness: portableCompleteness(whole, source.output.completeness(runId)), entries, missing,
  };
  const told = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  if (told.byteLength > mostManifestBytes) throw new AppError('UNSUPPORTED', 'This run has too many files for a capsule.');
  await zip.add(manifestName, [told]);
  await zip.end();
  return manifest;
}

/** The output as NDJSON. @param cut told when not all of it fits: the last record that does @param onDamaged as of `outputPages` */
async function* outputLines(output: CapsuleSource['output'], runId: RunId, cut: { after: number | null }, onDamaged: (first: number, last: number) => void): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  let last = 0;
  for await (const records of outputPages(output, runId, pageLength, undefined, { onDamaged })) {
    const part = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    bytes += part.byteLength;
    if (bytes > mostEntryBytes) {
      cut.after = last;
      return;
    }
    yield part;
    last = records.at(-1)?.seq ?? last;
  }
}

/** The first `size` bytes of a file, however it grows meanwhile. */
async function* fileOf(file: FileHandle, size: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < size; ) {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, size - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
