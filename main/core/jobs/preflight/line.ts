import type { PreflightCheck } from '../../../../contract/jobs.ts';
import type { ProfileSettings } from '../../../../contract/profiles.ts';
import type { ClusterClient } from '../../cluster/index.ts';
import type { JobManifest } from '../record.ts';

export interface PreflightOptions {
  client: ClusterClient;
  namespace: string;
  settings: ProfileSettings;
  /** The objects as they would be made. */
  manifest: JobManifest;
  signal?: AbortSignal | undefined;
}

/** What a check found; several may come from one question. */
export type Outcome = Omit<PreflightCheck, 'id' | 'title'>;

/** A line of the preflight: `id` and `title` are told first, then how it came out. */
export interface Line {
  id: string;
  title: string;
  outcome: Promise<Outcome>;
}

/** How long one question may take; what is not known by then does not block. */
export const questionTimeoutMs = 3000;
