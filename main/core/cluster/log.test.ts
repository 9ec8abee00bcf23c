import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { sendJson, startApiServer, type ApiServer } from '../../../tests/support/apiServer.ts';
import { createClusterClient, type ClusterClient } from './client.ts';
import { linesOf } from './lines.ts';
import { followLog, LineJoiner } from './log.ts';

describe('the log of a container', () => {
  let api: ApiServer;
  let client: ClusterClient;

  async function serve(answer: (response: ServerResponse) => void): Promise<void> {
    api = await startApiServer((_request, response) => answer(response));
    client = createClusterClient({ server: api.url, kubeconfig: () => ({ cluster: {}, user: {} }), credentials: async () => ({}) });
  }
  afterEach(async () => {
    blocks.length = 0;
    client.close();
    await api.close();
  });
  const request = { namespace: 'team', pod: 'p', container: 'c', follow: true, sinceTime: '2026-01-01T00:00:00Z' };
  const blocks: string[] = [];
  const open = (signal?: AbortSignal, onBlock: (block: Buffer) => boolean | Promise<boolean> = () => true) =>
    followLog(client, { ...request, signal }, (block) => {
      blocks.push(block.toString());
      return onBlock(block);
    });

  it('comes in whole lines, the last one also without its line feed', async () => {
    await serve((response) => {
      response.write('one\ntw');
      response.end('o\nthree');
    });
    await open();
    expect(blocks.join('')).toBe('one\ntwo\nthree');
    expect(blocks.slice(0, -1).every((block) => block.endsWith('\n'))).toBe(true);
    expect(api.asked).toEqual(['GET /api/v1/namespaces/team/pods/p/log?container=c&follow=true&sinceTime=2026-01-01T00%3A00%3A00Z']);
  });

  it('waits with what follows until a block is done with', async () => {
    await serve((response) => {
      response.write('one\ntw');
      response.end('o\nthree\n');
    });
    const done: string[] = [];
    await open(undefined, async (block) => {
      expect(done.join('')).toBe(blocks.slice(0, -1).join(''));
      await new Promise((resolve) => setImmediate(resolve));
      done.push(block.toString());
      return true;
    });
    expect(done.join('')).toBe('one\ntwo\nthree\n');
  });

  it.each([
    ['at once', () => false],
    ['later', async () => false],
  ])('ends when no more is wanted, which is said %s', async (_when, onBlock) => {
    await serve((response) => response.write('one\n'));
    await open(undefined, onBlock);
    expect(blocks).toEqual(['one\n']);
  });

  it.each([
    ['at once', () => { throw new Error('no use'); }],
    ['later', async () => { throw new Error('no use'); }],
  ])('ends with the error of who takes it, which comes %s', async (_when, onBlock: () => boolean | Promise<boolean>) => {
    await serve((response) => response.write('one\n'));
    await expect(open(undefined, onBlock)).rejects.toThrow('no use');
  });

  it('gives what had come, then says that it was cut off', async () => {
    let answered: ServerResponse | undefined;
    await serve((response) => {
      answered = response;
      response.write('one\ntw');
    });
    const log = open(undefined, () => {
      answered?.destroy();
      return true;
    });
    await expect(log).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(blocks).toEqual(['one\n']);
  });

  it('ends when it is cancelled', async () => {
    await serve((response) => response.write('one\n'));
    const abort = new AbortController();
    const log = open(abort.signal, () => {
      abort.abort();
      return true;
    });
    await expect(log).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('says why there is none', async () => {
    await serve((response) => sendJson(response, 404, { message: 'pods "p" not found' }));
    await expect(open()).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('pods "p" not found') });
  });
});

describe('lines', () => {
  it('are joined over chunks, and a line without end is given in pieces', () => {
    const joiner = new LineJoiner();
    const push = (text: string): string[] => joiner.push(Buffer.from(text)).map(String);
    expect(push('a')).toEqual([]);
    expect(push('b\nc')).toEqual(['ab\n']);
    expect(push('d\ne\nf\ng')).toEqual(['cd\n', 'e\nf\n']);
    expect(push('\n')).toEqual(['g\n']);
    expect(push('c')).toEqual([]);
    expect(push('x'.repeat(1024 * 1024)).map((block) => block.length)).toEqual([1024 * 1024 + 1]);
    expect(push('rest')).toEqual([]);
    expect(joiner.end().toString()).toBe('rest');
    expect(joiner.end()).toHaveLength(0);
  });

  it('are cut out of chunks, of at most the given length where a line does not end', async () => {
    async function* source(): AsyncGenerator {
      yield Buffer.from('a\nb');
      yield 'no bytes';
      yield Buffer.from('c\n\nlong');
      yield Buffer.from('long');
      yield Buffer.from('end');
    }
    const batches: string[][] = [];
    for await (const lines of linesOf(source(), 8)) batches.push(lines.map(String));
    expect(batches).toEqual([['a'], ['bc', ''], ['longlong'], ['end']]);
  });
});
