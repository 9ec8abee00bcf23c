import type { EditorTab } from '../../contract/editors.ts';
import type { TextFile } from '../../contract/files.ts';
import { newTabId, type TabId } from '../../contract/ids.ts';
import { core } from '../rpc/index.ts';
import { reportError } from '../ui/index.ts';
import { createDocument } from './documents.ts';
import { focusEditor, reveal } from './editorHost.ts';
import { findTab, insertTab, nextScratchTitle, useEditorsStore } from './editorsStore.ts';
import { keepTab, noteKept, onEdit } from './keeping.ts';
import { loadedMonaco, loadMonaco, type Monaco } from '../lib/monacoLoader.ts';
import { takeTab } from './tabLocks.ts';
import type { EditorTabInfo, TextPosition } from './types.ts';
import { parseViewState } from './viewState.ts';

export interface NewScratch {
  title?: string;
  text: string;
}

/**
 * Opens a new scratch tab with this text, shows it and focuses the editor.
 * @returns its id at once; the tab is there at once, too, except in the moment before the editor's code has loaded
 */
export function openScratch(input: NewScratch): TabId {
  const id = newTabId();
  const monaco = loadedMonaco();
  if (monaco !== null) placeScratch(monaco, id, input);
  else loadMonaco().then((loaded) => placeScratch(loaded, id, input), reportError);
  return id;
}

/** As openScratch; resolves when the tab is there. */
export async function openScratchFully(input: NewScratch): Promise<TabId> {
  await loadMonaco();
  return openScratch(input);
}

function placeScratch(monaco: Monaco, id: TabId, { title, text }: NewScratch): void {
  const { tabs } = useEditorsStore.getState();
  createDocument(monaco, { id, path: null, text, dirty: false, viewState: null, onEdit: () => onEdit(id) });
  // Nobody else can know a new id, so the answer is certain.
  void takeTab(id);
  insertTab({
    id,
    title: title ?? nextScratchTitle(tabs),
    path: null,
    version: null,
    lineEnding: 'lf',
    dirty: false,
    disk: { state: 'same' },
  });
  focusEditor();
  void keepTab(id);
}

/** Files that are being opened: a second click does not open a second tab. */
const opening = new Map<string, Promise<void>>();

/**
 * Opens a file in a tab, or shows the tab that it has already; at a place, if one is given.
 * @throws AppError as files.read does
 */
export function openFile(path: string, position?: TextPosition): Promise<void> {
  const running = opening.get(path);
  if (running !== undefined) return running;
  const work = openFileNow(path, position ?? null).finally(() => opening.delete(path));
  opening.set(path, work);
  return work;
}

async function openFileNow(path: string, position: TextPosition | null): Promise<void> {
  const shown = findFileTab(path);
  if (shown !== null) return showTab(shown, position);
  const [monaco, file] = await Promise.all([loadMonaco(), core.files.read({ path })]);
  // The core may know the file by another spelling of its path.
  const same = findFileTab(file.path);
  if (same !== null) return showTab(same, position);
  const tab = fileTab(newTabId(), file);
  createDocument(monaco, { id: tab.id, path: file.path, text: file.text, dirty: false, viewState: null, onEdit: () => onEdit(tab.id) });
  void takeTab(tab.id);
  insertTab(tab);
  reveal(tab.id, position);
  void keepTab(tab.id);
}

/** The tab of a file, or null. */
export function findFileTab(path: string): TabId | null {
  return useEditorsStore.getState().tabs.find((tab) => tab.path === path)?.id ?? null;
}

/** Shows a tab, at a place if one is given, and focuses the editor. */
export function showTab(id: TabId, position: TextPosition | null = null): void {
  if (findTab(id) === null) return;
  useEditorsStore.setState({ activeId: id });
  reveal(id, position);
}

/** Puts a tab that the core kept back into the window. The caller has taken it. */
export async function restoreTab(stored: EditorTab): Promise<EditorTabInfo> {
  const monaco = await loadMonaco();
  const { id, title, path, version, lineEnding, dirty } = stored;
  createDocument(monaco, { id, path, text: stored.text, dirty, viewState: parseViewState(stored.viewState), onEdit: () => onEdit(id) });
  noteKept(id);
  return { id, title, path, version, lineEnding, dirty, disk: { state: 'same' } };
}

function fileTab(id: TabId, file: TextFile): EditorTabInfo {
  return { id, title: file.name, path: file.path, version: file.version, lineEnding: file.lineEnding, dirty: false, disk: { state: 'same' } };
}
