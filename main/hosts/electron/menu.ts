import { Menu, type MenuItemConstructorOptions } from 'electron';
import { openLink } from './externalLinks.ts';

/**
 * The application's menu: the usual roles, so that copy, paste, zoom and the window's own keys work as the system has them. The
 * actions of PyExeKube itself are in the window's command palette.
 */
export function setMenu(): void {
  const isMac = process.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { label: '&File', submenu: [isMac ? { role: 'close', accelerator: 'Shift+Cmd+W' } : { role: 'quit' }] },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'reload', accelerator: '' },
        { role: 'toggleDevTools' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    {
      role: 'window',
      submenu: isMac ? [{ role: 'minimize' }, { role: 'zoom' }, { type: 'separator' }, { role: 'front' }] : [{ role: 'minimize' }, { role: 'zoom' }],
    },
    {
      role: 'help',
      submenu: [
        { label: 'Python Documentation', click: () => openLink('https://docs.python.org/3/') },
        { label: 'Pyodide Documentation', click: () => openLink('https://pyodide.org/en/stable/') },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
