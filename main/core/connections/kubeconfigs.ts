import { readFileSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { KubeconfigFile } from '../../../contract/connections.ts';
import { contextsOf, type ContextEntry, type LoadedFile } from './entries.ts';
import { maxKubeconfigBytes, parseKubeconfig } from './kubeconfigFile.ts';

/** How often a kubeconfig's state is looked at; this also sees files that come later, and those behind links. */
const lookMs = 1000;

/** Where kubeconfigs are, besides the added ones. */
export interface Places {
  /** $KUBECONFIG, its files separated as in PATH; empty or absent: the home file. */
  environment: string | undefined;
  home: string;
}

export function placesOfProcess(): Places {
  return { environment: process.env['KUBECONFIG'], home: homedir() };
}

export interface Kubeconfigs {
  files(): KubeconfigFile[];
  contexts(): readonly ContextEntry[];
  /** The added files are others now. */
  reload(): void;
  dispose(): void;
}

/** Reads all kubeconfigs, and again whenever one of them changes. Reading runs nothing and asks nobody. */
export function createKubeconfigs(places: Places, added: () => string[], changed: () => void): Kubeconfigs {
  let files: KubeconfigFile[] = [];
  let contexts: ContextEntry[] = [];
  /** Each file as it was when it was read: what differs from that has changed, however soon after. */
  const seen = new Map<string, string>();
  let looking = false;

  function listFiles(): { path: string; origin: KubeconfigFile['origin'] }[] {
    const named = new Set((places.environment ?? '').split(delimiter).flatMap((path) => (path === '' ? [] : [resolve(path)])));
    const usual = named.size > 0 ? [...named].map((path) => ({ path, origin: 'environment' as const })) : [{ path: join(places.home, '.kube', 'config'), origin: 'home' as const }];
    const usualPaths = new Set(usual.map(({ path }) => path));
    const extra = added().filter((path) => !usualPaths.has(path));
    return [...usual, ...extra.map((path) => ({ path, origin: 'added' as const }))];
  }

  function load(): void {
    const wanted = listFiles();
    const loaded: LoadedFile[] = [];
    seen.clear();
    for (const { path } of wanted) seen.set(path, stateNow(path));
    files = wanted.map(({ path, origin }) => {
      const read = readKubeconfig(path);
      if (read.state !== 'ok') return { path, origin, state: read };
      loaded.push({ path, origin, contents: read.contents });
      return { path, origin, state: { state: 'ok', contexts: read.contents.contexts.size } };
    });
    contexts = contextsOf(loaded);
  }

  /** Never two at a time: a home folder on a network may answer late. */
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      for (const [path, before] of [...seen]) {
        const now = await stateLater(path);
        // Read again meanwhile, or nobody is interested any more.
        if (seen.get(path) !== before) return;
        if (now === before) continue;
        load();
        changed();
        return;
      }
    } finally {
      looking = false;
    }
  }

  load();
  const timer = setInterval(() => void look(), lookMs).unref();
  return {
    files: () => files,
    contexts: () => contexts,
    reload: load,
    dispose: () => {
      clearInterval(timer);
      seen.clear();
    },
  };
}

function stateOf({ mtimeMs, size, ino }: { mtimeMs: number; size: number; ino: number }): string {
  return `${mtimeMs}-${size}-${ino}`;
}

const missing = 'missing';

function stateNow(path: string): string {
  try {
    return stateOf(statSync(path));
  } catch {
    return missing;
  }
}

async function stateLater(path: string): Promise<string> {
  try {
    return stateOf(await stat(path));
  } catch {
    return missing;
  }
}

type Read =
  | { state: 'ok'; contents: LoadedFile['contents'] }
  | { state: 'missing' }
  | { state: 'broken'; message: string; line: number | null; column: number | null };

function readKubeconfig(path: string): Read {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > maxKubeconfigBytes) return { state: 'broken', message: `It is too large for a kubeconfig (${size} bytes).`, line: null, column: null };
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing' };
    return { state: 'broken', message: code === 'EACCES' ? 'It may not be read.' : `It cannot be read (${code}).`, line: null, column: null };
  }
  const parsed = parseKubeconfig(text, path);
  return parsed.ok ? { state: 'ok', contents: parsed.contents } : { state: 'broken', message: parsed.message, line: parsed.line, column: parsed.column };
}
