import { describe, expect, it } from 'vitest';
import { newClientId } from '../../contract/ids.ts';
import { createPresence } from './presence.ts';

function listen() {
  const heard: string[] = [];
  const presence = createPresence({ connected: (id) => void heard.push(`+${id}`), clientGone: (id) => void heard.push(`-${id}`) });
  return { heard, presence };
}

describe('presence', () => {
  it('counts the connections of one window', () => {
    const { heard, presence } = listen();
    const id = newClientId();
    const first = presence.enter(id);
    const second = presence.enter(id);
    first();
    expect(heard).toEqual([`+${id}`]);
    second();
    expect(heard).toEqual([`+${id}`, `-${id}`]);
  });

  it('hears the end of a connection once', () => {
    const { heard, presence } = listen();
    const id = newClientId();
    const first = presence.enter(id);
    const second = presence.enter(id);
    first();
    first();
    expect(heard).toEqual([`+${id}`]);
    second();
    presence.enter(id);
    expect(heard).toEqual([`+${id}`, `-${id}`, `+${id}`]);
  });

  it('keeps windows apart', () => {
    const { heard, presence } = listen();
    const [a, b] = [newClientId(), newClientId()];
    presence.enter(a)();
    presence.enter(b);
    expect(heard).toEqual([`+${a}`, `-${a}`, `+${b}`]);
  });
});
