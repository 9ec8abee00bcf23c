import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { AppError } from '../../../contract/errors.ts';

/** better-sqlite3 needs it. */
export const minNodeMajor = 22;

/**
 * Finds a Node that can run the core: `PYEXEKUBE_NODE`, the one that npm installed beside the application, or one on the PATH.
 *
 * @param appFolder where node_modules may be
 * @throws AppError UNSUPPORTED there is none of that age
 */
export function findNode(appFolder: string, environment: NodeJS.ProcessEnv = process.env): string {
  const seen: string[] = [];
  for (const path of candidates(appFolder, environment)) {
    if (!existsSync(path)) continue;
    const version = versionOf(path);
    if (Number(version.split('.')[0]) >= minNodeMajor) return path;
    seen.push(`${path} is ${version === '' ? 'no Node' : version}`);
  }
  throw new AppError('UNSUPPORTED', `The core needs Node ${minNodeMajor} or newer here, and there is none${seen.length === 0 ? '' : ` (${seen.join(', ')})`}.`, {
    action: `Install Node ${minNodeMajor} or newer, or name one in PYEXEKUBE_NODE.`,
  });
}

function candidates(appFolder: string, environment: NodeJS.ProcessEnv): string[] {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const chosen = environment['PYEXEKUBE_NODE'];
  if (chosen !== undefined && chosen !== '') return [chosen];
  const system = process.platform === 'win32' ? 'win' : process.platform;
  return [
    join(appFolder, 'node_modules', `node-${system}-${process.arch}`, 'bin', name),
    ...(environment['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)),
  ];
}

/** `24.21.0`, or empty when it does not say. */
function versionOf(path: string): string {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 5000, stdio: ['ignore', 'pipe', 'ignore'] }).trim().replace(/^v/, '');
  } catch {
    return '';
  }
}
