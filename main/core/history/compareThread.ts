import { z } from 'zod';
import { AppError } from '../../../contract/errors.ts';
import { startThread } from '../threads.ts';
import type { CompareRequest } from './compareProgram.ts';
import { LineComparison, type Compared, type ComparisonLimits, type Side, type Taken } from './lineComparison.ts';

/** A comparison, wherever it is done. Text is taken in order; the next may be given before the last is taken. */
export interface Comparing {
  take(side: Side, text: string): Promise<Taken>;
  compare(): Promise<Compared>;
  /** Ends it, whatever it is at. What waits for it is rejected. */
  dispose(): void;
}

export function compareHere(limits: ComparisonLimits): Comparing {
  const comparison = new LineComparison(limits);
  return {
    take: (side, text) => Promise.resolve(comparison.take(side, text)),
    compare: () => Promise.resolve(comparison.compare()),
    dispose: () => undefined,
  };
}

const lines = z.number().int().min(0);
const Answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('taken'), taken: z.object({ lines, isOpen: z.boolean(), isFull: z.boolean() }) }),
  z.object({
    kind: z.literal('compared'),
    compared: z.object({
      leftLines: lines,
      rightLines: lines,
      truncated: z.boolean(),
      count: lines,
      differences: z.array(z.object({ leftStart: lines, leftEnd: lines, rightStart: lines, rightEnd: lines })),
    }),
  }),
]);
type Answer = z.infer<typeof Answer>;

/** What it keeps is outside of its heap: numbers for lines. */
const memory = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

/** Compares in a thread of its own: that takes a second and more, in which this one has other work. */
export function compareThere(limits: ComparisonLimits): Comparing {
  const worker = startThread('compare', memory);
  const waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  let failure: AppError | null = null;
  const end = (cause: unknown): void => {
    failure ??= new AppError('UNAVAILABLE', 'The outputs could not be compared: the thread that does it has ended.', { action: 'Try again.', cause });
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  worker.unref();
  worker.on('message', (message: unknown) => waiting.shift()?.resolve(Answer.parse(message)));
  worker.on('error', end);
  worker.on('exit', end);

  function ask(request: CompareRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (failure !== null) {
        reject(failure);
        return;
      }
      waiting.push({ resolve, reject });
      worker.postMessage(request);
    });
  }
  worker.postMessage({ kind: 'begin', limits } satisfies CompareRequest);

  return {
    async take(side, text) {
      const answer = await ask({ kind: 'take', side, text });
      if (answer.kind !== 'taken') throw new Error(`A thread answered ${answer.kind} to a text.`);
      return answer.taken;
    },
    async compare() {
      const answer = await ask({ kind: 'compare' });
      if (answer.kind !== 'compared') throw new Error(`A thread answered ${answer.kind} instead of a result.`);
      return answer.compared;
    },
    dispose: () => void worker.terminate(),
  };
}
