import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { migrations } from '../../main/core/database/migrations/index.ts';
import { openStorage } from '../../main/core/database/index.ts';

/** Makes backups, restores them or migrates, over and over, until it is killed. */
async function work(home: string, what: string): Promise<void> {
  const newest = migrations.at(-1)?.version ?? 0;
  const slow = {
    version: newest + 1,
    up: (sql: { exec(text: string): void }) => {
      sql.exec('CREATE TABLE slow (id INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT');
      sql.exec('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO slow (filler) SELECT randomblob(500) FROM n');
    },
  };
  const options = { path: join(home, 'pyexekube.sqlite'), backupFolder: join(home, 'backups'), log: () => undefined };
  writeSync(1, 'ready\n');
  const storage = await openStorage(what === 'migrate' ? { ...options, migrations: [...migrations, slow] } : options);
  if (what === 'migrate') return storage.close();
  for (;;) {
    await storage.backUpNow();
    const chosen = storage.backups().find((backup) => backup.content !== null);
    if (what === 'restore' && chosen !== undefined) await storage.restore(chosen.name, () => 'restored');
    storage.write((sql) => sql.run("INSERT OR REPLACE INTO memory (name, value) VALUES ('round', ?)", String(Date.now())));
  }
}

await work(process.argv[2] ?? '', process.argv[3] ?? '');
