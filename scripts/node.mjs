// The Node that builds, tests and serves. Needs nothing but Node 20.19.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './project.mjs';

/** better-sqlite3 and the tools need it. */
const minMajor = 22;

/** @param {string} version */
function isNewEnough(version) {
  return Number(version.replace(/^v/, '').split('.')[0]) >= minMajor;
}

/** @param {string} path */
function versionOf(path) {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

/** The one that npm installed with the project, then those on the PATH. @returns {string | null} */
export function findNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const installed = join(root, 'node_modules', `node-${system}-${process.arch}`, 'bin', name);
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [installed, ...folders.map((folder) => join(folder, name))];
  return candidates.find((path) => existsSync(path) && isNewEnough(versionOf(path))) ?? null;
}

/**
 * Goes on under a Node that is new enough: at once when this one is, else by starting the same command under another one, whose end is
 * then this process's end.
 */
export async function needNewNode() {
  if (isNewEnough(process.version)) return;
  const node = findNode();
  if (node === null) {
    console.error(`PyExeKube needs Node ${minMajor} or newer; this is ${process.version}, and there is no other. Get one from nodejs.org.`);
    process.exit(1);
  }
  const folder = join(node, '..');
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH ?? ''}` };
  process.exit(await run(node, process.argv.slice(1), { env }));
}

/**
 * Runs a program with this process's input and output, passing signals on.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & {niceness?: number}} [options] niceness: how much others come first, 0 to 19
 * @returns {Promise<number>} exit code; 128 and its number for a signal
 */
export function run(command, args, { niceness = 0, ...options } = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  if (niceness > 0 && child.pid !== undefined) setPriority(child.pid, niceness);
  const pass = (signal) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, pass);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
