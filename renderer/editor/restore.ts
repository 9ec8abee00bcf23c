import { toAppError } from '../../contract/errors.ts';
import type { EditorTab } from '../../contract/editors.ts';
import type { TabId } from '../../contract/ids.ts';
import { untilState } from '../lib/untilState.ts';
import { takeTabs } from '../rpc/early.ts';
import { useConnection } from '../rpc/index.ts';
import { useSettings } from '../settings/index.ts';
import { notify, reportError } from '../ui/index.ts';
import { checkDisk } from './diskState.ts';
import { focusEditor } from './editorHost.ts';
import { useEditorsStore } from './editorsStore.ts';
import { openScratch, restoreTab } from './openTabs.ts';
import { takeTab } from './tabLocks.ts';

/** Brings the tabs of the last time back, as they were, unsaved text included. Once, at the window's start. */
export async function restoreTabs(): Promise<void> {
  const stored = await loadStored();
  const taken = await Promise.all(stored.tabs.map((tab) => takeTab(tab.id)));
  const mine = stored.tabs.filter((_, index) => taken[index]);
  const tabs = await Promise.all(mine.map(restoreTab));
  const elsewhere = stored.tabs.length - mine.length;
  const active = tabs.find((tab) => tab.id === stored.activeId) ?? tabs.at(-1);
  // What was opened while this was on its way stands behind.
  useEditorsStore.setState((state) => ({
    phase: 'ready',
    tabs: [...tabs, ...state.tabs],
    activeId: state.activeId ?? active?.id ?? null,
    elsewhere,
  }));
  // Who has gone elsewhere while the window loaded goes on there.
  if (active !== undefined) focusEditor(true);
  else if (elsewhere > 0 || !(await wantsWelcome())) openFirstScratch();
  if (elsewhere > 0) {
    notify({
      severity: 'info',
      message: elsewhere === 1 ? 'One tab stays in the other window.' : `${elsewhere} tabs stay in the other window.`,
      detail: 'A tab is open in one window at a time. Close that window, and the next one to start has them.',
    });
  }
  for (const tab of tabs) await checkDisk(tab.id);
}

async function loadStored(): Promise<{ tabs: EditorTab[]; activeId: TabId | null }> {
  for (;;) {
    try {
      return await takeTabs();
    } catch (error) {
      const known = toAppError(error);
      if (!known.retryable && known.code !== 'UNAUTHENTICATED') {
        reportError(error);
        return { tabs: [], activeId: null };
      }
      // The banner says that there is no connection; as soon as there is one, the tabs come.
      await untilState(useConnection, ({ status }) => status === 'connected');
    }
  }
}

function openFirstScratch(): void {
  if (useEditorsStore.getState().tabs.length === 0) openScratch({ text: '' });
}

async function wantsWelcome(): Promise<boolean> {
  await untilState(useSettings, ({ loaded }) => loaded);
  return useSettings.getState().settings.showWelcome;
}
