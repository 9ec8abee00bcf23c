import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Enough for what is made between two collections while a log is followed; smaller, and living objects are taken for old ones. */
const youngHeapBytes = 8_000_000;

/** So many bytes of buffers may come since the last full collection. */
const bufferBytes = 16_000_000;

/**
 * Collects the buffers of what was read before V8 would: it lets 64 MB of them gather, because a collection of the young heap leaves them where they are
 * held by objects that are old and dead. A full collection of this process takes some 20 ms, and is asked for only after that much was read.
 */
export function keepBuffersFew(): void {
  // The only way to the collector in a process that runs already; contexts that are there are not given it.
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect !== 'function') return;
  let least = getHeapStatistics().external_memory;
  let isAsked = false;
  new PerformanceObserver((list) => {
    const external = getHeapStatistics().external_memory;
    const wasFull = list.getEntries().some((entry) => 'detail' in entry && isGc(entry.detail) && entry.detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR);
    if (wasFull) {
      least = external;
      isAsked = false;
    } else if (!isAsked && external > least + bufferBytes) {
      isAsked = true;
      collect({ type: 'major', execution: 'async' });
    }
  }).observe({ entryTypes: ['gc'] });
}

function isGc(detail: unknown): detail is { kind: number } {
  return typeof detail === 'object' && detail !== null && 'kind' in detail;
}

/**
 * Keeps the part of the heap where new objects are made at about 8 MB. Left alone, V8 lets it grow to 100 MB while a log is followed, and until
 * it is full the buffers of what was read are kept too: 200 MB of garbage.
 *
 * V8 reads this flag whenever it thinks of growing, so it works in a process that runs already, whoever has started it. After a pause V8 makes
 * that part smaller by itself, so it must be let grow again.
 */
export function keepYoungHeapSmall(): void {
  let factor = 0;
  const look = (): void => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
    const next = young < youngHeapBytes ? 2 : 1;
    if (next !== factor) setFlagsFromString(`--semi-space-growth-factor=${next}`);
    factor = next;
  };
  look();
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] });
}
