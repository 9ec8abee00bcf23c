import type { contract } from '../../../contract/index.ts';
import { TabId } from '../../../contract/ids.ts';
import type { EditorTab } from '../../../contract/editors.ts';
import { recall, remember, type Sql, type Storage } from '../database/index.ts';
import type { ParsedInput } from '../ports.ts';

/** How many closed tabs can be brought back. */
const maxClosed = 20;
const activeTab = 'editors.activeTab';

interface TabRow {
  id: TabId;
  title: string;
  path: string | null;
  text: string;
  version: string | null;
  line_ending: 'lf' | 'crlf';
  dirty: number;
  view_state: string | null;
}

export interface Editors {
  load(): { tabs: EditorTab[]; activeId: TabId | null };
  save(tab: EditorTab): void;
  arrange(input: ParsedInput<(typeof contract)['editors']['arrange']>): void;
  reopen(): EditorTab | null;
}

const tabColumns = 'id, title, path, text, version, line_ending, dirty, view_state';

function tabOf(row: TabRow): EditorTab {
  const { line_ending, dirty, view_state, ...rest } = row;
  return { ...rest, lineEnding: line_ending, dirty: dirty === 1, viewState: view_state };
}

/** Keeps the editor's tabs. What was typed is worth a flush to the medium: it may be nowhere else. */
export function createEditors(storage: Storage): Editors {
  return {
    load: () =>
      storage.read((sql) => {
        const tabs = sql.all<TabRow>(`SELECT ${tabColumns} FROM tabs WHERE position IS NOT NULL ORDER BY position`).map(tabOf);
        const active = TabId.safeParse(recall(sql, activeTab));
        return { tabs, activeId: active.success && tabs.some((tab) => tab.id === active.data) ? active.data : null };
      }),

    save: (tab) =>
      storage.write((sql) => {
        // A save that arrives after the tab was closed keeps the text for `reopen`, and the tab closed.
        sql.run(
          `INSERT INTO tabs (${tabColumns}, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position) + 1, 0) FROM tabs))
           ON CONFLICT (id) DO UPDATE SET title = excluded.title, path = excluded.path, text = excluded.text, version = excluded.version,
           line_ending = excluded.line_ending, dirty = excluded.dirty, view_state = excluded.view_state`,
          tab.id, tab.title, tab.path, tab.text, tab.version, tab.lineEnding, tab.dirty ? 1 : 0, tab.viewState,
        );
      }, 'power'),

    arrange: ({ order, activeId, closed }) =>
      storage.write((sql) => {
        const open = sql.all<{ id: TabId }>('SELECT id FROM tabs WHERE position IS NOT NULL ORDER BY position').map(({ id }) => id);
        const wanted = [...new Set(order)];
        const others = open.filter((id) => !wanted.includes(id));
        const closing = closed === undefined ? others : others.filter((id) => closed.includes(id));
        const behind = others.filter((id) => !closing.includes(id));
        for (const [position, id] of [...wanted, ...behind].entries()) {
          sql.run('UPDATE tabs SET position = ?, closed_order = NULL WHERE id = ?', position, id);
        }
        for (const id of closing) closeTab(sql, id);
        sql.run('DELETE FROM tabs WHERE closed_order IS NOT NULL AND id NOT IN (SELECT id FROM tabs WHERE closed_order IS NOT NULL ORDER BY closed_order DESC LIMIT ?)', maxClosed);
        remember(sql, activeTab, activeId);
      }, 'power'),

    reopen: () =>
      storage.write((sql) => {
        const row = sql.get<TabRow>(`SELECT ${tabColumns} FROM tabs WHERE closed_order IS NOT NULL ORDER BY closed_order DESC LIMIT 1`);
        if (row === undefined) return null;
        sql.run('UPDATE tabs SET closed_order = NULL, position = (SELECT coalesce(max(position) + 1, 0) FROM tabs) WHERE id = ?', row.id);
        remember(sql, activeTab, row.id);
        return tabOf(row);
      }, 'power'),
  };
}

function closeTab(sql: Sql, id: TabId): void {
  sql.run('UPDATE tabs SET position = NULL, closed_order = (SELECT coalesce(max(closed_order) + 1, 0) FROM tabs) WHERE id = ?', id);
}
