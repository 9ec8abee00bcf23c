import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { maxKeptBytes } from '../../../contract/inputs.ts';
import { maxSourceLength } from '../../../contract/runs.ts';
import { OutputRecord } from '../../../contract/output.ts';
import { parseBounded } from './boundedJson.ts';
import { mostManifestBytes } from './limits.ts';
import { artifactsFolder, inputsFolder, manifestName, outputName, parseManifest, sourceName, type Manifest } from './capsuleFormat.ts';
import { LongLineError, linesOf } from './lines.ts';
import type { PortableRun } from './portable.ts';
import { refused } from './refusal.ts';
import { readEntry, readZip, type ZipEntry } from './zipReader.ts';

/** A display of 16 million characters, each escaped, and what stands around it. */
const mostRecordBytes = 112 * 1024 * 1024;

/** A capsule of which every byte was checked. */
export interface Capsule {
  manifest: Manifest;
  run: PortableRun;
  bytes: number;
  /** Kept files, by path. */
  inputs: ZipEntry[];
  artifacts: ZipEntry[];
  records(): AsyncGenerator<OutputRecord[], void>;
}

/**
 * Reads a capsule from a stranger. All is looked at before anything is kept: each entry is one that the manifest names, with its checksum.
 * @throws INVALID_INPUT with the reason · UNSUPPORTED a newer version
 */
export async function readCapsule(file: FileHandle): Promise<Capsule> {
  const entries = await readZip(file);
  const about = entries.get(manifestName);
  if (about === undefined) throw refused(`it has no ${manifestName}`);
  if (about.bytes > mostManifestBytes) throw refused(`its ${manifestName} is too large`);
  const manifest = parseManifest(textOf(await readEntry(about), manifestName));
  await checkEntries(entries, manifest);
  checkInputs(manifest);
  const source = entries.get(sourceName);
  const output = entries.get(outputName);
  if (source === undefined || output === undefined) throw refused(`it has no ${source === undefined ? sourceName : outputName}`);
  if (source.bytes > maxSourceLength * 4) throw refused('its source is too long');
  const text = textOf(await readEntry(source), sourceName);
  if (text.length > maxSourceLength) throw refused('its source is too long');
  await checkOutput(output);
  return {
    manifest,
    run: { ...manifest.run, source: text },
    bytes: manifest.entries.reduce((sum, { bytes }) => sum + bytes, 0),
    inputs: within(entries, inputsFolder),
    artifacts: within(entries, artifactsFolder),
    records: () => recordsOf(output),
  };
}

function within(entries: ReadonlyMap<string, ZipEntry>, folder: string): ZipEntry[] {
  return [...entries.values()].filter(({ name }) => name.startsWith(folder)).map((entry) => ({ ...entry, name: entry.name.slice(folder.length) }));
}

async function checkEntries(entries: ReadonlyMap<string, ZipEntry>, manifest: Manifest): Promise<void> {
  const named = new Map(manifest.entries.map((entry) => [entry.name, entry]));
  if (named.size !== manifest.entries.length) throw refused(`its ${manifestName} names an entry twice`);
  for (const { name } of entries.values()) {
    if (name === manifestName) continue;
    const isPlaced = name === sourceName || name === outputName || name.startsWith(inputsFolder) || name.startsWith(artifactsFolder);
    if (!isPlaced || !named.has(name)) throw refused(`${name} does not belong into it`);
  }
  for (const { name, bytes, sha256 } of manifest.entries) {
    const entry = entries.get(name);
    if (entry === undefined) throw refused(`${name} is missing`);
    if (entry.bytes !== bytes || (await hashOfEntry(entry)) !== sha256) throw refused(`${name} is not what its checksum says`);
  }
}

async function hashOfEntry(entry: ZipEntry): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of entry.pieces()) hash.update(piece);
  return hash.digest('hex');
}

function checkInputs(manifest: Manifest): void {
  const hashes = new Map(manifest.entries.map(({ name, sha256 }) => [name, sha256]));
  const kept = manifest.entries.filter(({ name }) => name.startsWith(inputsFolder));
  if (kept.reduce((sum, { bytes }) => sum + bytes, 0) > maxKeptBytes) throw refused(`its files are more than ${maxKeptBytes / 1024 ** 2} MiB`);
  const files = manifest.inputs?.files ?? [];
  if (new Set(files.map(({ path }) => path)).size !== files.length) throw refused('it names a file twice');
  const expected = new Set(files.flatMap(({ path, hash }) => (hash === null ? [] : [inputsFolder + path])));
  for (const { path, hash } of files) if (hash !== null && hashes.get(inputsFolder + path) !== hash) throw refused(`${path} is not the file that the run had`);
  for (const { name } of kept) if (!expected.has(name)) throw refused(`${name} does not belong to the run`);
}

function textOf(data: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw refused(`${name} is not UTF-8`);
  }
}

async function checkOutput(output: ZipEntry): Promise<void> {
  let seq = 0;
  for await (const records of recordsOf(output)) {
    for (const record of records) if (record.seq !== ++seq) throw refused(`a record of its output is missing before ${record.seq}`);
  }
}

/** Records, and bytes of lines, that one batch has. */
const batchRecords = 200;
const batchBytes = 4 * 1024 * 1024;

async function* recordsOf(output: ZipEntry): AsyncGenerator<OutputRecord[], void> {
  let batch: OutputRecord[] = [];
  let bytes = 0;
  try {
    for await (const line of linesOf(output.pieces(), mostRecordBytes)) {
      batch.push(parseRecord(textOf(line, outputName)));
      bytes += line.byteLength;
      if (batch.length < batchRecords && bytes < batchBytes) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
  } catch (error) {
    throw error instanceof LongLineError ? refused(`a line of ${outputName} is too long`) : error;
  }
  if (batch.length > 0) yield batch;
}

function parseRecord(line: string): OutputRecord {
  try {
    return OutputRecord.parse(parseBounded(line));
  } catch {
    throw refused(`a line of ${outputName} is not understood`);
  }
}
