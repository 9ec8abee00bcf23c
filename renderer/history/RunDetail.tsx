import { Copy, Crosshair, Ellipsis, FileClock, FilePlus2, GitCompare, Pencil, Pin, PinOff, Play, SquareTerminal, Trash2, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { isEnded, toAppError, type Run, type RunId } from '../../contract/index.ts';
import { endText, openStoredRun, StatusGlyph } from '../console/index.ts';
import { openScratch } from '../editor/index.ts';
import { fetchJob, placeOf, useJobsStore } from '../jobs/index.ts';
import { formatBytes, formatDuration } from '../lib/units.ts';
import { core } from '../rpc/index.ts';
import { runAgain, runAgainExactly } from '../runs/index.ts';
import { Button, IconButton, Menu, notify, reportError, TextField, type MenuItem } from '../ui/index.ts';
import { Annotations } from './Annotations.tsx';
import { pairFor } from './comparePair.ts';
import { showPage, useHistoryPage } from './historyPages.ts';
import { history } from './historyStore.ts';
import { Inputs } from './Inputs.tsx';
import { exportCapsule } from './capsules.ts';
import { updateRun } from './runActions.ts';
import { SourceView } from './SourceView.tsx';

interface RunDetailProps {
  id: RunId;
  isRenaming: boolean;
  onRenaming(isRenaming: boolean): void;
  onDelete(id: RunId): void;
  onClose(): void;
}

type Loaded = { status: 'loading' } | { status: 'loaded'; run: Run } | { status: 'failed'; message: string };

/** The run with its source; read again when its line in the list changes. */
function useRun(id: RunId): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ status: 'loading' });
  const summary = history.useStore((state) => state.runs.find((run) => run.id === id));
  useEffect(() => {
    const controller = new AbortController();
    core.runs.get({ id }, { signal: controller.signal }).then(
      (run) => setLoaded({ status: 'loaded', run }),
      (caught: unknown) => {
        const error = toAppError(caught);
        if (error.code !== 'CANCELLED') setLoaded({ status: 'failed', message: error.message });
      },
    );
    return () => controller.abort();
  }, [id, summary]);
  return loaded;
}

async function copySource(run: Run): Promise<void> {
  await navigator.clipboard.writeText(run.source);
  notify({ severity: 'success', message: 'Copied the source.' });
}

/** One run: what it was, how it ended, its exact source, and what can be done with it. */
export function RunDetail({ id, isRenaming, onRenaming, onDelete, onClose }: RunDetailProps) {
  const loaded = useRun(id);
  const isChosen = useHistoryPage((state) => state.chosen?.id === id);
  if (loaded.status === 'loading') return <section aria-label="Run" className="basis-1/2 border-t border-line" />;
  if (loaded.status === 'failed') {
    return (
      <section aria-label="Run" className="flex items-start gap-2 border-t border-line p-3 text-danger">
        <p className="grow">{loaded.message}</p>
        <IconButton label="Close the run" size="small" onClick={onClose}>
          <X size={15} aria-hidden />
        </IconButton>
      </section>
    );
  }
  const { run } = loaded;
  return (
    <section aria-label="Run" className="flex min-h-0 shrink-0 basis-[52%] flex-col border-t border-line-strong bg-surface">
      <div className="flex items-center gap-2 px-3 pt-2">
        <StatusGlyph status={run.status} named />
        {isRenaming ? (
          <RenameField run={run} onDone={() => onRenaming(false)} />
        ) : (
          <h3 className="min-w-0 grow truncate font-semibold" title={run.path ?? run.title} onDoubleClick={() => onRenaming(true)}>
            {run.title}
          </h3>
        )}
        <IconButton label="Close the run" size="small" onClick={onClose}>
          <X size={15} aria-hidden />
        </IconButton>
      </div>
      <Facts run={run} />
      <div className="flex flex-wrap items-center gap-1 px-3 py-2">
        <Button size="small" variant="primary" onClick={() => runAgainExactly(run.id).catch(reportError)}>
          <Play size={12} fill="currentColor" aria-hidden />
          Run again exactly
        </Button>
        <Button size="small" onClick={() => runAgain(run.id).catch(reportError)}>
          Run again with today’s files
        </Button>
        <Button size="small" onClick={() => openScratch({ title: run.title, text: run.source })}>
          <FilePlus2 size={13} aria-hidden />
          Open in a tab
        </Button>
        <Menu align="end" items={moreItems(run)}>
          <IconButton label="More for this run" size="small">
            <Ellipsis size={15} aria-hidden />
          </IconButton>
        </Menu>
        <span className="ml-auto flex gap-0.5">
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
        <IconButton label="Rename" shortcut="F2" size="small" onClick={() => onRenaming(true)}>
          <Pencil size={15} aria-hidden />
        </IconButton>
        <IconButton label={run.pinned ? 'Unpin' : 'Pin'} size="small" onClick={() => updateRun(run.id, { pinned: !run.pinned }).catch(reportError)}>
          {run.pinned ? <PinOff size={15} aria-hidden /> : <Pin size={15} aria-hidden />}
        </IconButton>
        <IconButton label="Delete" shortcut="Delete" size="small" disabled={!isEnded(run.status)} onClick={() => onDelete(run.id)}>
          <Trash2 size={15} aria-hidden />
        </IconButton>
        </span>
      </div>
      <Annotations run={run} />
      <Inputs run={run} />
      <SourceView source={run.source} firstLine={run.lineOffset} />
    </section>
  );
}

function moreItems(run: Run): MenuItem[] {
  return [
    { kind: 'item', label: 'Run again exactly on this computer', run: () => runAgainExactly(run.id, 'local').catch(reportError) },
    { kind: 'item', label: 'Run again exactly on the cluster…', run: () => runAgainExactly(run.id, 'cluster').catch(reportError) },
    { kind: 'separator' },
    { kind: 'item', label: 'Export as a capsule…', disabled: !isEnded(run.status), run: () => exportCapsule(run).catch(reportError) },
  ];
}

/** Where a cluster run was, as `context/namespace`. */
function usePlace(run: Run): string | null {
  const job = useJobsStore((state) => state.jobs.get(run.id) ?? null);
  const isWanted = run.engine === 'cluster' && job === null;
  useEffect(() => {
    if (isWanted) void fetchJob(run.id);
  }, [isWanted, run.id]);
  return job === null ? null : placeOf(job);
}

function Facts({ run }: { run: Run }) {
  const place = usePlace(run);
  const facts = [
    new Date(run.startedMs).toLocaleString(),
    endText(run),
    run.durationMs === null ? null : formatDuration(run.durationMs),
    run.peakMemoryBytes === null ? null : `peak ${formatBytes(run.peakMemoryBytes)}`,
    run.pythonVersion === '' ? null : `Python ${run.pythonVersion}`,
    place,
    run.mode === 'file' ? null : run.mode === 'fresh' ? 'clean interpreter' : `${run.mode} from line ${run.lineOffset}`,
  ].filter((fact) => fact !== null);
  return (
    <div className="px-3 text-xs leading-[18px] text-muted">
      <p>{facts.join(' · ')}</p>
      {run.path !== null && (
        <p className="truncate" title={run.path}>
          {run.path}
        </p>
      )}
      {run.error !== null && <p className="line-clamp-2 break-words font-mono text-danger">{run.error}</p>}
    </div>
  );
}

function RenameField({ run, onDone }: { run: Run; onDone(): void }) {
  const [title, setTitle] = useState(run.title);
  function commit(): void {
    const next = title.trim().slice(0, 500);
    if (next !== '' && next !== run.title) updateRun(run.id, { title: next }).catch(reportError);
    onDone();
  }
  return (
    <TextField
      aria-label="Title of the run"
      autoFocus
      className="min-w-0 grow"
      value={title}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTitle(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        else if (event.key === 'Escape') onDone();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
