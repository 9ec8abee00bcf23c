import { Bookmark, ChartColumn, Download, EllipsisVertical, FileClock, PackageOpen, Upload } from 'lucide-react';
import { IconButton, Menu, reportError } from '../ui/index.ts';
import { openCapsule } from './capsules.ts';
import { exportHistory, importHistory } from './transfers.ts';
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
          { kind: 'separator' },
          { kind: 'item', label: 'Open a capsule…', icon: <PackageOpen size={14} aria-hidden />, run: () => openCapsule().catch(reportError) },
          { kind: 'item', label: 'Export the history…', icon: <Upload size={14} aria-hidden />, run: () => exportHistory().catch(reportError) },
          { kind: 'item', label: 'Import a history…', icon: <Download size={14} aria-hidden />, run: () => importHistory().catch(reportError) },
        ]}
      >
        <IconButton label="More" size="small">
          <EllipsisVertical size={15} aria-hidden />
        </IconButton>
      </Menu>
    </>
  );
}
