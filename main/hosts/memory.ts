import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Enough for what is made between two collections while a log is followed; smaller, and living objects are taken for old ones. */
const youngHeapBytes = 8_000_000;

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
