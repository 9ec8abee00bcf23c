import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { protocol } from 'electron';
import { assetHeaders, plainHeaders, type Asset, type AssetIndex } from '../../core/assets/index.ts';
import { parseAddress } from './address.ts';

const scheme = 'app';
/** Origin of the window's page. */
export const windowOrigin = `${scheme}://window`;
export const windowUrl = `${windowOrigin}/index.html`;

/** Call before the application is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, stream: true, codeCache: true } },
  ]);
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  asset: Asset | null;
}

/** What `app://` answers: built files of the one host, and nothing else. */
export function answerFor(method: string, address: string, assets: AssetIndex): Answer {
  const url = parseAddress(address);
  const asset = url?.host === 'window' && url.protocol === `${scheme}:` ? assets.get(url.pathname) : undefined;
  if (url === null || asset === undefined) return { status: 404, headers: plainHeaders(), asset: null };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: plainHeaders(), asset: null };
  const headers = { ...assetHeaders(url.pathname === '/' ? '/index.html' : url.pathname, windowOrigin), 'content-length': String(asset.size), etag: asset.etag };
  return { status: 200, headers, asset: method === 'HEAD' ? null : asset };
}

export function serveApp(assets: AssetIndex): void {
  // Electron 25 brought `handle`; what an older one has does the same.
  if (typeof protocol.handle === 'function') {
    protocol.handle(scheme, (request) => {
      const { status, headers, asset } = answerFor(request.method, request.url, assets);
      return new Response(asset === null ? null : toWebStream(asset.file), { status, headers });
    });
    return;
  }
  protocol.registerStreamProtocol(scheme, (request, callback) => {
    const { status, headers, asset } = answerFor(request.method, request.url, assets);
    callback({ statusCode: status, headers, data: asset === null ? Readable.from([]) : createReadStream(asset.file) });
  });
}

function toWebStream(file: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
}
