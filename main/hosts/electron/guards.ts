import type { App, Session, WebContents } from 'electron';
import { isOwnAddress, isWindowPage, windowOrigin } from './addresses.ts';
import { openLink } from './externalLinks.ts';

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

/** No permission but writing to the clipboard, and no request to any network. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(permission === 'clipboard-sanitized-write' && isWindowPage(details.requestingUrl));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => {
    return permission === 'clipboard-sanitized-write' && origin.replace(/\/$/, '') === windowOrigin;
  });
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !isOwnAddress(details.url) }));
}
