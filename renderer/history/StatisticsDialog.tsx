import { useEffect, useState, type ReactNode } from 'react';
import { toAppError, type RunId, type Statistics } from '../../contract/index.ts';
import { formatDuration } from '../lib/units.ts';
import { core } from '../rpc/index.ts';
import { Dialog, Select } from '../ui/index.ts';
import { closePage, useHistoryPage } from './historyPages.ts';

const spans = [
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
  { value: '365', label: 'Last 365 days' },
];

/** Midnights here of the last days, and the one to come; a day may have 23 or 25 hours. */
export function dayStarts(days: number, now: Date): number[] {
  return Array.from({ length: days + 1 }, (_, i) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1 + i).getTime());
}

type Loaded = { status: 'loading' } | { status: 'loaded'; statistics: Statistics } | { status: 'failed'; message: string };

/** Figures over the history. Nothing of it leaves this computer. */
export function StatisticsDialog({ onOpenRun }: { onOpenRun(id: RunId): void }) {
  const isOpen = useHistoryPage((state) => state.page?.name === 'statistics');
  return isOpen ? <StatisticsPage onOpenRun={onOpenRun} /> : null;
}

function StatisticsPage({ onOpenRun }: { onOpenRun(id: RunId): void }) {
  const [span, setSpan] = useState('30');
  const [loaded, setLoaded] = useState<Loaded>({ status: 'loading' });
  useEffect(() => {
    const controller = new AbortController();
    core.history.statistics({ dayStartsMs: dayStarts(Number(span), new Date()) }, { signal: controller.signal }).then(
      (statistics) => setLoaded({ status: 'loaded', statistics }),
      (error: unknown) => {
        if (!controller.signal.aborted) setLoaded({ status: 'failed', message: toAppError(error).message });
      },
    );
    return () => controller.abort();
  }, [span]);
  return (
    <Dialog
      open
      width="wide"
      title="Statistics"
      description="Counted on this computer, and kept here."
      onOpenChange={(open) => {
        if (!open) closePage();
      }}
    >
      <Select label="Time span" value={span} options={spans} onChange={setSpan} className="w-40" />
      {loaded.status === 'loading' && <p role="status">Counting…</p>}
      {loaded.status === 'failed' && <p role="alert">{loaded.message}</p>}
      {loaded.status === 'loaded' && <Figures statistics={loaded.statistics} onOpenRun={onOpenRun} />}
    </Dialog>
  );
}

function Figures({ statistics, onOpenRun }: { statistics: Statistics; onOpenRun(id: RunId): void }) {
  const { runs, failed, totalMs, days, failures, slowest, packages } = statistics;
  return (
    <>
      <p className="py-3">
        {runs.toLocaleString()} {runs === 1 ? 'run' : 'runs'}, {failed.toLocaleString()} failed, {formatDuration(totalMs)} in all.
      </p>
      <DayBars days={days} />
      <div className="grid gap-x-6 gap-y-4 pt-4 sm:grid-cols-2">
        <Counts title="Failures by class" counts={failures} none="Nothing failed." />
        <Counts
          title="Most used packages"
          counts={packages.map(({ name, count, versions }) => ({ name, count, detail: versions.length > 3 ? `${versions.slice(0, 3).join(', ')} …` : versions.join(', ') }))}
          none="No run has imported a package."
        />
        <Part title="Slowest runs">
          {slowest.length === 0 ? (
            <p className="text-muted">No run has ended.</p>
          ) : (
            <ol>
              {slowest.map((run) => (
                <li key={run.id}>
                  <button
                    type="button"
                    className="flex w-full gap-3 rounded-md px-1.5 py-0.5 text-left hover:bg-hover"
                    onClick={() => {
                      closePage();
                      onOpenRun(run.id);
                    }}
                  >
                    <span className="w-20 shrink-0 text-right tabular-nums">{formatDuration(run.durationMs ?? 0)}</span>
                    <span className="min-w-0 truncate">{run.title}</span>
                  </button>
                </li>
              ))}
            </ol>
          )}
        </Part>
      </div>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className="pb-1 font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Counts({ title, counts, none }: { title: string; counts: readonly { name: string; count: number; detail?: string }[]; none: string }) {
  return (
    <Part title={title}>
      {counts.length === 0 ? (
        <p className="text-muted">{none}</p>
      ) : (
        <table className="w-full">
          <tbody>
            {counts.map(({ name, count, detail = '' }) => (
              <tr key={name}>
                <th scope="row" className="max-w-0 truncate py-0.5 text-left font-mono text-[12px] font-normal">
                  {name}
                  {detail !== '' && <span className="font-sans text-muted"> {detail}</span>}
                </th>
                <td className="w-16 text-right tabular-nums">{count.toLocaleString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Part>
  );
}

/** Runs a day as bars; a screen reader and the pointer get the numbers. */
function DayBars({ days }: { days: Statistics['days'] }) {
  const most = Math.max(1, ...days.map((day) => day.runs));
  return (
    <Part title="Runs a day">
      <ul className="flex h-24 items-end gap-px border-b border-line">
        {days.map(({ startMs, runs, failed }) => {
          const text = `${new Date(startMs).toLocaleDateString()}: ${runs.toLocaleString()} ${runs === 1 ? 'run' : 'runs'}, ${failed.toLocaleString()} failed`;
          return (
            <li key={startMs} title={text} className="flex h-full min-w-0 grow flex-col justify-end">
              <span className="sr-only">{text}</span>
              <span aria-hidden className="bg-accent" style={{ height: `${((runs - failed) / most) * 100}%` }} />
              <span aria-hidden className="bg-danger-fill" style={{ height: `${(failed / most) * 100}%` }} />
            </li>
          );
        })}
      </ul>
    </Part>
  );
}
