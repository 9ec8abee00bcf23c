import { CircleCheck, CircleHelp, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react';
import type { PreflightCheck } from '../../contract/index.ts';
import { Button, reportError } from '../ui/index.ts';
import { doFailureAction } from './failureActions.ts';
import { closeSheet, type Sheet } from './sheetStore.ts';

const looks: Record<PreflightCheck['state'], { icon: React.ReactNode; word: string }> = {
  running: { icon: <LoaderCircle size={15} aria-hidden className="animate-spin text-muted" />, word: 'checking' },
  passed: { icon: <CircleCheck size={15} aria-hidden className="text-success" />, word: 'passed' },
  warning: { icon: <TriangleAlert size={15} aria-hidden className="text-warning" />, word: 'warning' },
  failed: { icon: <CircleX size={15} aria-hidden className="text-danger" />, word: 'failed' },
  unknown: { icon: <CircleHelp size={15} aria-hidden className="text-muted" />, word: 'cannot be known' },
};

/** The checks before a run, line by line as they are known: what was seen, and what mends it. */
export function PreflightList({ sheet }: { sheet: Sheet }) {
  const { checks, checkFailure, isChecked, request } = sheet;
  return (
    <section aria-label="Checks">
      <h3 className="font-semibold">
        Checks
        {!isChecked && <span className="font-normal text-muted"> · asking the cluster…</span>}
      </h3>
      {checkFailure !== null && <p className="mt-1 break-words text-warning">The checks could not be made: {checkFailure}</p>}
      <ul aria-label="Checks" className="mt-1 flex flex-col gap-1">
        {checks.map((check) => (
          <Line key={check.id} check={check} sheetRequest={request} />
        ))}
      </ul>
    </section>
  );
}

function Line({ check, sheetRequest }: { check: PreflightCheck; sheetRequest: Sheet['request'] }) {
  const { state, title, evidence, fix } = check;
  const { icon, word } = looks[state];

  async function mend(): Promise<void> {
    if (fix === null) return;
    const { connectionId, profileName, tabId } = sheetRequest;
    // What opens something else takes the place of this dialog; a text is only copied.
    if (fix.kind !== 'copyText') closeSheet();
    await doFailureAction(fix, { connectionId, profileName, runId: null, tabId: tabId ?? null });
  }

  return (
    <li className="flex items-start gap-2">
      <span className="mt-0.5 shrink-0">{icon}</span>
      <span className="sr-only">{word}: </span>
      <span className="min-w-0 grow break-words">
        {title}
        {evidence !== '' && <span className="text-muted"> · {evidence}</span>}
      </span>
      {fix !== null && state !== 'passed' && (
        <Button size="small" onClick={() => mend().catch(reportError)}>
          {fix.label}
        </Button>
      )}
    </li>
  );
}
