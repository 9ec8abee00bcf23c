import type { Command } from '../commands/index.ts';
import { useEditorsStore } from '../editor/index.ts';
import { reportError } from '../ui/index.ts';
import { openCapsule } from './capsules.ts';
import { showPage } from './historyPages.ts';
import { exportHistory, importHistory } from './transfers.ts';

function pathInFront(): string | null {
  const { tabs, activeId } = useEditorsStore.getState();
  return tabs.find((tab) => tab.id === activeId)?.path ?? null;
}

/** What concerns the history. @param showHistory brings its panel, over which the dialogs stand */
export function historyCommands(showHistory: () => void): Command[] {
  const page = (id: string, title: string, show: () => void): Command => ({
    id: `history.${id}`,
    title: `History: ${title}`,
    category: 'History',
    run: () => {
      showHistory();
      show();
    },
  });
  return [
    page('searches', 'saved searches', () => showPage({ name: 'searches' })),
    page('files', 'versions of files that were run', () => showPage({ name: 'files', path: null })),
    page('file', 'versions of the file in front', () => showPage({ name: 'files', path: pathInFront() })),
    page('openCapsule', 'open a capsule', () => void openCapsule().catch(reportError)),
    page('export', 'export all runs', () => void exportHistory().catch(reportError)),
    page('import', 'import runs', () => void importHistory().catch(reportError)),
    page('statistics', 'statistics', () => showPage({ name: 'statistics' })),
  ];
}
