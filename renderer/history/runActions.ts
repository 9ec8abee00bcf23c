import type { RunId } from '../../contract/index.ts';
import { closeRun } from '../console/index.ts';
import { core } from '../rpc/index.ts';
import { ask } from '../ui/index.ts';
import { history } from './historyStore.ts';
import { loadTags } from './searchesStore.ts';

/** Asks, then deletes a run with its output. @returns whether it was deleted */
export async function confirmDelete(id: RunId): Promise<boolean> {
  const run = history.useStore.getState().runs.find((one) => one.id === id);
  const answer = await ask({
    title: 'Delete this run?',
    message: `${run === undefined ? 'The run' : `“${run.title}” of ${new Date(run.startedMs).toLocaleString()}`} is deleted with its source and its output. This cannot be undone.`,
    choices: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'delete', label: 'Delete', variant: 'danger' },
    ],
  });
  if (answer !== 'delete') return false;
  await core.runs.delete({ ids: [id] });
  history.onEvent({ type: 'deleted', ids: [id] });
  closeRun(id);
  return true;
}

/** Changes what a person says of a run: title, pin, tags, note; in the list at once when the core has it. */
export async function updateRun(id: RunId, patch: { title?: string; pinned?: boolean; tags?: string[]; note?: string }): Promise<void> {
  const run = await core.runs.update({ id, ...patch });
  history.onEvent({ type: 'changed', run });
  if (patch.tags !== undefined) await loadTags();
}
