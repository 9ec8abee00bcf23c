import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sendJson, startApiServer, type ApiServer } from '../../../tests/support/apiServer.ts';
import { createClusterClient, type ClusterClient } from './client.ts';
import { watchObjects, type Watching } from './watch.ts';

const Named = z.object({ metadata: z.object({ name: z.string() }) });
const object = (name: string): object => ({ metadata: { name } });
const event = (type: string, of: object): string => `${JSON.stringify({ type, object: of })}\n`;
const list = (names: string[], more: object = {}): object => ({ metadata: { resourceVersion: '7', ...more }, items: names.map(object) });

describe('a watch', () => {
  let api: ApiServer;
  let client: ClusterClient;
  let watching: Watching | undefined;
  let onList: (response: ServerResponse, count: number, url: URL) => void;
  let onWatch: (response: ServerResponse, count: number) => void;
  let urls: URL[];
  let told: string[];
  let waiting: (() => void) | undefined;

  beforeEach(async () => {
    urls = [];
    told = [];
    waiting = undefined;
    let lists = 0;
    let watches = 0;
    onList = (response) => sendJson(response, 200, list(['a']));
    onWatch = (response) => response.flushHeaders();
    api = await startApiServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://api');
      urls.push(url);
      if (url.searchParams.has('watch')) onWatch(response, ++watches);
      else onList(response, ++lists, url);
    });
    client = createClusterClient({ server: api.url, kubeconfig: () => ({ cluster: {}, user: {} }), credentials: async () => ({}) });
  });
  afterEach(async () => {
    watching?.stop();
    client.close();
    await api.close();
  });

  function follow(pollMs = 60_000): void {
    const tell = (what: string): void => {
      told.push(what);
      waiting?.();
    };
    watching = watchObjects({
      client: () => client,
      path: '/api/v1/namespaces/team/pods',
      labelSelector: 'app=x',
      parse: (value) => Named.parse(value).metadata.name,
      onList: (names) => tell(`list ${names.join(',')}`),
      onChange: (name, change) => tell(`${name} ${change}`),
      onLost: (error) => tell(`lost ${error.code}`),
      pollMs,
    });
  }
  async function heard(count: number): Promise<string[]> {
    while (told.length < count) {
      await new Promise<void>((resolve) => {
        waiting = resolve;
      });
    }
    return told;
  }

  it('gives the list, then each change; bookmarks are none', async () => {
    onWatch = (response) => {
      response.write(event('ADDED', object('b')) + event('BOOKMARK', { metadata: { resourceVersion: '9' } }) + event('MODIFIED', object('b')));
      response.write(event('DELETED', object('a')));
    };
    follow();
    expect(await heard(4)).toEqual(['list a', 'b there', 'b there', 'a gone']);
    expect(urls[0]?.searchParams.get('labelSelector')).toBe('app=x');
    expect(urls[1]?.searchParams.get('resourceVersion')).toBe('7');
  });

  it('reads a list of many pages as one', async () => {
    onList = (response, _count, url) => sendJson(response, 200, url.searchParams.get('continue') === 'more' ? list(['b']) : list(['a'], { continue: 'more' }));
    follow();
    expect(await heard(1)).toEqual(['list a,b']);
  });

  it('takes an empty list that is null', async () => {
    onList = (response) => sendJson(response, 200, { metadata: {}, items: null });
    follow();
    expect(await heard(1)).toEqual(['list ']);
  });

  it.each([
    ['has expired', (response: ServerResponse) => response.end(event('ERROR', { code: 410, message: 'too old' }))],
    ['ends with an error', (response: ServerResponse) => response.end(event('ERROR', { code: 500, message: 'etcd' }))],
    ['ends by itself', (response: ServerResponse) => response.end()],
    ['says what is no JSON', (response: ServerResponse) => response.end('no json\n')],
    ['says what is no event', (response: ServerResponse) => response.end('{}\n')],
    ['is cut off', (response: ServerResponse) => response.write('{"type":', () => response.destroy())],
    ['is refused', (response: ServerResponse) => sendJson(response, 410, { message: 'too old' })],
  ])('begins anew with a list, and without an alarm, when it %s', async (_, end) => {
    onWatch = (response, count) => {
      if (count === 1) end(response);
      else response.write(event('ADDED', object('b')));
    };
    follow();
    expect(await heard(3)).toEqual(['list a', 'list a', 'b there']);
  });

  it('begins anew more slowly when watches end again and again', async () => {
    onWatch = (response, count) => (count < 3 ? response.end() : response.flushHeaders());
    follow();
    expect(await heard(3)).toEqual(['list a', 'list a', 'list a']);
  });

  it('says once that nothing is heard, and hears again', async () => {
    onList = (response, count) => (count < 3 ? sendJson(response, 503, { message: 'starting' }) : sendJson(response, 200, list(['a'])));
    follow();
    expect(await heard(1)).toEqual(['lost UNAVAILABLE']);
    expect(await heard(2)).toEqual(['lost UNAVAILABLE', 'list a']);
  });

  it('reads the list beside the watch, from the cache of the server', async () => {
    onList = (response, count) => sendJson(response, 200, list([`n${count}`]));
    follow(10);
    expect((await heard(3)).slice(0, 3)).toEqual(['list n1', 'list n2', 'list n3']);
    expect(urls.find((url) => url.searchParams.get('resourceVersion') === '0')).toBeDefined();
  });

  it('reads the list at once when told to', async () => {
    const watched = new Promise<void>((resolve) => {
      onWatch = (response) => {
        response.flushHeaders();
        resolve();
      };
    });
    follow();
    await watched;
    watching?.poll();
    expect(await heard(2)).toEqual(['list a', 'list a']);
  });

  it('tells nothing after it was stopped', async () => {
    const asked = new Promise<ServerResponse>((resolve) => {
      onList = resolve;
    });
    follow();
    const response = await asked;
    watching?.stop();
    await new Promise<void>((resolve) => {
      response.on('close', resolve);
    });
    expect(told).toEqual([]);
  });
});
