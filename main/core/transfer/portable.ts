import { z } from 'zod';
import { RunEnvironment, KeptFile, RelativePath, type RunInputs } from '../../../contract/inputs.ts';
import { OutputGap, TracebackFrame, type OutputCompleteness } from '../../../contract/output.ts';
import { RunId } from '../../../contract/ids.ts';
import { Engine, maxSourceLength, RunMode, Tag, type Run } from '../../../contract/runs.ts';

/** A run as it travels, without its output and its files. */
export const PortableRun = z.object({
  id: RunId,
  engine: Engine,
  status: z.enum(['succeeded', 'failed', 'stopped', 'interrupted']),
  mode: RunMode,
  title: z.string().min(1).max(500),
  source: z.string().max(maxSourceLength),
  path: z.string().max(4096).nullable(),
  lineOffset: z.number().int().min(1),
  argv: z.array(z.string().max(10_000)).max(1000),
  startedMs: z.number().int().min(-8.64e15).max(8.64e15),
  durationMs: z.number().min(0).nullable(),
  exitCode: z.number().int().nullable(),
  error: z.string().max(2000).nullable(),
  pythonVersion: z.string().max(50),
  peakMemoryBytes: z.number().int().min(0).nullable(),
  frames: z.array(TracebackFrame).max(200),
  pinned: z.boolean(),
  tags: z.array(Tag).max(50),
  note: z.string().max(20_000),
});
export type PortableRun = z.infer<typeof PortableRun>;

export const Hash = z.string().regex(/^[0-9a-f]{64}$/);

export const PortableInputs = z.object({
  folder: z.string().max(4096).nullable(),
  environment: RunEnvironment,
  files: z.array(KeptFile.extend({ path: RelativePath, hash: Hash.nullable() })).max(50_000),
});
export type PortableInputs = z.infer<typeof PortableInputs>;

/** What is known of the output's completeness, for runs whose log was read from elsewhere; null for others. */
export const Completeness = z.object({ isEndSeen: z.boolean(), gaps: z.array(OutputGap).max(10_000) }).nullable().default(null);
export type Completeness = z.infer<typeof Completeness>;

export function portableCompleteness(run: Pick<Run, 'engine'>, { state, gaps }: OutputCompleteness): Completeness {
  return run.engine === 'local' && gaps.length === 0 ? null : { isEndSeen: state !== 'endUnknown', gaps: gaps.slice(0, 10_000) };
}

/** A run for travelling; null while it has not ended. */
export function portableOf(run: Run): PortableRun | null {
  const parsed = PortableRun.safeParse(run);
  return parsed.success ? parsed.data : null;
}

/** Inputs for travelling: the values of variables may be secrets, so their names alone go along. */
export function portableInputs(inputs: RunInputs): { inputs: PortableInputs; withheld: string[] } {
  const { environment } = inputs;
  const withheld = [...new Set([...environment.withheld, ...Object.keys(environment.profile?.env ?? {})])];
  const profile = environment.profile === null ? null : { ...environment.profile, env: {} };
  return { inputs: { ...inputs, environment: { ...environment, profile, withheld } }, withheld };
}
