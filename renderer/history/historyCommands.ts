import type { Command } from '../commands/index.ts';
import { showPage } from './historyPages.ts';

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
    page('statistics', 'statistics', () => showPage({ name: 'statistics' })),
  ];
}
