import { CircleAlert, HardDriveDownload, LoaderCircle } from 'lucide-react';
import { isEnded, type OutputGap } from '../../contract/index.ts';
import { runCommand } from '../commands/index.ts';
import { Button } from '../ui/index.ts';
import { formatBytes, formatDuration } from '../lib/units.ts';
import { Completeness } from './Completeness.tsx';
import type { ConsoleTab } from './consoleStore.ts';
import { StatusGlyph } from './StatusGlyph.tsx';

/** How the run ended, in words: `Exited with code 3`. */
export function endText(tab: Pick<ConsoleTab, 'status' | 'exitCode'>): string {
  switch (tab.status) {
    case 'queued':
      return 'Waiting for its turn';
    case 'running':
      return 'Running';
    case 'succeeded':
      return 'Finished';
    case 'stopped':
      return 'Stopped';
    case 'interrupted':
      return 'Interrupted: the window or the kernel went away while it ran';
    case 'failed':
      return tab.exitCode === null ? 'Failed' : `Exited with code ${tab.exitCode}`;
  }
}

/** The line under the output: how the run ended, how long it took, what it needed; or what stands in its way. */
export function RunFooter({ tab, onReveal }: { tab: ConsoleTab; onReveal(gap: OutputGap): void }) {
  const { failure } = tab;
  if (failure !== null) {
    return (
      <div role="alert" className="my-1 flex flex-wrap items-start gap-3 rounded-md border border-danger bg-danger-soft px-3 py-2 font-sans text-[13px] leading-5 text-text">
        <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-danger" />
        <div className="min-w-0 grow basis-60">
          <p className="break-words">{failure.message}</p>
          {failure.action !== null && <p className="text-muted">{failure.action}</p>}
        </div>
        {failure.retry !== null && (
          <Button size="small" onClick={failure.retry}>
            Try again
          </Button>
        )}
      </div>
    );
  }
  return (
    <div className="py-1 font-sans text-[12px] leading-5 text-muted">
      {tab.waiting !== null && (
        <p className="flex items-center gap-2 text-warning">
          <HardDriveDownload size={14} aria-hidden />
          {tab.waiting}
        </p>
      )}
      {tab.isLoading && !(tab.engine === 'cluster' && tab.isLive) && (
        <p className="flex items-center gap-2">
          <LoaderCircle size={14} aria-hidden className="animate-spin" />
          {tab.status === 'running' ? 'Running in another window; its output is followed here' : 'Reading the output'}
        </p>
      )}
      {isEnded(tab.status) && !tab.isLoading && <Ending tab={tab} />}
      {isEnded(tab.status) && !tab.isLoading && <Completeness tab={tab} onReveal={onReveal} />}
    </div>
  );
}

function Ending({ tab }: { tab: ConsoleTab }) {
  const facts = [
    tab.durationMs === null ? null : formatDuration(tab.durationMs),
    tab.peakMemoryBytes === null ? null : `peak memory ${formatBytes(tab.peakMemoryBytes)}`,
  ].filter((fact) => fact !== null);
  return (
    <p className="flex flex-wrap items-center gap-x-2">
      <StatusGlyph status={tab.status} />
      <span className="text-text">{endText(tab)}</span>
      {facts.map((fact) => (
        <span key={fact}>
          <span aria-hidden>· </span>
          {fact}
        </span>
      ))}
      {tab.isLive && tab.status !== 'succeeded' && (
        <button type="button" className="ml-1 text-accent-text underline underline-offset-2" onClick={() => runCommand('run.again')}>
          Run again
        </button>
      )}
    </p>
  );
}
