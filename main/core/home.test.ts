import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultHome } from './home.ts';

describe('defaultHome', () => {
  it.each([
    [{ PYEXEKUBE_HOME: '/elsewhere', XDG_DATA_HOME: '/x' }, 'linux', '/elsewhere'],
    [{ PYEXEKUBE_HOME: '' }, 'linux', join(homedir(), '.local', 'share', 'pyexekube')],
    [{ XDG_DATA_HOME: '/x' }, 'linux', join('/x', 'pyexekube')],
    [{ XDG_DATA_HOME: 'relative' }, 'linux', join(homedir(), '.local', 'share', 'pyexekube')],
    [{ XDG_DATA_HOME: '/x' }, 'darwin', join(homedir(), 'Library', 'Application Support', 'PyExeKube')],
    [{ APPDATA: '/roaming' }, 'win32', join('/roaming', 'PyExeKube')],
    [{}, 'win32', join(homedir(), 'AppData', 'Roaming', 'PyExeKube')],
  ])('of %j on %s is %s', (env, platform, expected) => {
    expect(defaultHome(env, platform)).toBe(expected);
  });
});
