import { AppError } from '../../../contract/errors.ts';
import { SavedSearch } from '../../../contract/history.ts';
import type { Changes, Storage } from '../database/index.ts';
import { Feed, watchValue, type Events } from '../feed.ts';
import type { Log } from '../ports.ts';

const Kept = SavedSearch.pick({ filter: true, dates: true });

export interface SavedSearches {
  watch(signal: AbortSignal | undefined): Events<{ searches: SavedSearch[] }>;
  /** Tells those who watch, here and in other processes. */
  changed(): void;
  save(search: SavedSearch): SavedSearch;
  delete(id: string): void;
  dispose(): void;
}

export function createSavedSearches(storage: Storage, changes: Changes, log: Log): SavedSearches {
  const feed = new Feed<null>(null, 1);
  const unsubscribe = changes.subscribe('searches', () => feed.publish(null));

  function list(): { searches: SavedSearch[] } {
    const rows = storage.read((sql) => sql.all<{ id: string; name: string; filter: string }>('SELECT id, name, filter FROM saved_searches ORDER BY name'));
    return {
      searches: rows.flatMap(({ id, name, filter }) => {
        const parsed = Kept.safeParse(JSON.parse(filter));
        if (parsed.success) return [{ id, name, ...parsed.data }];
        log(`the saved search ${id} is not understood and not shown`);
        return [];
      }),
    };
  }

  return {
    watch: (signal) => watchValue(feed, list, signal),
    changed() {
      storage.write((sql) => changes.bump(sql, 'searches'));
      feed.publish(null);
    },
    save(search) {
      storage.write((sql) => {
        if (sql.get('SELECT 1 FROM saved_searches WHERE name = ? AND id <> ?', search.name, search.id) !== undefined) {
          throw new AppError('CONFLICT', `There is a search named "${search.name}" already.`, { action: 'Choose another name.' });
        }
        sql.run('INSERT OR REPLACE INTO saved_searches (id, name, filter) VALUES (?, ?, ?)', search.id, search.name, JSON.stringify({ filter: search.filter, dates: search.dates }));
        changes.bump(sql, 'searches');
      }, 'power');
      feed.publish(null);
      return search;
    },
    delete(id) {
      const deleted = storage.write((sql) => {
        changes.bump(sql, 'searches');
        return sql.run('DELETE FROM saved_searches WHERE id = ?', id);
      }, 'power');
      if (deleted === 0) throw new AppError('NOT_FOUND', 'This search was deleted already.');
      feed.publish(null);
    },
    dispose() {
      unsubscribe();
      feed.close();
    },
  };
}
