import { useEffect, useState } from 'react';
import { toAppError, type Comparison, type RunSummary } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import { Dialog, Select } from '../ui/index.ts';
import { ComparisonView } from './ComparisonView.tsx';
import { choicesWith } from './comparePair.ts';
import { closePage, showPage, useHistoryPage } from './historyPages.ts';
import { history } from './historyStore.ts';

/** Runs that the boxes offer. */
const mostChoices = 100;

/** Any two runs side by side. */
export function CompareRuns() {
  const page = useHistoryPage((state) => state.page);
  return page?.name === 'compare' ? <Pair left={page.left} right={page.right} /> : null;
}

type Loaded = { status: 'loading' } | { status: 'loaded'; comparison: Comparison } | { status: 'failed'; message: string };

function nameOf(run: RunSummary): string {
  return `${new Date(run.startedMs).toLocaleString()} · ${run.title} · ${run.status}`;
}

function Pair({ left, right }: { left: RunSummary; right: RunSummary }) {
  const runs = history.useStore((state) => state.runs);
  const chosen = useHistoryPage((state) => state.chosen);
  const [loaded, setLoaded] = useState<Loaded>({ status: 'loading' });
  useEffect(() => {
    const controller = new AbortController();
    setLoaded({ status: 'loading' });
    core.history.compare({ left: left.id, right: right.id }, { signal: controller.signal }).then(
      (comparison) => setLoaded({ status: 'loaded', comparison }),
      (error: unknown) => {
        if (!controller.signal.aborted) setLoaded({ status: 'failed', message: toAppError(error).message });
      },
    );
    return () => controller.abort();
  }, [left.id, right.id]);

  const choices = choicesWith(runs, mostChoices, left, right, chosen);
  const options = choices.map((run) => ({ value: run.id, label: nameOf(run) }));
  function choose(side: 'left' | 'right', id: string): void {
    const run = choices.find((one) => one.id === id);
    if (run !== undefined) showPage({ name: 'compare', left, right, [side]: run });
  }
  return (
    <Dialog
      open
      width="wide"
      title="Compare runs"
      description="Differences first; what is the same is named below."
      onOpenChange={(open) => {
        if (!open) closePage();
      }}
    >
      <div className="grid grid-cols-2 gap-3 pb-2">
        <Select label="Left run" value={left.id} options={options} onChange={(id) => choose('left', id)} className="min-w-0" />
        <Select label="Right run" value={right.id} options={options} onChange={(id) => choose('right', id)} className="min-w-0" />
      </div>
      {loaded.status === 'loading' && <p role="status">Comparing…</p>}
      {loaded.status === 'failed' && <p role="alert" className="text-danger">{loaded.message}</p>}
      {loaded.status === 'loaded' && <ComparisonView key={`${left.id} ${right.id}`} comparison={loaded.comparison} />}
    </Dialog>
  );
}
