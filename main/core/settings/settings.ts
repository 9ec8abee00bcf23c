import { Settings, type SettingsPatch } from '../../../contract/settings.ts';
import type { Changes, Storage } from '../database/index.ts';
import { Feed, watchValue, type Events } from '../feed.ts';
import type { Log } from '../ports.ts';

export interface SettingsStore {
  get(): Settings;
  set(patch: SettingsPatch): Settings;
  watch(signal: AbortSignal | undefined): Events<Settings>;
  /** Calls back after each change, made here or by another process. */
  onChange(listener: () => void): void;
  dispose(): void;
}

export function createSettings(storage: Storage, changes: Changes, log: Log): SettingsStore {
  const feed = new Feed<null>(null, 1);
  const listeners = new Set<() => void>();
  const unsubscribe = changes.subscribe('settings', changed);

  function changed(): void {
    feed.publish(null);
    for (const listener of listeners) listener();
  }

  function get(): Settings {
    const rows = storage.read((sql) => sql.all<{ name: string; value: string }>('SELECT name, value FROM settings'));
    const stored = new Map(rows.map(({ name, value }) => [name, value]));
    const good: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(Settings.shape)) {
      const text = stored.get(name);
      if (text === undefined) continue;
      const parsed = schema.safeParse(parseJson(text));
      // One bad value, of a newer version or a damaged one, costs only itself.
      if (parsed.success) good[name] = parsed.data;
      else log(`the stored setting ${name} is not valid; its default is used`);
    }
    return Settings.parse(good);
  }

  return {
    get,
    set(patch) {
      storage.write((sql) => {
        for (const [name, value] of Object.entries(patch)) {
          if (value !== undefined) sql.run('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)', name, JSON.stringify(value));
        }
        changes.bump(sql, 'settings');
      }, 'power');
      changed();
      return get();
    },
    watch: (signal) => watchValue(feed, get, signal),
    onChange: (listener) => void listeners.add(listener),
    dispose() {
      unsubscribe();
      feed.close();
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No setting is null.
    return null;
  }
}
