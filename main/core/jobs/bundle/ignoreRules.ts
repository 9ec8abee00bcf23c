import ignore, { type Ignore } from 'ignore';

/** Name of the file that says, in gitignore's syntax, what stays here. Its lines come after the defaults, so `!name` brings something back. */
export const ignoreFile = '.pyexekubeignore';

/** What never helps a script on a cluster, or holds secrets: hidden files (`.git`, `.venv`, `.env`), caches, other people's packages. */
const defaultIgnores = ['.*', '__pycache__/', '*.py[cod]', 'node_modules/', 'venv/', '*.egg-info/', 'Thumbs.db'];

// As git has it by default: `Data` and `data` are one name where the system's own disks say so.
const empty = (): Ignore => ignore({ ignorecase: process.platform === 'win32' || process.platform === 'darwin' });

export function defaultRules(): Ignore {
  return empty().add(defaultIgnores);
}

/**
 * The rules below a folder that has an ignore file: those from above, then its own, of which the last that says anything decides. They are one list,
 * because a folder that was brought back brings its content back too.
 * @param at the folder, relative to the root, with a slash at the end; empty for the root
 */
export function withRulesOf(above: Ignore, at: string, text: string): Ignore {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return empty().add(above).add(at === '' ? lines : lines.map((line) => fromRoot(at, line)));
}

/** A line of a folder's own file as the root's file would have it. */
function fromRoot(at: string, line: string): string {
  if (line.trim() === '' || line.startsWith('#')) return '';
  const [, mark = '', slash = '', pattern = ''] = /^(!?)(\/?)(.*)$/.exec(line) ?? [];
  const isAnchored = slash !== '' || /\/\S/.test(pattern);
  // An escaped mark is one at the beginning alone.
  return `${mark}/${at.replaceAll(/[\\*?[\]]/g, String.raw`\$&`)}${isAnchored ? '' : '**/'}${pattern.replace(/^\\([!#])/, '$1')}`;
}
