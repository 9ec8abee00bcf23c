import { assetHeaders, plainHeaders, type Asset, type AssetIndex } from '../../core/assets/index.ts';
import { parseAddress, windowOrigin } from './addresses.ts';

export interface AppAnswer {
  status: number;
  headers: Record<string, string>;
  /** The file to send; null for an answer without a body. */
  asset: Asset | null;
}

/** What `app://` answers: built files of the one host, and nothing else. */
export function answerFor(method: string, address: string, assets: AssetIndex): AppAnswer {
  const url = parseAddress(address);
  const asset = url !== null && `${url.protocol}//${url.host}` === windowOrigin ? assets.get(url.pathname) : undefined;
  if (url === null || asset === undefined) return { status: 404, headers: plainHeaders(), asset: null };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: plainHeaders(), asset: null };
  const headers = { ...assetHeaders(url.pathname, windowOrigin, asset.inlineScripts), 'content-length': String(asset.size), etag: asset.etag };
  return { status: 200, headers, asset: method === 'HEAD' ? null : asset };
}
