import { newId } from '../../../contract/ids.ts';
import type { Notice } from '../../../contract/system.ts';
import type { Changes, Storage } from '../database/index.ts';
import type { Log } from '../ports.ts';

export interface Notices {
  add(severity: Notice['severity'], message: string): void;
  list(): Notice[];
  dismiss(id: string): void;
  /** @returns ends it */
  onChange(listener: () => void): () => void;
}

/** What the person must be told once. Kept in the database until dismissed; in memory alone while nothing can be written. */
export function createNotices(storage: Storage, changes: Changes, log: Log): Notices {
  const unsaved = new Map<string, Notice>();
  const listeners = new Set<() => void>();

  function changed(): void {
    for (const listener of listeners) listener();
  }

  return {
    add(severity, message) {
      const notice = { id: newId(), severity, message };
      log(`notice: ${message}`);
      try {
        storage.write((sql) => {
          sql.run('INSERT INTO notices (id, severity, message, time_ms) VALUES (?, ?, ?, ?)', notice.id, severity, message, Date.now());
          changes.bump(sql, 'notices');
        }, 'power');
      } catch {
        unsaved.set(notice.id, notice);
      }
      changed();
    },
    list: () => [...storage.read((sql) => sql.all<Notice>('SELECT id, severity, message FROM notices ORDER BY time_ms, id')), ...unsaved.values()],
    dismiss(id) {
      if (!unsaved.delete(id)) {
        storage.write((sql) => {
          sql.run('DELETE FROM notices WHERE id = ?', id);
          changes.bump(sql, 'notices');
        });
      }
      changed();
    },
    onChange(listener) {
      const unsubscribe = changes.subscribe('notices', listener);
      listeners.add(listener);
      return () => {
        unsubscribe();
        listeners.delete(listener);
      };
    },
  };
}
