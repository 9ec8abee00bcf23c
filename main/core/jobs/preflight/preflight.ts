import type { PreflightCheck } from '../../../../contract/jobs.ts';
import { toAppError } from '../../../../contract/errors.ts';
import { failureOfRefusal } from '../failures/index.ts';
import { checkAccess } from './access.ts';
import { checkDryRun } from './dryRun.ts';
import type { Line, Outcome, PreflightOptions } from './line.ts';
import { checkNodes } from './nodes.ts';
import { checkReferences } from './references.ts';

/**
 * Asks the cluster all that can be known before a run, at once, and creates nothing. Each line comes twice: `running`, then its outcome. After a cluster that
 * is not reached or a sign-in that is refused, the other lines are `unknown`: their answers would be that one again. Leaving early ends the questions.
 */
export async function* preflight(options: PreflightOptions): AsyncGenerator<PreflightCheck, void> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const asked = { ...options, signal };
  try {
    // All questions go out together; the first two lines decide whether the others are worth telling.
    const lines = [...checkAccess(asked), ...checkDryRun(asked), ...checkNodes(asked), ...checkReferences(asked)];
    for (const { outcome } of lines) outcome.catch(() => undefined);
    for (const { id, title } of lines) yield { id, title, state: 'running', evidence: '', fix: null };
    const pending = new Map(lines.map((line, index) => [index, settled(line, options.namespace).then((check) => ({ index, check }))]));
    for (const index of [0, 1]) {
      const decided = await pending.get(index);
      pending.delete(index);
      if (decided === undefined) continue;
      yield decided.check;
      if (decided.check.state !== 'failed') continue;
      const evidence = index === 0 ? 'Not checked: the cluster does not answer.' : 'Not checked: nobody is signed in.';
      for (const { id, title } of lines.slice(index + 1)) yield { id, title, state: 'unknown', evidence, fix: null };
      return;
    }
    while (pending.size > 0) {
      const { index, check } = await Promise.race(pending.values());
      pending.delete(index);
      signal.throwIfAborted();
      yield check;
    }
  } finally {
    stop.abort();
  }
}

async function settled({ id, title, outcome }: Line, namespace: string): Promise<PreflightCheck> {
  try {
    return { id, title, ...(await outcome) };
  } catch (error) {
    return { id, title, ...outcomeOfError(error, namespace) };
  }
}

/** A question that was not answered: a refusal for lack of rights is no fault of the run, and neither is a slow answer. */
function outcomeOfError(error: unknown, namespace: string): Outcome {
  const known = toAppError(error);
  if (known.code === 'FORBIDDEN') return { state: 'unknown', evidence: `Not known: ${known.message}`, fix: null };
  if (known.code === 'TIMEOUT' || known.code === 'CANCELLED' || known.code === 'UNAVAILABLE' || known.code === 'RATE_LIMITED') return { state: 'unknown', evidence: `Not known: ${known.message}`, fix: null };
  const { message, action } = failureOfRefusal(known, namespace);
  return { state: 'failed', evidence: message, fix: action };
}
