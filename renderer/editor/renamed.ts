import type { TabId } from '../../contract/ids.ts';
import { baseName, isWithin, joinPath, relativePath } from '../paths/index.ts';
import { useSystem } from '../rpc/system.ts';
import { setDocumentPath } from './documents.ts';
import { patchTab, useEditorsStore } from './editorsStore.ts';
import { keepTab } from './keeping.ts';
import { loadMonaco } from '../lib/monacoLoader.ts';

/** A file or folder was renamed in this window: the tabs of it and of what is in it follow. */
export async function followRenamed(from: string, to: string): Promise<void> {
  const separator = useSystem.getState().info?.pathSeparator ?? '/';
  const monaco = await loadMonaco();
  const moved: TabId[] = [];
  for (const tab of useEditorsStore.getState().tabs) {
    if (tab.path === null || !isWithin(tab.path, from, separator)) continue;
    const path = tab.path === from ? to : joinPath(to, relativePath(tab.path, from, separator), separator);
    // The old path's end is no news; that someone else changed the file still is.
    const disk = tab.disk.state === 'gone' ? ({ state: 'same' } as const) : tab.disk;
    patchTab(tab.id, { path, title: baseName(path, separator), disk });
    setDocumentPath(monaco, tab.id, path);
    moved.push(tab.id);
  }
  await Promise.all(moved.map(keepTab));
}
