import { z } from 'zod';
import { maxPackages, RunPackage } from '../../../contract/inputs.ts';
import { OutputBody } from '../../../contract/output.ts';
import { RunnerReport } from './report.ts';

/** A phase that the runner tells. */
export const RunnerPhase = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('started'), python: z.string().max(50).catch('') }),
  z.object({ phase: z.literal('files') }),
  z.object({ phase: z.literal('installing') }),
  z.object({ phase: z.literal('running') }),
  z.object({ phase: z.literal('collecting'), report: RunnerReport }),
]);
export type RunnerPhase = z.infer<typeof RunnerPhase>;

export const Measurement = z.object({ cpuMs: z.number().nullable(), memory: z.number().int().min(0).nullable(), peak: z.number().int().min(0).nullable() });
export type Measurement = z.infer<typeof Measurement>;

/** A file of the working folder, as a traceback names it. */
const podFile = /File "\/pyexekube\/work\/files\/([^"\n]+)"/g;

/** A display, or what is said in the place of one that is none. */
export function displayOf(value: unknown): OutputBody {
  const fields = z.looseObject({ bundle: z.looseObject({}) }).safeParse(value);
  const bundle = fields.success ? { 'text/plain': '', ...fields.data.bundle } : {};
  const body = OutputBody.safeParse({ ...(fields.success ? fields.data : {}), bundle, kind: 'display' });
  return fields.success && body.success ? body.data : { kind: 'note', text: 'A display was left out: it is no MIME bundle.' };
}

/**
 * The exception that ended the script, its files named as they are on this computer; null if it is none.
 * @param place where a file of the pod is on this computer
 */
export function errorOf(value: unknown, place: (file: string) => string): Extract<OutputBody, { kind: 'error' }> | null {
  const body = OutputBody.safeParse({ ...(typeof value === 'object' ? value : {}), kind: 'error' });
  if (!body.success || body.data.kind !== 'error') return null;
  const traceback = body.data.traceback.replaceAll(podFile, (_whole, file: string) => `File "${place(file)}"`);
  return { ...body.data, traceback, frames: body.data.frames.map((frame) => ({ ...frame, file: place(frame.file) })) };
}

/** What the script can import, without what has no name or version; null if it is no list. */
export function packagesOf(value: unknown): RunPackage[] | null {
  const told = z.object({ packages: z.array(z.unknown()).max(maxPackages) }).safeParse(value);
  if (!told.success) return null;
  return told.data.packages.flatMap((one) => {
    const parsed = RunPackage.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
}

/** Null is what no document of the runner is. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
