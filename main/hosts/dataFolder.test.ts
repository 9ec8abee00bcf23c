import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFolder } from './dataFolder.ts';

describe('dataFolder', () => {
  it('is what PYEXEKUBE_HOME says, as an absolute path', () => {
    expect(dataFolder({ PYEXEKUBE_HOME: 'here' }, 'linux', '/home/ada')).toBe(resolve('here'));
  });

  it('is the system’s place for application data', () => {
    expect(dataFolder({}, 'linux', '/home/ada')).toBe('/home/ada/.local/share/pyexekube');
    expect(dataFolder({ XDG_DATA_HOME: '/data' }, 'linux', '/home/ada')).toBe('/data/pyexekube');
    expect(dataFolder({ XDG_DATA_HOME: 'relative' }, 'linux', '/home/ada')).toBe('/home/ada/.local/share/pyexekube');
    expect(dataFolder({}, 'darwin', '/Users/ada')).toBe('/Users/ada/Library/Application Support/PyExeKube');
    expect(dataFolder({ APPDATA: '/appdata' }, 'win32', '/users/ada')).toBe(join('/appdata', 'PyExeKube'));
    expect(dataFolder({ PYEXEKUBE_HOME: '' }, 'win32', '/users/ada')).toBe(join('/users/ada', 'AppData', 'Roaming', 'PyExeKube'));
  });
});
