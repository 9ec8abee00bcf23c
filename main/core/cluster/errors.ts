import { z } from 'zod';
import { AppError, type ErrorCode } from '../../../contract/errors.ts';

/** What an API server answers instead of a result (kubernetes.io, "Status v1 meta"). */
export const KubeStatus = z.object({
  code: z.number().int().catch(0),
  reason: z.string().catch(''),
  message: z.string().catch(''),
  details: z
    .object({
      name: z.string().optional(),
      kind: z.string().optional(),
      retryAfterSeconds: z.number().optional(),
      causes: z.array(z.object({ reason: z.string().catch(''), message: z.string().catch(''), field: z.string().catch('') })).catch([]),
    })
    .catch({ causes: [] }),
});
export type KubeStatus = z.infer<typeof KubeStatus>;

/** The cause of an AppError that an API server's answer became. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: KubeStatus;

  constructor(status: KubeStatus) {
    super(status.message);
    this.status = status;
  }
}

/** What the API server said, if it was the API server that refused. */
export function kubeStatusOf(error: unknown): KubeStatus | null {
  return error instanceof AppError && error.cause instanceof KubeError ? error.cause.status : null;
}

const codes: Record<number, ErrorCode> = {
  400: 'INVALID_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'UNSUPPORTED',
  409: 'CONFLICT',
  410: 'CONFLICT',
  413: 'INVALID_INPUT',
  415: 'UNSUPPORTED',
  422: 'INVALID_INPUT',
  429: 'RATE_LIMITED',
  504: 'TIMEOUT',
};

const actions: Partial<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'Sign in again, then check the connection.',
  FORBIDDEN: 'Ask the administrator of the cluster for this right.',
  RATE_LIMITED: 'Try again in a moment.',
};

/** Translates an answer that is no success. `body` is what was read of it. */
export function errorOfAnswer(httpStatus: number, body: string): AppError {
  const parsed = KubeStatus.safeParse(parseJson(body));
  const said = parsed.success && parsed.data.message !== '' ? parsed.data.message : firstLine(body) || `HTTP ${httpStatus}`;
  const status: KubeStatus = { ...(parsed.success ? parsed.data : { reason: '', details: { causes: [] } }), code: httpStatus, message: said };
  const code = codes[httpStatus] ?? (httpStatus >= 500 ? 'UNAVAILABLE' : 'INVALID_INPUT');
  const message = code === 'UNAUTHENTICATED' ? `The cluster does not accept the sign-in (${said}).` : `The cluster refused: ${said}`;
  return new AppError(code, message, { cause: new KubeError(status), ...(actions[code] === undefined ? {} : { action: actions[code] }) });
}

/** Faults of TLS that no second try mends (nodejs.org, "X509 certificate error codes"). */
const tlsCodes = /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO|HOSTNAME_MISMATCH)/;

/** What OpenSSL and Node say of sign-in data that they cannot read, or that does not fit together. */
const signInCodes = /^(ERR_OSSL_|ERR_INVALID_CHAR$|ERR_CRYPTO_)/;

/** Translates a failure on the way: nothing was answered, or the answer broke off. `proxy` is what is in between. */
export function errorOfConnection(error: unknown, server: string, proxy: string | null = null): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return new AppError('BUG', `The connection to ${server} failed with something that is not an error.`);
  if (error.name === 'AbortError') return new AppError('CANCELLED', 'The call was cancelled.', { cause: error });
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (signInCodes.test(code)) {
    return new AppError('UNAUTHENTICATED', `The certificate, key or token of the kubeconfig cannot be used (${error.message}).`, { action: 'Mend the kubeconfig, or have it made anew.', cause: error });
  }
  if (tlsCodes.test(code)) {
    // Node adds what its own command line could do.
    return new AppError('UNAVAILABLE', `${server} does not prove who it is: ${error.message.split('; if the root CA', 1)[0] ?? ''}.`, {
      retryable: false,
      action: "Check certificate-authority-data in the kubeconfig, or this computer's clock.",
      cause: error,
    });
  }
  return new AppError('UNAVAILABLE', `${server} cannot be reached${proxy === null ? '' : ` through the proxy ${proxy}`} (${reasons[code] ?? (error.message || code)}).`, {
    action: 'Check the network, the VPN, and that the cluster runs.',
    cause: error,
  });
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'names cannot be looked up',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no way there',
  ENETUNREACH: 'no network',
  ENETDOWN: 'no network',
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').trim().slice(0, 500);
}
