import type { ConnectionId, FailureAction, RunId, TabId } from '../../contract/index.ts';
import { runCommand } from '../commands/index.ts';
import { showConnection } from '../connections/index.ts';
import { revealInEditor } from '../editor/index.ts';
import { editProfile } from '../profiles/index.ts';
import { notify } from '../ui/index.ts';
import { openFollowed } from './followed.ts';
import { changedBy, runAgainOnCluster } from './runOnCluster.ts';

/** What a button beside a failure is about. */
export interface FailureContext {
  connectionId: ConnectionId;
  profileName: string;
  /** Null before the run was submitted. */
  runId: RunId | null;
  tabId: TabId | null;
}

/** Does what the button of a failure, or of a check, says. */
export async function doFailureAction(action: FailureAction, { connectionId, profileName, runId, tabId }: FailureContext): Promise<void> {
  switch (action.kind) {
    case 'runAgain':
    case 'runAgainWithMemory':
    case 'runAgainWithTimeout':
      if (runId !== null) await runAgainOnCluster(runId, (request) => changedBy(action, request));
      return;
    case 'editProfile':
      if (!editProfile(profileName, action.field)) notify({ severity: 'info', message: 'The profile of this run is not there any more.', detail: 'Choose another one beside Run on cluster.' });
      return;
    case 'openTraceback': {
      const frame = action.frames.at(-1);
      if (frame === undefined) return;
      const { file, line, column } = frame;
      const found = await revealInEditor({ tabId, file, line, ...(column === undefined ? {} : { column }) });
      if (!found) notify({ severity: 'info', message: `${file} is not open any more.`, detail: 'Its source is in the history: open the run there.' });
      return;
    }
    case 'copyText':
      await navigator.clipboard.writeText(action.text);
      notify({ severity: 'success', message: 'Copied.' });
      return;
    case 'openConnection':
      showConnection(connectionId);
      return;
    case 'showOutput':
      if (runId !== null) await openFollowed(runId);
      return;
    case 'cleanUp':
      runCommand('cluster.cleanUp');
      return;
  }
}
