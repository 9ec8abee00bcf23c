import { BrowserWindow, dialog, type OpenDialogOptions, type SaveDialogOptions } from 'electron';
import type { PickRequest } from '../../core/ports.ts';

const filters = [
  { name: 'Python', extensions: ['py', 'pyw'] },
  { name: 'All files', extensions: ['*'] },
];

/** Shows the system's own dialog over the window. @returns the path, or null when it was cancelled */
export async function pickPath(request: PickRequest): Promise<string | null> {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const place = request.suggested === undefined ? {} : { defaultPath: request.suggested };
  if (request.kind === 'saveFile') {
    const options: SaveDialogOptions = { ...place, filters, properties: ['createDirectory', 'showOverwriteConfirmation'] };
    const { canceled, filePath } = await (window === undefined ? dialog.showSaveDialog(options) : dialog.showSaveDialog(window, options));
    return canceled || filePath === '' ? null : filePath;
  }
  const options: OpenDialogOptions =
    request.kind === 'openFile' ? { ...place, filters, properties: ['openFile'] } : { ...place, properties: ['openDirectory', 'createDirectory'] };
  const { canceled, filePaths } = await (window === undefined ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options));
  return canceled ? null : (filePaths[0] ?? null);
}
