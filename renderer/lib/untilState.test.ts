import { describe, expect, it } from 'vitest';
import { create } from 'zustand';
import { untilState } from './untilState.ts';

describe('untilState', () => {
  it('resolves at once where it is so already, else with the change that makes it so', async () => {
    const store = create<{ loaded: boolean; count: number }>()(() => ({ loaded: false, count: 0 }));
    const heard: string[] = [];
    const waiting = untilState(store, ({ loaded }) => loaded).then(() => heard.push('loaded'));
    store.setState({ count: 1 });
    await Promise.resolve();
    expect(heard).toEqual([]);
    store.setState({ loaded: true });
    await waiting;
    expect(heard).toEqual(['loaded']);
    store.setState({ loaded: false });
    await untilState(store, ({ loaded }) => !loaded);
  });
});
