import { shell } from 'electron';
import { parseAddress } from './address.ts';

/** Hosts that a link may open in the person's browser: the documentation of what the application is made of. */
const allowedHosts = new Set([
  'docs.python.org',
  'peps.python.org',
  'www.python.org',
  'pypi.org',
  'pyodide.org',
  'kubernetes.io',
  'docs.aws.amazon.com',
  'github.com',
]);

export function isAllowedLink(address: string): boolean {
  const url = parseAddress(address);
  return url !== null && url.protocol === 'https:' && allowedHosts.has(url.host) && url.username === '' && url.password === '';
}

/** Opens a link of the allow-list in the system's browser; any other is ignored. */
export function openLink(address: string): void {
  if (isAllowedLink(address)) void shell.openExternal(address);
}
