import type { TabId } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import type { ExecuteCommand } from '../runner/index.ts';

/** The folder of the kernel's own file system that holds the workspace. */
export const kernelFolder = '/workspace/';

/** What each tab's interpreter has, by relative path. */
const given = new Map<TabId, Map<string, string>>();

export interface GivenFiles {
  files: ExecuteCommand['files'];
  /** The folder that they are from, with its separator at the end. */
  root: string;
  /** Path of the script relative to it, with forward slashes. */
  relative: string;
}

export interface WorkspaceFiles extends GivenFiles {
  /** The workspace as the core names it. */
  folder: string;
  /** All that the interpreter has of it, by version. */
  versions: { path: string; version: string }[];
  /** What the script cannot see, for the person; null if nothing. */
  note: string | null;
  /** To be called once the kernel has them. */
  given(): void;
}

/** The interpreter of a tab is gone or new: it has no files. */
export function forgetGivenFiles(tabId: TabId): void {
  given.delete(tabId);
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/**
 * The files of the workspace that a script may need and its interpreter does not have yet; null when no workspace is open or the
 * script is not in it.
 *
 * @param fresh the interpreter is another one: it has nothing
 */
export async function workspaceFilesFor(tabId: TabId, path: string | null, fresh: boolean): Promise<WorkspaceFiles | null> {
  if (path === null) return null;
  const { path: workspace } = await core.files.workspace();
  if (workspace === null) return null;
  const separator = workspace.includes('\\') ? '\\' : '/';
  const root = workspace.endsWith(separator) ? workspace : workspace + separator;
  if (!path.startsWith(root)) return null;
  const known = fresh ? new Map<string, string>() : (given.get(tabId) ?? new Map<string, string>());
  const bundle = await core.files.bundle({ path: workspace, known: Object.fromEntries(known) });
  const files: ExecuteCommand['files'] = [];
  const next = new Map<string, string>();
  for (const file of bundle.files) {
    next.set(file.path, file.version);
    if (file.data !== null) files.push({ path: file.path, data: bytesOf(file.data) });
  }
  for (const old of known.keys()) if (!next.has(old)) files.push({ path: old, data: null });
  return {
    files,
    folder: workspace,
    versions: bundle.files.map(({ path: name, version }) => ({ path: name, version })),
    root,
    relative: path.slice(root.length).replaceAll('\\', '/'),
    note: leftOutNote(bundle.leftOut),
    given() {
      if (!fresh) given.set(tabId, next);
    },
  };
}

function leftOutNote(leftOut: readonly { path: string; size: number }[]): string | null {
  if (leftOut.length === 0) return null;
  const names = leftOut.slice(0, 3).map((file) => file.path).join(', ');
  const more = leftOut.length > 3 ? ` and ${leftOut.length - 3} more` : '';
  return `The script cannot see ${names}${more}: the files of the folder are larger than 16 MB together. Open a smaller folder if it needs them.`;
}
