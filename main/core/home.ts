import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder of the application's data: PYEXEKUBE_HOME, else the system's place for application data. */
export function defaultHome(env: Record<string, string | undefined> = process.env, platform: string = process.platform): string {
  if (env.PYEXEKUBE_HOME !== undefined && env.PYEXEKUBE_HOME !== '') return env.PYEXEKUBE_HOME;
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'PyExeKube');
  if (platform === 'win32') return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'PyExeKube');
  const data = env.XDG_DATA_HOME;
  // The XDG base directory specification has relative paths ignored.
  return join(data?.startsWith('/') === true ? data : join(homedir(), '.local', 'share'), 'pyexekube');
}
