import { parentPort } from 'node:worker_threads';
import { LineComparison, type Compared, type ComparisonLimits, type Side, type Taken } from './lineComparison.ts';

/** What the thread is asked, in this order: how much to compare, the outputs in parts, and the result. The last two are answered. */
export type CompareRequest = { kind: 'begin'; limits: ComparisonLimits } | { kind: 'take'; side: Side; text: string } | { kind: 'compare' };

export type CompareAnswer = { kind: 'taken'; taken: Taken } | { kind: 'compared'; compared: Compared };

let comparison: LineComparison | null = null;

function answer(message: CompareAnswer): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (request: CompareRequest) => {
  if (request.kind === 'begin') comparison = new LineComparison(request.limits);
  else if (comparison === null) throw new Error('A comparison begins with its limits.');
  else if (request.kind === 'take') answer({ kind: 'taken', taken: comparison.take(request.side, request.text) });
  else answer({ kind: 'compared', compared: comparison.compare() });
});
