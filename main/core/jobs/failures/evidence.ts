import type { Failure, FailureAction } from '../../../../contract/failures.ts';
import type { TracebackFrame } from '../../../../contract/output.ts';
import type { ProfileSettings } from '../../../../contract/profiles.ts';
import type { KubeEvent, KubeJob, KubePod } from '../kube.ts';
import type { RunnerReport } from '../report.ts';

/** All that is known of a run that did not succeed. */
export interface RunEvidence {
  settings: ProfileSettings;
  namespace: string;
  /** `ended` as its objects say · `startTimeout` it did not start in time · `jobDeleted` its Job is gone · `jobMissed` it went while nobody looked. */
  why: 'ended' | 'startTimeout' | 'jobDeleted' | 'jobMissed';
  job: KubeJob | null;
  /** The last attempt's, as it was seen last; null when there was none. */
  pod: KubePod | null;
  /** That pod is not in the cluster any more. */
  isPodGone: boolean;
  /** The runner has said its first word: that program is a Python, and can run it. */
  hasBegun: boolean;
  /** Of the Job and its pods, oldest first. */
  events: readonly KubeEvent[];
  report: RunnerReport | null;
  /** The exception that ended the script. */
  error: { text: string; frames: TracebackFrame[] } | null;
}

/** A failure with the cluster's words; `evidence` is cut to what a person reads. */
export function failure(kind: Failure['kind'], message: string, action: FailureAction | null, evidence: string): Failure {
  return { kind, message, action, evidence: evidence.trim().slice(0, 4000) };
}

export const runAgain: FailureAction = { kind: 'runAgain', label: 'Run again' };
export const showOutput: FailureAction = { kind: 'showOutput', label: 'Show output' };

export function editProfile(field: string, label = 'Edit profile'): FailureAction {
  return { kind: 'editProfile', label, field };
}
