import type { Connection, Health, SignIn } from '../../contract/connections.ts';

export type HealthTone = 'good' | 'busy' | 'attention' | 'bad' | 'unknown';

export interface HealthWords {
  tone: HealthTone;
  /** `Connected`: two or three words. */
  short: string;
  /** What is behind it, a sentence or less; empty if nothing is. */
  detail: string;
}

/** A cluster's health in words. A broken entry comes first: nothing else can be known of it. */
export function healthWords({ health, problem }: Pick<Connection, 'health' | 'problem'>): HealthWords {
  if (problem !== null) return { tone: 'bad', short: 'Broken entry', detail: problem };
  switch (health.state) {
    case 'unknown':
      return { tone: 'unknown', short: 'Not checked', detail: '' };
    case 'checking':
      return { tone: 'busy', short: 'Checking…', detail: '' };
    case 'ok':
      return { tone: 'good', short: 'Connected', detail: [health.version === '' ? '' : `Kubernetes ${health.version} · `, Math.max(1, Math.round(health.latencyMs)), ' ms'].join('') };
    case 'needsApproval':
      return { tone: 'attention', short: 'Asks to run a program', detail: 'It signs in with a program that you have not allowed yet.' };
    case 'signedOut':
      return { tone: 'bad', short: 'Not signed in', detail: health.message };
    case 'unreachable':
      return { tone: 'bad', short: 'Unreachable', detail: health.message };
  }
}

/** When a state that lasts has begun, in milliseconds since 1970; null if it does not say. */
export function troubleSinceMs(health: Health): number | null {
  return health.state === 'signedOut' || health.state === 'unreachable' ? health.sinceMs : null;
}

export const signInWords: Record<SignIn['method'], string> = {
  certificate: 'Client certificate',
  token: 'Token',
  password: 'User and password',
  oidc: 'OpenID Connect',
  command: 'A program',
  none: 'Nobody in particular',
};
