import { createRouterClient } from '@orpc/server';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { newClientId, newRunId, type RunId } from '../../contract/ids.ts';
import type { TransferProgress } from '../../contract/transfer.ts';
import { createCore } from '../../main/core/core.ts';
import { readEntry, readZip } from '../../main/core/transfer/zipReader.ts';
import { ZipWriter } from '../../main/core/transfer/zipWriter.ts';

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pyexekube-transfer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function openCore(folder: string, name: string) {
  const core = await createCore({ home: join(folder, name), host: 'test', appVersion: '1.2.3' });
  onTestFinished(() => core.dispose());
  return createRouterClient(core.router, { context: { clientId: newClientId() } });
}
export type Client = Awaited<ReturnType<typeof openCore>>;

/** A run of a workspace with a helper, with output, tags and a note. */
export async function addRun(folder: string, client: Client, title = 'main.py'): Promise<RunId> {
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

export async function last(events: AsyncIterable<TransferProgress>): Promise<TransferProgress | undefined> {
  let newest: TransferProgress | undefined;
  for await (const state of events) newest = state;
  return newest;
}

/** All that is to be the same on the other side. */
export async function everythingOf(client: Client, id: RunId) {
  const { inputs } = await client.inputs.get({ runId: id });
  const { tabId: _, ...run } = await client.runs.get({ id });
  return { run, files: inputs?.files, folder: inputs?.folder, data: await client.inputs.read({ runId: id }), output: await client.output.read({ runId: id, after: 0 }) };
}

/** A capsule whose entries or manifest are changed before it is packed. */
export async function rebuilt(path: string, hostile: string, change: (entries: Map<string, Buffer>, manifest: Record<string, unknown>) => void, isSummed = true): Promise<void> {
  const file = await open(path, 'r');
  const entries = new Map<string, Buffer>();
  for (const [name, entry] of await readZip(file)) entries.set(name, await readEntry(entry));
  await file.close();
  const manifest: Record<string, unknown> = JSON.parse(entries.get('manifest.json')?.toString() ?? '');
  entries.delete('manifest.json');
  change(entries, manifest);
  if (isSummed) manifest['entries'] = [...entries].map(([name, data]) => ({ name, bytes: data.byteLength, sha256: createHash('sha256').update(data).digest('hex') }));
  const out = await open(hostile, 'w');
  const zip = new ZipWriter(out);
  for (const [name, data] of entries) await zip.add(name, [data]);
  await zip.add('manifest.json', [Buffer.from(JSON.stringify(manifest))]);
  await zip.end();
  await out.close();
}
