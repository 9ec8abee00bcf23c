import { z } from 'zod';

const count = z.number().int().min(0).nullable().catch(null);

/**
 * What the runner says at the end (resources/runner/PROTOCOL.md, "Termination messages"). It comes out of the user's container, so each field is
 * taken only if it is what it should be.
 */
export const RunnerReport = z.object({
  v: z.literal(1),
  end: z.enum(['exit', 'signal', 'exception', 'timeout', 'files', 'requirements', 'python', 'script', 'runner', 'killed']),
  exitCode: z.number().int().nullable().catch(null),
  signal: z.string().max(20).nullable().catch(null),
  cancelled: z.boolean().catch(false),
  message: z.string().max(4096).catch(''),
  package: z.string().max(500).nullable().catch(null),
  error: z.object({ name: z.string().max(1000), message: z.string().max(4096) }).nullable().catch(null),
  python: z.string().max(50).nullable().catch(null),
  durationMs: z.number().min(0).nullable().catch(null),
  cpuMs: count,
  peak: count,
  memoryLimit: count,
  oom: z.boolean().catch(false),
  lastSeq: z.number().int().min(0).catch(0),
  logBytes: z.number().int().min(0).catch(0),
  artifacts: z.object({ files: z.number().int().min(0), bytes: z.number().int().min(0), leftOut: z.number().int().min(0) }).nullable().catch(null),
  collected: z.boolean().optional().catch(undefined),
});
export type RunnerReport = z.infer<typeof RunnerReport>;

/** Whether it was not the script itself that brought its end; nobody knows of one without a report. */
export function isEndedFromOutside(report: RunnerReport | null): boolean {
  return report === null || report.end === 'signal' || report.end === 'killed';
}

/** A report from a termination message; null when it is none. */
export function reportOf(message: string): RunnerReport | null {
  try {
    const parsed = RunnerReport.safeParse(JSON.parse(message));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
