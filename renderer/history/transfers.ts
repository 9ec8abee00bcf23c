import { choosePath } from '../paths/index.ts';
import { suggestedPath } from './capsules.ts';
import { showPage } from './historyPages.ts';

/** Asks for a file, then writes all runs into it while a dialog says how far it is. */
export async function exportHistory(): Promise<void> {
  const path = await choosePath({
    kind: 'saveFile',
    suggested: await suggestedPath(`pyexekube-history-${new Date().toISOString().slice(0, 10)}.ndjson`),
    words: { title: 'Export the history', description: 'All ended runs with their files and output, as NDJSON.', button: 'Export' },
  });
  if (path !== null) showPage({ name: 'transfer', what: 'export', path, overwrite: false });
}

/** Asks for a file, then takes its runs into the history while a dialog says how far it is. */
export async function importHistory(): Promise<void> {
  const path = await choosePath({
    kind: 'openFile',
    words: { title: 'Import a history', description: 'An NDJSON file that PyExeKube wrote. Runs that are here already are skipped.', button: 'Import' },
  });
  if (path !== null) showPage({ name: 'transfer', what: 'import', path, overwrite: false });
}
