import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError, toAppError } from '../../../contract/errors.ts';
import type { ArtifactState } from '../../../contract/jobs.ts';
import { execInPod, kubeStatusOf } from '../cluster/index.ts';
import { artifactFolder } from './artifacts.ts';
import type { JobHandle } from './context.ts';
import { secondsText } from './failures/index.ts';
import { containerStatus, KubePod, paths } from './kube.ts';
import { collectorContainer, runnerCommand } from './manifest/index.ts';
import { pause } from './pause.ts';
import type { RunnerReport } from './report.ts';
import { mayPass } from './submitting.ts';
import { createUnpacker, localNames, type ExpectedFile } from './unpack/index.ts';

/** Below this the runner's collector does not wait for anybody: the log is whole without it. */
const smallLogBytes = 4 * 1024 * 1024;
const maxListBytes = 64 * 1024 * 1024;
const retryMs = 1_000;
/** So many tries in a row may bring nothing. */
const maxIdleTries = 30;
const progressMs = 250;

const Listing = z.object({
  files: z.array(z.object({ path: z.string(), bytes: z.number().int().min(0) })),
});

export interface CollectOptions {
  /** The pod that holds the files; null when it is gone. */
  pod: string | null;
  /** What the runner said at the end, if it could. */
  report: RunnerReport | null;
  /** Without it the pod is let go without its files. */
  fetch: boolean;
}

/** Brings a run's files back and lets its pod go. What cannot be fetched is the job's `artifacts`, not an error. */
export async function collect(handle: JobHandle, { pod, report, fetch }: CollectOptions): Promise<void> {
  const hasFiles = report === null || (report.artifacts?.files ?? 0) > 0;
  if (!hasFiles && (report?.logBytes ?? 0) < smallLogBytes) return;
  if (pod === null) {
    if (fetch && hasFiles) gone(handle, report);
    return;
  }
  try {
    if (fetch && hasFiles && !(await fetchFiles(handle, pod))) return gone(handle, report);
  } catch (error) {
    handle.signal.throwIfAborted();
    const failure = toAppError(error);
    if (kubeStatusOf(failure)?.code === 404) return gone(handle, report);
    // Else the files stay in the pod for as long as the profile says.
    set(handle, { state: 'failed', message: failure.message, retryable: failure.code !== 'CONFLICT' });
    return;
  }
  await letGo(handle, pod);
}

/** The pod is not there any more. Whether it had files is only known from its report. */
function gone(handle: JobHandle, report: RunnerReport | null): void {
  set(handle, report === null ? { state: 'none' } : { state: 'failed', message: 'The pod was gone before its files could be fetched.', retryable: false });
}

function set(handle: JobHandle, artifacts: ArtifactState): void {
  handle.update((state) => {
    state.artifacts = artifacts;
  });
}

/** Runs a command of the runner in the collector. */
async function run(handle: JobHandle, pod: string, command: string[], onStdout?: (chunk: Buffer) => void | Promise<void>): Promise<number> {
  const { record, signal } = handle;
  const request = { namespace: record.namespace, pod, container: collectorContainer, command: runnerCommand(record.facts.profile, ...command), signal };
  return (await execInPod(handle.client(), onStdout === undefined ? request : { ...request, onStdout })).exitCode;
}

async function letGo(handle: JobHandle, pod: string): Promise<void> {
  try {
    await run(handle, pod, ['ack']);
  } catch (error) {
    handle.signal.throwIfAborted();
    // It ends by itself when its time is over.
    handle.context.log(`the collector of ${handle.record.jobName} could not be let go: ${toAppError(error).message}`);
  }
}

/**
 * What became of the files in a pod whose collector cannot be reached: `held` also by one that has not begun yet, or that is to end, `released`
 * when it has ended by itself, `gone` when it was ended.
 */
async function lookAfterFiles(handle: JobHandle, pod: string): Promise<'held' | 'released' | 'gone'> {
  try {
    const seen = KubePod.parse(await handle.client().request('GET', paths.pods(handle.record.namespace, pod), { signal: handle.signal }));
    const ended = containerStatus(seen, collectorContainer)?.state.terminated;
    if (ended === undefined) return 'held';
    // In a pod that is taken away, or that its node could not keep, it was ended.
    return ended.exitCode === 0 && seen.metadata.deletionTimestamp === undefined ? 'released' : 'gone';
  } catch (error) {
    handle.signal.throwIfAborted();
    // A cluster that is away says nothing about the pod; one that is gone is met by the next try.
    handle.context.log(`the pod of ${handle.record.jobName} could not be looked at: ${toAppError(error).message}`);
    return 'held';
  }
}

/** @returns whether they are here; false when the pod has gone with them */
async function fetchFiles(handle: JobHandle, pod: string): Promise<boolean> {
  const { record, context, signal } = handle;
  const folder = artifactFolder(context.folder, record.runId);
  const partial = `${folder}.part`;
  const progress = { received: 0, total: 0, toldAt: 0 };
  let files: ExpectedFile[] | undefined;
  for (let idle = 0; ; idle++) {
    const before = progress.received;
    try {
      files ??= await list(handle, pod);
      if (files.length === 0) return true;
      await receive(handle, pod, files, partial, progress);
      break;
    } catch (error) {
      signal.throwIfAborted();
      if (progress.received > before) idle = 0;
      if (!mayPass(toAppError(error)) || idle >= maxIdleTries) throw error;
      const fate = await lookAfterFiles(handle, pod);
      if (fate === 'gone') return false;
      if (fate === 'released') throw new AppError('CONFLICT', `The files are gone: the pod held them for ${secondsText(handle.record.facts.profile.holdSeconds)} after the script's end, and nobody came for them.`, { retryable: false });
    }
    await pause(retryMs, signal);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  set(handle, { state: 'fetched', files: files.length, bytes: progress.total, folder });
  return true;
}

async function list(handle: JobHandle, pod: string): Promise<ExpectedFile[]> {
  const { maxBytes, maxFiles } = handle.record.facts.profile.artifacts;
  const parts: Buffer[] = [];
  let bytes = 0;
  await run(handle, pod, ['artifacts'], (chunk) => {
    bytes += chunk.length;
    if (bytes > maxListBytes) throw new AppError('INVALID_INPUT', 'The list of files is larger than any list should be.');
    parts.push(chunk);
  });
  const listing = Listing.parse(JSON.parse(Buffer.concat(parts).toString('utf8')));
  const total = listing.files.reduce((sum, file) => sum + file.bytes, 0);
  if (listing.files.length > maxFiles || total > maxBytes) throw new AppError('INVALID_INPUT', `The run offers ${listing.files.length} files of ${total} bytes, more than its profile allows.`);
  const names = localNames(listing.files.map(({ path }) => path));
  if (names === null) throw new AppError('INVALID_INPUT', 'The list of files holds a path that leads out of its folder, or one twice; no file was fetched.');
  return listing.files.map((file, index) => ({ ...file, name: names[index] ?? file.path }));
}

/** Receives what is not there yet. */
async function receive(handle: JobHandle, pod: string, files: readonly ExpectedFile[], folder: string, progress: { received: number; total: number; toldAt: number }): Promise<void> {
  const first = await countWhole(folder, files);
  progress.total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  progress.received = files.slice(0, first).reduce((sum, { bytes }) => sum + bytes, 0);
  const tell = (): void => {
    progress.toldAt = performance.now();
    handle.touch((state) => {
      state.artifacts = { state: 'fetching', receivedBytes: progress.received, totalBytes: progress.total };
    });
  };
  tell();
  if (first === files.length) return;
  const unpacker = createUnpacker(folder, files.slice(first), (bytes) => {
    progress.received += bytes;
    if (performance.now() - progress.toldAt > progressMs) tell();
  });
  try {
    const code = await run(handle, pod, ['send', String(first)], (chunk) => unpacker.write(chunk));
    if (code !== 0) throw new AppError('UNAVAILABLE', `The pod could not send its files (exit code ${code}).`);
    await unpacker.end();
  } finally {
    await unpacker.stop();
  }
}

/** How many files at the beginning are there already, from a try before. */
async function countWhole(folder: string, files: readonly ExpectedFile[]): Promise<number> {
  for (const [index, { name, bytes }] of files.entries()) {
    const about = await stat(join(folder, name)).catch(() => null);
    if (about?.size !== bytes) return index;
  }
  return files.length;
}
