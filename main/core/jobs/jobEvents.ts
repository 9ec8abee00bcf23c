import { toAppError } from '../../../contract/errors.ts';
import type { Attempt } from './attempt.ts';
import type { JobHandle } from './context.ts';
import { KubeEventList, paths, type KubeEvent } from './kube.ts';

/** A pod that starts at once needs no events; one that takes longer is asked about now and then. */
const firstLookMs = 800;
const nextLookMs = 3_000;
const lookTimeoutMs = 3_000;
/** Events that tell why a pod does not start; other warnings are none of the run's business. */
const hindrance = /^(Failed|BackOff|ErrImage|Inspect|Network|Node|Unhealthy|Evict)/;

export interface JobEvents {
  /** Looks for events as long as there is no pod, or this one has not started. */
  see(attempt: Attempt | undefined): void;
  /** What has been read so far, of the Job and the pod, oldest first. */
  all(): KubeEvent[];
  /** Reads once more: a failure is told with the newest. */
  refresh(): Promise<KubeEvent[]>;
  stop(): void;
}

/** Reads what the cluster says about a run that does not start: an image that is being pulled, or cannot be, a pod that is refused. */
export function createJobEvents(handle: JobHandle, onChange: () => void): JobEvents {
  const { record, context, signal } = handle;
  let timer: NodeJS.Timeout | undefined;
  let of: Attempt | undefined;
  let events: KubeEvent[] = [];

  function isWaiting(): boolean {
    return of === undefined || (of.pod() !== null && !of.takesSignals() && !of.view().isMainStarted && !of.view().isMainEnded);
  }

  async function read(): Promise<KubeEvent[]> {
    const uids = [record.state.jobUid, of?.uid ?? record.state.pod?.uid ?? null].filter((uid) => uid !== null);
    try {
      const lists = await Promise.all(
        uids.map((uid) => handle.client().request('GET', paths.events(record.namespace), { query: { fieldSelector: `involvedObject.uid=${uid}`, limit: 500 }, signal, timeoutMs: lookTimeoutMs })),
      );
      events = lists.flatMap((list) => KubeEventList.parse(list).items).toSorted((a, b) => timeOf(a) - timeOf(b));
    } catch (error) {
      // Without the right to read events the run is followed all the same.
      if (!signal.aborted) context.log(`events of ${record.jobName}: ${toAppError(error).message}`);
    }
    return events;
  }

  async function look(): Promise<void> {
    timer = undefined;
    if (!isWaiting() || signal.aborted) return;
    await read();
    if (!isWaiting() || signal.aborted) return;
    tell();
    timer ??= setTimeout(() => void look(), nextLookMs);
  }

  function tell(): void {
    const last = (reason: string): KubeEvent | undefined => events.findLast((event) => event.reason === reason);
    const pulling = last('Pulling');
    const own = of?.view().waitingFor ?? null;
    if (pulling !== undefined && last('Pulled') === undefined) {
      handle.update(
        (state) => {
          state.waitingFor = own ?? pulling.message;
        },
        { phase: 'pulling' },
      );
    } else if (own === null) {
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
      if (isWaiting()) timer ??= setTimeout(() => void look(), firstLookMs);
    },
    all: () => events,
    refresh: read,
    stop: () => clearTimeout(timer),
  };
}

function timeOf({ eventTime, lastTimestamp }: KubeEvent): number {
  return Date.parse(eventTime ?? lastTimestamp ?? '') || 0;
}
