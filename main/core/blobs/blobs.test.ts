import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStorage, type Storage } from '../database/index.ts';
import { clearLoose, encodeBlob, hashOf, putBlob, putTree, readBlob, readTree } from './index.ts';

let home: string;
let storage: Storage;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'pyexekube-blobs-'));
  storage = await openStorage({ path: join(home, 'pyexekube.sqlite'), backupFolder: join(home, 'backups'), log: () => undefined });
});
afterEach(async () => {
  await storage.close();
  rmSync(home, { recursive: true, force: true });
});

const count = (table: string): number => storage.read((sql) => sql.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0);

describe('contents', () => {
  it.each([['', 0], ['short', 0], ['long '.repeat(1000), 1]])('are kept by their hash: %#', async (text, encoding) => {
    const content = Buffer.from(text);
    const encoded = await encodeBlob(content);
    expect(encoded).toMatchObject({ hash: hashOf(text), bytes: content.byteLength, encoding });
    const blob = storage.write((sql) => putBlob(sql, encoded));
    expect(storage.write((sql) => putBlob(sql, encoded))).toBe(blob);
    expect(storage.read((sql) => readBlob(sql, blob, 'a')).toString()).toBe(text);
  });

  it.each(['short', 'long '.repeat(1000)])('that are damaged are named, not given: %#', async (text) => {
    const encoded = await encodeBlob(Buffer.from(text));
    const blob = storage.write((sql) => putBlob(sql, encoded));
    const damaged = Buffer.from(encoded.data);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    storage.write((sql) => sql.run('UPDATE blobs SET data = ? WHERE blob = ?', damaged, blob));
    expect(() => storage.read((sql) => readBlob(sql, blob, 'data.csv'))).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT', message: expect.stringContaining('data.csv') }));
    expect(() => storage.read((sql) => readBlob(sql, blob + 1, 'data.csv'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('go when nothing refers to them, and not before', async () => {
    const [shared, own] = [await encodeBlob(Buffer.from('shared')), await encodeBlob(Buffer.from('own'))];
    const runs = storage.write((sql) =>
      [[shared, own], [shared]].map((contents, i) => {
        const files = contents.map((one) => ({ path: `${one.hash}.py`, bytes: one.bytes, blob: putBlob(sql, one), hash: one.hash, reason: null }));
        const tree = putTree(sql, files);
        sql.run(
          `INSERT INTO runs (key, id, engine, status, mode, title, first_line, started_ms, python_version, client_id, core_id)
           VALUES (?, ?, 'local', 'succeeded', 'file', 't', '', 1, '', '', '')`,
          i + 1, `run ${i}`,
        );
        sql.run("INSERT INTO run_inputs (key, tree, folder, environment) VALUES (?, ?, NULL, '{}')", i + 1, tree);
        return { tree, files };
      }),
    );
    expect(storage.write((sql) => putTree(sql, runs[0]?.files.toReversed() ?? []))).toBe(runs[0]?.tree);
    expect(count('trees')).toBe(2);
    storage.write((sql) => sql.run('DELETE FROM runs WHERE key = 1'));
    while (storage.write(clearLoose));
    expect([count('trees'), count('blobs'), count('tree_files')]).toEqual([1, 1, 1]);
    expect(storage.read((sql) => readTree(sql, runs[1]?.tree ?? 0))).toMatchObject([{ hash: shared.hash }]);
    storage.write((sql) => sql.run('DELETE FROM runs'));
    while (storage.write(clearLoose));
    expect(['trees', 'blobs', 'tree_files', 'loose_trees', 'loose_blobs'].map(count)).toEqual([0, 0, 0, 0, 0]);
  });
});
