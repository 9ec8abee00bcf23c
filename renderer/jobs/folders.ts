/** Folders that may go along with a script, and the one that does unless the person says otherwise. */
export interface FolderChoice {
  /** The first is the largest sensible one. */
  folders: readonly string[];
  usual: string | null;
}

/**
 * The workspace goes along with a script that lies in it. Its own folder alone, that of a script from elsewhere, and the workspace with a scratch tab
 * are offered: nothing is sent that nobody asked for.
 */
export function folderChoice(path: string | null, workspace: string | null): FolderChoice {
  if (path === null) return { folders: workspace === null ? [] : [workspace], usual: null };
  const own = folderOf(path);
  if (workspace === null || !isWithin(path, workspace)) return { folders: [own], usual: null };
  return { folders: own === workspace ? [workspace] : [workspace, own], usual: workspace };
}

function isWithin(path: string, folder: string): boolean {
  const separator = folder.includes('\\') ? '\\' : '/';
  return path.startsWith(folder.endsWith(separator) ? folder : folder + separator);
}

/** `/a` of `/a/b.py`, `/` of `/b.py`, `C:\` of `C:\b.py`. */
function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  const folder = path.slice(0, end);
  return folder === '' || folder.endsWith(':') ? path.slice(0, end + 1) : folder;
}
