import { shell } from 'electron';
import { isAllowedLink } from './addresses.ts';

/** Opens a link of the allow-list in the system's browser; any other is ignored. */
export function openLink(address: string): void {
  if (isAllowedLink(address)) void shell.openExternal(address);
}
