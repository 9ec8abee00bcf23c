import { frameCsp } from '../../../contract/frameCsp.ts';
import { contentTypeOf } from './mime.ts';

/** Which rules hold for a path of the built window. */
export type AssetKind = 'window' | 'runner' | 'display' | 'python';

const runnerFramePath = '/runner/runner.html';
const displayFramePath = '/display/display.html';
const runnerFolder = '/runner/';
const displayFolder = '/display/';
const pythonFolder = '/python/';

export function assetKindOf(path: string): AssetKind {
  if (path.startsWith(runnerFolder)) return 'runner';
  if (path.startsWith(displayFolder)) return 'display';
  if (path.startsWith(pythonFolder)) return 'python';
  return 'window';
}

/** Holds for every single answer, errors included. */
const alwaysHeaders = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()',
} as const;

/**
 * The window's content security policy.
 *
 * - `frame-src` names the two frames by their whole URL: code inside them cannot navigate them to anywhere else.
 * - `style-src 'unsafe-inline'`: Monaco sets style attributes and elements while it runs.
 * - `worker-src blob:` is not there: the editor's workers come from the own origin, Python's worker belongs to its frame.
 *
 * @param origin `http://127.0.0.1:4711` or `app://window`
 * @param inlineScripts hashes of the scripts in the page itself, `sha256-…` (w3.org/TR/CSP3, 6.7.3.3)
 */
export function windowCsp(origin: string, inlineScripts: readonly string[] = []): string {
  const socket = origin.startsWith('http:') ? ` ${origin.replace('http:', 'ws:')}` : '';
  return [
    "default-src 'none'",
    ['script-src', origin, ...inlineScripts.map((hash) => `'${hash}'`)].join(' '),
    `style-src ${origin} 'unsafe-inline'`,
    `font-src ${origin}`,
    `img-src ${origin} data: blob:`,
    `connect-src ${origin}${socket}`,
    `worker-src ${origin}`,
    `manifest-src ${origin}`,
    `frame-src ${origin}${runnerFramePath} ${origin}${displayFramePath}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join('; ');
}

/**
 * The policy of the frame that shows HTML output: no script but its own, no connection, and only pictures, fonts and sounds that the
 * output brings along.
 */
export function displayCsp(origin: string): string {
  return [
    "default-src 'none'",
    `script-src ${origin}/display/display.js`,
    `style-src ${origin}/display/display.css 'unsafe-inline'`,
    'img-src data: blob:',
    'font-src data:',
    'media-src data: blob:',
    `frame-ancestors ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    'sandbox allow-scripts',
    "webrtc 'block'",
  ].join('; ');
}

/** For answers that no browser should interpret: errors, and what the API says. */
const nothingCsp = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/** Headers of an answer that is no file: an error, the session, the API. */
export function plainHeaders(): Record<string, string> {
  return {
    ...alwaysHeaders,
    'content-security-policy': nothingCsp,
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}

/** Names with a hash in them, as the window's build makes them, never change their content. */
const hashed = /^\/assets\/.+-[\w-]{8,}\.[a-z0-9]+$/;

/**
 * Headers of one built file. The frames' origin is opaque, so what they load must be marked as theirs to load: CORP
 * cross-origin and ACAO `*`. Those files are public code; nothing that belongs to the person is among them.
 *
 * @param path as in the URL, `/runner/runner.html`
 * @param origin of the window
 * @param inlineScripts as the index gives them
 */
export function assetHeaders(path: string, origin: string, inlineScripts: readonly string[] = []): Record<string, string> {
  const kind = assetKindOf(path);
  const base = {
    ...alwaysHeaders,
    'content-type': contentTypeOf(path === '/' ? '/index.html' : path),
    'cache-control': hashed.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (kind === 'window') {
    return { ...base, 'content-security-policy': windowCsp(origin, inlineScripts), 'cross-origin-resource-policy': 'same-origin' };
  }
  return {
    ...base,
    'content-security-policy': kind === 'display' ? displayCsp(origin) : frameCsp(origin),
    'cross-origin-resource-policy': 'cross-origin',
    'access-control-allow-origin': '*',
  };
}
