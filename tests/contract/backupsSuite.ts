import BetterSqlite3 from 'better-sqlite3';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newId } from '../../contract/ids.ts';
import { finishInput, nextEvent, startRun, type Client, type Fixture } from './served.ts';

async function endAll(client: Client): Promise<void> {
  const { runs } = await client.runs.list({ filter: { statuses: ['running', 'queued'] }, limit: 500 });
  for (const { id } of runs) await client.runs.finish(finishInput(id)).catch(() => undefined);
}

export function backupsSuite(fixture: () => Fixture, home: string): void {
  describe('backups', () => {
    it('are made, listed and restored, and say what is lost', async () => {
      const { first, second } = fixture();
      const before = await startRun(first, 'before_backup()');
      await expect(first.backups.restore({ name: 'nothing.sqlite' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const backup = await first.backups.make();
      expect(backup.content).toMatchObject({ missingRuns: 0 });
      const after = await startRun(first, 'after_backup()');
      await expect(first.backups.restore({ name: backup.name })).rejects.toMatchObject({ code: 'CONFLICT' });
      for (const client of [first, second]) await endAll(client);

      const listed = await first.backups.list();
      expect(listed.folder).toBe(join(home, 'backups'));
      expect(listed.backups.find(({ name }) => name === backup.name)).toMatchObject({ content: { missingRuns: 1 } });
      const stop = new AbortController();
      const events = await second.runs.watch(undefined, { signal: stop.signal });
      const { message } = await first.backups.restore({ name: backup.name });
      expect(message).toContain('One run that is not in it is gone');
      expect(await nextEvent(events)).toEqual({ type: 'reset' });
      stop.abort();
      await expect(first.runs.get({ id: after })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await second.runs.get({ id: before })).toMatchObject({ status: 'interrupted' });

      const [saved] = (await first.backups.list()).backups;
      await first.backups.restore({ name: saved?.name ?? '' });
      expect(await first.runs.get({ id: after })).toMatchObject({ source: 'after_backup()' });
      await first.history.saveSearch({ id: newId(), name: 'after a restore', filter: {} });
    });

    it('that are damaged are shown as such and refused', async () => {
      const { first } = fixture();
      const name = 'pyexekube-2026-01-01T00-00-00-000Z.sqlite';
      writeFileSync(join(home, 'backups', name), 'SQLite format 3\0 or so');
      expect((await first.backups.list()).backups.find((one) => one.name === name)).toMatchObject({ content: null });
      await expect(first.backups.restore({ name })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
      expect(readdirSync(home).filter((one) => one.includes('restoring'))).toEqual([]);
    });

    it('stay when another is refused, and the oldest can be restored', async () => {
      const { first, second } = fixture();
      for (const client of [first, second]) await endAll(client);
      await first.settings.set({ keepBackups: 2 });
      await first.backups.make();
      await first.backups.make();
      const names = async (): Promise<string[]> => (await first.backups.list()).backups.map(({ name }) => name);
      const [newest = '', oldest = ''] = await names();
      const damaged = 'pyexekube-2026-01-02T00-00-00-000Z.sqlite';
      const bytes = readFileSync(join(home, 'backups', oldest));
      writeFileSync(join(home, 'backups', damaged), bytes.fill(0x55, 5000, 9000));
      await expect(first.backups.restore({ name: damaged })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
      expect(await names()).toEqual([newest, oldest, damaged]);
      rmSync(join(home, 'backups', damaged));
      expect((await first.backups.restore({ name: oldest })).message).toContain('No run was lost by it');
      await first.settings.set({ keepBackups: 5 });
    });

    it('of a newer release are shown as such', async () => {
      const { first } = fixture();
      const { name } = await first.backups.make();
      const db = new BetterSqlite3(join(home, 'backups', name));
      db.pragma('user_version = 9999');
      db.close();
      expect((await first.backups.list()).backups.find((one) => one.name === name)).toMatchObject({ content: null });
      await expect(first.backups.restore({ name })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    });

    it('are as many as the settings say', async () => {
      const { first } = fixture();
      await first.settings.set({ keepBackups: 2 });
      await first.backups.make();
      expect((await first.backups.list()).backups).toHaveLength(2);
      await first.settings.set({ keepBackups: 5 });
    });
  });
}
