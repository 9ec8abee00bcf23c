import type { FileHandle } from 'node:fs/promises';
import { maxKeptBytes } from '../../../contract/inputs.ts';
import { maxSourceLength } from '../../../contract/runs.ts';
import { OutputRecord } from '../../../contract/output.ts';
import { hashOf } from '../blobs/index.ts';
import { artifactsFolder, inputsFolder, manifestName, outputName, parseManifest, sourceName, type Manifest } from './capsuleFormat.ts';
import type { PortableRun } from './portable.ts';
import { readZip, refused, type ZipEntry } from './zipReader.ts';

const mostManifestBytes = 64 * 1024 * 1024;

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
  const manifest = parseManifest((await about.read()).toString('utf8'));
  await checkEntries(entries, manifest);
  checkInputs(manifest);
  const source = await entries.get(sourceName)?.read();
  const output = entries.get(outputName);
  if (source === undefined || output === undefined) throw refused(`it has no ${source === undefined ? sourceName : outputName}`);
  if (source.byteLength > maxSourceLength * 4) throw refused('its source is too long');
  const text = textOf(source, sourceName);
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
    if (entry.bytes !== bytes || hashOf(await entry.read()) !== sha256) throw refused(`${name} is not what its checksum says`);
  }
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

/** Records that one batch has. */
const batchRecords = 200;

async function* recordsOf(output: ZipEntry): AsyncGenerator<OutputRecord[], void> {
  const data = await output.read();
  let batch: OutputRecord[] = [];
  for (let at = 0; at < data.length; ) {
    const end = data.indexOf(0x0a, at);
    const line = textOf(data.subarray(at, end === -1 ? data.length : end), outputName);
    at = end === -1 ? data.length : end + 1;
    batch.push(parseRecord(line));
    if (batch.length === batchRecords) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function parseRecord(line: string): OutputRecord {
  try {
    return OutputRecord.parse(JSON.parse(line));
  } catch {
    throw refused(`a line of ${outputName} is not understood`);
  }
}
