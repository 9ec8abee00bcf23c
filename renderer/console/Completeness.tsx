import { TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { OutputCompleteness, OutputGap } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import { completenessText, gapText } from './completenessText.ts';
import type { ConsoleTab } from './consoleStore.ts';

/** Most missing stretches that are listed. */
const mostListed = 20;

/** Whether all of the run's output is stored, and which stretches are missing; each leads to its place. */
export function Completeness({ tab, onReveal }: { tab: ConsoleTab; onReveal(gap: OutputGap): void }) {
  const [known, setKnown] = useState<OutputCompleteness | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    core.output.completeness({ runId: tab.runId }, { signal: controller.signal }).then(setKnown, () => setKnown(null));
    return () => controller.abort();
  }, [tab.runId, tab.status]);
  if (known === null) return null;
  const text = completenessText(known);
  // That a run on this computer is complete goes without saying.
  if (text === null || (known.state === 'complete' && tab.engine === 'local')) return null;
  if (known.state === 'complete') return <p>{text}</p>;
  return (
    <div className="text-warning">
      <p className="flex items-center gap-2">
        <TriangleAlert size={14} aria-hidden />
        {text}
      </p>
      <ul aria-label="Missing output" className="pl-6">
        {known.gaps.slice(0, mostListed).map((gap) => (
          <li key={gap.afterSeq}>
            <button type="button" className="text-left underline underline-offset-2" onClick={() => onReveal(gap)}>
              {gapText(gap)}
            </button>
          </li>
        ))}
        {known.gaps.length > mostListed && <li>and {(known.gaps.length - mostListed).toLocaleString()} more</li>}
      </ul>
    </div>
  );
}
