import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { AbsolutePath } from './files.ts';
import { RunId } from './ids.ts';
import { Engine, RunStatus } from './runs.ts';

/** The newest version of the capsule and of the history's file that this release writes and reads. */
export const capsuleVersion = 1;
export const historyFileVersion = 1;

export const CapsuleInfo = z.object({
  runId: RunId,
  title: z.string(),
  engine: Engine,
  status: RunStatus,
  startedMs: z.number().int(),
  pythonVersion: z.string(),
  inputs: z.number().int().min(0),
  artifacts: z.number().int().min(0),
  /** All contents together, unpacked. */
  bytes: z.number().int().min(0),
  /** What the run had that is not in it: files too large, values of variables. */
  missing: z.array(z.string()),
  /** The run is in this history already. */
  isKnown: z.boolean(),
});
export type CapsuleInfo = z.infer<typeof CapsuleInfo>;

const Target = z.object({
  path: AbsolutePath,
  /** Whether a file that is there may be replaced. */
  overwrite: z.boolean().default(false),
});

export const TransferProgress = z.object({
  runs: z.number().int().min(0),
  /** Those that were there already. */
  skipped: z.number().int().min(0),
  /** Bytes written or read so far. */
  bytes: z.number().int().min(0),
  /** Of the file that is read, or runs that are written; for the bar. */
  total: z.number().int().min(0),
  done: z.boolean(),
});
export type TransferProgress = z.infer<typeof TransferProgress>;

export const transferContract = {
  /**
   * Writes a run with all that was kept of it into one file; docs/capsule.md has the format. Values of the profile's variables stay here.
   * @throws NOT_FOUND · CONFLICT it still runs, or the file is there · FORBIDDEN · STORAGE_READ_ONLY
   */
  exportRun: procedure.input(Target.extend({ runId: RunId })).output(CapsuleInfo),

  /** What is in a capsule, after all of it has been checked; nothing is kept. @throws as openRun */
  inspectRun: procedure.input(Target.pick({ path: true })).output(CapsuleInfo),

  /**
   * Puts a capsule's run into the history, to be looked at and run again on either engine. One that is there already stays as it is.
   * @throws NOT_FOUND · FORBIDDEN · UNSUPPORTED its version is newer · INVALID_INPUT it is none, or a dangerous one (why) · STORAGE_READ_ONLY
   */
  openRun: procedure.input(Target.pick({ path: true })).output(CapsuleInfo),

  /** Artifacts that came with a capsule. @throws NOT_FOUND */
  artifacts: procedure
    .input(z.object({ runId: RunId }))
    .output(z.object({ folder: z.string(), artifacts: z.array(z.object({ path: z.string(), bytes: z.number().int().min(0) })) })),

  /**
   * Writes all ended runs as NDJSON; docs/history.md has the format. Yields how far it is; cancelling ends it and leaves no file.
   * @throws CONFLICT the file is there · FORBIDDEN · STORAGE_READ_ONLY
   */
  exportHistory: procedure.input(Target).output(eventIterator(TransferProgress)),

  /**
   * Reads runs from such a file. Runs whose id is there already are skipped. Yields how far it is; cancelling keeps what was read before.
   * @throws NOT_FOUND · FORBIDDEN · UNSUPPORTED a newer version · INVALID_INPUT a line is not understood (which and why; what stood before it is kept) · STORAGE_READ_ONLY
   */
  importHistory: procedure.input(Target.pick({ path: true })).output(eventIterator(TransferProgress)),
};
