import { Readable } from 'node:stream';
import { protocol } from 'electron';
import { openAsset, type AssetIndex } from '../../core/assets/index.ts';
import { answerFor } from './appAnswers.ts';

const scheme = 'app';

/** Call before the application is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, stream: true, codeCache: true } },
  ]);
}

export function serveApp(assets: AssetIndex): void {
  // Electron 25 brought `handle`; what an older one has does the same.
  if (typeof protocol.handle === 'function') {
    protocol.handle(scheme, (request) => {
      const { status, headers, asset } = answerFor(request.method, request.url, assets);
      return new Response(asset === null ? null : Readable.toWeb(openAsset(asset)), { status, headers });
    });
    return;
  }
  protocol.registerStreamProtocol(scheme, (request, callback) => {
    const { status, headers, asset } = answerFor(request.method, request.url, assets);
    callback({ statusCode: status, headers, data: asset === null ? Readable.from([]) : openAsset(asset) });
  });
}
