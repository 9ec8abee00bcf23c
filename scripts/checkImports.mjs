// Who may import whom: the table of docs/architecture.md, checked on every import, export-from, import() and require().
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join, posix, relative, sep } from 'node:path';
import { parseSync } from 'oxc-parser';
import { isMain, root } from './project.mjs';

/**
 * @typedef {object} Room
 * @property {string} folder
 * @property {string[]} packages what it may import from npm; `*` any but electron; `node:*` Node's own modules
 * @property {string[]} folders other folders whose files it may import, whatever they are
 * @property {string[]} [doors] folders whose subfolders' index.ts it may import
 * @property {boolean} [computed] it may import what is not written out
 */

/** The first room whose folder holds a file is the file's. */
/** @type {Room[]} */
export const rooms = [
  { folder: 'contract', packages: ['zod', '@orpc/contract'], folders: ['contract'] },
  // What the tests of the kernel share: Pyodide as Node has it.
  { folder: 'kernel/testing', packages: ['node:*', 'zod', 'pyodide', 'vitest'], folders: ['contract', 'kernel'], computed: true },
  { folder: 'kernel', packages: ['zod', 'pyodide'], folders: ['contract', 'kernel'] },
  {
    folder: 'main/core',
    packages: ['node:*', 'zod', '@orpc/server', '@orpc/contract', 'better-sqlite3', 'chokidar', '@kubernetes/client-node', 'ignore', 'smol-toml', 'ws', 'yaml'],
    folders: ['contract', 'main/core/database', 'main/core/*'],
    doors: ['main/core'],
  },
  { folder: 'main/hosts/electron', packages: ['node:*', 'zod', '@orpc/server', 'electron'], folders: ['contract', 'main/hosts/electron', 'main/hosts/*', 'main/core/*'], doors: ['main/core'] },
  { folder: 'main/hosts/server', packages: ['node:*', 'zod', '@orpc/server', 'ws'], folders: ['contract', 'main/hosts/server', 'main/hosts/*', 'main/core/*'], doors: ['main/core'] },
  { folder: 'main/hosts', packages: ['node:*', 'zod', '@orpc/server'], folders: ['contract', 'main/hosts/*', 'main/core/*'], doors: ['main/core'] },
  { folder: 'preload', packages: ['electron'], folders: ['contract', 'preload'] },
  {
    folder: 'renderer',
    packages: ['*'],
    folders: ['contract', 'kernel/protocol', 'renderer/ui', 'renderer/rpc', 'renderer/lib', 'renderer/*', 'resources/samples'],
    doors: ['renderer'],
  },
];

/** Beside the code, tests may use the test runner and Node. */
const testPackages = ['vitest', 'fast-check', 'node:*'];
const isTest = (path) => /\.test\.(ts|tsx)$/.test(path);
/** A small application of its own, that a smoke test starts in Electron. */
const electronTest = 'tests/smoke/utility/';
const builtins = new Set(builtinModules);

/**
 * Everything that a module asks for. A request that is not written out (`import(name)`) is given as null.
 * @param {string} path @param {string} source @returns {{request: string | null, line: number}[]}
 */
export function requestsOf(path, source) {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const found = [];
  const lineOf = (offset) => source.slice(0, offset).split('\n').length;
  const add = (node, at) => found.push({ request: literal(node), line: lineOf(at.start) });
  walk(program, (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'ImportExpression':
      case 'TSImportType':
        add(node.source, node);
        break;
      case 'ExportNamedDeclaration':
        if (node.source) add(node.source, node);
        break;
      case 'TSExternalModuleReference':
        add(node.expression, node);
        break;
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'require') add(node.arguments[0], node);
        break;
    }
  });
  return found;
}

/** A text that is written out; Vite's `?worker` and its like say how a file is imported, not which. */
function literal(node) {
  const inner = node?.type === 'TSLiteralType' ? node.literal : node;
  return inner?.type === 'Literal' && typeof inner.value === 'string' ? inner.value.replace(/\?.*$/, '') : null;
}

function walk(node, visit) {
  if (Array.isArray(node)) return node.forEach((child) => walk(child, visit));
  if (typeof node !== 'object' || node === null) return;
  if (typeof node.type === 'string') visit(node);
  for (const value of Object.values(node)) if (typeof value === 'object') walk(value, visit);
}

/**
 * Why a file may not ask for something; null if it may.
 * @param {string} path of the file, relative to the root, with forward slashes
 * @param {string | null} request
 */
export function judge(path, request) {
  const room = rooms.find(({ folder }) => path.startsWith(`${folder}/`));
  if (room === undefined) {
    return request === 'electron' && !path.startsWith(electronTest) ? 'electron belongs to main/hosts/electron and preload' : null;
  }
  if (request === null) return room.computed === true ? null : 'what is imported must be written out';
  if (request.startsWith('.')) return judgeFile(path, posix.join(posix.dirname(path), request), room);
  return judgePackage(path, request, room);
}

function judgePackage(path, request, room) {
  const name = request.startsWith('@') ? request.split('/').slice(0, 2).join('/') : request.split('/')[0];
  const isNode = request.startsWith('node:') || builtins.has(name);
  const allowed = [...room.packages, ...(isTest(path) ? testPackages : [])];
  if (isNode ? allowed.includes('node:*') : allowed.includes(name) || (allowed.includes('*') && name !== 'electron')) return null;
  return `${room.folder} may not import ${name}`;
}

function judgeFile(path, target, room) {
  if (target.startsWith('..')) return 'it leaves the project';
  // Tests stand with what they test, and use what all tests use.
  if (isTest(path) && target.startsWith('tests/')) return null;
  const own = featureOf(path, room);
  if (own !== null && target.startsWith(`${own}/`)) return null;
  if (room.folders.some((folder) => isIn(target, folder))) return null;
  const isDoor = room.doors?.some((door) => target.startsWith(`${door}/`) && /^[^/]+\/index\.tsx?$/.test(target.slice(door.length + 1)));
  return isDoor ? null : `${own ?? room.folder} may not import ${target}`;
}

/** `folder/*` means the files of the folder itself, not those deeper. */
function isIn(target, folder) {
  if (!folder.endsWith('/*')) return target.startsWith(`${folder}/`);
  return posix.dirname(target) === folder.slice(0, -2);
}

function featureOf(path, room) {
  const [feature, ...rest] = path.slice(room.folder.length + 1).split('/');
  return rest.length === 0 ? null : `${room.folder}/${feature}`;
}

/** Folders of the project that hold code of ours. */
const scanned = ['contract', 'kernel', 'main', 'preload', 'renderer', 'tests'];

/** @returns {Promise<{violations: string[], files: number}>} */
export async function checkImports(projectFolder = root) {
  const named = new Set([...rooms.flatMap(({ folder, folders }) => [folder, ...folders.map((name) => name.replace(/\/\*$/, ''))]), ...scanned]);
  const missing = [...named].filter((folder) => !existsSync(join(projectFolder, folder)));
  if (missing.length > 0) return { violations: missing.map((folder) => `${folder} is named by the rules and is not there`), files: 0 };
  const violations = [];
  let files = 0;
  for (const folder of scanned) {
    let inFolder = 0;
    for (const entry of await readdir(join(projectFolder, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(ts|tsx|mts|cts|js|mjs|cjs|jsx)$/.test(entry.name) || entry.name.endsWith('.d.ts')) continue;
      const file = join(entry.parentPath, entry.name);
      const path = relative(projectFolder, file).split(sep).join('/');
      inFolder++;
      for (const { request, line } of requestsOf(path, await readFile(file, 'utf8'))) {
        const problem = judge(path, request);
        if (problem !== null) violations.push(`${path}:${line} ${problem}`);
      }
    }
    if (inFolder === 0) violations.push(`${folder} holds no file to check`);
    files += inFolder;
  }
  return { violations, files };
}

if (isMain(import.meta.url)) {
  const { violations, files } = await checkImports();
  for (const violation of violations) console.error(violation);
  console.log(`${files} files, ${violations.length} imports that break the rules`);
  if (violations.length > 0) process.exitCode = 1;
}
