import { describe, expect, it } from 'vitest';
import { Feed, watchValue } from './feed.ts';

describe('Feed', () => {
  it('gives each reader all events since it began to read', async () => {
    const feed = new Feed(0);
    feed.publish(1);
    const reader = feed.read(undefined);
    feed.publish(2);
    feed.publish(3);
    expect([(await reader.next()).value, (await reader.next()).value]).toEqual([2, 3]);
  });

  it('replaces the queue of a reader that falls behind by one event', async () => {
    const feed = new Feed(-1, 10);
    const slow = feed.read(undefined);
    for (let i = 1; i <= 12; i++) feed.publish(i);
    const seen = [(await slow.next()).value, (await slow.next()).value];
    expect(seen).toEqual([-1, 12]);
  });

  it('ends with the signal, with the reader, and when it is closed', async () => {
    const feed = new Feed(0);
    const stop = new AbortController();
    const bySignal = feed.read(stop.signal);
    const waiting = bySignal.next();
    stop.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect((await feed.read(stop.signal).next()).done).toBe(true);

    const byReader = feed.read(undefined);
    feed.publish(7);
    for await (const event of byReader) {
      expect(event).toBe(7);
      break;
    }
    const left = feed.read(undefined);
    const pending = left.next();
    await left.return?.();
    expect((await pending).done).toBe(true);
    const byClosing = feed.read(undefined);
    expect(feed.readerCount).toBe(1);
    feed.close();
    expect(feed.readerCount).toBe(0);
    expect((await byClosing.next()).done).toBe(true);
  });

  it('lets a reader leave that never read', async () => {
    const feed = new Feed(0);
    const reader = feed.read(undefined);
    await reader.return?.();
    expect(feed.readerCount).toBe(0);
    expect((await reader.next()).done).toBe(true);
  });
});

describe('watchValue', () => {
  it('gives the value now, and the newest after changes', async () => {
    const feed = new Feed<null>(null, 1);
    let value = 1;
    const values = watchValue(feed, () => value, undefined);
    expect((await values.next()).value).toBe(1);
    value = 2;
    feed.publish(null);
    value = 3;
    feed.publish(null);
    expect((await values.next()).value).toBe(3);
    feed.close();
  });
});
