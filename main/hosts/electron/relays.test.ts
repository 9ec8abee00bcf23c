import { describe, expect, it } from 'vitest';
import type { CallData } from '../calls.ts';
import { createRelays } from './relays.ts';

describe('relays', () => {
  it('keep channels apart, both ways', async () => {
    const sent: [number, CallData][] = [];
    const relays = createRelays((channel, data) => {
      sent.push([channel, data]);
      return Promise.resolve();
    });
    const heard: string[] = [];
    const [a, b] = [relays.open(1), relays.open(2)];
    a.onMessage((data) => heard.push(`a:${String(data)}`));
    b.onMessage((data) => heard.push(`b:${String(data)}`));
    relays.deliver(2, 'two');
    relays.deliver(1, 'one');
    relays.deliver(3, 'nobody');
    await a.send('from a');
    expect(heard).toEqual(['b:two', 'a:one']);
    expect(sent).toEqual([[1, 'from a']]);
  });

  it('hand on the wait of a send', async () => {
    let release: () => void = () => undefined;
    const relays = createRelays(() => new Promise<void>((resolve) => (release = resolve)));
    let done = false;
    const sending = relays.open(1).send('x').then(() => (done = true));
    await Promise.resolve();
    expect(done).toBe(false);
    release();
    await sending;
    expect(done).toBe(true);
  });

  it('tell of the end once, and send nothing after it', async () => {
    const sent: CallData[] = [];
    const relays = createRelays((_channel, data) => {
      sent.push(data);
      return Promise.resolve();
    });
    let ends = 0;
    const port = relays.open(1);
    port.onClose(() => ends++);
    relays.close(1);
    relays.close(1);
    port.close();
    await port.send('late');
    expect(ends).toBe(1);
    expect(sent).toEqual([]);
  });
});
