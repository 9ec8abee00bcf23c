import { Copy, Crosshair, Ellipsis, FileClock, FilePlus2, GitCompare, Pencil, Pin, PinOff, Play, SquareTerminal, Trash2 } from 'lucide-react';
import { isEnded, type Run } from '../../contract/index.ts';
import { openStoredRun } from '../console/index.ts';
import { openScratch } from '../editor/index.ts';
import { runAgain, runAgainExactly } from '../runs/index.ts';
import { Button, IconButton, Menu, notify, reportError, type MenuItem } from '../ui/index.ts';
import { exportCapsule } from './capsules.ts';
import { pairFor } from './comparePair.ts';
import { showPage, useHistoryPage } from './historyPages.ts';
import { updateRun } from './runActions.ts';

async function copySource(run: Run): Promise<void> {
  await navigator.clipboard.writeText(run.source);
  notify({ severity: 'success', message: 'Copied the source.' });
}

function moreItems(run: Run): MenuItem[] {
  return [
    { kind: 'item', label: 'Run again exactly on this computer', run: () => runAgainExactly(run.id, 'local').catch(reportError) },
    { kind: 'item', label: 'Run again exactly on the cluster…', run: () => runAgainExactly(run.id, 'cluster').catch(reportError) },
    { kind: 'separator' },
    { kind: 'item', label: 'Export as a capsule…', disabled: !isEnded(run.status), run: () => exportCapsule(run).catch(reportError) },
  ];
}

/** What can be done with a run. */
export function RunButtons({ run, onRename, onDelete }: { run: Run; onRename(): void; onDelete(): void }) {
  const isChosen = useHistoryPage((state) => state.chosen?.id === run.id);
  return (
    <div className="flex flex-wrap items-center gap-1 px-3 py-2">
      <Button size="small" variant="primary" onClick={() => runAgainExactly(run.id).catch(reportError)}>
        <Play size={12} fill="currentColor" aria-hidden />
        Run again exactly
      </Button>
      <Button size="small" onClick={() => runAgain(run.id).catch(reportError)}>
        Run again with today’s files
      </Button>
      <Menu align="end" items={moreItems(run)}>
        <IconButton label="More for this run" size="small">
          <Ellipsis size={15} aria-hidden />
        </IconButton>
      </Menu>
      <span className="ml-auto flex flex-wrap justify-end gap-0.5">
        <IconButton label="Open in a tab" size="small" onClick={() => openScratch({ title: run.title, text: run.source })}>
          <FilePlus2 size={15} aria-hidden />
        </IconButton>
        <IconButton label="Show its output" size="small" onClick={() => openStoredRun(run.id).catch(reportError)}>
          <SquareTerminal size={15} aria-hidden />
        </IconButton>
        <IconButton label="Compare with another run" size="small" onClick={() => showPage({ name: 'compare', ...pairFor(run) })}>
          <GitCompare size={15} aria-hidden />
        </IconButton>
        <IconButton label="Choose for comparison" size="small" pressed={isChosen} onClick={() => useHistoryPage.setState({ chosen: isChosen ? null : run })}>
          <Crosshair size={15} aria-hidden />
        </IconButton>
        {run.path !== null && (
          <IconButton label="Versions of its file" size="small" onClick={() => showPage({ name: 'files', path: run.path })}>
            <FileClock size={15} aria-hidden />
          </IconButton>
        )}
        <IconButton label="Copy the source" size="small" onClick={() => copySource(run).catch(reportError)}>
          <Copy size={15} aria-hidden />
        </IconButton>
        <IconButton label="Rename" shortcut="F2" size="small" onClick={onRename}>
          <Pencil size={15} aria-hidden />
        </IconButton>
        <IconButton label={run.pinned ? 'Unpin' : 'Pin'} size="small" onClick={() => updateRun(run.id, { pinned: !run.pinned }).catch(reportError)}>
          {run.pinned ? <PinOff size={15} aria-hidden /> : <Pin size={15} aria-hidden />}
        </IconButton>
        <IconButton label="Delete" shortcut="Delete" size="small" disabled={!isEnded(run.status)} onClick={onDelete}>
          <Trash2 size={15} aria-hidden />
        </IconButton>
      </span>
    </div>
  );
}
