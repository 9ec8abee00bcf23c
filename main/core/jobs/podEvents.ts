import { toAppError } from '../../../contract/errors.ts';
import type { Attempt } from './attempt.ts';
import type { JobHandle } from './context.ts';
import { KubeEventList, paths, type KubeEvent } from './kube.ts';

/** A pod that starts at once needs no events; one that takes longer is asked about now and then. */
const firstLookMs = 800;
const nextLookMs = 3_000;
/** Events that tell why a pod does not start; other warnings are none of the run's business. */
const hindrance = /^(Failed|BackOff|ErrImage|Inspect|Network|Node|Unhealthy|Evict)/;

export interface PodEvents {
  /** Looks for events as long as this attempt has not started. */
  see(attempt: Attempt | undefined): void;
  /** What has been read so far, of the pod. */
  all(): KubeEvent[];
  stop(): void;
}

/** Reads what the cluster says about a pod that does not start: an image that is being pulled, or cannot be, a volume that is missing. */
export function createPodEvents(handle: JobHandle, onChange: () => void): PodEvents {
  const { record, context } = handle;
  let timer: NodeJS.Timeout | undefined;
  let of: Attempt | undefined;
  let events: KubeEvent[] = [];

  function isWaiting(attempt: Attempt | undefined): attempt is Attempt {
    return attempt !== undefined && attempt.pod() !== null && !attempt.view().isMainStarted && !attempt.view().isMainEnded;
  }

  function arm(ms: number): void {
    timer ??= setTimeout(() => void look(), ms);
  }

  async function look(): Promise<void> {
    const attempt = of;
    timer = undefined;
    if (!isWaiting(attempt) || handle.signal.aborted) return;
    try {
      const query = { fieldSelector: `involvedObject.uid=${attempt.uid}`, limit: 500 };
      const list = KubeEventList.parse(await handle.client().request('GET', paths.events(record.namespace), { query, signal: handle.signal }));
      events = list.items;
      if (isWaiting(attempt)) tell(attempt);
    } catch (error) {
      // Without the right to read events the run is followed all the same.
      if (!handle.signal.aborted) context.log(`events of ${record.jobName}: ${toAppError(error).message}`);
    }
    arm(nextLookMs);
  }

  function tell(attempt: Attempt): void {
    const of = (reason: string): KubeEvent | undefined => events.findLast((event) => event.reason === reason);
    const pulling = of('Pulling');
    if (pulling !== undefined && of('Pulled') === undefined) {
      handle.update(
        (state) => {
          state.waitingFor = attempt.view().waitingFor ?? pulling.message;
        },
        { phase: 'pulling' },
      );
    } else if (attempt.view().waitingFor === null) {
      const warning = events.findLast((event) => event.type === 'Warning' && hindrance.test(event.reason));
      if (warning !== undefined && record.state.waitingFor !== warning.message) {
        handle.update((state) => {
          state.waitingFor = warning.message;
        });
      }
    }
    onChange();
  }

  return {
    see(attempt) {
      if (attempt !== of) events = [];
      of = attempt;
      if (isWaiting(attempt)) arm(firstLookMs);
    },
    all: () => events,
    stop: () => clearTimeout(timer),
  };
}
