import type { TabId } from '../../contract/ids.ts';
import { isAbsolutePath } from '../paths/index.ts';
import { useSystem } from '../rpc/system.ts';
import { findTab, useEditorsStore } from './editorsStore.ts';
import { findFileTab, openFile, showTab } from './openTabs.ts';

export interface RevealTarget {
  /** The tab that the run came from, if it is known. */
  tabId: TabId | null;
  /** As the traceback names it: a tab's title, or a path. */
  file: string;
  line: number;
  column?: number;
}

/** Goes to a line that a traceback names. @returns false when there is no such tab or file any more */
export async function revealInEditor({ tabId, file, line, column }: RevealTarget): Promise<boolean> {
  const position = { line, ...(column === undefined ? {} : { column }) };
  const { tabs } = useEditorsStore.getState();
  const own = tabId === null ? null : findTab(tabId);
  const named = tabs.find((tab) => tab.path === file || tab.title === file);
  const tab = own !== null && (own.path === file || own.title === file) ? own : (named ?? null);
  const known = tab?.id ?? findFileTab(file);
  if (known !== null) {
    showTab(known, position);
    return true;
  }
  if (!isAbsolutePath(file, useSystem.getState().info?.pathSeparator ?? '/')) return false;
  try {
    await openFile(file, position);
    return true;
  } catch {
    return false;
  }
}
