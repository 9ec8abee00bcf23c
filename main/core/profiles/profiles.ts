import { AppError } from '../../../contract/errors.ts';
import { newId } from '../../../contract/ids.ts';
import { ProfileId, ProfileSettings, type ImagePython, type Profile } from '../../../contract/profiles.ts';
import type { Sql, Storage } from '../database/index.ts';
import type { Log } from '../ports.ts';
import { versionOfTag } from './images.ts';
import { profilesFromYaml, profileToYaml } from './yaml.ts';

export interface Profiles {
  list(): Profile[];
  save(profile: { id: ProfileId; name: string; settings: ProfileSettings }): Profile;
  delete(id: ProfileId): void;
  exportYaml(id: ProfileId): string;
  importYaml(yaml: string, replace: boolean): Profile[];
  imagePython(image: string): ImagePython | null;
  /** A run in this image has told its Python's version. */
  learned(image: string, version: string): void;
}

interface Row {
  id: string;
  name: string;
  settings: string;
  updated_ms: number;
}

const columns = 'id, name, settings, updated_ms';

export function createProfiles(storage: Storage, log: Log): Profiles {
  function imagePython(sql: Sql, image: string): ImagePython | null {
    const row = sql.get<{ version: string }>('SELECT version FROM image_pythons WHERE image = ?', image);
    if (row !== undefined) return { version: row.version, from: 'run' };
    const version = versionOfTag(image);
    return version === null ? null : { version, from: 'tag' };
  }

  function profileOf(sql: Sql, row: Row): Profile {
    const settings = settingsOf(row, log);
    return { id: ProfileId.parse(row.id), name: row.name, settings, imagePython: imagePython(sql, settings.image), updatedMs: row.updated_ms };
  }

  function find(sql: Sql, id: ProfileId): Row {
    const row = sql.get<Row>(`SELECT ${columns} FROM profiles WHERE id = ?`, id);
    if (row === undefined) throw new AppError('NOT_FOUND', 'There is no such profile any more.', { action: 'Choose another one.' });
    return row;
  }

  function put(sql: Sql, id: ProfileId, name: string, settings: ProfileSettings): Profile {
    sql.run(
      `INSERT INTO profiles (id, name, settings, updated_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, settings = excluded.settings, updated_ms = excluded.updated_ms`,
      id, name, JSON.stringify(settings), Date.now(),
    );
    return profileOf(sql, find(sql, id));
  }

  const named = (sql: Sql, name: string): Row | undefined => sql.get<Row>(`SELECT ${columns} FROM profiles WHERE name = ? COLLATE NOCASE`, name);

  return {
    list: () => storage.read((sql) => sql.all<Row>(`SELECT ${columns} FROM profiles ORDER BY name COLLATE NOCASE`).map((row) => profileOf(sql, row))),

    save: ({ id, name, settings }) =>
      storage.write((sql) => {
        const other = named(sql, name);
        if (other !== undefined && other.id !== id) throw nameTaken(other.name, 'Choose another name.');
        return put(sql, id, name, settings);
      }, 'power'),

    delete: (id) =>
      storage.write((sql) => {
        find(sql, id);
        sql.run('DELETE FROM profiles WHERE id = ?', id);
      }, 'power'),

    exportYaml: (id) =>
      storage.read((sql) => {
        const row = find(sql, id);
        return profileToYaml({ name: row.name, settings: settingsOf(row, log) });
      }),

    importYaml(yaml, replace) {
      const read = profilesFromYaml(yaml);
      return storage.write(
        (sql) =>
          read.map(({ name, settings }) => {
            const other = named(sql, name);
            if (other !== undefined && !replace) throw nameTaken(other.name, 'Import again and replace it, or give another name.');
            return put(sql, ProfileId.parse(other?.id ?? newId()), name, settings);
          }),
        'power',
      );
    },

    imagePython: (image) => storage.read((sql) => imagePython(sql, image)),

    learned(image, version) {
      if (storage.read((sql) => imagePython(sql, image))?.version === version) return;
      storage.write((sql) => sql.run('INSERT OR REPLACE INTO image_pythons (image, version, seen_ms) VALUES (?, ?, ?)', image, version, Date.now()));
    },
  };
}

/** Settings of an earlier release get what is new by default. What cannot be read at all becomes a plain profile, and is told. */
function settingsOf(row: Row, log: Log): ProfileSettings {
  const parsed = ProfileSettings.safeParse(parseJson(row.settings));
  if (parsed.success) return parsed.data;
  log(`the profile ${row.name} is not valid any more; the defaults are shown: ${parsed.error.issues[0]?.message ?? ''}`);
  return ProfileSettings.parse({});
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nameTaken(name: string, action: string): AppError {
  return new AppError('CONFLICT', `There is a profile called "${name}" already. Nothing was saved.`, { action });
}
