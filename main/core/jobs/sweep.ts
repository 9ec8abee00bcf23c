import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RunId } from '../../../contract/ids.ts';

const kinds = ['artifacts', 'uploads'];

/** Removes the files of runs that have just been deleted from the history. */
export async function dropFiles(folder: string, runIds: readonly RunId[]): Promise<void> {
  const gone = new Set<string>(runIds);
  await sweepFiles(folder, (runId) => !gone.has(runId));
}

/** Removes the files of runs that are not in the history any more: what came back of them, and what was to be sent. */
export async function sweepFiles(folder: string, isKnown: (runId: RunId) => boolean): Promise<void> {
  for (const kind of kinds) {
    for (const name of await readdir(join(folder, kind)).catch(() => [])) {
      const runId = RunId.safeParse(name.split('.', 1)[0]);
      if (runId.success && !isKnown(runId.data)) await rm(join(folder, kind, name), { recursive: true, force: true });
    }
  }
}
