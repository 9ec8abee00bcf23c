import type { App, Session, WebContents } from 'electron';
import { parseAddress } from './address.ts';
import { windowOrigin } from './appProtocol.ts';
import { openLink } from './externalLinks.ts';

/** What IPC tells of the frame that sent a message. */
export interface SenderFrame {
  url: string;
  parent: unknown;
}

/** Only the window's own page, in the top frame, may speak to the main process; a frame inside it may not. */
export function isTrustedSender(frame: SenderFrame | null | undefined): boolean {
  if (frame === null || frame === undefined || frame.parent !== null) return false;
  return isWindowPage(frame.url);
}

function isWindowPage(address: string): boolean {
  const url = parseAddress(address);
  if (url === null) return false;
  // `origin` of a scheme of our own is "null" in Node's URL.
  return `${url.protocol}//${url.host}` === windowOrigin && (url.pathname === '/index.html' || url.pathname === '/');
}

/** Everything that a page could reach is denied, for every page that there will ever be. */
export function guardAllContents(app: App): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
}

function guardContents(contents: WebContents): void {
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-navigate', (event, address) => {
    if (isWindowPage(address)) return;
    event.preventDefault();
    openLink(address);
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openLink(url);
    return { action: 'deny' };
  });
  // WebRTC is outside of any content security policy.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}

const ownSchemes = new Set(['app:', 'blob:', 'data:', 'devtools:']);

/** No permission but writing to the clipboard, and no request to any network. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(permission === 'clipboard-sanitized-write' && isWindowPage(details.requestingUrl));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => {
    return permission === 'clipboard-sanitized-write' && origin.replace(/\/$/, '') === windowOrigin;
  });
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, callback) => {
    callback({ cancel: !isOwnAddress(details.url) });
  });
}

export function isOwnAddress(address: string): boolean {
  const url = parseAddress(address);
  return url !== null && ownSchemes.has(url.protocol);
}
