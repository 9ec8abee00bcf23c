import type { RunId } from '../../../contract/ids.ts';
import type { RunPackage } from '../../../contract/inputs.ts';
import type { Job, JobPhase } from '../../../contract/jobs.ts';
import type { OutputBody } from '../../../contract/output.ts';
import type { ClusterClient } from '../cluster/index.ts';
import type { Connections } from '../connections/index.ts';
import type { Sql, Storage } from '../database/index.ts';
import type { Output } from '../output/index.ts';
import type { Log } from '../ports.ts';
import type { EngineRuns } from '../runs/index.ts';
import type { NamespaceWatches } from './namespaceWatch.ts';
import { isBefore } from './podView.ts';
import { nextRevision, type JobRecord, type JobState } from './record.ts';
import type { JobStore } from './store.ts';

/** What all parts of a live job share. */
export interface JobsContext {
  storage: Storage;
  store: JobStore;
  runs: EngineRuns;
  output: Output;
  connections: Connections;
  watches: NamespaceWatches;
  /** Where archives that wait for their pod, and artifacts, are kept. */
  folder: string;
  log: Log;
  /** A run in this image has told its Python's version. */
  learnedPython(image: string, version: string): void;
  /** Writes the kept files of a run into a folder. @throws NOT_FOUND */
  keptFolder(runId: RunId): Promise<string>;
  /** A run's runner has told what the script can import. */
  learnedPackages(runId: RunId, packages: readonly RunPackage[]): void;
  /** A job changed: tells those who watch. */
  changed(job: Job): void;
}

/** A job that this core looks after: the record, and the one way to change it. */
export interface JobHandle {
  readonly context: JobsContext;
  readonly record: JobRecord;
  readonly signal: AbortSignal;
  client(): ClusterClient;
  /**
   * Changes the state, stores it (with `also` in the same transaction) and tells. With a phase, the job moves on to it unless it is there or
   * beyond already; only a new attempt goes back.
   */
  update(change: (state: JobState) => void, options?: { phase?: JobPhase; also?: (sql: Sql) => void; durable?: boolean }): void;
  /** Changes what need not survive a crash, such as a sample of the usage. */
  touch(change: (state: JobState) => void): void;
  /** Adds to the run's output. */
  say(body: OutputBody): void;
}

export function createJobHandle(context: JobsContext, record: JobRecord, signal: AbortSignal): JobHandle {
  const { storage, store, output } = context;
  const tell = (): void => context.changed(context.store.jobsOf([record])[0] ?? context.store.get(record.runId));

  return {
    context,
    record,
    signal,
    client: () => context.connections.client(record.connectionId),
    update(change, { phase, also, durable = false } = {}) {
      change(record.state);
      if (phase !== undefined && isBefore(record.phase, phase)) enterPhase(record, phase);
      storage.write((sql) => {
        store.save(sql, record);
        also?.(sql);
      }, durable ? 'power' : 'process');
      tell();
    },
    touch(change) {
      change(record.state);
      record.state.revision = nextRevision(record.state.revision);
      tell();
    },
    say(body) {
      storage.write((sql) => output.add(sql, record.runId, [{ timeMs: Date.now(), body }]));
      output.wake(record.runId);
    },
  };
}

/** Enters a phase, forwards or back, and notes when. */
export function enterPhase(record: JobRecord, phase: JobPhase): void {
  record.phase = phase;
  record.state.timeline.push({ phase, atMs: Date.now() });
}

