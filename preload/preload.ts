import { ipcRenderer } from 'electron';

/**
 * The bridge: hands the window one MessagePort to the core, at the start and again when the core was started anew. The page is
 * given nothing else, no function and no object.
 */

/** Told to renderer/rpc together with the port. */
const portMessage = 'pyexekube.core-port';

/** The page's modules, which listen for the port, have run by then. */
const pageListens = new Promise<void>((resolve) => {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => resolve(), { once: true });
  else resolve();
});

ipcRenderer.on('pyexekube:port', (event) => {
  const ports = [...event.ports];
  void pageListens.then(() => window.postMessage(portMessage, location.origin, ports));
});
ipcRenderer.send('pyexekube:connect');
