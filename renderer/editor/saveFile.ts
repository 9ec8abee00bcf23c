import { toAppError } from '../../contract/errors.ts';
import type { FileVersion } from '../../contract/files.ts';
import type { TabId } from '../../contract/ids.ts';
import { choosePath, joinPath } from '../paths/index.ts';
import { core } from '../rpc/index.ts';
import { useSystem } from '../rpc/system.ts';
import { ask, reportError } from '../ui/index.ts';
import { showComparison } from './compareStore.ts';
import { documentText, getDocument, setDocumentPath } from './documents.ts';
import { reloadFile, whileWriting } from './diskState.ts';
import { findTab, patchTab } from './editorsStore.ts';
import { keepTab } from './keeping.ts';
import { loadMonaco } from '../lib/monacoLoader.ts';
import { findFileTab } from './openTabs.ts';

/** Writes a tab to its file; a scratch tab asks for one. @returns whether it was written */
export async function saveFile(id: TabId): Promise<boolean> {
  const tab = findTab(id);
  if (tab === null) return false;
  if (tab.path === null) return saveFileAs(id);
  // A file that is gone is made again, unless someone was faster.
  const expected = tab.disk.state === 'gone' ? null : tab.version;
  return write(id, tab.path, expected);
}

/** Asks for a path and writes the tab there; the tab is that file's from then on. @returns whether it was written */
export async function saveFileAs(id: TabId): Promise<boolean> {
  const tab = findTab(id);
  if (tab === null) return false;
  const { path: workspace } = await core.files.workspace();
  const { info } = useSystem.getState();
  const folder = workspace ?? info?.homeFolder ?? '/';
  const name = /\.\w+$/.test(tab.title) ? tab.title : `${tab.title.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')}.py`;
  const path = await choosePath({ kind: 'saveFile', suggested: tab.path ?? joinPath(folder, name, info?.pathSeparator ?? '/') });
  if (path === null) return false;
  const other = findFileTab(path);
  if (other !== null && other !== id) {
    await ask({
      title: `${path} is open in another tab`,
      message: 'Close that tab first, or choose another name.',
      choices: [{ id: 'ok', label: 'OK', variant: 'primary' }],
    });
    return false;
  }
  return write(id, path, path === tab.path ? tab.version : null);
}

async function write(id: TabId, path: string, expected: FileVersion | null | undefined): Promise<boolean> {
  try {
    await whileWriting(id, () => writeNow(id, path, expected));
    return true;
  } catch (error) {
    if (toAppError(error).code === 'CONFLICT') return settleConflict(id, path);
    reportError(error);
    return false;
  }
}

async function writeNow(id: TabId, path: string, expected: FileVersion | null | undefined): Promise<void> {
  const tab = findTab(id);
  const document = getDocument(id);
  if (tab === null || document === null) return;
  // What is typed while it is written is not in the file.
  const written = document.model.getAlternativeVersionId();
  const file = await core.files.write({
    path,
    text: documentText(id),
    lineEnding: tab.lineEnding,
    ...(expected === undefined ? {} : { expected }),
  });
  document.cleanVersion = written;
  const dirty = document.model.getAlternativeVersionId() !== written;
  if (tab.path !== file.path) setDocumentPath(await loadMonaco(), id, file.path);
  patchTab(id, { path: file.path, title: file.name, version: file.version, dirty, disk: { state: 'same' } });
  void keepTab(id);
}

/** The file is another than the one that the text is based on: the person decides. */
async function settleConflict(id: TabId, path: string): Promise<boolean> {
  const tab = findTab(id);
  if (tab === null) return false;
  const ours = tab.path === path;
  const answer = await ask({
    title: ours ? `${tab.title} is newer on disk` : 'There is a file of this name',
    message: ours
      ? `${path} was changed by someone else since it was opened here. Overwriting loses those changes.`
      : `${path} exists already. Overwriting loses what is in it.`,
    choices: [
      { id: 'cancel', label: 'Cancel' },
      ...(ours ? ([{ id: 'reload', label: 'Reload from disk' }] as const) : []),
      { id: 'compare', label: 'Compare' },
      { id: 'overwrite', label: 'Overwrite', variant: 'danger' },
    ],
  });
  switch (answer) {
    case 'overwrite':
      return write(id, path, undefined);
    case 'reload':
      await reloadFile(id).catch(reportError);
      return false;
    case 'compare':
      await showComparison(id, path).catch(reportError);
      return false;
    case 'cancel':
    case null:
      return false;
  }
}
