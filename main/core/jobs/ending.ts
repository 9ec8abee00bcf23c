import type { Failure } from '../../../contract/failures.ts';
import { isEnded } from '../../../contract/runs.ts';
import type { Attempt } from './attempt.ts';
import { enterPhase, type JobHandle } from './context.ts';
import type { JobRecord } from './record.ts';
import type { RunnerReport } from './report.ts';

/** How a run ended, as far as anybody knows. */
export interface Ending {
  failure: Failure | null;
  exitCode: number | null;
  report: RunnerReport | null;
}

/** How a run ended whose last attempt this was, if there was one. */
export function endingOf(failure: Failure | null, { state }: JobRecord, attempt: Attempt | undefined): Ending {
  const report = attempt?.report() ?? state.report;
  const terminated = attempt?.view().isMainUnknown === true ? undefined : attempt?.view().main?.state.terminated;
  return { failure, exitCode: report?.exitCode ?? terminated?.exitCode ?? null, report };
}

/** Records the end of a run; its output is whole by now. What has ended already stays as it is. */
export function endRun({ context, record }: Pick<JobHandle, 'context' | 'record'>, { failure, exitCode, report }: Ending): void {
  const { storage, runs, store } = context;
  const { state } = record;
  const isGood = failure === null && exitCode === 0;
  const status = isGood ? 'succeeded' : state.cancel === null ? 'failed' : 'stopped';
  const startedMs = state.timeline.find(({ phase }) => phase === 'running')?.atMs;
  const summary = storage.write((sql) => {
    if (isEnded(runs.find(sql, record.runId).status)) return null;
    state.failure = failure;
    state.waitingFor = null;
    state.lostSince = null;
    if (record.phase !== 'collecting') enterPhase(record, 'collecting');
    store.save(sql, record);
    runs.end(sql, {
      id: record.runId,
      status,
      exitCode,
      durationMs: report?.durationMs ?? (startedMs === undefined ? null : Date.now() - startedMs),
      peakMemoryBytes: report?.peak ?? state.usage?.peakMemoryBytes ?? null,
      error: status === 'failed' ? (state.error?.text ?? failure?.message ?? null) : null,
      frames: state.error?.frames ?? [],
    });
    return runs.find(sql, record.runId);
  }, 'power');
  if (summary === null) return;
  runs.changed(summary);
  context.changed(store.get(record.runId));
}

/** The job needs nobody any more. Its Secret's contents, which are its code and files, are not kept a second time. */
export function endJob({ context, record }: Pick<JobHandle, 'context' | 'record'>): void {
  const { storage, store } = context;
  const manifest = store.manifest(record.runId);
  enterPhase(record, 'done');
  storage.write((sql) => {
    store.save(sql, record);
    store.setManifest(sql, record.key, { ...manifest, secret: withoutData(manifest.secret) });
  });
  context.changed(store.get(record.runId));
}

/** A Secret with the names of its values alone. */
export function withoutData(secret: Record<string, unknown>): Record<string, unknown> {
  const { data } = secret;
  const names = typeof data === 'object' && data !== null ? Object.keys(data) : [];
  return { ...secret, data: Object.fromEntries(names.map((name) => [name, ''])) };
}
