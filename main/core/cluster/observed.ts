import { toAppError, type AppError } from '../../../contract/errors.ts';
import type { ClusterClient } from './client.ts';
import { kubeStatusOf } from './errors.ts';

/** What each use of a client shows about its cluster. */
export interface UseListener {
  /** It answered, if only to refuse one request. */
  onAnswer(): void;
  /** It was not reached, or does not accept the sign-in. */
  onFailure(error: AppError): void;
}

/** Whoever waits for less than this wants a quick answer: that there was none says little about the cluster. */
const patientMs = 5_000;

/** The same client, of whose every use is told. */
export function observedClient(client: ClusterClient, { onAnswer, onFailure }: UseListener): ClusterClient {
  async function observe<T>(isPatient: boolean, send: () => Promise<T>): Promise<T> {
    try {
      const answer = await send();
      onAnswer();
      return answer;
    } catch (error) {
      const known = toAppError(error);
      const status = kubeStatusOf(known);
      if (known.code === 'UNAUTHENTICATED') onFailure(known);
      else if (status !== null && status.code < 500) onAnswer();
      else if (known.code === 'UNAVAILABLE' || (known.code === 'TIMEOUT' && isPatient)) onFailure(known);
      throw error;
    }
  }

  return {
    ...client,
    request: (method, path, options = {}) => observe((options.timeoutMs ?? Number.POSITIVE_INFINITY) >= patientMs, () => client.request(method, path, options)),
    stream: (path, options) => observe(true, () => client.stream(path, options)),
  };
}
