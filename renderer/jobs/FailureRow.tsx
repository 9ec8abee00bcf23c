import { CircleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Failure } from '../../contract/index.ts';
import { Button, reportError } from '../ui/index.ts';
import { doFailureAction, type FailureContext } from './failureActions.ts';

/** Why a run did not succeed: one sentence and one button; what the cluster said unfolds under it. */
export function FailureRow({ failure, context }: { failure: Failure; context: FailureContext }) {
  const [isUnfolded, setIsUnfolded] = useState(false);
  const { action, evidence, message } = failure;
  return (
    <div role="alert" className="flex flex-wrap items-start gap-x-3 gap-y-1 rounded-md border border-danger bg-danger-soft px-2.5 py-1.5">
      <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0 text-danger" />
      <div className="min-w-0 grow basis-72">
        <p className="break-words">
          {message}{' '}
          {evidence !== '' && (
            <button type="button" aria-expanded={isUnfolded} className="text-accent-text underline underline-offset-2" onClick={() => setIsUnfolded(!isUnfolded)}>
              {isUnfolded ? 'Less' : 'What the cluster said'}
            </button>
          )}
        </p>
        {isUnfolded && <pre className="mt-1 max-h-32 overflow-auto whitespace-pre-wrap break-words font-mono text-[12px] leading-4 text-muted">{evidence}</pre>}
      </div>
      {action !== null && (
        <Button size="small" onClick={() => doFailureAction(action, context).catch(reportError)}>
          {action.label}
        </Button>
      )}
    </div>
  );
}
