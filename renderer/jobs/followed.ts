import type { OutputRecord, Run, RunId } from '../../contract/index.ts';
import { openStoredRun } from '../console/index.ts';
import { collectFigure } from '../plots/index.ts';

/** Figures go into the tab's plots, as those of a local run do. */
function onRecords({ id, tabId }: Pick<Run, 'id' | 'tabId'>, records: readonly OutputRecord[]): void {
  if (tabId === null) return;
  for (const { seq, body } of records) {
    if (body.kind === 'display') collectFigure(tabId, id, seq, body.bundle, body.displayId ?? null);
    else if (body.kind === 'result') collectFigure(tabId, id, seq, body.bundle, null);
  }
}

/** Shows a cluster run in the console, live. */
export async function openFollowed(runId: RunId): Promise<void> {
  await openStoredRun(runId, onRecords);
}
