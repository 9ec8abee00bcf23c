import { AppError, toAppError, type Engine, type Run, type RunId, type RunInputs, type TabId } from '../../contract/index.ts';
import { openScratch, useEditorsStore } from '../editor/index.ts';
import { runAgainOnCluster, runKeptOnCluster } from '../jobs/index.ts';
import { core } from '../rpc/index.ts';
import { ask, notify } from '../ui/index.ts';
import { pinnedOf, whatDiffers } from './exactness.ts';
import { knownPythonVersion } from './kernels.ts';
import { runHere } from './runActions.ts';
import { bytesOf, type GivenFiles } from './workspaceFiles.ts';

/** The text that a run would have today: that of its file if it was the whole file, else what it was. */
async function todaysSource(old: Run): Promise<string> {
  if (old.path === null || (old.mode !== 'file' && old.mode !== 'fresh')) return old.source;
  try {
    return (await core.files.read({ path: old.path })).text;
  } catch (caught) {
    const error = toAppError(caught);
    if (error.code !== 'NOT_FOUND') throw error;
    throw new AppError('NOT_FOUND', error.message, { action: '“Run again exactly” takes the file as it was.', cause: caught });
  }
}

/**
 * Runs a run of the history again as things are today: its file and the files beside it as they are now, on the engine that it ran on. One
 * of this computer in the tab that it came from while that is open, else in a new scratch tab.
 */
export async function runAgain(runId: RunId): Promise<void> {
  const old = await core.runs.get({ id: runId });
  const source = await todaysSource(old);
  if (old.engine === 'cluster') {
    await runAgainOnCluster(runId, (request) => ({ ...request, source, exactly: null, pinned: null }));
    return;
  }
  const { tabId, title } = tabFor(old, source);
  runHere({ mode: old.mode, tabId, title, path: old.path, source, lineOffset: old.lineOffset, argv: old.argv });
}

function tabFor(old: Run, source: string): { tabId: TabId; title: string } {
  const { tabs } = useEditorsStore.getState();
  const own = tabs.find((tab) => tab.id === old.tabId) ?? tabs.find((tab) => old.path !== null && tab.path === old.path);
  if (own !== undefined) return { tabId: own.id, title: own.title };
  return { tabId: openScratch({ title: old.title, text: source }), title: old.title };
}

/**
 * Runs a run again with nothing changed: the source, the files beside it and the arguments as they were, in a clean interpreter, on a cluster
 * by the image's digest and with the packages that were installed. Says so when something of it was not kept.
 * @param on another engine than it ran on; null for the same
 */
export async function runAgainExactly(runId: RunId, on: Engine | null = null): Promise<void> {
  const old = await core.runs.get({ id: runId });
  const { inputs } = await core.inputs.get({ runId });
  if (inputs === null && (old.path !== null || old.engine === 'cluster')) {
    notify({
      severity: 'warning',
      message: 'The files of this run were not kept, so it cannot be run again exactly.',
      detail: 'Its source was kept; “Run again with today’s files” takes the rest from the folder as it is now.',
    });
    return;
  }
  const engine = on ?? old.engine;
  if (!(await isAccepted(whatDiffers(old, inputs, engine, knownPythonVersion())))) return;
  if (engine === 'cluster') await exactlyOnCluster(old, inputs);
  else await exactlyHere(old, inputs);
}

async function isAccepted(differences: readonly string[]): Promise<boolean> {
  if (differences.length === 0) return true;
  const answer = await ask({
    title: 'It cannot go exactly as it was',
    message: differences.join(' '),
    choices: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'run', label: 'Run all the same' },
    ],
  });
  return answer === 'run';
}

async function keptFiles(runId: RunId): Promise<{ path: string; data: Uint8Array<ArrayBuffer> }[]> {
  const files: { path: string; data: Uint8Array<ArrayBuffer> }[] = [];
  for (let after = ''; ; ) {
    const page = await core.inputs.read({ runId, after });
    for (const { path, data } of page.files) files.push({ path, data: bytesOf(data) });
    if (page.next === null) return files;
    after = page.next;
  }
}

async function exactlyHere(old: Run, inputs: RunInputs | null): Promise<void> {
  const { mode, title, path, source, lineOffset, argv } = old;
  const relative = inputs?.folder == null || path === null ? null : pathWithin(inputs.folder, path);
  const given: GivenFiles | null = inputs?.folder == null || relative === null ? null : { files: await keptFiles(old.id), ...relative };
  runHere({ mode, tabId: openScratch({ title, text: source }), title, path, source, lineOffset, argv, exactly: { of: inputs === null ? null : old.id, given } });
}

/** A path below a folder of this computer, with forward slashes; null if it is not below it. */
function pathWithin(folder: string, path: string): { root: string; relative: string } | null {
  const separator = folder.includes('\\') ? '\\' : '/';
  const root = folder.endsWith(separator) ? folder : folder + separator;
  return path.startsWith(root) ? { root, relative: path.slice(root.length).replaceAll('\\', '/') } : null;
}

async function exactlyOnCluster(old: Run, inputs: RunInputs | null): Promise<void> {
  const hasFiles = inputs !== null && inputs.files.length > 0;
  const digest = inputs?.environment.imageDigest ?? null;
  await runKeptOnCluster(old, inputs?.environment ?? null, (request) => {
    const { profile } = request;
    const image = digest === null || profile.image.includes('@') ? profile.image : `${profile.image}@${digest}`;
    return { ...request, profile: { ...profile, image }, folder: hasFiles ? inputs.folder : null, path: old.path, exactly: hasFiles ? old.id : null, pinned: pinnedOf(inputs) };
  });
}
