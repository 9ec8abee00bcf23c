import type { MimeBundle } from '../../contract/index.ts';

type Json = MimeBundle[string];

/** One drawn row of a JSON tree. */
export interface JsonRow {
  /** `$`, `$/name`, `$/name/0`; parts are escaped. */
  path: string;
  depth: number;
  /** Key or index; null at the root. */
  name: string | null;
  text: string;
  type: 'string' | 'number' | 'other' | 'container';
  /** Null where there is nothing to open. */
  isOpen: boolean | null;
}

export interface JsonView {
  closed: ReadonlySet<string>;
  opened: ReadonlySet<string>;
  /** Most rows. */
  most: number;
}

/** Levels that are open at first, and members up to which a container is. */
const openLevels = 2;
const openMembers = 50;
const mostText = 500;

/** `3 keys`, `1 key`, or nothing when there is none. */
function membersText(count: number, name: string): string {
  return count === 0 ? '' : `${count.toLocaleString()} ${count === 1 ? name : `${name}s`}`;
}

/** The rows of a value that are to be seen. */
export function flattenJson(value: Json, view: JsonView): { rows: JsonRow[]; isCut: boolean } {
  const rows: JsonRow[] = [];
  let isCut = false;

  function visit(node: Json, path: string, name: string | null, depth: number): void {
    if (rows.length >= view.most) {
      isCut = true;
      return;
    }
    if (typeof node !== 'object' || node === null) {
      rows.push({ path, depth, name, ...leafText(node), isOpen: null });
      return;
    }
    const isArray = Array.isArray(node);
    const count = isArray ? node.length : Object.keys(node).length;
    const isOpen = count > 0 && (view.opened.has(path) || (!view.closed.has(path) && depth < openLevels && count <= openMembers));
    const text = isArray ? `[${membersText(count, 'item')}]` : `{${membersText(count, 'key')}}`;
    rows.push({ path, depth, name, text, type: 'container', isOpen: count === 0 ? null : isOpen });
    if (!isOpen) return;
    for (const [key, member] of Object.entries<Json>(node)) {
      visit(member, `${path}/${encodeURIComponent(key)}`, key.slice(0, mostText), depth + 1);
      if (isCut) return;
    }
  }

  visit(value, '$', null, 0);
  return { rows, isCut };
}

function leafText(value: string | number | boolean | null): Pick<JsonRow, 'text' | 'type'> {
  if (typeof value === 'string') {
    const text = JSON.stringify(value.slice(0, mostText));
    return { text: value.length > mostText ? `${text}\u2026` : text, type: 'string' };
  }
  return { text: String(value), type: typeof value === 'number' ? 'number' : 'other' };
}
