import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder of database, output and settings: `PYEXEKUBE_HOME`, or the system's place for application data. The same for all hosts,
 * so that there is one history.
 *
 * Linux: XDG Base Directory Specification; macOS: ~/Library/Application Support; Windows: %APPDATA%.
 */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform, home: string = homedir()): string {
  const chosen = environment['PYEXEKUBE_HOME'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  if (platform === 'win32') return join(environment['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'PyExeKube');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'PyExeKube');
  const data = environment['XDG_DATA_HOME'];
  // The specification has relative paths ignored.
  return join(data?.startsWith('/') === true ? data : join(home, '.local', 'share'), 'pyexekube');
}
