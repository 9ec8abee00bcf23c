import { Ban, ChevronDown, ChevronUp, LoaderCircle, Unplug } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Job, RunId, TabId } from '../../contract/index.ts';
import { useConnectionById } from '../connections/index.ts';
import { classes } from '../lib/classes.ts';
import { formatBytes } from '../lib/units.ts';
import { Button, IconButton, reportError } from '../ui/index.ts';
import { Artifacts } from './Artifacts.tsx';
import { FailureRow } from './FailureRow.tsx';
import { cancelRun, isCancellable } from './jobActions.ts';
import { fetchJob, useJobsStore } from './jobsStore.ts';
import { Manifest } from './Manifest.tsx';
import { Timeline } from './Timeline.tsx';
import { UsageGraphs } from './UsageGraphs.tsx';
import type { UsageHistory } from './usageHistory.ts';
import { useNow } from './useNow.ts';
import { cancelText, phaseText, placeOf } from './words.ts';

/** The state of a cluster run above its output: where it is, what it goes through, what it needs, why it failed, what came back. */
export function JobCard({ runId, tabId }: { runId: RunId; tabId: TabId | null }) {
  const job = useJobsStore((state) => state.jobs.get(runId) ?? null);
  const isKnown = job !== null;
  useEffect(() => {
    if (!isKnown) void fetchJob(runId);
  }, [isKnown, runId]);
  return job === null ? null : <Card job={job} tabId={tabId} />;
}

const noHistory: UsageHistory = [];

/** Its script may still run. */
function isLive({ phase }: Job): boolean {
  return phase !== 'done' && phase !== 'collecting';
}

function Card({ job, tabId }: { job: Job; tabId: TabId | null }) {
  const [isFolded, setIsFolded] = useState(false);
  const [showsManifest, setShowsManifest] = useState(false);
  const history = useJobsStore((state) => state.usage.get(job.runId) ?? noHistory);
  const nowMs = useNow(job.phase !== 'done');
  const { runId, connectionId, profileName, failure } = job;
  return (
    <section aria-label="Job" className="flex max-h-[55%] shrink-0 flex-col gap-1 overflow-auto border-b border-line bg-bg px-3 py-1.5 text-[13px] leading-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Place job={job} />
        {!isFolded && <Facts job={job} />}
        <span className="grow" />
        <Cancel job={job} />
        <Button size="small" variant="ghost" onClick={() => setShowsManifest(true)}>
          YAML
        </Button>
        <IconButton label={isFolded ? 'Show the details of the run' : 'Hide the details of the run'} size="small" onClick={() => setIsFolded(!isFolded)}>
          {isFolded ? <ChevronDown size={15} aria-hidden /> : <ChevronUp size={15} aria-hidden />}
        </IconButton>
      </div>
      <p role="status" aria-label="Phase" className="sr-only">
        {phaseText(job.phase)}
      </p>
      {!isFolded && <Timeline job={job} nowMs={nowMs} />}
      {!isFolded && isLive(job) && <UsageGraphs history={history} limits={job.limits} />}
      <Waiting job={job} nowMs={nowMs} />
      {failure !== null && <FailureRow failure={failure} context={{ connectionId, profileName, runId, tabId }} />}
      {!isFolded && <Artifacts job={job} />}
      {showsManifest && <Manifest runId={runId} onClose={() => setShowsManifest(false)} />}
    </section>
  );
}

/** The context and namespace, always in sight; a production one in red. */
function Place({ job }: { job: Job }) {
  const isProduction = useConnectionById(job.connectionId)?.production === true;
  return (
    <span className={classes('min-w-0 truncate font-medium', isProduction && 'rounded border border-danger bg-danger-soft px-1.5 text-danger')} title={job.server}>
      {placeOf(job)}
      {isProduction && <span className="sr-only"> (production)</span>}
    </span>
  );
}

function Facts({ job }: { job: Job }) {
  const { usage, pod, node, attempt, profileName, pythonVersion } = job;
  const cpu = usage?.cpuCores == null ? null : `CPU ${usage.cpuCores.toFixed(2)}`;
  const memory = usage?.memoryBytes == null ? null : `Memory ${formatBytes(usage.memoryBytes)}`;
  const peak = usage?.peakMemoryBytes == null ? null : `peak ${formatBytes(usage.peakMemoryBytes)}`;
  const facts = [
    profileName === '' ? null : { text: profileName, title: 'Job profile' },
    isLive(job) && cpu !== null ? { text: cpu, title: 'Cores in use, as the container is charged for them' } : null,
    isLive(job) && memory !== null ? { text: memory, title: 'Memory in use' } : null,
    peak === null ? null : { text: peak, title: 'Most memory that was in use' },
    pythonVersion === null ? null : { text: `Python ${pythonVersion}`, title: 'Python of the image' },
    attempt > 1 ? { text: `attempt ${attempt}`, title: 'How often a pod was started' } : null,
    pod === null ? null : { text: pod, title: 'Pod' },
    node === null ? null : { text: `on ${node}`, title: 'Node' },
  ].filter((fact) => fact !== null);
  return (
    <ul aria-label="Facts of the run" className="flex min-w-0 flex-wrap gap-x-3 text-xs text-muted">
      {facts.map(({ text, title }) => (
        <li key={title} title={title} className="max-w-72 truncate tabular-nums">
          {text}
        </li>
      ))}
    </ul>
  );
}

function Cancel({ job }: { job: Job }) {
  if (!isCancellable(job)) return null;
  const cancel = (): void => void cancelRun(job.runId).catch(reportError);
  if (job.cancel === null) {
    return (
      <Button size="small" onClick={cancel}>
        <Ban size={13} aria-hidden className="text-danger" />
        Cancel run
      </Button>
    );
  }
  return (
    <span className="flex items-center gap-2 text-xs text-muted">
      <LoaderCircle size={13} aria-hidden className="animate-spin" />
      {cancelText(job.cancel)}
      {job.cancel !== 'deleted' && (
        <Button size="small" onClick={cancel}>
          {job.cancel === 'terminated' ? 'Delete its Job now' : 'Do not wait'}
        </Button>
      )}
    </span>
  );
}

/** What it waits for: its turn, a node, the cluster itself. */
function Waiting({ job, nowMs }: { job: Job; nowMs: number }) {
  const { contact, waitingFor, queuePosition, phase } = job;
  if (phase === 'done') return null;
  return (
    <>
      {contact.state === 'lost' && (
        <p role="status" className="flex items-start gap-2 text-warning">
          <Unplug size={15} aria-hidden className="mt-0.5 shrink-0" />
          <span className="min-w-0 break-words">
            {contact.failure.message} Not heard for {seconds(nowMs - contact.sinceMs)}, since {new Date(contact.sinceMs).toLocaleTimeString()}; it keeps trying.
            {job.cancel !== null && job.cancel !== 'deleted' && ' The run is stopped as soon as the cluster answers.'}
          </span>
        </p>
      )}
      {queuePosition !== null && <p className="text-muted">Number {queuePosition} in the queue of this connection.</p>}
      {waitingFor !== null && <p className="break-words text-warning">{waitingFor}</p>}
    </>
  );
}

function seconds(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000));
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min`;
}
