import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { assetHeaders, openAsset, plainHeaders, type AssetIndex } from '../../core/assets/index.ts';
import { checkFileOrigin, type Refusal } from './guards.ts';

/** Answers with a built file, or says that there is none. Only paths of the index are known, so none leads elsewhere. */
export async function serveFile(request: IncomingMessage, response: ServerResponse, path: string, assets: AssetIndex, origin: string): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return refuse(response, { status: 405, message: 'Files can be read only.' });
  }
  const refusal = checkFileOrigin(request, path, origin);
  if (refusal !== null) return refuse(response, refusal);
  const asset = assets.get(path);
  if (asset === undefined) return refuse(response, { status: 404, message: 'There is no such file.' });
  const headers = { ...assetHeaders(path, origin, asset.inlineScripts), etag: asset.etag };
  if (request.headers['if-none-match'] === asset.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-length': asset.size });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // A reader that goes away in the middle is no failure of ours; pipeline has destroyed both ends by then.
  await pipeline(openAsset(asset), response).catch(() => response.destroy());
}

/** Turns a request away with the headers that all answers carry. */
export function refuse(response: ServerResponse, refusal: NonNullable<Refusal>): void {
  const text = `${refusal.message}\n`;
  response.writeHead(refusal.status, {
    ...plainHeaders(),
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    // What of the body was not read stays unread.
    connection: 'close',
  });
  response.end(text);
}
