import { z } from 'zod';
import { procedure } from './base.ts';
import { AbsolutePath, FileVersion } from './files.ts';
import { RunId } from './ids.ts';

export const KeptVersion = z.object({
  version: z.number().int().min(1),
  /** Milliseconds since 1970: when it was first run, or replaced. */
  savedMs: z.number().int(),
  bytes: z.number().int().min(0),
  /** The first run of it, if that is still in the history; null for one that was kept because it was about to be replaced. */
  runId: RunId.nullable(),
});
export type KeptVersion = z.infer<typeof KeptVersion>;

/** The texts that files had when they were run. They stay when runs are deleted. */
export const localHistoryContract = {
  /** Files with kept versions, the last run first; at most 500. `search` is a part of the path, whatever its case. */
  files: procedure
    .input(z.object({ search: z.string().max(1000).default('') }))
    .output(z.object({ files: z.array(z.object({ path: z.string(), versions: z.number().int().min(1), lastMs: z.number().int() })) })),

  /** Versions of one file, newest first; at most 1,000. */
  versions: procedure.input(z.object({ path: AbsolutePath })).output(z.object({ versions: z.array(KeptVersion) })),

  /** @throws NOT_FOUND · STORAGE_CORRUPT */
  read: procedure.input(z.object({ version: KeptVersion.shape.version })).output(z.object({ path: z.string(), text: z.string() })),

  /**
   * Writes a version back to its file, with the line ends that the file has. What the file holds before is kept as a version first, so
   * that nothing is lost by it.
   * @throws NOT_FOUND · CONFLICT the file changed meanwhile · UNSUPPORTED the file is no text now · FORBIDDEN · STORAGE_READ_ONLY · STORAGE_CORRUPT
   */
  restore: procedure.input(z.object({ version: KeptVersion.shape.version })).output(z.object({ path: z.string(), version: FileVersion })),
};
