import { ipcRenderer } from 'electron';

/**
 * The bridge: hands the window one MessagePort to the core, at the start and again when the core was started anew. The page is
 * given nothing else, no function and no object.
 */

/** Told to renderer/rpc together with the port. */
const portMessage = 'pyexekube.core-port';

ipcRenderer.on('pyexekube:port', (event) => {
  window.postMessage(portMessage, location.origin, [...event.ports]);
});

/** The window's own pages; the main process looks at the whole address. */
const windowPages = 'app://window/';

function askForPort(): void {
  ipcRenderer.send('pyexekube:connect');
}

// A debugger can have this run in the empty document before the page, too. It must not ask: Electron then takes that document's frame, which is about
// to go, for the window's.
if (location.href.startsWith(windowPages)) {
  // By then the page's modules, which listen for the port, have run; and the main process, which checks who asks, knows this page's address.
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', askForPort, { once: true });
  else askForPort();
}
