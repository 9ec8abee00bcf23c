import type { MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { newClientId, newRunId } from '../../contract/ids.ts';
import type { Client } from '../contract/suite.ts';
import { makeHome, removeHome } from '../support/serverProcess.ts';
import { superviseNodeCore } from './hostsSupport.ts';

let home: string;

beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => removeHome(home));

/** A client on each port that is delivered, one after the other. */
function clients(): { deliver(port: MessagePort): void; next(): Promise<Client> } {
  const ready: Client[] = [];
  const waiting: ((client: Client) => void)[] = [];
  return {
    deliver: (port) => {
      port.start();
      port.unref();
      const client: Client = createORPCClient(new RPCLink({ port }));
      const waiter = waiting.shift();
      if (waiter === undefined) ready.push(client);
      else waiter(client);
    },
    next: () => {
      const client = ready.shift();
      return client === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(client);
    },
  };
}

const run = () => ({ id: newRunId(), engine: 'local' as const, mode: 'file' as const, title: 'a', source: '1', pythonVersion: '3.14.2' });

describe('the core, supervised', () => {
  it('is started again when it is killed; the same window goes on with its run', async () => {
    const { supervisor, lines, gaveUp } = superviseNodeCore(home);
    const { deliver, next } = clients();
    supervisor.connect(newClientId(), deliver);
    const before = await next();
    const { id } = await before.runs.start(run());
    const database = new Database(`${home}/pyexekube.sqlite`, { readonly: true });
    process.kill(Number(database.prepare('SELECT pid FROM cores').pluck().get()), 'SIGKILL');
    database.close();
    const after = await next();
    expect(await after.runs.get({ id })).toMatchObject({ source: '1' });
    await after.runs.start(run());
    expect(lines).toContainEqual(expect.stringContaining('It is started again.'));
    expect(gaveUp()).toBeNull();
    await supervisor.dispose();
  });

  it('is given up when it ends again and again', async () => {
    // "Again and again" is within a minute, which a busy machine may need for so many starts: here no time goes by.
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const given = Promise.withResolvers<unknown>();
    const first = superviseNodeCore(home, { giveUp: given.resolve });
    const { deliver, next } = clients();
    first.supervisor.connect(newClientId(), deliver);
    for (let i = 0; i < 6; i++) {
      const client = await next();
      await client.system.info();
      const database = new Database(`${home}/pyexekube.sqlite`, { readonly: true });
      process.kill(Number(database.prepare('SELECT pid FROM cores ORDER BY heartbeat_ms DESC, rowid DESC').pluck().get()), 'SIGKILL');
      database.close();
    }
    expect(await given.promise).toMatchObject({ code: 'UNAVAILABLE' });
    await first.supervisor.dispose();
  });

  it('says why it cannot start, and starts nothing', async () => {
    const database = new Database(`${home}/pyexekube.sqlite`);
    database.pragma('user_version = 9999');
    database.close();
    const { supervisor, gaveUp } = superviseNodeCore(home);
    await expect(supervisor.started).rejects.toMatchObject({ code: 'STORAGE_NEWER', action: expect.any(String) });
    expect(gaveUp()).toBeNull();
    await supervisor.dispose();
  });

  it('ends with what it had acknowledged on disk, and only once', async () => {
    const { supervisor } = superviseNodeCore(home);
    const { deliver, next } = clients();
    supervisor.connect(newClientId(), deliver);
    const client = await next();
    const { id } = await client.runs.start(run());
    await Promise.all([supervisor.dispose(), supervisor.dispose()]);
    await supervisor.dispose();
    const database = new Database(`${home}/pyexekube.sqlite`, { readonly: true });
    expect(database.prepare('SELECT id FROM runs').pluck().all()).toEqual([id]);
    database.close();
  });

  it('is not given ports for a window that has gone', async () => {
    const { supervisor } = superviseNodeCore(home);
    const { deliver, next } = clients();
    const connection = supervisor.connect(newClientId(), () => {
      throw new Error('A port for a window that has gone.');
    });
    connection.release();
    supervisor.connect(newClientId(), deliver);
    expect(await (await next()).system.info()).toMatchObject({ host: 'electron' });
    await supervisor.dispose();
  });
});
