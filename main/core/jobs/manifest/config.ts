import type { RunId } from '../../../../contract/ids.ts';
import type { ProfileSettings } from '../../../../contract/profiles.ts';

/** What the runner installs before the script starts. */
export interface Requirements {
  /** Where it comes from, as the person knows it: `requirements.txt`, `pyproject.toml`, `train.py`. */
  from: string;
  /** A requirements file among the files, relative to the script's folder; null when `lines` are all. */
  file: string | null;
  /** Requirement specifiers (PEP 508). With `file`, what it says, for showing. */
  lines: string[];
  /** A version specifier for Python itself, such as `>=3.10`; null if none. */
  python: string | null;
}

/** The files of a run: in its Secret, or sent into the pod once it is there. A gzipped tar in either case. */
export type PayloadFiles = { from: 'secret'; data: Uint8Array; sha256: string } | { from: 'exec'; bytes: number; sha256: string };

/** What is to be run. */
export interface RunPayload {
  /** Relative to the folder of the files, with forward slashes. */
  script: string;
  argv: readonly string[];
  files: PayloadFiles;
  requirements: Requirements | null;
}

/** `run.json`, as runner.py reads it: resources/runner/PROTOCOL.md. */
export interface RunnerConfig {
  version: 1;
  runId: string;
  script: string;
  argv: readonly string[];
  /** Variables of the script. */
  env: Record<string, string>;
  files: { from: 'secret' | 'exec'; bytes: number; sha256: string };
  /** How long the upload may take to come. */
  uploadTimeoutSeconds: number;
  requirements: Requirements | null;
  index: { url: string | null; extraUrls: string[]; trustedHosts: string[] };
  timeoutSeconds: number;
  /** Between SIGTERM and SIGKILL after a timeout. */
  graceSeconds: number;
  holdSeconds: number;
  artifacts: { patterns: string[]; maxBytes: number; maxFiles: number };
  log: { keepBytes: number; holdAboveBytes: number };
  /** Largest display, in bytes of JSON; a larger one is replaced by a note. */
  displayMaxBytes: number;
  /** Folder of the claim for output, or for work, or of the package cache, as the container sees it; null without. */
  outputFolder: string | null;
  cacheFolder: string | null;
  /** Whether /pyexekube/work is a claim, which other pods may use as well. */
  sharedWork: boolean;
}

/** Seconds between SIGTERM and SIGKILL, for a timeout as for a deleted pod. */
export const graceSeconds = 30;

export const defaultOutputMount = '/output';
export const defaultCacheMount = '/cache';

export function runnerConfig(runId: RunId, settings: ProfileSettings, payload: RunPayload): RunnerConfig {
  const volume = (use: string) => settings.volumes.find((one) => one.use === use);
  const output = volume('output');
  const cache = volume('cache');
  return {
    version: 1,
    runId,
    script: payload.script,
    argv: payload.argv,
    env: settings.env,
    files: { from: payload.files.from, bytes: payload.files.from === 'secret' ? payload.files.data.length : payload.files.bytes, sha256: payload.files.sha256 },
    uploadTimeoutSeconds: settings.startTimeoutSeconds,
    requirements: settings.install === 'never' ? null : payload.requirements,
    index: { url: settings.packageIndex.url, extraUrls: settings.packageIndex.extraUrls, trustedHosts: settings.packageIndex.trustedHosts },
    timeoutSeconds: settings.timeoutSeconds,
    graceSeconds,
    holdSeconds: settings.holdSeconds,
    artifacts: settings.artifacts,
    log: { keepBytes: 64 * 1024 * 1024, holdAboveBytes: 4 * 1024 * 1024 },
    displayMaxBytes: 4 * 1024 * 1024,
    outputFolder: output === undefined ? null : (output.mountPath ?? defaultOutputMount),
    cacheFolder: cache === undefined ? null : (cache.mountPath ?? defaultCacheMount),
    sharedWork: volume('work') !== undefined,
  };
}
