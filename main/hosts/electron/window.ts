import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { windowUrl } from './addresses.ts';
import { placeOnScreen, readWindowState, writeWindowState } from './windowState.ts';

/** @param paths `preload` preload.cjs, `state` the file that keeps size and place, `icon` for systems that ask the window for one */
export function openWindow(paths: { preload: string; state: string; icon: string }): BrowserWindow {
  const state = placeOnScreen(
    readWindowState(paths.state),
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const { maximized, ...bounds } = state;
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 640,
    minHeight: 400,
    title: 'PyExeKube',
    // macOS takes the application's own.
    ...(process.platform === 'linux' ? { icon: paths.icon } : {}),
    show: false,
    // What is seen before the first paint.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#181818' : '#ffffff',
    webPreferences: {
      preload: paths.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      spellcheck: false,
      // A run must not slow down because its window is behind another one.
      backgroundThrottling: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    const { x, y, width, height } = window.getNormalBounds();
    writeWindowState(paths.state, { x, y, width, height, maximized: window.isMaximized() });
  });
  void window.loadURL(windowUrl);
  return window;
}

/** @param mainFolder `dist/main` */
export function preloadPath(mainFolder: string): string {
  return join(mainFolder, '../preload/preload.cjs');
}
