import type { IncomingMessage } from 'node:http';
import { assetKindOf } from '../../core/assets/index.ts';

/** Why a request is turned away; null if it is not. */
export type Refusal = { status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 421; message: string } | null;

/**
 * The Host header must be exactly ours: a page of another name that was made to resolve to this address (DNS rebinding) sends its
 * own name.
 */
export function checkHost(request: IncomingMessage, host: string): Refusal {
  if (request.headers.host === host && countOf(request, 'host') === 1) return null;
  return { status: 421, message: `This server answers to the host ${host} only.` };
}

/** A call to the core or to the session must come from our own page: browsers send its origin with every POST and upgrade. */
export function checkCallOrigin(request: IncomingMessage, origin: string): Refusal {
  if (request.headers.origin !== origin || countOf(request, 'origin') !== 1) {
    return { status: 403, message: 'The request does not come from the page of this server.' };
  }
  return checkSite(request, ['same-origin']);
}

/**
 * A file may be asked for by our own page, by the person (address bar), and the frames' files by their opaque origin,
 * which sends `Origin: null`.
 */
export function checkFileOrigin(request: IncomingMessage, path: string, origin: string): Refusal {
  const from = request.headers.origin;
  const isFrameFile = assetKindOf(path) !== 'window';
  if (from !== undefined && from !== origin && !(from === 'null' && isFrameFile)) {
    return { status: 403, message: 'Another origin asked for this file.' };
  }
  if (isFrameFile) return null;
  // A link from elsewhere may open the page (it holds nothing before the session), but no page may load it as a part of itself.
  return request.headers['sec-fetch-mode'] === 'navigate' ? null : checkSite(request, ['same-origin', 'none']);
}

function checkSite(request: IncomingMessage, allowed: string[]): Refusal {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || (typeof site === 'string' && allowed.includes(site))) return null;
  return { status: 403, message: 'The request comes from another site.' };
}

/** Node joins or drops repeated headers; what was really sent is in rawHeaders. */
function countOf(request: IncomingMessage, name: string): number {
  return request.rawHeaders.filter((header, i) => i % 2 === 0 && header.toLowerCase() === name).length;
}
