import { toAppError } from '../../contract/errors.ts';
import type { FileVersion } from '../../contract/files.ts';
import type { TabId } from '../../contract/ids.ts';
import { core } from '../rpc/index.ts';
import { follow } from '../rpc/follow.ts';
import { notify, reportError } from '../ui/index.ts';
import { markClean, replaceText } from './documents.ts';
import { findTab, patchTab, useEditorsStore } from './editorsStore.ts';
import { keepTab } from './keeping.ts';

/** Tabs whose file this window is writing: what the watch says of them is news only afterwards. */
const writing = new Map<TabId, { missed: boolean }>();

/** Runs `work`, which writes the tab's file, without mistaking that for a change from outside. */
export async function whileWriting<T>(id: TabId, work: () => Promise<T>): Promise<T> {
  const mark = { missed: false };
  writing.set(id, mark);
  try {
    return await work();
  } finally {
    writing.delete(id);
    if (mark.missed) void checkDisk(id);
  }
}

/** Looks at a tab's file now, and brings the tab up to date or says what is different. */
export async function checkDisk(id: TabId): Promise<void> {
  const tab = findTab(id);
  if (tab?.path == null) return;
  try {
    const file = await core.files.read({ path: tab.path });
    const now = findTab(id);
    if (now === null || now.path !== tab.path) return;
    if (file.version === now.version) {
      if (now.disk.state !== 'same') patchTab(id, { disk: { state: 'same' } });
    } else if (now.dirty) {
      patchTab(id, { disk: { state: 'changed', version: file.version } });
    } else {
      takeOver(id, file.text, file.version, file.lineEnding);
      notify({ severity: 'info', message: `${now.title} was changed outside of PyExeKube, and is shown as it is now. Undo brings back what was here.` });
    }
  } catch (error) {
    const known = toAppError(error);
    if (known.code === 'NOT_FOUND') patchTab(id, { disk: { state: 'gone' } });
    else if (known.code === 'UNSUPPORTED' || known.code === 'FORBIDDEN') patchTab(id, { disk: { state: 'unreadable', message: known.message } });
  }
}

/** Makes the tab's text that of its file, as one step that can be undone. */
function takeOver(id: TabId, text: string, version: FileVersion, lineEnding: 'lf' | 'crlf'): void {
  replaceText(id, text);
  markClean(id);
  patchTab(id, { version, lineEnding, dirty: false, disk: { state: 'same' } });
  void keepTab(id);
}

/** Reads the file again and drops what was changed here (undo brings it back). */
export async function reloadFile(id: TabId): Promise<void> {
  const tab = findTab(id);
  if (tab?.path == null) return;
  const file = await core.files.read({ path: tab.path });
  takeOver(id, file.text, file.version, file.lineEnding);
}

/** Keeps this window's text; the next save overwrites the file. */
export function keepMine(id: TabId): void {
  const tab = findTab(id);
  if (tab?.disk.state !== 'changed') return;
  patchTab(id, { version: tab.disk.version, disk: { state: 'same' }, dirty: true });
  void keepTab(id);
}

function onFileEvent(path: string, version: FileVersion | null): void {
  for (const tab of useEditorsStore.getState().tabs) {
    if (tab.path !== path) continue;
    const mark = writing.get(tab.id);
    if (mark !== undefined) mark.missed = true;
    else if (version === null) patchTab(tab.id, { disk: { state: 'gone' } });
    else if (version !== tab.version || tab.disk.state !== 'same') void checkDisk(tab.id);
  }
}

/** Watches the files of all tabs. @returns stops it */
export function watchFiles(): () => void {
  let watched = '';
  let stop: (() => void) | null = null;

  function watchAgain(): void {
    const { phase, tabs } = useEditorsStore.getState();
    if (phase !== 'ready') return;
    const files = [...new Set(tabs.flatMap((tab) => (tab.path === null ? [] : [tab.path])))].sort();
    const key = files.join('\0');
    if (key === watched) return;
    watched = key;
    stop?.();
    stop = files.length === 0 ? null : watch(files);
  }

  const unsubscribe = useEditorsStore.subscribe((state, before) => {
    if (state.tabs !== before.tabs || state.phase !== before.phase) watchAgain();
  });
  watchAgain();
  return () => {
    unsubscribe();
    stop?.();
  };
}

function watch(files: string[]): () => void {
  let opened = 0;
  return follow(
    (signal) => core.files.watch({ folders: [], files: files.slice(0, 500) }, { signal }),
    (event) => {
      if (event.type === 'file') onFileEvent(event.path, event.version);
    },
    {
      // After a lost connection nobody knows what happened meanwhile.
      onOpen: () => {
        if (opened++ > 0) for (const tab of useEditorsStore.getState().tabs) void checkDisk(tab.id);
      },
      onError: reportError,
    },
  );
}
