import { RelativePath, type RunId } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import { reportError } from '../ui/index.ts';
import { knownRuntime } from './kernels.ts';
import type { WorkspaceFiles } from './workspaceFiles.ts';

/**
 * Keeps what a run was given, while it runs, so that it can be run again exactly.
 * @param same the run whose files it was given
 * @returns resolves when that is kept, or cannot be, which the person is told
 */
export function keepInputs(runId: RunId, workspace: WorkspaceFiles | null, same: RunId | null): Promise<void> {
  const kept =
    same === null
      ? core.inputs.keep({
          runId,
          folder: workspace?.folder ?? null,
          // A name that other systems cannot have is not kept.
          files: workspace?.versions.filter(({ path }) => RelativePath.safeParse(path).success) ?? [],
          environment: { runtime: knownRuntime() },
        })
      : core.inputs.keepSame({ runId, as: same });
  return kept.then(() => undefined, reportError);
}
