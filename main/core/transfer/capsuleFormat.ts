import { z } from 'zod';
import { AppError } from '../../../contract/errors.ts';
import { capsuleVersion } from '../../../contract/transfer.ts';
import { Completeness, PortableInputs, PortableRun } from './portable.ts';
import { parseBounded } from './boundedJson.ts';
import { refused } from './refusal.ts';

export const manifestName = 'manifest.json';
export const sourceName = 'source.py';
export const outputName = 'output.ndjson';
export const inputsFolder = 'inputs/';
export const artifactsFolder = 'artifacts/';

/** `manifest.json`; the source is an entry of its own. */
export const Manifest = z.object({
  format: z.literal('pyexekube-run'),
  version: z.literal(capsuleVersion),
  /** `PyExeKube 0.1.0` */
  application: z.string().max(200),
  exportedMs: z.number().int().min(0),
  run: PortableRun.omit({ source: true }),
  inputs: PortableInputs.nullable(),
  completeness: Completeness,
  /** Every other entry. */
  entries: z.array(z.object({ name: z.string().max(1100), bytes: z.number().int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) })).max(60_000),
  missing: z.array(z.string().max(2000)).max(60_000),
});
export type Manifest = z.infer<typeof Manifest>;

const Head = z.object({ format: z.string().max(100), version: z.number().int() });

/** @throws UNSUPPORTED · INVALID_INPUT */
export function parseManifest(text: string): Manifest {
  let json: unknown;
  try {
    json = parseBounded(text);
  } catch {
    throw refused(`its ${manifestName} is no JSON`);
  }
  const head = Head.safeParse(json);
  if (!head.success || head.data.format !== 'pyexekube-run') throw refused('it is no run of PyExeKube');
  if (head.data.version > capsuleVersion) {
    throw new AppError('UNSUPPORTED', `This capsule has version ${head.data.version}; this PyExeKube reads up to version ${capsuleVersion}.`, { action: 'Update PyExeKube.' });
  }
  const parsed = Manifest.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused(`its ${manifestName} is not understood (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`);
}
