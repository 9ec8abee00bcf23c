import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeOnScreen, readWindowState, writeWindowState } from './windowState.ts';

let folder: string;
const state = { x: 10, y: 20, width: 900, height: 700, maximized: true };
const first = { width: 1280, height: 800, maximized: false };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyexekube-window-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the window’s state', () => {
  it('comes back as it was', () => {
    const file = join(folder, 'window.json');
    writeWindowState(file, state);
    expect(readWindowState(file)).toEqual(state);
  });

  it.each(['', '{', '[]', '{"width":1,"height":700,"maximized":false}', '{"width":"900","height":700,"maximized":false}'])('starts anew from %j', (text) => {
    const file = join(folder, 'window.json');
    writeFileSync(file, text);
    expect(readWindowState(file)).toEqual(first);
  });

  it('does without a file that cannot be written or read', () => {
    const file = join(folder, 'missing', 'window.json');
    writeWindowState(file, state);
    expect(readWindowState(file)).toEqual(first);
  });
});

describe('placeOnScreen', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1080 };

  it('leaves a window where it can be reached', () => {
    expect(placeOnScreen(state, [screen])).toEqual(state);
    expect(placeOnScreen({ ...state, x: 2000 }, [screen, { ...screen, x: 1920 }])).toMatchObject({ x: 2000 });
    expect(placeOnScreen(first, [screen])).toEqual(first);
  });

  it.each([{ x: 1900 }, { x: -850 }, { y: -100 }, { y: 1060 }])('lets the system place one whose screen is gone: %j', (place) => {
    expect(placeOnScreen({ ...state, ...place }, [screen])).toEqual({ width: 900, height: 700, maximized: true });
  });
});
