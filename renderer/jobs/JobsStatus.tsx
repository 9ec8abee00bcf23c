import { HealthMark, healthWords, showConnection } from '../connections/index.ts';
import { classes } from '../lib/classes.ts';
import { useJobsStore } from './jobsStore.ts';
import { useTarget } from './target.ts';
import { shortPlace } from './words.ts';

/** In the status bar: which cluster and namespace runs go to, how it is, and how many runs live. */
export function JobsStatus() {
  const target = useTarget();
  const counts = useJobsStore(({ jobs }) => {
    let running = 0;
    let queued = 0;
    for (const job of jobs.values()) {
      if (job.phase === 'queued') queued++;
      else if (job.phase !== 'done') running++;
    }
    return [running === 0 ? '' : `${running} running`, queued === 0 ? '' : `${queued} queued`].filter((part) => part !== '').join(', ');
  });
  return (
    <>
      {target !== null && (
        <button
          type="button"
          className={classes('flex items-center gap-1.5 hover:text-text', target.production && 'font-medium text-danger')}
          title={healthWords(target).detail}
          onClick={() => showConnection(target.id)}
        >
          <HealthMark connection={target} />
          {shortPlace(target.name, target.namespace)}
          {target.production && ' (production)'}
        </button>
      )}
      {counts !== '' && <span className="tabular-nums">{counts}</span>}
    </>
  );
}
