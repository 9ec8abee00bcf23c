import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { AppError } from '../../../contract/errors.ts';
import type { RunId } from '../../../contract/ids.ts';
import { capsuleVersion } from '../../../contract/transfer.ts';
import type { Inputs } from '../inputs/index.ts';
import type { Output } from '../output/index.ts';
import type { Runs } from '../runs/index.ts';
import { artifactsFolder, inputsFolder, manifestName, outputName, sourceName, type Manifest } from './capsuleFormat.ts';
import { mostEntries, mostEntryBytes, mostTotalBytes } from './limits.ts';
import { portableInputs, portableOf } from './portable.ts';
import { ZipWriter, type ZipContent } from './zipWriter.ts';

export interface CapsuleSource {
  runs: Pick<Runs, 'get'>;
  inputs: Pick<Inputs, 'get' | 'contents'>;
  output: Pick<Output, 'read'>;
  artifacts(runId: RunId): Promise<{ path: string; file: string }[]>;
  appVersion: string;
}

const pageLength = 4 * 1024 * 1024;

/** Writes a run as a capsule. @throws CONFLICT it still runs */
export async function writeCapsule(source: CapsuleSource, runId: RunId, file: FileHandle): Promise<Manifest> {
  const run = portableOf(source.runs.get(runId));
  if (run === null) throw new AppError('CONFLICT', 'This run is still going on.', { action: 'Export it when it has ended.' });
  const kept = source.inputs.get(runId);
  const { inputs, withheld } = kept === null ? { inputs: null, withheld: [] } : portableInputs(kept);
  const { source: text, ...rest } = run;
  const zip = new ZipWriter(file);
  const missing = [
    ...(inputs?.files.flatMap(({ path, hash, reason }) => (hash === null ? [`${path}: ${reason ?? 'not kept'}`] : [])) ?? []),
    ...withheld.map((name) => `the value of the variable ${name}`),
  ];
  const entries: Manifest['entries'] = [];
  let total = 0;

  async function add(name: string, bytes: number, sha256: string, content: ZipContent): Promise<void> {
    if (bytes > mostEntryBytes || total + bytes > mostTotalBytes || entries.length >= mostEntries - 1) {
      missing.push(`${name}: too large for a capsule`);
      return;
    }
    total += bytes;
    entries.push({ name, bytes, sha256 });
    await zip.add(name, content);
  }
  const addData = (name: string, data: Uint8Array): Promise<void> => add(name, data.byteLength, createHash('sha256').update(data).digest('hex'), { data });

  await addData(sourceName, Buffer.from(text));
  for (const { path, data } of source.inputs.contents(runId)) await addData(inputsFolder + path, data);
  const { data: output, lastSeq } = await outputOf(source.output, runId);
  if (lastSeq !== null) missing.push(`the output after record ${lastSeq}`);
  await addData(outputName, output);
  for (const artifact of await source.artifacts(runId)) {
    const opened = await open(artifact.file, 'r');
    try {
      const about = await describe(opened);
      await add(artifactsFolder + artifact.path, about.size, about.sha256, { file: opened, size: about.size, crc: about.crc });
    } finally {
      await opened.close();
    }
  }
  const manifest: Manifest = { format: 'pyexekube-run', version: capsuleVersion, application: `PyExeKube ${source.appVersion}`, exportedMs: Date.now(), run: rest, inputs, entries, missing };
  await zip.add(manifestName, { data: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) });
  await zip.end();
  return manifest;
}

/** The output as NDJSON. @returns `lastSeq` the last record that fits, null when all do */
async function outputOf(output: Pick<Output, 'read'>, runId: RunId): Promise<{ data: Buffer; lastSeq: number | null }> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for (let after = 0; ; ) {
    const page = await output.read({ runId, after, maxLength: pageLength, waitMs: 0 }, undefined);
    const last = page.records.at(-1);
    if (last === undefined) return { data: Buffer.concat(parts), lastSeq: null };
    const part = Buffer.from(page.records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    if (bytes + part.byteLength > mostEntryBytes) return { data: Buffer.concat(parts), lastSeq: after };
    parts.push(part);
    bytes += part.byteLength;
    after = last.seq;
  }
}

async function describe(file: FileHandle): Promise<{ size: number; crc: number; sha256: string }> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  let crc = 0;
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, size);
    if (bytesRead === 0) return { size, crc, sha256: hash.digest('hex') };
    const part = buffer.subarray(0, bytesRead);
    hash.update(part);
    crc = crc32(part, crc);
    size += bytesRead;
  }
}
