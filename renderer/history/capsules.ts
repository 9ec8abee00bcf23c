import { toAppError, type CapsuleInfo, type RunSummary } from '../../contract/index.ts';
import { openStoredRun } from '../console/index.ts';
import { formatBytes } from '../lib/units.ts';
import { choosePath, joinPath } from '../paths/index.ts';
import { core } from '../rpc/index.ts';
import { useSystem } from '../rpc/system.ts';
import { ask, notify } from '../ui/index.ts';
import { showRun } from './shown.ts';

/** Where a new file goes unless the person says otherwise: the open folder, else the home folder. */
export async function suggestedPath(name: string): Promise<string> {
  const { path: workspace } = await core.files.workspace();
  const { info } = useSystem.getState();
  return joinPath(workspace ?? info?.homeFolder ?? '/', name, info?.pathSeparator ?? '/');
}

/** Asks whether a file that is there may be replaced. */
export async function mayReplace(path: string): Promise<boolean> {
  const answer = await ask({
    title: 'Replace the file?',
    message: `${path} is there already.`,
    choices: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'replace', label: 'Replace', variant: 'danger' },
    ],
  });
  return answer === 'replace';
}

function leftOut({ missing }: CapsuleInfo): { detail?: string } {
  if (missing.length === 0) return {};
  return { detail: `Not in it: ${missing.slice(0, 5).join('; ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}.` };
}

/** Writes a run into a file that can be given to others. */
export async function exportCapsule(run: RunSummary): Promise<void> {
  const name = `${run.title.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_').slice(0, 80)}.pyxrun`;
  const path = await choosePath({
    kind: 'saveFile',
    suggested: await suggestedPath(name),
    words: { title: 'Export as a capsule', description: 'One file with the code, its files, the output and the artifacts.', button: 'Export' },
  });
  if (path === null) return;
  const info = await exported(run, path);
  if (info !== null) notify({ severity: 'success', message: `The capsule was written: ${formatBytes(info.bytes)} unpacked.`, ...leftOut(info) });
}

async function exported(run: RunSummary, path: string): Promise<CapsuleInfo | null> {
  try {
    return await core.transfer.exportRun({ runId: run.id, path });
  } catch (error) {
    const { code, message } = toAppError(error);
    if (code !== 'CONFLICT' || !message.includes('there already')) throw error;
    return (await mayReplace(path)) ? core.transfer.exportRun({ runId: run.id, path, overwrite: true }) : null;
  }
}

/** Looks into a capsule, shows what it is, and takes it into the history if the person wants it. Nothing of it is run by that. */
export async function openCapsule(): Promise<void> {
  const path = await choosePath({
    kind: 'openFile',
    words: { title: 'Open a capsule', description: 'A .pyxrun file. It is checked first; nothing of it is run by opening it.', button: 'Open' },
  });
  if (path === null) return;
  const info = await core.transfer.inspectRun({ path });
  if (!info.isKnown) {
    const answer = await ask({
      title: 'Take this run into the history?',
      message:
        `“${info.title}”, ${info.status}, ${new Date(info.startedMs).toLocaleString()}, Python ${info.pythonVersion === '' ? 'unknown' : info.pythonVersion}: ` +
        `${info.inputs.toLocaleString()} ${info.inputs === 1 ? 'file' : 'files'}, ${info.artifacts.toLocaleString()} ${info.artifacts === 1 ? 'artifact' : 'artifacts'}, ${formatBytes(info.bytes)}. ` +
        'Running it again runs code of whoever made it.',
      choices: [
        { id: 'cancel', label: 'Cancel' },
        { id: 'take', label: 'Take it in' },
      ],
    });
    if (answer !== 'take') return;
    await core.transfer.openRun({ path });
  } else notify({ severity: 'info', message: 'This run is in the history already.' });
  showRun(info.runId);
  await openStoredRun(info.runId);
}
