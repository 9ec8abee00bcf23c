import { Bookmark, ChartColumn, EllipsisVertical, FileClock } from 'lucide-react';
import { IconButton, Menu } from '../ui/index.ts';
import { showPage } from './historyPages.ts';

/** What concerns the history as a whole. */
export function HistoryMenu() {
  return (
    <>
      <IconButton label="Saved searches" size="small" onClick={() => showPage({ name: 'searches' })}>
        <Bookmark size={15} aria-hidden />
      </IconButton>
      <Menu
        align="end"
        items={[
          { kind: 'item', label: 'Statistics…', icon: <ChartColumn size={14} aria-hidden />, run: () => showPage({ name: 'statistics' }) },
          { kind: 'item', label: 'Versions of files…', icon: <FileClock size={14} aria-hidden />, run: () => showPage({ name: 'files', path: null }) },
        ]}
      >
        <IconButton label="More of the history" size="small">
          <EllipsisVertical size={15} aria-hidden />
        </IconButton>
      </Menu>
    </>
  );
}
