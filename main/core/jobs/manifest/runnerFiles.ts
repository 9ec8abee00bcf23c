import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Python that goes into each run's Secret: resources/runner of this application. */
export interface RunnerFiles {
  /** runner.py */
  runner: string;
  /** sitecustomize.py */
  hook: string;
}

/** @param folder the one that holds runner.py */
export function readRunnerFiles(folder: string): RunnerFiles {
  return { runner: readFileSync(join(folder, 'runner.py'), 'utf8'), hook: readFileSync(join(folder, 'sitecustomize.py'), 'utf8') };
}
