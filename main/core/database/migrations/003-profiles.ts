import { newId } from '../../../../contract/ids.ts';
import type { Migration } from './migration.ts';

/** Settings are JSON, read by the profiles' own schema, which fills in what an older release did not know. */
const schema = `
CREATE TABLE profiles (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL COLLATE NOCASE UNIQUE,
  settings TEXT NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE image_pythons (image TEXT PRIMARY KEY, version TEXT NOT NULL, seen_ms INTEGER NOT NULL) STRICT;
`;

/** The profile that is there at the first start; all of it is default. */
export const profiles: Migration = {
  version: 3,
  up(sql) {
    sql.exec(schema);
    sql.run('INSERT INTO profiles (id, name, settings, updated_ms) VALUES (?, ?, ?, ?)', newId(), 'small', '{}', Date.now());
  },
};
