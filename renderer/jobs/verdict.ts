import type { JobPreview, PreflightCheck } from '../../contract/index.ts';
import { withAt } from '../lib/lists.ts';

/** What is known about a run before it is submitted. */
export interface Known {
  /** What would be applied and sent; null while it is read. */
  preview: JobPreview | null;
  /** Why there is none, for good. */
  previewFailure: string | null;
  checks: readonly PreflightCheck[];
  /** The checks have all been told. */
  isChecked: boolean;
  /** Why the checks could not be made. */
  checkFailure: string | null;
  /** The person wants to look before it goes. */
  isReview: boolean;
  /** The list of files was shown before. */
  areFilesSeen: boolean;
}

/** `wait` more is to come · `go` nothing needs the person · `ask` the person decides · `blocked` it would fail. */
export type Verdict = 'wait' | 'go' | 'ask' | 'blocked';

/** Whether a run can go. What blocks or asks is said as soon as it is known. */
export function verdictOf(known: Known): Verdict {
  const { preview, checks } = known;
  if (known.previewFailure !== null || checks.some((check) => check.state === 'failed')) return 'blocked';
  if (preview !== null && (preview.production || preview.warnings.length > 0)) return 'ask';
  if (known.isReview || known.checkFailure !== null || checks.some((check) => check.state === 'warning')) return 'ask';
  if (preview !== null && preview.files.length > 1 && !known.areFilesSeen) return 'ask';
  return preview === null || !known.isChecked ? 'wait' : 'go';
}

/** Puts a line of the checks in its place: its outcome replaces that it runs. */
export function placeCheck(checks: readonly PreflightCheck[], check: PreflightCheck): readonly PreflightCheck[] {
  const index = checks.findIndex((one) => one.id === check.id);
  return index === -1 ? [...checks, check] : withAt(checks, index, check);
}
