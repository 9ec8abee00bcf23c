import type { AppError } from '../../../contract/errors.ts';
import type { Failure } from '../../../contract/failures.ts';
import type { Attempt } from './attempt.ts';
import * as failures from './failures/index.ts';
import type { KubeEvent, KubeJob } from './kube.ts';
import type { JobRecord } from './record.ts';

export interface RunEvidence {
  record: JobRecord;
  attempt: Attempt | undefined;
  job: KubeJob | null;
  events: KubeEvent[];
  why: failures.RunEvidence['why'];
}

/** Why a run did not succeed. */
export function failureOfRun({ record, attempt, job, events, why }: RunEvidence): Failure {
  return failures.failureOfRun({
    settings: record.facts.profile,
    namespace: record.namespace,
    why,
    job,
    pod: attempt?.lastPod() ?? null,
    isPodGone: attempt?.pod() === null,
    hasBegun: record.state.pythonVersion !== null,
    events,
    report: attempt?.report() ?? record.state.report,
    error: record.state.error,
  });
}

/** Why the cluster refused to make the objects of a run. */
export function failureOfRefusal(record: JobRecord, error: AppError): Failure {
  return failures.failureOfRefusal(error, record.namespace);
}
