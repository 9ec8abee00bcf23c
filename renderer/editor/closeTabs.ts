import type { TabId } from '../../contract/ids.ts';
import { core } from '../rpc/index.ts';
import { ask, notify, reportError } from '../ui/index.ts';
import { disposeDocument, documentText } from './documents.ts';
import { focusEditor, reveal } from './editorHost.ts';
import { findTab, insertTab, removeTab, useEditorsStore } from './editorsStore.ts';
import { keepClosed, lastStateOf } from './keeping.ts';
import { restoreTab } from './openTabs.ts';
import { checkDisk } from './diskState.ts';
import { saveFile } from './saveFile.ts';
import { leaveTab, takeTab } from './tabLocks.ts';

/** Called with each tab that was closed, so that its kernel can go, too. */
type CloseListener = (id: TabId) => void;
const closeListeners = new Set<CloseListener>();

/** Tells of each tab that is closed. @returns stops it */
export function onTabClosed(listener: CloseListener): () => void {
  closeListeners.add(listener);
  return () => closeListeners.delete(listener);
}

/** Closes a tab; asks first when it has changes that its file lacks. @returns whether it was closed */
export async function closeTab(id: TabId): Promise<boolean> {
  const tab = findTab(id);
  if (tab === null) return true;
  if (tab.dirty) {
    const answer = await ask({
      title: `Save the changes to ${tab.title}?`,
      message: 'The file on disk does not have them yet.',
      choices: [
        { id: 'discard', label: 'Don’t save' },
        { id: 'cancel', label: 'Cancel' },
        { id: 'save', label: 'Save', variant: 'primary' },
      ],
    });
    if (answer === null || answer === 'cancel') return false;
    if (answer === 'save' && !(await saveFile(id))) return false;
  }
  const hadFocus = document.activeElement?.closest('.monaco-editor') != null;
  const last = lastStateOf(id);
  const worthTelling = tab.path === null && documentText(id).trim() !== '';
  removeTab(id);
  disposeDocument(id);
  for (const listener of closeListeners) listener(id);
  if (hadFocus) focusEditor();
  keepClosed(id, last).catch(reportError);
  leaveTab(id);
  if (worthTelling) {
    notify({ severity: 'info', message: `Closed ${tab.title}.`, action: { label: 'Reopen', run: () => void reopenTab().catch(reportError) } });
  }
  return true;
}

/** Closes one tab after the other, until a question is answered with Cancel. */
export async function closeTabs(ids: readonly TabId[]): Promise<void> {
  for (const id of ids) if (!(await closeTab(id))) return;
}

/** Opens the tab again that was closed last. */
export async function reopenTab(): Promise<void> {
  const { tab: stored } = await core.editors.reopen();
  if (stored === null) {
    notify({ severity: 'info', message: 'There is no closed tab to open again.' });
    return;
  }
  const open = useEditorsStore.getState().tabs.find((tab) => tab.id === stored.id || (tab.path !== null && tab.path === stored.path));
  if (open !== undefined) {
    useEditorsStore.setState({ activeId: open.id });
    reveal(open.id, null);
    return;
  }
  if (!(await takeTab(stored.id))) return;
  const tab = await restoreTab(stored);
  insertTab(tab);
  focusEditor();
  await checkDisk(tab.id);
}
