import { execFileSync } from 'node:child_process';

/** Runs a source in the system's python3, its stdout a pipe that is read to the end. Buffered as by default, whatever this process's environment says. */
export function nativePython(source: string): void {
  const { PYTHONUNBUFFERED: _, ...env } = process.env;
  execFileSync('python3', ['-c', source], { maxBuffer: 1e9, env });
}
