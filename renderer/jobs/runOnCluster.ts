import type { Connection, FailureAction, JobRequest, Run, RunEnvironment, RunId, RunMode, TabId } from '../../contract/index.ts';
import { showConnection, useConnections, usualConnection } from '../connections/index.ts';
import { core } from '../rpc/index.ts';
import { notify, reportError } from '../ui/index.ts';
import { folderChoice } from './folders.ts';
import { chosenFolder, openSheet } from './sheetStore.ts';
import { chooseTarget, currentProfile, targetConnection, whenChoicesAreKnown } from './target.ts';

/** What is to be run: a tab's text, or a part of it. */
export interface ClusterSource {
  mode: RunMode;
  tabId: TabId | null;
  title: string;
  path: string | null;
  source: string;
  /** First line of the source within its file, from 1. */
  lineOffset: number;
  argv: string[];
}

/** Where a run goes when this computer is the target: to the usual cluster, once the person has seen which that is. */
function fallbackTarget(): Connection | null {
  const connection = usualConnection(useConnections.getState().connections);
  if (connection === null) {
    notify({
      severity: 'info',
      message: 'There is no cluster to run on yet.',
      detail: 'Add a kubeconfig, or mend the one that you have.',
      action: { label: 'Connections', run: () => showConnection(null) },
    });
    return null;
  }
  chooseTarget(connection);
  return connection;
}

/**
 * Runs a source on the cluster that is the target, with the profile that is chosen. What needs the person is asked in a dialog first.
 * @param isReview shows the dialog in any case
 */
export async function runOnCluster(source: ClusterSource, isReview = false): Promise<void> {
  await whenChoicesAreKnown();
  const target = targetConnection();
  const connection = target ?? fallbackTarget();
  if (connection === null) return;
  // How the cluster is shows beside its name from the first run on.
  if (connection.health.state === 'unknown') core.connections.check({ id: connection.id }).catch(reportError);
  const { name, settings } = currentProfile();
  const { path: workspace } = await core.files.workspace();
  const { folders, usual } = folderChoice(source.path, workspace);
  const chosen = chosenFolder(source);
  const folder = chosen === undefined || (chosen !== null && !folders.includes(chosen)) ? usual : chosen;
  openSheet({ ...source, connectionId: connection.id, profile: settings, profileName: name, folder, exactly: null, pinned: null }, { isReview: isReview || target === null, folders });
}

/** Submits a cluster run again: the same cluster, files and settings, save for what `change` says. */
export async function runAgainOnCluster(runId: RunId, change: (request: JobRequest) => JobRequest = (request) => request): Promise<void> {
  openSheet(change(await core.jobs.request({ runId })));
}

/**
 * Submits a run of the history with what was kept of it: to the cluster and with the profile that it had, where this computer knows them, else
 * to those that are chosen now. `change` puts its files in.
 */
export async function runKeptOnCluster(old: Run, kept: Pick<RunEnvironment, 'profile' | 'profileName'> | null, change: (request: JobRequest) => JobRequest): Promise<void> {
  const known = old.engine === 'cluster' ? await core.jobs.request({ runId: old.id }).catch(() => null) : null;
  if (known !== null) {
    openSheet(change(known));
    return;
  }
  await whenChoicesAreKnown();
  const connection = targetConnection() ?? fallbackTarget();
  if (connection === null) return;
  const { name, settings } = currentProfile();
  const { mode, title, source, path, lineOffset, argv } = old;
  const profile = kept?.profile ?? settings;
  // Where it goes was never said for this run: the person sees it first.
  openSheet(change({ mode, title, source, path, lineOffset, argv, tabId: null, folder: null, exactly: null, pinned: null, connectionId: connection.id, profile, profileName: kept?.profile == null ? name : kept.profileName }), { isReview: true });
}

type Again = Extract<FailureAction, { kind: 'runAgain' | 'runAgainWithMemory' | 'runAgainWithTimeout' }>;

/** What the button of a failure changes about a request. */
export function changedBy(action: Again, request: JobRequest): JobRequest {
  const { profile } = request;
  switch (action.kind) {
    case 'runAgain':
      return request;
    case 'runAgainWithMemory':
      // A request of its own stays below the new limit; one above the limit would be refused.
      return { ...request, profile: { ...profile, memory: action.memory } };
    case 'runAgainWithTimeout':
      return { ...request, profile: { ...profile, timeoutSeconds: action.timeoutSeconds } };
  }
}
