// Installs what is missing. Needs nothing but Node 20.19.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './node.mjs';
import { root } from './project.mjs';

/** @param {string} file @returns {Record<string, {version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean}> | null} */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return null;
  }
}

/**
 * Whether node_modules is what package-lock.json says, by npm's own record of what it installed. Optional packages may be absent: most
 * are for other systems.
 */
export function isInstalled(wanted = readLock('package-lock.json'), present = readLock('node_modules/.package-lock.json')) {
  if (wanted === null || present === null) return false;
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    if (path === '') return true;
    const there = present[path];
    if (there === undefined) return optional === true || devOptional === true;
    return there.version === version;
  });
}

/** @param {{quiet?: boolean}} [options] quiet: nothing on stdout */
export async function installMissing({ quiet = false } = {}) {
  if (isInstalled()) return;
  (quiet ? console.error : console.log)('Installing what is missing (npm ci) …');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const stdio = ['inherit', quiet ? 2 : 'inherit', 'inherit'];
  const npm = process.env.npm_execpath;
  const code =
    npm !== undefined && /\.c?js$/.test(npm)
      ? await run(process.execPath, [npm, ...args], { cwd: root, stdio })
      : await run('npm', args, { cwd: root, stdio, shell: process.platform === 'win32' });
  if (code !== 0) {
    console.error(`npm ci ended with ${code}. Look at what it says above; without network to the package registry nothing can be installed.`);
    process.exit(1);
  }
}
