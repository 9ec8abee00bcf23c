// Finds Electron's binary, or fetches it where its host can be reached.
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { run } from './node.mjs';
import { root } from './project.mjs';

const reachTimeoutMs = 3_000;
const fetchTimeoutMs = 5 * 60_000;
const packageFolder = join(root, 'node_modules/electron');

/** The binary that the electron package fetched. @returns {string | null} */
function installedElectron() {
  try {
    const path = join(packageFolder, 'dist', readFileSync(join(packageFolder, 'path.txt'), 'utf8').trim());
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/** Whether the host of Electron's releases answers; behind a proxy only trying can tell. */
function canFetch() {
  const { HTTPS_PROXY, https_proxy, ELECTRON_GET_USE_PROXY, ELECTRON_MIRROR, npm_config_electron_mirror } = process.env;
  if (HTTPS_PROXY || https_proxy || ELECTRON_GET_USE_PROXY) return Promise.resolve(true);
  const mirror = ELECTRON_MIRROR ?? npm_config_electron_mirror;
  const host = mirror !== undefined && URL.canParse(mirror) ? new URL(mirror).hostname : 'github.com';
  return new Promise((resolve) => {
    const socket = connect({ host, port: 443, timeout: reachTimeoutMs });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    // A name server that does not answer is not covered by the socket's own time limit.
    setTimeout(() => end(false), reachTimeoutMs).unref();
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/**
 * @returns {Promise<{path: string} | {reason: string}>}
 */
export async function findElectron() {
  const chosen = process.env.PYEXEKUBE_ELECTRON;
  if (chosen !== undefined && chosen !== '') {
    return existsSync(chosen) ? { path: chosen } : { reason: `PYEXEKUBE_ELECTRON names ${chosen}, which is not there` };
  }
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return { reason: 'there is no display' };
  const installed = installedElectron();
  if (installed !== null) return { path: installed };
  if (!(await canFetch())) return { reason: 'its binary is not installed and its host cannot be reached' };
  console.log('Fetching Electron (about 120 MB, once) …');
  const code = await run(process.execPath, [join(packageFolder, 'install.js')], { stdio: 'ignore', timeout: fetchTimeoutMs });
  const fetched = code === 0 ? installedElectron() : null;
  return fetched === null ? { reason: 'its binary could not be fetched' } : { path: fetched };
}
