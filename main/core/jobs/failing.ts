import type { AppError } from '../../../contract/errors.ts';
import type { Failure } from '../../../contract/failures.ts';
import { kubeStatusOf } from '../cluster/index.ts';
import type { Attempt } from './attempt.ts';
import type { KubeEvent, KubeJob } from './kube.ts';
import type { JobRecord } from './record.ts';

export interface RunEvidence {
  record: JobRecord;
  attempt: Attempt | undefined;
  job: KubeJob | null;
  events: KubeEvent[];
  /** `ended` as its objects say · `startTimeout` it did not start in time · `jobDeleted` its Job is gone. */
  why: 'ended' | 'startTimeout' | 'jobDeleted';
}

/** Why a run did not succeed. */
export function failureOfRun({ attempt, why }: RunEvidence): Failure {
  const terminated = attempt?.view().main?.state.terminated;
  if (why === 'jobDeleted') return { kind: 'jobDeleted', message: 'The Job was deleted in the cluster.', action: null, evidence: why };
  return { kind: 'exitCode', message: `The script ended with exit code ${terminated?.exitCode ?? 'unknown'}.`, action: null, evidence: why };
}

/** Why the cluster refused to make the objects of a run. */
export function failureOfRefusal(_record: JobRecord, error: AppError): Failure {
  return { kind: 'admission', message: error.message, action: null, evidence: kubeStatusOf(error)?.message ?? error.message };
}
