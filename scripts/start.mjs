// npm start: installs what is missing, builds what is stale, and opens the application: in Electron, else in the browser.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { installMissing } from './install.mjs';
import { needNewNode, run } from './node.mjs';
import { root } from './project.mjs';

/** An Electron that ends with a failure this soon could not open its window: a library or a sandbox that the system lacks. */
const startFailureMs = 10_000;

await installMissing();
await needNewNode();
const { buildStale } = await import('./build.mjs');
await buildStale();
const { findElectron } = await import('./electron.mjs');
const electron = await findElectron();
if ('path' in electron) {
  const started = performance.now();
  const code = await run(electron.path, [root, ...process.argv.slice(2)]).catch(() => 127);
  if (code === 0 || performance.now() - started > startFailureMs) process.exit(code);
  await openInBrowser(`it ended with ${code}`);
} else {
  await openInBrowser(electron.reason);
}

/** @param {string} reason why not in Electron */
async function openInBrowser(reason) {
  const server = spawn(process.execPath, [join(root, 'dist/main/server.cjs'), '--port', '0'], { stdio: ['inherit', 'pipe', 'inherit'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
  createInterface({ input: server.stdout }).on('line', (line) => {
    const address = /^PyExeKube is at (\S+)$/.exec(line)?.[1];
    if (address === undefined) return console.log(line);
    console.log(`Not in Electron (${reason}): PyExeKube is in the browser at ${address}`);
    openBrowser(address);
  });
  server.on('exit', (code) => process.exit(code ?? 0));
}

/** Opens the system's browser; where there is none, the line above says where to look. @param {string} address */
function openBrowser(address) {
  const { DISPLAY, WAYLAND_DISPLAY, CI } = process.env;
  if (CI || (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY)) return;
  const [command, ...args] =
    process.platform === 'darwin' ? ['open', address] : process.platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler', address] : ['xdg-open', address];
  const browser = spawn(command, args, { stdio: 'ignore', detached: true });
  browser.on('error', () => undefined);
  browser.unref();
}
