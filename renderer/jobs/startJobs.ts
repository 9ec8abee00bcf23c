import type { Job } from '../../contract/index.ts';
import { registerCommands, type Command } from '../commands/index.ts';
import { showTracebackMarks } from '../editor/index.ts';
import { core } from '../rpc/index.ts';
import { reportError } from '../ui/index.ts';
import { openFollowed } from './followed.ts';
import { cancellableInFront, cancelRun } from './jobActions.ts';
import { followJobs, onJobChanged, takeJobs } from './jobsStore.ts';

/** Runs that live when the window opens and are shown in the console at once, at most. */
const mostReopened = 10;

const jobCommands: Command[] = [
  {
    id: 'job.cancel',
    title: 'Cancel run',
    category: 'Run',
    keys: ['Mod+.'],
    isEnabled: () => cancellableInFront() !== null,
    run: async () => {
      const runId = cancellableInFront();
      if (runId !== null) await cancelRun(runId);
    },
  },
];

/** The runs that go on since the last time are there again, still live. */
async function reopen(jobs: readonly Job[]): Promise<void> {
  for (const job of jobs.slice(-mostReopened)) await openFollowed(job.runId);
  takeJobs(jobs);
}

/** Marks the lines of the exception that ended a run. */
async function markTraceback({ runId, title }: Job): Promise<void> {
  const { tabId, path, frames, error } = await core.runs.get({ id: runId });
  if (tabId === null || error === null) return;
  const own = frames.filter((frame) => frame.file === (path ?? title));
  if (own.length > 0) showTracebackMarks(tabId, own.map((frame) => ({ line: frame.line, message: error })));
}

/** Starts what cluster runs need in the window. @returns ends it */
export function startJobs(): () => void {
  const stops = [
    registerCommands(jobCommands),
    followJobs((jobs) => void reopen(jobs).catch(reportError)),
    onJobChanged((job, before) => {
      const isNew = before !== null && before.failure === null && job.failure?.kind === 'traceback';
      if (isNew) markTraceback(job).catch(reportError);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
