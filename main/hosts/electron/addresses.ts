/** Origin of the window's page. */
export const windowOrigin = 'app://window';
export const windowUrl = `${windowOrigin}/index.html`;

/** Hosts that a link may open in the person's browser: the documentation of what the application is made of. */
const linkHosts = new Set([
  'docs.python.org',
  'peps.python.org',
  'www.python.org',
  'pypi.org',
  'pyodide.org',
  'kubernetes.io',
  'docs.aws.amazon.com',
  'github.com',
]);

/** `devtools:` are Chromium's own tools. */
const ownSchemes = new Set(['app:', 'blob:', 'data:', 'devtools:']);

/** Parses a URL; null when it is none. (`URL.parse` and `URL.canParse` are too new for Electron 22.) */
export function parseAddress(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

/** Whether a link may be opened in the person's browser. */
export function isAllowedLink(address: string): boolean {
  const url = parseAddress(address);
  return url !== null && url.protocol === 'https:' && linkHosts.has(url.host) && url.username === '' && url.password === '';
}

export function isWindowPage(address: string): boolean {
  const url = parseAddress(address);
  // `origin` of a scheme of our own is "null" in Node.
  return url !== null && `${url.protocol}//${url.host}` === windowOrigin && (url.pathname === '/index.html' || url.pathname === '/');
}

/** Whether a request stays on this computer's own pages; nothing else is let out of the window. */
export function isOwnAddress(address: string): boolean {
  const url = parseAddress(address);
  return url !== null && ownSchemes.has(url.protocol);
}

/** What IPC tells of the frame that sent a message. */
export interface SenderFrame {
  url: string;
  parent: unknown;
}

/** Only the window's own page, in the top frame, may speak to the main process; a frame inside it may not, nor one that is gone by now. */
export function isTrustedSender(frame: SenderFrame | null | undefined): boolean {
  try {
    return frame !== null && frame !== undefined && frame.parent === null && isWindowPage(frame.url);
  } catch {
    // Whatever is asked of a frame that is gone throws; uncaught, it would stop the application with a dialog.
    return false;
  }
}
