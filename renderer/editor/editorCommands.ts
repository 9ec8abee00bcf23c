import type { TabId } from '../../contract/ids.ts';
import type { Command } from '../commands/index.ts';
import { choosePath } from '../paths/index.ts';
import { core } from '../rpc/index.ts';
import { closeTab, closeTabs, reopenTab } from './closeTabs.ts';
import { currentEditor, focusEditor } from './editorHost.ts';
import { activeTab, moveTab, useEditorsStore } from './editorsStore.ts';
import { openFile, openScratch, showTab } from './openTabs.ts';
import { saveFile, saveFileAs } from './saveFile.ts';

/** A browser keeps some keys for itself (Mod+N, Mod+W, Mod+Shift+T); there the other one is shown. */
function eitherKey(own: string, inBrowser: string): string[] {
  return location.protocol === 'app:' ? [own, inBrowser] : [inBrowser, own];
}

function hasTab(): boolean {
  return activeTab() !== null;
}

function step(by: 1 | -1): void {
  const { tabs, activeId } = useEditorsStore.getState();
  const index = tabs.findIndex((tab) => tab.id === activeId);
  const next = tabs[(index + by + tabs.length) % tabs.length];
  if (next !== undefined) showTab(next.id);
}

function move(by: 1 | -1): void {
  const { tabs, activeId } = useEditorsStore.getState();
  const index = tabs.findIndex((tab) => tab.id === activeId);
  if (activeId !== null) moveTab(activeId, Math.max(0, Math.min(tabs.length - 1, index + by)));
}

async function openByDialog(): Promise<void> {
  const { path: folder } = await core.files.workspace();
  const path = await choosePath({ kind: 'openFile', ...(folder === null ? {} : { suggested: folder }) });
  if (path !== null) await openFile(path);
}

/** Runs one of Monaco's own actions in the editor. */
function monacoAction(id: string): () => Promise<void> {
  return async () => {
    const editor = currentEditor();
    editor?.focus();
    await editor?.getAction(id)?.run();
  };
}

const editing: readonly [id: string, title: string, action: string, keys: string[]][] = [
  ['edit.find', 'Find', 'actions.find', ['Mod+F']],
  ['edit.replace', 'Replace', 'editor.action.startFindReplaceAction', ['Mod+H']],
  ['edit.goToLine', 'Go to line', 'editor.action.gotoLine', ['Control+G']],
  ['edit.comment', 'Toggle comment', 'editor.action.commentLine', ['Mod+/']],
  ['edit.addCursorBelow', 'Add cursor below', 'editor.action.insertCursorBelow', ['Mod+Alt+ArrowDown']],
  ['edit.addCursorAbove', 'Add cursor above', 'editor.action.insertCursorAbove', ['Mod+Alt+ArrowUp']],
  ['edit.selectNext', 'Add next match to the selection', 'editor.action.addSelectionToNextFindMatch', ['Mod+D']],
  ['edit.selectAllMatches', 'Select all matches', 'editor.action.selectHighlights', ['Mod+Shift+L']],
  ['edit.tabFocus', 'Tab key moves the focus, or indents', 'editor.action.toggleTabFocusMode', ['Control+M']],
];

/** What can be done with tabs and their text, for the palette and its keys. */
export const editorCommands: Command[] = [
  { id: 'tab.new', title: 'New scratch tab', category: 'File', keys: eitherKey('Mod+N', 'Alt+N'), run: () => void openScratch({ text: '' }) },
  { id: 'file.open', title: 'Open file…', category: 'File', keys: ['Mod+O'], run: openByDialog },
  {
    id: 'file.save',
    title: 'Save',
    category: 'File',
    keys: ['Mod+S'],
    isEnabled: hasTab,
    run: () => withActive(saveFile),
  },
  { id: 'file.saveAs', title: 'Save as…', category: 'File', keys: ['Mod+Shift+S'], isEnabled: hasTab, run: () => withActive(saveFileAs) },
  { id: 'tab.close', title: 'Close tab', category: 'File', keys: eitherKey('Mod+W', 'Alt+W'), isEnabled: hasTab, run: () => withActive(closeTab) },
  {
    id: 'tab.closeOthers',
    title: 'Close other tabs',
    category: 'File',
    isEnabled: () => useEditorsStore.getState().tabs.length > 1 && hasTab(),
    run: () => {
      const { tabs, activeId } = useEditorsStore.getState();
      return closeTabs(tabs.filter((tab) => tab.id !== activeId).map((tab) => tab.id));
    },
  },
  { id: 'tab.reopen', title: 'Reopen closed tab', category: 'File', keys: eitherKey('Mod+Shift+T', 'Alt+Shift+T'), run: reopenTab },
  { id: 'tab.next', title: 'Next tab', category: 'View', keys: eitherKey('Control+Tab', 'Alt+PageDown'), run: () => step(1) },
  { id: 'tab.previous', title: 'Previous tab', category: 'View', keys: eitherKey('Control+Shift+Tab', 'Alt+PageUp'), run: () => step(-1) },
  { id: 'tab.moveRight', title: 'Move tab right', category: 'View', keys: ['Alt+Shift+PageDown'], isEnabled: hasTab, run: () => move(1) },
  { id: 'tab.moveLeft', title: 'Move tab left', category: 'View', keys: ['Alt+Shift+PageUp'], isEnabled: hasTab, run: () => move(-1) },
  { id: 'editor.focus', title: 'Go to the editor', category: 'View', isEnabled: hasTab, run: focusEditor },
  ...editing.map(
    ([id, title, action, keys]): Command => ({ id, title, category: 'Edit', keys, scope: 'editor', isEnabled: hasTab, run: monacoAction(action) }),
  ),
];

async function withActive(work: (id: TabId) => Promise<boolean>): Promise<void> {
  const tab = activeTab();
  if (tab !== null) await work(tab.id);
}
