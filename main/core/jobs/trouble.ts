import type { AppError } from '../../../contract/errors.ts';
import type { Failure } from '../../../contract/failures.ts';
import { kubeStatusOf } from '../cluster/index.ts';

/** Why a cluster is not heard, as a failure that may pass. */
export function troubleOf(error: AppError): Failure {
  const evidence = kubeStatusOf(error)?.message ?? error.message;
  const openConnection = { kind: 'openConnection', label: 'Open the connection' } as const;
  if (error.code === 'UNAUTHENTICATED') return { kind: 'signInExpired', message: `${error.message} The run goes on in the cluster.`, action: openConnection, evidence };
  if (error.code === 'FORBIDDEN') return { kind: 'rightsLost', message: error.message, action: openConnection, evidence };
  return { kind: 'unreachable', message: `${error.message} PyExeKube keeps trying.`, action: openConnection, evidence };
}
